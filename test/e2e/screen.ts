/** What a customer does and sees on the kiosk's screen. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, type Locator, type Page } from '@playwright/test';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import type { ScreenName } from '../../app/view.ts';

// The decoder comes with its own copy of the code; the rest would be fetched from a CDN.
const wasm = readFileSync(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')));
prepareZXingModule({ overrides: { wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) } });

export const screenOf = (page: Page, name: ScreenName): Locator => page.locator(`[data-screen="${name}"]`);

/** Waits for the screen, however long the way to it is. */
export const see = (page: Page, name: ScreenName, timeout = 30_000): Promise<void> => expect(screenOf(page, name)).toBeVisible({ timeout });

/** From the first touch to the QR. */
export async function choose(page: Page, ...skus: string[]): Promise<void> {
  await see(page, 'attract');
  await page.getByRole('button', { name: '画面にふれてください' }).tap();
  await see(page, 'selecting');
  for (const sku of skus) await page.getByTestId(`product-${sku}`).tap();
  await page.getByTestId('cart-checkout').tap();
  await see(page, 'awaitingPayment');
}

/** The URL in the QR, read from the pixels of the whole screen by a decoder that is not ours. */
export async function readQr(page: Page): Promise<string> {
  const found = await readBarcodes(new Uint8Array(await page.screenshot()), { formats: ['QRCode'], tryHarder: true });
  expect(
    found.map(({ isValid }) => isValid),
    'one QR can be read on the screen',
  ).toEqual([true]);
  return found[0]?.text ?? '';
}
