/** A copy of the journal that was proved to be whole. */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { openForReading } from './database.ts';
import { type Verified, verify } from './verify.ts';

/**
 * Copies with SQLite's backup (https://sqlite.org/backup.html), proves the copy row by row, and only then gives it its name.
 * @throws Error when there is such a file already; JournalError | sqlite errors of reading and writing
 */
export async function backUp(from: DatabaseSync, to: string): Promise<Verified> {
  if (existsSync(to)) throw new Error(`${to} is there already; a backup never replaces a file`);
  const unproved = `${to}.part`;
  rmSync(unproved, { force: true });
  try {
    // Reading at one moment: without that SQLite begins anew at every row that the kiosk adds, and a busy day has no end of them.
    from.exec('BEGIN; SELECT seq FROM head');
    try {
      await backup(from, unproved, { rate: 1000 });
    } finally {
      from.exec('COMMIT');
    }
    // One file without a log beside it, until somebody opens it as a journal.
    const copy = new DatabaseSync(unproved);
    copy.exec('PRAGMA journal_mode = DELETE');
    copy.close();
    const proving = openForReading(unproved);
    let verified: Verified;
    try {
      verified = verify(proving, unproved);
    } finally {
      proving.close();
    }
    if (verified.findings.length === 0) {
      flush(unproved);
      renameSync(unproved, to);
      if (process.platform !== 'win32') flush(dirname(to));
    }
    return verified;
  } finally {
    rmSync(unproved, { force: true });
  }
}

function flush(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
