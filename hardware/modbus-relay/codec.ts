/**
 * Modbus RTU, as much of it as relay boards need: functions 1, 2 and 5 of "MODBUS over Serial Line" and the timed pulse
 * of Waveshare's relay boards. modbus-serial is not used here: it opens and closes the port itself and keeps time with
 * the process's own timers, so it could share neither our reconnecting wire nor a simulation's clock. The tests use it
 * as an independent peer.
 */

/** CRC-16/MODBUS, low byte first on the wire. */
export function crc16(bytes: Uint8Array, end = bytes.length): number {
  let crc = 0xffff;
  for (let i = 0; i < end; i += 1) {
    crc ^= bytes[i] as number;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

export function sealFrame(...body: readonly number[]): Uint8Array {
  const frame = new Uint8Array(body.length + 2);
  frame.set(body);
  const crc = crc16(frame, body.length);
  frame[body.length] = crc & 0xff;
  frame[body.length + 1] = crc >> 8;
  return frame;
}

const FUNCTION = { readCoils: 1, readInputs: 2, writeCoil: 5 } as const;
/** Coil addresses from here on close a relay for value × 100 ms; the board opens it by itself. */
const PULSE_BASE = 0x0200;

const high = (value: number) => (value >> 8) & 0xff;
const low = (value: number) => value & 0xff;

export const readCoils = (unit: number, count: number) => sealFrame(unit, FUNCTION.readCoils, 0, 0, high(count), low(count));
export const readInputs = (unit: number, count: number) => sealFrame(unit, FUNCTION.readInputs, 0, 0, high(count), low(count));
/** @param pulse_ms is rounded to tenths of a second */
export function pulseRelay(unit: number, relay: number, pulse_ms: number): Uint8Array {
  const tenths = Math.max(1, Math.round(pulse_ms / 100));
  return sealFrame(unit, FUNCTION.writeCoil, high(PULSE_BASE + relay), low(PULSE_BASE + relay), high(tenths), low(tenths));
}

/** An answer that fits a question: its data bytes, or the board's exception code. */
export type Reply = { readonly data: Uint8Array } | { readonly exception: number };

/**
 * Finds the answer to `question` anywhere in `bytes`; noise before it is skipped, a frame with a wrong checksum is not an answer.
 * A write must be echoed byte for byte; a read must bring the bytes that were asked for.
 */
export function findReply(question: Uint8Array, bytes: Uint8Array, onBadChecksum: () => void): { reply: Reply; end: number } | null {
  const [unit, code] = question as unknown as [number, number];
  const asked = ((question[4] as number) << 8) | (question[5] as number);
  const dataBytes = code === FUNCTION.writeCoil ? 0 : Math.ceil(asked / 8);
  const size = code === FUNCTION.writeCoil ? 8 : 5 + dataBytes;
  for (let at = 0; at + 5 <= bytes.length; at += 1) {
    if (bytes[at] !== unit) continue;
    const exception = bytes[at + 1] === (code | 0x80);
    if (!exception && bytes[at + 1] !== code) continue;
    const length = exception ? 5 : size;
    if (at + length > bytes.length) continue;
    const frame = bytes.subarray(at, at + length);
    const crc = crc16(frame, length - 2);
    if (frame[length - 2] !== low(crc) || frame[length - 1] !== high(crc)) {
      onBadChecksum();
      continue;
    }
    if (exception) return { reply: { exception: frame[2] as number }, end: at + length };
    if (code === FUNCTION.writeCoil ? frame.some((byte, i) => byte !== question[i]) : frame[2] !== dataBytes) continue;
    return { reply: { data: frame.slice(code === FUNCTION.writeCoil ? 2 : 3, length - 2) }, end: at + length };
  }
  return null;
}

/** Bit `index` of a reply to a read; false where the reply is too short. */
export const bitOf = (data: Uint8Array, index: number): boolean => (((data[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
