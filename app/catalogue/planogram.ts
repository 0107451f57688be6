/** Which product stands in which slot, how many are left, and what may be sold: a fold of the shop's events over the configuration. */
import type { Config } from '../config.ts';
import { impossible } from '../errors.ts';
import type { OrderLine } from '../order/events.ts';
import type { GatewayState, MachineState, VendingMachine } from '../ports.ts';
import type { NotForSale, ProductView } from '../view.ts';
import { type Catalogue, createCatalogue } from './catalogue.ts';
import type { ShopEvent } from './events.ts';

export interface SlotView {
  readonly slot: string;
  readonly sku: string;
  readonly capacity: number;
  readonly count: number;
  readonly quarantined: string | null;
  readonly disabled: boolean;
  /** Goes up with everything that staff or the kiosk's rules do to the slot; sales do not count. Starts anew with the process. */
  readonly revision: number;
}

export interface Planogram {
  readonly catalogue: Catalogue;
  /** A newer configuration; called between sales only. @param pictures addresses by the name in the configuration */
  configure(config: Config, pictures: ReadonlyMap<string, string>): void;
  apply(event: ShopEvent): void;
  slots(): readonly SlotView[];
  /** Events that make the journal know a slot which so far stands in the configuration only. */
  firstStock(): ShopEvent[];
  /** What to do with a slot that failed just now. */
  failureOf(slot: string): 'quarantine' | 'keep';
  products(cart: Cart, machine: MachineState | null): ProductView[];
  /** Gives every unit of the cart its slot; null when that is not possible (any more). */
  allocate(cart: Cart, machine: MachineState | null): DraftLine[] | null;
}

/** A line of an order that has no id yet. */
export type DraftLine = Omit<OrderLine, 'vendId'>;

/** SKU → how many. */
export type Cart = ReadonlyMap<string, number>;

export const cartSize = (cart: Cart): number => [...cart.values()].reduce((sum, quantity) => sum + quantity, 0);

interface SlotRecord {
  count: number | null;
  quarantined: string | null;
  disabled: boolean;
  failures: number;
  revision: number;
}

/**
 * @param canCheckAge without a check, age-restricted goods are shown and not sold
 * @param shown addresses of pictures by the name in the configuration
 */
