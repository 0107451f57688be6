/** The staff's console as staff use it: each role's way through it, and what must not work. */
import { expect, type Page } from '@playwright/test';
import { WebSocket } from 'ws';
import { freePort } from '../../main/demo/free-port.ts';
import type { OrderSummary } from '../../app/operator/summary.ts';
import type { PlanogramView, StoryView } from '../../app/operator/view.ts';
import { test } from './fixture.ts';
import { choose, readQr, see } from './screen.ts';
import { doorOf, enterPin, hire, openConsole, PINS, signIn } from './staff.ts';

test.beforeEach(({ page }) => page.addInitScript(() => localStorage.setItem('jihanki-tongue', 'en')));

const pagesOf = (page: Page) =>
  page.locator('.c-nav button').evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['testid']));
const dialog = (page: Page) => page.locator('dialog[open]');
const act = (page: Page, name: string | RegExp) => dialog(page).getByRole('button', { name }).last().tap();

test('a filler puts a jammed slot right; an owner changes a price, and the next customer pays it', async ({ page, open }) => {
  const corner = await open();
  await page.goto(corner.address);
  await corner.control('fault', { slot: 1, kind: 'jam' });
  await choose(page, 'tea');
  await corner.paypay('pay', { url: await readQr(page) });
  await see(page, 'refunding');
  await expect(page.locator('[data-testid="refund-state"][data-state="completed"]')).toBeVisible();
  await page.getByTestId('finish').tap();
  await see(page, 'attract');
  await hire(corner);

  await openConsole(page);
  await enterPin(page, 'filler');
  await expect(page.getByTestId('page-stock')).toBeVisible();
  expect(await pagesOf(page), 'a filler sees no money').toEqual(['page-now', 'page-stock', 'page-health']);
  await page.getByTestId('page-stock').tap();
  await page.getByTestId('slot-1').tap();
  await dialog(page).getByRole('button', { name: 'Put back on sale' }).tap();
  await expect(dialog(page), 'it says why the slot was taken off sale').toContainText(/jam/i);
  await act(page, 'Put back on sale');
  await dialog(page).getByTestId('fill').tap();
  await expect(page.getByTestId('slot-1')).toContainText('8/ 8');
  // Somebody cleared the jam inside the machine.
  await corner.control('pause', { slot: 1, paused: false });
  const { drives } = await corner.machine();
  await dialog(page).getByRole('button', { name: /^Test/ }).tap();
  await act(page, /^Test/);
  await expect(dialog(page).getByRole('status')).toBeVisible({ timeout: 20_000 });
  expect((await corner.machine()).drives.length, 'one unit was moved').toBe(drives.length + 1);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.getByTestId('leave').tap();
  await see(page, 'attract');

  await openConsole(page);
  await enterPin(page, 'owner');
  await page.getByTestId('page-products').tap();
  await page.getByTestId('price-tea').tap();
  await dialog(page).getByLabel('New price').fill('200');
  await act(page, 'Change the price');
  await expect(page.getByTestId('price-tea')).toContainText('¥200');
  await page.getByTestId('leave').tap();
  await choose(page, 'tea');
  await expect(page.getByTestId('amount')).toContainText('200');
  await corner.paypay('pay', { url: await readQr(page) });
  await see(page, 'thanks');
  expect((await corner.ledger()).payments.at(-1)?.amount_jpy).toBe(200);
});

