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
  readSelectionStatus,
  readSetting,
  readStoredStock,
  setting,
  wordBytes,
} from '../../../hardware/xy-vmc/codec.ts';
import type { Setting } from '../../../hardware/xy-vmc/codec.ts';
import { createDeframer } from '../../../hardware/xy-vmc/deframer.ts';
import { readNotice } from '../../../hardware/xy-vmc/notices.ts';
import { elevatorReason } from '../../../hardware/xy-vmc/status.ts';
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
  FA FB  # start
  01     # check selection
  04     # four bytes, as the document has it
  01     # packNo 1
  00 0D  # selection 13
  00     # the byte that makes it 4
  08     # xor
`;
const CAN_SELL_13 = `
  FA FB  # start
  02     # selection status
  04     # four bytes
  01     # the controller's packNo 1
  01     # normal: it can sell
  00 0D  # selection 13
  0A     # xor
`;
const BUY_13 = `
  FA FB  # start
  03     # select to buy
  03     # three bytes
  01     # packNo 1
  00 0D  # selection 13
  0D     # xor
`;
const DRIVE_13 = `
  FA FB  # start
  06     # drive directly
  05     # five bytes
  01     # packNo 1
  01     # watch the drop sensor
  00     # no elevator
  00 0D  # selection 13
  0F     # xor
`;
const CAPTURED_DRIVE_60 = `
  FA FB  # start
  06     # drive directly
  05     # five bytes
  A6     # packNo 166
  01     # watch the drop sensor
  00     # no elevator
  00 3C  # selection 60
  99     # xor
`;
const CAPTURED_STARTED = `
  FA FB  # start
  04     # dispensing status
  04     # four bytes: the document says 5 or 3; machines send 4
  A3     # the controller's own packNo, not ours
  01     # dispensing
  00 3C  # selection 60
  9F     # xor
`;
const CAPTURED_DELIVERED = `
  FA FB  # start
  04     # dispensing status
  04     # four bytes
  A4     # next packNo
  02     # delivered
  00 3C  # selection 60
  9B     # xor
`;
const CAPTURED_JAMMED_SLOT = `
  FA FB        # start
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
  FA FB                          # start
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
  FA FB  # start
  70     # menu
  03     # three bytes
  01     # packNo 1
  32 00  # query jammed selections
  41     # xor
`;
const ASK_STOCK_13 = `
  FA FB  # start
  70     # menu
  05     # five bytes
  01     # packNo 1
  42 00  # query the configuration of a selection
  00 0D  # selection 13
  3A     # xor
`;
const CANCEL_SELECTION = `
  FA FB  # start
  05     # select
  03     # three bytes
  01     # packNo 1
  00 00  # selection 0: cancel
  06     # xor
`;
const KEYPAD_5 = `
  FA FB  # start
  05     # select: a customer pressed a key
  03     # three bytes
  07     # the controller's packNo 7
  00 05  # selection 5
  05     # xor
`;
const PRICE_13 = `
  FA FB        # start
  12           # set price
  07           # seven bytes
  01           # packNo 1
  00 0D        # selection 13
  00 00 00 96  # 150
  8E           # xor
`;
const STOCK_13 = `
  FA FB  # start
  13     # set inventory
  04     # four bytes
  01     # packNo 1
  00 0D  # selection 13
  05     # five left
  1F     # xor
`;
const STOCK_TRAY_2 = `
  FA FB  # start
  13     # set inventory
  04     # four bytes
  01     # packNo 1
  03 EA  # 1002: every selection of tray 2
  05     # five left
  FB     # xor
`;
const CAPACITY_13 = `
  FA FB  # start
  14     # set capacity
  04     # four bytes
  01     # packNo 1
  00 0D  # selection 13
  0A     # ten fit in
  17     # xor
`;
const PRODUCT_13 = `
  FA FB  # start
  15     # set product
  05     # five bytes
  01     # packNo 1
  00 0D  # selection 13
  00 07  # product 7
  1A     # xor
