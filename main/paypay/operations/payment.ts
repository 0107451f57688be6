/** A payment, however it came about: cancel, refund, capture, revert, reauthorise; and payments without a QR. */
import { z } from 'zod';
import {
  Amount,
  Epoch,
  MerchantId,
  MoneyData,
  Nothing,
  OrderItem,
  PayPayId,
  ProductType,
  RedirectType,
  Text,
  maybe,
  open,
  operation,
  query,
  segment,
} from './operation.ts';

// ---------------------------------------------------------------- answers

/** REFUND_FAILED is no longer sent; PayPay goes on until REFUNDED. */
export const RefundData = z.looseObject({
  status: open<'CREATED' | 'REFUNDED'>(),
  acceptedAt: maybe(z.number()),
  merchantRefundId: maybe(z.string()),
  paymentId: maybe(z.string()),
  amount: maybe(MoneyData),
  requestedAt: maybe(z.number()),
  reason: maybe(z.string()),
});

const CaptureData = z.looseObject({
  merchantCaptureId: maybe(z.string()),
  amount: maybe(MoneyData),
  acceptedAt: maybe(z.number()),
  status: maybe(open<'USER_REQUESTED' | 'COMPLETED'>()),
});

/** `acceptedAt`: when it became AUTHORIZED or COMPLETED, 0 before. `canceledAt`: when it became FAILED. All in epoch seconds. */
export const PaymentData = z.looseObject({
  paymentId: maybe(z.string()),
  status: open<'CREATED' | 'AUTHORIZED' | 'REAUTHORIZING' | 'COMPLETED' | 'REFUNDED' | 'FAILED' | 'CANCELED' | 'EXPIRED'>(),
  acceptedAt: maybe(z.number()),
  refunds: maybe(z.looseObject({ data: maybe(z.array(RefundData)) })),
  captures: maybe(z.looseObject({ data: maybe(z.array(CaptureData)) })),
  revert: maybe(z.looseObject({ merchantRevertId: maybe(z.string()) })),
  merchantPaymentId: maybe(z.string()),
  amount: maybe(MoneyData),
  requestedAt: maybe(z.number()),
  expiresAt: maybe(z.number()),
  canceledAt: maybe(z.number()),
});

// ---------------------------------------------------------------- after the payment

/** Possible until 00:14:59 JST of the day after the payment. Accepted only: the effect comes later. */
export const cancel = operation({
  name: 'cancel',
  apiName: 'v2_cancelPayment',
  method: 'DELETE',
  path: ({ merchantPaymentId }) => `/v2/payments/${segment(merchantPaymentId)}`,
  success: ['REQUEST_ACCEPTED', 'SUCCESS'],
  input: z.object({ merchantPaymentId: MerchantId }),
  data: Nothing,
});

export const RefundRequest = z.looseObject({
  merchantRefundId: MerchantId,
  paymentId: PayPayId,
  amount: Amount,
  requestedAt: Epoch.optional(),
  reason: Text.optional(),
});

/** PayPay answers a repetition (same merchantRefundId and paymentId) with the first result. */
export const refund = operation({
  name: 'refund',
  apiName: 'v2_createRefundPayment',
  method: 'POST',
  path: () => '/v2/refunds',
  repeatable: true,
  success: ['SUCCESS', 'REQUEST_ACCEPTED'],
  input: RefundRequest,
  data: RefundData,
});

export const refundDetails = operation({
  name: 'refundDetails',
  apiName: 'v2_getRefundDetails',
  method: 'GET',
  path: ({ merchantRefundId, paymentId }) => `/v2/refunds/${segment(merchantRefundId)}${query({ paymentId })}`,
  /** PayPay documents the paymentId as required; merchants from before that may leave it out. */
  input: z.object({ merchantRefundId: MerchantId, paymentId: PayPayId.optional() }),
  data: RefundData,
});

// ---------------------------------------------------------------- authorised payments

export const CaptureRequest = z.looseObject({
  merchantPaymentId: MerchantId,
  merchantCaptureId: MerchantId,
  amount: Amount,
  orderDescription: Text,
  requestedAt: Epoch.optional(),
});

