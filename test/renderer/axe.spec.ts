/** axe on every screen and every glass; normal and easy view take turns, and so do the languages. In Japanese it sees all of them. */
import { LANGUAGES } from '../../app/view.ts';
import { cases, GLASS, type GlassName, on } from './fixtures.ts';
import { expect, test } from './screen.ts';

for (const [turn, glass] of (Object.keys(GLASS) as GlassName[]).entries())
  test(`axe finds nothing: ${glass}`, async ({ kiosk }) => {
    await kiosk.glass(glass);
    const faults: string[] = [];
    for (const [index, [name, { view, press }]] of Object.entries(cases).entries()) {
      const easyView = (index + turn) % 2 === 1;
      const language = turn === 0 ? 'ja' : (LANGUAGES[(index + turn) % LANGUAGES.length] ?? 'ja');
      await kiosk.show(on(glass, view, { language, easyView, shop: { languages: LANGUAGES } }), press);
      faults.push(...(await kiosk.faultsOfAxe()).map((fault) => `${name}, ${language}: ${fault}`));
    }
    expect(faults).toEqual([]);
  });
