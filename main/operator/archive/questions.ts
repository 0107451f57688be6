/** Every question to the archive, as SQL. Each runs in the archive's thread and is bounded by an index and a limit. */
import type { DatabaseSync } from 'node:sqlite';
import type { Archive, Criterion, OrderPage, OrderSearch, ShopRecord, StockOut, Sums } from '../../../app/operator/archive.ts';
import { isComplete, moneyOf, type OrderSummary } from '../../../app/operator/summary.ts';
import { japanDay, type JapanDay } from '../../../app/operator/japan-time.ts';
import { type FileFormat, fileRows } from './file-rows.ts';
import type { ShopEvent } from '../../../app/catalogue/events.ts';

type Value = string | number;

const COLUMNS = { orderId: 'order_id', orderNumber: 'order_number', paymentId: 'payment_id', total_jpy: 'total_jpy' } as const;

function orders(db: DatabaseSync, rest: string, ...values: Value[]): OrderSummary[] {
  return db
    .prepare(`SELECT summary FROM orders ${rest}`)
    .all(...values)
    .map((row) => JSON.parse(String(row['summary'])) as OrderSummary);
}

const cursorOf = (order: OrderSummary): string => `${order.openedAt_ms}:${order.orderId}`;

/** Newest first, for one criterion: each has its own index. */
function searchOne(db: DatabaseSync, search: OrderSearch, criterion: Criterion | null): OrderSummary[] {
  const conditions: string[] = [];
  const values: Value[] = [];
  const must = (condition: string, ...of: Value[]) => {
    conditions.push(condition);
    values.push(...of);
  };
  if (criterion !== null) must(`${COLUMNS[criterion.by]} = ?`, criterion.is);
  if (search.attention) must("unfinished = 1 AND result = 'attention'");
  else if (search.result !== undefined) must('result = ?', search.result);
  if (search.from_ms !== undefined) must('opened_ms >= ?', search.from_ms);
  if (search.to_ms !== undefined) must('opened_ms < ?', search.to_ms);
  if (search.after !== undefined) {
    const [opened_ms = '0', orderId = ''] = search.after.split(/:(.*)/s);
    must('(opened_ms, order_id) < (?, ?)', Number(opened_ms), orderId);
  }
  const where = conditions.length > 0 ? conditions.join(' AND ') : '1';
  // Few wait for a person, whatever else is asked: without the hint SQLite walks all that were ever closed so.
  const along = search.attention ? 'INDEXED BY orders_unfinished' : '';
  return orders(db, `${along} WHERE ${where} ORDER BY opened_ms DESC, order_id DESC LIMIT ?`, ...values, search.limit + 1);
}

/** First those that were taken or given out on these days, then those that only went back: each along its own index. */
function moved(db: DatabaseSync, from: JapanDay, to: JapanDay, after: string | null, limit: number): OrderPage {
  const [phase = 'booked', day = String(from), orderId = ''] = after?.split(':') ?? [];
  const booked =
    phase === 'booked'
      ? orders(
          db,
          'WHERE (booked_day, order_id) > (?, ?) AND booked_day <= ? ORDER BY booked_day, order_id LIMIT ?',
          ...[Number(day), orderId, to, limit],
        )
      : [];
  const last = booked.at(-1);
  if (last !== undefined && booked.length === limit)
    return { orders: booked, next: `booked:${japanDay(moneyOf(last).bookedAt_ms ?? 0)}:${last.orderId}` };
  const back = orders(
    db,
    `WHERE (returned_day, order_id) > (?, ?) AND returned_day <= ? AND (booked_day IS NULL OR booked_day NOT BETWEEN ? AND ?)
     ORDER BY returned_day, order_id LIMIT ?`,
    ...[...(phase === 'back' ? [Number(day), orderId] : [from, '']), to, from, to, limit],
  );
  const lastBack = back.at(-1);
  const more = lastBack !== undefined && back.length === limit;
  return {
    orders: [...booked, ...back],
    next: more ? `back:${japanDay(moneyOf(lastBack).returnedAt_ms ?? 0)}:${lastBack.orderId}` : null,
  };
}

