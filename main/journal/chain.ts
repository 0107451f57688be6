/** The checksum that ties every row to the one before it, and the head to the last one. */
import { hash } from 'node:crypto';
import { JournalError, type JournalRow } from '../../app/ports.ts';

/** A row as it stands in the table. */
export interface StoredRow {
  readonly seq: number;
  readonly at_ms: number;
  readonly monotonic_ms: number;
  readonly boot_id: string;
  readonly stream: 'order' | 'shop';
  readonly order_id: string | null;
  readonly type: string;
  readonly once_key: string | null;
  readonly event_version: number;
  readonly event: string;
  readonly hash: Uint8Array;
}

export interface Head {
  /** Of the last row; 0 in an empty journal. */
  readonly seq: number;
  readonly hash: Uint8Array;
  /** How many orders were ever opened. */
  readonly orders: number;
  /** How many of them still need somebody. */
  readonly open: number;
  /** How many of the shop's rows still matter. */
  readonly shop: number;
  /** The chain was proved from the first row to this one. */
  readonly signed: number;
}

const NOTHING = new Uint8Array(32);
export const EMPTY_HEAD: Head = { seq: 0, hash: NOTHING, orders: 0, open: 0, shop: 0, signed: 0 };

const sha256 = (previous: Uint8Array, fields: readonly unknown[]): Uint8Array =>
  hash('sha256', Buffer.concat([previous, Buffer.from(JSON.stringify(fields))]), 'buffer');

/** @returns the checksum of a row that follows one with the checksum `previous` */
export const rowHash = (previous: Uint8Array, row: Omit<StoredRow, 'hash'>): Uint8Array =>
  sha256(previous, [
    row.seq,
    row.at_ms,
    row.monotonic_ms,
    row.boot_id,
    row.stream,
    row.order_id,
    row.type,
    row.once_key,
    row.event_version,
    row.event,
  ]);

export const headSum = (head: Head): Uint8Array => sha256(head.hash, [head.seq, head.orders, head.open, head.shop, head.signed]);

/** Also false for what a damaged file shows in place of a checksum. */
export const sameHash = (a: unknown, b: unknown): boolean =>
  a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;

/**
 * Proves one row against the checksum of the row before it.
 * @param previous null for the first row
 * @throws JournalError `corrupt`, naming the row
 */
export function proveRow(row: StoredRow, previous: Uint8Array | null): void {
  if (previous === null ? row.seq !== 1 : row.seq <= 1) throw damaged(row.seq, 'the row before it is missing');
  // STRICT tables hold for what is written, not for what a flipped bit makes of it.
  if (previous !== null && !(previous instanceof Uint8Array)) throw damaged(row.seq - 1, 'its checksum is none');
  if (!sameHash(rowHash(previous ?? NOTHING, row), row.hash)) throw damaged(row.seq, 'its checksum does not match');
}

export const damaged = (seq: number, why: string): JournalError => new JournalError('corrupt', `row ${seq} is damaged: ${why}`);

/** The row as the rest of the program knows it. Only for rows that were proved. */
export function journalRow(row: StoredRow): JournalRow {
  const { seq, at_ms, monotonic_ms, boot_id: bootId } = row;
  const event: unknown = JSON.parse(row.event);
  const stream = row.stream === 'order' ? { stream: 'order', orderId: row.order_id } : { stream: 'shop' };
  return { ...stream, event, seq, at_ms, monotonic_ms, bootId } as JournalRow;
}
