/** What a shop finds in the morning: no port, no journal, a torn one. The kiosk says what is wrong, loses nothing, and comes back by itself. */
import { appendFileSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from '@playwright/test';
import { test } from './fixture.ts';
import { until } from './program.ts';
import { choose, readQr, see } from './screen.ts';

test('no serial port: out of service with the reason, until it is there', async ({ page, open }) => {
  const corner = await open({ unplugged: true });
  await page.goto(corner.address);
  await see(page, 'outOfService');
  await expect(page.getByTestId('out-of-service')).toContainText('自販機');
  expect(corner.kiosk().stderr()).toContain(`${corner.cable.kioskEnd}: no such port`);
  await corner.cable.plugIn();
  await see(page, 'attract');
  await choose(page, 'tea');
  await corner.paypay('pay', { url: await readQr(page) });
  await see(page, 'thanks');
  expect(await corner.agree()).toEqual({ taken_jpy: 150, returned_jpy: 0, dispensed_jpy: 150 });
});

test('a journal that somebody else has locked: out of service, and back when it is free', async ({ page, open }) => {
  const corner = await open({ kioskOff: true });
  const journal = path.join(corner.folder, 'data/journal.db');
  mkdirSync(path.dirname(journal));
  const thief = new DatabaseSync(journal);
  thief.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  await corner.startKiosk();
  await page.goto(corner.address);
  await see(page, 'outOfService');
  expect(corner.kiosk().stderr()).toMatch(/journal can't be opened: .*journal\.db/);
  expect(corner.kiosk().process.exitCode, 'the process stays').toBeNull();
  thief.close();
  await see(page, 'attract', 40_000);
  expect(await corner.agree()).toEqual({ taken_jpy: 0, returned_jpy: 0, dispensed_jpy: 0 });
});

test('a corrupted journal: out of service, and the file is left as it is', async ({ page, open }) => {
  const corner = await open();
  await page.goto(corner.address);
  await choose(page, 'tea');
  await corner.paypay('pay', { url: await readQr(page) });
  await see(page, 'thanks');
  await corner.agree();
  await corner.kiosk().end('SIGTERM');
  const journal = path.join(corner.folder, 'data/journal.db');
  const bytes = readFileSync(journal);
  const at = bytes.lastIndexOf('first start');
  expect(at).toBeGreaterThan(0);
  bytes.write('other start', at);
  writeFileSync(journal, bytes);
  await corner.startKiosk();
  await see(page, 'outOfService');
  expect(corner.kiosk().stderr()).toMatch(/row \d+ is damaged/);
  expect(readFileSync(journal).equals(bytes)).toBe(true);
  await corner.kiosk().end('SIGTERM');

  truncateSync(journal, Math.floor(statSync(journal).size / 2));
  appendFileSync(journal, 'torn');
  await corner.startKiosk();
  await see(page, 'outOfService');
  expect(corner.kiosk().stderr()).toMatch(/"fault":"corrupt"/);
});

test('PayPay can’t be reached: out of service, and back by itself', async ({ page, open }) => {
  const corner = await open({ kioskOff: true });
  await corner.paypay('faults', { operation: '*', kind: 'reset', times: 4 });
  await corner.startKiosk();
  await page.goto(corner.address);
  await see(page, 'outOfService');
  await expect(page.getByTestId('out-of-service')).toBeVisible();
  await see(page, 'attract', 60_000);
  await until('PayPay answers', async () => ((await corner.ledger()).now_ms > 0 ? true : null));
  expect(await corner.agree()).toEqual({ taken_jpy: 0, returned_jpy: 0, dispensed_jpy: 0 });
});

test('PayPay does not answer at all: the screen is there and says that it is getting ready', async ({ page, open }) => {
  const corner = await open({ kioskOff: true });
  await corner.paypay('faults', { operation: '*', kind: 'hang', times: 1 });
  const start_ms = performance.now();
  await corner.startKiosk();
  await page.goto(corner.address);
  await see(page, 'recovering');
  expect(performance.now() - start_ms, 'before PayPay’s time is up').toBeLessThan(15_000);
  await see(page, 'attract', 60_000);
});
