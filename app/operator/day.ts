/** The close of a business day in Japan: what was taken, what went back, and whether it adds up. Pure. */
import type { LocalText } from '../order/events.ts';
import type { ShopProduct } from '../catalogue/events.ts';
import type { Sum, Sums } from './archive.ts';
import { dayName, type JapanDay } from './japan-time.ts';
import type { Tally } from './tally.ts';

export interface DayView {
  readonly day: string;
  readonly over: boolean;
  readonly orders: number;
  /** What PayPay took on this day. */
  readonly taken_jpy: number;
  /** What PayPay gave back on this day, whenever it was taken. */
  readonly returned_jpy: number;
  readonly net_jpy: number;
  /** Of what was taken on this day: taken + goodwill = dispensed + back + open + settled. */
  readonly dispensed_jpy: number;
  readonly back_jpy: number;
  /** Neither dispensed nor returned yet: refunds under way and questions. */
  readonly open_jpy: number;
  /** Neither dispensed nor returned through PayPay, and settled by staff: delivered, returned by other means, or written off. */
  readonly settled_jpy: number;
  /** Dispensed, and not paid in the end. */
  readonly goodwill_jpy: number;
  readonly products: readonly (Sum & { readonly sku: string; readonly name: LocalText })[];
  readonly closedBefore: { readonly at_ms: number; readonly by: string; readonly net_jpy: number } | null;
}

export function dayView(
  day: JapanDay,
  sums: Sums,
  facts: {
    readonly today: JapanDay;
    readonly products: readonly ShopProduct[];
    readonly closedBefore: DayView['closedBefore'];
  },
): DayView {
  const all = (tally: Tally): Sum =>
    sums.byKey.reduce((sum, { tally: of, n, jpy }) => (of === tally ? { n: sum.n + n, jpy: sum.jpy + jpy } : sum), { n: 0, jpy: 0 });
  const taken = all('paid');
  const returned_jpy = all('returned').jpy;
  return {
    day: dayName(day),
    over: day < facts.today,
    orders: taken.n,
    taken_jpy: taken.jpy,
    returned_jpy,
    net_jpy: taken.jpy - returned_jpy,
    dispensed_jpy: all('sold').jpy,
    back_jpy: all('back').jpy,
    open_jpy: all('open').jpy,
    settled_jpy: all('settled').jpy,
    goodwill_jpy: all('goodwill').jpy,
    products: sums.byKey
      .filter((sum) => sum.tally === 'sold' && sum.n > 0)
      .map(({ key, n, jpy }) => ({
        ...{ sku: key, n, jpy },
        name: facts.products.find((product) => product.sku === key)?.name ?? { ja: key },
      }))
      .sort((a, b) => b.jpy - a.jpy),
    closedBefore: facts.closedBefore,
  };
}