/** After a time-out PayPay wants another merchantCaptureId, so it is never repeated from here. */
export const capture = operation({
  name: 'capture',
  apiName: 'v2_captureAuthorizedOrder',
  method: 'POST',
  path: () => '/v2/payments/capture',
  input: CaptureRequest,
  data: PaymentData,
});

export const RevertRequest = z.looseObject({
  merchantRevertId: MerchantId,
  paymentId: PayPayId,
  requestedAt: Epoch.optional(),
  reason: Text.optional(),
});

export const revert = operation({
  name: 'revert',
  apiName: 'v2_revertAuthorizedOrder',
  method: 'POST',
  path: () => '/v2/payments/preauthorize/revert',
  input: RevertRequest,
  data: z.looseObject({ status: open<'CANCELED'>(), acceptedAt: maybe(z.number()), paymentId: maybe(z.string()) }),
});

export const ReauthorizeRequest = z.looseObject({
  requestId: Text.min(1),
  paymentId: PayPayId,
  updatedAmount: Amount,
  requestedAt: Epoch.optional(),
  merchantComment: Text.optional(),
  redirectUrl: Text.optional(),
  redirectType: RedirectType.optional(),
  userAgent: Text.optional(),
});

/**
 * A lower amount is done at once; a higher one (which needs redirectUrl, redirectType and userAgent) answers
 * USER_CONFIRMATION_REQUIRED with the page where the payer agrees.
 */
export const reauthorize = operation({
  name: 'reauthorize',
  apiName: '',
  method: 'POST',
  path: () => '/v2/payments/reauthorize',
  success: ['SUCCESS', 'USER_CONFIRMATION_REQUIRED'],
  input: ReauthorizeRequest,
  data: z.looseObject({
    paymentId: maybe(z.string()),
    updatedAmount: maybe(MoneyData),
    acceptedAt: maybe(z.number()),
    /** Of the authorisation or, for a higher amount, of the page. */
    expiresAt: maybe(z.number()),
    url: maybe(z.string()),
  }),
});

// ---------------------------------------------------------------- payments without a QR

export const NativeFields = {
  merchantPaymentId: MerchantId,
  userAuthorizationId: PayPayId,
  amount: Amount,
  requestedAt: Epoch.optional(),
  storeId: Text.optional(),
  terminalId: Text.optional(),
  orderReceiptNumber: Text.optional(),
  orderDescription: Text.optional(),
  orderItems: z.array(OrderItem).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  productType: ProductType.optional(),
};
/** false (PayPay's default) refuses a second payment of the same user and amount within five minutes. */
const agreeSimilarTransaction = z.boolean().default(false);
const withoutAgreement = <T extends { agreeSimilarTransaction: boolean }>({ agreeSimilarTransaction: _, ...body }: T) => body;

export const NativePaymentRequest = z.looseObject({ ...NativeFields, agreeSimilarTransaction });
export const createNativePayment = operation({
  name: 'createNativePayment',
  apiName: 'v2_createPayment',
  method: 'POST',
  path: (input) => `/v2/payments${query({ agreeSimilarTransaction: input.agreeSimilarTransaction })}`,
  body: withoutAgreement,
  input: NativePaymentRequest,
  data: PaymentData,
});

export const nativePaymentDetails = operation({
  name: 'nativePaymentDetails',
  apiName: 'v2_getPaymentDetail',
  method: 'GET',
  path: ({ merchantPaymentId }) => `/v2/payments/${segment(merchantPaymentId)}`,
  input: z.object({ merchantPaymentId: MerchantId }),
  data: PaymentData,
});

export const PreauthorizeRequest = z.looseObject({ ...NativeFields, expiresAt: Epoch.optional(), agreeSimilarTransaction });
export const preauthorize = operation({
  name: 'preauthorize',
  apiName: 'v2_createOrderAndAuthorize',
  method: 'POST',
  path: (input) => `/v2/payments/preauthorize${query({ agreeSimilarTransaction: input.agreeSimilarTransaction })}`,
  body: withoutAgreement,
  input: PreauthorizeRequest,
  data: PaymentData,
});

export const ContinuousPaymentRequest = z.looseObject(NativeFields);
export const createContinuousPayment = operation({
  name: 'createContinuousPayment',
  apiName: 'v1_createSubscriptionPayment',
  method: 'POST',
  path: () => '/v1/subscription/payments',
  input: ContinuousPaymentRequest,
  data: PaymentData,
});
