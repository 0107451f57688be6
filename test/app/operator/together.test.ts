/** Two people at once, and a person beside a customer: nobody writes over what they have not seen, and every act says whose it was. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StaffCommand } from '../../../app/operator/commands.ts';
import type { OrderSummary } from '../../../app/operator/summary.ts';
import type { HistoryRow, PlanogramView, StoryView } from '../../../app/operator/view.ts';
import type { StaffPlace } from '../../../app/catalogue/events.ts';
import { ledger as payPayLedger } from '../../../main/paypay/simulator/ledger.ts';
import { dateTime } from '../../../app/operator/japan-time.ts';
import { type House, openHouse, type Person, valueOf } from './house.ts';

let house: House;
beforeEach(async () => void (house = await openHouse()));
afterEach(() => house.close());

const elsewhere = (from: StaffPlace = 'cli') => ({ from, deviceId: null });
const two = async (role: 'owner' | 'cashier'): Promise<[Person, Person]> => [
  await house.person(role, elsewhere()),
  await house.person(role, elsewhere('lan')),
];
const teaOf = ({ products }: PlanogramView) => products.find(({ sku }) => sku === 'tea');
const planogram = (who: Person) => who.ask<PlanogramView>({ ask: 'planogram' });
const problems = async (commands: readonly Promise<{ ok: boolean }>[]) =>
  (await Promise.all(commands)).map((answer) => ('problem' in answer ? answer.problem : 'done'));

async function sale(): Promise<string> {
  const { shop } = house;
  await shop.send({ do: 'start' }, { do: 'add', sku: 'tea' }, { do: 'checkout' });
  await shop.pay();
  await shop.see('thanks');
  await shop.send({ do: 'finish' });
  await shop.see('attract');
  const cashier = await house.person('cashier', elsewhere());
  const { orders } = await cashier.ask<{ orders: OrderSummary[] }>({ ask: 'orders', text: '', attention: false, limit: 1 });
  return orders[0]?.orderId ?? '';
}

/** Time goes by for PayPay while the answer is awaited. */
async function meanwhile<T>(work: Promise<T>): Promise<T> {
  let over = false;
  const end = () => void (over = true);
  work.then(end, end);
  while (!over) {
    await house.shop.clock.advance(100);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return work;
}

describe('two owners at once', () => {
  it('change a price: one of them is told', async () => {
    const [one, other] = await two('owner');
    const seen = teaOf(await planogram(one))?.revision ?? -1;
    const set = (who: Person, price_jpy: number) => who.perform({ do: 'price.set', sku: 'tea', price_jpy, seen });
    expect(await problems([set(one, 180), set(other, 190)])).toEqual(['done', 'changedMeanwhile']);
    expect(await problems([set(other, 190)])).toEqual(['changedMeanwhile']);
    expect(teaOf(await planogram(other))?.price_jpy).toBe(180);
  });

  it('edit a product, or add one of the same name: one of them is told', async () => {
    const [one, other] = await two('owner');
    const seen = teaOf(await planogram(one))?.revision ?? -1;
    const edit = (sku: string, ja: string, of: number): StaffCommand => ({
      ...{ do: 'product.set', sku, name: { ja }, description: null, price_jpy: 150, category: null },
      ...{ allergens: [], calories_kcal: null, seen: of },
    });
    expect(await problems([one.perform(edit('tea', '緑茶', seen)), other.perform(edit('tea', '紅茶', seen))])).toEqual([
      'done',
      'changedMeanwhile',
    ]);
    expect(teaOf(await planogram(one))?.name.ja).toBe('緑茶');
    expect(await problems([one.perform(edit('mugi', '麦茶', -1)), other.perform(edit('mugi', '麦', -1))])).toEqual([
      'done',
      'changedMeanwhile',
    ]);
    expect(await problems([other.perform(edit('mugi', '麦', -1))])).toEqual(['changedMeanwhile']);
  });
});

describe('beside a customer', () => {
  it('a new price shows when the customer has finished, and nobody changes it again before', async () => {
    const [one, other] = await two('owner');
    const { shop } = house;
    await shop.send({ do: 'start' }, { do: 'add', sku: 'tea' });
    valueOf(await one.perform({ do: 'price.set', sku: 'tea', price_jpy: 200 }));
    const after = teaOf(await planogram(other));
    expect(after?.price_jpy).toBe(150);
    expect(await problems([other.perform({ do: 'price.set', sku: 'tea', price_jpy: 300, seen: after?.revision })])).toEqual([
      'changeWaits',
    ]);
    await shop.send({ do: 'checkout' });
    expect(await shop.see('awaitingPayment')).toMatchObject({ order: { total_jpy: 150 } });
    await shop.pay();
    await shop.see('thanks');
    expect(shop.view().products.find(({ sku }) => sku === 'tea')?.price_jpy).toBe(150);
    await shop.send({ do: 'finish' });
    await shop.see('attract');
    expect(shop.view().products.find(({ sku }) => sku === 'tea')?.price_jpy).toBe(200);
    await shop.send({ do: 'start' }, { do: 'add', sku: 'tea' }, { do: 'checkout' });
    expect(await shop.see('awaitingPayment')).toMatchObject({ order: { total_jpy: 200 } });
  });
});

describe('two cashiers at once', () => {
  it('refund the same order: PayPay returns once', async () => {
    const orderId = await sale();
    const [one, other] = await two('cashier');
    const refund = (who: Person) => who.perform({ do: 'order.refund', orderId, refund_jpy: 150, reason: 'x' });
    const answers = await meanwhile(problems([refund(one), refund(other)]));
    expect(answers.toSorted()).toEqual(['done', 'refundImpossible']);
    const books = async () => {
      await house.shop.clock.advance(1_000);
      return (await one.ask<StoryView>({ ask: 'order.story', orderId })).ledger;
    };
    await expect.poll(books, { timeout: 10_000 }).toEqual({ taken_jpy: 150, returned_jpy: 150, dispensed_jpy: 150 });
    expect(payPayLedger(house.shop.simulator).refunds.map(({ amount_jpy }) => amount_jpy)).toEqual([150]);
  });

  it('settle what waits for nobody: it is refused, and the books are left as they are', async () => {
    const orderId = await sale();
    const [one] = await two('cashier');
    const settle: StaffCommand = { do: 'order.settle', orderId, how: 'delivered', note: 'x' };
    expect(await problems([one.perform(settle)])).toEqual(['nothingWaits']);
    expect(house.shop.kiosk.operator.openOrders()).toEqual([]);
    expect(house.shop.kiosk.operator.facts()).toMatchObject({ openOrders: 0, attention: 0 });
  });
});

describe('the range', () => {
  const slots = () => house.shop.kiosk.operator.planogram.slots().map(({ slot, sku, count }) => `${slot} ${sku} ${count}`);

  it('gets and loses slots and products between sales, and the exported configuration says so', async () => {
    const [owner, other] = await two('owner');
    const add: StaffCommand = { do: 'slot.set', slot: '3', sku: 'tea', capacity: 6, count: 4, seen: -1 };
    expect(await problems([owner.perform(add), other.perform(add)])).toEqual(['done', 'changedMeanwhile']);
    expect(await problems([other.perform(add)]), 'there is one now').toEqual(['changedMeanwhile']);
    expect(await problems([owner.perform({ do: 'product.remove', sku: 'beer' })])).toEqual(['productInSlot']);
    const filler = await house.person('filler', elsewhere());
    expect(await problems([filler.perform({ do: 'slot.remove', slot: '2' })])).toEqual(['notAllowed']);
    await house.shop.send({ do: 'start' });
    valueOf(await owner.perform({ do: 'slot.remove', slot: '2' }));
    expect(slots(), 'a customer is there').toHaveLength(3);
    await house.shop.send({ do: 'finish' });
    expect(slots()).toEqual(['1 tea 5', '3 tea 4']);
    valueOf(await owner.perform({ do: 'product.remove', sku: 'beer' }));
    expect(await problems([owner.perform({ do: 'product.remove', sku: 'tea' })])).toEqual(['productInSlot']);
    valueOf(await owner.perform({ do: 'slot.remove', slot: '1' }));
    expect(await problems([owner.perform({ do: 'slot.remove', slot: '3' })])).toEqual(['lastSlot']);

    const yaml = await owner.ask<string>({ ask: 'config.export' });
    expect(yaml).toContain('"3"');
    for (const gone of ['beer', 'slot: "1"', 'slot: "2"']) expect(yaml).not.toContain(gone);
    const rows = await owner.ask<HistoryRow[]>({ ask: 'product.history', sku: 'beer' });
    expect(rows[0]?.says.en).toBe('Product beer removed');

    const back: StaffCommand = {
      ...{ do: 'product.set', sku: 'beer', name: { ja: 'ビール' }, description: null, price_jpy: 300, category: null },
      ...{ calories_kcal: null, allergens: [], seen: -1 },
    };
    valueOf(await owner.perform(back));
    expect(house.shop.kiosk.operator.planogram.catalogue.product('beer'), 'its age limit is the file’s').toMatchObject({
      ageRestricted: true,
      allergens: ['wheat'],
    });
  });
});

describe('a search by time', () => {
  it('finds a sale by its day and by its minute in Japan', async () => {
    await sale();
    const cashier = await house.person('cashier', elsewhere());
    const found = async (from?: string, to?: string) => {
      const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
      const { orders } = await cashier.ask<{ orders: OrderSummary[] }>({ ask: 'orders', text: '', attention: false, limit: 5, ...range });
      return orders;
    };
    const at_ms = (await found())[0]?.openedAt_ms ?? 0;
    const minute = (later_ms: number) =>
      dateTime(at_ms + later_ms)
        .slice(0, 16)
        .replace(' ', 'T');
    expect(await found(minute(0), minute(0))).toHaveLength(1);
    expect(await found(minute(-3_600_000), minute(-60_000))).toHaveLength(0);
    expect(await found(minute(60_000))).toHaveLength(0);
    expect(await found(minute(0).slice(0, 10), minute(0).slice(0, 10))).toHaveLength(1);
    expect(await cashier.perform({ do: 'day.close', day: '2026-02-30' })).toMatchObject({ problem: 'notUnderstood' });
  });
});

describe('the record', () => {
  it('says who, also after somebody else was given the name; the kiosk’s own names are nobody’s', async () => {
    const owner = await house.person('owner', elsewhere());
    const first = house.staffId('filler');
    const filler = await house.person('filler', elsewhere());
    valueOf(await filler.perform({ do: 'stock.set', slot: '1', count: 3, reason: 'counted' }));
    valueOf(await owner.perform({ do: 'staff.remove', staffId: first }));
    valueOf(await owner.perform({ do: 'staff.set', staffId: null, name: 'filler', role: 'filler', pin: '361920' }));
    valueOf(await (await house.person('filler', elsewhere())).perform({ do: 'stock.set', slot: '1', count: 4, reason: 'counted' }));
    const counted = house.shop.kiosk.operator.planogram.slots()[0]?.count;
    expect(counted).toBe(4);
    expect(house.staffId('filler')).not.toBe(first);
    for (const name of ['kiosk', 'Config'])
      expect(await owner.perform({ do: 'staff.set', staffId: null, name, role: 'filler', pin: '361920' })).toMatchObject({
        problem: 'notUnderstood',
      });
    const rows = await owner.ask<HistoryRow[]>({ ask: 'slot.history', slot: '1' });
    expect(rows.slice(0, 2).map(({ by }) => by)).toEqual(['filler', 'filler']);
    expect(new Set(rows.slice(0, 2).map(({ byId }) => byId))).toEqual(new Set([first, house.staffId('filler')]));
  });

  it('has the check of unfinished orders and every file of orders, with their person', async () => {
    const cashier = await house.person('cashier', elsewhere());
    valueOf(await cashier.perform({ do: 'orders.selfCheck' }));
    await house.side.exportOrders(house.operator.allow(cashier.token, 'orders.export'), {
      from: '2026-01-01',
      to: '2026-01-31',
      format: 'csv',
    });
    const owner = await house.person('owner', elsewhere());
    const rows = await owner.ask<HistoryRow[]>({ ask: 'record' });
    for (const words of [/Asked PayPay about 0/, /Orders exported: 2026-01-01 – 2026-01-31/])
      expect(rows.find(({ says }) => words.test(says.en ?? ''))).toMatchObject({ by: 'cashier', byId: house.staffId('cashier') });
  });
});
