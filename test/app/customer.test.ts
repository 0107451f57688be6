/** What a customer can do, how few taps it takes, and when the screen goes back by itself. */
import { afterEach, describe, expect, it } from 'vitest';
import type { KioskCommand } from '../../app/view.ts';
import { configOf, openShop, type TestShop } from './shop.ts';

let shop: TestShop;
afterEach(() => shop.close());
const open = async (changes?: Parameters<typeof openShop>[0]) => (shop = await openShop(changes));

const touch = { do: 'start' } satisfies KioskCommand;
const buyTea = { do: 'buy', sku: 'tea' } satisfies KioskCommand;
const addTea = { do: 'add', sku: 'tea' } satisfies KioskCommand;
const checkout = { do: 'checkout' } satisfies KioskCommand;

describe('from the first screen to the QR', () => {
  it('takes two taps where one product is sold at a time', async () => {
    await open({ shop: { singleItem: true } });
    await shop.send(touch, buyTea);
    expect(await shop.see('awaitingPayment')).toMatchObject({ order: { total_jpy: 150 } });
  });

  it('takes two past an empty cart as well, and three by way of it', async () => {
    await open();
    await shop.send(touch, buyTea);
    expect(await shop.see('awaitingPayment')).toMatchObject({ order: { total_jpy: 150 } });
    await shop.close();
    await open();
    await shop.send(touch, addTea, checkout);
    expect(await shop.see('awaitingPayment')).toMatchObject({ order: { total_jpy: 150 } });
  });

  it('never sells what else is in the cart: there a price adds, also one that a slow screen still shows as a button', async () => {
    await open();
    await shop.send(touch, addTea, buyTea);
    expect(await shop.see('selecting')).toMatchObject({ cart: [{ sku: 'tea', quantity: 2 }] });
    await shop.clock.advance(5_000);
    expect(shop.view().screen.name).toBe('selecting');
  });

  it('buys one, also after a try that failed', async () => {
    await open({ shop: { singleItem: true }, ageCheck: { check: () => Promise.resolve('refused') } });
    await shop.send(touch, { do: 'buy', sku: 'beer' });
    await shop.clock.advance(100);
    expect(await shop.see('selecting')).toMatchObject({ problem: 'ageRefused', cart: [] });
    await shop.send(buyTea);
    expect(await shop.see('awaitingPayment')).toMatchObject({ order: { total_jpy: 150 } });
  });
});

it('counts what an edited file adds as the file says, before anything is taken from it', async () => {
  await open();
  const counts = () => shop.kiosk.operator.planogram.slots().map(({ slot, count }) => `${slot}: ${count}`);
  const { slots } = shop.config;
  shop.kiosk.reconfigure({ ...shop.config, slots: [...slots, { slot: '9', sku: 'tea', capacity: 8, stock: 8 }] });
  const first = { event: { type: 'stock.set', slot: '9', count: 8, by: 'config' } };
  await shop.until(() => shop.rows().some(({ event }) => event.type === 'stock.set' && event.slot === '9'), 3_000);
  expect(shop.rows().at(-1)).toMatchObject(first);
  await shop.kiosk.operator.record([{ type: 'stock.taken', slot: '9', orderId: 'o', line: 0 }]);
  expect(counts()).toContain('9: 7');
});

