/** What the console shows: the answers to {@link StaffQuery}, as types. */
import type { ShopProduct } from '../catalogue/events.ts';
import type { LocalText } from '../order/events.ts';
import type { Level, Check } from './health.ts';
import type { PairedDevice } from './pairing.ts';
import type { HoldOffer } from './refund.ts';
import type { Role } from './permissions.ts';
import type { StoryLine } from './story.ts';
import type { OrderSummary } from './summary.ts';

/** Before anybody has signed in. */
export interface DoorView {
  readonly shop: LocalText;
  readonly machineName: string;
  /** There is no owner yet: the code that the kiosk printed when it started makes one. */
  readonly needsOwner: boolean;
  readonly staff: readonly { readonly staffId: string; readonly name: string }[];
}

export interface NowView {
  readonly me: { readonly name: string; readonly role: Role; readonly from: string };
  readonly shop: LocalText;
  readonly machineName: string;
  readonly now_ms: number;
  readonly screen: string;
  readonly maintenance: 'off' | 'waiting' | 'on';
  /** It is for this session that the kiosk stands still, perhaps beside others. */
  readonly holding: boolean;
  readonly level: Level;
  /** Only what is not well. */
  readonly checks: readonly Check[];
  /** null for those who may not see money, or while reports are away. */
  readonly today: { readonly orders: number; readonly taken_jpy: number; readonly returned_jpy: number; readonly units: number } | null;
  readonly attention: number;
  /** Changes that wait for the end of a sale. */
  readonly waiting: number;
  readonly others: readonly { readonly name: string; readonly role: Role; readonly from: string }[];
}

export interface SlotRow {
  readonly slot: string;
  readonly sku: string;
  readonly name: LocalText;
  readonly price_jpy: number;
  readonly capacity: number;
  readonly count: number;
  /** Why it is off sale after a failure. */
  readonly quarantined: LocalText | null;
  readonly disabled: boolean;
  readonly revision: number;
  /** What the machine itself says, where it is not that the slot is ready. */
  readonly machine: LocalText | null;
}

export interface PlanogramView {
  readonly slots: readonly SlotRow[];
  readonly products: readonly (ShopProduct & { readonly revision: number })[];
  readonly categories: readonly { readonly id: string; readonly name: LocalText }[];
  readonly waiting: number;
  readonly hasMachine: boolean;
  /** So few left in a slot is low. */
  readonly stockLow: number;
}

export interface HistoryRow {
  readonly seq: number;
  readonly at_ms: number;
  readonly by: string | null;
  /** The person behind the name; null for the kiosk, and in older journals. */
  readonly byId: string | null;
  readonly says: LocalText;
}

export interface StoryView {
  readonly summary: OrderSummary;
  readonly lines: readonly StoryLine[];
  readonly ledger: { readonly taken_jpy: number; readonly returned_jpy: number; readonly dispensed_jpy: number };
  readonly merchantRefundId: string;
  readonly waitsForPerson: boolean;
  /** Its money is only held, and waits for a person. */
  readonly hold: HoldOffer | null;
  readonly refund: { readonly most_jpy: number; readonly proposed_jpy: number; readonly says: readonly LocalText[] };
}

export interface DevicesView {
  readonly devices: readonly PairedDevice[];
  /** A device may be added as a till. */
  readonly tills: boolean;
  /** Whoever asks stands where devices are added. */
  readonly addedHere: boolean;
}

/** PayPay's own word, asked for by staff. */
export interface AskedView {
  readonly says: LocalText;
  readonly status: string | null;
  readonly amount_jpy: number | null;
  readonly returned_jpy: number | null;
  readonly agrees: boolean | null;
}
