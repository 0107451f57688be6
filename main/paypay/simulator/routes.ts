/** Which request is which operation, and what it must carry. */
import type { z } from 'zod';
import { CreateCodeRequest } from '../operations/code.ts';
import { CashbackRequest, CashbackReversalRequest, ExpectedCashbackRequest } from '../operations/cashback.ts';
import {
  CaptureRequest,
  ContinuousPaymentRequest,
  NativePaymentRequest,
  PreauthorizeRequest,
  ReauthorizeRequest,
  RefundRequest,
  RevertRequest,
} from '../operations/payment.ts';
import { PendingPaymentRequest } from '../operations/pending.ts';
import { TopupCodeRequest } from '../operations/topup.ts';
import { AccountLinkRequest } from '../operations/user.ts';
import { refusal, success, type Answer } from './answer.ts';
import { capture, reauthorize, revert } from './authorizations.ts';
import {
  cashbackDetails,
  cashbackReversalDetails,
  createTopupCode,
  deleteTopupCode,
  giveCashback,
  reverseCashback,
  topupDetails,
} from './cashback.ts';
import { createCode, deleteCode, paymentDetails } from './codes.ts';
import {
  cancelPendingPayment,
  createContinuousPayment,
  createNativePayment,
  createPendingPayment,
  nativePaymentDetails,
  pendingPaymentDetails,
  preauthorize,
} from './native.ts';
import { cancel, refund, refundDetails } from './payments.ts';
import { checkWallet, createAccountLink, paymentMethods, unlinkUser, userAuthorization, userProfile, walletBalance } from './users.ts';
import type { World } from './world.ts';

export interface Route {
  readonly operation: string;
  readonly method: string;
  /** Anchored; its groups are the path's parameters. */
  readonly path: RegExp;
  answer(world: World, call: { params: readonly string[]; query: URLSearchParams; body: string }): Answer;
}

type Handler<Schema extends z.ZodType> = (world: World, request: z.output<Schema>, query: URLSearchParams) => Answer;

const fault = (operation: string, missing: boolean): Answer => {
  if (missing) return refusal(400, 'MISSING_REQUEST_PARAMS', '08100024', 'Missing request params');
  if (operation === 'createCode') return refusal(400, 'DYNAMIC_QR_BAD_REQUEST', '01650000', 'Dynamic QR bad request error');
  return refusal(400, 'INVALID_REQUEST_PARAMS', '08100006', 'Invalid request params');
};

function post<Schema extends z.ZodType>(
  operation: string,
  path: RegExp,
  schema: Schema,
  handler: Handler<Schema>,
  required: readonly string[] = [],
): Route {
  return {
    operation,
    method: 'POST',
    path,
    answer(world, { body, query }) {
      let json: unknown;
      try {
        json = JSON.parse(body);
      } catch {
        return fault(operation, false);
      }
      const parsed = schema.safeParse(json);
      if (!parsed.success)
        return fault(
          operation,
          parsed.error.issues.some((issue) => isAbsent(json, issue.path)),
        );
      if (required.some((field) => (json as Record<string, unknown>)[field] === undefined)) return fault(operation, true);
      return handler(world, parsed.data, query);
    },
  };
}

const isAbsent = (json: unknown, path: readonly PropertyKey[]): boolean => {
  let value = json;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return value === undefined;
};

const plain = (
  operation: string,
  method: 'GET' | 'DELETE',
  path: RegExp,
  handler: (world: World, params: readonly string[], query: URLSearchParams) => Answer,
): Route => ({ operation, method, path, answer: (world, { params, query }) => handler(world, params, query) });

const MERCHANT_ID = /^[A-Za-z0-9_-]{1,64}$/;