test('a phone on the network: nothing unless paired, a sale ends before maintenance begins, a cashier returns money', async ({
  page,
  open,
  browser,
}) => {
  const corner = await open({ operator: { lan: { host: '127.0.0.1', port: await freePort(0) } } });
  await page.goto(corner.address);
  await hire(corner);
  const address = await corner.kiosk().line(/^console: (https:\S+)/m);
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 390, height: 844 }, hasTouch: true });
  const phone = await context.newPage();
  await phone.addInitScript(() => localStorage.setItem('jihanki-tongue', 'en'));
  await phone.goto(address);
  await expect(phone.getByText('Add this device')).toBeVisible();
  expect(
    (await phone.request.post(new URL('/operator/ask', address).href, { data: { ask: 'now' } })).status(),
    'nothing without pairing',
  ).toBe(401);

  const pair = async (code: string) => {
    await phone.getByLabel('8-digit code').fill(code);
    await phone.getByLabel('Name of this device').fill('phone');
    await phone.getByRole('button', { name: 'Add' }).tap();
  };
  await pair('00000000');
  await expect(phone.getByRole('alert')).toBeVisible();
  await openConsole(page);
  await enterPin(page, 'owner');
  await page.getByTestId('page-people').tap();
  await page.getByTestId('pair-device').tap();
  await act(page, 'Add a device');
  const code = (await page.getByTestId('pairing-code').textContent()) ?? '';
  await page.keyboard.press('Escape');
  await page.getByTestId('leave').tap();
  await pair(code);
  await expect(phone.getByRole('button', { name: 'cashier', exact: true })).toBeVisible();

  await choose(page, 'coffee');
  await enterPin(phone, 'cashier');
  await phone
    .getByRole('button', { name: /maintenance/i })
    .first()
    .tap();
  await expect(phone.getByText(/customer/i).first(), 'the customer comes first').toBeVisible();
  await corner.paypay('pay', { url: await readQr(page) });
  await see(page, 'thanks');
  await page.getByTestId('finish').tap();
  await see(page, 'maintenance');

  await phone.getByTestId('page-orders').tap();
  await phone.getByRole('link').first().tap();
  await phone.getByRole('button', { name: 'Refund' }).tap();
  await dialog(phone)
    .getByRole('button', { name: /wrong with the product/ })
    .first()
    .tap();
  await act(phone, /Refund/);
  await expect
    .poll(async () => (await corner.ledger()).refunds.map(({ amount_jpy, status }) => [amount_jpy, status]))
    .toEqual([[130, 'REFUNDED']]);
  expect(await pagesOf(phone), 'a cashier changes no prices').not.toContain('page-products');
  await phone.getByTestId('leave').tap();
  await see(page, 'attract');
  await context.close();
});

test('a filler returns no money by any way; a wrong PIN costs more time with every try', async ({ page, open }) => {
  const corner = await open();
  await page.goto(corner.address);
  await choose(page, 'tea');
  await corner.paypay('pay', { url: await readQr(page) });
  await see(page, 'thanks');
  await page.getByTestId('finish').tap();
  await hire(corner);
  const [filler, cashier] = await Promise.all([signIn(corner, 'filler'), signIn(corner, 'cashier')]);
  const { orders } = await cashier.ask<{ orders: OrderSummary[] }>({ ask: 'orders', text: '', attention: false, limit: 10 });
  const refund = { do: 'order.refund', orderId: orders[0]?.orderId ?? '', refund_jpy: 150, reason: 'x' } as const;
  expect(await filler.perform(refund)).toMatchObject({ ok: false, problem: 'notAllowed' });

  const { url, token } = doorOf(corner);
  const socket = new WebSocket(`${url.replace('http', 'ws')}/operator/live`, { headers: { authorization: `Bearer ${token}` } });
  const answers: string[] = [];
  socket.on('message', (data: Buffer) => answers.push(data.toString()));
  await new Promise((resolve) => socket.on('open', resolve));
  socket.send(JSON.stringify({ session: filler.session }));
  await expect.poll(() => answers.join()).toContain('changed');
  socket.send(JSON.stringify({ id: 1, perform: refund }));
  await expect.poll(() => answers.join()).toContain('notAllowed');
  socket.close();

  await see(page, 'attract');
  await openConsole(page);
  await enterPin(page, 'filler');
  await expect(page.getByTestId('page-stock')).toBeVisible();
  await expect(page.getByTestId('page-orders')).toHaveCount(0);
  await page.getByTestId('leave').tap();
  expect((await corner.ledger()).refunds, 'nothing went back').toEqual([]);

  await openConsole(page);
  for (const guess of ['111222', '333444', '555666']) {
    if ((await page.locator('.c-pin').count()) === 0) await page.getByRole('button', { name: 'owner', exact: true }).tap();
    for (const digit of guess) await page.locator('.c-pin').getByRole('button', { name: digit, exact: true }).tap();
    await page.getByRole('button', { name: 'Sign in' }).tap();
    await expect(page.getByRole('alert')).toBeVisible();
  }
  // The right one has to wait as well.
  for (const digit of PINS.owner) await page.locator('.c-pin').getByRole('button', { name: digit, exact: true }).tap();
  await page.getByRole('button', { name: 'Sign in' }).tap();
  await expect(page.getByRole('button', { name: /Wait \d+ s/ })).toBeDisabled();
});

