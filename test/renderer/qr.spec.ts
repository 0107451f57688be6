/** A phone reads the QR from the screen as it is, out of focus, from afar and from the side; and it has the size and the quiet that readers ask for. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { type KioskView, LANGUAGES } from '../../app/view.ts';
import { fixtures, GLASS, type GlassName, on, QR_URL } from './fixtures.ts';
import { expect, test } from './screen.ts';

// The decoder comes with its own copy of the code; the rest would be fetched from a CDN.
const wasm = readFileSync(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')));
prepareZXingModule({ overrides: { wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) } });
const read = async (picture: Uint8Array): Promise<string[]> =>
  (await readBarcodes(picture, { formats: ['QRCode'], tryHarder: true })).filter(({ isValid }) => isValid).map(({ text }) => text);

/** How a camera may see it: CSS on a picture of the code and what is around it. */
const SEEN: Readonly<Record<string, (module_px: number) => string>> = {
  'out of focus': (module_px) => `filter: blur(${module_px * 0.3}px)`,
  'half the size': () => 'zoom: 0.5',
  'from the side': () => 'transform: perspective(1000px) rotateY(15deg)',
  'from below': () => 'transform: perspective(1000px) rotateX(15deg)',
};
const RECEIPT_URL = 'https://example.jp/r/3-0142';
const CODES: readonly { readonly name: string; readonly view: KioskView; readonly url: string; readonly least_mm: number }[] = [
  { name: 'payment', view: fixtures.awaitingPayment, url: QR_URL, least_mm: 50 },
  { name: 'payment of a cart', view: fixtures['awaitingPayment-cart'], url: QR_URL, least_mm: 50 },
  // A receipt is for whoever wants it; it must not look like something to pay.
  { name: 'receipt', view: fixtures.thanks, url: RECEIPT_URL, least_mm: 18 },
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
          expect((box.width / modules) % 1, `${here}: whole pixels`).toBe(0);
          // The words beside a code don't change its pixels, nor how a camera sees them.
          if (language !== 'ja') continue;
          const symbol = measure(await code.screenshot());
          expect(symbol.blurred, `${here}: black on white, whole pixels`).toEqual([]);
          expect(symbol.quiet_modules, `${here}: quiet zone in modules`).toBeGreaterThanOrEqual(QUIET_modules);
          expect(symbol.size_px, `${here}: as large as its card says`).toBe((box.width * (modules - 2 * QUIET_modules)) / modules);
          expect(await read(await kiosk.page.screenshot()), here).toEqual([url]);
          const clip = {
            x: Math.max(0, box.x - AROUND_px),
            y: Math.max(0, box.y - AROUND_px),
            width: Math.min(box.width + 2 * AROUND_px, viewport.width - Math.max(0, box.x - AROUND_px)),
            height: Math.min(box.height + 2 * AROUND_px, viewport.height - Math.max(0, box.y - AROUND_px)),
          };
          const source = `data:image/png;base64,${(await kiosk.page.screenshot({ clip })).toString('base64')}`;
          for (const [how, css] of Object.entries(SEEN)) {
            await camera.setContent(`<body style="margin:0;background:#444"><img style="${css(symbol.module_px)}" src="${source}">`);
            expect(await read(await camera.locator('img').screenshot()), `${here}, ${how}`).toEqual([url]);
          }
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
