/** Files of orders: their columns are the day close, to the yen, whatever happened around midnight. */
import { parse } from 'csv-parse/sync';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayView, type DayView } from '../../../app/operator/day.ts';
import { dayName, dayNamed, dayStart_ms, japanDay, type JapanDay } from '../../../app/operator/japan-time.ts';
import type { OrderEvent } from '../../../app/order/events.ts';
import type { NewRow } from '../../../app/ports.ts';
import type { FileFormat } from '../../../main/operator/archive/file-rows.ts';
import { exportOrders } from '../../../main/operator/export.ts';
import { World } from '../../simulation/world.ts';
import { opened } from '../journal/rows.ts';
import { type Archived, openArchived } from './archived.ts';

const DAY = dayNamed('2026-11-22') ?? NaN;
const MIDNIGHT_ms = dayStart_ms(DAY + 1);

let shop: Archived;

async function fileOf(from: JapanDay, to: JapanDay, format: FileFormat): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of exportOrders(shop.archive, { from: dayName(from), to: dayName(to), format }).body) parts.push(part);
  return Buffer.concat(parts);
}
async function rowsOf(from: JapanDay, to: JapanDay, format: 'csv' | 'csv-sjis' = 'csv'): Promise<Record<string, string>[]> {
  const bytes = await fileOf(from, to, format);
  const text = format === 'csv' ? bytes.toString('utf8') : iconv.decode(bytes, 'cp932');
  return parse(text, { columns: true, bom: true });
}
type Sums = Pick<DayView, 'taken_jpy' | 'returned_jpy' | 'dispensed_jpy'>;
async function columnSums(from: JapanDay, to: JapanDay): Promise<Sums> {
  const rows = await rowsOf(from, to);
  const sum = (column: string) => rows.reduce((all, row) => all + Number(row[column]), 0);
  return { taken_jpy: sum('受取額'), returned_jpy: sum('返金額'), dispensed_jpy: sum('商品額') };
}
async function jsonSums(from: JapanDay, to: JapanDay): Promise<Sums> {
  const rows = JSON.parse((await fileOf(from, to, 'json')).toString('utf8')) as Sums[];
  const sum = (key: keyof Sums) => rows.reduce((all, row) => all + row[key], 0);
  return { taken_jpy: sum('taken_jpy'), returned_jpy: sum('returned_jpy'), dispensed_jpy: sum('dispensed_jpy') };
}
async function closeOf(from: JapanDay, to: JapanDay): Promise<Sums> {
  const view = dayView(to, await shop.archive.sums(from, to), { today: to + 1, products: [], closedBefore: null });
  return { taken_jpy: view.taken_jpy, returned_jpy: view.returned_jpy, dispensed_jpy: view.dispensed_jpy };
}
async function expectAgreement(from: JapanDay, to: JapanDay): Promise<Sums> {
  const close = await closeOf(from, to);
  expect(await columnSums(from, to), `columns of ${dayName(from)}–${dayName(to)}`).toEqual(close);
  expect(await jsonSums(from, to), `JSON of ${dayName(from)}–${dayName(to)}`).toEqual(close);
  return close;
}

