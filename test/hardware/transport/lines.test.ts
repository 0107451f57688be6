import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineSplitter, LONGEST_LINE } from '../../../hardware/transport/lines.ts';

const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 40 });
const split = (bytes: Uint8Array, sizes: readonly number[]) => {
  const counts = { garbageBytes: 0 };
  const splitter = createLineSplitter(counts);
  const lines: string[] = [];
  for (let at = 0, i = 0; at < bytes.length; at += sizes[i++ % sizes.length] as number)
    lines.push(...splitter.push(bytes.subarray(at, at + (sizes[i % sizes.length] as number))));
  return { lines, counts };
};

test('the same lines for any bytes in any cut, each printable and bounded', () => {
  const text = fc.array(fc.constantFrom('c', ',', '1', 'V', '\r', '\n', '\u0007', '\u00e9', 'A'), { maxLength: 400 });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 600 }),
        text.map((letters) => Uint8Array.from(Buffer.from(letters.join(''), 'latin1'))),
      ),
      cuts,
      (bytes, sizes) => {
        const pieces = split(bytes, sizes);
        expect(pieces).toEqual(split(bytes, [Math.max(1, bytes.length)]));
        for (const line of pieces.lines) {
          expect(line).toMatch(/^[\x20-\x7e]+$/);
          expect(line.length).toBeLessThanOrEqual(LONGEST_LINE);
        }
      },
    ),
  );
});

test('a line with a broken byte is dropped and counted, the next one is read', () => {
  const { lines, counts } = split(Buffer.from('c,VEND,SUCC\u0007SS\r\nc,STATUS,IDLE\r\n', 'latin1'), [4]);
  expect(lines).toEqual(['c,STATUS,IDLE']);
  expect(counts.garbageBytes).toBeGreaterThan(0);
});