export const QUESTIONS = {
  search(db: DatabaseSync, search: OrderSearch): OrderPage {
    const found = search.any.length === 0 ? searchOne(db, search, null) : search.any.flatMap((any) => searchOne(db, search, any));
    const unique = [...new Map(found.map((order) => [order.orderId, order])).values()].sort(
      (a, b) => b.openedAt_ms - a.openedAt_ms || (a.orderId < b.orderId ? 1 : -1),
    );
    const page = unique.slice(0, search.limit);
    const last = page.at(-1);
    return { orders: page, next: unique.length > search.limit && last !== undefined ? cursorOf(last) : null };
  },

  sums(db: DatabaseSync, from: JapanDay, to: JapanDay): Sums {
    const all = (sql: string) => db.prepare(sql).all(from, to) as unknown[];
    return {
      byKey: all(
        'SELECT tally, key, sum(n) AS n, sum(jpy) AS jpy FROM totals WHERE day BETWEEN ? AND ? GROUP BY tally, key',
      ) as Sums['byKey'],
      byDay: all(`SELECT day, tally, sum(n) AS n, sum(jpy) AS jpy FROM totals
        WHERE tally IN ('paid', 'returned', 'sold', 'codes') AND day BETWEEN ? AND ? GROUP BY tally, day`) as Sums['byDay'],
      byWeekHour: all(`SELECT (day + 4) % 7 AS weekday, CAST(key AS INTEGER) AS hour, sum(n) AS n, sum(jpy) AS jpy FROM totals
        WHERE tally = 'paid' AND day BETWEEN ? AND ? GROUP BY 1, 2`) as Sums['byWeekHour'],
    };
  },

  stockOuts: (db: DatabaseSync, from_ms: number, to_ms: number): StockOut[] =>
    db
      .prepare('SELECT slot, from_ms, to_ms FROM stock_outs WHERE from_ms < ? AND coalesce(to_ms, ?) > ? ORDER BY slot, from_ms')
      .all(to_ms, to_ms, from_ms) as unknown as StockOut[],

  record(db: DatabaseSync, filter: Parameters<Archive['record']>[0]): ShopRecord[] {
    const [column, value] =
      filter.slot !== undefined
        ? ['slot', filter.slot]
        : filter.sku !== undefined
          ? ['sku', filter.sku]
          : filter.closedDay !== undefined
            ? ['closed_day', filter.closedDay]
            : [null, null];
    return db
      .prepare(
        `SELECT seq, at_ms, event FROM record WHERE ${column === null ? '1' : `${column} = ?`} AND seq < ? ORDER BY seq DESC LIMIT ?`,
      )
      .all(...(value === null ? [] : [value]), filter.before ?? Number.MAX_SAFE_INTEGER, filter.limit)
      .map((row) => ({ seq: Number(row['seq']), at_ms: Number(row['at_ms']), event: JSON.parse(String(row['event'])) as ShopEvent }));
  },

  unfinished: (db: DatabaseSync): OrderSummary[] => orders(db, 'WHERE unfinished = 1 ORDER BY opened_ms, order_id LIMIT 500'),

  lastResults(db: DatabaseSync, limit: number) {
    const newest = orders(db, "WHERE payment_id IS NOT NULL AND result <> 'open' ORDER BY opened_ms DESC LIMIT ?", limit);
    return { closed: newest.length, complete: newest.filter(isComplete).length };
  },

  moved,

  fileRows(db: DatabaseSync, from: JapanDay, to: JapanDay, after: string | null, limit: number, format: FileFormat) {
    const { orders: page, next } = moved(db, from, to, after, limit);
    return { bytes: fileRows(page, from, to, format), next };
  },

  find: (db: DatabaseSync, ids: readonly string[]): OrderSummary[] =>
    ids.flatMap((id) => orders(db, 'WHERE order_id = ?1 UNION ALL SELECT summary FROM orders WHERE payment_id = ?1', id)),
} as const;

export type Questions = typeof QUESTIONS;
