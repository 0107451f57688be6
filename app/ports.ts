/**
 * Everything the kiosk needs from the world, as interfaces. `main/` and `hardware/` implement them,
 * `main/host.ts` puts them together. Nothing here knows a wire, a disk or a clock of its own.
 */
import type { Outcome } from './errors.ts';
import type { Likely, OrderEvent, VendFailure } from './order/events.ts';
import type { ShopEvent } from './catalogue/events.ts';
import type { Receipt } from './receipt.ts';

// ---------------------------------------------------------------- time, ids, log

/** The only source of time. `now_ms` is the host's wall clock (UTC), `monotonic_ms` never goes back. */
export interface Clock {
  now_ms(): number;
  monotonic_ms(): number;
  setTimeout(callback: () => void, delay_ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** The only source of randomness. */
export interface Ids {
  /** A new id, ≤ 40 characters of `[A-Za-z0-9-]`, sortable by time and unique over kiosks and restarts. */
  next(kind: 'order' | 'nonce'): string;
  /** In [0, 1): for jitter only. */
  random(): number;
}

/** One line an event. `orderId` belongs on every line about an order; no secrets, no personal data. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export type Unsubscribe = () => void;

// ---------------------------------------------------------------- money

export interface CodeRequest {
  readonly merchantPaymentId: string;
  readonly amount_jpy: number;
  /** Shown in the payer's app, ≤ 255 characters. */
  readonly description: string;
  /** true = hold the amount (authorise) instead of taking it. */
  readonly authorize: boolean;
}

/** A QR that PayPay made. `url` goes into the QR verbatim. */
export interface PaymentCode {
  readonly codeId: string;
  readonly url: string;
  /** PayPay's own expiry, on PayPay's clock. */
  readonly expiresAt_ms: number;
}

export type RefundStatus = 'absent' | 'created' | 'refunded';

/** PayPay's word on one payment. `absent`: PayPay knows no payment by this id (any more). */
export interface PaymentFacts {
  readonly status:
    | 'absent'
    | 'created'
    | 'authorized'
    | 'reauthorizing'
    | 'completed'
    | 'refunded'
    | 'failed'
    | 'canceled'
    | 'expired'
    /** A status that PayPay added after this was written. Never treated as paid, never as unpaid. */
    | 'unrecognised';
  readonly paymentId: string | null;
  readonly amount_jpy: number | null;
  /** When it became completed or authorised. */
  readonly acceptedAt_ms: number | null;
  /** When the authorisation ends. */
  readonly expiresAt_ms: number | null;
  readonly refunds: readonly { readonly merchantRefundId: string; readonly status: RefundStatus; readonly amount_jpy: number }[];
  readonly captures: readonly { readonly merchantCaptureId: string; readonly completed: boolean; readonly amount_jpy: number }[];
}

/** What is known about the way to PayPay. Nothing is sold while it is not `ready`. */
export type GatewayState =
  | { readonly ready: true; readonly clockOffset_ms: number }
  | { readonly ready: false; readonly reason: 'clockUnknown' | 'unreachable' | 'keysRefused' | 'notEnabled' | 'maintenance' };

/** Whether PayPay can be asked: also where it has not enabled everything that a sale needs. */
export const canAsk = (state: GatewayState): boolean => state.ready || state.reason === 'notEnabled';

/** PayPay, as the order rules see it. No method throws or rejects; each has its own time limit. */
export interface PaymentGateway {
  createCode(request: CodeRequest): Promise<Outcome<PaymentCode>>;
  paymentDetails(merchantPaymentId: string): Promise<Outcome<PaymentFacts>>;
  /** `gone`: deleted now, earlier, or never there. `paid`: PayPay says it was paid. Whatever it says, ask details next. */
  deleteCode(codeId: string): Promise<Outcome<'gone' | 'paid'>>;
  /** Accepted only; the effect is asynchronous and is latent on an unpaid code (paypay.md §5). */
  cancel(merchantPaymentId: string): Promise<Outcome<'accepted'>>;
  refund(request: { merchantRefundId: string; paymentId: string; amount_jpy: number; reason: string }): Promise<Outcome<RefundStatus>>;
  refundDetails(request: { merchantRefundId: string; paymentId: string }): Promise<Outcome<RefundStatus>>;
  capture(request: {
    merchantPaymentId: string;
    merchantCaptureId: string;
    amount_jpy: number;
    description: string;
  }): Promise<Outcome<'captured'>>;
  revert(request: { merchantRevertId: string; paymentId: string; reason: string }): Promise<Outcome<'reverted'>>;
  /** Establishes clock and reachability with one harmless read. */
  probe(): Promise<GatewayState>;
  state(): GatewayState;
  onState(listener: (state: GatewayState) => void): Unsubscribe;
  /** Opens a connection ahead of need, when a customer touches the screen. */
  warm(): void;
  /** PayPay's time: the host's clock plus the established offset. */
  now_ms(): number;
  /** Somebody (a webhook) says that this payment may have changed: ask now. Never more than a hint. */
  onHint(listener: (merchantPaymentId: string) => void): Unsubscribe;
}

// ---------------------------------------------------------------- goods

/** What a machine can count or remember, taken before a vend, compared after a restart. Opaque to the kiosk, small, JSON. */
export type VendMark = Readonly<Record<string, string | number | boolean | null>>;

export type MachineReason =
  'disconnected' | 'starting' | 'doorOpen' | 'temperature' | 'serviceMenu' | 'elevator' | 'productInOutlet' | 'busy';

export type SlotState = 'ready' | 'empty' | 'paused' | 'jammed' | 'missing' | 'unknown';

export interface MachineState {
  readonly ready: boolean;
  /** Empty exactly when `ready`. */
  readonly reasons: readonly MachineReason[];
  /** Slots the machine has spoken about; a slot that is not here has said nothing. */
  readonly slots: ReadonlyMap<string, { readonly state: SlotState; readonly stock?: number; readonly capacity?: number }>;
  readonly temperature_c: number | null;
}

export type VendProgress =
  | 'sent'
  | 'accepted'
  /** The machine waits for the customer to press the key of what was paid for (MDB, paid first). */
  | 'chooseOnMachine'
  | 'moving'
  | 'elevator'
  | 'delivering'
  | 'heating';

export type VendOutcome =
  | { readonly outcome: 'succeeded'; readonly proof: 'dropSensor' | 'machine' | 'actuated' }
  | { readonly outcome: 'failed'; readonly why: VendFailure; readonly detail: string }
  | { readonly outcome: 'unknown'; readonly likely: Likely; readonly evidence: string };

/** What the machine can still tell about a vend that was asked for before a restart. */
export type VendEvidence =
  | { readonly evidence: 'delivered'; readonly proof: string }
  | { readonly evidence: 'notDelivered'; readonly why?: VendFailure | undefined; readonly proof: string }
  | { readonly evidence: 'none'; readonly likely: Likely; readonly proof: string };

/** A choice that the customer made on the machine itself (keypad, MDB vend request). */
export interface MachineSelection {
  readonly slot: string;
  /** Set when the machine names the price (MDB); the kiosk then charges exactly this. */
  readonly price_jpy?: number;
  /** Ends the machine's wait without goods. */
  decline(): void;
  /** The machine gives up waiting then (MDB reader response time), on the monotonic clock. */
  readonly deadline_monotonic_ms?: number;
  /** Resolves when the machine does not wait any more: cancelled there, timed out, reset, declined, or its vend was asked for. Never rejects. */
  readonly withdrawn?: Promise<void>;
}

/** What a machine with a controller of its own may keep of a slot. */
export interface SlotSettings {
  readonly price_jpy?: number;
  readonly capacity?: number;
  readonly stock?: number;
}

/** A vending machine of any protocol. At most one vend at a time; a vendId is never sent twice, whatever happens. */
export interface VendingMachine {
  state(): MachineState;
  onState(listener: (state: MachineState) => void): Unsubscribe;
  /** Asks the machine whether this slot can sell now. Unknown is not ready. */
  check(slot: string): Promise<{ ready: true } | { ready: false; reason: MachineReason | SlotState }>;
  /** What to write down before a vend from this slot. */
  mark(slot: string): VendMark;
  /** Never rejects; its own deadlines come back as `unknown`. */
  vend(request: { vendId: string; slot: string; price_jpy: number }, onProgress: (progress: VendProgress) => void): Promise<VendOutcome>;
  evidence(request: { vendId: string; slot: string; mark: VendMark }): Promise<VendEvidence>;
  onSelection(listener: (selection: MachineSelection) => void): Unsubscribe;
  /**
   * What the shop says of a slot, for a machine that keeps it too. Nobody waits for it: the newest goes out when nothing
   * vends, and a machine that does not take it is only logged. Never called while an order is open, whose mark it would spoil.
   */
  tell?(slot: string, settings: SlotSettings): void;
  diagnostics(): MachineDiagnostics;
  /** Closes the port; nothing is answered afterwards. */
  close(): Promise<void>;
}

export interface MachineDiagnostics {
  readonly driver: string;
  readonly port: string;
  readonly connectedSince_ms: number | null;
  readonly counters: Readonly<
    Record<'framesIn' | 'framesOut' | 'badChecksums' | 'garbageBytes' | 'resends' | 'duplicates' | 'reconnects', number>
  >;
  /** What keeps a machine that answers from getting ready, in words. */
  readonly trouble?: string | undefined;
  /** The newest last, at most 50, as hex or text with direction. */
  readonly lastFrames: readonly { readonly at_ms: number; readonly direction: 'in' | 'out'; readonly frame: string }[];
}

// ---------------------------------------------------------------- age

/** `unknown`: nobody said yes or no. Only `allowed` sells. */
export type AgeAnswer = 'allowed' | 'refused' | 'unknown';

/**
 * Proves that the customer is old enough for age-restricted goods: a licence reader, a clerk's key, a service. None is
 * built in. It is asked once for every sale, and its answer is good for that sale only.
 */
export interface AgeCheck {
  /**
   * Rejecting counts as `unknown`, and so does an answer after 60 s.
   * @param sale.signal aborted when nobody waits for the answer any more: the customer gave up, or the time is over
   */
  check(sale: { readonly orderId: string; readonly skus: readonly string[]; readonly signal: AbortSignal }): Promise<AgeAnswer>;
  close?(): Promise<void>;
}

// ---------------------------------------------------------------- paper

/** Prints receipts, best effort: a printer without paper stops nothing. */
export interface ReceiptPrinter {
  /** Rejects with an Error that says why nothing was printed. */
  print(receipt: Receipt): Promise<void>;
}

// ---------------------------------------------------------------- the journal

export type NewRow =
  | { readonly stream: 'order'; readonly orderId: string; readonly event: OrderEvent }
  | { readonly stream: 'shop'; readonly event: ShopEvent };

export type JournalRow = NewRow & {
  /** 1, 2, 3 … without gaps. */
  readonly seq: number;
  readonly at_ms: number;
  readonly monotonic_ms: number;
  /** Of the process start that wrote it: `<start of the machine>:<start of the process>`. */
  readonly bootId: string;
};
export type OrderRow = Extract<JournalRow, { stream: 'order' }>;
export type ShopRow = Extract<JournalRow, { stream: 'shop' }>;

/** Why nothing can be written or trusted; the kiosk is out of service while it lasts. */
export type JournalFault = 'full' | 'readOnly' | 'io' | 'locked' | 'corrupt' | 'newerVersion';

/** Thrown by the journal and by nothing else. A failed append means: the event did not happen. */
export class JournalError extends Error {
  readonly fault: JournalFault;
  constructor(fault: JournalFault, message: string) {
    super(message);
    this.name = 'JournalError';
    this.fault = fault;
  }
}

/** Append-only. `append` resolves when the rows are on disk, all or none, and throws {@link JournalError} otherwise. */
export interface Journal {
  append(rows: readonly NewRow[]): Promise<readonly JournalRow[]>;
  /** All rows of the orders that are not closed, or closed `attention` and not settled, oldest first. */
  openOrders(): Promise<readonly OrderRow[]>;
  order(orderId: string): Promise<readonly OrderRow[]>;
  /** All rows of the shop stream that still matter: from the last snapshot on. */
  shop(): Promise<readonly ShopRow[]>;
  /** How many orders were ever opened: the base of order numbers. */
  orderCount(): Promise<number>;
  readonly bootId: string;
  close(): Promise<void>;
}
