/**
 * What one order adds to the totals of a day. Totals are kept as sums of these, so a change of an order is the
 * difference between what it added before and what it adds now, and a total can always be computed anew.
 */
import { japanDay, japanHour, type JapanDay } from './japan-time.ts';
import { isComplete, type Money, moneyOf, type OrderSummary, returnCause } from './summary.ts';

/**
 * opened: '' · codes: '' · paid: hour of the day · result: of an order that was paid or held, `complete` when everything came out, else `incomplete`, or `open` · abandoned: why nobody paid ·
 * sold: SKU · slot: slot · failed: slot · returned: cause, on the day it went back · back: '', on the day it was taken ·
 * open: taken, and neither dispensed nor returned · settled: the same, after staff have settled the order · goodwill: dispensed, and not paid in the end · payTime: upper bound in s
 */
export const TALLIES = [
  'opened',
  'codes',
  'paid',
  'result',
  'abandoned',
  'sold',
  'slot',
  'failed',
  'returned',
  'back',
  'open',
  'settled',
  'goodwill',
  'payTime',
] as const;
export type Tally = (typeof TALLIES)[number];

export interface Entry {
  readonly day: JapanDay;
  readonly tally: Tally;
  readonly key: string;
  readonly n: number;
  readonly jpy: number;
}

/** Upper bounds, in seconds, of the classes in which times from code to payment are counted. */
export const PAY_TIMES_s = [5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600] as const;

const payTime = (seconds: number): string => String(PAY_TIMES_s.find((bound) => seconds <= bound) ?? PAY_TIMES_s.at(-1));

export function entriesOf(order: OrderSummary): Entry[] {
  const entries: Entry[] = [];
  const opened = japanDay(order.openedAt_ms);
  const add = (day: JapanDay, tally: Tally, key: string, jpy: number, n = 1) => entries.push({ day, tally, key, n, jpy });
  add(opened, 'opened', '', order.total_jpy);
  if (order.codeAt_ms !== null) add(opened, 'codes', '', order.total_jpy);
  if (order.closed?.result === 'abandoned')
    add(opened, 'abandoned', order.codeRejected ? 'codeRejected' : (order.cancel ?? 'notSent'), order.total_jpy);

  const money = moneyOf(order);
  if (money.takenAt_ms !== null) {
    const day = japanDay(money.takenAt_ms);
    add(day, 'paid', String(japanHour(money.takenAt_ms)), money.taken_jpy);
    // Both by our own clock: from the code on the screen until the kiosk knows that it is paid.
    if (order.codeAt_ms !== null && order.payment !== null)
      add(day, 'payTime', payTime((order.payment.knownAt_ms - order.codeAt_ms) / 1000), 0);
    if (money.returned_jpy > 0) add(day, 'back', '', money.returned_jpy);
  }
  if (order.payment !== null) {
    const day = japanDay(money.takenAt_ms ?? order.payment.paidAt_ms);
    // Also of a hold that was let go of: its customer meant to pay, and got nothing.
    add(day, 'result', isComplete(order) ? 'complete' : order.closed === null ? 'open' : 'incomplete', money.taken_jpy);
    const left_jpy = money.taken_jpy - money.dispensed_jpy - money.returned_jpy;
    if (left_jpy > 0) add(day, order.settled === null ? 'open' : 'settled', '', left_jpy);
    if (left_jpy < 0 && order.closed !== null) add(day, 'goodwill', '', -left_jpy);
    for (const line of order.lines) {
      if (line.state === 'succeeded') {
        add(day, 'sold', line.sku, line.price_jpy);
        add(day, 'slot', line.slot, line.price_jpy);
      } else if (line.state === 'failed' || line.state === 'unknown') add(day, 'failed', line.slot, line.price_jpy);
    }
  }
  if (money.returnedAt_ms !== null) add(japanDay(money.returnedAt_ms), 'returned', returnCause(order), money.returned_jpy);
  return entries;
}

/** What {@link entriesOf} count on these days, `to` included, of an order's money: 0 for what moved on another day. */
export function moneyWithin(order: OrderSummary, from: JapanDay, to: JapanDay): Money {
  const money = moneyOf(order);
  const within = (at_ms: number | null): boolean => at_ms !== null && japanDay(at_ms) >= from && japanDay(at_ms) <= to;
  const booked = within(money.bookedAt_ms);
  return {
    ...money,
    taken_jpy: booked ? money.taken_jpy : 0,
    dispensed_jpy: booked ? money.dispensed_jpy : 0,
    returned_jpy: within(money.returnedAt_ms) ? money.returned_jpy : 0,
  };
}
