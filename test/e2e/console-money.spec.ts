/** Staff and money, by clicks: an order in question, the close of a day with its files, two people at the same order, a session that nobody uses. */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, type Page } from '@playwright/test';
import type { OrderEvent } from '../../app/order/events.ts';
import type { OrderSummary } from '../../app/operator/summary.ts';
import type { StoryView } from '../../app/operator/view.ts';
import { freePort } from '../../main/demo/free-port.ts';
import { openJournal } from '../../main/journal/journal.ts';
import { systemClock } from '../../main/system.ts';
import type { Corner } from './corner.ts';
import { test } from './fixture.ts';
import { choose, readQr, see } from './screen.ts';
import { enterPin, hire, openConsole, pairPhone, signIn } from './staff.ts';

test.beforeEach(({ page }) => page.addInitScript(() => localStorage.setItem('jihanki-tongue', 'en')));

const dialog = (page: Page) => page.locator('dialog[open]');
const HOLD = { sale: { unknownVend: 'hold' }, vendDeadline_ms: 5_000 };

/** A vend whose outcome nobody knows. @returns the order's id */
async function orderInQuestion(corner: Corner, page: Page): Promise<string> {
  await corner.control('fault', { slot: 1, kind: 'lostStatus' });
  await corner.control('fault', { slot: 1, kind: 'terminated' });
  await choose(page, 'tea');
  await corner.paypay('pay', { url: await readQr(page) });
  await expect.poll(() => corner.orders().at(-1)?.events.at(-1)?.type, { timeout: 90_000 }).toBe('order.closed');
  return corner.orders().at(-1)?.orderId ?? '';
}

test('an order in question: the cashier is led to it, asks PayPay, returns the money, and it waits for nobody', async ({ page, open }) => {
  const corner = await open(HOLD);
  await page.goto(corner.address);
  await orderInQuestion(corner, page);
  await hire(corner);
  await page.getByTestId('finish').tap();
  await openConsole(page);
  await enterPin(page, 'cashier');
  await page.locator('.c-checks li').filter({ hasText: 'Orders' }).getByRole('button', { name: 'Look' }).tap();
  await page.getByRole('link').first().tap();
  const story = page.getByTestId('story');
  await expect(story).toContainText('Needs a person');
  await page.getByRole('button', { name: 'Ask PayPay' }).tap();
  await expect(story).toContainText('Both agree');
  await page.getByRole('button', { name: 'Refund', exact: true }).tap();
  await expect(dialog(page), 'the rule is said before it bites').toContainText('one refund per payment');
  await dialog(page).getByRole('button', { name: 'customer asked' }).tap();
  await dialog(page)
    .getByRole('button', { name: /¥150 Refund/ })
    .tap();
  await expect
    .poll(async () => (await corner.ledger()).refunds.map(({ amount_jpy, status }) => [amount_jpy, status]))
    .toEqual([[150, 'REFUNDED']]);
  await expect(story).not.toContainText('Needs a person');
  await expect(page.getByTestId('no-refund')).toContainText('it was used here for ¥150');
  await page.getByTestId('page-orders').tap();
  await page.getByRole('button', { name: 'Needs a person' }).tap();
  await expect(page.getByText('None')).toBeVisible();
  await page.getByTestId('page-now').tap();
  await expect(page.getByTestId('page-orders').locator('.c-dot')).toHaveCount(0);
});

test('an order in question: settled by clicks with what was done, and it says so', async ({ page, open }) => {
  const corner = await open(HOLD);
  await page.goto(corner.address);
  await orderInQuestion(corner, page);
  await hire(corner);
  await page.getByTestId('finish').tap();
  await openConsole(page);
  await enterPin(page, 'cashier');
  await page.getByTestId('page-orders').tap();
  await page.getByRole('button', { name: 'Needs a person' }).tap();
  await page.getByRole('link').first().tap();
  await page.getByRole('button', { name: 'Settle' }).tap();
  await expect(dialog(page).getByRole('button', { name: 'Settle' }), 'how comes first').toBeDisabled();
  await dialog(page).getByRole('button', { name: 'returned by other means' }).tap();
  await dialog(page).getByRole('button', { name: 'Settle' }).tap();
  await expect(page.getByTestId('story')).toContainText('cashier settled it: money returned by other means');
  await expect(page.getByRole('button', { name: 'Settle' })).toHaveCount(0);
  expect((await corner.ledger()).refunds, 'no money moved').toEqual([]);
});

