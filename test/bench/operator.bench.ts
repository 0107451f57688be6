/** The operator's side of a shop that has sold for two years: finding an order, reports, the close of a day, files; and what a sale notices of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { OrderSearch } from '../../app/operator/archive.ts';
import { dayView } from '../../app/operator/day.ts';
import { dayName, dayStart_ms, dayNamed, type JapanDay } from '../../app/operator/japan-time.ts';
import { report } from '../../app/operator/report.ts';
import { criteriaOf } from '../../app/operator/search.ts';
import { openJournal } from '../../main/journal/journal.ts';
import { openArchive, type OrderArchive } from '../../main/operator/archive/archive.ts';
import { exportOrders } from '../../main/operator/export.ts';
import { systemClock } from '../../main/system.ts';
import { openPolledMachine } from './polled-machine.ts';
import { atMost, figure, quantile, type Row } from './row.ts';
import { writeSales } from './sales-history.ts';

const DAYS = 730;
const LAST_day = dayNamed('2026-03-31') ?? NaN;
const FIRST_day = LAST_day - DAYS + 1;
const MACHINE = 'A1';
const PRODUCTS = Array.from({ length: 20 }, (_, i) => ({ sku: `sku-${i}`, name: { ja: `商品${i}号` }, price_jpy: 110 + 10 * i }));
const SLOTS = Array.from({ length: 40 }, (_, i) => ({ slot: String(i + 1), sku: `sku-${i % 20}` }));
const EXPORTED_orders = 100_000;

/** @param orders in the journal; the bars are for a million */
export default async function bench(orders = 1_000_000): Promise<Row[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-bench-'));
  const journalPath = path.join(folder, 'journal.sqlite');
  writeSales(journalPath, {
    orders,
    until_ms: dayStart_ms(LAST_day + 1),
    days: DAYS,
    products: PRODUCTS,
    slots: SLOTS,
    machineName: MACHINE,
  });
  const clock = systemClock();
  const journal = await openJournal({ path: journalPath, clock, bootId: 'm:bench' });
  const archive = openArchive(journalPath, path.join(folder, 'reports.db'));
  const machine = await openPolledMachine(clock);
  try {
    const begun_ms = performance.now();
    // The first question waits until the tables are made.
    await archive.unfinished();
    const made = figure(`operator: tables made from ${orders} orders`, (performance.now() - begun_ms) / 1000, 's');

    // What a sale notices when nobody asks: other programs on this computer are in it.
    const before = await machine.sellUntil(({ answers_ms }) => answers_ms.length >= 2500, 'before', journal);
    const alone = figure('operator: POLL answered while nothing is searched, p99.9', quantile(before.answers_ms, 0.999), 'ms');
    let answered = 0;
    let asking = true;
    const sales = machine.sellUntil(({ answers_ms }) => ((answered = answers_ms.length), !asking), 'sale', journal);
    const asked = await questions(archive, orders);
    // A quantile of so few would be their worst.
    while (answered < 2500) await questions(archive, orders);
    asking = false;
    const polls = atMost('operator: POLL answered while orders are searched, p99.9', quantile((await sales).answers_ms, 0.999), 'ms', 10);
    return [made, ...asked, alone, polls, ...(await closing(archive, orders))];
  } finally {
    await machine.close();
    await archive.close();
    await journal.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function questions(archive: OrderArchive, orders: number): Promise<Row[]> {
  const search = (wanted: Partial<OrderSearch>) => archive.search({ any: [], attention: false, limit: 50, ...wanted });
  const typed = (text: string) => search({ any: criteriaOf(text, MACHINE) });
  const spread = (i: number, count: number): number => Math.floor(((i * 0.618034) % 1) * count);
  const day = (i: number): JapanDay => FIRST_day + spread(i, DAYS - 31);
  const days = (from: JapanDay, to: JapanDay) => ({ from_ms: dayStart_ms(from), to_ms: dayStart_ms(to + 1) });
  const some = async (text: (order: { orderNumber: string; orderId: string; paymentId: string | undefined }) => string, i: number) => {
    const [order] = (await search({ ...days(day(i), day(i) + 1), result: 'vended', limit: 1 })).orders;
    if (order === undefined) throw new Error('a day without sales');
    return text({ orderNumber: order.orderNumber, orderId: order.merchantPaymentId, paymentId: order.payment?.paymentId });
  };
  const made = async (from: JapanDay, to: JapanDay) => {
    const [sums, stockOuts] = await Promise.all([archive.sums(from, to), archive.stockOuts(dayStart_ms(from), dayStart_ms(to + 1))]);
    return report({ from, to, now_ms: dayStart_ms(LAST_day + 1), sums, stockOuts, products: [] }).orders;
  };
  const refunded = async (total_jpy: number, after?: string, limit = 50) =>
    (await search({ any: [{ by: 'total_jpy', is: total_jpy }], result: 'refunded', after, limit })).orders;
  const waiting = async (total_jpy: number) => (await search({ any: [{ by: 'total_jpy', is: total_jpy }], attention: true })).orders;
  const found = (count: number, what: string): void => {
    if (count === 0) throw new Error(`${what}: nothing found`);
  };
  const numbers = await Promise.all(Array.from({ length: 20 }, (_, i) => some((order) => order.orderNumber, i)));
  const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => some((order) => order.orderId, i)));
  const payments = await Promise.all(Array.from({ length: 20 }, (_, i) => some((order) => order.paymentId ?? '', i)));
  const kinds: readonly (readonly [name: string, ask: (i: number) => Promise<number>])[] = [
    ['search by order number', async (i) => (await typed(numbers[i % 20] ?? '')).orders.length],
    ['search by merchantPaymentId', async (i) => (await typed(ids[i % 20] ?? '')).orders.length],
    ['search by paymentId', async (i) => (await typed(payments[i % 20] ?? '')).orders.length],
    ['search by amount', async (i) => (await typed(String(110 + 10 * (i % 20)))).orders.length],
    ['search by day', async (i) => (await search(days(day(i), day(i)))).orders.length],
    [
      'search by amount in a month',
      async (i) => (await search({ any: [{ by: 'total_jpy', is: 110 + 10 * (i % 20) }], ...days(day(i), day(i) + 30) })).orders.length,
    ],
    ['search by amount and result', async (i) => (await refunded(110 + 10 * (i % 20))).length],
    [
      'search by amount and result, page by page',
      async (i) => {
        const [first] = await refunded(110 + 10 * (i % 20), undefined, 1);
        return (await refunded(110 + 10 * (i % 20), first && `${first.openedAt_ms}:${first.orderId}`)).length;
      },
    ],
    ['search for what waits for a person, by amount', async (i) => (await waiting(110 + 10 * (i % 20))).length || 1],
    ['refunded orders of a month', async (i) => (await search({ result: 'refunded', ...days(day(i), day(i) + 30) })).orders.length],
    ['report of a day', (i) => made(day(i), day(i))],
    ['report of a month', (i) => made(day(i), day(i) + 30)],
    ['report of two years', () => made(FIRST_day, LAST_day)],
  ];
  const rows: Row[] = [];
  for (const [name, ask] of kinds) {
    const times_ms: number[] = [];
    for (let i = 0; i < 60; i++) {
      const begun_ms = performance.now();
      found(await ask(i), name);
      times_ms.push(performance.now() - begun_ms);
    }
    rows.push(atMost(`operator: ${name} among ${orders} orders, p95`, quantile(times_ms, 0.95), 'ms', 300));
  }
  return rows;
}

