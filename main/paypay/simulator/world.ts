/** What the simulated PayPay knows: codes, payments, and the time. Everything that happens "later" is settled when it is looked at. */
import type { Clock, Ids } from '../../../app/ports.ts';
import type { Cashback, Topup } from './cashback.ts';
import type { Bill } from './native.ts';
import type { Switches } from './switches.ts';
import type { LinkSession, User } from './users.ts';

export interface Code {
  readonly codeId: string;
  readonly url: string;
  readonly merchantPaymentId: string;
  readonly amount_jpy: number;
  readonly authorization: boolean;
  /** The request's fields, echoed in answers. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly createdAt_ms: number;
  readonly expiresAt_ms: number;
  scannedAt_ms: number | null;
  deletedAt_ms: number | null;
}

export interface Refund {
  readonly merchantRefundId: string;
  readonly amount_jpy: number;
  readonly reason: unknown;
  readonly requestedAt_s: unknown;
  readonly acceptedAt_ms: number;
  readonly settlesAt_ms: number;
  status: 'CREATED' | 'REFUNDED';
}

export interface Capture {
  readonly merchantCaptureId: string;
  readonly amount_jpy: number;
  readonly orderDescription: unknown;
  readonly requestedAt_s: unknown;
  readonly acceptedAt_ms: number;
}

export type PaymentStatus = 'AUTHORIZED' | 'REAUTHORIZING' | 'COMPLETED' | 'REFUNDED' | 'FAILED' | 'CANCELED' | 'EXPIRED';

export interface Payment {
  readonly paymentId: string;
  readonly merchantPaymentId: string;
  readonly kind: 'code' | 'native' | 'pending';
  readonly authorization: boolean;
  readonly request: Readonly<Record<string, unknown>>;
  amount_jpy: number;
  status: PaymentStatus;
  readonly acceptedAt_ms: number;
  /** When the authorisation ends. */
  readonly expiresAt_ms: number | null;
  /** When an accepted cancel takes effect. */
  cancelAt_ms: number | null;
  canceledAt_ms: number | null;
  reauthorizations: number;
  readonly refunds: Refund[];
  readonly captures: Capture[];
  revert: {
    readonly merchantRevertId: string;
    readonly reason: unknown;
    readonly requestedAt_s: unknown;
    readonly acceptedAt_ms: number;
  } | null;
}

export class World {
  readonly #clock: Clock;
  readonly #ids: Ids;
  #shift_ms = 0;
  switches: Switches;
  /** Where the payer's page lives; known once the server listens. */
  publicUrl: string;
  /** By merchantPaymentId. */
  readonly codes = new Map<string, Code>();
  readonly codesById = new Map<string, Code>();
  readonly codesByUrl = new Map<string, Code>();
  /** By merchantPaymentId. */
  readonly payments = new Map<string, Payment>();
  readonly paymentsById = new Map<string, Payment>();
  /** Cancels that wait for a payment which may still come, by merchantPaymentId. */
  readonly latentCancels = new Set<string>();
  readonly authorized = new Set<Payment>();
  /** By url. */
  readonly links = new Map<string, LinkSession>();
  /** By userAuthorizationId. */
  readonly users = new Map<string, User>();
  /** By merchantPaymentId. */
  readonly bills = new Map<string, Bill>();
  readonly cashbacks = new Map<string, Cashback>();
  readonly reversals = new Map<string, Cashback>();
  readonly topups = new Map<string, Topup>();
  /** Told of every other thing that PayPay sends a webhook about. */
  onNotification: (notification: object) => void = () => {};
  /** Told of every transaction that PayPay sends a webhook about. */
  onTransaction: (payment: Payment) => void = () => {};

  constructor(clock: Clock, ids: Ids, switches: Switches, publicUrl: string) {
    this.#clock = clock;
    this.#ids = ids;
    this.switches = switches;
    this.publicUrl = publicUrl;
  }

  now_ms(): number {
    return this.#clock.now_ms() + this.#shift_ms;
  }

  now_s(): number {
    return Math.floor(this.now_ms() / 1000);
  }

