/** The life of a QR: made, scanned, paid, deleted, expired (paypay.ne.jp/opa/doc/v1.0/dynamicqrcode). */
import type { z } from 'zod';
import type { CreateCodeRequest } from '../operations/code.ts';
import { refusal, success, type Answer } from './answer.ts';
import { echo, paymentBody } from './payments.ts';
import type { Code, Payment, World } from './world.ts';

const badRequest = refusal(400, 'DYNAMIC_QR_BAD_REQUEST', '01650000', 'Dynamic QR bad request error');
const notFound = refusal(404, 'DYNAMIC_QR_NOT_FOUND', '01652072', 'Dynamic qr code not found');

/** The fields that PayPay echoes; what was not sent is left out. */
const ECHO = [
  'orderDescription',
  'storeInfo',
  'storeId',
  'terminalId',
  'productType',
  'redirectUrl',
  'redirectType',
  'authorizationExpiry',
  'requestedAt',
];

export function createCode(world: World, request: z.output<typeof CreateCodeRequest>): Answer {
  const known = world.codes.get(request.merchantPaymentId);
  if (known && world.switches.duplicateCode === 'replay') return success(codeBody(known), 201);
  if (known || world.payments.has(request.merchantPaymentId))
    return refusal(400, 'DUPLICATE_DYNAMIC_QR_REQUEST', '01652073', 'Duplicate Dynamic QR request error');
  if (request.isAuthorization) {
    if (!world.switches.authorizations) return refusal(400, 'PRE_AUTH_CAPTURE_UNSUPPORTED_MERCHANT', '00400060', 'Merchant do not support');
    const latest_s = world.now_s() + world.switches.authorizationLifetime_ms / 1000;
    const expiry_s = request.authorizationExpiry;
    if (expiry_s !== undefined && (expiry_s > latest_s || expiry_s <= world.now_s()))
      return refusal(400, 'PRE_AUTH_CAPTURE_INVALID_EXPIRY_DATE', '00400061', 'Provided Expiry Date is above the allowed limit');
  }
  const now_ms = world.now_ms();
  const code: Code = {
    codeId: `04-${world.token(16)}`,
    url: `${world.publicUrl}/qr/${world.token(16)}`,
    merchantPaymentId: request.merchantPaymentId,
    amount_jpy: request.amount.amount,
    authorization: request.isAuthorization ?? false,
    request,
    createdAt_ms: now_ms,
    expiresAt_ms: Math.floor((now_ms + world.switches.codeLifetime_ms) / 1000) * 1000,
    scannedAt_ms: null,
    deletedAt_ms: null,
  };
  world.codes.set(code.merchantPaymentId, code);
  world.codesById.set(code.codeId, code);
  world.codesByUrl.set(code.url, code);
  return success(codeBody(code), 201);
}

function codeBody(code: Code): object {
  const items = code.request['orderItems'] as readonly { unitPrice: unknown }[] | undefined;
  return {
    codeId: code.codeId,
    url: code.url,
    deeplink: `paypay://payment?link_key=${encodeURIComponent(code.url)}`,
    expiryDate: code.expiresAt_ms / 1000,
    merchantPaymentId: code.merchantPaymentId,
    amount: { amount: code.amount_jpy, currency: 'JPY' },
    codeType: 'ORDER_QR',
    isAuthorization: code.authorization,
    ...echo(code.request, ECHO),
    // PayPay really spells it so in this answer, and `unitPrice` in payment details.
    ...(items ? { orderItems: items.map(({ unitPrice, ...item }) => ({ ...item, unit_price: unitPrice })) } : {}),
  };
}

export function paymentDetails(world: World, merchantPaymentId: string): Answer {
  const payment = world.paymentOf(merchantPaymentId);
  if (payment?.kind === 'code') return success(paymentBody(payment));
  const code = world.codes.get(merchantPaymentId);
  if (!code || (world.switches.detailsOfGoneCode === 'notFound' && codeState(world, code) !== 'waiting'))
    return refusal(400, 'DYNAMIC_QR_PAYMENT_NOT_FOUND', '01652075', 'Dynamic QR payment not found');
  return success({
    status: 'CREATED',
    acceptedAt: 0,
    refunds: null,
    captures: null,
    revert: null,
    merchantPaymentId,
    amount: { amount: code.amount_jpy, currency: 'JPY' },
    requestedAt: 0,
    expiresAt: null,
    canceledAt: null,
    ...echo(code.request, ['storeId', 'terminalId', 'orderReceiptNumber', 'orderDescription', 'orderItems']),
  });
}

export function deleteCode(world: World, codeId: string): Answer {
  const code = world.codesById.get(codeId);
  if (!code) return notFound;
  const { deletePaidCode, deleteExpiredCode } = world.switches;
  const state = codeState(world, code);
  if (state === 'paid' && deletePaidCode !== 'deleted') {
    if (deletePaidCode === 'alreadyPaid') return refusal(400, 'DYNAMIC_QR_ALREADY_PAID', '01652074', 'Dynamic QR already paid');
    return deletePaidCode === 'notFound' ? notFound : badRequest;
  }
  if (state === 'deleted' || (state === 'expired' && deleteExpiredCode === 'notFound')) return notFound;
  code.deletedAt_ms ??= world.now_ms();
  return success({ qrStatus: 'DELETED' });
}

// ---------------------------------------------------------------- the payer

export type CodeState = 'waiting' | 'paid' | 'deleted' | 'expired';

export function codeState(world: World, code: Code): CodeState {
  if (world.payments.has(code.merchantPaymentId)) return 'paid';
  if (code.deletedAt_ms !== null) return 'deleted';
  return world.now_ms() >= code.expiresAt_ms ? 'expired' : 'waiting';
}

/** The payer points the phone at the QR. A dead code shows nothing to confirm. */
export function scan(world: World, url: string): { code: Code; state: CodeState } | null {
  const code = world.codesByUrl.get(url);
  if (!code) return null;
  const state = codeState(world, code);
  if (state === 'waiting') code.scannedAt_ms ??= world.now_ms();
  return { code, state };
}

/** The payer confirms, on a screen that may have been open since before the code died. */
export function pay(world: World, url: string): Payment | { refused: Exclude<CodeState, 'waiting'> | 'unknown' } {
  const seen = scan(world, url);
  if (!seen) return { refused: 'unknown' };
  const { code, state } = seen;
  if (state === 'paid') return { refused: state };
  if (state !== 'waiting') {
    const ended_ms = Math.min(code.deletedAt_ms ?? Number.POSITIVE_INFINITY, code.expiresAt_ms);
    const screenOpen = code.scannedAt_ms !== null && world.now_ms() < ended_ms + world.switches.confirmScreenOutlivesCode_ms;
    if (!screenOpen) return { refused: state };
  }
  const expiry_s = code.request['authorizationExpiry'];
  return world.accept({
    merchantPaymentId: code.merchantPaymentId,
    kind: 'code',
    authorization: code.authorization,
    request: code.request,
    amount_jpy: code.amount_jpy,
    ...(typeof expiry_s === 'number' ? { expiresAt_ms: expiry_s * 1000 } : {}),
  });
}
