/** Reads PayPay's transaction file as it arrives and compares it with our orders, page by page. */
import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import iconv from 'iconv-lite';
import type { Archive } from '../../app/operator/archive.ts';
import { compare, type Difference, type PayPayRow, type Reader, readerFor, sumsOf } from '../../app/operator/reconcile.ts';
import { dayName } from '../../app/operator/japan-time.ts';
import type { OrderSummary } from '../../app/operator/summary.ts';

export interface Comparison {
  readonly rows: number;
  /** Of other terminals: not looked at. */
  readonly others: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly differences: readonly Difference[];
  /** Lines that could not be read; each says why. */
  readonly problems: readonly string[];
}

export const LARGEST_FILE_bytes = 64 * 1024 * 1024;
const HEADER_within_lines = 10;
const PROBLEMS_max = 50;
const PAGE = 500;

/** The file is not PayPay's transaction file, or too large; the message says which. */
export class NotPayPayFile extends Error {}

/**
 * @param terminalId of this kiosk; rows of other terminals are counted and left alone
 */
export async function comparePayments(
  file: AsyncIterable<Uint8Array>,
  archive: Archive,
  terminalId: string | undefined,
): Promise<Comparison> {
  const { rows, others, problems } = await readRows(file, terminalId);
  const sums = sumsOf(rows);
  if (sums === null) return { rows: 0, others, from: null, to: null, differences: [], problems };
  const { byPayment, from, to } = sums;
  const days = { from, to };
  const differences: Difference[] = [];
  const seen = new Set<string>();
  for (let at = 0; at < byPayment.length; at += PAGE) {
    const page = byPayment.slice(at, at + PAGE);
    const found = await archive.find(
      page.flatMap(({ merchantPaymentId, paymentId }) => (merchantPaymentId ? [merchantPaymentId, paymentId] : [paymentId])),
    );
    const byId = new Map<string, OrderSummary>(found.flatMap((order) => idsOf(order).map((id): [string, OrderSummary] => [id, order])));
    for (const theirs of page) {
      const ours = byId.get(theirs.merchantPaymentId) ?? byId.get(theirs.paymentId) ?? null;
      if (ours !== null) seen.add(ours.orderId);
      differences.push(...compare(theirs, ours, days));
    }
  }
  let after: string | null = null;
  do {
    const page = await archive.moved(from, to, after, PAGE);
    for (const order of page.orders) if (!seen.has(order.orderId)) differences.push(...compare(null, order, days));
    after = page.next;
  } while (after !== null);
  return { rows: rows.length, others, from: dayName(from), to: dayName(to), differences, problems };
}

const idsOf = ({ merchantPaymentId, payment }: OrderSummary): string[] =>
  payment === null ? [merchantPaymentId] : [merchantPaymentId, payment.paymentId];

async function readRows(file: AsyncIterable<Uint8Array>, terminalId: string | undefined) {
  const rows: PayPayRow[] = [];
  const problems: string[] = [];
  let others = 0;
  let reader: Reader | null = null;
  let lines = 0;
  // A byte order mark or valid UTF-8 says UTF-8; PayPay's own file is Shift_JIS.
  const text = decoded(bounded(file));
  const records = Readable.from(text).pipe(
    parse({ relax_column_count: true, relax_quotes: true, skip_empty_lines: true, max_record_size: 65_536 }),
  );
  for await (const record of records as AsyncIterable<string[]>) {
    lines += 1;
    if (reader === null) {
      reader = readerFor(record);
      if (reader === null && lines >= HEADER_within_lines) break;
      continue;
    }
    const row = reader.row(record);
    if (typeof row === 'string') {
      if (problems.length < PROBLEMS_max) problems.push(`${lines}: ${row}`);
    } else if (row !== null && terminalId !== undefined && row.terminalId !== '' && row.terminalId !== terminalId) others += 1;
    else if (row !== null) rows.push(row);
  }
  if (reader === null)
    throw new NotPayPayFile('no line with the columns 取引番号 (or 決済番号), 取引ステータス, 取引日時 and 取引金額 was found');
  return { rows, others, problems };
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
