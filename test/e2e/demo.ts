/** `npm start` as a visitor meets it, without the installing: the street page, the kiosk in it, and what the corner's books say. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, type FrameLocator, type Page } from '@playwright/test';
import { freePort } from '../../main/demo/free-port.ts';
import { type Program, startNode } from './program.ts';

export interface Demo {
  readonly program: Program;
  readonly folder: string;
  readonly kiosk: string;
  readonly street: string;
  end(): Promise<void>;
}

export const demoArguments = async (folder: string): Promise<string[]> => [
  ...['--host', 'browser', '--no-open'],
  ...['--port', String(await freePort(0)), '--data', path.join(folder, 'data')],
];

export async function startDemo(...more: string[]): Promise<Demo> {
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-demo-'));
  const program = startNode('main/demo/supervisor.ts', [...(await demoArguments(folder)), ...more]);
  return {
    program,
    folder,
    kiosk: await program.line(/^kiosk: (http:\S+)$/m),
    street: await program.line(/^street: (http:\S+)$/m),
    async end() {
      await program.end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const kioskOn = (page: Page): FrameLocator => page.frameLocator('#kiosk-frame');
export const phoneOn = (page: Page): FrameLocator => page.frameLocator('#phone-frame');

/** Buys one drink with the street's own phone, up to the press on "pay". */
export async function buy(page: Page, sku: string): Promise<void> {
  const kiosk = kioskOn(page);
  await kiosk.getByRole('button', { name: '画面にふれてください' }).click();
  await kiosk.getByTestId(`product-${sku}`).click();
  await kiosk.getByTestId('cart-checkout').click();
  await page.getByRole('button', { name: 'QRを読み取る' }).click();
  await expect(phoneOn(page).getByText('まちかど商店')).toBeVisible();
  await phoneOn(page).getByRole('button', { name: '支払う' }).click();
}

/** The line at the bottom: green, and these sums. */
export async function seeLedger(page: Page, paid_jpy: number, dispensed_jpy: number, returned_jpy: number): Promise<void> {
  const ledger = page.locator('#ledger');
  await expect(ledger).toHaveClass('agrees', { timeout: 45_000 });
  const sums = [paid_jpy, dispensed_jpy, returned_jpy].map((amount_jpy) => `¥${amount_jpy}`);
  await expect(ledger.locator('.sum b')).toHaveText(sums);
}
