/** PayPay as the order rules see it: the client's answers read through the table of codes. */
import { done, rejected, unavailable, unknownOutcome, type Outcome } from '../../app/errors.ts';
import type { Clock, GatewayState, Ids, Log, PaymentFacts, PaymentGateway, RefundStatus } from '../../app/ports.ts';
import { PayPayClient } from './client.ts';
import { codeRow, type Reaction } from './codes.ts';
import type { Environment } from './environment.ts';
import type { PaymentData, RefundData } from './operations/payment.ts';
import type { PayPayOutcome } from './outcome.ts';
import type { Keys } from './sign.ts';
import type { Transport } from './transport.ts';
import type { z } from 'zod';

export interface GatewayOptions {
  readonly environment: Environment;
  readonly keys: Keys;
  readonly merchantId?: string | undefined;
  readonly storeId?: string | undefined;
  readonly terminalId?: string | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Instead of HTTP to the environment. */
  readonly transport?: Transport;
}

export interface PayPayGateway extends PaymentGateway {
  /** Passes on somebody's word that a payment may have changed. */
  hint(merchantPaymentId: string): void;
  close(): Promise<void>;
}

/** A connection that was used so recently is still open. */
const WARM_MS = 20_000;
/** What PayPay has not enabled for the merchant fails for every customer; after so long one of them tries it again. */
const NOT_ENABLED: readonly string[] = ['OP_OUT_OF_SCOPE', 'PRE_AUTH_CAPTURE_UNSUPPORTED_MERCHANT'];
const NOT_ENABLED_ms = 600_000;

