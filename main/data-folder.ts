/** The folder that a kiosk owns: journal, the screen's secret, and a lock that dies with the process. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CannotStart } from './cannot-start.ts';
import { readPrivate, writePrivate } from './operator/private-file.ts';

export interface DataFolder {
  readonly journal: string;
  /** What a paired browser's cookie holds: it outlives restarts, so that a screen comes back by itself. */
  readonly screenSecret: string;
  release(): void;
}

/**
 * Makes the folder if need be, readable by its owner only, and takes it for this process.
 * @throws CannotStart when another kiosk has it, or it can't be used
 */
export function openDataFolder(folder: string): DataFolder {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const release = lockFolder(folder, 'kiosk.lock');
    return { journal: path.join(folder, 'journal.db'), screenSecret: screenSecret(path.join(folder, 'screen-secret')), release };
  } catch (error) {
    if (error instanceof CannotStart) throw error;
    throw new CannotStart(`the data folder ${folder} can't be used: ${(error as Error).message}`);
  }
}

/**
 * SQLite's lock on an empty database: the operating system drops it however the process ends, so nothing stale is left behind.
 * On a disk that is read-only SQLite makes a shared lock of it: whoever starts there can only say why nothing is sold. Once the disk can be
 * written again, the journal's own lock (main/journal/database.ts) lets one kiosk have it.
 * @throws CannotStart when somebody else has it
 */
export function lockFolder(folder: string, name: string): () => void {
  const lock = new DatabaseSync(path.join(folder, name));
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== 5) throw error;
    throw new CannotStart(`another kiosk is running on the data folder ${folder}; end it first, or choose another with --data`);
  }
  return () => lock.close();
}

function screenSecret(file: string): string {
  const kept = readPrivate(file)?.trim() ?? '';
  if (/^[0-9a-f]{64}$/.test(kept)) return kept;
  const secret = randomBytes(32).toString('hex');
  writePrivate(file, `${secret}\n`);
  return secret;
}
