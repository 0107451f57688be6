/** What PayPay's documents leave open, or enable per merchant: one switch each, the harder answer for a kiosk as default. */
import { z } from 'zod';

export const Switches = z.strictObject({
  codeLifetime_ms: z.int().min(1000).default(301_000).describe('Life of a QR; measured on the sandbox, not settable by merchants.'),
  confirmScreenOutlivesCode_ms: z
    .int()
    .min(0)
    .default(60_000)
    .describe('So long after DELETE or expiry a payer who scanned before can still confirm. Undocumented; 0 = never.'),
  deletePaidCode: z
    .enum(['alreadyPaid', 'notFound', 'badRequest', 'deleted'])
    .default('alreadyPaid')
    .describe('DELETE of a paid QR. alreadyPaid is the older documented answer; newer pages name none.'),
  deleteExpiredCode: z.enum(['notFound', 'deleted']).default('notFound'),
  detailsOfGoneCode: z
    .enum(['created', 'notFound'])
    .default('created')
    .describe('Details of an unpaid QR that was deleted or expired: still CREATED, or DYNAMIC_QR_PAYMENT_NOT_FOUND.'),
  duplicateCode: z.enum(['refuse', 'replay']).default('refuse').describe('The same merchantPaymentId again: error, or the first answer.'),
  cancelUnknownPayment: z.enum(['accept', 'refuse']).default('accept').describe('Cancel of an id that PayPay has not seen.'),
  cancelLag_ms: z.int().min(0).default(1000).describe('From the acceptance of a cancel, or the payment after it, to FAILED.'),
  refundLag_ms: z.int().min(0).default(1000).describe('From CREATED to REFUNDED.'),
  refundHttpStatus: z.union([z.literal(200), z.literal(201)]).default(200),
  multipleRefunds: z
    .enum(['refuse', 'refuseOldStyle', 'allow'])
    .default('refuse')
    .describe('A second refund: 403 MERCHANT_MULTIPLE_REFUND_REJECTED, the older 400 UNACCEPTABLE_OP, or enabled for the merchant.'),
  refundLimit: z.int().min(1).default(10).describe('Refunds of one payment where several are allowed.'),
  statusAfterPartialRefund: z.enum(['REFUNDED', 'COMPLETED']).default('REFUNDED'),
  authorizations: z.boolean().default(true).describe('Whether isAuthorization is enabled for the merchant.'),
  authorizationLifetime_ms: z
    .int()
    .min(1000)
    .default(30 * 86_400_000)
    .describe('Longest life of an authorisation.'),
  enforceScopes: z.boolean().default(true).describe('A linked user must have agreed to the scope of the operation.'),
  cashbackBudget_jpy: z.int().min(0).default(100_000).describe('Largest cashback that the campaign can pay.'),
  webhookTimeout_ms: z.int().min(1).default(2000),
  webhookRetries: z.int().min(0).max(20).default(3),
  webhookPause_ms: z.int().min(0).default(100).describe('Between tries; PayPay documents three classes of these three numbers.'),
  refuseRepeatedNonce: z.boolean().default(false),
});
export type Switches = z.infer<typeof Switches>;
