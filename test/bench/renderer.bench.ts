/** The screens on a slow computer: real touches, real frames, Chromium's processor slowed down four times. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Browser, type CDPSession, chromium, type Page } from '@playwright/test';
import sharp from 'sharp';
import { findChromium } from '../../main/chromium.ts';
import { preparePicture } from '../../main/pictures.ts';
import type { KioskCommand, KioskView } from '../../app/view.ts';
import { ROOT } from '../e2e/program.ts';
import { type FixtureServer, startFixtureServer } from '../renderer/fixture-server.ts';
import { fixtures } from '../renderer/fixtures.ts';
import { atMost, figure, quantile, type Row } from './row.ts';

const RENDERER = path.join(ROOT, 'dist/renderer');
const SLOW_DOWN = 4;
const LOADS = 7;
const SALES = 16;
const SCROLLS = 4;
const STEPS = 40;

/** Sixty photographs, each of its own product; nothing is chosen yet. */
const CATALOGUE: KioskView = {
  ...fixtures['selecting-empty'],
  products: fixtures['selecting-sixty'].products.map((product, i) => ({ ...product, picture: `pictures/${i}.webp` })),
};
/** A kiosk has the same goods whatever screen it shows. */
const selling = (view: KioskView): KioskView => ({ ...view, products: CATALOGUE.products });
const ATTRACT = selling(fixtures.attract);
const PAYABLE = selling(fixtures.awaitingPayment);
/** What each of the bench's taps asks of the kiosk, and what that shows then. */
const ANSWERS: Readonly<Partial<Record<KioskCommand['do'], KioskView>>> = {
  start: CATALOGUE,
  finish: ATTRACT,
  add: selling(fixtures['selecting-cart']),
  buy: selling(fixtures.creatingCode),
  checkout: selling(fixtures.creatingCode),
  cancel: selling(fixtures['codeClosed-cancelled']),
};

const on = (screen: string): string => `[data-screen="${screen}"]`;
const START = ['.attract .action', on('selecting')] as const;
const LEAVE = [
  ['[data-testid="cancel"]', on('codeClosed')],
  ['[data-testid="finish"]', on('attract')],
] as const;
const CHOSEN = '.cart-line';
/** What is touched, and what shows that it was heard: the ways to a code past the cart and by way of it, and back. */
const WAYS = [
  [START, ['[data-testid="buy-green-tea"]', on('creatingCode')], ...LEAVE],
  [START, ['[data-testid="product-green-tea"]', CHOSEN], ['[data-testid="cart-checkout"]', on('creatingCode')], ...LEAVE],
] as const;

export default async function rendererBench(): Promise<Row[]> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium was found');
  const args = ['--disable-background-networking', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  const browser = await chromium.launch({ executablePath, args });
  const folder = mkdtempSync(path.join(os.tmpdir(), 'photographs-'));
  await photographs(folder, CATALOGUE.products.length);
  const server = await startFixtureServer(ATTRACT, RENDERER, folder);
  const kiosk = setInterval(() => {
    for (const command of server.commands()) {
      const view = ANSWERS[command.do];
      if (view !== undefined) server.show(view);
    }
  }, 1);
  try {
    return [...size(), ...(await firstPaint(browser, server)), ...(await slow(browser, server))];
  } finally {
    clearInterval(kiosk);
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

/** As a kiosk shows what cameras made: noise of a camera's size on a colour of its own, through the kiosk's own preparing. */
export async function photographs(folder: string, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const file = path.join(folder, `${i}.jpg`);
      const noise = { type: 'gaussian', mean: 60 + ((i * 53) % 140), sigma: 30 } as const;
      await sharp({ create: { width: 1200, height: 1600, channels: 3, background: '#888', noise } })
        .jpeg({ quality: 80 })
        .toFile(file);
      const prepared = await preparePicture(file, path.join(folder, 'prepared'), (message) => {
        throw new Error(`${file}: ${message}`);
      });
      copyFileSync(prepared, path.join(folder, `${i}.webp`));
    }),
  );
}

