/** One look after the journal of a kiosk that runs: in a thread of its own, on a connection that can't write, a piece whenever one is asked for. */
import { parentPort, workerData } from 'node:worker_threads';
import { backUp } from './backup.ts';
import { openForReading } from './database.ts';
import { csvLines, jsonLines } from './export.ts';
import type { Tended, Tending, TendingReply } from './tend.ts';
import { verify } from './verify.ts';

const PIECE_chars = 1 << 16;

const { path, what } = workerData as { readonly path: string; readonly what: Tending };
const port = parentPort;
if (port === null) throw new Error('the journal is tended in a thread of its own');

async function* pieces(): AsyncGenerator<string, Tended> {
  const db = openForReading(path);
  try {
    if (what.do === 'verify') return verify(db, path);
    if (what.do === 'backup') return await backUp(db, what.to);
    const lines = what.as === 'csv' ? csvLines(db) : jsonLines(db);
    let piece = '';
    for (;;) {
      const line = lines.next();
      if (!line.done) piece += line.value;
      if (piece.length > PIECE_chars || (line.done === true && piece !== '')) {
        yield piece;
        piece = '';
      }
      if (line.done === true) return { damaged: line.value };
    }
  } finally {
    db.close();
  }
}

const work = pieces();
port.on('message', () => {
  work.next().then(
    (next) => port.postMessage((next.done === true ? { end: next.value } : { piece: next.value }) satisfies TendingReply),
    (error: unknown) =>
      port.postMessage({ end: { failed: error instanceof Error ? error.message : String(error) } } satisfies TendingReply),
  );
});
