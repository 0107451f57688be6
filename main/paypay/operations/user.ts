/** Users who linked their PayPay account to the merchant: the link itself, who they are, what they can pay with. */
import { z } from 'zod';
import { Amount, MoneyData, PayPayId, ProductType, RedirectType, Text, maybe, open, operation, query, segment } from './operation.ts';

const SCOPES = [
  'direct_debit',
  'cashback',
  'get_balance',
  'quick_pay',
  'continuous_payments',
  'merchant_topup',
  'pending_payments',
  'user_notification',
  'user_topup',
  'user_profile',
  'preauth_capture_native',
  'preauth_capture_transaction',
  'push_notification',
  'notification_center_ob',
  'notification_center_ab',
  'notification_center_tl',
  'bank_registration',
] as const;
export const Scope = z.enum(SCOPES);
export type Scope = (typeof SCOPES)[number];

export const AccountLinkRequest = z
  .looseObject({
    scopes: z.array(Scope).min(1),
    /** Comes back in the response token; compare it. */
    nonce: Text.min(1),
    redirectType: RedirectType.optional(),
    redirectUrl: Text.min(1),
    /** The merchant's own name for the user. */
    referenceId: Text.min(1),
    phoneNumber: Text.optional(),
    deviceId: Text.optional(),
    userAgent: Text.optional(),
  })
  .refine(({ redirectType, redirectUrl }) => redirectType === 'APP_DEEP_LINK' || redirectUrl.startsWith('https://'), {
    path: ['redirectUrl'],
    message: 'allowed: https://…, unless redirectType is APP_DEEP_LINK',
  });

/** PayPay wants an answer within ten seconds here. */
export const createAccountLink = operation({
  name: 'createAccountLink',
  apiName: 'v1_qrSession',
  method: 'POST',
  path: () => '/v1/qr/sessions',
  timeout_ms: 10_000,
  input: AccountLinkRequest,
  data: z.looseObject({ linkQRCodeURL: z.string().min(1) }),
});

const User = z.object({ userAuthorizationId: PayPayId });

export const userAuthorization = operation({
  name: 'userAuthorization',
  apiName: 'v2_userAuthStatus',
  method: 'GET',
  path: (input) => `/v2/user/authorizations${query(input)}`,
  input: User,
  data: z.looseObject({
    userAuthorizationId: maybe(z.string()),
    referenceIds: maybe(z.array(z.string())),
    status: open<'ACTIVE' | 'INACTIVE'>(),
    scopes: maybe(z.array(open<Scope>())),
    expireAt: maybe(z.number()),
    issuedAt: maybe(z.number()),
  }),
});

export const unlinkUser = operation({
  name: 'unlinkUser',
  apiName: 'v2_unlinkUser',
  method: 'DELETE',
  path: ({ userAuthorizationId }) => `/v2/user/authorizations/${segment(userAuthorizationId)}`,
  success: ['SUCCESS', 'REQUEST_ACCEPTED'],
  input: User,
  data: z.looseObject({}).nullish(),
});

export const userProfile = operation({
  name: 'userProfile',
  apiName: '',
  method: 'GET',
  path: (input) => `/v2/user/profile/secure${query(input)}`,
  input: User,
  data: z.looseObject({ phoneNumber: maybe(z.string()) }),
});

/** Whether the balance covers an amount, without telling the balance. */
export const checkWallet = operation({
  name: 'checkWallet',
  apiName: '',
  method: 'GET',
  path: ({ userAuthorizationId, amount, productType }) =>
    `/v2/wallet/check_balance${query({ userAuthorizationId, amount: amount.amount, currency: amount.currency, productType })}`,
  input: z.object({ userAuthorizationId: PayPayId, amount: Amount, productType: ProductType.optional() }),
  data: z.looseObject({ hasEnoughBalance: z.boolean() }),
});

export const walletBalance = operation({
  name: 'walletBalance',
  apiName: '',
  method: 'GET',
  path: ({ userAuthorizationId, productType }) => `/v6/wallet/balance${query({ userAuthorizationId, currency: 'JPY', productType })}`,
  input: z.object({ userAuthorizationId: PayPayId, productType: ProductType.optional() }),
  data: z.looseObject({
    userAuthorizationId: maybe(z.string()),
    totalBalance: maybe(MoneyData),
    preference: maybe(z.looseObject({ useCashback: maybe(z.boolean()), cashbackAutoInvestment: maybe(z.boolean()) })),
  }),
});

export const paymentMethods = operation({
  name: 'paymentMethods',
  apiName: '',
  method: 'GET',
  path: (input) => `/v4/paymentMethods${query(input)}`,
  input: z.object({ userAuthorizationId: PayPayId, productType: ProductType.optional() }),
  data: z.looseObject({
    paymentMethods: maybe(z.array(z.looseObject({ paymentMethodType: maybe(z.string()), paymentMethodId: maybe(z.string()) }))),
  }),
});
