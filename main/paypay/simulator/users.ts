/** Users who linked their account: consent, scopes, balance. */
import { createHmac } from 'node:crypto';
import type { z } from 'zod';
import type { AccountLinkRequest, Scope } from '../operations/user.ts';
import { refusal, success, type Answer } from './answer.ts';
import { returned_jpy, type World } from './world.ts';

export interface User {
  readonly userAuthorizationId: string;
  readonly referenceIds: readonly string[];
  readonly scopes: readonly string[];
  readonly issuedAt_ms: number;
  expiresAt_ms: number;
  active: boolean;
  /** Before any payment. */
  balance_jpy: number;
}

export interface LinkSession {
  readonly scopes: readonly string[];
  readonly nonce: string;
  readonly redirectUrl: string;
  readonly referenceId: string;
}

const LINK_LIFETIME_MS = 2 * 365 * 86_400_000;
const FIRST_BALANCE_JPY = 10_000;
const PHONE = '*******0077';

const unknownUser = refusal(401, 'INVALID_USER_AUTHORIZATION_ID', '08100013', 'Invalid user authorization id');

export function createAccountLink(world: World, request: z.output<typeof AccountLinkRequest>): Answer {
  const url = `${world.publicUrl}/link/${world.token(16)}`;
  const { scopes, nonce, redirectUrl, referenceId } = request;
  world.links.set(url, { scopes, nonce, redirectUrl, referenceId });
  return success({ linkQRCodeURL: url }, 201);
}

/** Answers a consent as PayPay does: a token that travels back through the browser, and a new user when it was given. */
export function consent(
  world: World,
  session: LinkSession,
  result: 'succeeded' | 'declined',
  keys: { readonly apiKey: string; readonly apiSecret: string },
): { userAuthorizationId: string | null; responseToken: string; redirectUrl: string } {
  const agreed = result === 'succeeded';
  const userAuthorizationId = agreed ? `ua-${world.token(32)}` : null;
  if (userAuthorizationId)
    world.users.set(userAuthorizationId, {
      userAuthorizationId,
      referenceIds: [session.referenceId],
      scopes: session.scopes,
      issuedAt_ms: world.now_ms(),
      expiresAt_ms: world.now_ms() + LINK_LIFETIME_MS,
      active: true,
      balance_jpy: FIRST_BALANCE_JPY,
    });
  const claims = {
    result,
    aud: keys.apiKey,
    iss: 'paypay.ne.jp',
    exp: world.now_s() + 300,
    nonce: session.nonce,
    referenceId: session.referenceId,
    ...(userAuthorizationId ? { userAuthorizationId, profileIdentifier: PHONE } : {}),
  };
  const responseToken = signToken(claims, keys.apiSecret);
  world.onNotification({
    notification_type: `customer.authroization.${agreed ? 'succeeded' : 'failed'}`,
    notification_id: world.token(24),
    createdAt: world.now_s(),
    referenceId: session.referenceId,
    nonce: session.nonce,
    ...(userAuthorizationId
      ? { scopes: session.scopes, userAuthorizationId, profileIdentifier: PHONE, expiry: world.now_s() + LINK_LIFETIME_MS / 1000 }
      : { result: 'declined', reason: 'user declined' }),
  });
  const separator = session.redirectUrl.includes('?') ? '&' : '?';
  return {
    userAuthorizationId,
    responseToken,
    redirectUrl: `${session.redirectUrl}${separator}apiKey=${keys.apiKey}&responseToken=${responseToken}`,
  };
}

/** The page of the browser flow: asked with a requestToken it stands for a user who agrees at once, with a responseToken it reads it. */
export function authorizationPage(
  world: World,
  query: URLSearchParams,
  keys: { readonly apiKey: string; readonly apiSecret: string },
): Answer {
  const claims = readToken(query.get('requestToken') ?? query.get('responseToken') ?? '', keys.apiSecret);
  if (!claims || query.get('apiKey') !== keys.apiKey || Number(claims['exp']) <= world.now_s())
    return refusal(400, 'INVALID_REQUEST_PARAMS', '08100006', 'Invalid request params');
  if (query.has('responseToken')) return success({ result: claims['result'], userAuthorizationId: claims['userAuthorizationId'] });
  const text = (name: string) => (typeof claims[name] === 'string' ? claims[name] : '');
  const session = {
    scopes: text('scope').split(','),
    nonce: text('nonce'),
    redirectUrl: text('redirectUrl'),
    referenceId: text('referenceId'),
  };
  return success(consent(world, session, 'succeeded', keys));
}

