/** Blocks and dialogues of NAMA's MDB/ICP 4.2, against the reader's side. */
import fc from 'fast-check';
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

/** Golden blocks of the standard's examples, every byte explained. The last one is the checksum: the low byte of the sum before it. */
const GOLDEN = {
  reset: `
    10  # cashless 1 (10h), command 0: RESET
    10  # checksum`,
  setupConfig: `
    11  # 10h + 1: SETUP
    00  # configuration data
    03  # the controller's level
    10  # 16 columns
    02  # 2 rows
    01  # full ASCII
    27  # checksum`,
  setupPrices: `
    11     # SETUP
    01     # highest and lowest price
    FF FF  # highest: not known
    00 00  # lowest
    10     # checksum`,
  poll: `
    12  # 10h + 2: POLL
    12  # checksum`,
  vendRequest: `
    13     # 10h + 3: VEND
    00     # request
    00 96  # price 150
    00 05  # item 5
    AE     # checksum`,
  vendCancel: `
    13  # VEND
    01  # cancel
    14  # checksum`,
  vendSuccess: `
    13     # VEND
    02     # success
    00 05  # item 5
    1A     # checksum`,
  vendFailure: `
    13  # VEND
    03  # failure
    16  # checksum`,
  sessionComplete: `
    13  # VEND
    04  # session complete
    17  # checksum`,
  cashSale: `
    13     # VEND
    05     # cash sale
    00 96  # price 150
    00 05  # item 5
    B3     # checksum`,
  disable: `
    14  # 10h + 4: READER
    00  # disable
    14  # checksum`,
  enable: `
    14  # READER
    01  # enable
    15  # checksum`,
  cancel: `
    14  # READER
    02  # cancel
    16  # checksum`,
  dataEntry: `
    14                       # READER
    03                       # data entry response
    31 32 00 00 00 00 00 00  # the keys "12"
    7A                       # checksum`,
  revalueRequest: `
    15     # 10h + 5: REVALUE
    00     # request
    00 64  # 100
    79     # checksum`,
  revalueLimit: `
    15  # REVALUE
    01  # limit
    16  # checksum`,
  identify: `
    17                                   # 10h + 7: EXPANSION
    00                                   # request id
    56 4D 43                             # manufacturer "VMC"
    31 20 20 20 20 20 20 20 20 20 20 20  # serial number "1"
    53 20 20 20 20 20 20 20 20 20 20 20  # model "S"
    01 00                                # software 1.0
    42                                   # checksum`,
  writeTime: `
    17                             # EXPANSION
    03                             # write time and date
    26 01 05 12 30 00 01 01 00 00  # 2026-01-05 12:30:00, day 1 of week 1, winter, no holiday (BCD)
    8A                             # checksum`,
  enableOptions: `
    17           # EXPANSION
    04           # enable options
    00 00 00 20  # bit 5: Always Idle
    3B           # checksum`,
  diagnostics: `
    17  # EXPANSION
    FF  # diagnostics
    16  # checksum`,
} as const;
const TIME = [0x26, 0x01, 0x05, 0x12, 0x30, 0x00, 0x01, 0x01, 0x00, 0x00];

