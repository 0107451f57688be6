/** The kiosk's log on the disk: what was written before a power cut stays, and it never fills the disk. */
import { appendFileSync, renameSync, statSync } from 'node:fs';

const LARGEST_BYTES = 10_000_000;

/**
 * @returns adds a line; a file that is full becomes `FILE.1`, in the place of the one before it. Where it can't be written
 * the line is lost: a full disk takes the log, and not the kiosk's screen, which says why nothing is sold.
 */
export function openLogFile(file: string, largest_bytes = LARGEST_BYTES): (line: string) => void {
  let size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return (line) => {
    const bytes = Buffer.from(`${line}\n`);
    try {
      if (size > 0 && size + bytes.length > largest_bytes) {
        renameSync(file, `${file}.1`);
        size = 0;
      }
      appendFileSync(file, bytes);
      size += bytes.length;
    } catch {
      // There is nowhere left to say so.
    }
  };
}
