/**
 * PayPay's own Node SDK, unchanged and over its own HTTPS, runs every one of its operations against the simulator; our client
 * makes the same call; what both put on the wire is compared.
 */
import { createRequire } from 'node:module';
import https from 'node:https';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { PayPayClient } from '../../main/paypay/client.ts';
import { httpTransport } from '../../main/paypay/transport.ts';
import { call, keys, linkedUser, merchantId, sample, type OperationName, type Requests } from '../main/paypay/samples.ts';
import { selfSigned } from '../main/paypay/self-signed.ts';
import { seededIds } from '../main/paypay/virtual-clock.ts';
import { recordingPayPay, type Exchange, type Recorder } from './recorder.ts';

interface SdkAnswer {
  STATUS: number;
  BODY?: { resultInfo: { code: string }; data: unknown } | null;
  ERROR?: string;
}
type SdkMethod = (input: unknown, ...more: unknown[]) => Promise<SdkAnswer>;
type Sdk = Record<string, SdkMethod> & {
  configure(given: object): void;
  validateJWT(token: string, secret: string): Record<string, unknown>;
};
const { PayPayRestSDK, Conf } = createRequire(import.meta.url)('@paypayopa/paypayopa-sdk-node') as {
  PayPayRestSDK: new () => Sdk;
  Conf: new (given: { hostName: string; portNumber: number }) => object;
};

const tls = selfSigned();
let recorder: Recorder;
let sdk: Sdk;

const openTo = async (seed: number) => {
  recorder = await recordingPayPay(tls, seed);
  sdk = new PayPayRestSDK();
  sdk.configure({
    clientId: keys.apiKey,
    clientSecret: keys.apiSecret,
    merchantId,
    conf: new Conf({ hostName: '127.0.0.1', portNumber: recorder.port }),
  });
  const ids = seededIds(seed);
  const environment = `https://127.0.0.1:${recorder.port}`;
  const client = new PayPayClient({ environment, ...keys, merchantId, ids, transport: httpTransport(environment, { ca: tls.cert }) });
  return { client, ids, id: () => ids.next('order') };
};

beforeAll(() => {
  https.globalAgent.options.ca = tls.cert;
  vi.spyOn(console, 'log').mockImplementation(() => {});
});
afterEach(() => recorder.close());
afterAll(() => {
  delete https.globalAgent.options.ca;
  vi.restoreAllMocks();
});

/** Which of the SDK's methods is which of our operations, and how the SDK wants its input. */
const SDK: { readonly [Method in string]: readonly [operation: OperationName, input: (request: never) => unknown] } = {
  qrCodeCreate: ['createCode', (request: object) => ({ codeType: 'ORDER_QR', ...request })],
  getCodePaymentDetails: ['paymentDetails', (request: Requests['paymentDetails']) => [request.merchantPaymentId]],
  qrCodeDelete: ['deleteCode', (request: Requests['deleteCode']) => [request.codeId]],
  paymentCancel: ['cancel', (request: Requests['cancel']) => [request.merchantPaymentId]],
  paymentRefund: ['refund', (request: object) => ({ ...request })],
  refundPendingPayment: ['refund', (request: object) => ({ ...request })],
  // The SDK knows no paymentId here; written into its one parameter it goes out as PayPay documents it.
  getRefundDetails: [
    'refundDetails',
    (request: Requests['refundDetails']) => [`${request.merchantRefundId}?paymentId=${request.paymentId}`],
  ],
  paymentAuthCapture: ['capture', (request: object) => ({ ...request })],
  paymentAuthRevert: ['revert', (request: object) => ({ ...request })],
  createPayment: ['createNativePayment', (request: object) => ({ ...request })],
  getPaymentDetails: ['nativePaymentDetails', (request: Requests['nativePaymentDetails']) => [request.merchantPaymentId]],
  paymentPreauthorize: ['preauthorize', (request: object) => ({ ...request })],
  paymentSubscription: ['createContinuousPayment', (request: object) => ({ ...request })],
  createPendingPayment: ['createPendingPayment', (request: object) => ({ ...request })],
  getPendingPaymentDetails: ['pendingPaymentDetails', (request: Requests['pendingPaymentDetails']) => [request.merchantPaymentId]],
  cancelPendingOrder: ['cancelPendingPayment', (request: Requests['cancelPendingPayment']) => [request.merchantPaymentId]],
  accountLinkQRCodeCreate: ['createAccountLink', (request: object) => ({ ...request })],
  getUserAuthorizationStatus: ['userAuthorization', (request: Requests['userAuthorization']) => [request.userAuthorizationId]],
  unlinkUser: ['unlinkUser', (request: Requests['unlinkUser']) => [request.userAuthorizationId]],
  checkUserWalletBalance: [
    'checkWallet',
    (request: Requests['checkWallet']) => [request.userAuthorizationId, request.amount.amount, request.amount.currency],
  ],
  cashBack: ['giveCashback', (request: object) => ({ ...request })],
  getCashBackDetails: ['cashbackDetails', (request: Requests['cashbackDetails']) => [request.merchantCashbackId]],
  reverseCashBack: ['reverseCashback', (request: object) => ({ ...request })],
  getReverseCashBackDetails: [
    'cashbackReversalDetails',
    (request: Requests['cashbackReversalDetails']) => [request.merchantCashbackReversalId, request.merchantCashbackId],
  ],
};