export function createPlanogram(initial: Config, canCheckAge = false, shown: ReadonlyMap<string, string> = new Map()): Planogram {
  let config = initial;
  let pictures = shown;
  const catalogue = createCatalogue(config);
  const records = new Map<string, SlotRecord>();
  const record = (slot: string): SlotRecord => {
    const known = records.get(slot);
    if (known) return known;
    const fresh: SlotRecord = { count: null, quarantined: null, disabled: false, failures: 0, revision: 0 };
    records.set(slot, fresh);
    return fresh;
  };
  const counter = (): boolean => config.shop.mode === 'counter';

  const slots = (): SlotView[] =>
    catalogue.slots().map(({ slot, sku, capacity, stock }) => {
      const { count, quarantined, disabled, revision } = record(slot);
      return { slot, sku, capacity, count: count ?? stock, quarantined, disabled, revision };
    });
  const change = (slot: string, what: Partial<SlotRecord>): void => {
    const known = record(slot);
    Object.assign(known, what, { revision: known.revision + 1 });
  };
  const take = (slot: string): void => {
    const known = record(slot);
    known.count = Math.max(0, (known.count ?? 0) - 1);
  };

  const problemOf = (slot: SlotView, machine: MachineState | null): NotForSale | null => {
    if (slot.disabled) return 'disabled';
    if (slot.quarantined !== null) return 'quarantined';
    const state = machine?.slots.get(slot.slot)?.state ?? 'ready';
    if (state === 'paused' || state === 'missing' || state === 'unknown') return 'slotPaused';
    if (state === 'jammed') return 'quarantined';
    return slot.count <= 0 || state === 'empty' ? 'soldOut' : null;
  };

  return {
    catalogue,
    configure(next, nextPictures) {
      config = next;
      pictures = nextPictures;
      catalogue.configure(next);
    },
    slots,
    apply(event) {
      switch (event.type) {
        case 'stock.set':
          return change(event.slot, { count: event.count });
        case 'stock.taken':
          take(event.slot);
          record(event.slot).failures = 0;
          return;
        case 'testVend.ended':
          return event.left ? take(event.slot) : undefined;
        case 'slot.quarantined':
          return change(event.slot, { quarantined: event.why });
        case 'slot.released':
          return change(event.slot, { quarantined: null, failures: 0 });
        case 'slot.enabled':
          return change(event.slot, { disabled: false });
        case 'slot.disabled':
          return change(event.slot, { disabled: true });
        case 'slot.set':
        case 'slot.removed':
          change(event.slot, {});
          return catalogue.apply(event);
        case 'price.set':
        case 'product.set':
        case 'product.removed':
          return catalogue.apply(event);
        case 'kiosk.started':
        case 'kiosk.stopped':
        case 'kiosk.released':
        case 'testVend.requested':
        case 'staff.tried':
        case 'staff.signedIn':
        case 'staff.signedOut':
        case 'staff.changed':
        case 'device.paired':
        case 'device.removed':
        case 'maintenance.began':
        case 'maintenance.ended':
        case 'day.closed':
        case 'payments.compared':
        case 'orders.exported':
        case 'journal.tended':
        case 'order.asked':
        case 'orders.selfChecked':
        case 'config.reloaded':
          return;
        default:
          impossible(event);
      }
    },
    firstStock: () =>
      catalogue
        .slots()
        .filter(({ slot }) => record(slot).count === null)
        .map(({ slot, stock }) => ({ type: 'stock.set', slot, count: stock, by: 'config', reason: 'first start' })),
    failureOf(slot) {
      const failures = ++record(slot).failures;
      return failures >= config.sale.quarantineAfter ? 'quarantine' : 'keep';
    },
    products(cart, machine) {
      const bySku = Map.groupBy(slots(), (slot) => slot.sku);
      return catalogue.products().map((product) => {
        const inCart = cart.get(product.sku) ?? 0;
        const room = config.sale.maxItems - cartSize(cart);
        const own = bySku.get(product.sku) ?? [];
        const problems = own.map((slot) => problemOf(slot, machine));
        const left = counter() ? config.sale.maxItems : own.reduce((sum, slot, i) => (problems[i] === null ? sum + slot.count : sum), 0);
        const notForSale: NotForSale | null =
          product.ageRestricted && !canCheckAge
            ? 'ageCheckMissing'
            : left > 0
              ? null
              : (problems.find((problem) => problem !== null && problem !== 'soldOut') ?? 'soldOut');
        return {
          sku: product.sku,
          name: product.name,
          description: product.description ?? null,
          category: product.category ?? null,
          price_jpy: product.price_jpy,
          picture: pictures.get(product.picture ?? '') ?? null,
          allergens: product.allergens,
          calories_kcal: product.calories_kcal ?? null,
          available: notForSale === null ? Math.max(0, Math.min(room, left - inCart)) : 0,
          notForSale,
          ageCheck: product.ageRestricted,
        };
      });
    },
    allocate(cart, machine) {
      const free = slots().map((slot) => ({ ...slot, free: problemOf(slot, machine) === null ? slot.count : 0 }));
      const lines: DraftLine[] = [];
      for (const [sku, quantity] of cart) {
        const product = catalogue.product(sku);
        if (product === undefined || (product.ageRestricted && !canCheckAge)) return null;
        for (let unit = 0; unit < quantity; unit++) {
          const slot = counter()
            ? { slot: 'counter', free: Number.POSITIVE_INFINITY }
            : free.find((candidate) => candidate.sku === sku && candidate.free > 0);
          if (slot === undefined) return null;
          slot.free -= 1;
          lines.push({ line: lines.length, slot: slot.slot, sku, name: product.name, price_jpy: product.price_jpy });
        }
      }
      return lines.length > 0 && lines.length <= config.sale.maxItems ? lines : null;
    },
  };
}

/** Why the whole kiosk can't sell; empty when it can. Asked before every code: no sale that can't be finished. */
export function sellGate(facts: {
  readonly machine: VendingMachine | null;
  readonly needsMachine: boolean;
  readonly gateway: GatewayState;
  /** The outcome of an earlier vend is not known yet. */
  readonly vendPending: boolean;
  readonly attention: number;
  readonly attentionLimit: number;
  /** What was written last is not known to be on the disk. */
  readonly diskSilent: boolean;
  /** An order broke a rule, and nobody has looked at it. */
  readonly broken: boolean;
}): NotForSale[] {
  const reasons: NotForSale[] = facts.broken ? ['brokenRule'] : [];
  if (facts.diskSilent) reasons.push('journalFailed');
  if (!facts.gateway.ready) {
    const byReason = {
      clockUnknown: 'clockUnknown',
      unreachable: 'networkDown',
      keysRefused: 'paymentRefused',
      notEnabled: 'paymentRefused',
      maintenance: 'paymentMaintenance',
    } as const;
    reasons.push(byReason[facts.gateway.reason]);
  }
  if (facts.needsMachine) {
    const byReason = {
      disconnected: 'machineDisconnected',
      starting: 'machineStarting',
      doorOpen: 'machineDoorOpen',
      temperature: 'machineTemperature',
      serviceMenu: 'machineServiceMenu',
      elevator: 'machineElevator',
      productInOutlet: 'productInOutlet',
    } as const;
    const state = facts.machine?.state();
    if (state === undefined) reasons.push('machineDisconnected');
    // Busy passes by itself, and the machine is asked again before a code is made.
    else for (const reason of state.reasons) if (reason !== 'busy') reasons.push(byReason[reason]);
    // What came out now would be taken for the outcome of that vend.
    if (facts.vendPending && !reasons.includes('machineStarting')) reasons.push('machineStarting');
  }
  if (facts.attention >= facts.attentionLimit) reasons.push('tooManyOpenQuestions');
  return reasons;
}
