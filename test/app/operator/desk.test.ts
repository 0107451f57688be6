/** What staff change while customers buy: memory always is what a restart would read from the journal. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ShopEvent } from '../../../app/catalogue/events.ts';
import { createPlanogram, type Planogram } from '../../../app/catalogue/planogram.ts';
import { type Config, parseConfig } from '../../../app/config.ts';
import { createDesk, type Desk } from '../../../app/operator/desk.ts';
import { createOrderBook, type OrderBook } from '../../../app/order/book.ts';
import type { OrderEvent } from '../../../app/order/events.ts';
import { createSettler } from '../../../app/order/settler.ts';
import type { Journal } from '../../../app/ports.ts';
import { openJournal } from '../../../main/journal/journal.ts';
import { createPayPayGateway } from '../../../main/paypay/gateway.ts';
import { PayPaySimulator } from '../../../main/paypay/simulator/core.ts';
import { inProcessTransport } from '../../../main/paypay/simulator/in-process.ts';
import { decide } from '../../../app/order/decide.ts';
import { createStops } from '../../../app/stops.ts';
import { seededIds, silentLog, VirtualClock } from '../../main/paypay/virtual-clock.ts';

const SLOTS = ['1', '2'] as const;
const parsed = parseConfig({
  version: 1,
  shop: { name: { ja: '試験店' }, merchantName: '試験商店' },
  machine: { driver: 'xy-vmc', port: '/dev/null' },
  products: [
    { sku: 'tea', name: { ja: 'お茶' }, price_jpy: 150 },
    { sku: 'coffee', name: { ja: 'コーヒー' }, price_jpy: 130 },
  ],
  slots: SLOTS.map((slot) => ({ slot, sku: 'tea', capacity: 9, stock: 5 })),
});
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const config: Config = parsed.config;

interface Counter {
  readonly desk: Desk;
  readonly planogram: Planogram;
  /** A sale that changed the shop, as the kiosk writes it. */
  sold(...shop: ShopEvent[]): Promise<unknown>;
  customer(present: boolean): void;
  /** What a restart would make of the journal. */
  replayed(): Promise<Planogram>;
}

