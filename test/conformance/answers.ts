/**
 * JSON schemas of PayPay's answers, written from the documented fields (paypay.ne.jp/opa/doc/v1.0/dynamicqrcode; for calls
 * beyond that page from the models of PayPay's own SDKs). Closed: a field that is documented nowhere is an error.
 */
import type { OperationName } from '../main/paypay/samples.ts';

type Schema = Record<string, unknown>;

const string = (maxLength = 255): Schema => ({ type: 'string', maxLength });
const id: Schema = { type: 'string', minLength: 1, maxLength: 64 };
const epoch: Schema = { type: 'integer', minimum: 0, maximum: 99_999_999_999 };
const boolean: Schema = { type: 'boolean' };
const list = (items: Schema): Schema => ({ type: 'array', items });
const oneOf = (...values: string[]): Schema => ({ enum: values });
const nullable = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const object = (required: Record<string, Schema>, optional: Record<string, Schema> = {}): Schema => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(required),
  properties: { ...required, ...optional },
});

const nothing: Schema = { type: 'null' };
const money = object({ amount: { type: 'integer', minimum: 0, maximum: 99_999_999_999 }, currency: oneOf('JPY') });
const item = (priceKey: string): Schema =>
  object({ name: string(), quantity: { type: 'integer', minimum: 1 } }, { category: string(), productId: string(), [priceKey]: money });
