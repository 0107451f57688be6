/** What can be done with a payment: details, cancel, refund. */
import type { z } from 'zod';
import type { RefundRequest } from '../operations/payment.ts';
import { accepted, paymentNotFound, refusal, success, type Answer } from './answer.ts';
import { taken_jpy, type Payment, type Refund, type World } from './world.ts';

const JST_MS = 9 * 3_600_000;
const DAY_MS = 86_400_000;
const YEAR_DAYS = 365;

/** First moment at which a payment can't be cancelled: 00:15:00 JST of the day after. */
export const cancelWindowEnd_ms = (acceptedAt_ms: number): number =>
  (Math.floor((acceptedAt_ms + JST_MS) / DAY_MS) + 1) * DAY_MS - JST_MS + 15 * 60_000;

/** First moment at which a payment can't be refunded: the end (JST) of the 365th day after it. */
const refundWindowEnd_ms = (acceptedAt_ms: number): number =>
  (Math.floor((acceptedAt_ms + JST_MS) / DAY_MS) + YEAR_DAYS + 1) * DAY_MS - JST_MS;

const seconds = (time_ms: number): number => Math.floor(time_ms / 1000);
const yen = (amount_jpy: number) => ({ amount: amount_jpy, currency: 'JPY' });

export const echo = (request: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(fields.flatMap((field) => (request[field] === undefined ? [] : [[field, request[field]]])));

export function paymentBody(payment: Payment): object {
  const { request } = payment;
  return {
    paymentId: payment.paymentId,
    status: payment.status,
    acceptedAt: seconds(payment.acceptedAt_ms),
    refunds: payment.refunds.length > 0 ? { data: payment.refunds.map((refund) => refundBody(payment, refund)) } : null,
    captures:
      payment.captures.length > 0
        ? {
            data: payment.captures.map((capture) => ({
              acceptedAt: seconds(capture.acceptedAt_ms),
              merchantCaptureId: capture.merchantCaptureId,
              amount: yen(capture.amount_jpy),
              orderDescription: capture.orderDescription,
              requestedAt: capture.requestedAt_s,
              status: 'COMPLETED',
            })),
          }
        : null,
    revert: payment.revert
      ? {
          acceptedAt: seconds(payment.revert.acceptedAt_ms),
          merchantRevertId: payment.revert.merchantRevertId,
          requestedAt: payment.revert.requestedAt_s,
          ...(payment.revert.reason === undefined ? {} : { reason: payment.revert.reason }),
        }
      : null,
    merchantPaymentId: payment.merchantPaymentId,
    amount: yen(payment.amount_jpy),
    requestedAt: typeof request['requestedAt'] === 'number' ? request['requestedAt'] : seconds(payment.acceptedAt_ms),
    expiresAt: payment.expiresAt_ms === null ? null : seconds(payment.expiresAt_ms),
    canceledAt: payment.canceledAt_ms === null ? null : seconds(payment.canceledAt_ms),
    ...echo(request, ['storeId', 'terminalId', 'orderReceiptNumber', 'orderDescription', 'orderItems', 'userAuthorizationId', 'metadata']),
    paymentMethods: [{ amount: yen(payment.amount_jpy), type: 'WALLET' }],
  };
}

const refundBody = (payment: Payment, refund: Refund) => ({
  status: refund.status,
  acceptedAt: seconds(refund.acceptedAt_ms),
  merchantRefundId: refund.merchantRefundId,
  paymentId: payment.paymentId,
  amount: yen(refund.amount_jpy),
  requestedAt: refund.requestedAt_s,
  ...(refund.reason === undefined ? {} : { reason: refund.reason }),
});

export function cancel(world: World, merchantPaymentId: string): Answer {
  const notReversible = refusal(400, 'ORDER_NOT_REVERSIBLE', '00200044', 'Order cannot be reversed');
  const payment = world.paymentOf(merchantPaymentId);
  if (!payment) {
    if (!world.codes.has(merchantPaymentId) && world.switches.cancelUnknownPayment === 'refuse') return paymentNotFound;
    world.latentCancels.add(merchantPaymentId);
    return accepted;
  }
  if (payment.status === 'FAILED' || payment.cancelAt_ms !== null) return accepted;
  const cancellable = payment.status === 'AUTHORIZED' || (payment.status === 'COMPLETED' && !payment.authorization);
  const refunding = payment.refunds.length > 0;
  if (!cancellable || refunding || world.now_ms() >= cancelWindowEnd_ms(payment.acceptedAt_ms)) return notReversible;
  payment.cancelAt_ms = world.now_ms() + world.switches.cancelLag_ms;
  return accepted;
}

export function refund(world: World, request: z.output<typeof RefundRequest>): Answer {
  const payment = world.paymentById(request.paymentId);
  if (!payment) return paymentNotFound;
  const { multipleRefunds, refundLimit, refundLag_ms, refundHttpStatus } = world.switches;
  const same = payment.refunds.find((known) => known.merchantRefundId === request.merchantRefundId);
  if (same) return success(refundBody(payment, same), refundHttpStatus);

  const before = payment.refunds.length;
  if (before > 0 && multipleRefunds === 'refuse')
    return refusal(403, 'MERCHANT_MULTIPLE_REFUND_REJECTED', '', 'Multiple refund is not enabled for the merchant');
  if (before > 0 && multipleRefunds === 'refuseOldStyle') return refusal(400, 'UNACCEPTABLE_OP', '00200014', 'Multiple refund not allowed');
  if (before >= refundLimit) return refusal(400, 'REFUND_LIMIT_EXCEEDED', '', 'Refund limit exceeded');
  const settled = payment.status === 'COMPLETED' || (payment.status === 'REFUNDED' && before > 0);
  if (!settled || payment.cancelAt_ms !== null) return refusal(400, 'UNACCEPTABLE_OP', '00200013', 'Order cannot be refunded');
  if (world.now_ms() >= refundWindowEnd_ms(payment.acceptedAt_ms))
    return refusal(400, 'REFUND_WINDOW_EXCEED', '', 'Refund window exceeded');
  const left_jpy = taken_jpy(payment) - payment.refunds.reduce((sum, known) => sum + known.amount_jpy, 0);
  if (request.amount.amount > left_jpy) return refusal(400, 'INVALID_PARAMS', '00200015', 'Invalid refund amount');

  const now_ms = world.now_ms();
  const created: Refund = {
    merchantRefundId: request.merchantRefundId,
    amount_jpy: request.amount.amount,
    reason: request.reason,
    requestedAt_s: request.requestedAt,
    acceptedAt_ms: now_ms,
    settlesAt_ms: now_ms + refundLag_ms,
    status: 'CREATED',
  };
  payment.refunds.push(created);
  return success(refundBody(payment, created), refundHttpStatus);
}

/** @param paymentId absent in requests of older merchants; the refund is then looked for among all payments */
export function refundDetails(world: World, merchantRefundId: string, paymentId: string | undefined): Answer {
  const payments = paymentId === undefined ? [...world.paymentsById.keys()] : [paymentId];
  for (const id of payments) {
    const payment = world.paymentById(id);
    const found = payment?.refunds.find((known) => known.merchantRefundId === merchantRefundId);
    if (payment && found) return success(refundBody(payment, found));
  }
  return refusal(404, 'NO_SUCH_REFUND_ORDER', '00200018', 'Refund not found');
}
