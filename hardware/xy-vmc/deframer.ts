/**
 * Bytes in any cut → frames. Memory is bounded by one frame (260 bytes). A wrong checksum costs one byte, not the
 * claimed length, so a frame hidden behind a false header is still found.
 */
import type { Frame } from './codec.ts';

const EMPTY = new Uint8Array(0);

export interface DeframerCounts {
  badChecksums: number;
  garbageBytes: number;
}

export interface Deframer {
  /** Frames that are complete now, oldest first. Their text is a view of `bytes`, which must not be written to again. */
  push(bytes: Uint8Array): Frame[];
  /** True while the beginning of a frame waits for its rest. */
  pending(): boolean;
  /** The rest will not come (the line is silent): takes the beginning for garbage and looks behind it. */
  giveUp(): Frame[];
}

const view = (bytes: Uint8Array, from: number, to: number) => new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from);

/** Where the next header may begin: `FA FB`, or an `FA` at the very end. The size when nowhere. */
function findHeader(bytes: Uint8Array, from: number): number {
  let at = bytes[from] === 0xfa ? from : bytes.indexOf(0xfa, from);
  while (at !== -1 && at + 1 < bytes.length && bytes[at + 1] !== 0xfb) at = bytes.indexOf(0xfa, at + 1);
  return at === -1 ? bytes.length : at;
}

/** @param counts is added to */
export function createDeframer(counts: DeframerCounts): Deframer {
  let rest: Uint8Array = EMPTY;

  /** Scans `bytes`; what may still become a frame is kept in `rest`. */
  const scan = (bytes: Uint8Array, from: number): Frame[] => {
    const frames: Frame[] = [];
    const size = bytes.length;
    let at = from;
    for (;;) {
      const header = findHeader(bytes, at);
      counts.garbageBytes += header - at;
      at = header;
      if (at + 4 > size) break;
      const length = bytes[at + 3] as number;
      const end = at + 4 + length;
      if (end >= size) break;
      let xor = 0;
      for (let i = at; i < end; i += 1) xor ^= bytes[i] as number;
      if (xor === bytes[end]) {
        const packNo = length === 0 ? 0 : (bytes[at + 4] as number);
        frames.push({ command: bytes[at + 2] as number, packNo, text: length < 2 ? EMPTY : view(bytes, at + 5, end) });
        at = end + 1;
      } else {
        counts.badChecksums += 1;
        counts.garbageBytes += 1;
        at += 1;
      }
    }
    rest = at < size ? view(bytes, at, size) : EMPTY;
    return frames;
  };

  return {
    push: (bytes) => {
      if (rest.length === 0) return scan(bytes, 0);
      // From Buffer's pool: a Uint8Array of this size would get memory of its own, which costs more than all the rest.
      const joined = Buffer.allocUnsafe(rest.length + bytes.length);
      joined.set(rest);
      joined.set(bytes, rest.length);
      return scan(joined, 0);
    },
    pending: () => rest.length > 0,
    giveUp: () => {
      const frames: Frame[] = [];
      while (rest.length > 0) {
        counts.garbageBytes += 1;
        frames.push(...scan(rest, 1));
      }
      return frames;
    },
  };
}