/** The close of a day, and files of so many orders as fast as a reader takes them. */
async function closing(archive: OrderArchive, orders: number): Promise<Row[]> {
  const to = LAST_day;
  const from = to - Math.ceil((DAYS * Math.min(orders, 1.2 * EXPORTED_orders)) / orders) + 1;
  const rows: Row[] = [];
  for (const format of ['csv', 'csv-sjis'] as const) {
    globalThis.gc?.();
    const before_bytes = process.memoryUsage.rss();
    let most_bytes = before_bytes;
    let lines = -1;
    const begun_ms = performance.now();
    const sums = await archive.sums(from, to);
    const closed = dayView(to, sums, { today: to + 1, products: [], closedBefore: null });
    for await (const chunk of exportOrders(archive, { from: dayName(from), to: dayName(to), format }).body) {
      for (const byte of chunk) if (byte === 0x0a) lines++;
      most_bytes = Math.max(most_bytes, process.memoryUsage.rss());
    }
    const took_s = (performance.now() - begun_ms) / 1000;
    if (closed.orders === 0 || lines < closed.orders) throw new Error(`${lines} lines in the file, ${closed.orders} orders in the sums`);
    rows.push(
      figure(`operator: orders in the ${format} file`, lines, ''),
      atMost(`operator: day close and ${format} of ${EXPORTED_orders} orders`, (took_s * EXPORTED_orders) / lines, 's', 3),
      atMost(`operator: memory that the ${format} took more`, (most_bytes - before_bytes) / 1e6, 'MB', 100),
    );
  }
  return rows;
}