  /** Moves PayPay's time without waiting for it. */
  shift(delta_ms: number): void {
    this.#shift_ms += delta_ms;
    this.settleExpiries();
  }

  /** @param alphabet one character is taken from it `length` times; a draw is good for four of them */
  token(length: number, alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'): string {
    let text = '';
    for (let i = 0, draw = 0; i < length; i++) {
      draw = i % 4 === 0 ? this.#ids.random() * alphabet.length : (draw % 1) * alphabet.length;
      text += alphabet[Math.floor(draw)];
    }
    return text;
  }

  /** Takes the money, or holds it. A cancel that came before undoes it after its lag (FAQ 4414069180943). */
  accept(
    given: Pick<Payment, 'merchantPaymentId' | 'kind' | 'authorization' | 'request' | 'amount_jpy'> & { expiresAt_ms?: number },
  ): Payment {
    const now_ms = this.now_ms();
    const { authorizationLifetime_ms, cancelLag_ms } = this.switches;
    const payment: Payment = {
      ...given,
      paymentId: `04${this.token(18, '0123456789')}`,
      status: given.authorization ? 'AUTHORIZED' : 'COMPLETED',
      acceptedAt_ms: now_ms,
      expiresAt_ms: given.authorization ? (given.expiresAt_ms ?? now_ms + authorizationLifetime_ms) : null,
      cancelAt_ms: this.latentCancels.has(given.merchantPaymentId) ? now_ms + cancelLag_ms : null,
      canceledAt_ms: null,
      reauthorizations: 0,
      refunds: [],
      captures: [],
      revert: null,
    };
    this.payments.set(payment.merchantPaymentId, payment);
    this.paymentsById.set(payment.paymentId, payment);
    if (given.authorization) this.authorized.add(payment);
    this.onTransaction(payment);
    return payment;
  }

  paymentOf(merchantPaymentId: string): Payment | undefined {
    return this.#settled(this.payments.get(merchantPaymentId));
  }

  paymentById(paymentId: string): Payment | undefined {
    return this.#settled(this.paymentsById.get(paymentId));
  }

  /** Ends authorisations whose time is over, with their webhook. */
  settleExpiries(): void {
    for (const payment of this.authorized) this.#settled(payment);
  }

  /** Lets everything happen to a payment that was due by now, in the order in which it was due. */
  #settled(payment: Payment | undefined): Payment | undefined {
    if (!payment) return undefined;
    const now_ms = this.now_ms();
    if (
      payment.cancelAt_ms !== null &&
      payment.cancelAt_ms <= now_ms &&
      (payment.status === 'COMPLETED' || payment.status === 'AUTHORIZED')
    ) {
      payment.status = 'FAILED';
      payment.canceledAt_ms = payment.cancelAt_ms;
      payment.cancelAt_ms = null;
    }
    for (const refund of payment.refunds) {
      if (refund.status !== 'CREATED' || refund.settlesAt_ms > now_ms) continue;
      refund.status = 'REFUNDED';
      const whole = refunded_jpy(payment) >= taken_jpy(payment);
      payment.status = whole ? 'REFUNDED' : this.switches.statusAfterPartialRefund;
    }
    if (payment.status === 'AUTHORIZED' && payment.expiresAt_ms !== null && payment.expiresAt_ms <= now_ms) {
      payment.status = 'EXPIRED';
      this.onTransaction(payment);
    }
    if (payment.status !== 'AUTHORIZED' && payment.status !== 'REAUTHORIZING') this.authorized.delete(payment);
    return payment;
  }
}

/** What left the payer's balance for good, before anything came back. */
export const taken_jpy = (payment: Payment): number =>
  payment.authorization ? payment.captures.reduce((sum, capture) => sum + capture.amount_jpy, 0) : payment.amount_jpy;

export const refunded_jpy = (payment: Payment): number =>
  payment.refunds.reduce((sum, refund) => sum + (refund.status === 'REFUNDED' ? refund.amount_jpy : 0), 0);

/** What came back to the payer: refunds that are through, and everything when the payment was cancelled. */
export const returned_jpy = (payment: Payment): number => (payment.status === 'FAILED' ? taken_jpy(payment) : refunded_jpy(payment));
