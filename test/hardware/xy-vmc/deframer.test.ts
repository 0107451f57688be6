/** Any bytes in any cut: the same frames, nothing lost uncounted, bounded memory. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame } from '../../../hardware/xy-vmc/codec.ts';
import type { Frame } from '../../../hardware/xy-vmc/codec.ts';
import { createDeframer } from '../../../hardware/xy-vmc/deframer.ts';

const frame = fc.record({
  command: fc.integer({ min: 0, max: 255 }),
  packNo: fc.integer({ min: 1, max: 255 }),
  text: fc.uint8Array({ maxLength: 40 }),
});
const cuts = fc.array(fc.integer({ min: 1, max: 37 }), { minLength: 1, maxLength: 60 });

function inPieces(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const size = sizes[i % sizes.length] as number;
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  return pieces;
}
const joined = (parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const sizeOf = ({ text, packNo }: Frame) => 5 + (packNo === 0 ? 0 : 1 + text.length);

function deframe(bytes: Uint8Array, sizes: readonly number[]) {
  const counts = { badChecksums: 0, garbageBytes: 0 };
  const deframer = createDeframer(counts);
  const frames = inPieces(bytes, sizes).flatMap((piece) => deframer.push(piece));
  return { frames: [...frames, ...deframer.giveUp()], counts, pending: deframer.pending() };
}

describe('the deframer', () => {
  test('finds every frame of a clean stream, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), cuts, (frames, sizes) => {
        const stream = joined(frames.map(({ command, packNo, text }) => encodeFrame(command, packNo, text)));
        const found = deframe(stream, sizes);
        expect(found.frames).toEqual(frames);
        expect(found.counts).toEqual({ badChecksums: 0, garbageBytes: 0 });
      }),
      { numRuns: 300 },
    );
  });

  test('gives the same frames and counts for any bytes, whole or in pieces, and accounts for each byte', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.constantFrom(0xfa, 0xfb, 0x00, 0x05, 0xff, 0x41, 0x40), { maxLength: 300 }).map((bytes) => Uint8Array.from(bytes)),
      frame.map(({ command, packNo, text }) => encodeFrame(command, packNo, text)),
      fc.tuple(frame, fc.nat(), fc.integer({ min: 1, max: 255 })).map(([{ command, packNo, text }, at, change]) => {
        const bytes = encodeFrame(command, packNo, text);
        bytes[at % bytes.length] = (bytes[at % bytes.length] as number) ^ change;
        return bytes;
      }),
    );
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 8 }), cuts, (parts, sizes) => {
        const stream = joined(parts);
        const whole = deframe(stream, [Math.max(1, stream.length)]);
        const pieces = deframe(stream, sizes);
        expect(pieces).toEqual(whole);
        expect(pieces.pending).toBe(false);
        const bytes = pieces.frames.reduce((sum, found) => sum + sizeOf(found), 0) + pieces.counts.garbageBytes;
        expect(bytes).toBe(stream.length);
      }),
      { numRuns: 500 },
    );
  });

  test('finds frames behind noise once the line is silent', () => {
    const clean = fc.uint8Array({ maxLength: 200 }).filter((bytes) => !bytes.includes(0xfa));
    const falseHeader = fc.constantFrom<number[]>([], [0xfa], [0xfa, 0xfb], [0xfa, 0xfb, 0xff], [0xfa, 0xfb, 0x04, 0xff], [0xfa, 0xfa]);
    fc.assert(
      fc.property(clean, falseHeader, fc.array(frame, { minLength: 1, maxLength: 4 }), cuts, (noise, header, frames, sizes) => {
        const stream = joined([noise, Uint8Array.from(header), ...frames.map((one) => encodeFrame(one.command, one.packNo, one.text))]);
        const { frames: found } = deframe(stream, sizes);
        for (const one of frames.slice(1)) expect(found).toContainEqual(one);
      }),
      { numRuns: 300 },
    );
  });

  test('looks for a frame inside what a false header claimed', () => {
    const poll = encodeFrame(0x41, 0);
    const { frames, counts } = deframe(joined([Uint8Array.of(0xfa, 0xfb, 0x04, 0x05), poll, poll]), [64]);
    expect(frames.map(({ command }) => command)).toEqual([0x41, 0x41]);
    expect(counts).toEqual({ badChecksums: 1, garbageBytes: 4 });
  });

  test('never keeps more than one frame', () => {
    // 260 bytes are the longest frame; giving up on what waits can't yield more bytes than that.
    const counts = { badChecksums: 0, garbageBytes: 0 };
    const fresh = createDeframer(counts);
    for (let i = 0; i < 5000; i += 1) fresh.push(Uint8Array.of(0xfa, 0xfb, 0x04, 0xff));
    const before = counts.garbageBytes;
    fresh.giveUp();
    expect(counts.garbageBytes - before).toBeLessThanOrEqual(260);
    expect(fresh.pending()).toBe(false);
  });
});