test('two cashiers at the same order in question, one returns the money and one settles it: the books agree', async ({ page, open }) => {
  const corner = await open(HOLD);
  await page.goto(corner.address);
  const orderId = await orderInQuestion(corner, page);
  await hire(corner);
  const [one, other] = [await signIn(corner, 'cashier'), await signIn(corner, 'owner')];
  const answers = await Promise.all([
    one.perform({ do: 'order.refund', orderId, refund_jpy: 150, reason: 'x' }),
    other.perform({ do: 'order.settle', orderId, how: 'refundedByHand', note: 'x' }),
  ]);
  // Whoever came second is told, unless it was settled first: then the refund is one of a settled order.
  expect(answers.filter(({ ok }) => ok).length).toBeGreaterThan(0);
  const refunded = answers[0]?.ok === true ? 1 : 0;
  await expect
    .poll(async () => (await corner.ledger()).refunds.map(({ status }) => status))
    .toEqual(Array.from({ length: refunded }, () => 'REFUNDED'));
  await expect.poll(async () => (await one.ask<StoryView>({ ask: 'order.story', orderId })).ledger.returned_jpy).toBe(150 * refunded);
  const { orders } = await one.ask<{ orders: OrderSummary[] }>({ ask: 'orders', text: '', attention: true, limit: 5 });
  expect(orders, 'nothing waits for a person').toEqual([]);
});

/** Yesterday's sales, as a kiosk wrote them. */
async function sellYesterday(folder: string): Promise<void> {
  const data = path.join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  const now = systemClock();
  const clock = { ...now, now_ms: () => now.now_ms() - 86_400_000 };
  const journal = await openJournal({ path: path.join(data, 'journal.db'), clock, bootId: 'yesterday:1' });
  const sale = (n: number, came: boolean): OrderEvent[] => [
    {
      type: 'order.opened',
      ...{ settlement: 'sale', unknownVend: 'refund', fulfilment: 'machine', orderNumber: `1-00000${n}`, total_jpy: 150 },
      lines: [{ line: 0, slot: '1', sku: 'tea', name: { ja: 'お茶' }, price_jpy: 150, vendId: `v${n}` }],
      ...{ merchantPaymentId: `o${n}`, merchantRefundId: `f${n}`, merchantRevertId: `r${n}` },
    },
    { type: 'code.requested' },
    { type: 'code.created', codeId: `c${n}`, url: 'https://example.test/qr', expiresAt_ms: clock.now_ms() + 300_000 },
    { type: 'payment.completed', paymentId: `9000000${n}`, amount_jpy: 150, paidAt_ms: clock.now_ms() },
    { type: 'vend.requested', line: 0, mark: {} },
    ...(came
      ? ([{ type: 'vend.succeeded', line: 0, proof: 'dropSensor' }] as const)
      : ([
          { type: 'vend.failed', line: 0, why: 'jam', detail: '' },
          { type: 'refund.requested', amount_jpy: 150 },
          { type: 'refund.accepted' },
          { type: 'refund.completed' },
        ] as const)),
    {
      type: 'order.closed',
      ...{ closing: 1, result: came ? 'vended' : 'refunded', taken_jpy: 150, returned_jpy: came ? 0 : 150, dispensed_jpy: came ? 150 : 0 },
    },
  ];
  for (const [n, came] of [true, true, false].entries())
    await journal.append(sale(n + 1, came).map((event) => ({ stream: 'order', orderId: `o${n + 1}`, event })));
  await journal.close();
}

