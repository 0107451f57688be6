/** The kiosk as a customer meets it: real process, real browser, serial line and HTTP. */
import { readFileSync, rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { findChromium } from '../../main/chromium.ts';
import { freePort } from '../../main/demo/free-port.ts';
import { type Corner, openCorner, PRODUCTS } from '../e2e/corner.ts';
import { startProgram, until } from '../e2e/program.ts';
import { choose, see } from '../e2e/screen.ts';
import { atMost, figure, quantile, type Row } from './row.ts';

const TIMED_SALES = 12;
const SALES = 200;

export default async function kioskBench(): Promise<Row[]> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium was found');
  const args = ['--disable-background-networking', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const page = await browser.newPage({ viewport: { width: 1080, height: 1920 }, hasTouch: true });
    return [...(await sales(page)), ...(await startOfDemo())];
  } finally {
    await browser.close();
  }
}

async function sales(page: Page): Promise<Row[]> {
  const webhookPort = await freePort(0);
  const corner = await openCorner({
    kioskOff: true,
    motor_ms: 100,
    stock: 120,
    sale: { maxItems: 5 },
    paypay: { webhook: { port: webhookPort, allow: ['127.0.0.1'] } },
  });
  try {
    const start_ms = performance.now();
    await corner.startKiosk();
    await page.goto(corner.address);
    await see(page, 'attract');
    const coldStart_ms = performance.now() - start_ms;

    const [tapToQr, payToDrive]: [number[], number[]] = [[], []];
    for (let n = 0; n < TIMED_SALES; n++) {
      tapToQr.push(await timedChoice(page));
      payToDrive.push(await timedPayment(page, corner, n + 1));
    }
    // From here on PayPay's webhook makes the kiosk ask at once, or this would take the poll interval a sale.
    await corner.paypay('webhook', { url: `http://127.0.0.1:${webhookPort}/webhooks/paypay` });
    const before_MB = memory_MB(corner);
    for (let n = TIMED_SALES; n < SALES; n++) {
      await choose(page, PRODUCTS[n % PRODUCTS.length]?.sku ?? 'tea');
      await pay(corner);
      await see(page, 'thanks');
      await page.getByTestId('finish').tap();
    }
    const after_MB = memory_MB(corner);
    await corner.agree();
    return [
      atMost('kiosk: tap on "pay" to QR painted, median', quantile(tapToQr, 0.5), 'ms', 1000),
      figure('kiosk: tap on "pay" to QR painted, slowest', Math.max(...tapToQr), 'ms'),
      atMost('kiosk: payment to drive frame on the wire, 95th percentile (polls every 2 s)', quantile(payToDrive, 0.95), 'ms', 3000),
      atMost('kiosk: cold start of the process to attract painted', coldStart_ms, 'ms', 10_000),
      figure('kiosk: memory of the main process after the first sales', before_MB, 'MB'),
      figure(`kiosk: memory of the main process after ${SALES} sales`, after_MB, 'MB'),
    ];
  } finally {
    await corner.end();
  }
}

/** From the finger on the button to a frame with the QR in it. */
async function timedChoice(page: Page): Promise<number> {
  await see(page, 'attract');
  await page.getByRole('button', { name: '画面にふれてください' }).tap();
  await page.getByTestId('product-tea').tap();
  const painted = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let start_ms = 0;
        document.addEventListener('pointerdown', () => (start_ms = performance.now()), { once: true, capture: true });
        const look = () =>
          document.querySelector('[data-testid="qr"]') === null
            ? requestAnimationFrame(look)
            : requestAnimationFrame(() => resolve(performance.now() - start_ms));
        look();
      }),
  );
  await page.getByTestId('cart-checkout').tap();
  return painted;
}

async function pay(corner: Corner): Promise<void> {
  const { codes } = await corner.ledger();
  await corner.paypay('pay', { url: codes.at(-1)?.url });
}

async function timedPayment(page: Page, corner: Corner, drives: number): Promise<number> {
  await pay(corner);
  const paid_ms = performance.timeOrigin + performance.now();
  const at_ms = await until('the drive frame', async () => (await corner.machine()).drives[drives - 1]?.at_ms ?? null);
  await see(page, 'thanks');
  await page.getByTestId('finish').tap();
  return at_ms - paid_ms;
}

const memory_MB = (corner: Corner): number => {
  const status = readFileSync(`/proc/${corner.kiosk().process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1024;
};

/** The second `npm start`: everything is installed and built. */
async function startOfDemo(): Promise<Row[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-bench-'));
  // What npm start runs; npm itself does not pass signals on without a terminal.
  const args = ['main/start.mjs', 'start', '--host', 'browser', '--no-open', '--port', String(await freePort(0)), '--data', folder];
  const start_ms = performance.now();
  const program = startProgram(process.execPath, args);
  try {
    const address = await program.line(/^kiosk: (http:\S+)/m, 60_000);
    await fetch(new URL(address).origin);
    return [atMost('npm start: answers on its address', performance.now() - start_ms, 'ms', 15_000)];
  } finally {
    await program.end('SIGINT');
    rmSync(folder, { recursive: true, force: true });
  }
}
