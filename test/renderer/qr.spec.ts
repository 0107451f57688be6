/** A phone reads the QR from the screen as it is, out of focus, from afar and from the side; and it has the size and the quiet that readers ask for. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { type KioskView, LANGUAGES, type ScreenView } from '../../app/view.ts';
import { fixtures, GLASS, type GlassName, on, QR_URL } from './fixtures.ts';
import { expect, openScreen, test } from './screen.ts';

// The decoder comes with its own copy of the code; the rest would be fetched from a CDN.
const wasm = readFileSync(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')));
prepareZXingModule({ overrides: { wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) } });
const read = async (picture: Uint8Array): Promise<string[]> =>
  (await readBarcodes(picture, { formats: ['QRCode'], tryHarder: true })).filter(({ isValid }) => isValid).map(({ text }) => text);

// What is wrong is said in words.
test.use({ trace: 'off' });

/** How a camera may see it: CSS on a picture of the code and what is around it. */
const SEEN: Readonly<Record<string, (module_px: number) => string>> = {
  'out of focus': (module_px) => `filter: blur(${module_px * 0.3}px)`,
  'half the size': () => 'zoom: 0.5',
  'from the side': () => 'transform: perspective(1000px) rotateY(15deg)',
  'from below': () => 'transform: perspective(1000px) rotateX(15deg)',
};
const RECEIPT_URL = 'https://example.jp/r/3-0142';
/** As long as a shop's own page with an order's data in its address may be. */
const LONG_RECEIPT_URL = `https://receipts.example.jp/sakurazaka/3-0142?total=150&at=2026-11-23T14:05:00%2B09:00&key=${'3fK9'.repeat(12)}`;
const THANKS = fixtures.thanks.screen as Extract<ScreenView, { name: 'thanks' }>;
const CODES: readonly { readonly name: string; readonly view: KioskView; readonly url: string; readonly least_mm: number }[] = [
  { name: 'payment', view: fixtures.awaitingPayment, url: QR_URL, least_mm: 50 },
  { name: 'payment of a cart', view: fixtures['awaitingPayment-cart'], url: QR_URL, least_mm: 50 },
  // A receipt is for whoever wants it; it must not look like something to pay.
  { name: 'receipt', view: fixtures.thanks, url: RECEIPT_URL, least_mm: 18 },
  {
    name: 'long receipt',
    view: { ...fixtures.thanks, screen: { ...THANKS, receiptUrl: LONG_RECEIPT_URL } },
    url: LONG_RECEIPT_URL,
    least_mm: 18,
  },
];
/** What a camera sees around a code. */
const AROUND_px = 40;
const QUIET_modules = 4;
/** A finder pattern's edge. */
const FINDER_modules = 7;

interface Symbol {
  readonly size_px: number;
  readonly module_px: number;
  /** Shades of grey that are neither black nor white, runs that are no whole module: what a fractional scale leaves behind. */
  readonly blurred: readonly string[];
  /** White around the symbol, in modules, where it is narrowest. */
  readonly quiet_modules: number;
}

type Box = Readonly<Record<'x' | 'y' | 'width' | 'height', number>>;
/** @param around_px what to leave around the box, as far as the picture goes */
async function cut(picture: Buffer, box: Box, around_px: number): Promise<Buffer> {
  const { width, height } = await sharp(picture).metadata();
  const [left, top] = [Math.max(0, Math.round(box.x - around_px)), Math.max(0, Math.round(box.y - around_px))];
  const right = Math.min(width, Math.round(box.x + box.width + around_px));
  const bottom = Math.min(height, Math.round(box.y + box.height + around_px));
  return sharp(picture)
    .extract({ left, top, width: right - left, height: bottom - top })
    .png({ compressionLevel: 1 })
    .toBuffer();
}

/** Reads the symbol from the pixels of its card. */
function measure(picture: Buffer): Symbol {
  const { data, width, height } = PNG.sync.read(picture);
  const pixels = new Uint32Array(data.buffer, data.byteOffset, width * height);
  const shade = (x: number, y: number): number => pixels[y * width + x] ?? 0;
  const [BLACK, WHITE] = [0xff000000, 0xffffffff];
  const blurred = new Set<string>();
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const here = shade(x, y);
      if (here === WHITE) continue;
      if (here !== BLACK) blurred.add(here.toString(16));
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  let edge_px = 0;
  while (shade(left + edge_px, top) === BLACK) edge_px += 1;
  const module_px = edge_px / FINDER_modules;
  for (let y = top; y <= bottom; y += 1) {
    let start = left;
    for (let x = left + 1; x <= right; x += 1) {
      if (shade(x, y) === shade(x - 1, y)) continue;
      if ((x - start) % module_px !== 0) blurred.add(`a run of ${x - start} px`);
      start = x;
    }
  }
  const quiet_px = Math.min(left, top, width - 1 - right, height - 1 - bottom);
  return { size_px: right - left + 1, module_px, blurred: [...blurred], quiet_modules: quiet_px / module_px };
}

