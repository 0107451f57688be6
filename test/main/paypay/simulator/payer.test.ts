/** The payer's page and the server around the simulator, looked at with a real browser and over real HTTP. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PayPayClient } from '../../../../main/paypay/client.ts';
import { startSimulator, type SimulatorServer } from '../../../../main/paypay/simulator/server.ts';
import { systemClock } from '../../../../main/system.ts';
import { keys, merchantId, must, yen } from '../samples.ts';
import { seededIds } from '../virtual-clock.ts';

/** A busy machine takes its time. */
const PATIENT = { timeout: 20_000 };
let server: SimulatorServer;
let client: PayPayClient;
let browser: Browser;
let count = 0;

beforeAll(async () => {
  const merchantName = 'ひまわり<b>商店</b>';
  server = await startSimulator({ clock: systemClock(), ids: seededIds(9), keys, merchantId, merchantName, port: 0 });
  client = new PayPayClient({ environment: server.url, ...keys, merchantId });
  const chromiumPath = '/usr/bin/chromium';
  browser = await chromium.launch({
    ...(existsSync(chromiumPath) ? { executablePath: chromiumPath } : {}),
    args: ['--disable-background-networking', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await client.close();
  await server.close();
});

const open = async () =>
  must(await client.createCode({ merchantPaymentId: `p-${++count}`, amount: yen(1250), orderDescription: '緑茶 "500ml" <2>' }));
const payments = () => [...server.simulator.world.payments.values()].map(({ merchantPaymentId }) => merchantPaymentId);

describe('the page', () => {
  test.each([
    ['ja-JP', '支払う', 'お支払いが完了しました'],
    ['en-US', 'Pay', 'Payment complete'],
  ])(
    'in %s: shows who gets how much, pays once, fits a phone, inside another page',
    async (locale, button, complete) => {
      const { url } = await open();
      const street = createServer((_, response) =>
        response.setHeader('content-type', 'text/html').end(`<iframe id="phone" width="375" height="667" src="${url}"></iframe>`),
      );
      await new Promise<void>((resolve) => street.listen(0, '127.0.0.1', resolve));
      const context = await browser.newContext({ locale, viewport: { width: 600, height: 900 } });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      await page.goto(`http://127.0.0.1:${(street.address() as AddressInfo).port}/`);
      const phone = page.frameLocator('#phone');
      await expect.poll(() => phone.locator('strong').textContent(), PATIENT).toBe('ひまわり<b>商店</b>');
      expect(await phone.locator('.amount').textContent()).toBe('¥1,250');
      expect(await phone.locator('.what').textContent()).toBe('緑茶 "500ml" <2>');
      const box = await phone.getByRole('button', { name: button, exact: true }).boundingBox();
      expect(box?.height).toBeGreaterThanOrEqual(44);
      const frame = page.frames()[1];
      expect(
        await frame?.evaluate(
          () => document.documentElement.scrollWidth <= innerWidth && document.documentElement.scrollHeight <= innerHeight,
        ),
      ).toBe(true);
      const axe = await new AxeBuilder({ page }).analyze();
      expect(axe.violations.filter(({ nodes }) => nodes.some(({ target }) => target.length > 1)).map(({ id }) => id)).toEqual([]);
      await phone.getByRole('button', { name: button, exact: true }).click();
      await expect.poll(() => phone.locator('h2').textContent(), PATIENT).toBe(complete);
      expect(payments()).toContain(`p-${count}`);
      expect(complaints).toEqual([]);
      await context.close();
      street.close();
    },
    60_000,
  );

  test('declined: nothing is paid, and the code can still be scanned again', async () => {
    const { url } = await open();
    const page = await browser.newPage({ locale: 'ja-JP', viewport: { width: 320, height: 568 } });
    await page.goto(url);
    await page.getByRole('button', { name: 'やめる' }).click();
    expect(await page.locator('h2').textContent()).toBe('お支払いをやめました');
    expect(payments()).not.toContain(`p-${count}`);
    await page.goto(url);
    await page.getByRole('link', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Pay', exact: true }).click();
    await page.locator('[data-amount]').waitFor();
    expect(payments()).toContain(`p-${count}`);
    await page.close();
  }, 60_000);

  test('follows a refund', async () => {
    const { url } = await open();
    const paid = await fetch(`${server.url}/_simulator/pay`, { method: 'POST', body: JSON.stringify({ url }) });
    const { paymentId } = (await paid.json()) as { paymentId: string };
    must(await client.refund({ merchantRefundId: `r-${count}`, paymentId, amount: yen(1000) }));
    server.simulator.world.shift(5000);
    const html = await (await fetch(`${url}?lang=ja`)).text();
    expect(html).toContain('返金されました ¥1,000');
  });

  test('a dead code says so', async () => {
    const { url, codeId } = await open();
    must(await client.deleteCode({ codeId }));
    expect(await (await fetch(`${url}?lang=en`)).text()).toContain('This code was withdrawn');
    const unknown = await fetch(`${server.url}/qr/nobody`);
    expect(unknown.status).toBe(404);
    expect(await unknown.text()).toContain('このコードは使えません');
  });
});

describe('the server', () => {
  test('controls are for this machine’s own pages', async () => {
    const ledger = (headers: Record<string, string>) => fetch(`${server.url}/_simulator/ledger`, { headers });
    expect((await ledger({})).status).toBe(200);
    const near = await ledger({ origin: 'http://127.0.0.1:5173' });
    expect(near.headers.get('access-control-allow-origin')).toBe('http://127.0.0.1:5173');
    expect((await ledger({ origin: 'https://evil.example' })).status).toBe(403);
  });

  test('a body larger than any of this API is refused', async () => {
    const response = await fetch(`${server.url}/v2/codes`, { method: 'POST', body: 'x'.repeat(1_100_000) });
    expect(response.status).toBe(413);
  });
});

describe('the command', () => {
  const run = (args: string[]) => {
    const child = spawn(process.execPath, ['main/paypay/simulator/cli.ts', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const end = new Promise<number | null>((resolve) => child.once('exit', resolve));
    return { child, end, out: () => out, err: () => err };
  };

  test('prints where it listens, and ends when told', async () => {
    const { child, out, end } = run(['--port', '0', '--api-key', 'K', '--api-secret', 'S', '--merchant', 'M']);
    await expect.poll(out, PATIENT).toMatch(/^paypay simulator: http:\/\/127\.0\.0\.1:\d+\n$/);
    const there = new PayPayClient({
      environment: out().slice('paypay simulator: '.length).trim(),
      apiKey: 'K',
      apiSecret: 'S',
      merchantId: 'M',
    });
    must(await there.createCode({ merchantPaymentId: 'p', amount: yen(1) }));
    await there.close();
    child.kill('SIGTERM');
    expect(await end).toBe(0);
  });

  test.each([
    [['--port', '0'], '--api-key, --api-secret and --merchant are needed'],
    [['--port', 'x', '--api-key', 'K', '--api-secret', 'S', '--merchant', 'M'], '--port: found "x"'],
    [['--fault-rate', '2', '--api-key', 'K', '--api-secret', 'S', '--merchant', 'M'], '--fault-rate: found "2"'],
    [['--nonsense'], 'nonsense'],
  ])('explains what is wrong with %j', async (args, message) => {
    const { end, err } = run(args);
    expect(await end).toBe(1);
    expect(err()).toContain(message);
    expect(err()).toContain('usage:');
  });

  test('ends as a program of the demo too, whose channel would keep it alive', async () => {
    const endWithParent = ['--import', path.resolve('main/demo/end-with-parent.mjs')];
    const child = spawn(process.execPath, [...endWithParent, 'main/paypay/simulator/cli.ts', '--nonsense'], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(1);
  });
});
