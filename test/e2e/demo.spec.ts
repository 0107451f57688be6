/** The street corner of `npm start`: anybody sees a sale, a refund and a recovery within a minute. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { buy, type Demo, demoArguments, kioskOn, phoneOn, seeLedger, startDemo } from './demo.ts';
import { ROOT, startNode, until } from './program.ts';

test.use({ viewport: { width: 1600, height: 1000 }, hasTouch: false });

let demo: Demo;
test.afterEach(async () => {
  await demo.end();
});

test('a sale, a jam with its refund, and a power cut with its recovery', async ({ page }) => {
  demo = await startDemo();
  await page.goto(demo.street);
  await seeLedger(page, 0, 0, 0);

  await buy(page, 'green-tea');
  await expect(kioskOn(page).locator('[data-screen="thanks"]')).toBeVisible({ timeout: 30_000 });
  await expect(page.locator('#tray img')).toHaveCount(1);
  await seeLedger(page, 160, 160, 0);
  await kioskOn(page).getByTestId('finish').click();

  await page.locator('#story-refund').click();
  await buy(page, 'water');
  await expect(kioskOn(page).locator('[data-testid="refund-state"][data-state="completed"]')).toBeVisible({ timeout: 30_000 });
  await expect(phoneOn(page).getByText('返金されました')).toBeVisible();
  await seeLedger(page, 270, 160, 110);
  await kioskOn(page).getByTestId('finish').click();

  await page.locator('#story-recovery').click();
  await buy(page, 'cider');
  await expect(page.locator('#kiosk-off')).toBeVisible();
  await seeLedger(page, 400, 160, 240);
  await expect(kioskOn(page).locator('[data-screen="attract"]'), 'the same screen is back').toBeVisible({ timeout: 30_000 });
});

test('another machine: relay boards, and MDB, where customers choose on the machine', async ({ page }) => {
  demo = await startDemo();
  await page.goto(demo.street);
  await expect(kioskOn(page).locator('[data-screen="attract"]')).toBeVisible();
  const exchange = async (kind: string) => {
    await page.locator('#machine-kind').selectOption(kind);
    await expect(page.locator('#machine')).toHaveClass(/changing/);
    await expect(page.locator('#machine')).not.toHaveClass(/changing/, { timeout: 60_000 });
    await expect(page.locator('#machine-kind')).toHaveValue(kind);
    await expect(kioskOn(page).locator('[data-screen="attract"]')).toBeVisible({ timeout: 30_000 });
  };
  await exchange('modbus-relay');
  await buy(page, 'water');
  await expect(kioskOn(page).locator('[data-screen="thanks"]')).toBeVisible({ timeout: 30_000 });
  await seeLedger(page, 110, 110, 0);

  await exchange('mdb-qibixx');
  const kiosk = kioskOn(page);
  await expect(kiosk.locator('.attract-machine')).toBeVisible();
  await page.locator('[data-press]').first().click();
  await expect(kiosk.locator('[data-screen="awaitingPayment"]')).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'QRを読み取る' }).click();
  await phoneOn(page).getByRole('button', { name: '支払う' }).click();
  await expect(kiosk.locator('[data-screen="thanks"]')).toBeVisible({ timeout: 30_000 });
  await seeLedger(page, 270, 270, 0);
});

test('the power switch, the cable and the door', async ({ page }) => {
  demo = await startDemo();
  await page.goto(demo.street);
  await expect(kioskOn(page).locator('[data-screen="attract"]')).toBeVisible();
  await page.locator('#power').click();
  await expect(page.locator('#kiosk-off')).toBeVisible();
  await page.locator('#power').click();
  await expect(kioskOn(page).locator('[data-screen="attract"]')).toBeVisible();
  await page.locator('#cable').click();
  await expect(kioskOn(page).locator('[data-screen="outOfService"]')).toBeVisible();
  await page.locator('#cable').click();
  await expect(kioskOn(page).locator('[data-screen="attract"]')).toBeVisible();
});

test('a second start on the same data folder says so and ends; Ctrl-C ends every program; after a sudden death nothing is stale', async () => {
  demo = await startDemo();
  const second = startNode('main/demo/supervisor.ts', [...(await demoArguments(demo.folder))]);
  expect(await second.ended).toBe(1);
  expect(second.stderr()).toContain(`another kiosk is running on the data folder ${path.join(demo.folder, 'data')}`);

  const processes = childrenOf(demo.program.process.pid ?? 0);
  expect(processes.length, 'PayPay, the machine and the kiosk').toBe(3);
  expect(await demo.program.end('SIGINT')).toBe(0);
  expect(processes.filter(isAlive)).toEqual([]);

  const third = startNode('main/demo/supervisor.ts', await demoArguments(demo.folder));
  await third.line(/^kiosk: /m);
  const orphans = childrenOf(third.process.pid ?? 0);
  await third.end('SIGKILL');
  await until('its programs notice', () => (orphans.some(isAlive) ? null : true));
  const fourth = startNode('main/demo/supervisor.ts', await demoArguments(demo.folder));
  await fourth.line(/^kiosk: /m);
  await fourth.end('SIGINT');
});

test('a corner that forgets its journal leaves the one of a shop with the same file name alone', async () => {
  demo = await startDemo();
  await demo.program.end('SIGINT');
  const name = `forgets-${process.pid}`;
  const file = path.join(demo.folder, `${name}.yaml`);
  cpSync(path.join(ROOT, 'main/demo/shop.yaml'), file);
  cpSync(path.join(ROOT, 'main/demo/pictures'), path.join(demo.folder, 'pictures'), { recursive: true });
  const shop = path.join(ROOT, '.jihanki', name);
  mkdirSync(shop, { recursive: true });
  const journal = path.join(shop, 'journal.db');
  writeFileSync(journal, 'everything that this shop took');
  try {
    const corner = startNode('main/demo/supervisor.ts', ['--host', 'browser', '--no-open', '--config', file]);
    await corner.line(/^kiosk: /m);
    await corner.end('SIGINT');
    expect(readFileSync(journal, 'utf8')).toBe('everything that this shop took');
  } finally {
    for (const folder of [shop, `${shop}~demo`]) rmSync(folder, { recursive: true, force: true });
  }
});

test('a bad configuration: file, line, key, what was found, what is allowed; exit 1', async () => {
  demo = await startDemo();
  const file = path.join(demo.folder, 'bad.yaml');
  writeFileSync(file, readFileSync(path.join(ROOT, 'main/demo/shop.yaml'), 'utf8').replace('price_jpy: 160', 'price_jpy: free'));
  const bad = startNode('main/demo/supervisor.ts', ['--config', file, '--no-open']);
  expect(await bad.ended).toBe(1);
  expect(bad.stderr()).toMatch(/bad\.yaml:\d+: products\[0\]\.price_jpy: found "free", allowed: a number/);
});

/** Direct children, by the kernel's word. */
function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  test.skip(!existsSync(file), 'this system does not list a process’s children in /proc');
  return readFileSync(file, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
