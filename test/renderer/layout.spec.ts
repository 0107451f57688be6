/** Every screen in every language on every glass, with the names of a usual shop and with names three times as long. */
import { type KioskView, LANGUAGES } from '../../app/view.ts';
import { cases, GLASS, type GlassName, longNames, on } from './fixtures.ts';
import { expect, test } from './screen.ts';

/** Elsewhere a name stands only in a screen's heading. */
const hasNames = ({ screen }: KioskView): boolean => screen.name === 'selecting' || 'order' in screen;

for (const glass of Object.keys(GLASS) as GlassName[])
  for (const easyView of [false, true])
    for (const language of LANGUAGES)
      test(`${glass}, ${easyView ? 'easy view' : 'normal view'}, ${language}`, async ({ kiosk }) => {
        await kiosk.glass(glass);
        const faults: string[] = [];
        for (const [name, { view, press }] of Object.entries(cases))
          for (const [kind, shown] of Object.entries({ '': view, ...(hasNames(view) ? { ' with long names': longNames(view) } : {}) })) {
            const found = await kiosk.judge(on(glass, shown, { language, easyView, shop: { languages: LANGUAGES } }), press);
            faults.push(...found.map((fault) => `${name}${kind}: ${fault}`));
          }
        expect(faults).toEqual([]);
      });
