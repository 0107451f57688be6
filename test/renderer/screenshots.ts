/**
 * Every screen as a picture, for people to look at: `node test/renderer/screenshots.ts [folder] [part of a name] [language] [easy]`.
 * Build the renderer first.
 */
import { mkdirSync } from 'node:fs';
import { chromium } from '@playwright/test';
import type { Language } from '../../app/view.ts';
import { startFixtureServer } from './fixture-server.ts';
import { fixtures, GLASS, type GlassName, on } from './fixtures.ts';

const [folder = 'test/results/screens', part = '', language = 'ja', easy = ''] = process.argv.slice(2);
const languages: Language[] = ['ja', 'en', 'zh-Hans', 'zh-Hant', 'ko', 'ja-easy'];
mkdirSync(folder, { recursive: true });
const server = await startFixtureServer(fixtures.attract);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-background-networking'] });
for (const glass of Object.keys(GLASS) as GlassName[]) {
  const page = await browser.newPage({ viewport: GLASS[glass].viewport, hasTouch: true });
  page.on('console', (message) => message.type() === 'error' && console.error(glass, message.text()));
  page.on('pageerror', (error) => console.error(glass, error.message));
  await page.goto(server.url);
  for (const [name, view] of Object.entries(fixtures)) {
    if (!`${glass}-${name}`.includes(part)) continue;
    server.show(
      on(glass, view, {
        language: language as Language,
        easyView: easy === 'easy',
        ...(language === 'ja' ? {} : { shop: { languages } }),
      }),
    );
    await page.waitForTimeout(250);
    await page.evaluate(() => document.fonts.ready);
    await page.waitForTimeout(150);
    await page.screenshot({ path: `${folder}/${glass}-${name}.png` });
  }
  await page.close();
}
await browser.close();
await server.close();