describe('the screen goes back by itself', () => {
  const idle_ms = () => (shop.view().idleAt_ms ?? NaN) - shop.view().now_ms;

  it('from the catalogue after a minute, of which every touch begins a new one', async () => {
    await open();
    await shop.send(touch, addTea, { do: 'setLanguage', language: 'en' });
    expect(idle_ms()).toBe(60_000);
    await shop.clock.advance(59_000);
    await shop.send({ do: 'stay' });
    expect(idle_ms()).toBe(60_000);
    await shop.clock.advance(59_000);
    expect(shop.view().screen.name).toBe('selecting');
    await shop.clock.advance(1_100);
    expect(shop.view()).toMatchObject({ screen: { name: 'attract' }, comfort: { language: 'ja', easyView: false } });
  });

  it('in its language and view from the first screen and from one out of service, a minute after somebody chose them', async () => {
    await open();
    const resting = { language: 'ja', easyView: false };
    const english = { do: 'setLanguage', language: 'en' } satisfies KioskCommand;
    const easy = { do: 'setEasyView', easyView: true } satisfies KioskCommand;
    await shop.send(english);
    await shop.clock.advance(50_000);
    await shop.send(easy);
    await shop.clock.advance(59_000);
    expect(shop.view().comfort).toEqual({ language: 'en', easyView: true });
    await shop.clock.advance(1_100);
    expect(shop.view()).toMatchObject({ screen: { name: 'attract' }, comfort: resting });

    // Whoever goes on from there keeps theirs.
    await shop.send(english);
    await shop.clock.advance(30_000);
    await shop.send(touch);
    await shop.clock.advance(45_000);
    expect(shop.view()).toMatchObject({ screen: { name: 'selecting' }, comfort: { language: 'en' } });
    await shop.send({ do: 'finish' });

    shop.kiosk.operator.beginMaintenance();
    await shop.send(english);
    await shop.clock.advance(60_100);
    expect(shop.view()).toMatchObject({ screen: { name: 'maintenance' }, comfort: resting });
  });

  it('to the languages that the shop has now, and never under the eyes of a customer', async () => {
    await open();
    shop.kiosk.reconfigure(configOf({ shop: { languages: ['en'] } }));
    expect(shop.view()).toMatchObject({ shop: { languages: ['en'] }, comfort: { language: 'en' } });

    await shop.send(touch);
    shop.kiosk.reconfigure(configOf({ shop: { languages: ['ko', 'en'] } }));
    expect(shop.view()).toMatchObject({ screen: { name: 'selecting' }, comfort: { language: 'en' } });
    await shop.send({ do: 'finish' });
    expect(shop.view()).toMatchObject({ screen: { name: 'attract' }, comfort: { language: 'ko' } });
  });

  it('never from the QR to the settlement, whatever the customer leaves undone', async () => {
    await open();
    await shop.send(touch, addTea, checkout);
    const seen: (number | null)[] = [];
    shop.kiosk.onView((view) => {
      if (['creatingCode', 'awaitingPayment', 'checking', 'dispensing'].includes(view.screen.name)) seen.push(view.idleAt_ms);
    });
    await shop.pay();
    await shop.see('thanks');
    expect(seen.length).toBeGreaterThan(1);
    expect(new Set(seen)).toEqual(new Set([null]));
  });

  it('from thanks after 20 s, of which they tell from the first on (WCAG 2.2 §2.2.1)', async () => {
    await open();
    const told_ms: number[] = [];
    shop.kiosk.onView(({ screen, idleAt_ms, now_ms }) => {
      if (screen.name === 'thanks') told_ms.push((idleAt_ms ?? NaN) - now_ms);
    });
    await shop.send(touch, addTea, checkout);
    await shop.pay();
    await shop.see('thanks');
    expect(told_ms[0]).toBe(20_000);
    await shop.clock.advance(idle_ms() - 100);
    expect(shop.view().screen.name).toBe('thanks');
    await shop.clock.advance(200);
    expect(shop.view().screen.name).toBe('attract');
  });

  it('from a code that ran out only after a minute: a new one is one tap away', async () => {
    await open();
    await shop.send(touch, addTea, checkout);
    const { url } = await shop.see('awaitingPayment');
    await shop.see('codeClosed', 600_000);
    expect(idle_ms()).toBeGreaterThan(55_000);
    await shop.send({ do: 'newCode' });
    expect((await shop.see('awaitingPayment')).url).not.toBe(url);
  });
});

describe('staff who were not looking when a sale ended', () => {
  const charge = { do: 'charge', amount_jpy: 300 } satisfies KioskCommand;

  it('find at the counter what became of it: paid, not paid, or given back', async () => {
    await open();
    expect(shop.view().lastSale).toBeNull();
    const rungUpAt_ms = shop.clock.now_ms();
    await shop.send(touch, charge);
    await shop.pay();
    const { order } = await shop.see('thanks');
    await shop.see('attract');
    const paid = { orderNumber: order.orderNumber, total_jpy: 300, at_ms: rungUpAt_ms, state: 'paid' };
    expect(shop.view().lastSale).toEqual(paid);
    await shop.send(touch);
    expect(shop.view()).toMatchObject({ screen: { name: 'selecting' }, lastSale: paid });

    await shop.send(charge);
    await shop.see('awaitingPayment');
    await shop.send({ do: 'cancel' });
    const { order: given } = await shop.see('codeClosed');
    await shop.send({ do: 'finish' });
    expect(shop.view().lastSale).toMatchObject({ orderNumber: given.orderNumber, state: 'notPaid' });
  });

  it('see it change also after the screen has gone back', async () => {
    await open();
    await shop.send(touch, charge);
    await shop.pay();
    await shop.see('thanks');
    await shop.see('attract');
    const orderId = shop.rows().flatMap((row) => (row.stream === 'order' ? [row.orderId] : []))[0] ?? '';
    void shop.kiosk.operator.refund(orderId, { by: 'Aki', refund_jpy: 300, reason: 'came back with it' });
    await shop.until(() => shop.view().lastSale?.state === 'returned');
  });
});

describe('a page that could not be drawn', () => {
  it('is written down with what stood there, and changes nothing', async () => {
    const told: unknown[] = [];
    await open({ log: { info() {}, warn() {}, error: (...line) => void told.push(line) } });
    await shop.send(touch, addTea, checkout);
    const before = await shop.see('awaitingPayment');
    await shop.send({ do: 'broken', what: 'TypeError: no order' });
    expect(told).toEqual([['screen.broken', { what: 'TypeError: no order', screen: 'awaitingPayment' }]]);
    expect(shop.view().screen).toEqual(before);
  });
});
