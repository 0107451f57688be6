/**
 * The facts of an order, as they stand in the journal. Past tense; `*.requested` is an intent and is
 * durable before its request leaves; everything else is an outcome, durable before anybody sees it.
 */
import type { VendMark } from '../ports.ts';

/** Version of the events below. A journal with a newer one is not opened (it would be misread). */
export const ORDER_EVENT_VERSION = 1;

/** `sale`: pay, vend, refund what did not drop. `authorize`: hold, vend, capture what dropped, revert the rest. */
export type Settlement = 'sale' | 'authorize';

/** Who bears a vend whose outcome nobody knows: give the money back, or hold it for a person to decide. */
export type UnknownVendPolicy = 'refund' | 'hold';

/** A name in the languages of the shop; Japanese is always there. */
export interface LocalText {
  readonly ja: string;
  readonly en?: string | undefined;
  readonly [language: string]: string | undefined;
}

/** One unit of one product from one slot. Three cans are three lines. */
export interface OrderLine {
  /** 0-based; the key of the vend events. */
  readonly line: number;
  readonly slot: string;
  readonly sku: string;
  readonly name: LocalText;
  readonly price_jpy: number;
  /** Minted when the order is opened, so that a vend has its identity before it is asked for. */
  readonly vendId: string;
}

export type CancelReason = 'customer' | 'expired' | 'restarted' | 'codeUnknown' | 'notReady' | 'rejected';
export type VendFailure = 'jam' | 'empty' | 'motor' | 'elevator' | 'notSent';
/** What the evidence of an unconfirmed vend points to. */
export type Likely = 'delivered' | 'notDelivered' | 'none';
export type OrderResult = 'vended' | 'partlyVended' | 'refunded' | 'abandoned' | 'attention';

export type OrderEvent =
  | {
      readonly type: 'order.opened';
      readonly settlement: Settlement;
      readonly unknownVend: UnknownVendPolicy;
      readonly lines: readonly OrderLine[];
      readonly total_jpy: number;
      /** The number a customer can quote, unique on this kiosk. */
      readonly orderNumber: string;
      readonly merchantPaymentId: string;
      readonly merchantRefundId: string;
      readonly merchantRevertId: string;
      /** `counter`: nothing is dispensed by a machine, staff hand the goods over. */
      readonly fulfilment: 'machine' | 'counter';
    }
  | {
      readonly type: 'code.requested';
      /** By PayPay's clock, which the life of the code goes by. Absent in older journals. */
      readonly requestedAt_ms?: number | undefined;
    }
  | { readonly type: 'code.created'; readonly codeId: string; readonly url: string; readonly expiresAt_ms: number }
  | { readonly type: 'code.rejected'; readonly code: string; readonly message: string }
  | { readonly type: 'payment.completed'; readonly paymentId: string; readonly amount_jpy: number; readonly paidAt_ms: number }
  | {
      readonly type: 'payment.authorized';
      readonly paymentId: string;
      readonly amount_jpy: number;
      readonly paidAt_ms: number;
      readonly expiresAt_ms: number | null;
    }
  | { readonly type: 'cancel.requested'; readonly reason: CancelReason }
  | { readonly type: 'cancel.accepted' }
  /** Nobody can pay any more, or what was paid went back: `unpaid` or `reversed`. */
  | { readonly type: 'payment.closed'; readonly how: 'unpaid' | 'reversed' }
  | { readonly type: 'vend.requested'; readonly line: number; readonly mark: VendMark }
  | {
      readonly type: 'vend.succeeded';
      readonly line: number;
      readonly proof: 'dropSensor' | 'machine' | 'actuated' | 'evidence' | 'handedOver';
    }
  | { readonly type: 'vend.failed'; readonly line: number; readonly why: VendFailure; readonly detail: string }
  | { readonly type: 'vend.unknown'; readonly line: number; readonly likely: Likely; readonly evidence: string }
  /** PayPay wants a new merchantCaptureId for every try, so this is the one intent that may be there several times. */
  | { readonly type: 'capture.requested'; readonly merchantCaptureId: string; readonly amount_jpy: number }
  | { readonly type: 'capture.completed'; readonly merchantCaptureId: string; readonly amount_jpy: number }
  | { readonly type: 'capture.rejected'; readonly merchantCaptureId: string; readonly code: string; readonly message: string }
  | { readonly type: 'revert.requested' }
  | { readonly type: 'revert.completed' }
  | { readonly type: 'revert.rejected'; readonly code: string; readonly message: string }
  | { readonly type: 'refund.requested'; readonly amount_jpy: number }
  | { readonly type: 'refund.accepted' }
  | { readonly type: 'refund.completed' }
  | { readonly type: 'refund.rejected'; readonly code: string; readonly message: string }
  | {
      readonly type: 'order.closed';
      /** 1, and one more after each reopening: each closing stands once. */
      readonly closing: number;
      readonly result: OrderResult;
      readonly taken_jpy: number;
      readonly returned_jpy: number;
      readonly dispensed_jpy: number;
    }
  /**
   * Staff give money back for a closed order, or decide what becomes of its hold; it runs through the same rules and is
   * closed again.
   */
  | {
      readonly type: 'order.reopened';
      readonly closing: number;
      readonly by: string;
      /** The person, whatever their name is later. Absent in older journals. */
      readonly byId?: string | undefined;
      readonly reason: string;
      /** 0 exactly when it is about a hold. */
      readonly refund_jpy: number;
      /** The hold stands, and a person looked: the lines that nobody knew about came out (it is captured), or did not (it is let go of). */
      readonly hold?: { readonly lines: readonly number[]; readonly delivered: boolean } | undefined;
    }
  /** A person settled what software could not; the order is out of the way of new sales. */
  | {
      readonly type: 'attention.settled';
      /** The closing that it is about; each is settled once. Absent in older journals, where every order was settled once at most. */
      readonly closing?: number | undefined;
      readonly by: string;
      readonly byId?: string | undefined;
      readonly how: 'refundedByHand' | 'delivered' | 'writtenOff';
      readonly note: string;
    };

export type OrderEventType = OrderEvent['type'];
