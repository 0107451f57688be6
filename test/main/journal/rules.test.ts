/** One set of rules, three enforcers: rules.ts, the database's own constraints, the simulation's disk. */
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BrokenRule, apply, type Order } from '../../../app/order/order.ts';
import type { OrderEvent } from '../../../app/order/events.ts';
import type { NewRow } from '../../../app/ports.ts';
import { openForWriting } from '../../../main/journal/database.ts';
import { onceKey, refusal, stand } from '../../../main/journal/rules.ts';
import { openStore } from '../../../main/journal/store.ts';
import { systemClock } from '../../../main/system.ts';
import { createDisk } from '../../simulation/disk.ts';
import { anyOrderEvent, anyTransactions, orderRows, stories, soldEvents, started } from './rows.ts';
import { newFolder } from './scratch.ts';

const stamp = { at_ms: 1, monotonic_ms: 1, bootId: 'm:p' };

/** What the constraints alone say: the rows go to the table without anybody having looked at them. */
function rawDatabase() {
  const db = openForWriting(path.join(newFolder('memory'), 'journal.db'));
  db.exec('PRAGMA synchronous = OFF');
  const insert = db.prepare('INSERT INTO journal VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM journal), 1, 1, ?, ?, ?, ?, ?, 1, ?, ?)');
  return {
    db,
    append: (rows: readonly NewRow[]): boolean => {
      db.exec('BEGIN');
      try {
        for (const { stream, event, ...row } of rows) {
          const orderId = 'orderId' in row ? row.orderId : null;
          const key = stream === 'order' ? onceKey(event) : null;
          insert.run('m:p', stream, orderId, event.type, key, JSON.stringify(event), new Uint8Array(32));
        }
        db.exec('COMMIT');
        return true;
      } catch {
        if (db.isTransaction) db.exec('ROLLBACK');
        return false;
      }
    },
  };
}

describe('the rules of the journal', () => {
  it('are the same in rules.ts, in SQLite and on the disk of the simulation, row for row', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(anyTransactions, async (transactions) => {
        const raw = rawDatabase();
        const store = openStore(path.join(newFolder('memory'), 'journal.db'), 'm:p');
        const disk = createDisk({ clock: systemClock() });
        const memory = disk.open('m:p');
        try {
          for (const rows of transactions) {
            const [first] = store.append([{ rows, at_ms: 1, monotonic_ms: 1 }]);
            const inMemory = await memory.append(rows).then(
              () => true,
              (error: unknown) => {
                expect(error).toBeInstanceOf(BrokenRule);
                return false;
              },
            );
            const inTable = raw.append(rows);
            expect({ rows, inTable, inMemory }).toEqual({
              rows,
              inTable: first?.result === 'written',
              inMemory: first?.result === 'written',
            });
            if (inTable) accepted++;
          }
        } finally {
          raw.db.close();
          store.close();
        }
      }),
      { numRuns: 80 },
    );
    // A property over nothing but refusals would prove little.
    expect(accepted).toBeGreaterThan(300);
  });

  it('forbid nothing that the rules of the order allow', () => {
    // Long legal stories: of random events, those that app/order/order.ts accepts.
    let longest = 0;
    fc.assert(
      fc.property(fc.array(anyOrderEvent('o-1'), { minLength: 100, maxLength: 600 }), (events) => {
        const standing = new Set<string>();
        let order: Order | null = null;
        let length = 0;
        for (const event of events) {
          // The journal is stricter here: what PayPay reversed is not paid again.
          if (order?.paymentClosed === 'reversed' && event.type.startsWith('payment.')) continue;
          try {
            order = apply(order, 'o-1', event, stamp);
          } catch {
            continue;
          }
          expect({ event, refusal: refusal(event, standing) }).toEqual({ event, refusal: null });
          stand(standing, event);
          length++;
        }
        longest = Math.max(longest, length);
      }),
      { numRuns: 300 },
    );
    expect(longest).toBeGreaterThan(9);
  });

  it.each(stories('o').map((events) => [events.map((event) => event.type).join(' '), events] as const))('allow %s', (_, events) => {
    const { db, append } = rawDatabase();
    const standing = new Set<string>();
    for (const event of events) {
      expect({ event, refusal: refusal(event, standing), inTable: append(orderRows('o', [event])) }).toEqual({
        event,
        refusal: null,
        inTable: true,
      });
      stand(standing, event);
    }
    db.close();
  });

  it.each<[string, OrderEvent[], OrderEvent]>([
    [
      'a vend after a cancel was requested',
      soldEvents('o').slice(0, 3).concat({ type: 'cancel.requested', reason: 'customer' }, paid()),
      vend(),
    ],
    ['a second vend of a line', soldEvents('o').slice(0, 5), vend()],
    ['a vend without a payment', soldEvents('o').slice(0, 3), vend()],
    ['a refund before a payment', soldEvents('o').slice(0, 3), { type: 'refund.requested', amount_jpy: 150 }],
    [
      'a second refund',
      soldEvents('o').slice(0, 4).concat({ type: 'refund.requested', amount_jpy: 150 }),
      { type: 'refund.requested', amount_jpy: 150 },
    ],
    ['a second payment', soldEvents('o').slice(0, 4), { ...paid(), type: 'payment.authorized', expiresAt_ms: null }],
    ['anything after the order was closed', soldEvents('o'), { type: 'cancel.accepted' }],
    ['an order without its opening', [], { type: 'code.requested' }],
    ['settling an order that is open', soldEvents('o').slice(0, 4), { type: 'attention.settled', by: 'a', how: 'delivered', note: '' }],
  ])('refuse %s, by the database alone as well', (_, before, event) => {
    const raw = rawDatabase();
    expect(raw.append(orderRows('o', before))).toBe(true);
    expect(raw.append(orderRows('o', [event]))).toBe(false);
    raw.db.close();
    const standing = new Set<string>();
    for (const old of before) stand(standing, old);
    expect(refusal(event, standing)).not.toBeNull();
  });

  it('let nobody change, delete or replace a row', () => {
    const { db, append } = rawDatabase();
    append(orderRows('o', soldEvents('o')));
    append([started, started]);
    const before = db.prepare('SELECT * FROM journal').all();
    for (const sql of [
      'UPDATE journal SET at_ms = 2 WHERE seq = 1',
      'DELETE FROM journal WHERE seq = 7',
      'REPLACE INTO journal SELECT * FROM journal WHERE seq = 9',
      'INSERT INTO journal SELECT 11, at_ms, monotonic_ms, boot_id, stream, order_id, type, NULL, event_version, event, hash FROM journal WHERE seq = 9',
    ])
      expect(() => db.exec(sql), sql).toThrow(/append-only|without gaps/);
    expect(db.prepare('SELECT * FROM journal').all()).toEqual(before);
    db.close();
  });
});

function vend(): OrderEvent {
  return { type: 'vend.requested', line: 0, mark: {} };
}
function paid() {
  return { type: 'payment.completed', paymentId: 'pp', amount_jpy: 150, paidAt_ms: 1 } as const;
}
