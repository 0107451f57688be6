/** Proves a whole journal: every row, the order of rows, and everything that follows from them. Takes about half a minute for a million rows. */
import type { DatabaseSync } from 'node:sqlite';
import { JournalError } from '../../app/ports.ts';
import type { OrderEvent } from '../../app/order/events.ts';
import type { ShopEvent } from '../../app/catalogue/events.ts';
import { proveRow, sameHash, type StoredRow } from './chain.ts';
import { journalError } from './faults.ts';
import { readHead } from './reader.ts';
import { isOpenAfter, shopKeeping } from './rules.ts';

export interface Verified {
  readonly rows: number;
  readonly orders: number;
  /** What is wrong, one line each, naming rows; empty when nothing is. Stops at {@link FINDINGS_max}. */
  readonly findings: readonly string[];
}

export const FINDINGS_max = 100;

/** Reads all of it and changes nothing; a damaged row does not hide the ones behind it. */
export function verify(db: DatabaseSync, path: string): Verified {
  const findings: string[] = [];
  const found = (what: string) => {
    if (findings.length < FINDINGS_max) findings.push(what);
  };
  const attempt = <T>(what: () => T): T | null => {
    try {
      return what();
    } catch (error) {
      found(error instanceof JournalError ? error.message : journalError(error, path).message);
      return null;
    }
  };

  let seq = 0;
  let orders = 0;
  let previous: Uint8Array | null = null;
  const working = attempt(() => createWorkingSet(db));
  const take = (row: StoredRow) => {
    if (row.seq !== seq + 1) found(`row ${seq + 1} is missing`);
    const before = row.seq === seq + 1 ? previous : null;
    if (before !== null || row.seq === 1) attempt(() => proveRow(row, before));
    seq = row.seq;
    previous = row.hash;
    if (row.type === 'order.opened') orders++;
    attempt(() => working?.add(row));
  };
  for (;;) {
    const from = seq;
    try {
      for (const row of page(db, seq)) take(row);
    } catch {
      // A page of the file can't be read: it costs the rows in it and no more.
      const last = Math.min(seq + PAGE_rows, attempt(() => readHead(db).seq) ?? 0);
      while (seq < last) {
        const row = attempt(() => rowAt(db, seq + 1));
        if (row) take(row);
        else {
          found(`row ${++seq} is damaged: it can't be read`);
          previous = null;
        }
      }
    }
    if (seq === from) break;
  }

  attempt(() => {
    const head = readHead(db);
    if (head.seq !== seq) found(`row ${Math.min(head.seq, seq) + 1} is missing: the journal ends with row ${seq} instead of ${head.seq}`);
    else if (previous !== null && !sameHash(previous, head.hash)) found(`row ${seq} is damaged: it is not the end of the chain`);
    if (head.orders !== orders) found(`there are ${orders} orders instead of ${head.orders}`);
    if (working && head.open !== working.open()) found(`${working.open()} orders are open instead of ${head.open}`);
    if (working && head.shop !== working.shop()) found(`${working.shop()} of the shop's rows still matter instead of ${head.shop}`);
  });
  attempt(() => working?.compare(found));
  attempt(() => {
    for (const row of db.prepare('PRAGMA integrity_check').all()) {
      const result = String(Object.values(row)[0]);
      if (result !== 'ok') found(`SQLite: ${result}`);
    }
  });
  return { rows: seq, orders, findings };
}

const PAGE_rows = 1000;
const page = (db: DatabaseSync, after: number): StoredRow[] =>
  db.prepare('SELECT * FROM journal WHERE seq > ? ORDER BY seq LIMIT ?').all(after, PAGE_rows) as unknown as StoredRow[];

const rowAt = (db: DatabaseSync, seq: number): StoredRow | undefined =>
  db.prepare('SELECT * FROM journal WHERE seq = ?').get(seq) as StoredRow | undefined;

const countedWrong = (orderId: string, rows: number, counted: number): JournalError =>
  new JournalError('corrupt', `order ${orderId} counts ${counted} rows instead of ${rows}`);

/** What follows from the rows, computed again from every one of them. In memory are open orders only. */
function createWorkingSet(db: DatabaseSync) {
  let orderRows = 0;
  const open = new Map<string, number>();
  const shop = new Map<string, number>();
  const rowsOf = db.prepare('SELECT count(*) AS rows FROM journal WHERE order_id = ? AND seq <= ?');
  const recorded = db.prepare('SELECT rows, open FROM orders WHERE order_id = ?');

  return {
    open: () => open.size,
    shop: () => [...shop.values()].reduce((sum, rows) => sum + rows, 0),
    add({ seq, stream, order_id, event: text }: StoredRow): void {
      if (stream === 'shop') {
        const { key, replaces } = shopKeeping(JSON.parse(text) as ShopEvent);
        shop.set(key, (replaces ? 0 : (shop.get(key) ?? 0)) + 1);
        return;
      }
      orderRows++;
      const orderId = String(order_id);
      const event = JSON.parse(text) as OrderEvent;
      // Closed once before, so not in memory any more.
      const again = event.type === 'order.reopened' || event.type === 'attention.settled';
      const rows = again ? Number(rowsOf.get(orderId, seq)?.['rows']) : (open.get(orderId) ?? 0) + 1;
      if (isOpenAfter(event)) open.set(orderId, rows);
      else {
        open.delete(orderId);
        // It may count more than these, when it is reopened later.
        const counted = Number(recorded.get(orderId)?.['rows'] ?? 0);
        if (counted < rows) throw countedWrong(orderId, rows, counted);
      }
    },
    compare(found: (what: string) => void): void {
      for (const [orderId, rows] of open) {
        const row = recorded.get(orderId);
        if (row?.['rows'] !== rows) found(countedWrong(orderId, rows, Number(row?.['rows'] ?? 0)).message);
        if (row?.['open'] !== 1) found(`order ${orderId} is open, and not listed as open`);
      }
      // No order counts too few; with the right sum, none counts too many.
      const sum = Number(db.prepare('SELECT sum(rows) AS sum FROM orders').get()?.['sum'] ?? 0);
      if (sum !== orderRows) found(`the orders count ${sum} rows instead of ${orderRows}`);
      for (const row of db.prepare('SELECT key, count(*) AS rows FROM shop_now GROUP BY key').iterate()) {
        const key = String(row['key']);
        if (row['rows'] !== shop.get(key))
          found(`the shop's ${key}: ${String(row['rows'])} rows are listed instead of ${shop.get(key) ?? 0}`);
        shop.delete(key);
      }
      for (const [key, rows] of shop) found(`the shop's ${key}: no rows are listed instead of ${rows}`);
    },
  };
}