test('the close of a day on a phone: its sums are the journal’s, and so are those of every file', async ({ page, open, browser }) => {
  const corner = await open({ kioskOff: true, operator: { lan: { host: '127.0.0.1', port: await freePort(0) } } });
  await sellYesterday(corner.folder);
  await corner.startKiosk();
  await page.goto(corner.address);
  await see(page, 'attract');
  await hire(corner);
  const closings = corner.orders().flatMap(({ events }) => events.filter((event) => event.type === 'order.closed'));
  const sum = (of: 'taken_jpy' | 'returned_jpy' | 'dispensed_jpy') => closings.reduce((total, closing) => total + closing[of], 0);
  const books = { taken: sum('taken_jpy'), returned: sum('returned_jpy'), dispensed: sum('dispensed_jpy') };
  expect(books).toEqual({ taken: 450, returned: 150, dispensed: 300 });

  const { phone, close } = await pairPhone(corner, page, browser);
  await enterPin(phone, 'cashier');
  await phone.getByTestId('page-day').tap();
  await expect(phone.getByTestId('day-taken')).toHaveText(`¥${books.taken}`);
  await expect(phone.getByTestId('day-returned')).toHaveText(`¥${books.returned}`);
  await expect(phone.getByTestId('day-net')).toHaveText(`¥${books.taken - books.returned}`);
  await expect(phone.getByText('It adds up')).toBeVisible();

  const file = async (format: string): Promise<Buffer> => {
    const [download] = await Promise.all([phone.waitForEvent('download'), phone.getByTestId(`export-${format}`).tap()]);
    return readFileSync(await download.path());
  };
  const sumsOf = (csv: string) => {
    const [head = '', ...rows] = csv.trimEnd().split('\r\n');
    const column = (name: string) => rows.reduce((total, row) => total + Number(row.split(',')[head.split(',').indexOf(name)]), 0);
    return { taken: column('受取額'), returned: column('返金額'), dispensed: column('商品額') };
  };
  const utf8 = await file('csv');
  expect([...utf8.subarray(0, 3)], 'Excel wants a byte order mark').toEqual([0xef, 0xbb, 0xbf]);
  expect(sumsOf(new TextDecoder('utf-8').decode(utf8))).toEqual(books);
  expect(sumsOf(new TextDecoder('shift_jis', { fatal: true }).decode(await file('csv-sjis')))).toEqual(books);
  const json = JSON.parse((await file('json')).toString()) as { taken_jpy: number; returned_jpy: number; dispensed_jpy: number }[];
  const total = (of: keyof (typeof json)[number]) => json.reduce((all, order) => all + order[of], 0);
  expect({ taken: total('taken_jpy'), returned: total('returned_jpy'), dispensed: total('dispensed_jpy') }).toEqual(books);

  await phone.getByTestId('close-day').tap();
  await expect(dialog(phone)).toContainText('¥450 taken, ¥150 returned');
  await dialog(phone).getByRole('button', { name: 'Close this day' }).tap();
  await expect(phone.getByText(/^Closed .* by cashier \(net ¥300\)/)).toBeVisible();
  const owner = await signIn(corner, 'owner');
  const record = await owner.ask<{ says: { en?: string }; by: string | null }[]>({ ask: 'record' });
  for (const words of [/closed: ¥450 taken, ¥150 returned/, /Orders exported: .*\(csv-sjis\)/])
    expect(record.find(({ says }) => words.test(says.en ?? ''))).toMatchObject({ by: 'cashier' });
  await close();
});

test('what changes on a page keeps no session alive: only a person does', async ({ page, open }) => {
  const corner = await open();
  await page.goto(corner.address);
  await see(page, 'attract');
  await hire(corner);
  const owner = await signIn(corner, 'owner');
  await openConsole(page);
  await enterPin(page, 'filler');
  await page.getByTestId('page-stock').tap();
  await expect(page.getByTestId('slot-1')).toBeVisible();
  await page.waitForTimeout(1_000);
  const asked: { quiet: boolean; body: string }[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/operator/ask'))
      asked.push({ quiet: 'x-staff-quiet' in request.headers(), body: request.postData() ?? '' });
  });
  for (const count of [1, 2, 3]) {
    await owner.perform({ do: 'stock.set', slot: '1', count, reason: 'counted' });
    await expect(page.getByTestId('slot-1')).toContainText(`${count}/ 8`);
  }
  expect(asked.filter(({ body }) => body.includes('"now"')).length, 'the frame is asked for as well').toBeGreaterThan(0);
  expect(asked.filter(({ quiet }) => !quiet)).toEqual([]);
});
