/**
 * All that a screen may show ({@link KioskView}) and all that it may ask ({@link KioskCommand}).
 * The view is pushed whole after every change; a screen that reloads gets the true state at once.
 */
import { z } from 'zod';
import type { LocalText } from './order/events.ts';
import type { Theme } from './theme.ts';

export const LANGUAGES = ['ja', 'en', 'zh-Hans', 'zh-Hant', 'ko', 'ja-easy'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Why a product, or the whole kiosk, can't be bought from now. Shown in words, never as a code. */
export type NotForSale =
  | 'soldOut'
  | 'quarantined'
  | 'disabled'
  | 'slotPaused'
  | 'ageCheckMissing'
  | 'machineDisconnected'
  | 'machineStarting'
  | 'machineDoorOpen'
  | 'machineTemperature'
  | 'machineServiceMenu'
  | 'machineElevator'
  | 'productInOutlet'
  | 'networkDown'
  | 'clockUnknown'
  | 'paymentRefused'
  | 'paymentMaintenance'
  | 'journalFailed'
  | 'tooManyOpenQuestions'
  | 'brokenRule';

/** Why the last wish of the customer was not met. */
export type Problem = NotForSale | 'codeRejected' | 'ageRefused' | 'ageUnknown';

export interface ProductView {
  readonly sku: string;
  readonly name: LocalText;
  readonly description: LocalText | null;
  readonly category: string | null;
  readonly price_jpy: number;
  /** Path on the host that serves the screen, or null: the screen draws a quiet stand-in. */
  readonly picture: string | null;
  /** A plain name is Japanese. */
  readonly allergens: readonly (string | LocalText)[];
  readonly calories_kcal: number | null;
  /** How many the customer may still add; 0 when `notForSale` is set or all are in the cart. */
  readonly available: number;
  readonly notForSale: NotForSale | null;
  /** The customer's age is checked before they can pay. */
  readonly ageCheck: boolean;
}

export interface CartLineView {
  readonly sku: string;
  readonly name: LocalText;
  readonly quantity: number;
  readonly price_jpy: number;
}

export interface OrderView {
  readonly orderNumber: string;
  readonly total_jpy: number;
  readonly lines: readonly CartLineView[];
}

/** One unit on its way out. `choose` = the customer must press the machine's button for it, `unknown` = the machine did not say. */
export interface VendLineView {
  readonly name: LocalText;
  readonly price_jpy: number;
  readonly state: 'waiting' | 'choose' | 'moving' | 'delivered' | 'failed' | 'unknown';
}

export interface RefundView {
  /** What goes back; in `rejected` and `held` what a person has to settle. */
  readonly amount_jpy: number;
  /**
   * `requested`: being sent · `accepted`: PayPay has it · `completed`: PayPay says returned · `rejected`: PayPay would not, a person
   * must · `held`: none was tried, a person decides about goods of which nobody knows whether they came out.
   */
  readonly state: 'requested' | 'accepted' | 'completed' | 'rejected' | 'held';
  readonly completedAt_ms: number | null;
}

export type ScreenView =
  | { readonly name: 'recovering' }
  | { readonly name: 'attract' }
  | {
      readonly name: 'selecting';
      readonly cart: readonly CartLineView[];
      readonly total_jpy: number;
      readonly problem: Problem | null;
    }
  /** Something else proves the customer's age now; there is no code yet, and the customer may give up. */
  | { readonly name: 'checkingAge'; readonly order: OrderView }
  | { readonly name: 'creatingCode'; readonly order: OrderView }
  | {
      readonly name: 'awaitingPayment';
      readonly order: OrderView;
      readonly url: string;
      /** When it can't be paid any more: the code ends, or the machine that waits. */
      readonly expiresAt_ms: number;
      readonly pollsFailing: boolean;
    }
  /** Something is not known yet: the payment when the code was closed, or a code that was perhaps created. */
  | { readonly name: 'checking'; readonly order: OrderView; readonly leaving: 'cancelled' | 'expired' | 'notReady' }
  /**
   * The code is closed: PayPay confirmed that nothing was taken, or (`reversed`) that what was taken went back, or (`stillChecking`)
   * will be asked until it answers and whatever was taken is returned. `rejected`: PayPay could not complete the payment.
   */
  | {
      readonly name: 'codeClosed';
      readonly order: OrderView;
      readonly why: 'cancelled' | 'expired' | 'notReady' | 'rejected' | 'reversed' | 'stillChecking';
    }
  | { readonly name: 'dispensing'; readonly order: OrderView; readonly lines: readonly VendLineView[] }
  | { readonly name: 'thanks'; readonly order: OrderView; readonly lines: readonly VendLineView[]; readonly receiptUrl: string | null }
  /** Nothing, or not everything, certainly came out. `dispensed_jpy` + `refund.amount_jpy` = paid. */
  | {
      readonly name: 'refunding';
      readonly order: OrderView;
      readonly lines: readonly VendLineView[];
      readonly paid_jpy: number;
      readonly dispensed_jpy: number;
      readonly refund: RefundView;
    }
  | {
      readonly name: 'outOfService';
      readonly reasons: readonly NotForSale[];
      readonly since_ms: number;
      /** The sale that a fault interrupted, while its customer may still be there. */
      readonly interrupted: OrderView | null;
    }
  | { readonly name: 'maintenance' };

export type ScreenName = ScreenView['name'];

/** What became of the last sale of a counter: staff who were not looking when it ended must not ring it up again. */
export interface LastSaleView {
  readonly orderNumber: string;
  readonly total_jpy: number;
  /** When it was rung up. */
  readonly at_ms: number;
  /** `open`: not known yet, under way, or for a person to settle. */
  readonly state: 'paid' | 'notPaid' | 'returned' | 'open';
}

export interface ShopView {
  readonly name: LocalText;
  readonly machineName: string;
  readonly phone: string | null;
  /** As PayPay's app will show it, so that a customer can compare. */
  readonly merchantName: string;
  readonly languages: readonly Language[];
  readonly categories: readonly { readonly id: string; readonly name: LocalText }[];
  readonly mode: 'vending' | 'counter';
  /** true: one tap from a product to its QR, no cart. */
  readonly singleItem: boolean;
  /** `machine`: the customer chooses on the machine's own keypad. */
  readonly selection: 'screen' | 'machine';
  readonly outlet: 'left' | 'right' | 'below';
  /** Colours as `#rrggbb`, readable on each other. */
  readonly theme: Theme & { readonly logo: string | null };
  readonly display: {
    /** Physical size of the screen as it stands, and where its lower edge is: type, targets and reach follow from it. */
    readonly width_mm: number;
    readonly height_mm: number;
    readonly bottomFromFloor_mm: number;
    readonly lowReach_mm: number;
  };
  /** Sounds and speech may be switched off by the shop. */
  readonly sound: boolean;
  readonly speech: boolean;
}

/** What a customer chose for themselves; forgotten when they leave. */
export interface ComfortView {
  readonly language: Language;
  readonly easyView: boolean;
}

export interface KioskView {
  readonly shop: ShopView;
  readonly comfort: ComfortView;
  readonly screen: ScreenView;
  readonly products: readonly ProductView[];
  /** For staff, never for a customer; null at a vending machine and before the first sale since the start. */
  readonly lastSale: LastSaleView | null;
  /** PayPay's time when this view was made: the screen counts down against it, never against its own clock. */
  readonly now_ms: number;
  /** The screen goes back to attract then unless touched; null where it never does (QR until settled). On the scale of `now_ms`. */
  readonly idleAt_ms: number | null;
}

const Sku = z.string().min(1).max(64);

/** What a screen may ask. Parsed at the host's edge; anything else is dropped and counted. */
export const KioskCommandSchema = z.discriminatedUnion('do', [
  /** Somebody touched the attract screen. */
  z.strictObject({ do: z.literal('start') }),
  /** Any sign of life: pushes the idle time-out away. */
  z.strictObject({ do: z.literal('stay') }),
  z.strictObject({ do: z.literal('add'), sku: Sku }),
  z.strictObject({ do: z.literal('remove'), sku: Sku }),
  z.strictObject({ do: z.literal('checkout') }),
  /** Add and check out at once; the only way in `singleItem` shops. Beside something in the cart it only adds. */
  z.strictObject({ do: z.literal('buy'), sku: Sku }),
  /** `mode: counter` only: an amount without products. */
  z.strictObject({ do: z.literal('charge'), amount_jpy: z.int().min(1).max(9_999_999) }),
  z.strictObject({ do: z.literal('cancel') }),
  /** After an expired code: the same cart, a new order, a new code. */
  z.strictObject({ do: z.literal('newCode') }),
  /** Leave a final screen, or the catalogue. */
  z.strictObject({ do: z.literal('finish') }),
  z.strictObject({ do: z.literal('setLanguage'), language: z.enum(LANGUAGES) }),
  z.strictObject({ do: z.literal('setEasyView'), easyView: z.boolean() }),
  /** The page could not be drawn, and loads itself anew: for the log. */
  z.strictObject({ do: z.literal('broken'), what: z.string().max(200) }),
]);
export type KioskCommand = z.infer<typeof KioskCommandSchema>;
