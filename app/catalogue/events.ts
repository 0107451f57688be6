/** Facts about the shop that are not part of an order: stock, slots, prices, staff. They stand in the same journal. */
import type { Config } from '../config.ts';

/** Who did it: `config` at first start, `kiosk` by its own rule, or a named member of staff. */
export type Actor = string;

/** A name can be given to somebody else later; the id stays with the person. Absent where nobody of the staff did it. */
export interface Act {
  readonly by: Actor;
  readonly byId?: string;
}

export type ShopProduct = Config['products'][number];

/** Names that no member of staff has. */
export const KIOSK_ACTORS: readonly Actor[] = ['kiosk', 'config'];

/** What stands in a slot, without how many. */
export interface SlotContent {
  readonly sku: string;
  readonly capacity: number;
}

/** Where a member of staff is: at the kiosk's own screen, on the local network, or at the command line. */
export type StaffPlace = 'kiosk' | 'lan' | 'cli';

export type ShopEvent =
  /** Written at every start, before anything is sold: it proves that the journal can grow. */
  | { readonly type: 'kiosk.started'; readonly version: string }
  /** An order broke a rule of the money: nothing more is sold until staff have looked at it, whatever restarts in between. */
  | { readonly type: 'kiosk.stopped'; readonly orderId: string; readonly rule: string }
  | (Act & { readonly type: 'kiosk.released'; readonly orderId: string })
  /** Stock is counted, not guessed: this replaces what was known. Vends since then are subtracted. */
  | (Act & { readonly type: 'stock.set'; readonly slot: string; readonly count: number; readonly reason: string })
  /** One unit left the slot, or may have; written together with the vend's outcome. */
  | { readonly type: 'stock.taken'; readonly slot: string; readonly orderId: string; readonly line: number }
  /** The slot failed and is off sale until somebody looked at it. */
  | { readonly type: 'slot.quarantined'; readonly slot: string; readonly why: string; readonly orderId: string | null }
  | (Act & { readonly type: 'slot.released'; readonly slot: string })
  | (Act & { readonly type: 'slot.enabled'; readonly slot: string })
  | (Act & { readonly type: 'slot.disabled'; readonly slot: string; readonly reason: string })
  /**
   * Changes of what the configuration says. `over` is what the configuration said then: a configuration that was
   * edited since says something newer, and the change no longer counts.
   */
  | (Act & {
      readonly type: 'slot.set';
      readonly slot: string;
      readonly content: SlotContent;
      readonly over: SlotContent | null;
    })
  | (Act & { readonly type: 'price.set'; readonly sku: string; readonly price_jpy: number; readonly over_jpy: number })
  | (Act & { readonly type: 'product.set'; readonly product: ShopProduct; readonly over: ShopProduct | null })
  /** Gone from the machine, or from the range; a later `slot.set` or `product.set` brings it back. */
  | (Act & { readonly type: 'slot.removed'; readonly slot: string; readonly over: SlotContent | null })
  | (Act & { readonly type: 'product.removed'; readonly sku: string; readonly over: ShopProduct | null })
  /** A vend without an order and without money. The intent is durable before the machine hears of it. */
  | (Act & { readonly type: 'testVend.requested'; readonly slot: string; readonly vendId: string })
  | {
      readonly type: 'testVend.ended';
      readonly slot: string;
      readonly vendId: string;
      readonly outcome: 'succeeded' | 'failed' | 'unknown';
      readonly detail: string;
      /** One unit left the slot, or may have. */
      readonly left: boolean;
    }
  /** A PIN is being tried; written before it is looked at, so that pulling the plug does not win another try. */
  | { readonly type: 'staff.tried'; readonly staffId: string; readonly from: StaffPlace; readonly failures: number }
  | { readonly type: 'staff.signedIn'; readonly staffId: string; readonly by: Actor; readonly from: StaffPlace }
  | { readonly type: 'staff.signedOut'; readonly staffId: string; readonly by: Actor; readonly why: 'left' | 'idle' | 'removed' }
  | (Act & { readonly type: 'staff.changed'; readonly staffId: string; readonly name: string; readonly role: string | null })
  | (Act & { readonly type: 'device.paired'; readonly deviceId: string; readonly name: string })
  | (Act & { readonly type: 'device.removed'; readonly deviceId: string })
  | (Act & { readonly type: 'maintenance.began' })
  | (Act & { readonly type: 'maintenance.ended' })
  /** Money totals of a business day (JST), as they were when somebody closed it. */
  | (Act & {
      readonly type: 'day.closed';
      readonly day: string;
      readonly taken_jpy: number;
      readonly returned_jpy: number;
      readonly dispensed_jpy: number;
      readonly openOrders: number;
    })
  | (Act & { readonly type: 'payments.compared'; readonly file: string; readonly rows: number; readonly differences: number })
  /** A file of orders was fetched. */
  | (Act & { readonly type: 'orders.exported'; readonly from: string; readonly to: string; readonly format: string })
  /** The journal was proved, copied or written out while the kiosk ran. */
  | (Act & { readonly type: 'journal.tended'; readonly what: 'verify' | 'export' | 'backup' })
  | (Act & { readonly type: 'order.asked'; readonly orderId: string })
  /** By a person, or (without `by`) by the kiosk itself at night. */
  | ({ readonly type: 'orders.selfChecked'; readonly asked: number; readonly differences: number } & Partial<Act>)
  /** By `config` when the file was edited, with the prices that it changed; by staff when they had it read again. */
  | (Act & {
      readonly type: 'config.reloaded';
      readonly prices?: readonly { readonly sku: string; readonly from_jpy: number | null; readonly price_jpy: number }[];
    });

/** Changes that a customer in front of the screen must not see half-way: they wait until the kiosk is between sales. */
export const waitsForSale = (event: ShopEvent): boolean => WAIT.has(event.type);
const WAIT: ReadonlySet<ShopEvent['type']> = new Set(['slot.set', 'slot.removed', 'price.set', 'product.set', 'product.removed']);

/** The slot that an event is about; null for those about something else. */
export function slotOf(event: ShopEvent): string | null {
  return 'slot' in event ? event.slot : null;
}

/** The product that a change of the catalogue is about. */
export function skuOf(event: ShopEvent): string | null {
  if (event.type === 'product.set') return event.product.sku;
  return event.type === 'price.set' || event.type === 'product.removed' ? event.sku : null;
}

/** Who did it, where the event says so. */
export const actorOf = (event: ShopEvent): Actor | null => ('by' in event ? (event.by ?? null) : null);