/** What a customer's screen loads before its first picture; the staff's console comes when staff open it. */
function size(): Row[] {
  const page = readFileSync(path.join(RENDERER, 'index.html'), 'utf8');
  const texts = [...page.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(([, name]) =>
    readFileSync(path.join(RENDERER, name ?? ''), 'utf8'),
  );
  const kB = (without: RegExp): number => texts.reduce((sum, text) => sum + gzipSync(text.replace(without, '')).length / 1000, 0);
  // The lists of the fonts' files are part of the fonts.
  const own = kB(/@font-face\s*\{[^}]*\}/g);
  return [
    atMost('screens: JavaScript and styles of the customer without fonts, gzipped', own, 'kB', 130),
    figure('screens: the same with the list of the Japanese font’s files, gzipped', kB(/(?!)/), 'kB'),
  ];
}

async function firstPaint(browser: Browser, server: FixtureServer): Promise<Row[]> {
  const paints: number[] = [];
  for (let n = 0; n < LOADS; n++) {
    const page = await browser.newPage({ viewport: { width: 1080, height: 1920 } });
    await page.goto(server.url);
    await page.locator('[data-screen="attract"]').waitFor();
    paints.push(
      await page.evaluate(async () => {
        const paint = await new Promise<PerformanceEntry>((resolve) =>
          new PerformanceObserver((list) => list.getEntriesByName('first-contentful-paint').forEach(resolve)).observe({
            type: 'paint',
            buffered: true,
          }),
        );
        const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
        return paint.startTime - (navigation?.responseStart ?? NaN);
      }),
    );
    await page.close();
  }
  return [
    atMost('screens: first byte of the host to first paint, median', quantile(paints, 0.5), 'ms', 500),
    figure('screens: first byte of the host to first paint, slowest', Math.max(...paints), 'ms'),
  ];
}

async function slow(browser: Browser, server: FixtureServer): Promise<Row[]> {
  const page = await browser.newPage({ viewport: { width: 1080, height: 1920 }, hasTouch: true });
  const cdp = await page.context().newCDPSession(page);
  await page.goto(server.url);
  await seen(page, 'attract');
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOW_DOWN });
  const taps: (Tap & { readonly shown: string })[] = [];
  await browser.startTracing(page, { categories: ['input.scrolling'] });
  for (let n = 0; n < SALES; n++)
    for (const [button, shown] of WAYS[n % 2 === 0 ? 0 : 1]) {
      taps.push({ ...(await tap(page, cdp, button, shown)), shown });
      if (shown !== on('creatingCode')) continue;
      // PayPay's answer.
      server.show(PAYABLE);
      await seen(page, 'awaitingPayment');
      await page.waitForTimeout(300);
    }
  const trace = await browser.stopTracing();
  const pressed_ms = less(
    taps.map((one) => one.pressed_ms),
    heldBack(trace, 'TOUCH_PRESSED'),
  );
  const released_ms = less(
    taps.map((one) => one.next_ms),
    heldBack(trace, 'TOUCH_RELEASED'),
  );
  const next_ms = released_ms.filter((_, n) => taps[n]?.shown !== CHOSEN);
  const chosen_ms = released_ms.filter((_, n) => taps[n]?.shown === CHOSEN);
  server.show(CATALOGUE);
  await seen(page, 'selecting');
  await page.waitForTimeout(1500);
  const frames: number[] = [];
  for (let n = 0; n < SCROLLS; n++) frames.push(...(await scroll(page, cdp, n % 2 === 0 ? 'down' : 'up')));
  await page.close();
  const at = `at ${SLOW_DOWN}× slow-down`;
  return [
    atMost(`screens: finger down to the button's pressed look painted, 95th percentile ${at}`, quantile(pressed_ms, 0.95), 'ms', 50),
    atMost(`screens: finger up to the next screen painted, 95th percentile ${at}`, quantile(next_ms, 0.95), 'ms', 100),
    figure(`screens: finger up to the next screen painted, slowest ${at}`, Math.max(...next_ms), 'ms'),
    figure(`screens: finger up to the first product in the cart painted, median ${at}`, quantile(chosen_ms, 0.5), 'ms'),
    figure(`screens: finger up to the first product in the cart painted, slowest ${at}`, Math.max(...chosen_ms), 'ms'),
    atMost(`screens: longest frame while 60 products scroll ${at}`, Math.max(...frames), 'ms', 50),
    figure(`screens: frames seen while scrolling ${at}`, frames.length, 'frames'),
  ];
}

const seen = (page: Page, screen: string): Promise<void> => page.locator(on(screen)).waitFor();

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly ts: number;
  readonly id2?: { readonly local?: string };
  readonly args: { readonly event_latency?: { readonly event_type?: string } };
}

