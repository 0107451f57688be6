/** Reads PayPay's transaction file as it arrives and compares it with our orders, page by page, in the archive's thread. */
import { pipeline, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import iconv from 'iconv-lite';
import { dayName, japanDay, type JapanDay } from '../../app/operator/japan-time.ts';
import {
  addRow,
  compare,
  type Comparison,
  type Difference,
  type PayPaySums,
  type Reader,
  readerFor,
} from '../../app/operator/reconcile.ts';
import type { OrderPage } from '../../app/operator/archive.ts';
import type { OrderSummary } from '../../app/operator/summary.ts';
import { NotPayPayFile } from './not-paypay-file.ts';

export const LARGEST_FILE_bytes = 64 * 1024 * 1024;
const HEADER_within_lines = 10;
const PROBLEMS_max = 50;
const DIFFERENCES_max = 500;
const PAGE = 200;

/** The archive's own questions, asked where they are answered. */
export interface ComparedOrders {
  find(ids: readonly string[]): readonly OrderSummary[];
  moved(from: JapanDay, to: JapanDay, after: string | null, limit: number): OrderPage;
}

/**
 * @param terminalId of this kiosk: lines of other terminals count only when they are about an order of ours
 * @throws NotPayPayFile
 */
export async function comparePayments(
  file: AsyncIterable<Uint8Array>,
  orders: ComparedOrders,
  terminalId: string | undefined,
): Promise<Comparison> {
  const { byPayment, days, problems, unread } = await readFile(file, terminalId).catch((error: unknown) => {
    throw error instanceof CsvError ? new NotPayPayFile(error.message.slice(0, 200)) : error;
  });
  const differences: Difference[] = [];
  let [differ, rows, others] = [0, 0, 0];
  const differs = (found: readonly Difference[]): void => {
    differ += found.length;
    differences.push(...found.slice(0, DIFFERENCES_max - differences.length));
  };
  if (days === null) return { rows, others, from: null, to: null, differences, differ, problems, unread, agrees: false };
  const seen = new Set<string>();
  const payments = [...byPayment.values()];
  for (let at = 0; at < payments.length; at += PAGE) {
    const page = payments.slice(at, at + PAGE);
    const found = orders.find(
      page.flatMap(({ merchantPaymentId, paymentId }) => (merchantPaymentId ? [merchantPaymentId, paymentId] : [paymentId])),
    );
    const byId = new Map<string, OrderSummary>(found.flatMap((order) => idsOf(order).map((id): [string, OrderSummary] => [id, order])));
    for (const theirs of page) {
      const ours = byId.get(theirs.merchantPaymentId) ?? byId.get(theirs.paymentId) ?? null;
      if (ours === null && theirs.elsewhere) {
        others += theirs.rows;
        continue;
      }
      rows += theirs.rows;
      if (ours !== null) seen.add(ours.orderId);
      differs(compare(theirs, ours, days));
    }
    await turn();
  }
  let after: string | null = null;
  do {
    const page = orders.moved(days.from, days.to, after, PAGE);
    for (const order of page.orders) if (!seen.has(order.orderId)) differs(compare(null, order, days));
    after = page.next;
    await turn();
  } while (after !== null);
  const agrees = rows > 0 && unread === 0 && differ === 0;
  return { rows, others, from: dayName(days.from), to: dayName(days.to), differences, differ, problems, unread, agrees };
}

const idsOf = ({ merchantPaymentId, payment }: OrderSummary): string[] =>
  payment === null ? [merchantPaymentId] : [merchantPaymentId, payment.paymentId];

/** Added up while it is read: of a month of sales only the sums stay. */
async function readFile(file: AsyncIterable<Uint8Array>, terminalId: string | undefined) {
  const byPayment = new Map<string, PayPaySums>();
  const problems: string[] = [];
  let unread = 0;
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let reader: Reader | null = null;
  let lines = 0;
  // A byte order mark or valid UTF-8 says UTF-8; PayPay's own file is Shift_JIS.
  const text = decoded(bounded(file));
  const records = parse({ relax_column_count: true, relax_quotes: true, skip_empty_lines: true, max_record_size: 65_536 });
  // What goes wrong on the way comes out at the end of the line.
  pipeline(Readable.from(text), records, () => {});
  for await (const record of records as AsyncIterable<string[]>) {
    lines += 1;
    if (reader === null) {
      reader = readerFor(record);
      if (reader === null && lines >= HEADER_within_lines) break;
      continue;
    }
    const { at_ms, row, problem } = reader.line(record);
    if (at_ms !== null) {
      const day = japanDay(at_ms);
      [from, to] = [Math.min(from, day), Math.max(to, day)];
    }
    if (problem !== null) {
      unread += 1;
      if (problems.length < PROBLEMS_max) problems.push(`${lines}: ${problem}`);
    }
    if (row !== null) byPayment.set(row.paymentId, addRow(byPayment.get(row.paymentId), row, terminalId));
  }
  if (reader === null)
    throw new NotPayPayFile('no line with the columns 取引番号 (or 決済番号), 取引ステータス, 取引日時 and 取引金額 was found');
  return { byPayment, days: from <= to ? { from, to } : null, problems, unread };
}

async function* bounded(file: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of file) {
    bytes += chunk.length;
    if (bytes > LARGEST_FILE_bytes) throw new NotPayPayFile(`larger than ${LARGEST_FILE_bytes / 1024 / 1024} MB`);
    yield Buffer.from(chunk);
  }
}

async function* decoded(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let decoder: { write(chunk: Buffer): string; end(): string | undefined } | null = null;
  for await (const chunk of chunks) {
    decoder ??= iconv.getDecoder(isUtf8Start(chunk) ? 'utf8' : 'cp932');
    yield decoder.write(chunk);
  }
  yield decoder?.end() ?? '';
}

/** The header names are Japanese, so the first bytes decide; a character cut at the end of the chunk does not count. */
function isUtf8Start(chunk: Buffer): boolean {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    decoder.decode(chunk.subarray(0, 4096), { stream: true });
    return true;
  } catch {
    return false;
  }
}
