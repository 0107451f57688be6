/** Every question to the journal. Each row that leaves here was proved against the checksum of the row before it. */
import type { DatabaseSync } from 'node:sqlite';
import { JournalError, type JournalRow, type OrderRow, type ShopRow } from '../../app/ports.ts';
import { ORDER_EVENT_VERSION } from '../../app/order/events.ts';
import { damaged, type Head, headSum, journalRow, proveRow, sameHash, type StoredRow } from './chain.ts';

/** A row, and the checksum of the row before it. */
type Chained = StoredRow & { readonly previous: Uint8Array | null };

/** Queries get `(db, ...args)` and run in the reader's thread; a new one needs a line here and nothing else. */
export const QUERIES = {
  openOrders: (db: DatabaseSync): readonly OrderRow[] => atOnce(db, openOrders),
  shop: (db: DatabaseSync): readonly ShopRow[] => atOnce(db, shop),
  order: (db: DatabaseSync, orderId: string): readonly OrderRow[] => atOnce(db, () => orderRows(db, orderId)),
  orderCount: (db: DatabaseSync): number => readHead(db).orders,
} as const;

export type Queries = {
  [Name in keyof typeof QUERIES]: (...args: Rest<Parameters<(typeof QUERIES)[Name]>>) => ReturnType<(typeof QUERIES)[Name]>;
};
type Rest<T extends readonly unknown[]> = T extends readonly [unknown, ...infer Others] ? Others : never;

export function readHead(db: DatabaseSync): Head {
  const row = db.prepare('SELECT * FROM head').get() as (Head & { sum: unknown }) | undefined;
  if (row === undefined || !(row.hash instanceof Uint8Array) || !sameHash(headSum(row), row.sum))
    throw new JournalError('corrupt', 'the head of the journal is damaged');
  const { seq, hash, orders, open, shop, signed } = row;
  return { seq, hash, orders, open, shop, signed };
}

const CHAINED = 'SELECT j.*, p.hash AS previous FROM journal j LEFT JOIN journal p ON p.seq = j.seq - 1';

function rowsWhere(db: DatabaseSync, condition: string, ...args: (string | number)[]): JournalRow[] {
  return chained(db, condition, ...args).map((row) => {
    proveRow(row, row.previous);
    mustKnow(row);
    return journalRow(row);
  });
}

const chained = (db: DatabaseSync, condition: string, ...args: (string | number)[]): Chained[] =>
  db.prepare(`${CHAINED} WHERE ${condition} ORDER BY j.seq`).all(...args) as unknown as Chained[];

function mustKnow(row: StoredRow): void {
  if (row.event_version > ORDER_EVENT_VERSION)
    throw new JournalError('newerVersion', `row ${row.seq} was written by a newer program (events of version ${row.event_version})`);
}

/** In one transaction, so that rows and counts are of the same moment. */
function atOnce<T>(db: DatabaseSync, read: (db: DatabaseSync) => T): T {
  db.exec('BEGIN');
  try {
    return read(db);
  } finally {
    if (db.isTransaction) db.exec('COMMIT');
  }
}

/** A row that got lost in a damaged index would be a refund or a vend that got lost: the counts are kept apart from the rows. */
function mustBeAll(what: string, found: number, counted: number): void {
  if (found !== counted) throw new JournalError('corrupt', `${what}: ${found} found instead of ${counted}`);
}

function orderRows(db: DatabaseSync, orderId: string, mustBeOpen = false): OrderRow[] {
  const rows = rowsWhere(db, 'j.order_id = ?', orderId).filter((row) => row.stream === 'order');
  const order = db.prepare('SELECT rows, open FROM orders WHERE order_id = ?').get(orderId);
  mustBeAll(`order ${orderId}`, rows.length, Number(order?.['rows'] ?? 0));
  if (mustBeOpen && order?.['open'] !== 1) throw new JournalError('corrupt', `order ${orderId} is listed as open, and is not`);
  return rows;
}

function openOrders(db: DatabaseSync): OrderRow[] {
  const open = new Set(
    db
      .prepare('SELECT order_id FROM orders WHERE open = 1')
      .all()
      .map((row) => String(row['order_id'])),
  );
  mustBeAll('open orders', open.size, readHead(db).open);
  return [...open].flatMap((orderId) => orderRows(db, orderId, true)).sort((a, b) => a.seq - b.seq);
}

function shop(db: DatabaseSync): ShopRow[] {
  const rows = rowsWhere(db, 'j.seq IN (SELECT seq FROM shop_now)').filter((row) => row.stream === 'shop');
  mustBeAll('the shop', rows.length, readHead(db).shop);
  return rows;
}

/**
 * Proves the chain from the last proved row to the end.
 * @throws JournalError `corrupt`, naming the row
 */
export function proveTail(db: DatabaseSync, head: Head): void {
  let previous: Uint8Array | null = null;
  let expected = Math.max(head.signed, 1);
  const rows = db.prepare(`${CHAINED} WHERE j.seq >= ? ORDER BY j.seq`).iterate(expected) as unknown as Iterable<Chained>;
  for (const row of rows) {
    if (row.seq !== expected) throw damaged(expected, 'it is missing');
    proveRow(row, previous ?? row.previous);
    mustKnow(row);
    previous = row.hash;
    expected++;
  }
  if (expected !== head.seq + 1 && head.seq > 0)
    throw damaged(Math.min(expected, head.seq + 1), `the journal should end with row ${head.seq}`);
  if (previous !== null && !sameHash(previous, head.hash)) throw damaged(head.seq, 'it is not the end of the chain');
}
