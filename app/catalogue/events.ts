/** Facts about the shop that are not part of an order: stock, slots, prices, staff. They stand in the same journal. */
import type { Config } from '../config.ts';

/** Who did it: `config` at first start, `kiosk` by its own rule, or a named member of staff. */
export type Actor = string;

export type ShopProduct = Config['products'][number];

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
  /** Stock is counted, not guessed: this replaces what was known. Vends since then are subtracted. */
  | { readonly type: 'stock.set'; readonly slot: string; readonly count: number; readonly by: Actor; readonly reason: string }
  /** One unit left the slot, or may have; written together with the vend's outcome. */
  | { readonly type: 'stock.taken'; readonly slot: string; readonly orderId: string; readonly line: number }
  /** The slot failed and is off sale until somebody looked at it. */
  | { readonly type: 'slot.quarantined'; readonly slot: string; readonly why: string; readonly orderId: string | null }
  | { readonly type: 'slot.released'; readonly slot: string; readonly by: Actor }
  | { readonly type: 'slot.enabled'; readonly slot: string; readonly by: Actor }
  | { readonly type: 'slot.disabled'; readonly slot: string; readonly by: Actor; readonly reason: string }
  /**
   * Changes of what the configuration says. `over` is what the configuration said then: a configuration that was
   * edited since says something newer, and the change no longer counts.
   */
  | {
      readonly type: 'slot.set';
      readonly slot: string;
      readonly content: SlotContent;
      readonly over: SlotContent | null;
      readonly by: Actor;
    }
  | { readonly type: 'price.set'; readonly sku: string; readonly price_jpy: number; readonly over_jpy: number; readonly by: Actor }
  | { readonly type: 'product.set'; readonly product: ShopProduct; readonly over: ShopProduct | null; readonly by: Actor }
  /** A vend without an order and without money. The intent is durable before the machine hears of it. */
  | { readonly type: 'testVend.requested'; readonly slot: string; readonly vendId: string; readonly by: Actor }
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
  | { readonly type: 'staff.changed'; readonly staffId: string; readonly name: string; readonly role: string | null; readonly by: Actor }
  | { readonly type: 'device.paired'; readonly deviceId: string; readonly name: string; readonly by: Actor }
  | { readonly type: 'device.removed'; readonly deviceId: string; readonly by: Actor }
  | { readonly type: 'maintenance.began'; readonly by: Actor }
  | { readonly type: 'maintenance.ended'; readonly by: Actor }
  /** Money totals of a business day (JST), as they were when somebody closed it. */
  | {
      readonly type: 'day.closed';
      readonly day: string;
      readonly taken_jpy: number;
      readonly returned_jpy: number;
      readonly dispensed_jpy: number;
      readonly openOrders: number;
      readonly by: Actor;
    }
  | { readonly type: 'payments.compared'; readonly file: string; readonly rows: number; readonly differences: number; readonly by: Actor }
  | { readonly type: 'order.asked'; readonly orderId: string; readonly by: Actor }
  | { readonly type: 'orders.selfChecked'; readonly asked: number; readonly differences: number }
  | { readonly type: 'config.reloaded'; readonly by: Actor };

/** Changes that a customer in front of the screen must not see half-way: they wait until the kiosk is between sales. */
export const waitsForSale = (event: ShopEvent): boolean =>
  event.type === 'slot.set' || event.type === 'price.set' || event.type === 'product.set';

/** The slot that an event is about; null for those about something else. */
export function slotOf(event: ShopEvent): string | null {
  return 'slot' in event ? event.slot : null;
}

/** Who did it, where the event says so. */
export const actorOf = (event: ShopEvent): Actor | null => ('by' in event ? event.by : null);