`;
const POLL_INTERVAL = `
  FA FB  # start
  16     # poll interval
  02     # two bytes
  01     # packNo 1
  02     # 200 ms
  16     # xor
`;
const FULLY_LOADED = `
  FA FB  # start
  17     # somebody pressed "fully loaded"
  01     # packNo only
  01     # the controller's packNo 1
  16     # xor
`;
const MONEY = `
  FA FB        # start
  21           # money was put in
  06           # six bytes
  01           # the controller's packNo 1
  01           # a bill
  00 00 03 E8  # 1000
  CD           # xor
`;
const CREDIT = `
  FA FB        # start
  23           # current amount
  05           # five bytes
  01           # the controller's packNo 1
  00 00 03 E8  # 1000
  CD           # xor
`;
const ASK_MACHINE = `
  FA FB  # start
  51     # how is the machine?
  01     # packNo only
  01     # packNo 1
  50     # xor
`;
const ASK_ELEVATOR = `
  FA FB  # start
  53     # how are elevator and delivery door?
  01     # packNo only
  01     # packNo 1
  52     # xor
`;
const ELEVATOR_HOLDS = `
  FA FB  # start
  54     # elevator status
  02     # two bytes
  01     # the controller's packNo 1
  01     # a product lies in it
  57     # xor
`;
const MENU_CALLED = `
  FA FB  # start
  63     # staff call the menu
  01     # packNo only
  01     # the controller's packNo 1
  62     # xor
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
    ['ask for the stock of 13', encodeFrame(COMMAND.menu, 1, [0x42, 0, ...wordBytes(13)]), ASK_STOCK_13],
    ['poll interval of 200 ms', encodeFrame(COMMAND.pollInterval, 1, [2]), POLL_INTERVAL],
    ['ask for the machine', encodeFrame(COMMAND.askMachine, 1), ASK_MACHINE],
    ['ask for the elevator', encodeFrame(COMMAND.askElevator, 1), ASK_ELEVATOR],
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
  test('whether a selection can sell', () => {
    expect(readSelectionStatus(textOf(CAN_SELL_13))).toEqual({ status: 1, selection: 13 });
  });
  test('a key', () => {
    expect([...textOf(KEYPAD_5)]).toEqual(wordBytes(5));
  });
  test.each<[string, number, string, Setting]>([
    ['price', COMMAND.setPrice, PRICE_13, { what: 'price', address: 13, value: 150 }],
    ['stock', COMMAND.setInventory, STOCK_13, { what: 'stock', address: 13, value: 5 }],
    ['stock of a tray', COMMAND.setInventory, STOCK_TRAY_2, { what: 'stock', address: 1002, value: 5 }],
    ['capacity', COMMAND.setCapacity, CAPACITY_13, { what: 'capacity', address: 13, value: 10 }],
    ['product', COMMAND.setProduct, PRODUCT_13, { what: 'product', address: 13, value: 7 }],
  ])('a setting: %s', (_, command, golden, meaning) => {
    expect(readSetting(command, textOf(golden))).toEqual(meaning);
    expect(setting(meaning)).toEqual({ command, text: [...textOf(golden)] });
    expect(readSetting(command, textOf(golden).slice(1))).toBeNull();
  });
  test('an elevator with a product in it', () => {
    expect(elevatorReason(textOf(ELEVATOR_HOLDS)[0] as number)).toBe('productInOutlet');
  });
  test('notices: money, credit, fully loaded, the menu', () => {
    expect(readNotice(COMMAND.moneyNotice, textOf(MONEY))?.fields).toEqual({ kind: 'bill', amount: 1000 });
    expect(readNotice(COMMAND.currentAmount, textOf(CREDIT))?.fields).toEqual({ amount: 1000 });
    expect(readNotice(COMMAND.fullyLoaded, textOf(FULLY_LOADED))?.event).toBe('vmc.fullyLoaded');
    expect(readNotice(COMMAND.callMenu, textOf(MENU_CALLED))?.event).toBe('vmc.menuCalled');
  });
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
