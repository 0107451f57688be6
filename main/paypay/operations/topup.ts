/** A QR by which a user tops up the balance for a merchant's service. */
import { z } from 'zod';
import { Amount, Epoch, MerchantId, MoneyData, PayPayId, RedirectType, Text, maybe, open, operation, segment } from './operation.ts';

export const TopupCodeRequest = z.looseObject({
  merchantTopUpId: MerchantId,
  userAuthorizationId: PayPayId,
  minimumTopUpAmount: Amount.optional(),
  codeType: z.literal('TOPUP_QR').default('TOPUP_QR'),
  requestedAt: Epoch.optional(),
  redirectType: RedirectType.optional(),
  redirectUrl: Text.optional(),
  userAgent: Text.optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

const Status = open<'CREATED' | 'COMPLETED' | 'FAILED' | 'EXPIRED'>();

export const createTopupCode = operation({
  name: 'createTopupCode',
  apiName: '',
  method: 'POST',
  path: () => '/v1/code/topup',
  input: TopupCodeRequest,
  data: z.looseObject({
    codeId: z.string().min(1),
    url: z.string().min(1),
    status: maybe(Status),
    merchantTopUpId: maybe(z.string()),
    minimumTopUpAmount: maybe(MoneyData),
    expiryDate: maybe(z.number()),
  }),
});

export const topupDetails = operation({
  name: 'topupDetails',
  apiName: '',
  method: 'GET',
  path: ({ merchantTopUpId }) => `/v1/code/topup/${segment(merchantTopUpId)}`,
  input: z.object({ merchantTopUpId: MerchantId }),
  data: z.looseObject({
    topUpId: maybe(z.string()),
    merchantTopUpId: maybe(z.string()),
    userAuthorizationId: maybe(z.string()),
    status: Status,
    requestedAt: maybe(z.number()),
    acceptedAt: maybe(z.number()),
    expiryDate: maybe(z.number()),
  }),
});

export const deleteTopupCode = operation({
  name: 'deleteTopupCode',
  apiName: '',
  method: 'DELETE',
  path: ({ codeId }) => `/v1/code/topup/${segment(codeId)}`,
  input: z.object({ codeId: PayPayId }),
  data: z.unknown(),
});