test('two people at once, and a kiosk that dies right after it said yes: nothing is lost or written over', async ({ page, open }) => {
  const corner = await open();
  await page.goto(corner.address);
  await see(page, 'attract');
  await hire(corner);
  const [one, other] = await Promise.all([signIn(corner, 'filler'), signIn(corner, 'owner')]);
  const slotOf = ({ slots }: PlanogramView) => slots.find(({ slot }) => slot === '2');
  const seen = slotOf(await one.ask<PlanogramView>({ ask: 'planogram' }))?.revision ?? -1;
  expect(await one.perform({ do: 'stock.set', slot: '2', count: 7, reason: 'counted', seen })).toMatchObject({ ok: true });
  expect(await other.perform({ do: 'stock.set', slot: '2', count: 1, reason: 'counted', seen })).toMatchObject({
    problem: 'changedMeanwhile',
  });
  expect(await other.perform({ do: 'price.set', sku: 'coffee', price_jpy: 180, seen_jpy: 130 })).toMatchObject({ ok: true });
  await corner.kiosk().end('SIGKILL');
  await corner.startKiosk();
  const again = await signIn(corner, 'owner');
  const planogram = await again.ask<PlanogramView>({ ask: 'planogram' });
  expect(slotOf(planogram)).toMatchObject({ count: 7, price_jpy: 180 });
  expect(await again.ask<string>({ ask: 'config.export' }), 'the export is the configuration with what staff changed').toContain(
    '"price_jpy": 180',
  );
});

test('an order in question waits for a person, who settles it; a day that is not over is not closed', async ({ page, open }) => {
  const corner = await open({ sale: { unknownVend: 'hold' }, vendDeadline_ms: 5_000 });
  await page.goto(corner.address);
  await corner.control('fault', { slot: 1, kind: 'lostStatus' });
  await corner.control('fault', { slot: 1, kind: 'terminated' });
  await choose(page, 'tea');
  await corner.paypay('pay', { url: await readQr(page) });
  await expect.poll(() => corner.orders().at(-1)?.events.at(-1)?.type, { timeout: 90_000 }).toBe('order.closed');
  await hire(corner);
  const cashier = await signIn(corner, 'cashier');
  const waiting = async () =>
    (await cashier.ask<{ orders: OrderSummary[] }>({ ask: 'orders', text: '', attention: true, limit: 10 })).orders.map(
      ({ orderId }) => orderId,
    );
  const [orderId = ''] = await waiting();
  const story = await cashier.ask<StoryView>({ ask: 'order.story', orderId });
  expect(story.waitsForPerson).toBe(true);
  expect(await cashier.perform({ do: 'order.settle', orderId, how: 'writtenOff', note: 'customer left' })).toMatchObject({ ok: true });
  expect(await waiting()).toEqual([]);
  expect(await cashier.perform({ do: 'order.settle', orderId, how: 'delivered', note: 'again' })).toMatchObject({
    problem: 'nothingWaits',
  });
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo' }).format(new Date());
  expect(await cashier.perform({ do: 'day.close', day: today })).toMatchObject({ problem: 'dayNotOver' });
});
