/** Which order a person means who names one on the command line. */
import { expect, it } from 'vitest';
import { criteriaOf } from '../../../app/operator/search.ts';
import { grow, type OrderSummary } from '../../../app/operator/summary.ts';
import type { Door } from '../../../main/cli/door.ts';
import { findOrder } from '../../../main/cli/orders.ts';
import { opened } from '../journal/rows.ts';

const order = (orderNumber: string, total_jpy: number): OrderSummary => {
  const made = grow(null, `id-${orderNumber}`, opened('o'), 0);
  if (made === null) throw new Error('not opened');
  return { ...made, orderNumber, total_jpy };
};

/** Finds as the archive does. */
const shop = (machineName: string, orders: readonly OrderSummary[]) =>
  ({
    ask: ({ text = '' }: { text?: string }) => {
      const any = criteriaOf(text, machineName);
      return Promise.resolve({
        orders: orders.filter((one) => any.some(({ by, is }) => by !== 'paymentId' && one[by] === is)),
        next: null,
      });
    },
  }) as unknown as Door;

it.each([
  ['１号機', '１号機-000042'],
  ['１号機', '1号機-000042'],
  ['Lobby 1', 'Lobby 1-000042'],
  ['１号機', '42'],
  ['Lobby 1', '000042'],
])('finds the order of “%s” by “%s”', async (machineName, typed) => {
  const orders = [order(`${machineName}-000007`, 42), order(`${machineName}-000042`, 150)];
  expect(await findOrder(shop(machineName, orders), typed)).toBe(orders[1]);
});

it('does not guess between two', async () => {
  const door = shop('2', [order('1-000042', 42), order('2-000042', 150)]);
  await expect(findOrder(door, '42')).rejects.toThrow('1-000042 (p-o), 2-000042 (p-o)');
  expect((await findOrder(door, '1-000042')).total_jpy).toBe(42);
});

it('takes no amount for an order', async () => {
  await expect(findOrder(shop('1', [order('1-000007', 42)]), '42')).rejects.toThrow('there is no order 42');
});