describe('blocks of the controller', () => {
  test.each([
    ['RESET', vmcBlock.reset(), GOLDEN.reset, { command: 'reset' }],
    [
      'SETUP level 3, 16×2, ASCII',
      vmcBlock.setupConfig(3, 16, 2, 1),
      GOLDEN.setupConfig,
      { command: 'setupConfig', level: 3, columns: 16, rows: 2 },
    ],
    ['SETUP prices', vmcBlock.setupPrices(0xffff, 0), GOLDEN.setupPrices, { command: 'setupPrices', most: 0xffff, least: 0 }],
    ['POLL', vmcBlock.poll(), GOLDEN.poll, { command: 'poll' }],
    ['VEND REQUEST 150, item 5', vmcBlock.vendRequest(150, 5), GOLDEN.vendRequest, { command: 'vendRequest', price: 150, item: 5 }],
    ['VEND CANCEL', vmcBlock.vendCancel(), GOLDEN.vendCancel, { command: 'vendCancel' }],
    ['VEND SUCCESS', vmcBlock.vendSuccess(5), GOLDEN.vendSuccess, { command: 'vendSuccess', item: 5 }],
    ['VEND FAILURE', vmcBlock.vendFailure(), GOLDEN.vendFailure, { command: 'vendFailure' }],
    ['SESSION COMPLETE', vmcBlock.sessionComplete(), GOLDEN.sessionComplete, { command: 'sessionComplete' }],
    ['CASH SALE', vmcBlock.cashSale(150, 5), GOLDEN.cashSale, { command: 'cashSale', price: 150, item: 5 }],
    ['READER DISABLE', vmcBlock.disable(), GOLDEN.disable, { command: 'disable' }],
    ['READER ENABLE', vmcBlock.enable(), GOLDEN.enable, { command: 'enable' }],
    ['READER CANCEL', vmcBlock.cancel(), GOLDEN.cancel, { command: 'cancel' }],
    ['DATA ENTRY RESPONSE', vmcBlock.dataEntry([0x31, 0x32, 0, 0, 0, 0, 0, 0]), GOLDEN.dataEntry, { command: 'dataEntry' }],
    ['REVALUE REQUEST', vmcBlock.revalueRequest(100), GOLDEN.revalueRequest, { command: 'revalueRequest' }],
    ['REVALUE LIMIT', vmcBlock.revalueLimit(), GOLDEN.revalueLimit, { command: 'revalueLimit' }],
    ['REQUEST ID', vmcBlock.identify('VMC', '1', 'S'), GOLDEN.identify, { command: 'identify' }],
    ['WRITE TIME/DATE', vmcBlock.writeTime(TIME), GOLDEN.writeTime, { command: 'writeTime' }],
    [
      'ENABLE OPTIONS: Always Idle',
      vmcBlock.enableOptions(ALWAYS_IDLE),
      GOLDEN.enableOptions,
      { command: 'enableOptions', options: ALWAYS_IDLE },
    ],
    ['DIAGNOSTICS', vmcBlock.diagnostics(), GOLDEN.diagnostics, { command: 'diagnostics' }],
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

const ANSWERS = {
  config: `
    01     # READER CONFIG
    03     # level 3
    13 92  # ISO 4217 number 392 (yen), BCD behind a 1
    01     # scale factor 1
    00     # no decimals
    78     # 120 s until our answer (Z7)
    09     # refunds (bit 0), cash sale reports (bit 3)
    2B     # checksum`,
  session: `
    03           # BEGIN SESSION
    FF FF        # funds: not known
    FF FF FF FF  # media id: none
    00           # payment type: normal
    00 00        # payment data
    FD           # checksum`,
  sessionLevel1: `
    03     # BEGIN SESSION
    FF FF  # funds: not known
    01     # checksum`,
  approved: `
    05     # VEND APPROVED
    00 96  # 150
    9B     # checksum`,
  denied: `
    06  # VEND DENIED
    06  # checksum`,
  malfunction: `
    0A  # MALFUNCTION
    C0  # C: refund error
    CA  # checksum`,
  outOfSequence: `
    0B  # COMMAND OUT OF SEQUENCE
    0B  # checksum`,
  identity: `
    09                                   # PERIPHERAL ID
    50 50 59                             # manufacturer "PPY"
    30 30 30 30 30 30 30 30 30 30 30 31  # serial number "000000000001"
    51 52 2D 4B 49 4F 53 4B 2D 30 30 31  # model "QR-KIOSK-001"
    01 00                                # software 1.0
    00 00 00 20                          # offers bit 5: Always Idle
    73                                   # checksum`,
} as const;

describe('blocks of the reader', () => {
  test.each<[string, readonly number[], string]>([
    ['READER CONFIG, yen, scale 1, no decimals, 120 s', readerBlock.config(392, 1, 0, 120), ANSWERS.config],
    ['BEGIN SESSION, funds unknown', readerBlock.beginSession(0xffff, 3), ANSWERS.session],
    ['BEGIN SESSION, level 1', readerBlock.beginSession(0xffff, 1), ANSWERS.sessionLevel1],
    ['VEND APPROVED 150', readerBlock.approved(150), ANSWERS.approved],
    ['VEND DENIED', readerBlock.denied, ANSWERS.denied],
    ['MALFUNCTION: refund error', readerBlock.malfunction(0xc0), ANSWERS.malfunction],
    ['COMMAND OUT OF SEQUENCE', readerBlock.outOfSequence, ANSWERS.outOfSequence],
    ['PERIPHERAL ID', readerBlock.identity('PPY', '000000000001', 'QR-KIOSK-001', ALWAYS_IDLE), ANSWERS.identity],
  ])('%s', (_, block, golden) => {
    expect(sealBlock(...block)).toEqual(bytesOf(golden));
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

describe('disabled in the middle of a session', () => {
  test('the session is finished, and then the reader is out of use', () => {
    const { reader, say } = play([]);
    say([
      [vmcBlock.vendRequest(150, 5), '00'],
      () => reader.approve(150),
      [vmcBlock.disable(), '00'],
      [vmcBlock.poll(), '05 00 96 9B'],
      [vmcBlock.vendSuccess(5), '00'],
      [vmcBlock.sessionComplete(), '00'],
      [vmcBlock.poll(), '07 07'],
      () => expect(reader.state()).toBe('disabled'),
      [vmcBlock.enable(), '00'],
      () => expect(reader.state()).toBe('enabled'),
    ]);
  });
  test('enabling again must wait for the end of a vend', () => {
    const { reader, say } = play([]);
    say([
      [vmcBlock.vendRequest(150, 5), '00'],
      [vmcBlock.disable(), '00'],
      [vmcBlock.enable(), '00'],
      [vmcBlock.poll(), '0B 0B'],
    ]);
    expect(reader.state()).toBe('vend');
  });
});

test('what needs no more than an acknowledgement gets one', () => {
  const { say } = play([]);
  say([
    [vmcBlock.writeTime(TIME), '00'],
    [vmcBlock.dataEntry([0x31, 0x32, 0, 0, 0, 0, 0, 0]), '00'],
    [vmcBlock.diagnostics(), 'FF FF'],
    [vmcBlock.poll(), '00'],
  ]);
});

describe('whatever comes on the bus', () => {
  const config = { currency: 392, scale: 1, decimals: 0, responseTime_s: 120, alwaysIdle: true };
  const valid = fc.constantFrom(...Object.values(GOLDEN).map(bytesOf));
  const sealed = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 40 }).map((bytes) => sealBlock(...bytes));
  const noise = fc.uint8Array({ maxLength: 80 });
  /** A block that was cut somewhere, or has another one's rest behind it. */
  const cut = fc.tuple(valid, valid, fc.nat(36), fc.nat(36)).map(([a, b, at, from]) => Uint8Array.of(...a.slice(0, at), ...b.slice(from)));

  test('is answered with silence, an ACK, or one block that the bus knows', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(valid, sealed, noise, cut), { maxLength: 60 }), (blocks) => {
        const reader = createReader(config, () => undefined);
        for (const block of blocks) {
          const answer = reader.receive(block);
          if (answer === null || (answer.length === 1 && answer[0] === 0)) continue;
          expect(answer.length).toBeLessThanOrEqual(36);
          expect(openBlock(answer)).not.toBeNull();
        }
      }),
      { numRuns: 1000 },
    );
  });
  test('a block with a wrong byte is never answered', () => {
    fc.assert(
      fc.property(valid, fc.nat(), fc.integer({ min: 1, max: 255 }), (block, at, by) => {
        const spoilt = block.slice();
        spoilt[at % block.length] = ((spoilt[at % block.length] as number) + by) & 0xff;
        expect(createReader(config, () => undefined).receive(spoilt)).toBeNull();
      }),
    );
  });
  test('commands that are never polled for do not pile up', () => {
    const reader = createReader(config, () => undefined);
    for (let i = 0; i < 10_000; i += 1) reader.receive(vmcBlock.cancel());
    let polls = 0;
    while (reader.receive(vmcBlock.poll())?.length !== 1) polls += 1;
    expect(polls).toBeLessThan(5);
  });
});
