import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bitOf, crc16, findReply, pulseRelay, readCoils, readInputs, sealFrame } from '../../../hardware/modbus-relay/codec.ts';
import { bytesOf } from '../frames.ts';

const PULSE_RELAY_0 = `
  01     # board 1
  05     # write a coil
  02 00  # 0x0200 + relay 0: close it for a time
  00 07  # 7 × 100 ms
  8D B0  # CRC, low byte first
`;
const READ_8_COILS = `
  01     # board 1
  01     # read coils
  00 00  # from the first
  00 08  # eight
  3D CC  # CRC
`;

describe('published frames', () => {
  test('a pulse', () => expect(pulseRelay(1, 0, 700)).toEqual(bytesOf(PULSE_RELAY_0)));
  test('read coils', () => expect(readCoils(1, 8)).toEqual(bytesOf(READ_8_COILS)));
  test('relay on and off, as the makers print them', () => {
    expect(sealFrame(0x01, 0x05, 0x00, 0x00, 0xff, 0x00)).toEqual(bytesOf('01 05 00 00 FF 00 8C 3A'));
    expect(sealFrame(0x01, 0x05, 0x00, 0x00, 0x00, 0x00)).toEqual(bytesOf('01 05 00 00 00 00 CD CA'));
    expect(sealFrame(0xff, 0x05, 0x00, 0x00, 0xff, 0x00)).toEqual(bytesOf('FF 05 00 00 FF 00 99 E4'));
  });
  test('a frame with its CRC has the CRC 0', () => expect(crc16(bytesOf(PULSE_RELAY_0))).toBe(0));
});

describe('finding an answer', () => {
  const never = () => expect.unreachable();
  test('an echo is the answer to a pulse, and only the same echo', () => {
    const question = pulseRelay(1, 3, 700);
    expect(findReply(question, question, never)).toEqual({ reply: { data: question.slice(2, 6) }, end: 8 });
    expect(findReply(question, pulseRelay(1, 4, 700), never)).toBeNull();
    expect(findReply(question, question.slice(0, 7), never)).toBeNull();
  });
  test('inputs are bits, lowest first', () => {
    const found = findReply(readInputs(1, 10), sealFrame(1, 2, 2, 0b0000_1000, 0b0000_0010), never);
    const data = found && 'data' in found.reply ? found.reply.data : new Uint8Array(0);
    expect([3, 9].map((input) => bitOf(data, input))).toEqual([true, true]);
    expect([0, 8, 40].map((input) => bitOf(data, input))).toEqual([false, false, false]);
  });
  test('an exception is an answer', () => {
    expect(findReply(readInputs(1, 8), sealFrame(1, 0x82, 2), never)).toEqual({ reply: { exception: 2 }, end: 5 });
  });
  test('noise before an answer is skipped; a wrong checksum is counted and is none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (noise, broken) => {
        const question = pulseRelay(1, 3, 700);
        const answer = question.slice();
        if (broken) answer[7] = (answer[7] as number) ^ 0xff;
        let bad = 0;
        const found = findReply(question, Uint8Array.from([...noise, ...answer]), () => (bad += 1));
        if (broken) expect([found === null, bad > 0]).toEqual([true, true]);
        else expect(found?.reply).toEqual({ data: question.slice(2, 6) });
      }),
    );
  });
});
