/** Tells a machine that keeps prices, capacities and stock itself what staff changed. Stock goes out only where staff counted it: what was sold in between, the machine counts. */
import type { Planogram } from './catalogue/planogram.ts';
import type { ShopEvent } from './catalogue/events.ts';
import type { VendingMachine } from './ports.ts';

export interface Telling {
  /** Durable, and shown. */
  happened(events: readonly ShopEvent[]): void;
  /** The machine may be another one, or the configuration: price and capacity of every slot are told. */
  everything(): void;
  machineMoved(): void;
  /** Tells what waits, if it may. */
  next(): void;
}

/** @param isQuiet no order is open: a stock that was set beside a vend would look like goods that came out, or did not */
export function createTelling(machine: VendingMachine | null, planogram: Planogram, isQuiet: () => boolean): Telling {
  const counted = new Set<string>();
  let all = true;
  let away = true;

  const next = (): void => {
    if (machine?.tell === undefined || away || (!all && counted.size === 0) || !isQuiet()) return;
    for (const { slot, sku, capacity, count } of planogram.slots()) {
      const price_jpy = planogram.catalogue.product(sku)?.price_jpy;
      const settings = {
        ...(all && price_jpy !== undefined && { price_jpy }),
        ...(all && { capacity }),
        ...(counted.has(slot) && { stock: count }),
      };
      if (all || counted.has(slot)) machine.tell(slot, settings);
    }
    all = false;
    counted.clear();
  };
  return {
    happened(events) {
      for (const event of events) {
        // What the file says of a slot that is new nobody counted.
        if (event.type === 'stock.set' && event.by !== 'config') counted.add(event.slot);
        if (CHANGES.has(event.type)) all = true;
      }
      next();
    },
    everything() {
      all = true;
      next();
    },
    machineMoved() {
      const was = away;
      away = machine?.state().reasons.some((reason) => reason === 'disconnected' || reason === 'starting') ?? true;
      if (was && !away) all = true;
      next();
    },
    next,
  };
}

const CHANGES: ReadonlySet<ShopEvent['type']> = new Set(['slot.set', 'slot.removed', 'price.set', 'product.set', 'product.removed']);
