/** The archive as the operator's side sees it: a proxy on the main thread, which never waits for a disk. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Archive } from '../../../app/operator/archive.ts';
import type { JapanDay } from '../../../app/operator/japan-time.ts';
import type { Comparison } from '../../../app/operator/reconcile.ts';
import { NotPayPayFile } from '../not-paypay-file.ts';
import type { FileFormat } from './file-rows.ts';
import type { ArchiveReply, ArchiveRequest, ArchiveThreadData } from './thread.ts';

/** The archive can't answer; the message says why. Nothing is sold or refunded from it, so selling goes on. */
export class ArchiveError extends Error {}

export interface OrderArchive extends Archive {
  /** The orders of {@link Archive.moved} as lines of a file; no bytes when there are none. */
  fileRows(
    from: JapanDay,
    to: JapanDay,
    after: string | null,
    limit: number,
    format: FileFormat,
  ): Promise<{ readonly bytes: Uint8Array; readonly next: string | null }>;
  /** PayPay's transaction file against our orders. @throws NotPayPayFile */
  compare(file: AsyncIterable<Uint8Array>, terminalId: string | undefined): Promise<Comparison>;
  close(): Promise<void>;
}

/** Batch after batch of short-lived rows: V8 would let them pile up to several times this before it looks. */
const YOUNG_MB = 8;
const RESTART_FIRST_ms = 1_000;
const RESTART_LAST_ms = 60_000;

/** From source it is thread.ts beside this file; bundled it is archive-thread.js beside the bundle or above its chunks. */
function threadUrl(): URL {
  const places = ['./thread.ts', './archive-thread.js', '../archive-thread.js'].map((name) => new URL(name, import.meta.url));
  const found = places.find((place) => existsSync(fileURLToPath(place)));
  if (found === undefined) throw new ArchiveError(`the program is incomplete: no ${places.map((place) => place.pathname).join(' or ')}`);
  return found;
}

/**
 * @param journalPath an open journal; its own process has it
 * @param path the archive's file: made when missing, made anew when it does not follow this journal
 */
export function openArchive(journalPath: string, path: string): OrderArchive {
  const workerData: ArchiveThreadData = { journalPath, path };
  const url = threadUrl();
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let retry_ms = RESTART_FIRST_ms;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  /** Why nobody answers at the moment. */
  let away: ArchiveError | null = null;

  const stop = (why: string) => {
    away = new ArchiveError(why);
    for (const { reject } of waiting.values()) reject(away);
    waiting.clear();
  };
  function start(): Worker {
    away = null;
    const begun = new Worker(url, { workerData, name: 'archive', resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    let failure = 'the archive is closed';
    begun.on('message', (reply: ArchiveReply) => {
      retry_ms = RESTART_FIRST_ms;
      const asked = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (reply.ok) asked?.resolve(reply.value as never);
      else asked?.reject(new ArchiveError(reply.message));
    });
    begun.on('error', (error) => (failure = `the archive's thread failed: ${String(error)}`));
    begun.on('exit', () => {
      stop(failure);
      if (closed) return;
      // Nothing in it is a source of truth: it begins anew from what is on the disk, or from the journal.
      timer = setTimeout(() => (worker = start()), retry_ms).unref();
      retry_ms = Math.min(RESTART_LAST_ms, retry_ms * 2);
    });
    return begun;
  }
  let worker = start();

  const ask = <T>(question: string, ...args: readonly unknown[]): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (away !== null) return reject(away);
      const id = ++lastId;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, ask: question, args } satisfies ArchiveRequest);
    });

  return {
    search: (search) => ask('search', search),
    sums: (from, to) => ask('sums', from, to),
    stockOuts: (from_ms, to_ms) => ask('stockOuts', from_ms, to_ms),
    record: (filter) => ask('record', filter),
    unfinished: () => ask('unfinished'),
    lastResults: (limit) => ask('lastResults', limit),
    moved: (from, to, after, limit) => ask('moved', from, to, after, limit),
    fileRows: (from, to, after, limit, format) => ask('fileRows', from, to, after, limit, format),
    find: (ids) => ask('find', ids),
    state: () => ask('state'),
    async compare(file, terminalId) {
      const id = await ask<number>('compare.begin', terminalId);
      let whole = false;
      try {
        for await (const part of file) if (!(await ask<boolean>('compare.part', id, part))) break;
        whole = true;
      } finally {
        if (!whole) await ask('compare.end', id, false).catch(() => {});
      }
      const compared = await ask<Comparison | string>('compare.end', id, true);
      if (typeof compared === 'string') throw new NotPayPayFile(compared);
      return compared;
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await ask('close').catch(() => {});
      await worker.terminate();
    },
  };
}
