/** A till on a tablet: no machine, the staff's screen and the customer's in two windows of one browser. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { Ledger } from '../../main/paypay/simulator/ledger.ts';
import { callJson, startNode } from './program.ts';
import { readQr, see } from './screen.ts';

async function openCounter() {
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-counter-'));
  const keys = { PAYPAY_API_KEY: 'e2e', PAYPAY_API_SECRET: randomBytes(16).toString('hex') };
  const configFile = path.join(folder, 'shop.yaml');
  writeFileSync(
    configFile,
    JSON.stringify({
      version: 1,
      shop: { name: { ja: 'まちかど商店', en: 'Corner shop' }, merchantName: 'まちかど商店', mode: 'counter', phone: '03-0000-0000' },
      paypay: { pollInterval_ms: 2000, merchantId: 'e2e' },
      machine: { driver: 'none' },
      sale: { final_ms: 60_000 },
      products: [
        { sku: 'tea', name: { ja: 'お茶', en: 'Tea' }, price_jpy: 150 },
        { sku: 'cake', name: { ja: 'ケーキ', en: 'Cake' }, price_jpy: 420 },
      ],
    }),
  );
  const payPayArgs = ['--port', '0', '--api-key', keys.PAYPAY_API_KEY, '--api-secret', keys.PAYPAY_API_SECRET, '--merchant', 'e2e'];
  const payPay = startNode('main/paypay/simulator/cli.ts', payPayArgs);
  const payPayUrl = await payPay.line(/^paypay simulator: (http:\S+)/m);
  const hostArgs = ['--config', configFile, '--data', path.join(folder, 'data'), '--paypay', payPayUrl, '--port', '0'];
  const kiosk = startNode('dist/main/browser.js', hostArgs, keys);
  const address = await kiosk.line(/^kiosk: (http:\S+)/m);
  return {
    address,
    customerAddress: `${new URL(address).origin}/?side=customer`,
    pay: (url: string) => callJson(`${payPayUrl}/_simulator/pay`, { url }),
    ledger: () => callJson<Ledger>(`${payPayUrl}/_simulator/ledger`),
    async end() {
      await Promise.all([kiosk.end('SIGKILL'), payPay.end('SIGKILL')]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

test('staff ring up, the customer pays on the other screen, both see the result', async ({ page: staff, context }) => {
  const counter = await openCounter();
  try {
    await staff.goto(counter.address);
    await see(staff, 'attract');
    const customer = await context.newPage();
    await customer.goto(counter.customerAddress);
    await expect(customer.getByTestId('customer-side')).toContainText('まちかど商店');
    await expect(customer.getByRole('button', { name: 'お会計をはじめる' }), 'a customer begins no sale').toHaveCount(0);

    await staff.getByRole('button', { name: 'お会計をはじめる' }).tap();
    await expect(customer.getByTestId('customer-side')).toContainText('お会計を準備しています');
    await customer.getByTestId('language-en').tap();
    await expect(customer.getByTestId('customer-side')).not.toContainText('お会計を準備しています');
    await expect(staff.getByTestId('cart-checkout'), 'the till stays in the staff’s language').toHaveText('お支払いへ');
    for (const key of ['1', '2', '3', '0']) await staff.locator('.key', { hasText: new RegExp(`^${key}$`) }).tap();
    await expect(staff.getByTestId('amount')).toHaveText('¥1,230');
    await staff.getByTestId('cart-checkout').tap();
    await see(customer, 'awaitingPayment');
    await expect(customer.getByTestId('amount')).toHaveText('¥1,230');
    await counter.pay(await readQr(customer));
    await see(customer, 'thanks');
    await see(staff, 'thanks');
    const number = await staff.getByTestId('order-number').textContent();
    await expect(customer.getByTestId('order-number')).toHaveText(number ?? '');
    await expect(customer.getByTestId('finish'), 'the staff’s screen is closed by staff').toHaveCount(0);
    await staff.getByTestId('finish').tap();
    await expect(customer.getByTestId('customer-side'), 'the next customer finds the shop’s language').toContainText('いらっしゃいませ');
    expect(await counter.ledger()).toMatchObject({ taken_jpy: 1230, returned_jpy: 0 });
  } finally {
    await counter.end();
  }
});

test('products on one tablet, given up by the customer, then paid', async ({ page }) => {
  const counter = await openCounter();
  try {
    await page.goto(counter.address);
    const ringUp = async () => {
      await see(page, 'attract');
      await page.getByRole('button', { name: 'お会計をはじめる' }).tap();
      await page.getByRole('button', { name: '商品', exact: true }).tap();
      await page.getByTestId('product-tea').tap();
      await page.getByTestId('product-cake').tap();
      await page.getByTestId('cart-checkout').tap();
      await see(page, 'awaitingPayment');
      return readQr(page);
    };
    const first = await ringUp();
    await page.getByTestId('cancel').tap();
    await see(page, 'codeClosed');
    await expect(counter.pay(first)).rejects.toThrow(/409/);
    await page.getByTestId('finish').tap();
    await counter.pay(await ringUp());
    await see(page, 'thanks');
    await expect(page.getByTestId('thanks')).toContainText('お支払いがすみました');
    expect(await counter.ledger()).toMatchObject({ taken_jpy: 570, returned_jpy: 0 });
  } finally {
    await counter.end();
  }
});
