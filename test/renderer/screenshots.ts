/**
 * Every screen as a picture, for people to look at: `npm run screens -- [--language ko] [--glass small] [--only part-of-a-name] [--to folder]`.
 * One sheet for each glass, in normal view and in easy view, and every screen on its own in full size beside it.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { type Language, LANGUAGES } from '../../app/view.ts';
import { findChromium } from '../../main/chromium.ts';
import { cases, GLASS, type GlassName, on } from './fixtures.ts';
import { openScreen } from './screen.ts';

const { language, glass, only, to } = parseArgs({
  options: {
    language: { type: 'string', default: 'ja' },
    glass: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
    to: { type: 'string', default: path.resolve(import.meta.dirname, '../results/screens') },
  },
}).values;
const COLUMNS = { portrait: 8, landscape: 6, small: 6 } as const;

const executablePath = findChromium();
const browser = await chromium.launch({
  ...(executablePath === undefined ? {} : { executablePath }),
  args: ['--disable-background-networking', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
});
const screen = await openScreen(browser);
screen.page.on('pageerror', (error) => console.error(error.message));
mkdirSync(to, { recursive: true });

for (const name of (Object.keys(GLASS) as GlassName[]).filter((one) => one.includes(glass)))
  for (const easyView of [false, true]) {
    const kind = `${name}${easyView ? '-easy' : ''}`;
    const pictures: { readonly title: string; readonly file: string }[] = [];
    await screen.glass(name);
    for (const [title, { view, press }] of Object.entries(cases)) {
      if (!`${kind}-${title}`.includes(only)) continue;
      await screen.show(on(name, view, { language: language as Language, easyView, shop: { languages: LANGUAGES } }), press);
      const file = path.join(to, `${kind}-${title}.png`);
      writeFileSync(file, await screen.page.screenshot());
      pictures.push({ title, file });
    }
    if (pictures.length === 0) continue;
    await sheet(pictures, COLUMNS[name], path.join(to, `sheet-${kind}.png`));
    console.log(path.join(to, `sheet-${kind}.png`));
  }
await screen.close();
await browser.close();

/** Many pictures on one. */
async function sheet(pictures: readonly { title: string; file: string }[], columns: number, file: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 2000, height: 800 } });
  const figures = pictures.map(
    ({ title, file: picture }) =>
      `<figure><img src="data:image/png;base64,${readFileSync(picture).toString('base64')}"><figcaption>${title}</figcaption></figure>`,
  );
  await page.setContent(
    `<style>body{display:grid;grid-template-columns:repeat(${columns},1fr);gap:12px;margin:12px;background:#888;font:14px sans-serif}
    figure{margin:0}img{width:100%}</style>${figures.join('')}`,
  );
  writeFileSync(file, await page.screenshot({ fullPage: true }));
  await page.close();
}
