/** What boards answer: any bytes in any cut give the same answers, spoilt ones are counted, and memory stays bounded. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findLockReply, lockFrame, queryLock } from '../../../hardware/lock-board/codec.ts';
import { findReply, pulseRelay, readInputs, sealFrame } from '../../../hardware/modbus-relay/codec.ts';
import { createRecorder } from '../../../hardware/recorder.ts';
import { createInquiry } from '../../../hardware/transport/inquiry.ts';
import type { FindReply } from '../../../hardware/transport/inquiry.ts';
import { createVirtualClock } from '../virtual-clock.ts';

const pulse = pulseRelay(1, 3, 700);
const inputs = readInputs(1, 10);
const door = queryLock(1, 3);
interface Kind {
  readonly question: Uint8Array;
  readonly find: FindReply<unknown>;
  readonly answer: Uint8Array;
  /** Bytes of which frames are made: they begin many that are none. */
  readonly likely: readonly number[];
}
const KINDS: Readonly<Record<string, Kind>> = {
  'echo of a pulse': { question: pulse, find: (bytes, bad) => findReply(pulse, bytes, bad), answer: pulse, likely: [...pulse] },
  'state of inputs': {
    question: inputs,
    find: (bytes, bad) => findReply(inputs, bytes, bad),
    answer: sealFrame(1, 2, 2, 0b1000, 0b10),
    likely: [1, 2, 2, 0x82, 8],
  },
  'Modbus exception': {
    question: inputs,
    find: (bytes, bad) => findReply(inputs, bytes, bad),
    answer: sealFrame(1, 0x82, 6),
    likely: [1, 2, 0x82, 6],
  },
  'state of a door': {
    question: door,
    find: (bytes, bad) => findLockReply(door, bytes, bad),
    answer: lockFrame(0x80, 1, 3, 0x11),
    likely: [0x80, 0x82, 1, 3, 0x11, 0],
  },
};

describe.each(Object.entries(KINDS))('%s', (_, { question, find, answer, likely }) => {
  const noise = fc
    .oneof(fc.uint8Array({ maxLength: 300 }), fc.array(fc.constantFrom(...likely), { maxLength: 300 }))
    .map((bytes) => [...bytes]);
  const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 });
  /** Asks once, lets the bytes come in these pieces, and says what was made of them. */
  const hear = async (bytes: readonly number[], sizes: readonly number[]) => {
    const clock = createVirtualClock();
    const recorder = createRecorder('test', 'memory', clock);
    const inquiry = createInquiry(() => undefined, clock, recorder);
    let longest = 0;
    const reply = inquiry.ask(question, (buffer, bad) => {
      longest = Math.max(longest, buffer.length);
      return find(buffer, bad);
    });
    await clock.advance(0);
    for (let at = 0, i = 0; at < bytes.length; at += sizes[i++ % sizes.length] as number)
      inquiry.receive(Uint8Array.from(bytes.slice(at, at + (sizes[i % sizes.length] as number))));
    return { reply: await clock.until(reply), longest, counters: recorder.counters };
  };
  const answered = find(answer, () => undefined)?.reply;

  test('is found behind any noise, in any cut', () =>
    fc.assert(
      fc.asyncProperty(noise, cuts, async (before, sizes) => {
        // Noise that is an answer by itself would be one.
        fc.pre(find(Uint8Array.from([...before, ...answer.slice(0, -1)]), () => undefined) === null);
        const { reply, longest } = await hear([...before, ...answer], sizes);
        expect(reply).toEqual(answered);
        expect(longest).toBeLessThanOrEqual(64 + 30);
      }),
      { numRuns: 300 },
    ));

  test('spoilt in one bit it is none, in any cut, and is counted once at most', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(answer.length * 8 - 1), cuts, async (bit, sizes) => {
        const spoilt = [...answer];
        spoilt[bit >> 3] = (spoilt[bit >> 3] as number) ^ (1 << (bit & 7));
        const { reply, counters } = await hear(spoilt, sizes);
        expect(reply).toBeNull();
        expect(counters.framesIn).toBe(0);
        expect(counters.badChecksums).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    ));
});
