/** Blocks and dialogues of NAMA's MDB/ICP 4.2, against the reader's side. */
import { describe, expect, test } from 'vitest';
import { ALWAYS_IDLE, checksum, openBlock, readerBlock, readVmcCommand, sealBlock, vmcBlock } from '../../../hardware/mdb/codec.ts';
import { createReader } from '../../../hardware/mdb/reader.ts';
import type { ReaderEvent } from '../../../hardware/mdb/reader.ts';
import { bytesOf } from '../frames.ts';

describe('checksums of the standard', () => {
  test('a coin changer poll answer', () => {
    expect(checksum(bytesOf('02 00 01 05 02 00 07 01 02 05 14 FF'))).toBe(0x2c);
  });
  test('three messages under one checksum: denied, malfunction 07, session cancelled', () => {
    const block = sealBlock(...readerBlock.denied, ...readerBlock.malfunction(0x07), ...readerBlock.cancelRequest);
    expect(block).toEqual(bytesOf('06  0A 07  04  1B'));
    expect(openBlock(block)).toEqual(bytesOf('06 0A 07 04'));
  });
  test('a wrong checksum or length opens nothing', () => {
    expect(openBlock(bytesOf('06 0A 07 04 1C'))).toBeNull();
    expect(openBlock(bytesOf('00'))).toBeNull();
    expect(openBlock(new Uint8Array(37))).toBeNull();
  });
});

describe('blocks of the controller', () => {
  test.each([
    ['RESET', vmcBlock.reset(), '10 10', { command: 'reset' }],
    [
      'SETUP level 3, 16×2, ASCII',
      vmcBlock.setupConfig(3, 16, 2, 1),
      '11 00 03 10 02 01 27',
      { command: 'setupConfig', level: 3, columns: 16, rows: 2 },
    ],
    ['SETUP prices', vmcBlock.setupPrices(0xffff, 0), '11 01 FF FF 00 00 10', { command: 'setupPrices', most: 0xffff, least: 0 }],
    ['POLL', vmcBlock.poll(), '12 12', { command: 'poll' }],
    ['VEND REQUEST 150, item 5', vmcBlock.vendRequest(150, 5), '13 00 00 96 00 05 AE', { command: 'vendRequest', price: 150, item: 5 }],
    ['VEND CANCEL', vmcBlock.vendCancel(), '13 01 14', { command: 'vendCancel' }],
    ['VEND SUCCESS', vmcBlock.vendSuccess(5), '13 02 00 05 1A', { command: 'vendSuccess', item: 5 }],
    ['VEND FAILURE', vmcBlock.vendFailure(), '13 03 16', { command: 'vendFailure' }],
    ['SESSION COMPLETE', vmcBlock.sessionComplete(), '13 04 17', { command: 'sessionComplete' }],
    ['CASH SALE', vmcBlock.cashSale(150, 5), '13 05 00 96 00 05 B3', { command: 'cashSale', price: 150, item: 5 }],
    ['READER DISABLE', vmcBlock.disable(), '14 00 14', { command: 'disable' }],
    ['READER ENABLE', vmcBlock.enable(), '14 01 15', { command: 'enable' }],
    ['READER CANCEL', vmcBlock.cancel(), '14 02 16', { command: 'cancel' }],
    ['REVALUE REQUEST', vmcBlock.revalueRequest(100), '15 00 00 64 79', { command: 'revalueRequest' }],
    ['REVALUE LIMIT', vmcBlock.revalueLimit(), '15 01 16', { command: 'revalueLimit' }],
    [
      'ENABLE OPTIONS: Always Idle',
      vmcBlock.enableOptions(ALWAYS_IDLE),
      '17 04 00 00 00 20 3B',
      { command: 'enableOptions', options: ALWAYS_IDLE },
    ],
  ])('%s', (_, block, golden, meaning) => {
    expect(block).toEqual(bytesOf(golden));
    expect(readVmcCommand(openBlock(bytesOf(golden)) as Uint8Array)).toEqual(meaning);
  });
  test('the second cashless device answers at 60h and to nothing else', () => {
    expect(readVmcCommand(bytesOf('62'), 0x60)).toEqual({ command: 'poll' });
    expect(readVmcCommand(bytesOf('12'), 0x60)).toBeNull();
  });
  test("blocks of a converter's transcript", () => {
    expect(readVmcCommand(bytesOf('11 00 01 00 00 00'))).toMatchObject({ command: 'setupConfig', level: 1 });
    expect(readVmcCommand(bytesOf('13 00 00 0A 00 01'))).toEqual({ command: 'vendRequest', price: 10, item: 1 });
    expect(openBlock(bytesOf('01 01 09 72 01 02 07 0D 94'))).not.toBeNull();
  });
});