async function withCounter(work: (counter: Counter) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-desk-'));
  const clock = new VirtualClock();
  const ids = seededIds();
  const keys = { apiKey: 'k', apiSecret: 's' };
  const simulator = new PayPaySimulator({ clock, ids, keys, merchantId: 'm' });
  const transport = inProcessTransport(simulator, clock, () => ({ way: 'open', there_ms: 20, back_ms: 20 }));
  const gateway = createPayPayGateway({ environment: 'sandbox', keys, merchantId: 'm', clock, ids, log: silentLog, transport });
  const journal: Journal = await openJournal({ path: path.join(folder, 'journal.db'), clock, bootId: 'test:1' });
  const book: OrderBook = createOrderBook(journal, clock);
  const planogram = createPlanogram(config);
  let screen = 'attract';
  const world = { book, gateway, machine: null, describe: () => 'x', failureOf: () => 'keep' as const, onProgress: () => {} };
  const settler = createSettler(
    { book, gateway, machine: null, clock, ids, log: silentLog, bootId: 'test:1', decide, onFault: () => {}, world },
    { pollInterval_ms: 2_000, resumeVendWithin_ms: 0 },
  );
  const desk = createDesk({
    ...{ journal, gateway, machine: null, clock, ids, planogram, books: () => ({ book, settler }), screen: () => screen },
    ...{ stops: createStops(), journalFault: () => null, gate: () => [] },
    ...{ enter() {}, leave() {}, changed() {}, fault() {} },
  });
  book.onAppend((_order, _event, shop) => desk.happened(shop));
  await desk.record(planogram.firstStock());
  let orders = 0;
  try {
    await work({
      desk,
      planogram,
      sold: (...shop) => book.append(`order-${++orders}`, [opened(orders)], shop),
      customer(present) {
        screen = present ? 'awaitingPayment' : 'attract';
        desk.moved();
      },
      async replayed() {
        const again = createPlanogram(config);
        for (const { event } of await journal.shop()) again.apply(event);
        return again;
      },
    });
  } finally {
    await settler.stop();
    await journal.close();
    await gateway.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const opened = (n: number): OrderEvent => ({
  type: 'order.opened',
  ...{ settlement: 'sale', unknownVend: 'refund', fulfilment: 'machine', orderNumber: `1-${n}`, total_jpy: 150 },
  lines: [{ line: 0, slot: '1', sku: 'tea', name: { ja: 'お茶' }, price_jpy: 150, vendId: `v${n}` }],
  ...{ merchantPaymentId: `p${n}`, merchantRefundId: `f${n}`, merchantRevertId: `r${n}` },
});

const seen = (planogram: Planogram) => ({
  // Revisions count changes of this process only.
  slots: planogram.slots().map((slot) => ({ ...slot, revision: 0 })),
  products: planogram.catalogue.products(),
});

const act = { by: 'sato', byId: 's1' };
const price: ShopEvent = { type: 'price.set', sku: 'tea', price_jpy: 200, over_jpy: 150, ...act };
const jammed: ShopEvent = { type: 'slot.quarantined', slot: '1', why: 'jam', orderId: 'order-1' };
const taken: ShopEvent = { type: 'stock.taken', slot: '1', orderId: 'order-1', line: 0 };

describe('while a price waits for the end of a sale', () => {
  it('a slot that jams after it was released stays off sale', () =>
    withCounter(async ({ desk, planogram, sold, customer }) => {
      customer(true);
      await desk.record([price]);
      await desk.record([{ type: 'slot.released', slot: '1', ...act }]);
      await sold(jammed);
      customer(false);
      expect(planogram.slots()[0]?.quarantined).toBe('jam');
    }));

  it('what was sold after it was counted is subtracted', () =>
    withCounter(async ({ desk, planogram, sold, customer }) => {
      customer(true);
      await desk.record([price]);
      await desk.record([{ type: 'stock.set', slot: '1', count: 8, reason: 'counted', ...act }]);
      await sold(taken);
      customer(false);
      expect(planogram.slots()[0]?.count).toBe(7);
    }));
});

const Slot = fc.constantFrom(...SLOTS);
const StaffDoes: fc.Arbitrary<ShopEvent[]> = fc.oneof(
  fc
    .record({ price_jpy: fc.integer({ min: 100, max: 300 }), sku: fc.constantFrom('tea', 'coffee') })
    .map(({ sku, price_jpy }) => [{ type: 'price.set' as const, sku, price_jpy, over_jpy: sku === 'tea' ? 150 : 130, ...act }]),
  fc.record({ slot: Slot, sku: fc.constantFrom('tea', 'coffee'), count: fc.integer({ min: 0, max: 9 }) }).map(({ slot, sku, count }) => [
    { type: 'slot.set' as const, slot, content: { sku, capacity: 9 }, over: { sku: 'tea', capacity: 9 }, ...act },
    { type: 'stock.set' as const, slot, count, reason: 'slot changed', ...act },
  ]),
  fc
    .record({ slot: Slot, count: fc.integer({ min: 0, max: 9 }) })
    .map(({ slot, count }) => [{ type: 'stock.set' as const, slot, count, reason: 'counted', ...act }]),
  fc.constant('2').map((slot) => [{ type: 'slot.removed' as const, slot, over: { sku: 'tea', capacity: 9 }, ...act }]),
  Slot.map((slot) => [{ type: 'slot.released' as const, slot, ...act }]),
  Slot.map((slot) => [{ type: 'slot.disabled' as const, slot, reason: 'x', ...act }]),
  Slot.map((slot) => [{ type: 'slot.enabled' as const, slot, ...act }]),
);
const SaleDoes: fc.Arbitrary<ShopEvent[]> = fc.oneof(
  Slot.map((slot) => [{ ...taken, slot }]),
  Slot.map((slot) => [
    { ...taken, slot },
    { ...jammed, slot },
  ]),
  Slot.map((slot) => [{ ...jammed, slot }]),
);
const Step = fc.oneof(
  fc.record({ do: fc.constant('staff' as const), events: StaffDoes }),
  fc.record({ do: fc.constant('sale' as const), events: SaleDoes }),
  fc.record({ do: fc.constant('customer' as const), present: fc.boolean() }),
  fc.record({ do: fc.constant('wait' as const) }),
);

it('memory is what a restart would read, in whatever order staff and sales come', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(Step, { maxLength: 30 }), (steps) =>
      withCounter(async ({ desk, planogram, sold, customer, replayed }) => {
        let under: Promise<unknown>[] = [];
        for (const step of steps) {
          if (step.do === 'customer') customer(step.present);
          else if (step.do === 'staff') under.push(desk.record(step.events));
          else if (step.do === 'sale') under.push(sold(...step.events));
          else under = (await Promise.all(under), []);
        }
        await Promise.all(under);
        customer(false);
        expect(seen(planogram)).toEqual(seen(await replayed()));
        expect(desk.unshown().size).toBe(0);
      }),
    ),
    { numRuns: 30 },
  );
});
