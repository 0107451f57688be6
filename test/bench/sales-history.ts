/** A journal of a shop that has sold for a while: sales, refunds, jams and customers who left, spread over days and hours, from a seed. */
import type { OrderEvent, OrderLine } from '../../app/order/events.ts';
import { EMPTY_HEAD, headSum, rowHash } from '../../main/journal/chain.ts';
import { openForWriting } from '../../main/journal/database.ts';
import { onceKey } from '../../main/journal/rules.ts';

export interface HistoryOptions {
  readonly orders: number;
  /** The last business day, at its end (UTC). */
  readonly until_ms: number;
  readonly days: number;
  readonly products: readonly {
    readonly sku: string;
    readonly name: { readonly ja: string; readonly en?: string | undefined };
    readonly price_jpy: number;
  }[];
  readonly slots: readonly { readonly slot: string; readonly sku: string }[];
  readonly machineName?: string;
  readonly seed?: number;
}

/** mulberry32: small, seeded, good enough for traffic. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How busy each hour of the day is. */
const HOURS = [1, 0, 0, 0, 0, 1, 4, 9, 14, 8, 6, 7, 12, 9, 6, 7, 8, 10, 12, 9, 6, 4, 3, 2];
const HOURS_total = HOURS.reduce((sum, weight) => sum + weight, 0);

function hourOf(random: () => number): number {
  let left = random() * HOURS_total;
  for (const [hour, weight] of HOURS.entries()) if ((left -= weight) < 0) return hour;
  return 12;
}

/** The rows of one sale, each with its time. */
function saleOf(
  index: number,
  at_ms: number,
  { products, slots, machineName = 'A1' }: HistoryOptions,
  random: () => number,
): { orderId: string; events: (readonly [at_ms: number, event: OrderEvent])[] } {
  const orderId = `o-${String(index).padStart(9, '0')}-0123456789abcdef0123`;
  const slot = slots[Math.floor(random() ** 1.6 * slots.length)] ?? slots[0];
  const product = products.find(({ sku }) => sku === slot?.sku);
  if (slot === undefined || product === undefined) throw new Error('a shop has slots and products');
  const units = random() < 0.12 ? 2 : 1;
  const lines: OrderLine[] = Array.from({ length: units }, (_, line) => ({
    ...{ line, slot: slot.slot, sku: product.sku, name: product.name, price_jpy: product.price_jpy },
    vendId: `${orderId}-vend-${line}`,
  }));
  const total_jpy = product.price_jpy * units;
  const events: (readonly [number, OrderEvent])[] = [];
  let now_ms = at_ms;
  const add = (after_ms: number, event: OrderEvent) => events.push([(now_ms += Math.round(after_ms)), event]);
  const close = (
    result: 'vended' | 'partlyVended' | 'refunded' | 'abandoned' | 'attention',
    taken_jpy: number,
    returned_jpy: number,
    dispensed_jpy: number,
  ) => add(5, { type: 'order.closed', closing: 1, result, taken_jpy, returned_jpy, dispensed_jpy });
  add(0, {
    type: 'order.opened',
    settlement: 'sale',
    unknownVend: 'refund',
    ...{ lines, total_jpy, orderNumber: `${machineName}-${String(index + 1).padStart(6, '0')}` },
    ...{ merchantPaymentId: orderId, merchantRefundId: `${orderId}-refund`, merchantRevertId: `${orderId}-revert`, fulfilment: 'machine' },
  });
  add(3, { type: 'code.requested' });
  add(180, { type: 'code.created', codeId: `04-${index}`, url: `https://qr.example.test/${index}`, expiresAt_ms: now_ms + 300_000 });
  if (random() < 0.1) {
    add(random() < 0.6 ? 20_000 + random() * 60_000 : 300_000, {
      type: 'cancel.requested',
      reason: random() < 0.6 ? 'customer' : 'expired',
    });
    add(200, { type: 'cancel.accepted' });
    add(200, { type: 'payment.closed', how: 'unpaid' });
    close('abandoned', 0, 0, 0);
    return { orderId, events };
  }
  const pay_ms = 8_000 + random() ** 3 * 90_000;
  add(pay_ms, {
    type: 'payment.completed',
    paymentId: `04${String(10_000_000_000_000_000 + index)}`,
    amount_jpy: total_jpy,
    paidAt_ms: Math.round(now_ms + pay_ms - 1_500),
  });
  if (units === 1 && random() < 0.003) {
    // Nobody knows whether it came out; staff looked at it an hour later.
    add(20, { type: 'vend.requested', line: 0, mark: { count: index } });
    add(45_000, { type: 'vend.unknown', line: 0, likely: 'delivered', evidence: 'no answer within 45000 ms' });
    close('attention', total_jpy, 0, 0);
    add(3_600_000, { type: 'attention.settled', by: 'Aki', how: 'delivered', note: 'the slot was empty' });
    return { orderId, events };
  }
  const failed = random() < 0.02 ? units - 1 : -1;
  for (const { line } of lines) {
    add(20, { type: 'vend.requested', line, mark: { count: index } });
    if (line === failed) add(9_000, { type: 'vend.failed', line, why: random() < 0.7 ? 'jam' : 'motor', detail: '0x07' });
    else add(5_000, { type: 'vend.succeeded', line, proof: 'dropSensor' });
  }
  if (failed < 0) {
    close('vended', total_jpy, 0, total_jpy);
    return { orderId, events };
  }
  add(30, { type: 'refund.requested', amount_jpy: product.price_jpy });
  add(400, { type: 'refund.accepted' });
  add(4_000, { type: 'refund.completed' });
  close(units === 1 ? 'refunded' : 'partlyVended', total_jpy, product.price_jpy, total_jpy - product.price_jpy);
  return { orderId, events };
}

