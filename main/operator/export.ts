/** Orders of some days as a table or as JSON, page by page: what is written was read a moment before, and nothing piles up. */
import iconv from 'iconv-lite';
import type { Archive } from '../../app/operator/archive.ts';
import type { OrderExport } from '../../app/operator/commands.ts';
import { dateTime, dayNamed } from '../../app/operator/japan-time.ts';
import { moneyOf, type OrderSummary } from '../../app/operator/summary.ts';

const PAGE_orders = 1000;

type Cell = string | number;
const COLUMNS: readonly (readonly [name: string, of: (order: OrderSummary) => Cell])[] = [
  ['注文番号', (order) => order.orderNumber],
  ['注文日時', (order) => dateTime(order.openedAt_ms)],
  ['支払日時', (order) => optional(moneyOf(order).takenAt_ms)],
  ['商品', (order) => order.lines.map((line) => `${line.name.ja}@${line.slot}${line.state === 'succeeded' ? '' : '×'}`).join(' ')],
  ['受取額', (order) => moneyOf(order).taken_jpy],
  ['商品額', (order) => moneyOf(order).dispensed_jpy],
  ['返金額', (order) => moneyOf(order).returned_jpy],
  ['返金日時', (order) => optional(moneyOf(order).returnedAt_ms)],
  ['結果', (order) => order.closed?.result ?? 'open'],
  ['返金者', (order) => order.reopened?.by ?? ''],
  ['返金理由', (order) => order.reopened?.reason ?? ''],
  ['PayPay決済番号', (order) => order.payment?.paymentId ?? ''],
  ['加盟店決済ID', (order) => order.merchantPaymentId],
];
const optional = (at_ms: number | null): string => (at_ms === null ? '' : dateTime(at_ms));

function cell(value: Cell): string {
  // A spreadsheet takes text that starts like this for a formula (CWE-1236).
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
const line = (cells: readonly Cell[]): string => `${cells.map(cell).join(',')}\r\n`;

export interface ExportFile {
  readonly name: string;
  readonly type: string;
  readonly body: AsyncGenerator<Buffer>;
}

/**
 * Orders whose money moved on these days: what was taken, and what only went back. The sums of a day's file are those of its day close.
 * `csv` is UTF-8 with the byte order mark that Excel wants; `csv-sjis` is for accounting programs; `json` is one array.
 */
export function exportOrders(archive: Archive, { from, to, format }: OrderExport): ExportFile {
  const stem = `jihanki-${from}${from === to ? '' : `_${to}`}`;
  const json = format === 'json';
  const encode = (text: string): Buffer => (format === 'csv-sjis' ? iconv.encode(text, 'cp932') : Buffer.from(text));

  async function* pages(): AsyncGenerator<readonly OrderSummary[]> {
    const [first, last] = [dayNamed(from) ?? 0, dayNamed(to) ?? 0];
    let after: string | null = null;
    do {
      const page = await archive.moved(first, last, after, PAGE_orders);
      yield page.orders;
      after = page.next;
    } while (after !== null);
  }

  async function* body(): AsyncGenerator<Buffer> {
    if (json) {
      let separator = '[\n';
      for await (const orders of pages()) {
        const text = orders.map((order) => {
          const row = `${separator}${JSON.stringify({ ...order, ...moneyOf(order) })}`;
          separator = ',\n';
          return row;
        });
        yield encode(text.join(''));
      }
      yield encode(separator === '[\n' ? '[]\n' : '\n]\n');
      return;
    }
    yield encode(`${format === 'csv' ? '\uFEFF' : ''}${line(COLUMNS.map(([name]) => name))}`);
    for await (const orders of pages()) yield encode(orders.map((order) => line(COLUMNS.map(([, of]) => of(order)))).join(''));
  }

  return {
    name: `${stem}.${json ? 'json' : 'csv'}`,
    type: json ? 'application/json' : `text/csv; charset=${format === 'csv-sjis' ? 'Shift_JIS' : 'utf-8'}`,
    body: body(),
  };
}