export const ROUTES: readonly Route[] = [
  post('createCode', /^\/v2\/codes$/, CreateCodeRequest, createCode, ['codeType']),
  plain('paymentDetails', 'GET', /^\/v2\/codes\/payments\/([^/]+)$/, (world, [id = '']) =>
    MERCHANT_ID.test(id) ? paymentDetails(world, id) : refusal(400, 'DYNAMIC_QR_BAD_REQUEST', '01650000', 'Dynamic QR bad request error'),
  ),
  plain('deleteCode', 'DELETE', /^\/v2\/codes\/([^/]+)$/, (world, [id = '']) => deleteCode(world, id)),
  plain('cancel', 'DELETE', /^\/v2\/payments\/([^/]+)$/, (world, [id = '']) =>
    MERCHANT_ID.test(id) ? cancel(world, id) : fault('cancel', false),
  ),
  post('refund', /^\/v2\/refunds$/, RefundRequest, refund, ['requestedAt']),
  plain('refundDetails', 'GET', /^\/v2\/refunds\/([^/]+)$/, (world, [id = ''], query) =>
    refundDetails(world, id, query.get('paymentId') ?? undefined),
  ),
  post('capture', /^\/v2\/payments\/capture$/, CaptureRequest, capture, ['requestedAt']),
  post('revert', /^\/v2\/payments\/preauthorize\/revert$/, RevertRequest, revert, ['requestedAt']),
  post('reauthorize', /^\/v2\/payments\/reauthorize$/, ReauthorizeRequest, reauthorize),

  post('createNativePayment', /^\/v2\/payments$/, NativePaymentRequest, createNativePayment, ['requestedAt']),
  plain('nativePaymentDetails', 'GET', /^\/v2\/payments\/([^/]+)$/, (world, [id = '']) => nativePaymentDetails(world, id)),
  post('preauthorize', /^\/v2\/payments\/preauthorize$/, PreauthorizeRequest, preauthorize, ['requestedAt']),
  post('createContinuousPayment', /^\/v1\/subscription\/payments$/, ContinuousPaymentRequest, createContinuousPayment, ['requestedAt']),
  post('createPendingPayment', /^\/v1\/requestOrder$/, PendingPaymentRequest, createPendingPayment, ['requestedAt']),
  plain('pendingPaymentDetails', 'GET', /^\/v1\/requestOrder\/([^/]+)$/, (world, [id = '']) => pendingPaymentDetails(world, id)),
  plain('cancelPendingPayment', 'DELETE', /^\/v1\/requestOrder\/([^/]+)$/, (world, [id = '']) => cancelPendingPayment(world, id)),

  post('createAccountLink', /^\/v1\/qr\/sessions$/, AccountLinkRequest, createAccountLink),
  plain('userAuthorization', 'GET', /^\/v2\/user\/authorizations$/, (world, _, query) => userAuthorization(world, query)),
  plain('unlinkUser', 'DELETE', /^\/v2\/user\/authorizations\/([^/]+)$/, (world, [id = '']) => unlinkUser(world, id)),
  plain('userProfile', 'GET', /^\/v2\/user\/profile\/secure$/, (world, _, query) => userProfile(world, query)),
  plain('checkWallet', 'GET', /^\/v2\/wallet\/check_balance$/, (world, _, query) => checkWallet(world, query)),
  plain('walletBalance', 'GET', /^\/v6\/wallet\/balance$/, (world, _, query) => walletBalance(world, query)),
  plain('paymentMethods', 'GET', /^\/v4\/paymentMethods$/, (world, _, query) => paymentMethods(world, query)),

  post('giveCashback', /^\/v2\/cashback$/, CashbackRequest, giveCashback, ['requestedAt']),
  plain('cashbackDetails', 'GET', /^\/v2\/cashback\/([^/]+)$/, (world, [id = '']) => cashbackDetails(world, id)),
  post('reverseCashback', /^\/v2\/cashback_reversal$/, CashbackReversalRequest, reverseCashback, ['requestedAt']),
  plain('cashbackReversalDetails', 'GET', /^\/v2\/cashback_reversal\/([^/]+)\/([^/]+)$/, (world, [id = '', given = '']) =>
    cashbackReversalDetails(world, id, given),
  ),
  post('expectedCashback', /^\/v1\/payments\/cashback\/expected$/, ExpectedCashbackRequest, () => success({ campaignMessage: '' })),

  post('createTopupCode', /^\/v1\/code\/topup$/, TopupCodeRequest, createTopupCode, ['requestedAt']),
  plain('topupDetails', 'GET', /^\/v1\/code\/topup\/([^/]+)$/, (world, [id = '']) => topupDetails(world, id)),
  plain('deleteTopupCode', 'DELETE', /^\/v1\/code\/topup\/([^/]+)$/, (world, [id = '']) => deleteTopupCode(world, id)),
];
