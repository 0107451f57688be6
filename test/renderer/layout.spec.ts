/** Every screen in every language on every glass; and with words three times as long as well. */
import { type KioskView, LANGUAGES } from '../../app/view.ts';
import { cases, GLASS, type GlassName, longNames, on } from './fixtures.ts';
import { expect, test } from './screen.ts';

// What is wrong is said in words.
test.use({ trace: 'off' });

for (const glass of Object.keys(GLASS) as GlassName[])
  for (const easyView of [false, true])
    test(`every button under a finger: ${glass}, ${easyView ? 'easy view' : 'normal view'}`, async ({ kiosk }) => {
      await kiosk.glass(glass);
      const faults: string[] = [];
      for (const [name, { view, press }] of Object.entries(cases)) {
        const found = await kiosk.judgePressed(on(glass, view, { easyView, shop: { languages: LANGUAGES } }), press);
        faults.push(...found.map((fault) => `${name}: ${fault}`));
      }
      expect(faults).toEqual([]);
    });

for (const glass of Object.keys(GLASS) as GlassName[])
  for (const easyView of [false, true])
    for (const language of LANGUAGES)
      test(`${glass}, ${easyView ? 'easy view' : 'normal view'}, ${language}`, async ({ kiosk }) => {
        await kiosk.glass(glass);
        const faults: string[] = [];
        const judge = async (view: KioskView, press: readonly string[] | undefined, called: string): Promise<void> => {
          const found = await kiosk.judge(on(glass, view, { language, easyView, shop: { languages: LANGUAGES } }), press);
          faults.push(...found.map((fault) => `${called}: ${fault}`));
        };
        for (const [name, { view, press }] of Object.entries(cases)) {
          await judge(view, press, name);
          await judge(longNames(view), press, `${name} with long names`);
        }
        expect(faults).toEqual([]);
      });