// HS256 by hand: the client uses a library, and the two should not share a mistake.
const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const macOf = (text: string, secret: string) => createHmac('sha256', Buffer.from(secret, 'base64')).update(text).digest('base64url');

function signToken(claims: object, secret: string): string {
  const text = `${base64url({ typ: 'JWT', alg: 'HS256' })}.${base64url(claims)}`;
  return `${text}.${macOf(text, secret)}`;
}

function readToken(token: string, secret: string): Record<string, unknown> | null {
  const [header = '', claims = '', mac] = token.split('.');
  if (mac !== macOf(`${header}.${claims}`, secret)) return null;
  return JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as Record<string, unknown>;
}

// ---------------------------------------------------------------- asked with a userAuthorizationId

/** @returns the user, or why PayPay refuses to act for this one */
export function userFor(world: World, userAuthorizationId: string, scope: Scope | null): User | Answer {
  const user = world.users.get(userAuthorizationId);
  if (!user) return unknownUser;
  if (!user.active) return refusal(401, 'USER_STATE_IS_NOT_ACTIVE', '', 'User is not active');
  if (user.expiresAt_ms <= world.now_ms()) return refusal(401, 'EXPIRED_USER_AUTHORIZATION_ID', '08100014', 'User authorization expired');
  if (scope && world.switches.enforceScopes && !user.scopes.includes(scope))
    return refusal(401, 'OP_OUT_OF_SCOPE', '08100023', 'The operation is not permitted');
  return user;
}

export const isUser = (found: User | Answer): found is User => 'balance_jpy' in found;

export function balance_jpy(world: World, user: User): number {
  let balance = user.balance_jpy;
  for (const id of world.paymentsById.keys()) {
    const payment = world.paymentById(id);
    if (payment?.request['userAuthorizationId'] !== user.userAuthorizationId) continue;
    const ended = payment.status === 'CANCELED' || payment.status === 'EXPIRED' || payment.status === 'FAILED';
    balance -= ended ? 0 : payment.amount_jpy - returned_jpy(payment);
  }
  return balance;
}

const asked =
  (scope: Scope | null, answer: (world: World, user: User, query: URLSearchParams) => object) =>
  (world: World, query: URLSearchParams): Answer => {
    const found = userFor(world, query.get('userAuthorizationId') ?? '', scope);
    return isUser(found) ? success(answer(world, found, query)) : found;
  };

export const userAuthorization = (world: World, query: URLSearchParams): Answer => {
  const user = world.users.get(query.get('userAuthorizationId') ?? '');
  if (!user) return unknownUser;
  return success({
    userAuthorizationId: user.userAuthorizationId,
    referenceIds: user.referenceIds,
    status: user.active ? 'ACTIVE' : 'INACTIVE',
    scopes: user.scopes,
    expireAt: Math.floor(user.expiresAt_ms / 1000),
    issuedAt: Math.floor(user.issuedAt_ms / 1000),
  });
};

export function unlinkUser(world: World, userAuthorizationId: string): Answer {
  const user = world.users.get(userAuthorizationId);
  if (!user) return unknownUser;
  user.active = false;
  return success({});
}

export const userProfile = asked('user_profile', () => ({ phoneNumber: PHONE }));

export const checkWallet = asked('get_balance', (world, user, query) => ({
  hasEnoughBalance: balance_jpy(world, user) >= Number(query.get('amount')),
}));

export const walletBalance = asked('get_balance', (world, user) => ({
  userAuthorizationId: user.userAuthorizationId,
  totalBalance: { amount: balance_jpy(world, user), currency: 'JPY' },
  preference: { useCashback: false, cashbackAutoInvestment: false },
}));

export const paymentMethods = asked(null, () => ({
  paymentMethods: [{ paymentMethodType: 'WALLET', paymentMethodId: '1', paymentMethodStatus: 'ACTIVE' }],
}));
