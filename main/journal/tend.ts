/** Looks after a journal while the kiosk sells: proves it, copies it, writes it out. One at a time; nothing is in memory as a whole. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { JournalError } from '../../app/ports.ts';
import type { Verified } from './verify.ts';

export const TendingSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('verify') }),
  z.strictObject({ do: z.literal('export'), as: z.enum(['csv', 'jsonl']) }),
  /** A file of the kiosk's own machine. */
  z.strictObject({ do: z.literal('backup'), to: z.string().min(1).max(1000) }),
]);
export type Tending = z.infer<typeof TendingSchema>;

/** What was found: of every row, or how many lines of an export are marked as damaged; or why it ended before its end. */
export type Tended = Verified | { readonly damaged: number } | { readonly failed: string };
export type TendingReply = { readonly piece: string } | { readonly end: Tended };

/** Before what was found, at the end of the pieces (ASCII's record separator, which JSON never holds as it is). */
export const END_MARK = '\u001e';

/** From source it is tending-thread.ts beside this file; bundled it is journal-tending.js beside the bundle or above its chunks. */
function threadUrl(): URL {
  const places = ['./tending-thread.ts', './journal-tending.js', '../journal-tending.js'].map((name) => new URL(name, import.meta.url));
  const found = places.find((place) => existsSync(fileURLToPath(place)));
  if (found === undefined)
    throw new JournalError('io', `the program is incomplete: no ${places.map((place) => place.pathname).join(' or ')}`);
  return found;
}

/**
 * The export's text, and at its end {@link END_MARK} with what was found as JSON. A piece is made when it is asked for.
 */
export async function* tendJournal(path: string, what: Tending): AsyncGenerator<Uint8Array> {
  const worker = new Worker(threadUrl(), { workerData: { path, what }, name: 'journal-tending' });
  const next = (): Promise<TendingReply> =>
    new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.postMessage('next');
    });
  try {
    for (;;) {
      const reply = await next();
      worker.removeAllListeners('error');
      yield Buffer.from('piece' in reply ? reply.piece : END_MARK + JSON.stringify(reply.end));
      if ('end' in reply) return;
    }
  } finally {
    await worker.terminate();
  }
}
