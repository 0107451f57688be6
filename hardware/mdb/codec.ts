/**
 * Blocks of MDB/ICP 4.2 between a machine's controller (VMC) and a cashless reader. Chapter numbers are NAMA's
 * "Multi-Drop Bus / Internal Communication Protocol". The mode bit of the bus is the adapter's business, not a byte's.
 */

/** Longest block, checksum included (2.2). */
export const LONGEST_BLOCK = 36;
export const BUS_ACK = 0x00;

/** 7.3: the address of the first cashless device; the second answers at 0x60. */
export const CASHLESS_1 = 0x10;
export const CASHLESS_2 = 0x60;

/** 2.2: the low byte of the sum of all bytes before it. */
export const checksum = (bytes: Iterable<number>): number => {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return sum & 0xff;
};

/** A block with its checksum. A lone ACK has none. */
export const sealBlock = (...bytes: readonly number[]): Uint8Array => Uint8Array.of(...bytes, checksum(bytes));

/** The bytes without checksum; null for a wrong one or a length the bus does not know. */
export function openBlock(block: Uint8Array): Uint8Array | null {
  if (block.length < 2 || block.length > LONGEST_BLOCK) return null;
  const body = block.subarray(0, -1);
  return checksum(body) === block.at(-1) ? body : null;
}

