/** The kiosk's process is killed in the middle of a sale and started again: nothing is lost, nothing happens twice. */
import { expect } from '@playwright/test';
import { test } from './fixture.ts';
import { until } from './program.ts';
import { choose, readQr, see } from './screen.ts';

test('after the payment, before the vend: the money comes back', async ({ page, open }) => {
  const corner = await open();
  await page.goto(corner.address);
  await choose(page, 'tea');
  await corner.paypay('pay', { url: await readQr(page) });
  // At once: the kiosk asks every two seconds, so it has not heard of the payment.
  await corner.kiosk().end('SIGKILL');
  await corner.startKiosk();
  await until('PayPay gives the money back', async () => ((await corner.ledger()).returned_jpy === 150 ? true : null), 60_000);
  expect((await corner.machine()).counters.drives).toBe(0);
  await see(page, 'attract');
  expect(await corner.agree()).toEqual({ taken_jpy: 150, returned_jpy: 150, dispensed_jpy: 0 });
  await choose(page, 'coffee');
  await corner.paypay('pay', { url: await readQr(page) });
  await see(page, 'thanks');
  expect(await corner.agree(), 'the same screen sells again').toEqual({ taken_jpy: 280, returned_jpy: 150, dispensed_jpy: 130 });
});

test('while the QR is shown: it is closed, and a late payment is returned', async ({ page, open }) => {
  const corner = await open();
  await page.goto(corner.address);
  await choose(page, 'tea');
  const url = await readQr(page);
  await corner.paypay('scan', { url });
  await corner.kiosk().end('SIGKILL');
  await corner.startKiosk();
  await until('the QR is dead', async () => ((await corner.ledger()).codes[0]?.state === 'deleted' ? true : null));
  await corner.paypay('pay', { url });
  await until('PayPay gives the money back', async () => ((await corner.ledger()).returned_jpy === 150 ? true : null), 60_000);
  expect(await corner.agree()).toEqual({ taken_jpy: 150, returned_jpy: 150, dispensed_jpy: 0 });
});

test('while the motor turns: the machine is asked, and nothing is driven twice', async ({ page, open }) => {
  const corner = await open({ motor_ms: 2500 });
  await page.goto(corner.address);
  await choose(page, 'tea');
  await corner.paypay('pay', { url: await readQr(page) });
  await until('the motor runs', async () => ((await corner.machine()).counters.drives === 1 ? true : null));
  await corner.kiosk().end('SIGKILL');
  await corner.startKiosk();
  expect(await corner.agree()).toEqual({ taken_jpy: 150, returned_jpy: 0, dispensed_jpy: 150 });
  expect((await corner.machine()).counters.drives).toBe(1);
  await see(page, 'attract');
});
