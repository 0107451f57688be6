/** What is sold at which price, after staff and the configuration changed it: the newer word counts. */
import { expect, it } from 'vitest';
import { createCatalogue } from '../../app/catalogue/catalogue.ts';
import type { ShopEvent } from '../../app/catalogue/events.ts';
import { type Config, parseConfig } from '../../app/config.ts';

function shopAt(price_jpy: number): Config {
  const parsed = parseConfig({
    version: 1,
    shop: { name: { ja: '試験店' }, merchantName: '試験商店', mode: 'counter' },
    machine: { driver: 'none' },
    products: [{ sku: 'tea', name: { ja: 'お茶' }, price_jpy }],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}
const CONFIG = shopAt(150);
const TEA = CONFIG.products[0]!;
const price = (price_jpy: number, over_jpy: number): ShopEvent => ({ type: 'price.set', sku: 'tea', price_jpy, over_jpy, by: 'Aki' });
const product = (price_jpy: number): ShopEvent => ({ type: 'product.set', product: { ...TEA, price_jpy }, over: TEA, by: 'Aki' });

/** The price after these events; a restart plays the same ones again. */
function after(...events: ShopEvent[]): number | undefined {
  const [live, restarted] = [createCatalogue(CONFIG), createCatalogue(CONFIG)];
  for (const event of events) live.apply(event);
  const first = live.product('tea')?.price_jpy;
  for (const event of events) restarted.apply(event);
  expect(restarted.product('tea')?.price_jpy).toBe(first);
  return first;
}

it('a price stands until the next one', () => {
  expect(after(price(160, 150))).toBe(160);
  expect(after(price(160, 150), price(170, 150))).toBe(170);
});

it('a saved product brings its own price: the one of before is not sold on behind it', () => {
  expect(after(price(160, 150), product(150))).toBe(150);
  expect(after(price(160, 150), product(140))).toBe(140);
  expect(after(price(160, 150), product(150), price(165, 150))).toBe(165);
  expect(after(product(140), price(160, 140), product(140))).toBe(140);
});

it('an edited configuration is newer than both', () => {
  const catalogue = createCatalogue(CONFIG);
  for (const event of [price(160, 150), product(140), price(145, 140)]) catalogue.apply(event);
  catalogue.configure(shopAt(155));
  expect(catalogue.product('tea')?.price_jpy).toBe(155);
});

it('an edit of one thing leaves what staff changed of another', () => {
  const renamed: ShopEvent = { type: 'product.set', product: { ...TEA, name: { ja: '緑茶' } }, over: TEA, by: 'Aki' };
  const written = [renamed, price(130, 150)];
  const catalogue = createCatalogue(CONFIG);
  written.forEach((event) => catalogue.apply(event));
  catalogue.configure({ ...CONFIG, products: [{ ...TEA, description: { ja: '新茶' } }] });
  for (const event of catalogue.superseded()) catalogue.apply(event);
  expect(catalogue.product('tea')).toMatchObject({ name: { ja: 'お茶' }, price_jpy: 130 });
});

it('a product that leaves the file comes back with its price there', () => {
  const other = { ...TEA, sku: 'water' };
  const catalogue = createCatalogue({ ...CONFIG, products: [TEA, other] });
  catalogue.apply(price(130, 150));
  catalogue.configure({ ...CONFIG, products: [other] });
  for (const event of catalogue.superseded()) catalogue.apply(event);
  expect(catalogue.superseded(), 'written down once').toEqual([]);
  catalogue.configure({ ...CONFIG, products: [TEA, other] });
  expect(catalogue.product('tea')?.price_jpy).toBe(150);
});

it('and stays newer: what staff changed before it does not come back with an earlier file, nor after a restart', () => {
  const removed: ShopEvent = { type: 'product.removed', sku: 'tea', over: TEA, by: 'Aki' };
  const away: ShopEvent = { type: 'slot.removed', slot: '1', over: { sku: 'tea', capacity: 8 }, by: 'Aki' };
  const filled: ShopEvent = {
    type: 'slot.set',
    slot: '1',
    content: { sku: 'tea', capacity: 3 },
    over: { sku: 'tea', capacity: 8 },
    by: 'Aki',
  };
  const slots = [{ slot: '1', sku: 'tea', capacity: 8, stock: 5 }];
  const [before, between] = [150, 155].map((price_jpy) => ({ ...shopAt(price_jpy), slots })) as [Config, Config];
  const emptied = { ...between, slots: [{ slot: '1', sku: 'tea', capacity: 6, stock: 5 }] };
  for (const changes of [[price(180, 150)], [product(140), price(145, 140)], [removed], [away], [filled], [price(180, 150), away]]) {
    const written: ShopEvent[] = [];
    const catalogue = createCatalogue(before);
    const happens = (...events: ShopEvent[]) => events.forEach((event) => written.push(event) && catalogue.apply(event));
    happens(...changes);
    expect(catalogue.superseded()).toEqual([]);
    catalogue.configure(emptied);
    happens(...catalogue.superseded());
    expect(catalogue.superseded(), 'written down once').toEqual([]);
    catalogue.configure(before);
    const restarted = createCatalogue(before);
    for (const event of written) restarted.apply(event);
    for (const { products, slots: shown } of [catalogue, restarted]) {
      expect(products()).toEqual(before.products);
      expect(shown()).toEqual(before.slots);
    }
  }
});
