/** The e-receipt's address carries the receipt itself, and docs/receipt.html shows it with no server behind it. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from '@playwright/test';
import { afterEach, expect, it } from 'vitest';
import { findChromium } from '../../main/chromium.ts';
import { openShop, type TestShop } from './shop.ts';

let shop: TestShop;
afterEach(() => shop.close());

async function paid(receiptUrl: string) {
  shop = await openShop({ shop: { receiptUrl } });
  await shop.send({ do: 'start' }, { do: 'add', sku: 'tea' }, { do: 'checkout' });
  await shop.pay();
  return shop.see('thanks');
}

it('names the order where the shop keeps its receipts itself', async () => {
  const { order, receiptUrl } = await paid('https://shop.example/r/{order}');
  expect(receiptUrl).toBe(`https://shop.example/r/${order.orderNumber}`);
});

it('shows what was bought from the address alone', async () => {
  const { order, receiptUrl } = await paid('https://shop.example/receipt.html#{data}');
  const data = new URL(receiptUrl ?? '').hash;
  expect(data).toMatch(/^#[A-Za-z0-9_-]+$/);
  const browser = await chromium.launch({ executablePath: findChromium() ?? '', args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  try {
    const page = await browser.newPage({ offline: true });
    await page.goto(pathToFileURL(path.resolve(import.meta.dirname, '../../docs/receipt.html')).href + data);
    const text = await page.locator('main').innerText();
    for (const words of ['試験店', order.orderNumber, 'お茶', '¥150', '2026/11/23']) expect(text).toContain(words);
    expect(text).not.toContain('ご返金');
  } finally {
    await browser.close();
  }
});