const merchantId: Schema = { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' };
const anything: Schema = {};

const refund = object(
  {
    status: oneOf('CREATED', 'REFUNDED'),
    acceptedAt: epoch,
    merchantRefundId: merchantId,
    paymentId: id,
    amount: money,
    requestedAt: epoch,
  },
  { reason: nullable(string()) },
);
const capture = object(
  { acceptedAt: epoch, merchantCaptureId: merchantId, amount: money, requestedAt: epoch, status: oneOf('USER_REQUESTED', 'COMPLETED') },
  { orderDescription: string(), expiresAt: epoch },
);
const methods = list(
  object(
    { amount: money, type: oneOf('WALLET', 'PAY_LATER_CC', 'CREDIT_CARD', 'POINT', 'HIVEX', 'GIFT_VOUCHER') },
    { breakdown: anything },
  ),
);
const order = {
  storeId: nullable(string()),
  terminalId: nullable(string()),
  orderReceiptNumber: nullable(string()),
  orderDescription: nullable(string()),
  orderItems: nullable(list(item('unitPrice'))),
};
const payment = (more: Record<string, Schema> = {}): Schema =>
  object(
    {
      status: oneOf('CREATED', 'AUTHORIZED', 'REAUTHORIZING', 'COMPLETED', 'REFUNDED', 'FAILED', 'CANCELED', 'EXPIRED'),
      acceptedAt: epoch,
      refunds: nullable(object({ data: list(refund) })),
      captures: nullable(object({ data: list(capture) })),
      revert: nullable(object({ acceptedAt: epoch, merchantRevertId: merchantId, requestedAt: epoch }, { reason: string() })),
      merchantPaymentId: merchantId,
      amount: money,
      requestedAt: epoch,
      expiresAt: nullable(epoch),
      canceledAt: nullable(epoch),
    },
    { paymentId: id, paymentMethods: methods, ...order, ...more },
  );
const native = payment({ userAuthorizationId: id, metadata: anything });
const bill = { merchantPaymentId: merchantId, userAuthorizationId: id, amount: money, expiryDate: nullable(epoch) };
const billExtras = { requestedAt: epoch, metadata: anything, ...order };
const cashback = object(
  {
    status: oneOf('SUCCESS', 'FAILURE'),
    acceptedAt: epoch,
    merchantAlias: string(),
    amount: money,
    requestedAt: epoch,
    metadata: anything,
    cashbackId: id,
    merchantCashbackId: merchantId,
    userAuthorizationId: id,
    walletType: oneOf('PREPAID', 'CASHBACK'),
  },
  { orderDescription: string() },
);

/** `data` of each operation when it is done. */
export const DATA: Record<OperationName, Schema> = {
  createCode: object(
    {
      codeId: { type: 'string', pattern: '^04-[A-Za-z0-9]{16}$' },
      url: { type: 'string', pattern: '^https?://' },
      deeplink: { type: 'string', pattern: '^paypay://payment\\?link_key=' },
      expiryDate: epoch,
      merchantPaymentId: merchantId,
      amount: money,
      codeType: oneOf('ORDER_QR'),
      isAuthorization: boolean,
    },
    {
      orderDescription: string(),
      orderItems: list(item('unit_price')),
      storeInfo: string(),
      storeId: string(),
      terminalId: string(),
      productType: oneOf('VIRTUAL_BONUS_INVESTMENT', 'PAY_LATER_REPAYMENT', 'REAL_INVESTMENT', 'UTILITY_BILL'),
      requestedAt: epoch,
      redirectUrl: string(),
      redirectType: oneOf('WEB_LINK', 'APP_DEEP_LINK', 'WEBVIEW_IN_PAYPAY'),
      authorizationExpiry: epoch,
    },
  ),
  paymentDetails: payment(),
  deleteCode: object({ qrStatus: oneOf('DELETED') }),
  cancel: nothing,
  refund,
  refundDetails: refund,
  capture: payment(),
  revert: object({ status: oneOf('CANCELED'), acceptedAt: epoch, paymentId: id, requestedAt: epoch }, { reason: string() }),
  reauthorize: object({
    requestId: string(),
    paymentId: id,
    updatedAmount: money,
    requestedAt: epoch,
    acceptedAt: epoch,
    expiresAt: epoch,
    paymentMethods: methods,
  }),
  createNativePayment: native,
  nativePaymentDetails: native,
  preauthorize: native,
  createContinuousPayment: native,
  createPendingPayment: object(bill, billExtras),
  pendingPaymentDetails: object({ ...bill, status: oneOf('CREATED', 'COMPLETED', 'CANCELED', 'EXPIRED') }, billExtras),
  cancelPendingPayment: nothing,
  createAccountLink: object({ linkQRCodeURL: { type: 'string', pattern: '^https?://' } }),
  userAuthorization: object({
    userAuthorizationId: id,
    referenceIds: list(string()),
    status: oneOf('ACTIVE', 'INACTIVE'),
    scopes: list(string()),
    expireAt: epoch,
    issuedAt: epoch,
  }),
  unlinkUser: object({}),
  userProfile: object({ phoneNumber: { type: 'string', pattern: '^\\*{7}\\d{4}$' } }),
  checkWallet: object({ hasEnoughBalance: boolean }),
  walletBalance: object({
    userAuthorizationId: id,
    totalBalance: money,
    preference: object({ useCashback: boolean, cashbackAutoInvestment: boolean }),
  }),
  paymentMethods: object({
    paymentMethods: list(object({ paymentMethodType: string(), paymentMethodId: string(), paymentMethodStatus: string() })),
  }),
  giveCashback: nothing,
  cashbackDetails: cashback,
  reverseCashback: nothing,
  cashbackReversalDetails: { ...cashback, properties: { ...(cashback['properties'] as object), merchantCashbackReversalId: merchantId } },
  expectedCashback: object({ campaignMessage: string(1000) }),
  createTopupCode: object(
    {
      codeId: string(),
      url: { type: 'string', pattern: '^https?://' },
      status: oneOf('CREATED'),
      merchantTopUpId: merchantId,
      userAuthorizationId: id,
      expiryDate: epoch,
      codeType: oneOf('TOPUP_QR'),
    },
    {
      minimumTopUpAmount: money,
      requestedAt: epoch,
      metadata: anything,
      redirectType: string(),
      redirectUrl: string(),
      userAgent: string(),
    },
  ),
  topupDetails: object({
    topUpId: string(),
    merchantTopUpId: merchantId,
    userAuthorizationId: id,
    requestedAt: epoch,
    acceptedAt: epoch,
    expiryDate: epoch,
    status: oneOf('CREATED', 'COMPLETED', 'FAILED', 'EXPIRED'),
  }),
  deleteTopupCode: object({ status: oneOf('DELETED') }),
};

/** HTTP status of each operation when it is done, where it is not 200. */
export const STATUS: Partial<Record<OperationName, number>> = {
  createCode: 201,
  cancel: 202,
  createNativePayment: 201,
  preauthorize: 201,
  createContinuousPayment: 201,
  createPendingPayment: 201,
  cancelPendingPayment: 202,
  createAccountLink: 201,
  giveCashback: 202,
  reverseCashback: 202,
  createTopupCode: 201,
};

/** The form of every answer; `data` is null in errors. */
export const envelope = (data: Schema): Schema =>
  object({ resultInfo: object({ code: string(), message: string() }, { codeId: string() }), data });
export const ERROR = envelope(nothing);
