/** Money from the merchant to a user, and back. PayPay only accepts the order; how it went is in the details. */
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
  Text,
  maybe,
  open,
  operation,
  segment,
} from './operation.ts';

const metadata = z.record(z.string(), z.unknown()).optional();

export const CashbackRequest = z.looseObject({
  merchantCashbackId: MerchantId,
  userAuthorizationId: PayPayId,
  amount: Amount,
  requestedAt: Epoch.optional(),
  orderDescription: Text.optional(),
  walletType: z.enum(['PREPAID', 'CASHBACK']).optional(),
  metadata,
});

export const giveCashback = operation({
  name: 'giveCashback',
  apiName: 'v2_createCashBackRequest',
  method: 'POST',
  path: () => '/v2/cashback',
  success: ['REQUEST_ACCEPTED', 'SUCCESS'],
  input: CashbackRequest,
  data: Nothing,
});

const CashbackData = z.looseObject({
  status: open<'SUCCESS' | 'FAILURE' | 'ACCEPTED'>(),
  acceptedAt: maybe(z.number()),
  merchantAlias: maybe(z.string()),
  amount: maybe(MoneyData),
  requestedAt: maybe(z.number()),
  cashbackId: maybe(z.string()),
  merchantCashbackId: maybe(z.string()),
  userAuthorizationId: maybe(z.string()),
  orderDescription: maybe(z.string()),
  walletType: maybe(z.string()),
});

/** PayPay reports the failure of a cashback as a 200 with its own code; `status` tells. */
const SETTLED = ['SUCCESS', 'REQUEST_ACCEPTED', 'NOT_ENOUGH_MONEY'];

export const cashbackDetails = operation({
  name: 'cashbackDetails',
  apiName: 'v2_getCashbackDetails',
  method: 'GET',
  path: ({ merchantCashbackId }) => `/v2/cashback/${segment(merchantCashbackId)}`,
  success: SETTLED,
  input: z.object({ merchantCashbackId: MerchantId }),
  data: CashbackData,
});

export const CashbackReversalRequest = z.looseObject({
  merchantCashbackReversalId: MerchantId,
  merchantCashbackId: MerchantId,
  amount: Amount,
  requestedAt: Epoch.optional(),
  reason: Text.optional(),
  metadata,
});

export const reverseCashback = operation({
  name: 'reverseCashback',
  apiName: 'v2_createReverseCashBackRequest',
  method: 'POST',
  path: () => '/v2/cashback_reversal',
  success: ['REQUEST_ACCEPTED', 'SUCCESS'],
  input: CashbackReversalRequest,
  data: Nothing,
});

export const cashbackReversalDetails = operation({
  name: 'cashbackReversalDetails',
  apiName: 'v2_getReversedCashBackDetails',
  method: 'GET',
  path: ({ merchantCashbackReversalId, merchantCashbackId }) =>
    `/v2/cashback_reversal/${segment(merchantCashbackReversalId)}/${segment(merchantCashbackId)}`,
  success: SETTLED,
  input: z.object({ merchantCashbackReversalId: MerchantId, merchantCashbackId: MerchantId }),
  data: CashbackData,
});

export const ExpectedCashbackRequest = z.looseObject({
  requestId: Text.optional(),
  merchantPaymentId: MerchantId.optional(),
  userAuthorizationId: PayPayId.optional(),
  amount: Amount,
  requestedAt: Epoch.optional(),
  storeId: Text.optional(),
  orderItems: z.array(OrderItem).optional(),
  productType: ProductType.optional(),
  /** Of the message. */
  lang: z.enum(['JA', 'EN']).optional(),
});

/** What PayPay would give back for a payment, as a sentence. Nothing happens, so it may be asked again. */
export const expectedCashback = operation({
  name: 'expectedCashback',
  apiName: '',
  method: 'POST',
  path: () => '/v1/payments/cashback/expected',
  timeout_ms: 15_000,
  repeatable: true,
  body: ({ lang: _, ...body }) => body,
  headers: ({ lang }): Record<string, string> => (lang === undefined ? {} : { lang }),
  input: ExpectedCashbackRequest,
  data: z.looseObject({ campaignMessage: maybe(z.string()) }),
});
