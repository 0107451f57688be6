/**
 * Looks at the write-ahead log before SQLite does. SQLite takes a log up to its first bad frame and forgets the rest
 * (https://sqlite.org/fileformat2.html#the_write_ahead_log): right for a write that a power cut tore, wrong for a bit
 * that flipped in the middle, because committed rows would be gone without a word.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { JournalError } from '../../app/ports.ts';

const HEADER_bytes = 32;
const FRAME_HEADER_bytes = 24;
const MAGIC = 0x377f0682;

/**
 * A power cut tears the last commit at most, since each one is flushed before the next begins. Two ends of a commit behind
 * a bad frame mean that one of them was flushed, and acknowledged.
 * @throws JournalError `corrupt`
 */
export function refuseDamagedLog(path: string): void {
  const log = open(`${path}-wal`);
  if (log === null) return;
  try {
    const size = fstatSync(log).size;
    if (size < HEADER_bytes) return;
    const header = read(log, 0, HEADER_bytes);
    // A file system may have made the file longer, but not written into it, when the power went before the first flush.
    if (header.every((byte) => byte === 0)) return;
    const bigEndian = header.readUInt32BE(0) === MAGIC + 1;
    const page_bytes = header.readUInt32BE(8);
    const sums = checksum(header.subarray(0, 24), [0, 0], bigEndian);
    const valid =
      (bigEndian || header.readUInt32BE(0) === MAGIC) && header.readUInt32BE(24) === sums[0] && header.readUInt32BE(28) === sums[1];
    if (!valid) throw new JournalError('corrupt', `${path}-wal: the header of the log is damaged; the rows in it can't be reached`);

    const salt = header.subarray(16, 24);
    const frame_bytes = FRAME_HEADER_bytes + page_bytes;
    let running = sums;
    let firstBad: number | null = null;
    let commitsBehind = 0;
    for (let frame = 0; HEADER_bytes + (frame + 1) * frame_bytes <= size; frame++) {
      const bytes = read(log, HEADER_bytes + frame * frame_bytes, frame_bytes);
      const ours = bytes.subarray(8, 16).equals(salt);
      if (firstBad === null) {
        running = checksum(bytes.subarray(FRAME_HEADER_bytes), checksum(bytes.subarray(0, 8), running, bigEndian), bigEndian);
        if (!ours || bytes.readUInt32BE(16) !== running[0] || bytes.readUInt32BE(20) !== running[1]) firstBad = frame;
      }
      // A frame that ends a commit says how large the database is after it.
      if (firstBad !== null && ours && bytes.readUInt32BE(4) !== 0) commitsBehind++;
    }
    if (firstBad !== null && commitsBehind >= 2)
      throw new JournalError('corrupt', `${path}-wal: frame ${firstBad + 1} of the log is damaged; committed rows lie behind it`);
  } finally {
    closeSync(log);
  }
}

/** The running checksum of the log, over words in the byte order of the machine that wrote it. */
function checksum(bytes: Buffer, [s0, s1]: readonly [number, number], bigEndian: boolean): readonly [number, number] {
  let [a, b] = [s0, s1];
  for (let i = 0; i < bytes.length; i += 8) {
    a = (a + (bigEndian ? bytes.readUInt32BE(i) : bytes.readUInt32LE(i)) + b) >>> 0;
    b = (b + (bigEndian ? bytes.readUInt32BE(i + 4) : bytes.readUInt32LE(i + 4)) + a) >>> 0;
  }
  return [a, b];
}

function open(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function read(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, position);
  return bytes;
}
