/** A journal whose rows were written at times that the test names, and the archive that follows it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NewRow } from '../../../app/ports.ts';
import { openJournal } from '../../../main/journal/journal.ts';
import { openArchive, type OrderArchive } from '../../../main/operator/archive/archive.ts';
import { systemClock } from '../../../main/system.ts';

export interface Archived {
  readonly archive: OrderArchive;
  /** Durable, and taken in by the archive, when it resolves. */
  write(rows: readonly (readonly [at_ms: number, row: NewRow])[]): Promise<void>;
  close(): Promise<void>;
}

export async function openArchived(): Promise<Archived> {
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-archive-'));
  const file = path.join(folder, 'journal.db');
  let now_ms = 0;
  const journal = await openJournal({ path: file, clock: { ...systemClock(), now_ms: () => now_ms }, bootId: 'm:p' });
  const archive = openArchive(file, path.join(folder, 'reports.db'));
  return {
    archive,
    async write(rows) {
      const written: Promise<unknown>[] = [];
      for (const [at_ms, row] of rows) {
        now_ms = at_ms;
        written.push(journal.append([row]));
      }
      await Promise.all(written);
      while ((await archive.state()).behind > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    async close() {
      await archive.close();
      await journal.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
