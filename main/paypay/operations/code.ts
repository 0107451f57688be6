/** Dynamic QR codes (https://www.paypay.ne.jp/opa/doc/v1.0/dynamicqrcode): make one, ask whether it was paid, take it back. */
import { z } from 'zod';
import {
  Amount,
  Epoch,
  MerchantId,
  MoneyData,
  OrderItem,
  PayPayId,
  ProductType,
  RedirectType,
  Text,
  maybe,
  open,
  operation,
  segment,
} from './operation.ts';
import { PaymentData } from './payment.ts';

/** Nothing in it sets how long the QR lives; PayPay decides (about five minutes) and says so in `expiryDate`. */
export const CreateCodeRequest = z.looseObject({
  merchantPaymentId: MerchantId,
  amount: Amount,
  codeType: z.literal('ORDER_QR').default('ORDER_QR'),
  orderDescription: Text.optional(),
  orderItems: z.array(OrderItem).optional(),
  storeInfo: Text.optional(),
  storeId: Text.optional(),
  terminalId: Text.optional(),
  productType: ProductType.optional(),
  requestedAt: Epoch.optional(),
  /** Hold the amount instead of taking it; PayPay has to enable that for the merchant. */
  isAuthorization: z.boolean().optional(),
  authorizationExpiry: Epoch.optional(),
  redirectUrl: Text.optional(),
  redirectType: RedirectType.optional(),
  userAgent: Text.optional(),
  ipAddress: Text.optional(),
});

export const CodeData = z.looseObject({
  codeId: z.string().min(1),
  /** Goes into the QR as it is. */
  url: z.string().min(1),
  deeplink: maybe(z.string()),
  expiryDate: z.number(),
  merchantPaymentId: maybe(z.string()),
  amount: maybe(MoneyData),
  isAuthorization: maybe(z.boolean()),
});

export const createCode = operation({
  name: 'createCode',
  apiName: 'v2_createDynamicQRCode',
  method: 'POST',
  path: () => '/v2/codes',
  input: CreateCodeRequest,
  data: CodeData,
});

export const paymentDetails = operation({
  name: 'paymentDetails',
  apiName: 'v2_getQRPaymentDetails',
  method: 'GET',
  path: ({ merchantPaymentId }) => `/v2/codes/payments/${segment(merchantPaymentId)}`,
  input: z.object({ merchantPaymentId: MerchantId }),
  data: PaymentData,
});

export const deleteCode = operation({
  name: 'deleteCode',
  apiName: 'v2_deleteDynamicQRCode',
  method: 'DELETE',
  path: ({ codeId }) => `/v2/codes/${segment(codeId)}`,
  input: z.object({ codeId: PayPayId }),
  data: z.looseObject({ qrStatus: maybe(open<'DELETED'>()) }).nullish(),
});