/** The SDK's members that are no calls of the API, or that are tested below. */
const NO_CALLS = [
  'configure',
  'createAuthHeader',
  'paypaySetupOptions',
  'getEndpoint',
  'invokeMethod',
  'validateJWT',
  'authorization',
  'authorizationResult',
];

test('every operation of the SDK is compared', async () => {
  await openTo(1);
  const methods = Object.keys(sdk).filter((name) => typeof sdk[name] === 'function' && !NO_CALLS.includes(name));
  expect(Object.keys(SDK).sort()).toEqual(methods.sort());
});

/** What of an exchange must be the same: not the signature with its time and nonce, nor the order of keys in JSON. */
const wire = ({ method, target, headers, body }: Exchange) => {
  const { requestedAt, ...content } = (body ? JSON.parse(body) : {}) as { requestedAt?: number };
  return {
    method,
    target: new URL(target, 'https://paypay').href,
    contentType: headers['content-type'],
    merchant: headers['x-assume-merchant'],
    content,
    hasRequestedAt: typeof requestedAt,
  };
};

/** Times and random names differ between two runs. */
const shape = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .sort()
      .map(([key, inner]) => [key, shape(inner)]),
  );
};

describe.each(Object.entries(SDK))('%s', (method, [operation, toSdk]) => {
  test(`puts on the wire what ${operation} does, and is understood`, async () => {
    const ours = await openTo(42);
    const outcome = await call(ours.client, operation, (await sample(operation, ours.client, recorder.simulator, ours.id)) as never);
    expect(outcome.outcome).toBe('done');
    const ourExchange = recorder.exchanges.at(-1) as Exchange;
    await ours.client.close();
    await recorder.close();

    const theirs = await openTo(42);
    const request = await sample(operation, theirs.client, recorder.simulator, theirs.id);
    const answer = await (sdk[method] as SdkMethod)(toSdk(request as never));
    const sdkExchange = recorder.exchanges.at(-1) as Exchange;
    await theirs.client.close();

    expect(wire(sdkExchange)).toEqual(wire(ourExchange));
    expect(answer.STATUS).toBe(ourExchange.status);
    expect(shape(answer.BODY)).toEqual(shape(JSON.parse(ourExchange.answer)));
  });
});

describe('account link', () => {
  const link = { nonce: 'n-1', redirectUrl: 'https://shop.example/back', referenceId: 'user-1' };

  test('the SDK accepts our request token and the simulator’s answer, the simulator the SDK’s call', async () => {
    const { client } = await openTo(5);
    const page = new URL(await client.linkPage({ ...link, scopes: ['direct_debit', 'cashback'], expiresAt_ms: Date.now() + 60_000 }));
    const requestToken = page.searchParams.get('requestToken') ?? '';
    expect(sdk.validateJWT(requestToken, keys.apiSecret)).toMatchObject({
      aud: 'paypay.ne.jp',
      iss: merchantId,
      scope: 'direct_debit,cashback',
      ...link,
    });

    const answer = await (sdk['authorization'] as SdkMethod)([keys.apiKey, requestToken]);
    const { responseToken, userAuthorizationId } = answer.BODY?.data as { responseToken: string; userAuthorizationId: string };
    expect(sdk.validateJWT(responseToken, keys.apiSecret)).toMatchObject({ result: 'succeeded', userAuthorizationId, nonce: 'n-1' });
    expect(await client.readLinkAnswer(responseToken, 'n-1')).toMatchObject({ ok: true, answer: { userAuthorizationId } });

    const read = await (sdk['authorizationResult'] as SdkMethod)([keys.apiKey, responseToken]);
    expect(read.BODY?.data).toEqual({ result: 'succeeded', userAuthorizationId });
    await client.close();
  });
});

test('the SDK is refused where our client is: wrong secret, wrong merchant', async () => {
  const { client, id } = await openTo(6);
  for (const wrong of [{ clientSecret: 'other' }, { merchantId: 'other' }, { clientId: 'other' }]) {
    sdk.configure({
      clientId: keys.apiKey,
      clientSecret: keys.apiSecret,
      merchantId,
      conf: new Conf({ hostName: '127.0.0.1', portNumber: recorder.port }),
      ...wrong,
    });
    expect(await (sdk['getCodePaymentDetails'] as SdkMethod)([id()])).toMatchObject({
      STATUS: 401,
      BODY: { resultInfo: { code: 'UNAUTHORIZED' } },
    });
  }
  expect(linkedUser(recorder.simulator.world)).not.toBe('');
  await client.close();
});
