/** The close of a day over simulated shops: whatever happened there, its totals are the journal's, to the yen. */
import { describe, expect, it } from 'vitest';
import type { Sums } from '../../../app/operator/archive.ts';
import { dayView } from '../../../app/operator/day.ts';
import { grow, type OrderSummary } from '../../../app/operator/summary.ts';
import { type Entry, entriesOf } from '../../../app/operator/tally.ts';
import { fold, ledger } from '../../../app/order/order.ts';
import type { Mode } from '../../simulation/config.ts';
import { World } from '../../simulation/world.ts';

const SEEDS = 120;

const sumsOf = (entries: readonly Entry[]): Sums => ({ byKey: entries, byDay: [], byWeekHour: [] });
const viewOf = (day: number, entries: readonly Entry[]) =>
  dayView(day, sumsOf(entries), { today: day + 1, products: [], closedBefore: null });

async function shop(seed: number, mode: Mode) {
  const world = new World({ seed, mode });
  await world.live();
  return [...world.books.orders.values()].map(({ orderId, rows }) => {
    let summary: OrderSummary | null = null;
    for (const { event, at_ms } of rows) summary = grow(summary, orderId, event, at_ms);
    if (summary === null) throw new Error(`${orderId} was never opened`);
    return { order: fold(rows), entries: entriesOf(summary) };
  });
}

describe.each(['sale', 'authorize'] as const)('%s', (mode) => {
  it('every day adds up, and all days together are what the orders say', async () => {
    let [taken_jpy, returned_jpy, goodwill_jpy] = [0, 0, 0];
    for (let seed = 1; seed <= SEEDS; seed++) {
      const orders = await shop(seed, mode);
      const entries = orders.flatMap((one) => one.entries);
      const days = [...new Set(entries.map(({ day }) => day))].map((day) =>
        viewOf(
          day,
          entries.filter((entry) => entry.day === day),
        ),
      );
      for (const day of days)
        expect(day.taken_jpy + day.goodwill_jpy, `seed ${seed}, ${day.day}`).toBe(
          day.dispensed_jpy + day.back_jpy + day.open_jpy + day.settled_jpy,
        );
      const sum = (pick: (day: (typeof days)[number]) => number) => days.reduce((total, day) => total + pick(day), 0);
      const books = orders.reduce(
        (total, { order }) => {
          const { taken_jpy, returned_jpy, dispensed_jpy } = ledger(order);
          return {
            taken: total.taken + taken_jpy,
            returned: total.returned + returned_jpy,
            dispensed: total.dispensed + dispensed_jpy,
          };
        },
        { taken: 0, returned: 0, dispensed: 0 },
      );
      // What was held and let go was never taken; the journal's ledger calls it taken and returned.
      expect(
        sum((day) => day.net_jpy),
        `seed ${seed}: kept`,
      ).toBe(books.taken - books.returned);
      expect(
        sum((day) => day.dispensed_jpy),
        `seed ${seed}: dispensed`,
      ).toBe(books.dispensed);
      taken_jpy += sum((day) => day.taken_jpy);
      returned_jpy += sum((day) => day.returned_jpy);
      goodwill_jpy += sum((day) => day.goodwill_jpy);
    }
    // Shops in which nothing is sold, returned or given away would prove nothing.
    expect(Math.min(taken_jpy, returned_jpy, goodwill_jpy)).toBeGreaterThan(0);
  });
});
