/** One good call of every operation, for tests that go through all of them. */
import type { PayPayClient } from '../../../main/paypay/client.ts';
import type { PayPayOutcome } from '../../../main/paypay/outcome.ts';
import { pay } from '../../../main/paypay/simulator/codes.ts';
import type { PayPaySimulator } from '../../../main/paypay/simulator/core.ts';
import type { World } from '../../../main/paypay/simulator/world.ts';
import type { Scope } from '../../../main/paypay/operations/user.ts';

export const keys = { apiKey: 'a_testKey', apiSecret: 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=' };
export const merchantId = '123456789012345678';

export const yen = (amount: number) => ({ amount, currency: 'JPY' as const });

/** The request of each operation; the ids in it are fresh wherever PayPay wants them so. */
export type Requests = { [Name in OperationName]: Parameters<PayPayClient[Name]>[0] };

export const OPERATION_NAMES = [
  'createCode',
  'paymentDetails',
  'deleteCode',
  'cancel',
  'refund',
  'refundDetails',
  'capture',
  'revert',
  'reauthorize',
  'createNativePayment',
  'nativePaymentDetails',
  'preauthorize',
  'createContinuousPayment',
  'createPendingPayment',
  'pendingPaymentDetails',
  'cancelPendingPayment',
  'createAccountLink',
  'userAuthorization',
  'unlinkUser',
  'userProfile',
  'checkWallet',
  'walletBalance',
  'paymentMethods',
  'giveCashback',
  'cashbackDetails',
  'reverseCashback',
  'cashbackReversalDetails',
  'expectedCashback',
  'createTopupCode',
  'topupDetails',
  'deleteTopupCode',
] as const satisfies readonly (keyof PayPayClient)[];
export type OperationName = (typeof OPERATION_NAMES)[number];

export const ALL_SCOPES: Scope[] = [
  'direct_debit',
  'cashback',
  'get_balance',
  'continuous_payments',
  'merchant_topup',
  'pending_payments',
  'user_profile',
  'preauth_capture_native',
];

/** Puts a linked user straight into the simulator's books. */
export function linkedUser(world: World, balance_jpy = 1_000_000_000): string {
  const userAuthorizationId = `ua-${world.token(32)}`;
  world.users.set(userAuthorizationId, {
    userAuthorizationId,
    referenceIds: ['user-1'],
    scopes: ALL_SCOPES,
    issuedAt_ms: world.now_ms(),
    expiresAt_ms: world.now_ms() + 86_400_000,
    active: true,
    balance_jpy,
  });
  return userAuthorizationId;
}

export const must = <T>(outcome: PayPayOutcome<T>): T => {
  if (outcome.outcome !== 'done') throw new Error(JSON.stringify(outcome));
  return outcome.value;
};

/**
 * Prepares what an operation needs (a code to delete, a payment to refund) and returns a good request for it.
 * @param client asks the same simulator, without faults
 */
export async function sample<Name extends OperationName>(
  name: Name,
  client: PayPayClient,
  simulator: PayPaySimulator,
  id: () => string,
): Promise<Requests[Name]> {
  const { world } = simulator;
  const code = async (isAuthorization = false) => {
    const merchantPaymentId = id();
    const made = must(await client.createCode({ merchantPaymentId, amount: yen(150), isAuthorization }));
    return { ...made, merchantPaymentId };
  };
  const paid = async (isAuthorization = false) => {
    const { merchantPaymentId, url } = await code(isAuthorization);
    const payment = pay(world, url);
    if ('refused' in payment) throw new Error(payment.refused);
    return { merchantPaymentId, paymentId: payment.paymentId };
  };
  const user = () => linkedUser(world);
  const native = () => ({ merchantPaymentId: id(), userAuthorizationId: user(), amount: yen(260), orderDescription: 'ケーキ' });
  const refunded = async () => {
    const request = { merchantRefundId: id(), paymentId: (await paid()).paymentId, amount: yen(150) };
    must(await client.refund(request));
    return request;
  };
  const cashback = async () => {
    const request = { merchantCashbackId: id(), userAuthorizationId: user(), amount: yen(10) };
    must(await client.giveCashback(request));
    return request;
  };
  const topup = () => ({ merchantTopUpId: id(), userAuthorizationId: user(), minimumTopUpAmount: yen(1000) });

  const make: { [Each in OperationName]: () => Requests[Each] | Promise<Requests[Each]> } = {
    createCode: () => ({ merchantPaymentId: id(), amount: yen(150), orderDescription: 'お茶 500ml', isAuthorization: false }),
    paymentDetails: async () => ({ merchantPaymentId: (await paid()).merchantPaymentId }),
    deleteCode: async () => ({ codeId: (await code()).codeId }),
    cancel: async () => ({ merchantPaymentId: (await paid()).merchantPaymentId }),
    refund: async () => ({ merchantRefundId: id(), paymentId: (await paid()).paymentId, amount: yen(150), reason: '売り切れ' }),
    refundDetails: async () => {
      const { merchantRefundId, paymentId } = await refunded();
      return { merchantRefundId, paymentId };
    },
    capture: async () => ({
      merchantPaymentId: (await paid(true)).merchantPaymentId,
      merchantCaptureId: id(),
      amount: yen(100),
      orderDescription: 'one of two',
    }),
    revert: async () => ({ merchantRevertId: id(), paymentId: (await paid(true)).paymentId, reason: 'nothing dropped' }),
    reauthorize: async () => ({ requestId: id(), paymentId: (await paid(true)).paymentId, updatedAmount: yen(120) }),
    createNativePayment: native,
    nativePaymentDetails: async () => {
      const request = native();
      must(await client.createNativePayment(request));
      return { merchantPaymentId: request.merchantPaymentId };
    },
    preauthorize: native,
    createContinuousPayment: native,
    createPendingPayment: native,
    pendingPaymentDetails: async () => {
      const request = native();
      must(await client.createPendingPayment(request));
      return { merchantPaymentId: request.merchantPaymentId };
    },
    cancelPendingPayment: async () => {
      const request = native();
      must(await client.createPendingPayment(request));
      return { merchantPaymentId: request.merchantPaymentId };
    },
    createAccountLink: () => ({ scopes: ['direct_debit'], nonce: id(), redirectUrl: 'https://example.com/back', referenceId: 'user-1' }),
    userAuthorization: () => ({ userAuthorizationId: user() }),
    unlinkUser: () => ({ userAuthorizationId: user() }),
    userProfile: () => ({ userAuthorizationId: user() }),
    checkWallet: () => ({ userAuthorizationId: user(), amount: yen(100) }),
    walletBalance: () => ({ userAuthorizationId: user() }),
    paymentMethods: () => ({ userAuthorizationId: user() }),
    giveCashback: () => ({ merchantCashbackId: id(), userAuthorizationId: user(), amount: yen(10) }),
    cashbackDetails: async () => ({ merchantCashbackId: (await cashback()).merchantCashbackId }),
    reverseCashback: async () => ({
      merchantCashbackReversalId: id(),
      merchantCashbackId: (await cashback()).merchantCashbackId,
      amount: yen(10),
      reason: 'mistake',
    }),
    cashbackReversalDetails: async () => {
      const { merchantCashbackId } = await cashback();
      const merchantCashbackReversalId = id();
      must(await client.reverseCashback({ merchantCashbackReversalId, merchantCashbackId, amount: yen(10) }));
      return { merchantCashbackReversalId, merchantCashbackId };
    },
    expectedCashback: () => ({ requestId: id(), amount: yen(100), lang: 'JA' }),
    createTopupCode: topup,
    topupDetails: async () => {
      const request = topup();
      must(await client.createTopupCode(request));
      return { merchantTopUpId: request.merchantTopUpId };
    },
    deleteTopupCode: async () => ({ codeId: must(await client.createTopupCode(topup())).codeId }),
  };
  return make[name]();
}

/** Calls an operation by its name. */
export function call<Name extends OperationName>(
  client: PayPayClient,
  name: Name,
  request: Requests[Name],
): Promise<PayPayOutcome<unknown>> {
  return (client[name] as (input: Requests[Name]) => Promise<PayPayOutcome<unknown>>)(request);
}