describe('blocks of the reader', () => {
  test.each([
    ['READER CONFIG, yen, scale 1, no decimals, 120 s', readerBlock.config(392, 1, 0, 120), '01 03 13 92 01 00 78 09 2B'],
    ['BEGIN SESSION, funds unknown', readerBlock.beginSession(0xffff, 3), '03 FF FF FF FF FF FF 00 00 00 FD'],
    ['BEGIN SESSION, level 1', readerBlock.beginSession(0xffff, 1), '03 FF FF 01'],
    ['VEND APPROVED 150', readerBlock.approved(150), '05 00 96 9B'],
    ['MALFUNCTION: refund error', readerBlock.malfunction(0xc0), '0A C0 CA'],
    ['COMMAND OUT OF SEQUENCE', readerBlock.outOfSequence, '0B 0B'],
  ])('%s', (_, block, golden) => {
    expect(sealBlock(...block)).toEqual(bytesOf(golden));
  });
  test('PERIPHERAL ID offers Always Idle', () => {
    const block = sealBlock(...readerBlock.identity('PPY', '000000000001', 'QR-KIOSK-001', ALWAYS_IDLE));
    expect(block).toHaveLength(35);
    expect(String.fromCharCode(...block.subarray(1, 28))).toBe('PPY000000000001QR-KIOSK-001');
    // Software version, then the 32 option bits: bit 5.
    expect(block.subarray(28, 34)).toEqual(bytesOf('01 00  00 00 00 20'));
    expect(openBlock(block)).not.toBeNull();
  });
});

/** A dialogue: the controller's block, then the reader's answer. */
type Line = readonly [says: Uint8Array, answer: string] | (() => void);
function play(lines: readonly Line[], alwaysIdle = true) {
  const events: ReaderEvent[] = [];
  const config = { currency: 392, scale: 1, decimals: 0, responseTime_s: 120, alwaysIdle };
  const reader = createReader(config, (event) => events.push(event));
  const say = (lines_: readonly Line[], of: typeof reader) => {
    for (const line of lines_) {
      if (typeof line === 'function') line();
      else expect(of.receive(line[0])).toEqual(bytesOf(line[1]));
    }
  };
  say(
    [
      [vmcBlock.reset(), '00'],
      [vmcBlock.poll(), '00 00'],
      [vmcBlock.setupConfig(3, 16, 2, 1), '01 03 13 92 01 00 78 09 2B'],
      [vmcBlock.setupPrices(0xffff, 0), '00'],
      [vmcBlock.enableOptions(ALWAYS_IDLE), '00'],
      [vmcBlock.enable(), '00'],
    ],
    reader,
  );
  return { reader, events, say: (more: readonly Line[]) => say(more, reader), lines };
}

