/** What the controller tells of itself and what a kiosk only writes down: cash, its keypad's menu, its display. Pure. */
import type { LogFields } from '../../app/ports.ts';
import { COMMAND, long } from './codec.ts';

export interface Notice {
  readonly event: string;
  readonly fields: LogFields;
}

/** 4.1.1: who brought the money. */
const MONEY = ['unknown', 'bill', 'coin', 'icCard', 'bankCard', 'wechat', 'alipay', 'jingdong', 'swallowed', 'unionScan'];

/** Null: no notice, but the answer to a question. */
export function readNotice(command: number, text: Uint8Array): Notice | null {
  switch (command) {
    case COMMAND.selectionStatus:
    case COMMAND.menuAnswer:
      return null;
    case COMMAND.moneyNotice:
      return { event: 'vmc.money', fields: { kind: MONEY[text[0] ?? 0] ?? 'unknown', amount: long(text, 1) } };
    case COMMAND.currentAmount:
      return { event: 'vmc.credit', fields: { amount: long(text, 0) } };
    case COMMAND.display:
      return { event: 'vmc.display', fields: { text: printable(text.subarray(0, 16)) } };
    case COMMAND.callMenu:
      return { event: 'vmc.menuCalled', fields: {} };
    case COMMAND.fullyLoaded:
      return { event: 'vmc.fullyLoaded', fields: {} };
    case COMMAND.setPrice:
    case COMMAND.setInventory:
    case COMMAND.setCapacity:
    case COMMAND.setProduct:
      return { event: 'vmc.setAtMachine', fields: { command, text: Buffer.from(text).toString('hex') } };
    default:
      return { event: 'vmc.notice', fields: { command, text: Buffer.from(text).toString('hex') } };
  }
}

const printable = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ''))
    .join('')
    .trim();
