/** Small files in the data folder that only its owner may read, replaced whole: a power cut leaves the old one or the new one. */
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** @returns null when there is none */
export function readPrivate(file: string): string | null {
  try {
    const text = readFileSync(file, 'utf8');
    // Only when it must be: a disk that turned read-only refuses even what changes nothing.
    if ((statSync(file).mode & 0o777) !== 0o600) chmodSync(file, 0o600);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export function writePrivate(file: string, text: string): void {
  const next = `${file}.new`;
  const handle = openSync(next, 'w', 0o600);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(next, file);
  // The new name is durable once the folder is; Windows can't flush folders and does not need it.
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
