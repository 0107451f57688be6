/** What SQLite's and the file system's errors mean for the kiosk. https://sqlite.org/rescode.html */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { JournalError, type JournalFault } from '../../app/ports.ts';

/** Primary result codes; every other one is `io`. */
const FAULTS: Readonly<Record<number, JournalFault>> = {
  1: 'corrupt', // ERROR: our own statements do not fit the tables
  5: 'locked', // BUSY
  6: 'locked', // LOCKED
  8: 'readOnly',
  11: 'corrupt',
  13: 'full',
  26: 'corrupt', // NOTADB
};
const CONSTRAINT = 19;

const primaryCode = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : null;

/** The database refused a row that the rules should have refused before. */
export const isConstraint = (error: unknown): boolean => primaryCode(error) === CONSTRAINT;

/** @returns the error as a JournalError that names the file */
export function journalError(error: unknown, path: string): JournalError {
  if (error instanceof JournalError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const fault = FAULTS[primaryCode(error) ?? -1] ?? faultOfFolder(path);
  // A stored number that no program wrote.
  const outOfRange = error instanceof Error && 'code' in error && error.code === 'ERR_OUT_OF_RANGE';
  return new JournalError(outOfRange ? 'corrupt' : fault, `${path}: ${message}`);
}

/** Less than this, and the shared memory of the log (32 KiB) can't be made: SQLite calls it an I/O error. */
const ROOM_bytes = 64 * 1024;

/** An I/O error, or what is behind it. */
function faultOfFolder(path: string): JournalFault {
  let folder = dirname(path);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    return 'readOnly';
  }
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < ROOM_bytes ? 'full' : 'io';
  } catch {
    return 'io';
  }
}
