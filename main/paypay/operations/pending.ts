/** Pending payments ("request order"): a bill in the user's app, paid later or never. Refunds go through `refund`. */
import { z } from 'zod';
import { Epoch, MerchantId, MoneyData, Nothing, maybe, open, operation, segment } from './operation.ts';
import { NativeFields, RefundData } from './payment.ts';

export const PendingPaymentRequest = z.looseObject({ ...NativeFields, expiryDate: Epoch.nullish() });

export const PendingPaymentData = z.looseObject({
  merchantPaymentId: maybe(z.string()),
  userAuthorizationId: maybe(z.string()),
  amount: maybe(MoneyData),
  requestedAt: maybe(z.number()),
  expiryDate: maybe(z.number()),
  /** Only in details. */
  status: maybe(open<'CREATED' | 'AUTHORIZED' | 'COMPLETED' | 'REFUNDED' | 'FAILED' | 'CANCELED' | 'EXPIRED'>()),
  paymentId: maybe(z.string()),
  acceptedAt: maybe(z.number()),
  refunds: maybe(z.looseObject({ data: maybe(z.array(RefundData)) })),
});

export const createPendingPayment = operation({
  name: 'createPendingPayment',
  apiName: 'v1_createRequestOrder',
  method: 'POST',
  path: () => '/v1/requestOrder',
  input: PendingPaymentRequest,
  data: PendingPaymentData,
});

export const pendingPaymentDetails = operation({
  name: 'pendingPaymentDetails',
  apiName: 'v1_getRequestOrder',
  method: 'GET',
  path: ({ merchantPaymentId }) => `/v1/requestOrder/${segment(merchantPaymentId)}`,
  input: z.object({ merchantPaymentId: MerchantId }),
  data: PendingPaymentData,
});

export const cancelPendingPayment = operation({
  name: 'cancelPendingPayment',
  apiName: 'v1_cancelRequestOrder',
  method: 'DELETE',
  path: ({ merchantPaymentId }) => `/v1/requestOrder/${segment(merchantPaymentId)}`,
  success: ['REQUEST_ACCEPTED', 'SUCCESS'],
  input: z.object({ merchantPaymentId: MerchantId }),
  data: Nothing,
});
