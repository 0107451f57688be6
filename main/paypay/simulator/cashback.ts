/** Cashback and top-up: money that goes to a user. */
import type { z } from 'zod';
import type { CashbackRequest, CashbackReversalRequest } from '../operations/cashback.ts';
import type { TopupCodeRequest } from '../operations/topup.ts';
import { accepted, refusal, success, type Answer } from './answer.ts';
import { isUser, userFor } from './users.ts';
import type { World } from './world.ts';

export interface Cashback {
  readonly id: string;
  readonly request: Readonly<Record<string, unknown>> & { readonly amount: { readonly amount: number } };
  readonly acceptedAt_ms: number;
  readonly enough: boolean;
  reversed_jpy: number;
}

const notFound = refusal(404, 'RESOURCE_NOT_FOUND', '', 'Cashback not found');

export function giveCashback(world: World, request: z.output<typeof CashbackRequest>): Answer {
  const user = userFor(world, request.userAuthorizationId, 'cashback');
  if (!isUser(user)) return user;
  if (!world.cashbacks.has(request.merchantCashbackId)) {
    const enough = request.amount.amount <= world.switches.cashbackBudget_jpy;
    if (enough) user.balance_jpy += request.amount.amount;
    world.cashbacks.set(request.merchantCashbackId, {
      id: world.token(20, '0123456789'),
      request,
      acceptedAt_ms: world.now_ms(),
      enough,
      reversed_jpy: 0,
    });
  }
  return accepted;
}

export function reverseCashback(world: World, request: z.output<typeof CashbackReversalRequest>): Answer {
  const given = world.cashbacks.get(request.merchantCashbackId);
  if (!given) return notFound;
  if (!world.reversals.has(request.merchantCashbackReversalId)) {
    const enough = given.enough && given.reversed_jpy + request.amount.amount <= given.request.amount.amount;
    const user = world.users.get(String(given.request['userAuthorizationId']));
    if (enough) given.reversed_jpy += request.amount.amount;
    if (enough && user) user.balance_jpy -= request.amount.amount;
    world.reversals.set(request.merchantCashbackReversalId, {
      id: given.id,
      request: { ...given.request, ...request },
      acceptedAt_ms: world.now_ms(),
      enough,
      reversed_jpy: 0,
    });
  }
  return accepted;
}

function details(cashback: Cashback | undefined): Answer {
  if (!cashback) return notFound;
  const { request } = cashback;
  const answer = success({
    status: cashback.enough ? 'SUCCESS' : 'FAILURE',
    acceptedAt: Math.floor(cashback.acceptedAt_ms / 1000),
    merchantAlias: 'merchant',
    amount: request.amount,
    requestedAt: request['requestedAt'],
    metadata: request['metadata'] ?? {},
    cashbackId: cashback.id,
    merchantCashbackId: request['merchantCashbackId'],
    userAuthorizationId: request['userAuthorizationId'],
    ...(request['orderDescription'] === undefined ? {} : { orderDescription: request['orderDescription'] }),
    walletType: request['walletType'] ?? 'PREPAID',
  });
  return cashback.enough ? answer : { ...answer, code: 'NOT_ENOUGH_MONEY', codeId: 'WAL_500017', message: 'Not enough balance' };
}

export const cashbackDetails = (world: World, id: string): Answer => details(world.cashbacks.get(id));

export const cashbackReversalDetails = (world: World, id: string, merchantCashbackId: string): Answer => {
  const reversal = world.reversals.get(id);
  return details(reversal?.request['merchantCashbackId'] === merchantCashbackId ? reversal : undefined);
};

// ---------------------------------------------------------------- top-up codes

export interface Topup {
  readonly codeId: string;
  readonly request: z.output<typeof TopupCodeRequest>;
  readonly url: string;
  readonly expiresAt_s: number;
  deleted: boolean;
}

export function createTopupCode(world: World, request: z.output<typeof TopupCodeRequest>): Answer {
  const user = userFor(world, request.userAuthorizationId, 'merchant_topup');
  if (!isUser(user)) return user;
  if (world.topups.has(request.merchantTopUpId))
    return refusal(400, 'DUPLICATE_DYNAMIC_QR_REQUEST', '01652073', 'Duplicate Dynamic QR request error');
  const topup: Topup = {
    codeId: `04-${world.token(16)}`,
    request,
    url: `${world.publicUrl}/topup/${world.token(16)}`,
    expiresAt_s: world.now_s() + 300,
    deleted: false,
  };
  world.topups.set(request.merchantTopUpId, topup);
  return success({ codeId: topup.codeId, url: topup.url, status: 'CREATED', expiryDate: topup.expiresAt_s, ...request }, 201);
}

export function topupDetails(world: World, merchantTopUpId: string): Answer {
  const topup = world.topups.get(merchantTopUpId);
  if (!topup || topup.deleted) return refusal(404, 'DYNAMIC_QR_NOT_FOUND', '01652072', 'Dynamic qr code not found');
  return success({
    topUpId: topup.codeId,
    merchantTopUpId,
    userAuthorizationId: topup.request.userAuthorizationId,
    requestedAt: topup.request.requestedAt,
    acceptedAt: 0,
    expiryDate: topup.expiresAt_s,
    status: world.now_s() < topup.expiresAt_s ? 'CREATED' : 'EXPIRED',
  });
}

export function deleteTopupCode(world: World, codeId: string): Answer {
  const topup = [...world.topups.values()].find((candidate) => candidate.codeId === codeId && !candidate.deleted);
  if (!topup) return refusal(404, 'DYNAMIC_QR_NOT_FOUND', '01652072', 'Dynamic qr code not found');
  topup.deleted = true;
  return success({ status: 'DELETED' });
}
