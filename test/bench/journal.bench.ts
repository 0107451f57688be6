/** The journal: what durability costs over a bare insert, whether it ever holds the main thread up, and how it starts after years. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { openJournal } from '../../main/journal/journal.ts';
import { systemClock } from '../../main/system.ts';
import { orderRows, soldEvents } from '../main/journal/rows.ts';
import { writeHistory } from './journal-history.ts';

export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The figure to keep, when there is one, and whether it was kept. */
  readonly bar?: string;
  readonly ok?: boolean;
}

const atMost = (name: string, value: number, unit: string, bar: number): Row => ({ name, value, unit, bar: `≤ ${bar}`, ok: value <= bar });
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** @param orders closed ones in the journal that is opened; the bar is for a million */
export default async function bench(orders = 1_000_000): Promise<Row[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-bench-'));
  try {
    return [...(await append(folder)), ...(await stall(folder)), ...start(folder, orders)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Turn by turn with a bare insert of the same text into a table of its own, so that both meet the same disk. */
async function append(folder: string): Promise<Row[]> {
  const journal = await openJournal({ path: path.join(folder, 'append.sqlite'), clock: systemClock(), bootId: 'm:bench' });
  const bare = new DatabaseSync(path.join(folder, 'bare.sqlite'));
  bare.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE row (id INTEGER PRIMARY KEY, event TEXT) STRICT');
  const insert = bare.prepare('INSERT INTO row (event) VALUES (?)');
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i < 150; i++) {
    for (const row of orderRows(`o-${i}`, soldEvents(`o-${i}`))) {
      const start_ms = performance.now();
      await journal.append([row]);
      const between_ms = performance.now();
      insert.run(JSON.stringify(row.event));
      ours.push(between_ms - start_ms);
      theirs.push(performance.now() - between_ms);
    }
  }
  bare.close();
  await journal.close();
  return [
    { name: 'journal: bare durable insert, p50', value: median(theirs), unit: 'ms' },
    { name: 'journal: durable append, p50', value: median(ours), unit: 'ms' },
    atMost('journal: append over bare insert, p50', median(ours) / median(theirs), '×', 2),
  ];
}

/** Every flush takes half a second longer; the main thread does nothing but append, and must stay free. */
async function stall(folder: string): Promise<Row[]> {
  const journal = await openJournal({
    path: path.join(folder, 'slow.sqlite'),
    clock: systemClock(),
    bootId: 'm:bench',
    flushDelay_ms: 500,
  });
  const sell = async () => {
    for (let i = 0; i < 3; i++) {
      const events = soldEvents(`o-${i}`);
      await Promise.all(events.map((event) => journal.append(orderRows(`o-${i}`, [event]))));
      await journal.openOrders();
    }
  };
  // The same time of doing nothing says what the machine itself does to a loop.
  const idle = await longestStall_ms(() => setTimeout(3000));
  const selling = await longestStall_ms(sell);
  await journal.close();
  return [
    { name: 'journal: longest stall of an idle event loop', value: idle, unit: 'ms' },
    atMost('journal: longest stall of the event loop while flushes take 500 ms', selling, 'ms', 20),
  ];
}

async function longestStall_ms(during: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await during();
  delay.disable();
  return delay.max / 1e6;
}

function start(folder: string, orders: number): Row[] {
  const file = path.join(folder, 'history.sqlite');
  writeHistory(file, orders);
  const out = execFileSync(process.execPath, [path.join(import.meta.dirname, 'journal-open.ts'), file], { encoding: 'utf8' });
  const opened = JSON.parse(out) as { orders: number; open_ms: number; rss_MB: number };
  if (opened.orders !== orders) throw new Error(`opened ${opened.orders} orders instead of ${orders}`);
  return [
    atMost(`journal: open with ${orders} closed orders`, opened.open_ms, 'ms', 2000),
    atMost(`journal: memory of a process that opened ${orders} closed orders`, opened.rss_MB, 'MB', 200),
  ];
}
