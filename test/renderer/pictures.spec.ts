/**
 * Every screen in every language on every glass, in normal and in easy view, keeps the rules (rules.ts) and looks as when somebody last looked
 * at it (docs/screens.md); and while it stands there, axe looks at it too: in every language in portrait, and on every glass in both views in Japanese.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LANGUAGES } from '../../app/view.ts';
import { cases, GLASS, type GlassName, on } from './fixtures.ts';
import { differs, keptPictures, thumbnail } from './kept-pictures.ts';
import { expect, test } from './screen.ts';

// A thousand screens: what is wrong is said in words, and its picture is there.
test.use({ trace: 'off' });

const CHANGED = path.resolve(import.meta.dirname, '../results/changed-screens');

for (const glass of Object.keys(GLASS) as GlassName[])
  for (const easyView of [false, true])
    for (const language of LANGUAGES)
      test(`keeps the rules and looks as it did: ${glass}, ${easyView ? 'easy view' : 'normal view'}, ${language}`, async ({ kiosk }) => {
        const kept = await keptPictures(glass);
        await kiosk.glass(glass);
        const faults: string[] = [];
        for (const [name, { view, press }] of Object.entries(cases)) {
          const found = await kiosk.judge(on(glass, view, { language, easyView, shop: { languages: LANGUAGES } }), press);
          faults.push(...found.map((fault) => `${name}: ${fault}`));
          const picture = await kiosk.picture();
          const before = kept({ name, language, easyView });
          if (before === undefined || differs(before, await thumbnail(picture, glass))) {
            const file = path.join(CHANGED, `${glass}-${easyView ? 'easy-' : ''}${language}-${name}.png`);
            mkdirSync(CHANGED, { recursive: true });
            writeFileSync(file, picture);
            faults.push(before === undefined ? `${name} has no picture yet: ${file}` : `${name} looks different: ${file}`);
          }
          if (language === 'ja' || (glass === 'portrait' && !easyView))
            faults.push(...(await kiosk.faultsOfAxe()).map((fault) => `${name}: ${fault}`));
        }
        expect(faults, 'where one looks different, look at its picture; if that is right: npm run screens -- --keep').toEqual([]);
      });

test('a word that is missing is seen, and so is a button of another colour; a letter’s edge is not', async ({ kiosk }) => {
  const { page } = kiosk;
  await kiosk.glass('portrait');
  const look = async (css: string): Promise<Uint8Array> => {
    await page.evaluate((text) => {
      const style = new CSSStyleSheet();
      style.replaceSync(text);
      document.adoptedStyleSheets = [style];
    }, css);
    await page.evaluate(() => window.settle());
    const seen = await thumbnail(await kiosk.picture(), 'portrait');
    await page.evaluate(() => (document.adoptedStyleSheets = []));
    return seen;
  };
  await kiosk.show(on('portrait', cases['codeClosed-expired']!.view));
  const before = await look('');
  expect(differs(before, await look('.contact dt { visibility: hidden }'))).toBe(true);
  expect(differs(before, await look('.action { background: #666 }'))).toBe(true);
  expect(differs(before, await look('.message { margin-top: 0.4rem }'))).toBe(true);
  expect(differs(before, await look('.message { -webkit-text-stroke: 0.2px; translate: 0.4px 0.4px }'))).toBe(false);
});
