/** A customer buys, or something goes wrong: on real parts, from the pixels of the screen to the bytes on the serial line. */
import { expect } from '@playwright/test';
import { test } from './fixture.ts';
import { until } from './program.ts';
import { choose, readQr, see } from './screen.ts';

/** `FA FB 06 05 PackNO dropSensor elevator selection(2) XOR`: the frame that drives one selection (hardware protocol, command 0x06). */
function driveFrame(packNo: number, selection: number): string {
  const bytes = [0xfa, 0xfb, 0x06, 0x05, packNo, 1, 0, selection >> 8, selection & 0xff];
  return [...bytes, bytes.reduce((sum, byte) => sum ^ byte, 0)].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
}

test('a sale, and a second one without a restart', async ({ page, open }) => {
  const corner = await open();
  await page.goto(corner.address);
  for (const [n, sku, selection, price_jpy] of [
    [1, 'tea', 1, 150],
    [2, 'coffee', 2, 130],
  ] as const) {
    await choose(page, sku);
    await expect(page.getByTestId('amount')).toContainText(String(price_jpy));
    const url = await readQr(page);
    const { codes } = await corner.ledger();
    expect(url, 'the QR holds PayPay’s url, verbatim').toBe(codes.at(-1)?.url);
    await corner.paypay('pay', { url });
    await see(page, 'thanks');
    const { drives } = await corner.machine();
    expect(drives).toHaveLength(n);
    expect(drives.at(-1)?.frame).toBe(driveFrame(drives.at(-1)?.packNo ?? -1, selection));
    await page.getByTestId('finish').tap();
  }
  expect(await corner.agree()).toEqual({ taken_jpy: 280, returned_jpy: 0, dispensed_jpy: 280 });
});

test('two taps from the first screen to the QR of one product', async ({ page, open }) => {
  const corner = await open();
  await page.goto(corner.address);
  await see(page, 'attract');
  const taps: string[] = [];
  const tap = async (name: string): Promise<void> => {
    await page.getByRole('button', { name }).tap();
    taps.push(name);
  };
  await tap('画面にふれてください');
  await tap('¥150 すぐ買う');
  await see(page, 'awaitingPayment');
  expect(taps).toHaveLength(2);
  await corner.paypay('pay', { url: await readQr(page) });
  await see(page, 'thanks');
  expect(await corner.agree()).toEqual({ taken_jpy: 150, returned_jpy: 0, dispensed_jpy: 150 });
});

test('a jam: the money comes back, on the screen and at PayPay', async ({ page, open }) => {
  const corner = await open();
  await page.goto(corner.address);
  await corner.control('fault', { slot: 1, kind: 'jam' });
  await choose(page, 'tea');
  await corner.paypay('pay', { url: await readQr(page) });
  await see(page, 'refunding');
  await expect(page.locator('[data-testid="refund-state"][data-state="completed"]')).toBeVisible();
  await expect(page.getByTestId('refund')).toContainText('¥150');
  await expect(page.getByTestId('order-number')).toBeVisible();
  const { refunds } = await corner.ledger();
  expect(refunds.map(({ amount_jpy, status }) => ({ amount_jpy, status }))).toEqual([{ amount_jpy: 150, status: 'REFUNDED' }]);
  expect(await corner.agree()).toEqual({ taken_jpy: 150, returned_jpy: 150, dispensed_jpy: 0 });
  await page.getByTestId('finish').tap();
  await page.getByRole('button', { name: '画面にふれてください' }).tap();
  await expect(page.getByTestId('product-tea'), 'the slot that jammed is off sale').toBeDisabled();
  await expect(page.getByTestId('product-coffee')).toBeEnabled();
});

test('two of three come out: the third is returned', async ({ page, open }) => {
  const corner = await open();
  await page.goto(corner.address);
  await corner.control('fault', { slot: 2, kind: 'empty' });
  await choose(page, 'tea', 'coffee', 'water');
  await corner.paypay('pay', { url: await readQr(page) });
  await see(page, 'refunding');
  await expect(page.locator('[data-testid="refund-state"][data-state="completed"]')).toBeVisible();
  expect(await corner.agree()).toEqual({ taken_jpy: 390, returned_jpy: 130, dispensed_jpy: 260 });
});

