/** Every screen in every language on every glass; with names three times as long as well, in the languages whose own words are the longest. */
import { type KioskView, type Language, LANGUAGES } from '../../app/view.ts';
import { cases, GLASS, type GlassName, longNames, on } from './fixtures.ts';
import { expect, test } from './screen.ts';

const LONGEST: readonly Language[] = ['ja', 'en', 'ja-easy'];
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

const hasNames = ({ screen }: KioskView): boolean => screen.name === 'selecting' || 'order' in screen;

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
          if (LONGEST.includes(language) && hasNames(view)) await judge(longNames(view), press, `${name} with long names`);
        }
        expect(faults).toEqual([]);
      });
