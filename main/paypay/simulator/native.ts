/** Payments without a QR: charged to a linked user at once, held, or put into the app as a bill. */
import type { z } from 'zod';
import type { ContinuousPaymentRequest, NativePaymentRequest, PreauthorizeRequest } from '../operations/payment.ts';
import type { PendingPaymentRequest } from '../operations/pending.ts';
import type { Scope } from '../operations/user.ts';
import { accepted, paymentNotFound, refusal, success, type Answer } from './answer.ts';
import { echo, paymentBody } from './payments.ts';
import { balance_jpy, isUser, userFor } from './users.ts';
import type { Payment, World } from './world.ts';

const SIMILAR_MS = 5 * 60_000;
const BILL_LIFETIME_S = 6 * 3600;

type Charge = z.output<typeof ContinuousPaymentRequest>;

function charge(
  world: World,
  request: Charge,
  scope: Scope,
  options: { authorization?: boolean; agreed: boolean; expiresAt?: unknown },
): Answer {
  // A repetition is answered with the first result; whether PayPay does so for every product is not documented.
  const known = world.paymentOf(request.merchantPaymentId);
  if (known) return success(paymentBody(known), 201);
  const user = userFor(world, request.userAuthorizationId, scope);
  if (!isUser(user)) return user;
  if (!options.agreed && similar(world, request))
    return refusal(400, 'SUSPECTED_DUPLICATE_PAYMENT', '', 'A similar payment was made within five minutes');
  if (balance_jpy(world, user) < request.amount.amount) return refusal(400, 'NO_SUFFICIENT_FUND', '', 'No sufficient fund');
  const payment = world.accept({
    merchantPaymentId: request.merchantPaymentId,
    kind: 'native',
    authorization: options.authorization ?? false,
    request,
    amount_jpy: request.amount.amount,
    ...(typeof options.expiresAt === 'number' ? { expiresAt_ms: options.expiresAt * 1000 } : {}),
  });
  return success(paymentBody(payment), 201);
}

function similar(world: World, request: Charge): boolean {
  for (const payment of world.paymentsById.values())
    if (
      payment.request['userAuthorizationId'] === request.userAuthorizationId &&
      payment.amount_jpy === request.amount.amount &&
      world.now_ms() - payment.acceptedAt_ms < SIMILAR_MS
    )
      return true;
  return false;
}

const agreed = (query: URLSearchParams): boolean => query.get('agreeSimilarTransaction') === 'true';

export const createNativePayment = (world: World, request: z.output<typeof NativePaymentRequest>, query: URLSearchParams): Answer =>
  charge(world, request, 'direct_debit', { agreed: agreed(query) });

export const preauthorize = (world: World, request: z.output<typeof PreauthorizeRequest>, query: URLSearchParams): Answer =>
  charge(world, request, 'preauth_capture_native', { agreed: agreed(query), authorization: true, expiresAt: request.expiresAt });

export const createContinuousPayment = (world: World, request: Charge): Answer =>
  charge(world, request, 'continuous_payments', { agreed: true });

export function nativePaymentDetails(world: World, merchantPaymentId: string): Answer {
  const payment = world.paymentOf(merchantPaymentId);
  return payment?.kind === 'native' ? success(paymentBody(payment)) : paymentNotFound;
}

// ---------------------------------------------------------------- pending payments

/** A bill in a user's app. Once paid it is a payment. */
export interface Bill {
  readonly request: z.output<typeof PendingPaymentRequest>;
  readonly expiresAt_s: number;
  canceled: boolean;
}

const billNotFound = refusal(404, 'REQUEST_ORDER_NOT_FOUND', '', 'Request order not found');
const wrongState = refusal(409, 'INVALID_REQUEST_ORDER_STATE', '', 'Invalid request order state');

export function createPendingPayment(world: World, request: z.output<typeof PendingPaymentRequest>): Answer {
  const user = userFor(world, request.userAuthorizationId, 'pending_payments');
  if (!isUser(user)) return user;
  if (world.bills.has(request.merchantPaymentId)) return refusal(400, 'DUPLICATE_REQUEST_ORDER', '', 'Duplicate request order');
  const bill: Bill = { request, expiresAt_s: request.expiryDate ?? world.now_s() + BILL_LIFETIME_S, canceled: false };
  world.bills.set(request.merchantPaymentId, bill);
  return success(billBody(bill), 201);
}

const BILL_ECHO = ['requestedAt', 'storeId', 'terminalId', 'orderReceiptNumber', 'orderDescription', 'orderItems', 'metadata'];

const billBody = ({ request, expiresAt_s }: Bill) => ({
  merchantPaymentId: request.merchantPaymentId,
  userAuthorizationId: request.userAuthorizationId,
  amount: request.amount,
  expiryDate: expiresAt_s,
  ...echo(request, BILL_ECHO),
});

function billState(world: World, bill: Bill): 'CREATED' | 'CANCELED' | 'EXPIRED' | Payment {
  const payment = world.paymentOf(bill.request.merchantPaymentId);
  if (payment) return payment;
  if (bill.canceled) return 'CANCELED';
  return world.now_s() >= bill.expiresAt_s ? 'EXPIRED' : 'CREATED';
}

export function pendingPaymentDetails(world: World, merchantPaymentId: string): Answer {
  const bill = world.bills.get(merchantPaymentId);
  if (!bill) return billNotFound;
  const state = billState(world, bill);
  return success(typeof state === 'string' ? { ...billBody(bill), status: state } : { ...billBody(bill), ...paymentBody(state) });
}

export function cancelPendingPayment(world: World, merchantPaymentId: string): Answer {
  const bill = world.bills.get(merchantPaymentId);
  if (!bill) return billNotFound;
  if (billState(world, bill) !== 'CREATED') return wrongState;
  bill.canceled = true;
  return accepted;
}

/** The user pays the bill in the app. */
export function payBill(world: World, merchantPaymentId: string): Payment | null {
  const bill = world.bills.get(merchantPaymentId);
  if (!bill || billState(world, bill) !== 'CREATED') return null;
  return world.accept({
    merchantPaymentId,
    kind: 'pending',
    authorization: false,
    request: bill.request,
    amount_jpy: bill.request.amount.amount,
  });
}
