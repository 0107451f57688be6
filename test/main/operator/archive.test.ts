/** The archive's thread: it may fail at any moment, and nobody waits for it who asks how the kiosk is. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sumsNow } from '../../../app/operator/archive.ts';
import { japanDay } from '../../../app/operator/japan-time.ts';
import { openJournal } from '../../../main/journal/journal.ts';
import { ArchiveError, openArchive } from '../../../main/operator/archive/archive.ts';
import { systemClock } from '../../../main/system.ts';
import { writeSales } from '../../bench/sales-history.ts';

const ORDERS = 20_000;
const UNTIL_ms = Date.UTC(2026, 2, 31, 15);

let folder: string;
let journalPath: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'jihanki-archive-'));
  journalPath = path.join(folder, 'journal.db');
  const products = [{ sku: 'tea', name: { ja: 'お茶' }, price_jpy: 150 }];
  writeSales(journalPath, { orders: ORDERS, until_ms: UNTIL_ms, days: 30, products, slots: [{ slot: '1', sku: 'tea' }] });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('what health and alerts ask is answered while the tables are made, and a sum of half a journal is none', async () => {
  const journal = await openJournal({ path: journalPath, clock: systemClock(), bootId: 'm:p' });
  const archive = openArchive(journalPath, path.join(folder, 'anew.db'));
  try {
    const today = japanDay(UNTIL_ms - 1);
    const [results, sums] = await Promise.all([archive.lastResults(50), sumsNow(archive, today)]);
    expect((await archive.state()).behind, 'asked before the tables were made').toBeGreaterThan(10_000);
    expect(results.closed).toBeLessThanOrEqual(50);
    expect(sums).toBeNull();
    // Others wait for all of it.
    expect((await archive.sums(today, today)).byKey.length).toBeGreaterThan(0);
    expect(await sumsNow(archive, today)).toEqual(await archive.sums(today, today));
    expect((await archive.lastResults(50)).closed).toBe(50);
  } finally {
    await archive.close();
    await journal.close();
  }
});

it('a thread that dies says so to whoever asks, and begins again', async () => {
  const journal = await openJournal({ path: journalPath, clock: systemClock(), bootId: 'm:p' });
  // Its folder is not there yet: the thread can't begin.
  const file = path.join(folder, 'later', 'reports.db');
  const archive = openArchive(journalPath, file);
  try {
    await expect(archive.lastResults(1)).rejects.toThrow(ArchiveError);
    await expect(sumsNow(archive, 0)).resolves.toBeNull();
    mkdirSync(path.dirname(file));
    await expect
      .poll(
        () =>
          archive.state().then(
            ({ seq }) => seq,
            () => 0,
          ),
        { timeout: 15_000 },
      )
      .toBeGreaterThan(0);
    expect((await archive.lastResults(50)).closed).toBe(50);
  } finally {
    await archive.close();
    await journal.close();
  }
}, 30_000);

it('a damaged file of the tables is made anew', async () => {
  const journal = await openJournal({ path: journalPath, clock: systemClock(), bootId: 'm:p' });
  const file = path.join(folder, 'damaged.db');
  writeFileSync(file, 'not a database');
  const archive = openArchive(journalPath, file);
  try {
    expect((await archive.sums(0, japanDay(UNTIL_ms))).byKey.find(({ tally }) => tally === 'opened')?.n).toBe(ORDERS);
  } finally {
    await archive.close();
    await journal.close();
  }
});

it.skipIf(process.platform !== 'linux')('gives way to the threads that sell (only Linux lets a single thread step back)', async () => {
  // Field 19 of /proc/PID/task/TID/stat is the nice value, see proc(5).
  const nice = () =>
    readdirSync('/proc/self/task').map((tid) => Number(readFileSync(`/proc/self/task/${tid}/stat`, 'utf8').split(') ')[1]?.split(' ')[16]));
  expect(nice()).not.toContain(19);
  const journal = await openJournal({ path: journalPath, clock: systemClock(), bootId: 'm:p' });
  const archive = openArchive(journalPath, path.join(folder, 'way.db'));
  try {
    await archive.state();
    expect(nice().filter((value) => value === 19)).toHaveLength(1);
  } finally {
    await archive.close();
    await journal.close();
  }
});