describe('around midnight', () => {
  type Timed = readonly [at_ms: number, event: OrderEvent];
  const order = (orderId: string, events: readonly Timed[]): (readonly [number, NewRow])[] =>
    events.map(([at_ms, event]) => [at_ms, { stream: 'order', orderId, event }]);
  /** Two teas for ¥300, paid at `at_ms`; one comes out. */
  const halfSold = (orderId: string, at_ms: number, back_ms: number): (readonly [number, NewRow])[] =>
    order(orderId, [
      [at_ms - 30_000, opened(orderId, 2)],
      [at_ms - 29_000, { type: 'code.requested' }],
      [at_ms - 28_000, { type: 'code.created', codeId: `c-${orderId}`, url: 'u', expiresAt_ms: at_ms + 300_000 }],
      [at_ms + 500, { type: 'payment.completed', paymentId: `pp-${orderId}`, amount_jpy: 300, paidAt_ms: at_ms }],
      [at_ms + 600, { type: 'vend.requested', line: 0, mark: {} }],
      [at_ms + 5000, { type: 'vend.succeeded', line: 0, proof: 'dropSensor' }],
      [at_ms + 5100, { type: 'vend.requested', line: 1, mark: {} }],
      [at_ms + 9000, { type: 'vend.failed', line: 1, why: 'jam', detail: '' }],
      [at_ms + 9100, { type: 'refund.requested', amount_jpy: 150 }],
      [back_ms, { type: 'refund.completed' }],
      [back_ms + 10, { type: 'order.closed', closing: 1, result: 'partlyVended', taken_jpy: 300, returned_jpy: 150, dispensed_jpy: 150 }],
    ]);

  beforeAll(async () => {
    shop = await openArchived();
    await shop.write([
      // Paid a moment before midnight, refunded a moment after.
      ...halfSold('o-1', MIDNIGHT_ms - 1000, MIDNIGHT_ms + 60_000),
      // Paid in the first millisecond of the new day, and refunded the day after that.
      ...halfSold('o-2', MIDNIGHT_ms, MIDNIGHT_ms + 86_400_000),
      ...halfSold('o-3', MIDNIGHT_ms - 3_600_000, MIDNIGHT_ms - 3_500_000),
    ]);
  });
  afterAll(() => shop.close());

  it('what was paid on one day and refunded on the next is in both files, each with what moved on its day', async () => {
    expect(await expectAgreement(DAY, DAY)).toEqual({ taken_jpy: 600, returned_jpy: 150, dispensed_jpy: 300 });
    expect(await expectAgreement(DAY + 1, DAY + 1)).toEqual({ taken_jpy: 300, returned_jpy: 150, dispensed_jpy: 150 });
    expect(await expectAgreement(DAY + 2, DAY + 2)).toEqual({ taken_jpy: 0, returned_jpy: 150, dispensed_jpy: 0 });
    expect(await expectAgreement(DAY, DAY + 2)).toEqual({ taken_jpy: 900, returned_jpy: 450, dispensed_jpy: 450 });
    expect(await rowsOf(DAY + 1, DAY + 1)).toMatchObject([
      { 受取額: '300', 返金額: '0', PayPay決済番号: 'pp-o-2' },
      { 受取額: '0', 返金額: '150', PayPay決済番号: 'pp-o-1' },
    ]);
  });

  it('pages of any size have every order once', async () => {
    for (const limit of [1, 2, 3]) {
      const ids: string[] = [];
      let after: string | null = null;
      do {
        const page = await shop.archive.moved(DAY, DAY + 2, after, limit);
        ids.push(...page.orders.map((found) => found.orderId));
        after = page.next;
      } while (after !== null);
      expect(ids.sort(), `pages of ${limit}`).toEqual(['o-1', 'o-2', 'o-3']);
    }
  });
});

describe('a spreadsheet', () => {
  beforeAll(async () => {
    shop = await openArchived();
    const named = (orderId: string, ja: string): (readonly [number, NewRow])[] => {
      const event = opened(orderId);
      const lines = event.lines.map((line) => ({ ...line, name: { ja } }));
      const events: OrderEvent[] = [
        { ...event, lines, orderNumber: ja },
        { type: 'code.requested' },
        { type: 'payment.completed', paymentId: `pp-${orderId}`, amount_jpy: 150, paidAt_ms: MIDNIGHT_ms },
      ];
      return events.map((of) => [MIDNIGHT_ms, { stream: 'order', orderId, event: of }]);
    };
    await shop.write(['＝1+1', '＋1', '－1', '＠SUM', '\n=1', '=1', 'お茶〜−—¥'].flatMap((name, i) => named(`o-${i}`, name)));
  });
  afterAll(() => shop.close());

  it('takes no name for a formula, wide signs and new lines included', async () => {
    const numbers = (await rowsOf(DAY + 1, DAY + 1)).map((row) => row['注文番号']);
    expect(numbers).toEqual(["'＝1+1", "'＋1", "'－1", "'＠SUM", "'\n=1", "'=1", 'お茶〜−—¥']);
  });

  it('in Shift_JIS shows the signs that Windows has elsewhere', async () => {
    const [last] = (await rowsOf(DAY + 1, DAY + 1, 'csv-sjis')).slice(-1);
    expect(last?.['注文番号']).toBe('お茶～－―￥');
  });
});

describe.each([
  ['sale', 80],
  ['authorize', 80],
] as const)('simulated shops, %s', (mode, seeds) => {
  const days = new Set<JapanDay>();
  beforeAll(async () => {
    shop = await openArchived();
    const rows: (readonly [number, NewRow])[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      const world = new World({ seed, mode });
      await world.live();
      // A world lives for some hours: midnight falls in the middle of what it did.
      const own = [...world.books.orders.values()].flatMap((order) => order.rows).sort((a, b) => a.seq - b.seq);
      const shift_ms = MIDNIGHT_ms - (own[Math.floor(own.length / 2)]?.at_ms ?? 0);
      for (const { orderId, at_ms, event } of own) {
        const moved = 'paidAt_ms' in event ? { ...event, paidAt_ms: event.paidAt_ms + shift_ms } : event;
        rows.push([at_ms + shift_ms, { stream: 'order', orderId: `${seed}-${orderId}`, event: moved }]);
        days.add(japanDay(at_ms + shift_ms));
      }
    }
    await shop.write(rows);
  }, 120_000);
  afterAll(() => shop.close());

  it('the columns of each day and of all of them are the day close, to the yen', async () => {
    for (const day of days) await expectAgreement(day, day);
    const all = await expectAgreement(Math.min(...days), Math.max(...days));
    expect(days.size, 'worlds that see midnight').toBeGreaterThan(1);
    expect(Math.min(...Object.values(all)), 'shops in which nothing is sold or returned would prove nothing').toBeGreaterThan(0);
  });
});
