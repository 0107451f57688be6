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
  const last = bytes.length - 1;
  for (let at = from; at < last; at += 1) if (bytes[at] === 0xfa && bytes[at + 1] === 0xfb) return at;
  return from <= last && bytes[last] === 0xfa ? last : bytes.length;
}

/** More than a frame, and a power of two. */
const WINDOW = 512;

/** @param counts is added to */
export function createDeframer(counts: DeframerCounts): Deframer {
  let rest: Uint8Array = EMPTY;
  /** The xor of everything before each of the newest bytes: false headers may overlap, and no byte is xored twice for them. */
  const xorBefore = new Uint8Array(WINDOW);

  /** Scans `bytes`; what may still become a frame is kept in `rest`. */
  const scan = (bytes: Uint8Array, from: number): Frame[] => {
    const frames: Frame[] = [];
    const size = bytes.length;
    let at = from;
    let summed = from;
    xorBefore[summed % WINDOW] = 0;
    for (;;) {
      const header = findHeader(bytes, at);
      counts.garbageBytes += header - at;
      at = header;
      if (at + 4 > size) break;
      const length = bytes[at + 3] as number;
      const end = at + 4 + length;
      if (end >= size) break;
      if (summed < at) xorBefore[(summed = at) % WINDOW] = 0;
      for (; summed <= end; summed += 1)
        xorBefore[(summed + 1) % WINDOW] = (xorBefore[summed % WINDOW] as number) ^ (bytes[summed] as number);
      // The checksum makes the xor over the whole frame zero.
      if (xorBefore[at % WINDOW] === xorBefore[(end + 1) % WINDOW]) {
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
