/**
 * Questions about many orders. Answered from tables that follow from the journal and can be made anew from it at any
 * time (`main/operator/archive`); what one order did is always asked of the journal itself.
 */
import type { ShopEvent } from '../catalogue/events.ts';
import type { JapanDay } from './japan-time.ts';
import type { OrderSummary } from './summary.ts';
import type { Tally } from './tally.ts';

export interface OrderSearch {
  /** Any of these matches; empty = every order. */
  readonly any: readonly Criterion[];
  /** Opened at this moment or later. */
  readonly from_ms?: number | undefined;
  /** Opened before this moment. */
  readonly to_ms?: number | undefined;
  readonly result?: string | undefined;
  readonly attention: boolean;
  /** {@link OrderPage.next} of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}
export type Criterion =
  { readonly by: 'orderId' | 'orderNumber' | 'paymentId'; readonly is: string } | { readonly by: 'total_jpy'; readonly is: number };

export interface OrderPage {
  readonly orders: readonly OrderSummary[];
  readonly next: string | null;
}

export interface Sum {
  readonly n: number;
  readonly jpy: number;
}

/** Sums over all days from `from` to `to`, both included. */
export interface Sums {
  readonly byKey: readonly (Sum & { readonly tally: Tally; readonly key: string })[];
  readonly byDay: readonly (Sum & { readonly tally: 'paid' | 'returned' | 'sold' | 'codes'; readonly day: JapanDay })[];
  /** Paid orders by day of the week (0 = Sunday) and hour. */
  readonly byWeekHour: readonly (Sum & { readonly weekday: number; readonly hour: number })[];
}

/** When a slot was empty; `to_ms` null: it still is. */
export interface StockOut {
  readonly slot: string;
  readonly from_ms: number;
  readonly to_ms: number | null;
}

export interface ShopRecord {
  readonly seq: number;
  readonly at_ms: number;
  readonly event: ShopEvent;
}

/** So far behind, sums are those of another time; they are not waited for either. */
export const FAR_BEHIND_rows = 10_000;

/** Sums of one day as they are now; null while the tables are made anew, or away. */
export async function sumsNow(archive: Pick<Archive, 'state' | 'sums'>, day: JapanDay): Promise<Sums | null> {
  try {
    return (await archive.state()).behind > FAR_BEHIND_rows ? null : await archive.sums(day, day);
  } catch {
    return null;
  }
}

export interface Archive {
  /** Newest first. */
  search(search: OrderSearch): Promise<OrderPage>;
  sums(from: JapanDay, to: JapanDay): Promise<Sums>;
  stockOuts(from_ms: number, to_ms: number): Promise<readonly StockOut[]>;
  /** Newest first; sales left out. */
  record(filter: {
    readonly slot?: string;
    readonly sku?: string;
    /** Only the closings of this day. */
    readonly closedDay?: string;
    readonly before?: number | undefined;
    readonly limit: number;
  }): Promise<readonly ShopRecord[]>;
  /** Orders that are not closed, or wait for a person; oldest first. */
  unfinished(): Promise<readonly OrderSummary[]>;
  /** Of the newest paid orders that ended: of how many everything came out. Answered at once, from what is followed so far. */
  lastResults(limit: number): Promise<{ readonly closed: number; readonly complete: number }>;
  /** Orders whose money moved on these days; a page at a time, `after` is {@link OrderPage.next} of the page before. */
  moved(from: JapanDay, to: JapanDay, after: string | null, limit: number): Promise<OrderPage>;
  /** Orders by our merchantPaymentId or PayPay's paymentId. */
  find(ids: readonly string[]): Promise<readonly OrderSummary[]>;
  /** How far the tables follow the journal; answered at once. */
  state(): Promise<{ readonly seq: number; readonly behind: number }>;
}
