/** The contract of the journal, kept by SQLite and by the disk of the simulation, over restarts. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPlanogram } from '../../../app/catalogue/planogram.ts';
import type { Config } from '../../../app/config.ts';
import { BrokenRule } from '../../../app/order/order.ts';
import type { Journal, JournalRow, NewRow } from '../../../app/ports.ts';
import { openJournal } from '../../../main/journal/journal.ts';
import { openStore } from '../../../main/journal/store.ts';
import { systemClock } from '../../../main/system.ts';
import { createDisk } from '../../simulation/disk.ts';
import { anyTransactions, orderRows, shopRow, soldEvents, started, stories } from './rows.ts';
import { newFolder } from './scratch.ts';

const clock = systemClock();
const newPath = () => path.join(newFolder('memory'), 'data', 'journal.db');
const open = (file: string, bootId = 'machine:start', flushDelay_ms = 0) => openJournal({ path: file, clock, bootId, flushDelay_ms });

/** What the journal must answer, computed the slow way from every row ever acknowledged. */
function expected(rows: readonly JournalRow[]) {
  const byOrder = Map.groupBy(
    rows.filter((row) => row.stream === 'order'),
    (row) => row.orderId,
  );
  const open = [...byOrder.values()].filter((order) => {
    const last = order.findLast(({ event }) => ['order.closed', 'order.reopened', 'attention.settled'].includes(event.type))?.event;
    return last?.type !== 'attention.settled' && (last?.type !== 'order.closed' || last.result === 'attention');
  });
  return { byOrder, openOrders: open.flat().sort((a, b) => a.seq - b.seq), orderCount: byOrder.size };
}

/** The shop as the kiosk sees it after these rows. */
function shopAfter(rows: readonly JournalRow[]) {
  const slots = ['11', '12'].map((slot) => ({ slot, sku: 'tea', capacity: 9, stock: 3 }));
  const planogram = createPlanogram({ slots, products: [], shop: { mode: 'machine' }, sale: {} } as unknown as Config);
  for (const row of rows) if (row.stream === 'shop') planogram.apply(row.event);
  // The revision counts changes within one start.
  return planogram.slots().map(({ revision: _, ...slot }) => slot);
}

async function mustAnswer(journal: Journal, rows: readonly JournalRow[]) {
  const { byOrder, openOrders, orderCount } = expected(rows);
  expect(await journal.openOrders()).toEqual(openOrders);
  expect(await journal.orderCount()).toBe(orderCount);
  for (const [orderId, order] of byOrder) expect(await journal.order(orderId)).toEqual(order);
  const shop = await journal.shop();
  expect(shopAfter(shop)).toEqual(shopAfter(rows));
  expect(rows).toEqual(expect.arrayContaining([...shop]));
}

/** Appends what the journal takes; the rows it acknowledged. */
async function appendAll(journal: Journal, transactions: readonly NewRow[][]): Promise<JournalRow[]> {
  const acknowledged: JournalRow[] = [];
  for (const rows of transactions) {
    try {
      acknowledged.push(...(await journal.append(rows)));
    } catch (error) {
      expect(error).toBeInstanceOf(BrokenRule);
    }
  }
  return acknowledged;
}

