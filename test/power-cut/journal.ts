/** The journal as it stands on the disk. Every look opens the file anew: after a kill the kiosk finds it as the kill left it. */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { OrderEvent } from '../../app/order/events.ts';
import type { JournalRow } from '../../app/ports.ts';
import { verify } from '../../main/journal/verify.ts';
import type { OrderRecord, VendRecord } from '../simulation/books.ts';

function look<T>(file: string, at: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return at(db);
  } finally {
    db.close();
  }
}

/** Of the orders that are not closed. */
export const openOrders = (file: string): string[] =>
  existsSync(file)
    ? look(file, (db) =>
        db
          .prepare("SELECT order_id, type, max(seq) FROM journal WHERE stream = 'order' GROUP BY order_id")
          .all()
          .flatMap(({ order_id, type }) => (type === 'order.closed' ? [] : [String(order_id)])),
      )
    : [];

export const orderEvents = (file: string, orderId: string): OrderEvent[] =>
  look(file, (db) =>
    db
      .prepare('SELECT event FROM journal WHERE order_id = ? ORDER BY seq')
      .all(orderId)
      .map(({ event }) => JSON.parse(String(event)) as OrderEvent),
  );

export const lastVend = (file: string): { readonly orderId: string; readonly line: number } | null =>
  look(file, (db) => {
    const row = db
      .prepare("SELECT order_id, event ->> '$.line' AS line FROM journal WHERE type = 'vend.requested' ORDER BY seq DESC")
      .get();
    return row === undefined ? null : { orderId: String(row['order_id']), line: Number(row['line']) };
  });

/** Everything, proved row by row. */
export const readJournal = (file: string) =>
  look(file, (db) => {
    const { findings } = verify(db, file);
    const orders = new Map<string, Pick<OrderRecord, 'orderId' | 'rows'>>();
    const vends: VendRecord[] = [];
    const stored = db
      .prepare("SELECT seq, at_ms, monotonic_ms, boot_id, order_id, event FROM journal WHERE stream = 'order' ORDER BY seq")
      .all();
    for (const { seq, at_ms, monotonic_ms, boot_id, order_id, event } of stored as Record<string, never>[]) {
      const orderId = String(order_id);
      const fact = JSON.parse(String(event)) as OrderEvent;
      const row: Extract<JournalRow, { stream: 'order' }> = {
        ...{ stream: 'order', orderId, event: fact, seq: Number(seq) },
        ...{ at_ms: Number(at_ms), monotonic_ms: Number(monotonic_ms), bootId: String(boot_id) },
      };
      const record = orders.get(orderId) ?? { orderId, rows: [] };
      orders.set(orderId, record);
      record.rows.push(row);
      if (fact.type === 'vend.requested') vends.push({ orderId, line: fact.line, at_ms: row.at_ms });
    }
    return { orders, vends, findings };
  });
