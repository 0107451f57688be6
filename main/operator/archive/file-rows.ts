/** Orders as lines of a file. Made in the archive's thread: the thread that sells only passes the bytes on. */
import iconv from 'iconv-lite';
import type { OrderExport } from '../../../app/operator/commands.ts';
import { dateTime, type JapanDay } from '../../../app/operator/japan-time.ts';
import type { Money, OrderSummary } from '../../../app/operator/summary.ts';
import { moneyWithin } from '../../../app/operator/tally.ts';

export type FileFormat = OrderExport['format'];

type Cell = string | number;
const COLUMNS: readonly (readonly [name: string, of: (order: OrderSummary, money: Money) => Cell])[] = [
  ['注文番号', (order) => order.orderNumber],
  ['注文日時', (order) => dateTime(order.openedAt_ms)],
  ['支払日時', (_, money) => optional(money.takenAt_ms)],
  ['商品', (order) => order.lines.map((line) => `${line.name.ja}@${line.slot}${line.state === 'succeeded' ? '' : '×'}`).join(' ')],
  ['受取額', (_, money) => money.taken_jpy],
  ['商品額', (_, money) => money.dispensed_jpy],
  ['返金額', (_, money) => money.returned_jpy],
  ['返金日時', (_, money) => optional(money.returnedAt_ms)],
  ['結果', (order) => order.closed?.result ?? 'open'],
  ['返金者', (order) => order.reopened?.by ?? ''],
  ['返金理由', (order) => order.reopened?.reason ?? ''],
  ['PayPay決済番号', (order) => order.payment?.paymentId ?? ''],
  ['加盟店決済ID', (order) => order.merchantPaymentId],
];
const optional = (at_ms: number | null): string => (at_ms === null ? '' : dateTime(at_ms));

function cell(value: Cell): string {
  // A spreadsheet takes text that starts like this for a formula (CWE-1236); a Japanese one reads the wide signs as well.
  const text = typeof value === 'string' && /^[=+\-@\t\r\n＝＋－＠−]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
const line = (cells: readonly Cell[]): string => `${cells.map(cell).join(',')}\r\n`;

/** Signs that Unicode has twice, and Windows' Shift_JIS only as the second: they would become `?`. */
const CP932: Readonly<Record<string, string>> = { '〜': '～', '−': '－', '—': '―', '–': '－', '‖': '∥', '¥': '￥', '¦': '￤' };
const forCp932 = (text: string): string => text.replace(/[〜−—–‖¥¦]/g, (sign) => CP932[sign] ?? sign);

const encode = (text: string, format: FileFormat): Buffer =>
  format === 'csv-sjis' ? iconv.encode(forCp932(text), 'cp932') : Buffer.from(text);

/** `csv` begins with the byte order mark that Excel wants. */
export const fileHead = (format: FileFormat): Buffer =>
  encode(format === 'json' ? '[\n' : `${format === 'csv' ? '\uFEFF' : ''}${line(COLUMNS.map(([name]) => name))}`, format);

/** The sums of a row are what moved from `from` to `to`: an order that was paid on one day and refunded on another is in both files. */
export function fileRows(orders: readonly OrderSummary[], from: JapanDay, to: JapanDay, format: FileFormat): Buffer {
  const each = orders.map((order) => [order, moneyWithin(order, from, to)] as const);
  if (format === 'json') return encode(each.map(([order, money]) => JSON.stringify({ ...order, ...money })).join(',\n'), format);
  return encode(each.map(([order, money]) => line(COLUMNS.map(([, of]) => of(order, money)))).join(''), format);
}
