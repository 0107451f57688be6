/** Takes what the journal has written since the last time into the archive's tables. */
import type { DatabaseSync } from 'node:sqlite';
import { type ShopEvent, skuOf, slotOf } from '../../../app/catalogue/events.ts';
import { japanDay } from '../../../app/operator/japan-time.ts';
import { grow, moneyOf, type OrderSummary, waitsForPerson } from '../../../app/operator/summary.ts';
import { entriesOf } from '../../../app/operator/tally.ts';
import type { OrderEvent } from '../../../app/order/events.ts';

interface Row {
  readonly seq: number;
  readonly at_ms: number;
  readonly order_id: string | null;
  readonly event: string;
  readonly hash: Uint8Array;
}

/** Rows in one transaction: bounds the memory, and how long a question waits behind it. */
const BATCH_rows = 1000;

export interface Absorber {
  /** One batch. @returns whether there may be more */
  absorb(): boolean;
}

export function createAbsorber(archive: DatabaseSync, journal: DatabaseSync): Absorber {
  const fresh = journal.prepare('SELECT seq, at_ms, order_id, event, hash FROM journal WHERE seq > ? ORDER BY seq LIMIT ?');
  const progress = archive.prepare('SELECT seq FROM progress');
  const setProgress = archive.prepare('UPDATE progress SET seq = ?, hash = ?');
  const summaryOf = archive.prepare('SELECT summary FROM orders WHERE order_id = ?');
  const setOrder = archive.prepare(`
    INSERT INTO orders (order_id, order_number, opened_ms, total_jpy, result, unfinished, payment_id, booked_day, returned_day, summary)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (order_id) DO UPDATE SET result = excluded.result, unfinished = excluded.unfinished, payment_id = excluded.payment_id,
      booked_day = excluded.booked_day, returned_day = excluded.returned_day, summary = excluded.summary`);
  const addTotal = archive.prepare(`
    INSERT INTO totals VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (tally, day, key) DO UPDATE SET n = n + excluded.n, jpy = jpy + excluded.jpy`);
  const addRecord = archive.prepare('INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)');
  const stockOf = archive.prepare('SELECT count, out_since_ms FROM stock WHERE slot = ?');
  const setStock = archive.prepare(
    'INSERT INTO stock VALUES (?, ?, ?) ON CONFLICT (slot) DO UPDATE SET count = excluded.count, out_since_ms = excluded.out_since_ms',
  );
  const setStockOut = archive.prepare(
    'INSERT INTO stock_outs VALUES (?, ?, ?) ON CONFLICT (slot, from_ms) DO UPDATE SET to_ms = excluded.to_ms',
  );

  function count(slot: string, at_ms: number, next: (before: number) => number): void {
    const before = (stockOf.get(slot) as { count: number; out_since_ms: number | null } | undefined) ?? { count: 0, out_since_ms: null };
    const now = Math.max(0, next(before.count));
    let out = before.out_since_ms;
    if (now === 0 && out === null) {
      out = at_ms;
      setStockOut.run(slot, at_ms, null);
    } else if (now > 0 && out !== null) {
      setStockOut.run(slot, out, at_ms);
      out = null;
    }
    setStock.run(slot, now, out);
  }

  function shop(seq: number, at_ms: number, text: string): void {
    const event = JSON.parse(text) as ShopEvent;
    if (event.type === 'stock.set') count(event.slot, at_ms, () => event.count);
    else if (event.type === 'stock.taken' || (event.type === 'testVend.ended' && event.left)) count(event.slot, at_ms, (n) => n - 1);
    if (event.type === 'stock.taken') return;
    const sku = skuOf(event);
    addRecord.run(seq, at_ms, slotOf(event), sku, event.type === 'day.closed' ? event.day : null, text);
  }

  function write(order: OrderSummary): void {
    const { bookedAt_ms, returnedAt_ms } = moneyOf(order);
    setOrder.run(
      order.orderId,
      order.orderNumber,
      order.openedAt_ms,
      order.total_jpy,
      order.closed?.result ?? 'open',
      order.closed === null || waitsForPerson(order) ? 1 : 0,
      order.payment?.paymentId ?? null,
      bookedAt_ms === null ? null : japanDay(bookedAt_ms),
      returnedAt_ms === null ? null : japanDay(returnedAt_ms),
      JSON.stringify(order),
    );
  }

  return {
    absorb() {
      const { seq: from } = progress.get() as { seq: number };
      const rows = fresh.all(from, BATCH_rows) as unknown as Row[];
      const last = rows.at(-1);
      if (last === undefined) return false;
      const touched = new Map<string, { readonly before: OrderSummary | null; now: OrderSummary | null }>();
      archive.exec('BEGIN');
      try {
        for (const { seq, at_ms, order_id, event: text } of rows) {
          if (order_id === null) {
            shop(seq, at_ms, text);
            continue;
          }
          const event = JSON.parse(text) as OrderEvent;
          let order = touched.get(order_id);
          if (order === undefined) {
            const stored = event.type === 'order.opened' ? undefined : (summaryOf.get(order_id) as { summary: string } | undefined);
            const before = stored === undefined ? null : (JSON.parse(stored.summary) as OrderSummary);
            order = { before, now: before };
            touched.set(order_id, order);
          }
          order.now = grow(order.now, order_id, event, at_ms);
        }
        const changes = new Map<string, { tally: string; day: number; key: string; n: number; jpy: number }>();
        const add = (order: OrderSummary | null, sign: 1 | -1) => {
          if (order === null) return;
          for (const { tally, day, key, n, jpy } of entriesOf(order)) {
            const id = `${tally}:${day}:${key}`;
            const change = changes.get(id) ?? { tally, day, key, n: 0, jpy: 0 };
            change.n += sign * n;
            change.jpy += sign * jpy;
            changes.set(id, change);
          }
        };
        for (const { before, now } of touched.values()) {
          if (now === null) continue;
          write(now);
          add(before, -1);
          add(now, 1);
        }
        for (const { tally, day, key, n, jpy } of changes.values()) if (n !== 0 || jpy !== 0) addTotal.run(tally, day, key, n, jpy);
        setProgress.run(last.seq, last.hash);
        archive.exec('COMMIT');
      } catch (error) {
        if (archive.isTransaction) archive.exec('ROLLBACK');
        throw error;
      }
      return rows.length === BATCH_rows;
    },
  };
}
