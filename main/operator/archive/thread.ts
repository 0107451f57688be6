/**
 * The archive's thread: follows the journal on a connection that can't write, and answers questions. It shares nothing
 * with the thread that sells but the disk.
 */
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import type { DatabaseSync } from 'node:sqlite';
import { PassThrough } from 'node:stream';
import { parentPort, workerData } from 'node:worker_threads';
import { openForReading } from '../../journal/database.ts';
import type { Comparison } from '../../../app/operator/reconcile.ts';
import { comparePayments } from '../compare.ts';
import { NotPayPayFile } from '../not-paypay-file.ts';
import { createAbsorber } from './absorb.ts';
import { QUESTIONS } from './questions.ts';
import { openTables } from './tables.ts';

export interface ArchiveThreadData {
  readonly journalPath: string;
  readonly path: string;
}
export interface ArchiveRequest {
  readonly id: number;
  readonly ask: string;
  readonly args: readonly unknown[];
}
export type ArchiveReply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string };

/** So often the tables follow by themselves, so that the first question of the day does not wait for a night of sales. */
const FOLLOW_EVERY_ms = 5_000;

/** What is asked when something is not well: it must not wait until the tables are made anew. */
const AT_ONCE: ReadonlySet<string> = new Set(['lastResults']);

/** Whoever waits for a report waits a little longer; the machine's POLL, and whoever waits for goods, do not. Only Linux lets a thread step back. */
function giveWay(): void {
  if (process.platform !== 'linux') return;
  // PID/task/TID, see proc(5); setpriority(2) takes the TID of a thread.
  setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), constants.priority.PRIORITY_LOW);
}
giveWay();

const { journalPath, path } = workerData as ArchiveThreadData;
const port = parentPort;
if (port === null) throw new Error('the archive runs in a thread of its own');

const journal = openForReading(journalPath);
const archive = openTables(path, (seq, hash) => {
  const row = journal.prepare('SELECT hash FROM journal WHERE seq = ?').get(seq) as { hash: Uint8Array } | undefined;
  return row !== undefined && Buffer.from(row.hash).equals(hash);
});
const absorber = createAbsorber(archive, journal);

/** Batch by batch, with room for questions in between; those that need all of it wait for `caughtUp`. */
let caughtUp: Promise<void> | null = null;
const follow = (): Promise<void> => {
  caughtUp ??= (async () => {
    while (absorber.absorb()) await new Promise((resolve) => setImmediate(resolve));
  })().finally(() => (caughtUp = null));
  return caughtUp;
};

function state(): { seq: number; behind: number } {
  const { seq } = archive.prepare('SELECT seq FROM progress').get() as { seq: number };
  const { last } = journal.prepare('SELECT coalesce(max(seq), 0) AS last FROM journal').get() as { last: number };
  return { seq, behind: last - seq };
}

/** A file that is being compared, as its parts arrive. */
interface Comparing {
  readonly file: PassThrough;
  readonly closed: Promise<unknown>;
  /** A text says why it is not the file that it should be. */
  readonly result: Promise<Comparison | string>;
}
const comparing = new Map<number, Comparing>();
let lastFile = 0;

const COMPARING = {
  'compare.begin'(terminalId: string | undefined): number {
    const file = new PassThrough();
    const closed = once(file, 'close').catch(() => {});
    const orders = {
      find: (ids: readonly string[]) => QUESTIONS.find(archive, ids),
      moved: (...page: readonly [from: number, to: number, after: string | null, limit: number]) => QUESTIONS.moved(archive, ...page),
    };
    const result = comparePayments(file, orders, terminalId).catch((error: unknown) => {
      if (error instanceof NotPayPayFile) return error.message;
      throw error;
    });
    // Whoever asks for the end is told; until then nobody waits for it.
    result.catch(() => {}).finally(() => file.destroy());
    comparing.set(++lastFile, { file, closed, result });
    return lastFile;
  },
  /** @returns whether more of it is wanted */
  async 'compare.part'(id: number, bytes: Uint8Array): Promise<boolean> {
    const found = comparing.get(id);
    if (found === undefined || found.file.destroyed) return false;
    if (!found.file.write(bytes)) await Promise.race([once(found.file, 'drain'), found.closed]);
    return !found.file.destroyed;
  },
  async 'compare.end'(id: number, whole: boolean): Promise<Comparison | string | null> {
    const found = comparing.get(id);
    comparing.delete(id);
    if (whole) found?.file.end();
    else found?.file.destroy();
    return whole ? ((await found?.result) ?? null) : null;
  },
} as const;

async function answer({ ask, args }: ArchiveRequest): Promise<unknown> {
  if (ask === 'state') return state();
  if (ask === 'close') {
    clearInterval(timer);
    archive.close();
    journal.close();
    return null;
  }
  if (!AT_ONCE.has(ask)) await follow();
  if (Object.hasOwn(COMPARING, ask)) {
    const work = COMPARING as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
    return work[ask]?.(...args);
  }
  const questions = QUESTIONS as unknown as Record<string, (db: DatabaseSync, ...args: readonly unknown[]) => unknown>;
  if (!Object.hasOwn(questions, ask)) throw new Error(`no question ${ask}`);
  return questions[ask]?.(archive, ...args);
}

const timer = setInterval(() => void follow().catch(() => {}), FOLLOW_EVERY_ms);
port.on('message', (request: ArchiveRequest) => {
  answer(request).then(
    (value) => port.postMessage({ id: request.id, ok: true, value } satisfies ArchiveReply),
    (error: unknown) => port.postMessage({ id: request.id, ok: false, message: String(error) } satisfies ArchiveReply),
  );
});
void follow().catch(() => {});
