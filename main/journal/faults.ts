/** What SQLite's and the file system's errors mean for the kiosk. https://sqlite.org/rescode.html */
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { JournalError, type JournalFault } from '../../app/ports.ts';

/** Primary result codes. */
const FAULTS: Readonly<Record<number, JournalFault>> = {
  5: 'locked', // BUSY
  6: 'locked', // LOCKED
  8: 'readOnly',
  10: 'io', // IOERR
  11: 'corrupt',
  13: 'full',
  14: 'io', // CANTOPEN
  26: 'corrupt', // NOTADB
};
const CONSTRAINT = 19;
const CANTOPEN = 14;

const primaryCode = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : null;

/** The database refused a row that the rules should have refused before. */
export const isConstraint = (error: unknown): boolean => primaryCode(error) === CONSTRAINT;

/** @returns the error as a JournalError that names the file */
export function journalError(error: unknown, path: string): JournalError {
  if (error instanceof JournalError) return error;
  const code = primaryCode(error);
  const message = error instanceof Error ? error.message : String(error);
  const system = error instanceof Error && 'code' in error ? error.code : null;
  let fault: JournalFault = code === null ? 'io' : (FAULTS[code] ?? 'io');
  if (system === 'EROFS' || system === 'EACCES' || system === 'EPERM' || (code === CANTOPEN && !writable(path))) fault = 'readOnly';
  else if (system === 'ENOSPC' || system === 'EDQUOT') fault = 'full';
  // A stored number that no program wrote.
  else if (system === 'ERR_OUT_OF_RANGE') fault = 'corrupt';
  return new JournalError(fault, `${path}: ${message}`);
}

function writable(path: string): boolean {
  try {
    accessSync(dirname(path), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