const word = (bytes: Uint8Array, at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const wordBytes = (value: number): [number, number] => [(value >> 8) & 0xff, value & 0xff];

/** What the controller says to a reader (7.4). Amounts in units of the reader's scale; item 0xFFFF = not known. */
export type VmcCommand =
  | { readonly command: 'reset' }
  | { readonly command: 'setupConfig'; readonly level: number; readonly columns: number; readonly rows: number }
  | { readonly command: 'setupPrices'; readonly most: number; readonly least: number }
  | { readonly command: 'poll' }
  | { readonly command: 'vendRequest'; readonly price: number; readonly item: number }
  | { readonly command: 'vendCancel' }
  | { readonly command: 'vendSuccess'; readonly item: number }
  | { readonly command: 'vendFailure' }
  | { readonly command: 'sessionComplete' }
  | { readonly command: 'cashSale'; readonly price: number; readonly item: number }
  | { readonly command: 'disable' }
  | { readonly command: 'enable' }
  | { readonly command: 'cancel' }
  | { readonly command: 'revalueRequest' }
  | { readonly command: 'revalueLimit' }
  | { readonly command: 'identify' }
  | { readonly command: 'enableOptions'; readonly options: number }
  /** Told to be acknowledged: the date, and what a customer typed for a question that we don't ask. */
  | { readonly command: 'writeTime' }
  | { readonly command: 'dataEntry' }
  | { readonly command: 'diagnostics' }
  | { readonly command: 'notUnderstood' };

/** @param body a block without checksum, at the reader's own address */
export function readVmcCommand(body: Uint8Array, address: number = CASHLESS_1): VmcCommand | null {
  const code = (body[0] ?? 0) - address;
  const sub = body[1];
  switch (code) {
    case 0:
      return { command: 'reset' };
    case 1:
      if (sub === 0 && body.length >= 6)
        return { command: 'setupConfig', level: body[2] as number, columns: body[3] as number, rows: body[4] as number };
      if (sub === 1 && body.length >= 6) return { command: 'setupPrices', most: word(body, 2), least: word(body, 4) };
      return { command: 'notUnderstood' };
    case 2:
      return { command: 'poll' };
    case 3:
      return readVend(body);
    case 4:
      return { command: sub === 0 ? 'disable' : sub === 1 ? 'enable' : sub === 2 ? 'cancel' : sub === 3 ? 'dataEntry' : 'notUnderstood' };
    case 5:
      return { command: sub === 0 ? 'revalueRequest' : sub === 1 ? 'revalueLimit' : 'notUnderstood' };
    case 7:
      if (sub === 0) return { command: 'identify' };
      if (sub === 3) return { command: 'writeTime' };
      if (sub === 0xff) return { command: 'diagnostics' };
      if (sub === 4 && body.length >= 6) return { command: 'enableOptions', options: word(body, 2) * 0x10000 + word(body, 4) };
      return { command: 'notUnderstood' };
    default:
      return null;
  }
}

function readVend(body: Uint8Array): VmcCommand {
  switch (body[1]) {
    case 0:
      return body.length >= 6 ? { command: 'vendRequest', price: word(body, 2), item: word(body, 4) } : { command: 'notUnderstood' };
    case 1:
      return { command: 'vendCancel' };
    case 2:
      return body.length >= 4 ? { command: 'vendSuccess', item: word(body, 2) } : { command: 'notUnderstood' };
    case 3:
      return { command: 'vendFailure' };
    case 4:
      return { command: 'sessionComplete' };
    case 5:
      return body.length >= 6 ? { command: 'cashSale', price: word(body, 2), item: word(body, 4) } : { command: 'notUnderstood' };
    default:
      return { command: 'notUnderstood' };
  }
}

/** The controller's blocks, for peers that play it. */
export const vmcBlock = {
  reset: (address = CASHLESS_1) => sealBlock(address),
  setupConfig: (level: number, columns: number, rows: number, display: number, address = CASHLESS_1) =>
    sealBlock(address + 1, 0, level, columns, rows, display),
  setupPrices: (most: number, least: number, address = CASHLESS_1) => sealBlock(address + 1, 1, ...wordBytes(most), ...wordBytes(least)),
  poll: (address = CASHLESS_1) => sealBlock(address + 2),
  vendRequest: (price: number, item: number, address = CASHLESS_1) => sealBlock(address + 3, 0, ...wordBytes(price), ...wordBytes(item)),
  vendCancel: (address = CASHLESS_1) => sealBlock(address + 3, 1),
  vendSuccess: (item: number, address = CASHLESS_1) => sealBlock(address + 3, 2, ...wordBytes(item)),
  vendFailure: (address = CASHLESS_1) => sealBlock(address + 3, 3),
  sessionComplete: (address = CASHLESS_1) => sealBlock(address + 3, 4),
  cashSale: (price: number, item: number, address = CASHLESS_1) => sealBlock(address + 3, 5, ...wordBytes(price), ...wordBytes(item)),
  disable: (address = CASHLESS_1) => sealBlock(address + 4, 0),
  enable: (address = CASHLESS_1) => sealBlock(address + 4, 1),
  cancel: (address = CASHLESS_1) => sealBlock(address + 4, 2),
  revalueRequest: (amount: number, address = CASHLESS_1) => sealBlock(address + 5, 0, ...wordBytes(amount)),
  revalueLimit: (address = CASHLESS_1) => sealBlock(address + 5, 1),
  /** 7.4.16: who is the controller; a reader of level 3 answers with who it is and what it offers. */
  identify: (manufacturer: string, serial: string, model: string, address = CASHLESS_1) =>
    sealBlock(address + 7, 0, ...ascii(manufacturer, 3), ...ascii(serial, 12), ...ascii(model, 12), ...wordBytes(0x0100)),
  writeTime: (time: readonly number[], address = CASHLESS_1) => sealBlock(address + 7, 3, ...time),
  diagnostics: (address = CASHLESS_1) => sealBlock(address + 7, 0xff),
  dataEntry: (keys: readonly number[], address = CASHLESS_1) => sealBlock(address + 4, 3, ...keys),
  enableOptions: (options: number, address = CASHLESS_1) =>
    sealBlock(address + 7, 4, ...wordBytes(Math.floor(options / 0x10000)), ...wordBytes(options & 0xffff)),
} as const;

/** Bit 5 of the optional features (7.4.16): vend requests without a session before. Select first, then pay. */
export const ALWAYS_IDLE = 0x20;

/** What a reader answers (7.4). An answer may hold several of these, under one checksum. */
export const readerBlock = {
  justReset: [0x00],
  /** @param currency ISO 4217 number; on the wire as BCD with a leading 1 */
  config: (currency: number, scale: number, decimals: number, responseTime_s: number, level = 3) => {
    const bcd = Number.parseInt(`1${String(currency).padStart(3, '0')}`, 16);
    // Refunds (bit 0) and cash sale reports (bit 3).
    return [0x01, level, ...wordBytes(bcd), scale, decimals, responseTime_s, 0x09];
  },
  beginSession: (funds: number, level: number) =>
    level === 1 ? [0x03, ...wordBytes(funds)] : [0x03, ...wordBytes(funds), 0xff, 0xff, 0xff, 0xff, 0, 0, 0],
  cancelRequest: [0x04],
  approved: (amount: number) => [0x05, ...wordBytes(amount)],
  denied: [0x06],
  endSession: [0x07],
  cancelled: [0x08],
  /** @param options offered to a level 3 controller */
  identity: (manufacturer: string, serial: string, model: string, options: number) => [
    0x09,
    ...ascii(manufacturer, 3),
    ...ascii(serial, 12),
    ...ascii(model, 12),
    ...wordBytes(0x0100),
    ...wordBytes(Math.floor(options / 0x10000)),
    ...wordBytes(options & 0xffff),
  ],
  malfunction: (code: number) => [0x0a, code],
  outOfSequence: [0x0b],
  revalueDenied: [0x0e],
  diagnostics: [0xff],
} as const;

const ascii = (text: string, length: number): number[] =>
  Array.from(text.padEnd(length, ' ').slice(0, length), (letter) => letter.charCodeAt(0));
