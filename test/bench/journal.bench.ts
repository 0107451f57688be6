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
import { startOfKiosk } from './kiosk-start.ts';
import { atMost, figure, quantile, type Row } from './row.ts';

/** @param orders closed ones in the journal that is opened; the bar is for a million */
export default async function bench(orders = 1_000_000): Promise<Row[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-bench-'));
  try {
    return [...(await append(folder)), ...(await stall(folder)), ...start(folder, orders), ...(await startOfKiosk(orders))];
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
    figure('journal: bare durable insert, p50', quantile(theirs, 0.5), 'ms'),
    figure('journal: durable append, p50', quantile(ours, 0.5), 'ms'),
    atMost('journal: append over bare insert, p50', quantile(ours, 0.5) / quantile(theirs, 0.5), '×', 2),
  ];
}

const ROUNDS = 10;

/** Every flush takes half a second longer; the main thread does nothing but append, and must stay free. */
async function stall(folder: string): Promise<Row[]> {
  const journal = await openJournal({
    path: path.join(folder, 'slow.sqlite'),
    clock: systemClock(),
    bootId: 'm:bench',
    flushDelay_ms: 500,
  });
  const sell = async (orderId: string) => {
    await Promise.all(soldEvents(orderId).map((event) => journal.append(orderRows(orderId, [event]))));
    await journal.openOrders();
  };
  // Other programs hold a loop up as well, now and then: the idle loop's figures say how much of it is theirs.
  const [idle, selling]: [number[], number[]] = [[], []];
  for (let i = 0; i < ROUNDS; i++) {
    selling.push(await longestStall_ms(() => sell(`o-${i}`)));
    idle.push(await longestStall_ms(() => setTimeout(1000)));
  }
  await journal.close();
  return [
    figure('journal: stall of an idle event loop, median of ten', quantile(idle, 0.5), 'ms'),
    figure('journal: stall of an idle event loop, longest of ten', Math.max(...idle), 'ms'),
    figure('journal: stall of the event loop while flushes take 500 ms, median of ten orders', quantile(selling, 0.5), 'ms'),
    atMost('journal: stall of the event loop while flushes take 500 ms, longest of ten orders', Math.max(...selling), 'ms', 20),
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
