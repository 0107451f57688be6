/** Frames published by others: the protocol's own document, and captures from machines in the street. Every byte is explained. */
import { describe, expect, test } from 'vitest';
import {
  ACK,
  checkSelection,
  COMMAND,
  drive,
  encodeFrame,
  POLL,
  readDispensing,
  readMachineStatus,
  readSelectionInfo,
  readStoredStock,
  wordBytes,
} from '../../../hardware/xy-vmc/codec.ts';
import { createDeframer } from '../../../hardware/xy-vmc/deframer.ts';
import { bytesOf } from '../frames.ts';

const POLL_FRAME = `
  FA FB  # start
  41     # POLL
  00     # no body
  40     # xor
`;
const ACK_FRAME = `
  FA FB  # start
  42     # ACK
  00     # no body
  43     # xor
`;
const SYNCHRONISE = `
  FA FB  # start
  31     # synchronise
  01     # body: packNo only
  01     # packNo 1
  30     # xor
`;
const CHECK_13 = `
  FA FB  # start
  01     # check selection
  03     # three bytes (the document says 4)
  01     # packNo 1
  00 0D  # selection 13
  0F     # xor
`;
const CHECK_13_PADDED = `
  FA FB 01
  04          # as the document has it
  01 00 0D
  00          # the byte that makes it 4
  08          # xor
`;
const BUY_13 = `
  FA FB
  03     # select to buy
  03 01 00 0D
  0D     # xor
`;
const DRIVE_13 = `
  FA FB
  06     # drive directly
  05
  01     # packNo 1
  01     # watch the drop sensor
  00     # no elevator
  00 0D  # selection 13
  0F     # xor
`;
const CAPTURED_DRIVE_60 = `
  FA FB 06 05
  A6     # packNo 166
  01     # watch the drop sensor
  00     # no elevator
  00 3C  # selection 60
  99     # xor
`;
const CAPTURED_STARTED = `
  FA FB
  04     # dispensing status
  04     # the document says 5 or 3; machines send 4
  A3     # the controller's own packNo, not ours
  01     # dispensing
  00 3C  # selection 60
  9F     # xor
`;
const CAPTURED_DELIVERED = `
  FA FB 04 04
  A4     # next packNo
  02     # delivered
  00 3C
  9B     # xor
`;
const CAPTURED_JAMMED_SLOT = `
  FA FB
  11           # selection info
  0C           # twelve bytes
  41           # packNo 65
  00 01        # selection 1
  00 00 26 AC  # price 9900
  04           # stock 4: a jam takes nothing off
  04           # capacity 4
  00 01        # product 1
  03           # status 3, as seen after a jam
  D4           # xor
`;
const CAPTURED_MACHINE = `
  FA FB
  52                             # machine status
  21                             # 33 bytes
  B5                             # packNo 181
  00 00 00                       # bill, coin, card: fine
  00                             # temperature control: fine
  00                             # temperature
  00                             # door closed
  00 00 00 00                    # bills for change
  00 00 00 00                    # coins for change
  30 30 30 30 30 30 30 30 30 30  # machine id "0000000000"
  AA AA AA AA AA AA AA AA        # eight sensors, none read
  C7                             # xor
`;
const ASK_JAMMED = `
  FA FB
  70     # menu
  03 01  # packNo 1
  32 00  # query jammed selections
  41     # xor
`;
const CANCEL_SELECTION = `
  FA FB
  05     # select
  03 01
  00 00  # selection 0: cancel
  06     # xor
`;

describe('what we send', () => {
  test.each([
    ['POLL', POLL, POLL_FRAME],
    ['ACK', ACK, ACK_FRAME],
    ['synchronise', encodeFrame(COMMAND.synchronise, 1), SYNCHRONISE],
    ['check selection 13', encodeFrame(COMMAND.checkSelection, 1, checkSelection(13, false)), CHECK_13],
    ['check selection 13, padded', encodeFrame(COMMAND.checkSelection, 1, checkSelection(13, true)), CHECK_13_PADDED],
    ['buy 13', encodeFrame(COMMAND.buy, 1, wordBytes(13)), BUY_13],
    ['drive 13', encodeFrame(COMMAND.drive, 1, drive(13, true, false)), DRIVE_13],
    ['drive 60, captured', encodeFrame(COMMAND.drive, 0xa6, drive(60, true, false)), CAPTURED_DRIVE_60],
    ['ask for jammed selections', encodeFrame(COMMAND.menu, 1, [0x32, 0]), ASK_JAMMED],
    ['cancel a selection', encodeFrame(COMMAND.select, 1, [0, 0]), CANCEL_SELECTION],
  ])('%s', (_, sent, golden) => {
    expect(sent).toEqual(bytesOf(golden));
  });
});

describe('what we read', () => {
  const textOf = (golden: string) => {
    const counts = { badChecksums: 0, garbageBytes: 0 };
    const frames = createDeframer(counts).push(bytesOf(golden));
    expect(frames).toHaveLength(1);
    expect(counts).toEqual({ badChecksums: 0, garbageBytes: 0 });
    return frames[0]?.text as Uint8Array;
  };
  test('statuses of a captured vend', () => {
    expect(readDispensing(textOf(CAPTURED_STARTED))).toEqual({ status: 1, selection: 60 });
    expect(readDispensing(textOf(CAPTURED_DELIVERED))).toEqual({ status: 2, selection: 60 });
  });
  test('a slot after a jam', () => {
    expect(readSelectionInfo(textOf(CAPTURED_JAMMED_SLOT))).toEqual({
      ...{ selection: 1, price: 9900, stock: 4, capacity: 4, product: 1, status: 3 },
    });
  });
  test('a machine without thermometers', () => {
    expect(readMachineStatus(textOf(CAPTURED_MACHINE))).toEqual({
      ...{ temperatureFault: false, doorOpen: false, machineId: '0000000000', temperature_c: null },
    });
  });
  test('a cold machine: sensors are signed', () => {
    const text = textOf(CAPTURED_MACHINE);
    text[24] = 0xfb;
    expect(readMachineStatus(text)?.temperature_c).toBe(-5);
  });
  test('the stored stock of a selection (4.5.11)', () => {
    expect(readStoredStock(bytesOf('42 00  00 00 00 96  00 05  0A  00 03  01 00 00 00'))).toBe(5);
    expect(readStoredStock(bytesOf('32 00  00 01'))).toBeNull();
  });
});
