/** The journal as the kiosk sees it: a proxy on the main thread, which never waits for a disk. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type Clock, type Journal, JournalError, type JournalRow, type NewRow } from '../../app/ports.ts';
import { BrokenRule } from '../../app/order/order.ts';
import type { Queries } from './reader.ts';
import type { Reply, Request, ThreadOptions } from './writer.ts';

export interface JournalOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly bootId: string;
  /** For tests: every flush takes this much longer. */
  readonly flushDelay_ms?: number;
}

/**
 * Opens the journal, or makes a new one.
 *
 * `append` also throws BrokenRule, when a rule forbids a row: a bug, not a fault of the disk; nothing was written.
 * @throws JournalError when it can't be opened, trusted or grown; the file is left as it is
 */
export async function openJournal({ path, clock, bootId, flushDelay_ms = 0 }: JournalOptions): Promise<Journal> {
  const options = { path, bootId, flushDelay_ms };
  const writer = startThread({ ...options, role: 'write' });
  const reader = startThread({ ...options, role: 'read' });
  const end = async () => void (await Promise.all([writer.end(), reader.end()]));
  try {
    await writer.ask({ do: 'open' });
    await reader.ask({ do: 'open' });
  } catch (error) {
    await end();
    throw error;
  }
  const query = <Name extends keyof Queries>(name: Name, ...args: Parameters<Queries[Name]>) =>
    reader.ask({ do: 'query', name, args }) as Promise<ReturnType<Queries[Name]>>;

  return {
    bootId,
    async append(rows) {
      if (rows.length === 0) return [];
      const stamp = { at_ms: Math.trunc(clock.now_ms()), monotonic_ms: clock.monotonic_ms() };
      const firstSeq = (await writer.ask({ do: 'append', batch: { rows, ...stamp } })) as number;
      return rows.map((row: NewRow, i): JournalRow => ({ ...row, seq: firstSeq + i, ...stamp, bootId }));
    },
    openOrders: () => query('openOrders'),
    order: (orderId) => query('order', orderId),
    shop: () => query('shop'),
    orderCount: () => query('orderCount'),
    async close() {
      // The reader first: the last connection to close tidies the log up, and only the writer's can.
      await reader.ask({ do: 'close' }).catch(() => {});
      await writer.ask({ do: 'close' }).catch(() => {});
      await end();
    },
  };
}

/** A request without its id. */
type Ask = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

interface Thread {
  ask(request: Ask): Promise<unknown>;
  end(): Promise<void>;
}

/** From source it is writer.ts beside this file; bundled it is journal-writer.js beside the bundle or above its chunks. */
function threadUrl(): URL {
  const places = ['./writer.ts', './journal-writer.js', '../journal-writer.js'].map((name) => new URL(name, import.meta.url));
  const found = places.find((place) => existsSync(fileURLToPath(place)));
  if (found === undefined)
    throw new JournalError('io', `the program is incomplete: no ${places.map((place) => place.pathname).join(' or ')}`);
  return found;
}

function startThread(workerData: ThreadOptions): Thread {
  const worker = new Worker(threadUrl(), { workerData, name: `journal-${workerData.role}` });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let ended: JournalError | null = null;
  let served = false;
  const stop = (why: string) => {
    ended ??= new JournalError('io', why);
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on('message', (reply: Reply) => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    served ||= reply.ok;
    if (reply.ok) asked?.resolve(reply.value);
    else asked?.reject('fault' in reply ? new JournalError(reply.fault, reply.message) : new BrokenRule(reply.orderId, reply.rule));
  });
  worker.on('error', (error) => {
    stop(`the journal's thread failed: ${String(error)}`);
    // Nobody catches this: the process ends as well, and a new one recovers (main/crash-only.ts).
    if (served) throw error;
  });
  worker.on('exit', () => stop('the journal is closed'));
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (ended !== null) return reject(ended);
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        worker.postMessage({ ...request, id } satisfies Request);
      }),
    async end() {
      await worker.terminate();
    },
  };
}