test('the customer cancels: the QR is dead', async ({ page, open }) => {
  const corner = await open();
  await page.goto(corner.address);
  await choose(page, 'water');
  const url = await readQr(page);
  await page.getByTestId('cancel').tap();
  await see(page, 'codeClosed');
  await expect(page.getByTestId('code-closed')).toContainText('お金はいただいていません');
  await expect(corner.paypay('pay', { url })).rejects.toThrow(/409.*deleted/);
  expect(await corner.agree()).toEqual({ taken_jpy: 0, returned_jpy: 0, dispensed_jpy: 0 });
});

test('nobody pays until the QR expires; then it is tried', async ({ page, open }) => {
  const corner = await open();
  await corner.paypay('switches', { codeLifetime_ms: 9000 });
  await page.goto(corner.address);
  await choose(page, 'water');
  const url = await readQr(page);
  await see(page, 'codeClosed');
  await expect(page.getByTestId('code-closed')).toContainText('時間が終わりました');
  await expect(corner.paypay('pay', { url })).rejects.toThrow(/409/);
  await page.getByTestId('new-code').tap();
  await see(page, 'awaitingPayment');
  await corner.paypay('pay', { url: await readQr(page) });
  await see(page, 'thanks');
  expect(await corner.agree()).toEqual({ taken_jpy: 110, returned_jpy: 0, dispensed_jpy: 110 });
});

test('a payer who scanned in time confirms too late: the money goes back', async ({ page, open }) => {
  const corner = await open();
  await corner.paypay('switches', { codeLifetime_ms: 12_000 });
  await page.goto(corner.address);
  await choose(page, 'water');
  const url = await readQr(page);
  await corner.paypay('scan', { url });
  await see(page, 'codeClosed');
  await corner.paypay('pay', { url });
  await until('PayPay gives the money back', async () => ((await corner.ledger()).returned_jpy === 110 ? true : null), 60_000);
  expect(await corner.agree()).toEqual({ taken_jpy: 110, returned_jpy: 110, dispensed_jpy: 0 });
});

test('PayPay answers 502 with HTML while the customer pays', async ({ page, open }) => {
  const corner = await open();
  await page.goto(corner.address);
  await choose(page, 'tea');
  const url = await readQr(page);
  await corner.paypay('faults', { operation: 'paymentDetails', kind: '502', times: 4 });
  await corner.paypay('pay', { url });
  await see(page, 'thanks', 45_000);
  expect(await corner.agree()).toEqual({ taken_jpy: 150, returned_jpy: 0, dispensed_jpy: 150 });
});

test('the cable is pulled during the vend, and the product falls', async ({ page, open }) => {
  const corner = await open({ motor_ms: 2500 });
  await page.goto(corner.address);
  await choose(page, 'tea');
  await corner.paypay('pay', { url: await readQr(page) });
  await until('the motor runs', async () => ((await corner.machine()).counters.drives === 1 ? true : null));
  await corner.cable.pull();
  await until('the product falls', async () => ((await corner.machine()).counters.dropped === 1 ? true : null));
  await corner.cable.plugIn();
  await see(page, 'thanks', 60_000);
  expect(await corner.agree()).toEqual({ taken_jpy: 150, returned_jpy: 0, dispensed_jpy: 150 });
});

test('the cable is pulled during the vend, and the product jams', async ({ page, open }) => {
  const corner = await open({ motor_ms: 2500 });
  await page.goto(corner.address);
  await corner.control('fault', { slot: 1, kind: 'jam' });
  await choose(page, 'tea');
  await corner.paypay('pay', { url: await readQr(page) });
  await until('the motor runs', async () => ((await corner.machine()).counters.drives === 1 ? true : null));
  await corner.cable.pull();
  await until('the motor stops', async () => ((await corner.machine()).drives[0]?.result !== null ? true : null));
  await corner.cable.plugIn();
  await see(page, 'refunding', 60_000);
  expect(await corner.agree()).toEqual({ taken_jpy: 150, returned_jpy: 150, dispensed_jpy: 0 });
});
