/**
 * Every screen as a picture, for people to look at: `npm run screens -- [--language ko] [--glass small] [--only part-of-a-name] [--to folder]`.
 * One sheet for each glass, in normal view and in easy view, and every screen on its own in full size beside it.
 * `--keep` makes sheets of all languages, and what the tests compare with anew (kept-pictures.ts): for whoever has looked at them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import sharp from 'sharp';
import { type Language, LANGUAGES } from '../../app/view.ts';
import { findChromium } from '../../main/chromium.ts';
import { cases, GLASS, type GlassName, on } from './fixtures.ts';
import { keepPictures, type Look, type Thumbnail, thumbnail } from './kept-pictures.ts';
import { openScreen } from './screen.ts';

const { language, glass, only, to, keep } = parseArgs({
  options: {
    language: { type: 'string', default: 'ja' },
    glass: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
    keep: { type: 'boolean', default: false },
    to: { type: 'string', default: path.resolve(import.meta.dirname, '../results/screens') },
  },
}).values;
const SHEET_px = 2400;
const COLUMNS = { portrait: 8, landscape: 6, small: 6 } as const;

const executablePath = findChromium();
const browser = await chromium.launch({
  ...(executablePath === undefined ? {} : { executablePath }),
  args: ['--disable-background-networking', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
});
const screen = await openScreen(browser);
screen.page.on('pageerror', (error) => console.error(error.message));
mkdirSync(to, { recursive: true });

const languages = keep ? LANGUAGES : [language as Language];
for (const name of (Object.keys(GLASS) as GlassName[]).filter((one) => one.includes(glass))) {
  await screen.glass(name);
  const seen: (Look & { readonly thumbnail: Thumbnail })[] = [];
  for (const language of languages)
    for (const easyView of [false, true]) {
      const kind = `${name}${easyView ? '-easy' : ''}${keep ? `-${language}` : ''}`;
      const pictures: { readonly title: string; readonly file: string }[] = [];
      for (const [title, { view, press }] of Object.entries(cases)) {
        if (!keep && !`${kind}-${title}`.includes(only)) continue;
        await screen.show(on(name, view, { language, easyView, shop: { languages: LANGUAGES } }), press);
        const file = path.join(to, `${kind}-${title}.png`);
        const picture = await screen.picture();
        writeFileSync(file, picture);
        pictures.push({ title, file });
        if (keep) seen.push({ name: title, language, easyView, thumbnail: await thumbnail(picture, name) });
      }
      if (pictures.length === 0) continue;
      await sheet(pictures, COLUMNS[name], path.join(to, `sheet-${kind}.png`));
      console.log(path.join(to, `sheet-${kind}.png`));
    }
  if (keep) await keepPictures(name, seen);
}
await screen.close();
await browser.close();

/** Many pictures on one. */
async function sheet(pictures: readonly { title: string; file: string }[], columns: number, file: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: SHEET_px, height: 800 } });
  const figures = await Promise.all(
    pictures.map(async ({ title, file: picture }) => {
      const small = await sharp(picture)
        .resize({ width: SHEET_px / columns })
        .png()
        .toBuffer();
      return `<figure><img src="data:image/png;base64,${small.toString('base64')}"><figcaption>${title}</figcaption></figure>`;
    }),
  );
  await page.setContent(
    `<style>body{display:grid;grid-template-columns:repeat(${columns},1fr);gap:12px;margin:12px;background:#888;font:14px sans-serif}
    figure{margin:0}img{width:100%}</style>${figures.join('')}`,
  );
  writeFileSync(file, await page.screenshot({ fullPage: true }));
  await page.close();
}