describe('the journal', () => {
  it('answers from every row it acknowledged and from no other, over restarts', async () => {
    await fc.assert(
      fc.asyncProperty(anyTransactions, anyTransactions, async (first, second) => {
        const file = newPath();
        let journal = await open(file, 'm:1');
        const rows = await appendAll(journal, first);
        await mustAnswer(journal, rows);
        await journal.close();
        journal = await open(file, 'm:2');
        await mustAnswer(journal, rows);
        rows.push(...(await appendAll(journal, second)));
        await mustAnswer(journal, rows);
        expect(rows.map((row) => row.seq)).toEqual(rows.map((_, i) => i + 1));
        await journal.close();
      }),
      { numRuns: 5 },
    );
  });

  it('is kept in the same way by the disk of the simulation', async () => {
    await fc.assert(
      fc.asyncProperty(anyTransactions, anyTransactions, async (first, second) => {
        const disk = createDisk({ clock });
        const rows = await appendAll(disk.open('m:1'), first);
        disk.crash();
        const journal = disk.open('m:2');
        await mustAnswer(journal, rows);
        rows.push(...(await appendAll(journal, second)));
        await mustAnswer(journal, rows);
        expect(disk.durable()).toEqual(rows);
      }),
      { numRuns: 200 },
    );
  });

  it('stamps rows with time, monotonic time and start, and gives back what was written', async () => {
    const journal = await open(newPath(), 'machine:7');
    const before_ms = clock.now_ms();
    const [row] = await journal.append([started]);
    expect(row).toMatchObject({ ...started, seq: 1, bootId: 'machine:7' });
    expect(row?.at_ms).toBeGreaterThanOrEqual(before_ms);
    expect(await journal.shop()).toEqual([row]);
    expect(await journal.append([])).toEqual([]);
    await journal.close();
  });

  it('writes the rows of one append together or not at all', async () => {
    const journal = await open(newPath());
    const good = orderRows('o-1', soldEvents('o-1').slice(0, 3));
    await expect(journal.append([...good, ...orderRows('o-2', [{ type: 'code.requested' }])])).rejects.toThrow(BrokenRule);
    expect(await journal.order('o-1')).toEqual([]);
    expect((await journal.append(good)).map((row) => row.seq)).toEqual([1, 2, 3]);
    await journal.close();
  });

  it('lets appends that wait together share a flush, and a refused one does not touch the others', async () => {
    const journal = await open(newPath(), 'm:1', 100);
    const start_ms = clock.monotonic_ms();
    const ids = Array.from({ length: 20 }, (_, i) => `o-${i}`);
    const results = await Promise.allSettled(
      ids.flatMap((id) => [
        journal.append(orderRows(id, soldEvents(id).slice(0, 1))),
        journal.append(orderRows(id, soldEvents(id).slice(3, 4))),
      ]),
    );
    const took_ms = clock.monotonic_ms() - start_ms;
    expect(results.map((result) => result.status)).toEqual(ids.flatMap(() => ['fulfilled', 'rejected']));
    // 40 flushes would have taken 4 s.
    expect(took_ms).toBeLessThan(1000);
    expect((await journal.openOrders()).map((row) => row.orderId)).toEqual(ids);
    await journal.close();
  });

  it('answers questions while an append waits for the disk', async () => {
    const journal = await open(newPath(), 'm:1', 400);
    await journal.append([started]);
    let durable = false;
    const append = journal.append(orderRows('o-1', soldEvents('o-1'))).then(() => (durable = true));
    expect(await journal.openOrders()).toEqual([]);
    expect(await journal.shop()).toHaveLength(1);
    expect(durable).toBe(false);
    await append;
    expect(await journal.order('o-1')).toHaveLength(7);
    await journal.close();
  });

  it('reads a shop of many years as few rows', async () => {
    const file = newPath();
    const journal = await open(file);
    for (let day = 0; day < 400; day++) {
      const rows: NewRow[] = [started, shopRow({ type: 'stock.set', slot: '11', count: 5, by: 'staff', reason: 'filled' })];
      for (let line = 0; line < 5; line++) rows.push(shopRow({ type: 'stock.taken', slot: '11', orderId: `o-${day}`, line }));
      rows.push(
        shopRow({ type: 'slot.quarantined', slot: '11', why: 'jam', orderId: null }),
        shopRow({ type: 'slot.released', slot: '11', by: 'staff' }),
      );
      await journal.append(rows);
    }
    expect((await journal.shop()).map((row) => row.event.type)).toEqual([
      ...['kiosk.started', 'stock.set', 'stock.taken', 'stock.taken', 'stock.taken', 'stock.taken', 'stock.taken', 'slot.released'],
    ]);
    await journal.close();
  });

  it('closes with everything written, leaves one file and its lock, and answers nothing afterwards', async () => {
    const file = newPath();
    const journal = await open(file);
    const last = journal.append([started]);
    await journal.close();
    await expect(last).resolves.toHaveLength(1);
    await expect(journal.append([started])).rejects.toMatchObject({ name: 'JournalError', fault: 'io' });
    await expect(journal.shop()).rejects.toMatchObject({ name: 'JournalError' });
    expect(readdirSync(path.dirname(file)).sort()).toEqual(['journal.db', 'journal.db-lock']);
  });

  it('takes every story that happens, and knows which orders stay open', () => {
    const store = openStore(path.join(newFolder('memory'), 'journal.db'), 'm:1');
    stories('o').forEach((events, i) => {
      for (const event of events) {
        const [result] = store.append([{ rows: orderRows(`o-${i}`, [event]), at_ms: 1, monotonic_ms: 1 }]);
        expect({ i, event, result: result?.result }).toEqual({ i, event, result: 'written' });
      }
    });
    store.close();
  });
});

describe('the disk of the simulation', () => {
  it('loses at a power cut what was not flushed, and nothing else', async () => {
    const disk = createDisk({ clock, flush_ms: () => 20 });
    const journal = disk.open('m:1');
    await journal.append([started]);
    let acknowledged = false;
    for (let i = 0; i < 3; i++) void journal.append([started]).then(() => (acknowledged = true));
    disk.crash((unflushed) => {
      expect(unflushed).toBe(3);
      return 1;
    });
    expect(disk.durable()).toHaveLength(2);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(acknowledged).toBe(false);
    expect(await disk.open('m:2').append([started])).toMatchObject([{ seq: 3 }]);
  });

  it('loses acknowledged rows only when it is told to lie', async () => {
    for (const honest of [true, false]) {
      const disk = createDisk({ clock, honest });
      await disk.open('m:1').append([started]);
      disk.crash();
      expect(disk.durable()).toHaveLength(honest ? 1 : 0);
    }
  });

  it('can crash before and after every append, and is taken by one process at a time', async () => {
    const when: string[] = [];
    const disk = createDisk({
      clock,
      onAppend: (phase) => {
        when.push(phase);
        if (when.length === 2 || when.length === 3) disk.crash();
      },
    });
    let answered = 0;
    void disk
      .open('m:1')
      .append([started])
      .then(() => answered++);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(disk.durable()).toHaveLength(1);
    void disk
      .open('m:2')
      .append([started])
      .then(() => answered++);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(disk.durable()).toHaveLength(1);
    expect(answered).toBe(0);
    disk.open('m:3');
    expect(() => disk.open('m:4')).toThrow(expect.objectContaining({ fault: 'locked' }) as Error);
  });

  it('fails as told, and leaves nothing', async () => {
    const disk = createDisk({ clock });
    const journal = disk.open('m:1');
    disk.fault = 'full';
    await expect(journal.append([started])).rejects.toMatchObject({ name: 'JournalError', fault: 'full' });
    disk.fault = null;
    expect(await journal.append([started])).toMatchObject([{ seq: 1 }]);
  });
});