describe('sessions of the standard, Always Idle', () => {
  test('#11: choose, pay, vend', () => {
    const { reader, events, say } = play([]);
    say([
      [vmcBlock.poll(), '00'],
      [vmcBlock.vendRequest(150, 5), '00'],
      [vmcBlock.poll(), '00'],
      () => expect(reader.approve(150)).toBe(true),
      [vmcBlock.poll(), '05 00 96 9B'],
      [vmcBlock.vendSuccess(5), '00'],
      [vmcBlock.sessionComplete(), '00'],
      [vmcBlock.poll(), '07 07'],
    ]);
    expect(events).toContainEqual({ event: 'vendRequest', price: 150, item: 5 });
    expect(events).toContainEqual({ event: 'vendSuccess', item: 5 });
    expect(reader.state()).toBe('enabled');
  });
  test('#12: the customer puts in cash instead', () => {
    const { reader, events, say } = play([]);
    say([
      [vmcBlock.vendRequest(150, 5), '00'],
      [vmcBlock.vendCancel(), '00'],
      [vmcBlock.poll(), '06 06'],
      [vmcBlock.sessionComplete(), '00'],
      [vmcBlock.poll(), '07 07'],
      () => expect(reader.approve(150)).toBe(false),
    ]);
    expect(events).toContainEqual({ event: 'vendCancel' });
  });
  test('#13: nobody pays', () => {
    const { reader, say } = play([]);
    say([
      [vmcBlock.vendRequest(150, 5), '00'],
      () => expect(reader.deny()).toBe(true),
      [vmcBlock.poll(), '06 06'],
      [vmcBlock.sessionComplete(), '00'],
      [vmcBlock.poll(), '07 07'],
      () => expect(reader.approve(150)).toBe(false),
    ]);
  });
});

describe('what a reader must survive', () => {
  test('a failed vend is acknowledged', () => {
    const { reader, events, say } = play([]);
    say([
      [vmcBlock.vendRequest(150, 5), '00'],
      () => reader.approve(150),
      [vmcBlock.poll(), '05 00 96 9B'],
      [vmcBlock.vendFailure(), '00'],
    ]);
    expect(events.at(-2)).toEqual({ event: 'vendFailure' });
  });
  test('the same request again is no second choice', () => {
    const { events, say } = play([]);
    say([
      [vmcBlock.vendRequest(150, 5), '00'],
      [vmcBlock.vendRequest(150, 5), '00'],
      [vmcBlock.poll(), '00'],
    ]);
    expect(events.filter(({ event }) => event === 'vendRequest')).toHaveLength(1);
  });
  test('a reset after the approval says that it stood', () => {
    const { reader, events, say } = play([]);
    say([[vmcBlock.vendRequest(150, 5), '00'], () => reader.approve(150), [vmcBlock.poll(), '05 00 96 9B'], [vmcBlock.reset(), '00']]);
    expect(events).toContainEqual({ event: 'reset', approvalStood: true });
    expect(reader.state()).toBe('inactive');
  });
  test('a reset switches Always Idle off until it is enabled again', () => {
    const { say } = play([]);
    say([
      [vmcBlock.reset(), '00'],
      [vmcBlock.poll(), '00 00'],
      [vmcBlock.setupConfig(3, 16, 2, 1), '01 03 13 92 01 00 78 09 2B'],
      [vmcBlock.setupPrices(0xffff, 0), '00'],
      [vmcBlock.enable(), '00'],
      [vmcBlock.vendRequest(150, 5), '00'],
      [vmcBlock.poll(), '0B 0B'],
    ]);
  });
  test('an approval can be given once', () => {
    const { reader, say } = play([]);
    say([
      [vmcBlock.vendRequest(150, 5), '00'],
      () => expect([reader.approve(150), reader.approve(150), reader.deny()]).toEqual([true, false, false]),
    ]);
  });
  test('blocks with wrong checksums and of other devices stay unanswered', () => {
    const { reader } = play([]);
    expect(reader.receive(bytesOf('12 13'))).toBeNull();
    expect(reader.receive(bytesOf('0B 0B'))).toBeNull();
    expect(reader.receive(vmcBlock.poll(0x60))).toBeNull();
  });
});
