/**
 * What is sold, at which price and from which slot: the configuration, and what staff changed since it was written.
 * The newer word counts: a change stands until somebody edits the same thing in the configuration.
 */
import type { Config } from '../config.ts';
import { type ShopEvent, type ShopProduct, skuOf, type SlotContent } from './events.ts';

type SlotConfig = Config['slots'][number];

export interface Catalogue {
  /** A newer configuration; changes over what it no longer says do not count. */
  configure(config: Config): void;
  /** What is to be written down so that such changes fall away for good, also when the configuration says again what it said then. */
  superseded(): ShopEvent[];
  /** Events that are not about products, prices or the contents of slots pass unnoticed. */
  apply(event: ShopEvent): void;
  products(): readonly ShopProduct[];
  product(sku: string): ShopProduct | undefined;
  /** Goes up with every change that staff make to the product or its price. Starts anew with the process. */
  revision(sku: string): number;
  slots(): readonly SlotConfig[];
  /** What a change of this product, its price or this slot is made over. */
  over(of: { readonly sku: string }): { readonly product: ShopProduct | null; readonly price_jpy: number | null };
  contentOver(slot: string): SlotContent | null;
  categories(): Config['categories'];
}

/** Equal in content, whatever the order of the keys. */
const same = (a: unknown, b: unknown): boolean => sorted(a) === sorted(b);
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

type Change<T extends ShopEvent['type']> = Extract<ShopEvent, { type: T }>;

export function createCatalogue(initial: Config): Catalogue {
  const productChanges = new Map<string, Change<'product.set' | 'product.removed'>>();
  const priceChanges = new Map<string, Change<'price.set'>>();
  const slotChanges = new Map<string, Change<'slot.set' | 'slot.removed'>>();
  const revisions = new Map<string, number>();
  let config = initial;
  let products = new Map<string, ShopProduct>();
  let slots = new Map<string, SlotConfig>();

  const configured = (sku: string) => config.products.find((product) => product.sku === sku) ?? null;
  const configuredSlot = (slot: string) => config.slots.find((candidate) => candidate.slot === slot);
  const contentOver = (slot: string): SlotContent | null => {
    const found = configuredSlot(slot);
    return found === undefined ? null : { sku: found.sku, capacity: found.capacity };
  };

  /** The product without a change of its price. */
  function base(sku: string): ShopProduct | null {
    const change = productChanges.get(sku);
    if (change === undefined || !same(change.over, configured(sku))) return configured(sku);
    return change.type === 'product.set' ? change.product : null;
  }

  function derive(): void {
    products = new Map();
    for (const sku of [...config.products.map((product) => product.sku), ...productChanges.keys()]) {
      const product = base(sku);
      if (product === null || products.has(sku)) continue;
      const change = priceChanges.get(sku);
      products.set(sku, change?.over_jpy === product.price_jpy ? { ...product, price_jpy: change.price_jpy } : product);
    }
    slots = new Map();
    for (const slot of [...config.slots.map((entry) => entry.slot), ...slotChanges.keys()]) {
      const found = configuredSlot(slot);
      const change = slotChanges.get(slot);
      const counts = change !== undefined && same(change.over, contentOver(slot));
      if (counts && change.type === 'slot.removed') continue;
      if (counts && change.type === 'slot.set' && products.has(change.content.sku))
        slots.set(slot, { slot, stock: found?.stock ?? 0, ...change.content });
      else if (found !== undefined) slots.set(slot, found);
    }
  }
  derive();

  return {
    configure(next) {
      config = next;
      derive();
    },
    superseded() {
      const by = 'config';
      const events: ShopEvent[] = [];
      for (const [sku, change] of productChanges) {
        const product = configured(sku);
        if (same(change.over, product) || same(change.over, change.type === 'product.set' ? change.product : null)) continue;
        events.push(
          product === null ? { type: 'product.removed', sku, over: null, by } : { type: 'product.set', product, over: product, by },
        );
      }
      for (const [sku, { over_jpy, price_jpy }] of priceChanges) {
        const now_jpy = base(sku)?.price_jpy ?? over_jpy;
        if (configured(sku) === null && base(sku) === null) events.push({ type: 'product.removed', sku, over: null, by });
        if (now_jpy !== over_jpy && price_jpy !== over_jpy)
          events.push({ type: 'price.set', sku, price_jpy: now_jpy, over_jpy: now_jpy, by });
      }
      for (const [slot, change] of slotChanges) {
        const content = contentOver(slot);
        if (same(change.over, content) || same(change.over, change.type === 'slot.set' ? change.content : null)) continue;
        events.push(
          content === null ? { type: 'slot.removed', slot, over: null, by } : { type: 'slot.set', slot, content, over: content, by },
        );
      }
      return events;
    },
    apply(event) {
      if (event.type === 'product.set') {
        productChanges.set(event.product.sku, event);
        // Who saves a product says its price as well: an older change of the price has had its day.
        if (event.by !== 'config') priceChanges.delete(event.product.sku);
      } else if (event.type === 'price.set') priceChanges.set(event.sku, event);
      else if (event.type === 'product.removed') {
        productChanges.set(event.sku, event);
        // It left the file: when it comes back there, so does its price.
        if (event.by === 'config') priceChanges.delete(event.sku);
      } else if (event.type === 'slot.set' || event.type === 'slot.removed') slotChanges.set(event.slot, event);
      else return;
      const sku = skuOf(event);
      if (sku !== null) revisions.set(sku, (revisions.get(sku) ?? 0) + 1);
      derive();
    },
    products: () => [...products.values()],
    product: (sku) => products.get(sku),
    revision: (sku) => revisions.get(sku) ?? 0,
    slots: () => [...slots.values()],
    over: ({ sku }) => ({ product: configured(sku), price_jpy: base(sku)?.price_jpy ?? null }),
    contentOver,
    categories: () => config.categories,
  };
}