/** @throws Error when the environment is not one */
export function createPayPayGateway(options: GatewayOptions): PayPayGateway {
  const { clock, ids, log } = options;
  const client = new PayPayClient({ ...options, ...options.keys });
  const stateListeners = new Set<(state: GatewayState) => void>();
  const hintListeners = new Set<(merchantPaymentId: string) => void>();
  let state: GatewayState = { ready: false, reason: 'clockUnknown' };
  let heard_ms = -Infinity;
  let probing: Promise<GatewayState> | null = null;
  let notEnabledUntil_ms = -Infinity;

  /**
   * Learns from every answer how the way to PayPay is.
   * @param needed a sale can't be finished without this call
   */
  function observe<T>(outcome: PayPayOutcome<T>, needed = true): PayPayOutcome<T> {
    if (needed && outcome.outcome === 'rejected' && NOT_ENABLED.includes(outcome.code)) {
      notEnabledUntil_ms = clock.monotonic_ms() + NOT_ENABLED_ms;
      log.error('paypay.notEnabled', { message: outcome.message });
    }
    const answered = stateAfter(outcome, client);
    const next: GatewayState | null =
      answered?.ready && clock.monotonic_ms() < notEnabledUntil_ms ? { ready: false, reason: 'notEnabled' } : answered;
    if (!next) return outcome;
    if (next.ready) heard_ms = clock.monotonic_ms();
    const changed = next.ready !== state.ready || (!next.ready && !state.ready && next.reason !== state.reason);
    state = next;
    if (changed) {
      log[state.ready ? 'info' : 'warn']('paypay.state', {
        ready: state.ready,
        reason: state.ready ? undefined : state.reason,
        clockOffset_ms: client.time.offset_ms(),
      });
      for (const listener of stateListeners) listener(state);
    }
    return outcome;
  }

  async function probe(): Promise<GatewayState> {
    probing ??= client
      .paymentDetails({ merchantPaymentId: `probe-${ids.next('nonce')}`.slice(0, 64) })
      .then(observe)
      .then(() => state)
      .finally(() => (probing = null));
    return probing;
  }

  return {
    async createCode({ merchantPaymentId, amount_jpy, description, authorize }) {
      if (!client.time.known) return unavailable("PayPay's clock is not known yet");
      const outcome = await client
        .createCode({
          merchantPaymentId,
          amount: { amount: amount_jpy, currency: 'JPY' },
          orderDescription: description.slice(0, 255),
          isAuthorization: authorize,
          ...(options.storeId === undefined ? {} : { storeId: options.storeId }),
          ...(options.terminalId === undefined ? {} : { terminalId: options.terminalId }),
        })
        .then(observe);
      return read('createCode', outcome, ({ codeId, url, expiryDate }) => done({ codeId, url, expiresAt_ms: expiryDate * 1000 }));
    },
    async paymentDetails(merchantPaymentId) {
      const outcome = await client.paymentDetails({ merchantPaymentId }).then(observe);
      return read('paymentDetails', outcome, (data) => done(factsOf(data)), { absent: ABSENT });
    },
    async deleteCode(codeId) {
      const outcome = await client.deleteCode({ codeId }).then(observe);
      return read<unknown, 'gone' | 'paid'>('deleteCode', outcome, () => done('gone'), { gone: 'gone', paid: 'paid' });
    },
    async cancel(merchantPaymentId) {
      return read('cancel', await client.cancel({ merchantPaymentId }).then(observe), () => done('accepted'));
    },
    async refund({ merchantRefundId, paymentId, amount_jpy, reason }) {
      const amount = { amount: amount_jpy, currency: 'JPY' } as const;
      const outcome = await client.refund({ merchantRefundId, paymentId, amount, reason: reason.slice(0, 255) }).then(observe);
      return read('refund', outcome, (data) => done(refundStatus(data)));
    },
    async refundDetails(request) {
      // Refused or not, the refund is sent (app/order/effects.ts).
      const outcome = observe(await client.refundDetails(request), false);
      return read('refundDetails', outcome, (data) => done(refundStatus(data)), { absent: 'absent' as const });
    },
    async capture({ merchantPaymentId, merchantCaptureId, amount_jpy, description }) {
      const amount = { amount: amount_jpy, currency: 'JPY' } as const;
      const outcome = await client
        .capture({ merchantPaymentId, merchantCaptureId, amount, orderDescription: description.slice(0, 255) })
        .then(observe);
      return read<z.output<typeof PaymentData>, 'captured'>('capture', outcome, ({ status }) =>
        status === 'COMPLETED' ? done('captured') : unknownOutcome(`capture answered with status ${status}`),
      );
    },
    async revert(request) {
      const outcome = await client.revert({ ...request, reason: request.reason.slice(0, 255) }).then(observe);
      return read<{ status: string }, 'reverted'>('revert', outcome, ({ status }) =>
        status === 'CANCELED' ? done('reverted') : unknownOutcome(`revert answered with status ${status}`),
      );
    },
    probe,
    state: () => state,
    onState(listener) {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    warm() {
      if (clock.monotonic_ms() - heard_ms > WARM_MS) void probe();
    },
    now_ms: () => client.time.now_ms(),
    onHint(listener) {
      hintListeners.add(listener);
      return () => hintListeners.delete(listener);
    },
    hint(merchantPaymentId) {
      for (const listener of hintListeners) listener(merchantPaymentId);
    },
    close: () => client.close(),
  };
}

/** Turns a client's outcome into what the kiosk knows; `answers` are the codes that are no errors for this operation. */
function read<Data, T>(
  operation: string,
  outcome: PayPayOutcome<Data>,
  value: (data: Data) => Outcome<T>,
  answers: Partial<Record<Reaction, T>> = {},
): Outcome<T> {
  if (outcome.outcome === 'done') return value(outcome.value);
  if (outcome.outcome !== 'rejected')
    return outcome.outcome === 'unavailable' ? unavailable(outcome.message) : unknownOutcome(outcome.message);
  const reaction = codeRow(operation, outcome.code)?.reaction ?? 'refuse';
  const answer = answers[reaction];
  if (answer !== undefined) return done(answer);
  if (reaction === 'later') return unavailable(outcome.message);
  return rejected(outcome.code, outcome.message, outcome.help);
}

/** What an answer says about the way to PayPay; null: nothing. */
function stateAfter(outcome: PayPayOutcome<unknown>, client: PayPayClient): GatewayState | null {
  if (outcome.outcome === 'unavailable') return { ready: false, reason: 'unreachable' };
  const reply = outcome.reply;
  if (outcome.outcome === 'rejected' && !reply) return null;
  if (reply?.code === 'MAINTENANCE_MODE') return { ready: false, reason: 'maintenance' };
  if (reply?.code === 'UNAUTHORIZED' || reply?.code === 'OPA_CLIENT_NOT_FOUND') return { ready: false, reason: 'keysRefused' };
  if (reply?.httpStatus === 429) return null;
  if (!reply?.code) return { ready: false, reason: 'unreachable' };
  if (!client.time.known) return { ready: false, reason: 'clockUnknown' };
  return { ready: true, clockOffset_ms: client.time.offset_ms() };
}

// ---------------------------------------------------------------- PayPay's data in the kiosk's words

const STATUS: ReadonlyMap<string, PaymentFacts['status']> = new Map([
  ['CREATED', 'created'],
  ['AUTHORIZED', 'authorized'],
  ['REAUTHORIZING', 'reauthorizing'],
  ['COMPLETED', 'completed'],
  ['REFUNDED', 'refunded'],
  ['FAILED', 'failed'],
  ['CANCELED', 'canceled'],
  ['EXPIRED', 'expired'],
]);

const ABSENT: PaymentFacts = {
  status: 'absent',
  paymentId: null,
  amount_jpy: null,
  acceptedAt_ms: null,
  expiresAt_ms: null,
  refunds: [],
  captures: [],
};

/** Seconds to milliseconds; PayPay writes 0 or null for "not yet". */
const time_ms = (epoch_s: number | null | undefined): number | null => (epoch_s ? epoch_s * 1000 : null);

/** Everything but REFUNDED is under way: PayPay goes on until the money is back. */
const refundStatus = ({ status }: z.output<typeof RefundData>): RefundStatus => (status === 'REFUNDED' ? 'refunded' : 'created');

function factsOf(data: z.output<typeof PaymentData>): PaymentFacts {
  return {
    status: STATUS.get(data.status) ?? 'unrecognised',
    paymentId: data.paymentId || null,
    amount_jpy: data.amount?.amount ?? null,
    acceptedAt_ms: time_ms(data.acceptedAt),
    expiresAt_ms: time_ms(data.expiresAt),
    refunds: (data.refunds?.data ?? []).map((item) => ({
      merchantRefundId: item.merchantRefundId ?? '',
      status: refundStatus(item),
      amount_jpy: item.amount?.amount ?? 0,
    })),
    captures: (data.captures?.data ?? []).map((item) => ({
      merchantCaptureId: item.merchantCaptureId ?? '',
      completed: item.status === 'COMPLETED',
      amount_jpy: item.amount?.amount ?? 0,
    })),
  };
}
