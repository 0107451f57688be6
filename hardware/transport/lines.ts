/** Bytes in any cut → lines of printable ASCII, ended by LF; CR is ignored. Memory is bounded by one line. */

/** No line of the protocols that use this is longer; what is, is garbage up to its end. */
export const LONGEST_LINE = 200;

export interface LineSplitter {
  push(bytes: Uint8Array): string[];
}

/** @param counts gets every byte that belongs to no line */
export function createLineSplitter(counts: { garbageBytes: number }): LineSplitter {
  let line = '';
  let spoilt = 0;
  return {
    push: (bytes) => {
      const lines: string[] = [];
      for (const byte of bytes) {
        if (byte === 0x0a) {
          if (spoilt > 0) counts.garbageBytes += spoilt + line.length + 1;
          else if (line !== '') lines.push(line);
          line = '';
          spoilt = 0;
        } else if (byte >= 0x20 && byte < 0x7f && line.length < LONGEST_LINE) line += String.fromCharCode(byte);
        else if (byte !== 0x0d) spoilt += 1;
      }
      return lines;
    },
  };
}