for (const glass of Object.keys(GLASS) as GlassName[])
  for (const easyView of [false, true])
    test(`QR on ${glass}, ${easyView ? 'easy view' : 'normal view'}`, async ({ kiosk, browser }) => {
      const { viewport, display } = GLASS[glass];
      await kiosk.glass(glass);
      const camera = await browser.newPage({ viewport });
      for (const { name, view, url, least_mm } of CODES)
        for (const language of LANGUAGES) {
          const here = `${name}, ${language}`;
          await kiosk.show(on(glass, view, { language, easyView, shop: { languages: LANGUAGES } }));
          const code = kiosk.page.locator('.qr svg');
          const box = await code.boundingBox();
          if (box === null) throw new Error(`${here}: there is no code`);
          const modules = Number((await code.getAttribute('viewBox'))?.split(' ')[2]);
          const size_mm = ((box.width * (modules - 2 * QUIET_modules)) / modules / viewport.width) * display.width_mm;
          expect(size_mm, `${here}: size in mm`).toBeGreaterThanOrEqual(least_mm);
          if (easyView && name.startsWith('payment')) {
            const floor_mm = (y: number): number =>
              display.bottomFromFloor_mm + ((viewport.height - y) / viewport.height) * display.height_mm;
            const quiet_px = (box.width / modules) * QUIET_modules;
            expect(floor_mm(box.y + box.height - quiet_px), `${here}: lowest, in mm from the floor`).toBeGreaterThanOrEqual(900);
            expect(floor_mm(box.y + quiet_px), `${here}: highest, in mm from the floor`).toBeLessThanOrEqual(1200);
          }
          expect((box.width / modules) % 1, `${here}: whole pixels`).toBe(0);
          const picture = await kiosk.picture();
          expect(await read(picture), here).toEqual([url]);
          const symbol = measure(await cut(picture, box, 0));
          expect(symbol.blurred, `${here}: black on white, whole pixels`).toEqual([]);
          expect(symbol.quiet_modules, `${here}: quiet zone in modules`).toBeGreaterThanOrEqual(QUIET_modules);
          expect(symbol.size_px, `${here}: as large as its card says`).toBe((box.width * (modules - 2 * QUIET_modules)) / modules);
          // Through all cameras at once: one picture, with the code as each of them sees it.
          const source = `data:image/png;base64,${(await cut(picture, box, AROUND_px)).toString('base64')}`;
          const seen = Object.values(SEEN).map((css) => `<div><img style="${css(symbol.module_px)}" src="${source}"></div>`);
          await camera.setContent(
            `<style>body{margin:0;background:#444;display:grid;grid-template-columns:repeat(2,max-content);gap:20px}</style>${seen.join('')}`,
          );
          const through = await camera.screenshot({ fullPage: true });
          const places = await camera
            .locator('div')
            .evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().toJSON() as Box));
          for (const [index, how] of Object.keys(SEEN).entries())
            expect(await read(await cut(through, places[index]!, 0)), `${here}, ${how}`).toEqual([url]);
        }
      await camera.close();
    });

test('a code that is scaled by a fraction is found, and one that is smeared is not read', async ({ kiosk, browser }) => {
  await kiosk.glass('portrait');
  await kiosk.show(on('portrait', fixtures.awaitingPayment));
  const code = kiosk.page.locator('.qr svg');
  const picture = await code.screenshot();
  const camera = await browser.newPage();
  await camera.setContent(`<img style="filter: blur(15px)" src="data:image/png;base64,${picture.toString('base64')}">`);
  expect(await read(await camera.locator('img').screenshot())).toEqual([]);
  await camera.close();
  await code.evaluate((svg) => ((svg as SVGElement).style.width = '401px'));
  expect(measure(await code.screenshot()).blurred).not.toEqual([]);
});

test('a screen of two device pixels to one of CSS: whole device pixels, and a decoder reads it', async ({ browser }) => {
  const screen = await openScreen(browser, 2);
  try {
    await screen.glass('small');
    for (const { name, view, url } of CODES) {
      await screen.show(on('small', view, { shop: { languages: LANGUAGES } }));
      const picture = await screen.page.screenshot();
      expect(await read(picture), name).toEqual([url]);
      const box = await screen.page.locator('.qr svg').boundingBox();
      if (box === null) throw new Error(`${name}: there is no code`);
      const device = { x: box.x * 2, y: box.y * 2, width: box.width * 2, height: box.height * 2 };
      expect(measure(await cut(picture, device, 0)).blurred, name).toEqual([]);
    }
  } finally {
    await screen.close();
  }
});

test('nothing moves over a code, or on it', async ({ kiosk }) => {
  await kiosk.page.emulateMedia({ reducedMotion: 'no-preference' });
  await kiosk.glass('portrait');
  const moving = (around: string) =>
    kiosk.page.evaluate(
      (selector) =>
        document.getAnimations().filter(({ effect }) => {
          const target = effect instanceof KeyframeEffect ? effect.target : null;
          return target?.querySelector(selector) != null || target?.closest(selector) != null;
        }).length,
      around,
    );
  await kiosk.show(on('portrait', fixtures.awaitingPayment));
  expect(await moving('[data-testid="qr"]')).toBe(0);
  // The same question on a screen that fades in has an answer.
  await kiosk.show(on('portrait', fixtures.attract));
  expect(await moving('.shelf')).toBeGreaterThan(0);
  await kiosk.page.emulateMedia({ reducedMotion: 'reduce' });
});