/** Writes closed orders only, oldest first; the rules of the tables are left aside while it writes. */
export function writeSales(path: string, options: HistoryOptions): void {
  const { orders, until_ms, days, seed = 1 } = options;
  const random = randomFrom(seed);
  const db = openForWriting(path);
  const rules = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all();
  for (const { name } of rules) db.exec(`DROP TRIGGER ${String(name)}`);
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -200000');
  const insert = db.prepare('INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const setOrder = db.prepare('INSERT INTO orders VALUES (?, ?, 0)');
  let { seq, hash } = EMPTY_HEAD;
  const perDay = Math.ceil(orders / days);
  let written = 0;
  db.exec('BEGIN');
  for (let day = 0; day < days && written < orders; day++) {
    const start_ms = until_ms - (days - day) * 86_400_000;
    const times = Array.from({ length: Math.min(perDay, orders - written) }, () => start_ms + (hourOf(random) + random()) * 3_600_000).sort(
      (a, b) => a - b,
    );
    for (const at_ms of times) {
      const { orderId, events } = saleOf(written++, Math.round(at_ms), options, random);
      for (const [event_ms, event] of events) {
        seq++;
        const fields = {
          ...{ seq, at_ms: event_ms, monotonic_ms: seq + 0.125, boot_id: '0123456789abc:0123456789ab', stream: 'order' as const },
          ...{ order_id: orderId, type: event.type, once_key: onceKey(event), event_version: 1, event: JSON.stringify(event) },
        };
        hash = rowHash(hash, fields);
        insert.run(...Object.values(fields), hash);
      }
      setOrder.run(orderId, events.length);
    }
    db.exec('COMMIT; BEGIN');
  }
  const head = { ...EMPTY_HEAD, seq, hash, orders: written, signed: seq };
  db.prepare('UPDATE head SET seq = ?, hash = ?, orders = ?, signed = ?, sum = ?').run(seq, hash, written, seq, headSum(head));
  for (const { sql } of rules) db.exec(String(sql));
  db.exec('COMMIT');
  db.close();
}
