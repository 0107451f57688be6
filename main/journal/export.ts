/** The journal for other programs: every row as JSON, or every order as a line of a table. One order in memory at a time. */
import type { DatabaseSync } from 'node:sqlite';
import { BrokenRule, fold, ledger, type Order } from '../../app/order/order.ts';
import { JournalError } from '../../app/ports.ts';
import { journalRow, proveRow, type StoredRow } from './chain.ts';
import { QUERIES } from './reader.ts';

/**
 * One JSON object a line, oldest first, each proved: the rows as they were written. A damaged row is printed as what can
 * be read of it, marked `damaged`.
 * @returns how many are damaged
 */
export function* jsonLines(db: DatabaseSync): Generator<string, number> {
  let previous: Uint8Array | null = null;
  let damaged = 0;
  for (const stored of db.prepare('SELECT * FROM journal ORDER BY seq').iterate()) {
    const row = stored as unknown as StoredRow;
    const why = fails(() => proveRow(row, previous));
    previous = row.hash;
    if (why === null) {
      const { seq, at_ms, ...rest } = journalRow(row);
      yield `${JSON.stringify({ seq, at: new Date(at_ms).toISOString(), at_ms, ...rest })}\n`;
    } else {
      damaged++;
      const { hash: _, ...rest } = row;
      yield `${JSON.stringify({ damaged: why.message, ...rest })}\n`;
    }
  }
  return damaged;
}

const COLUMNS = {
  orderNumber: (order: Order) => order.opened.orderNumber,
  orderId: (order: Order) => order.orderId,
  openedAt: (order: Order) => inTokyo(order.openedAt_ms),
  closedAt: (order: Order) => (order.closed === null ? '' : inTokyo(order.closed.at_ms)),
  result: (order: Order) => order.closed?.result ?? 'open',
  settled: (order: Order) => (order.settled ? 'yes' : ''),
  settlement: (order: Order) => order.opened.settlement,
  items: (order: Order) => order.opened.lines.map((line) => `${line.sku}@${line.slot}`).join(' '),
  total_jpy: (order: Order) => order.opened.total_jpy,
  taken_jpy: (order: Order) => ledger(order).taken_jpy,
  returned_jpy: (order: Order) => ledger(order).returned_jpy,
  dispensed_jpy: (order: Order) => ledger(order).dispensed_jpy,
  merchantPaymentId: (order: Order) => order.opened.merchantPaymentId,
  paymentId: (order: Order) => order.payment?.paymentId ?? '',
  merchantRefundId: (order: Order) => (order.refund.state === 'none' ? '' : order.opened.merchantRefundId),
} as const satisfies Record<string, (order: Order) => string | number>;

/**
 * RFC 4180 with a byte order mark, without which Excel misreads Japanese. One line an order, times in Asia/Tokyo. An order
 * that can't be told, because a row is damaged or breaks a rule, gets a line that says so.
 * @returns how many can't be told
 */
export function* csvLines(db: DatabaseSync): Generator<string, number> {
  let untold = 0;
  yield `\uFEFF${Object.keys(COLUMNS).join(',')}\r\n`;
  for (const { order_id } of db.prepare("SELECT order_id FROM journal WHERE type = 'order.opened' ORDER BY seq").iterate()) {
    let cells: (string | number)[] = [];
    const why = fails(() => {
      const order = fold(QUERIES.order(db, String(order_id)));
      cells = Object.values(COLUMNS).map((of) => of(order));
    });
    if (why !== null) {
      untold++;
      cells = ['', String(order_id), '', '', why.message];
    }
    yield `${cells.map(cell).join(',')}\r\n`;
  }
  return untold;
}

/** What the data is to blame for; everything else is thrown. */
function fails(what: () => void): Error | null {
  try {
    what();
    return null;
  } catch (error) {
    if (error instanceof BrokenRule || error instanceof JournalError) return error;
    throw error;
  }
}

function cell(value: string | number): string {
  // A spreadsheet takes text that starts like this for a formula (CWE-1236).
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const TOKYO_ms = 9 * 3_600_000;
/** ISO 8601; Japan has no summer time. */
const inTokyo = (at_ms: number): string => new Date(at_ms + TOKYO_ms).toISOString().replace('Z', '+09:00');
