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

type Sums = readonly [number, number];

/**
 * A power cut tears the last commit at most, since each one is flushed before the next begins; and commits that failed leave
 * their frames behind the valid end, one commit each, because the next one starts in the same place. So two commits in a row
 * that fit each other behind a bad frame were once valid, and all but the last of them acknowledged.
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
    const start = checksum(header.subarray(0, 24), [0, 0], bigEndian);
    if ((!bigEndian && header.readUInt32BE(0) !== MAGIC) || !same(start, sumsAt(header, 24)))
      throw new JournalError('corrupt', `${path}-wal: the header of the log is damaged; the rows in it can't be reached`);

    const salt = header.subarray(16, 24);
    const frame_bytes = FRAME_HEADER_bytes + header.readUInt32BE(8);
    let firstBad: number | null = null;
    /** Checksums that the next frame may go on from. */
    let before: readonly Sums[] = [start];
    let commitsInRow = 0;
    for (let frame = 0; HEADER_bytes + (frame + 1) * frame_bytes <= size; frame++) {
      const bytes = read(log, HEADER_bytes + frame * frame_bytes, frame_bytes);
      const computed = before.map((sums) =>
        checksum(bytes.subarray(FRAME_HEADER_bytes), checksum(bytes.subarray(0, 8), sums, bigEndian), bigEndian),
      );
      const stored = sumsAt(bytes, 16);
      const ours = bytes.subarray(8, 16).equals(salt);
      const fits = ours && computed.some((sums) => same(sums, stored));
      // A frame that ends a commit says how large the database is after it.
      const commit = bytes.readUInt32BE(4) === 0 ? 0 : 1;
      if (firstBad === null && fits) {
        before = [stored];
        continue;
      }
      commitsInRow = fits ? commitsInRow + commit : ours || firstBad === null ? commit : 0;
      if (commitsInRow >= 2)
        throw new JournalError(
          'corrupt',
          `${path}-wal: frame ${(firstBad ?? frame) + 1} of the log is damaged; committed rows lie behind it`,
        );
      // Either the frame is damaged, or the checksum that it carries.
      before = [stored, ...computed.slice(0, 1)];
      firstBad ??= frame;
    }
  } finally {
    closeSync(log);
  }
}

const sumsAt = (bytes: Buffer, at: number): Sums => [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
const same = (a: Sums, b: Sums): boolean => a[0] === b[0] && a[1] === b[1];

/** The running checksum of the log, over words in the byte order of the machine that wrote it. */
function checksum(bytes: Buffer, [s0, s1]: Sums, bigEndian: boolean): Sums {
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