/**
 * DevTools stamp a touch, and then hold it back until the page has drawn a frame; no touchscreen does.
 * @returns for each touch of this kind how long it waited, in ms, before the browser had it
 */
function heldBack(trace: Buffer, kind: 'TOUCH_PRESSED' | 'TOUCH_RELEASED'): number[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const events = traceEvents.sort((a, b) => a.ts - b.ts);
  return events
    .filter(({ ph, args }) => ph === 'b' && args.event_latency?.event_type === kind)
    .map(({ ts, id2 }) => {
      const had = events.find(
        (event) => event.name === 'GenerationToBrowserMain' && event.ph === 'e' && event.id2?.local === id2?.local && event.ts >= ts,
      );
      if (had === undefined) throw new Error('a touch has no end in the trace');
      return (had.ts - ts) / 1000;
    });
}

function less(times_ms: readonly number[], held_ms: readonly number[]): number[] {
  if (times_ms.length !== held_ms.length) throw new Error(`${times_ms.length} touches, ${held_ms.length} in the trace`);
  return times_ms.map((time_ms, n) => time_ms - (held_ms[n] ?? NaN));
}

interface Tap {
  readonly pressed_ms: number;
  readonly next_ms: number;
}

/** One touch on the button; both times are of frames that the browser painted, counted from the stamps of the input events. */
async function tap(page: Page, cdp: CDPSession, button: string, shown: string): Promise<Tap> {
  const box = await page.locator(button).boundingBox();
  if (box === null) throw new Error(`${button} can't be seen`);
  const times = page.evaluate(
    ([wanted, sign]) =>
      new Promise<Tap>((resolve) => {
        const target = document.querySelector(wanted) ?? document.body;
        const look = (): string => {
          const { backgroundColor, backgroundImage } = getComputedStyle(target);
          return `${backgroundColor} ${backgroundImage}`;
        };
        const before = look();
        let [pressed_ms, up_ms] = [NaN, NaN];
        const frame = (check: () => boolean, then: (at_ms: number) => void): void => {
          // The frame after the one in which it is true has it on the glass.
          if (check()) requestAnimationFrame(() => then(performance.now()));
          else requestAnimationFrame(() => frame(check, then));
        };
        addEventListener(
          'pointerdown',
          ({ timeStamp }) =>
            requestAnimationFrame(() =>
              frame(
                () => look() !== before,
                (at_ms) => (pressed_ms = at_ms - timeStamp),
              ),
            ),
          { once: true },
        );
        addEventListener('pointerup', ({ timeStamp }) => (up_ms = timeStamp), { once: true });
        frame(
          () => document.querySelector(sign) !== null,
          (at_ms) => resolve({ pressed_ms, next_ms: at_ms - up_ms }),
        );
      }),
    [button, shown] as const,
  );
  const touchPoints = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }];
  await page.evaluate(() => new Promise(requestAnimationFrame));
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
  // As long as a finger rests on a button.
  await new Promise((resolve) => setTimeout(resolve, 90));
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  const found = await times;
  await page.waitForTimeout(300);
  return found;
}

/** A finger draws the list along. @returns how long each frame took */
async function scroll(page: Page, cdp: CDPSession, direction: 'down' | 'up'): Promise<number[]> {
  const box = await page.locator('.products').boundingBox();
  if (box === null) throw new Error('the products can’t be seen');
  const before = await page.locator('.products').evaluate((element) => element.scrollTop);
  await page.evaluate(() => {
    const frames: number[] = [];
    let last_ms = performance.now();
    const tick = (): void => {
      const now_ms = performance.now();
      frames.push(now_ms - last_ms);
      last_ms = now_ms;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    Object.assign(window, { frames });
  });
  const x = box.x + box.width / 2;
  const [from, to] = direction === 'down' ? [0.9, 0.1] : [0.1, 0.9];
  const at = (share: number) => [{ x, y: box.y + box.height * (from + (to - from) * share) }];
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
  for (let step = 1; step <= STEPS; step++) {
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(step / STEPS) });
    await new Promise((resolve) => setTimeout(resolve, 16));
  }
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  const frames = await page.evaluate(() => (window as unknown as { frames: number[] }).frames.slice(2));
  const after = await page.locator('.products').evaluate((element) => element.scrollTop);
  if (before === after) throw new Error('nothing scrolled');
  return frames;
}
