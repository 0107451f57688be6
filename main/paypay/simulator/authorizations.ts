/** Payments that were held and are taken, changed or let go later. */
import type { z } from 'zod';
import type { CaptureRequest, ReauthorizeRequest, RevertRequest } from '../operations/payment.ts';
import { paymentNotFound, refusal, success, type Answer } from './answer.ts';
import { paymentBody } from './payments.ts';
import type { World } from './world.ts';

const MOST_REAUTHORIZATIONS = 10;
/** A payer has six hours to agree to a higher amount. */
const CONFIRMATION_S = 6 * 3600;

export function capture(world: World, request: z.output<typeof CaptureRequest>): Answer {
  const payment = world.paymentOf(request.merchantPaymentId);
  if (!payment) return paymentNotFound;
  if (payment.captures.length > 0) return refusal(400, 'ALREADY_CAPTURED', '00200039', 'Cannot capture already captured acquiring order');
  if (payment.status === 'EXPIRED')
    return refusal(400, 'ORDER_EXPIRED', '00200043', 'Order cannot be captured or updated as it has already expired');
  if (payment.status === 'REAUTHORIZING') return refusal(400, 'REAUTHORIZATION_IN_PROGRESS', '00200038', 'Order is being reauthorized');
  if (payment.status !== 'AUTHORIZED' || payment.cancelAt_ms !== null)
    return refusal(400, 'ORDER_NOT_CAPTURABLE', '00200035', 'Order is not capturable');
  if (request.amount.amount > payment.amount_jpy)
    return refusal(202, 'USER_CONFIRMATION_REQUIRED', '08300103', 'User confirmation required as requested amount is above allowed limit');
  payment.captures.push({
    merchantCaptureId: request.merchantCaptureId,
    amount_jpy: request.amount.amount,
    orderDescription: request.orderDescription,
    requestedAt_s: request.requestedAt,
    acceptedAt_ms: world.now_ms(),
  });
  payment.amount_jpy = request.amount.amount;
  payment.status = 'COMPLETED';
  world.authorized.delete(payment);
  world.onTransaction(payment);
  return success(paymentBody(payment));
}

export function revert(world: World, request: z.output<typeof RevertRequest>): Answer {
  const payment = world.paymentById(request.paymentId);
  if (!payment) return paymentNotFound;
  if (payment.status !== 'AUTHORIZED' || payment.cancelAt_ms !== null)
    return refusal(400, 'ORDER_NOT_CANCELABLE', '00200042', 'Order is not cancelable');
  payment.status = 'CANCELED';
  payment.revert = {
    merchantRevertId: request.merchantRevertId,
    reason: request.reason,
    requestedAt_s: request.requestedAt,
    acceptedAt_ms: world.now_ms(),
  };
  world.authorized.delete(payment);
  world.onTransaction(payment);
  return success({
    status: 'CANCELED',
    acceptedAt: world.now_s(),
    paymentId: payment.paymentId,
    requestedAt: request.requestedAt,
    ...(request.reason === undefined ? {} : { reason: request.reason }),
  });
}

export function reauthorize(world: World, request: z.output<typeof ReauthorizeRequest>): Answer {
  const payment = world.paymentById(request.paymentId);
  if (!payment) return paymentNotFound;
  if (payment.status !== 'AUTHORIZED' || payment.cancelAt_ms !== null)
    return refusal(400, 'REAUTHORIZE_REJECTED', '', 'Order cannot be reauthorized');
  if (request.updatedAmount.amount === payment.amount_jpy) return refusal(400, 'REAUTH_AMOUNT_UNCHANGED', '', 'Amount is unchanged');
  if (payment.reauthorizations >= MOST_REAUTHORIZATIONS) return refusal(400, 'REAUTH_MAX_LIMIT_EXCEEDED', '', 'Too many reauthorizations');
  const raise = request.updatedAmount.amount > payment.amount_jpy;
  if (raise && !(request.redirectUrl && request.redirectType && request.userAgent))
    return refusal(400, 'MISSING_REQUEST_PARAMS', '08100024', 'Missing request params');
  payment.reauthorizations += 1;
  if (raise)
    return {
      status: 201,
      code: 'USER_CONFIRMATION_REQUIRED',
      codeId: '08300104',
      message: 'User confirmation required',
      data: { expiresAt: world.now_s() + CONFIRMATION_S, url: `${world.publicUrl}/confirm/${world.token(16)}` },
    };
  payment.amount_jpy = request.updatedAmount.amount;
  world.onTransaction(payment);
  return success({
    requestId: request.requestId,
    paymentId: payment.paymentId,
    updatedAmount: request.updatedAmount,
    requestedAt: request.requestedAt ?? world.now_s(),
    acceptedAt: world.now_s(),
    expiresAt: Math.floor((payment.expiresAt_ms ?? 0) / 1000),
    paymentMethods: [{ amount: request.updatedAmount, type: 'WALLET' }],
  });
}
