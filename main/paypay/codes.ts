/**
 * Every code that PayPay documents, and what the kiosk does about it. Codes are looked up by `resultInfo.code`: PayPay says
 * not to compare messages, codeIds are no longer printed in its newer pages, and the HTTP status of one code has varied.
 */

/** What the kiosk does:
 * - `done`: goes on.
 * - `refuse`: certainly nothing happened and the same request will not do better; the order rules take another way.
 * - `later`: certainly nothing happened; the same request may succeed later (slow down, mend the keys, wait a minute).
 * - `ask`: nobody knows whether it happened; ask for details before acting.
 * - `absent`: PayPay knows no such payment or refund; `gone`: no such QR (any more); `paid`: the QR was paid. Answers, not errors.
 */
export type Reaction = 'done' | 'refuse' | 'later' | 'ask' | 'absent' | 'gone' | 'paid';

export interface CodeRow {
  readonly code: string;
  readonly httpStatus: number;
  /** As printed in PayPay's older pages. */
  readonly codeIds: readonly string[];
  /** Operations it belongs to, `*` = all. An operation's own row goes before a common one. */
  readonly operations: readonly string[];
  readonly reaction: Reaction;
  /** For the operator. */
  readonly meaning: string;
}

const row = (operations: string, httpStatus: number, code: string, codeIds: string, reaction: Reaction, meaning: string): CodeRow => ({
  code,
  httpStatus,
  codeIds: codeIds.split(' ').filter(Boolean),
  operations: operations.split(' '),
  reaction,
  meaning,
});

const PAY = 'createNativePayment preauthorize createContinuousPayment';
const PENDING = 'createPendingPayment pendingPaymentDetails cancelPendingPayment';

export const CODES: readonly CodeRow[] = [
  row('*', 200, 'SUCCESS', '08100001', 'done', 'Done.'),
  row('*', 202, 'REQUEST_ACCEPTED', '08100001', 'done', 'Accepted; the effect comes later.'),
  row('*', 400, 'INVALID_REQUEST_PARAMS', '08100006', 'refuse', 'PayPay does not accept a value of the request.'),
  row('*', 400, 'INVALID_PARAMS', '', 'refuse', 'PayPay does not accept a value of the request.'),
  row('*', 400, 'MISSING_REQUEST_PARAMS', '08100024', 'refuse', 'PayPay misses a field of the request.'),
  row('*', 400, 'UNACCEPTABLE_OP', '', 'refuse', 'Not possible in the present state, for example beyond a limit.'),
  row('*', 400, 'NO_SUFFICIENT_FUND', '', 'refuse', "The payer's balance is too low."),
  row('*', 401, 'UNAUTHORIZED', '08100016', 'later', 'Key, secret, merchant or clock are wrong; sales stop until they are mended.'),
  row('*', 401, 'OP_OUT_OF_SCOPE', '08100023', 'refuse', 'PayPay has not enabled this operation for the merchant.'),
  row('*', 404, 'OPA_CLIENT_NOT_FOUND', '08100007', 'later', 'PayPay does not know the key (no longer sent since 2026).'),
  row('*', 429, 'RATE_LIMIT', '08100998', 'later', 'Too many requests; slow down.'),
  row('*', 500, 'TRANSACTION_FAILED', '', 'ask', 'Failed inside PayPay.'),
  row('*', 500, 'SERVICE_ERROR', '08100026', 'ask', 'Failed inside PayPay.'),
  row('*', 500, 'INTERNAL_SERVER_ERROR', '08101000', 'ask', 'Failed inside PayPay, perhaps after it took effect.'),
  row('*', 503, 'MAINTENANCE_MODE', '08100999', 'ask', 'PayPay is down for maintenance; sales stop until it is back.'),

  // The id is taken: by an earlier try whose answer was lost. Its QR can be paid, so it has to be closed, not ignored.
  row('createCode', 400, 'DUPLICATE_DYNAMIC_QR_REQUEST', '01652073', 'ask', 'A QR of this merchantPaymentId exists already.'),
  row(
    'createCode',
    400,
    'PRE_AUTH_CAPTURE_UNSUPPORTED_MERCHANT',
    '00400060',
    'refuse',
    'PayPay has not enabled authorisation; use settlement: sale.',
  ),
  row('createCode', 400, 'PRE_AUTH_CAPTURE_INVALID_EXPIRY_DATE', '00400061', 'refuse', 'The authorisation would last longer than allowed.'),
  row(
    'createCode paymentDetails deleteCode',
    400,
    'DYNAMIC_QR_BAD_REQUEST',
    '01650000',
    'refuse',
    'PayPay does not accept the request for this QR.',
  ),
  row('paymentDetails', 400, 'DYNAMIC_QR_PAYMENT_NOT_FOUND', '01652075', 'absent', 'The QR is gone and nobody paid it.'),
  row('deleteCode', 400, 'DYNAMIC_QR_ALREADY_PAID', '01652074', 'paid', 'The QR was paid (older answer).'),
  row('deleteCode', 404, 'DYNAMIC_QR_NOT_FOUND', '01652072', 'gone', 'No such QR, or no longer.'),

  row('cancel', 400, 'ORDER_NOT_REVERSIBLE', '00200044', 'refuse', 'Cannot be cancelled (any more); refund it.'),
  row(
    'cancel capture revert reauthorize refund refundDetails',
    400,
    'ORDER_NO_LONGER_AVAILABLE',
    '',
    'refuse',
    'Too old for PayPay to act on.',
  ),
  row('cancel refund refundDetails', 500, 'INTERNAL_SERVER_ERROR', '00200034', 'ask', 'PayPay took too long inside.'),

  row('refund', 400, 'INVALID_PARAMS', '00200004 00200015', 'refuse', 'PayPay does not accept the refund, for example its amount.'),
  row('refund', 400, 'UNACCEPTABLE_OP', '00200013 00200014', 'refuse', 'Cannot be refunded, or was refunded once already.'),
  row(`refund capture ${PAY}`, 400, 'CANCELED_USER', '01103027', 'refuse', 'The payer left PayPay.'),
  row('refund', 400, 'THROTTLED_MULTIPLE_REFUND_REJECTED', '', 'later', 'Another refund of this payment was asked for within a minute.'),
  row('refund', 400, 'REFUND_LIMIT_EXCEEDED', '', 'refuse', 'No more refunds of this payment.'),
  row('refund', 400, 'REFUND_WINDOW_EXCEED', '', 'refuse', 'The payment is older than a year.'),
  row('refund', 403, 'MERCHANT_MULTIPLE_REFUND_REJECTED', '', 'refuse', 'A second refund, which PayPay has not enabled for the merchant.'),
  row('cancel refund capture revert reauthorize', 404, 'RESOURCE_NOT_FOUND', '00200001', 'refuse', 'PayPay knows no such payment.'),
  row('refund', 404, 'NO_SUCH_REFUND_ORDER', '', 'refuse', 'PayPay knows no such payment.'),
  row('refund', 500, 'TRANSACTION_FAILED', '00200002 00200003 00800017', 'ask', 'Failed inside PayPay.'),
  row('refundDetails', 404, 'NO_SUCH_REFUND_ORDER', '00200018', 'absent', 'PayPay knows no such refund.'),
  row('refundDetails', 404, 'RESOURCE_NOT_FOUND', '', 'absent', 'PayPay knows no such refund.'),

  row('capture', 202, 'USER_CONFIRMATION_REQUIRED', '08300103', 'ask', 'More than was authorised; the payer has to agree first.'),
  row('reauthorize', 201, 'USER_CONFIRMATION_REQUIRED', '08300104', 'done', 'The payer has to agree on the page that came back.'),
  row('capture', 400, 'UNACCEPTABLE_OP', '00400035', 'refuse', "Beyond the merchant's limit."),
  row('capture', 400, 'LIMIT_EXCEEDED', '', 'refuse', "Beyond the payer's limit."),
  row('capture', 400, 'USER_DEFINED_DAILY_LIMIT_EXCEEDED', '', 'refuse', "Beyond the payer's own limit."),
  row('capture', 400, 'USER_DEFINED_MONTHLY_LIMIT_EXCEEDED', '', 'refuse', "Beyond the payer's own limit."),
  row('capture', 400, 'ALREADY_CAPTURED', '00200039', 'ask', 'Was captured already, perhaps by an earlier try.'),
  row('capture', 400, 'HIGHER_CAPTURE_NOT_PERMITTED', '00400062', 'refuse', 'More than was authorised.'),
  row('capture', 400, 'ORDER_EXPIRED', '00200043', 'refuse', 'The authorisation ran out.'),
  row('capture', 400, 'ORDER_NOT_CAPTURABLE', '00200035', 'refuse', 'Not in a state that can be captured.'),
  row('capture', 400, 'REAUTHORIZATION_IN_PROGRESS', '00200038', 'later', 'PayPay is changing the authorised amount.'),
  row('capture', 400, 'TOO_CLOSE_TO_EXPIRY', '00400064', 'refuse', 'The authorisation is about to run out.'),
  row('revert', 400, 'ORDER_NOT_CANCELABLE', '00200042', 'refuse', 'Not in a state that can be reverted.'),
  row('reauthorize', 400, 'REAUTHORIZE_REJECTED', '', 'refuse', 'PayPay refused the new amount.'),
  row('reauthorize', 400, 'PAY_METHOD_INVALIDATED', '', 'refuse', "The payer's method of payment is no longer there."),
  row('reauthorize', 400, 'REAUTH_AMOUNT_UNCHANGED', '', 'refuse', 'The new amount is the old one.'),
  row('reauthorize', 400, 'REAUTH_MAX_LIMIT_EXCEEDED', '', 'refuse', 'The amount was changed too often.'),
  row('reauthorize', 400, 'REAUTHORIZE_FAILED', '', 'refuse', 'PayPay could not change the amount.'),

  row(PAY, 400, 'SUSPECTED_DUPLICATE_PAYMENT', '', 'refuse', 'Same user and amount within five minutes.'),
  row(PAY, 400, 'UNSUPPORTED_PAYMENT_METHOD', '', 'refuse', "The payer's method of payment is not accepted here."),
  row(PAY, 401, 'INVALID_USER_AUTHORIZATION_ID', '', 'refuse', 'PayPay does not know this user authorisation.'),
  row(PAY, 401, 'EXPIRED_USER_AUTHORIZATION_ID', '', 'refuse', 'The user has to link the account again.'),
  row(`refund ${PAY}`, 401, 'USER_STATE_IS_NOT_ACTIVE', '', 'refuse', "The payer's account is not active."),
  row(PAY, 404, 'NO_VALID_PAYMENT_METHOD', '', 'refuse', 'The payer has no usable method of payment.'),
  row(PAY, 404, 'PAYMENT_METHOD_NOT_FOUND', '', 'refuse', "The payer's method of payment is not known."),
  row('createPendingPayment', 400, 'DUPLICATE_REQUEST_ORDER', '', 'ask', 'A request of this merchantPaymentId exists already.'),
  row('createPendingPayment', 400, 'SUSPECTED_DUPLICATE_ORDER', '', 'refuse', 'Same user and amount shortly before.'),
  row(PENDING, 404, 'REQUEST_ORDER_NOT_FOUND', '', 'refuse', 'PayPay knows no such request.'),
  row(PENDING, 409, 'INVALID_REQUEST_ORDER_STATE', '', 'refuse', 'Not possible in the present state of the request.'),
];

/** The row of a code for an operation; null for a code that PayPay added later (then the HTTP status decides). */
export const codeRow = (operation: string, code: string): CodeRow | null =>
  CODES.find((candidate) => candidate.code === code && candidate.operations.includes(operation)) ??
  CODES.find((candidate) => candidate.code === code && candidate.operations.includes('*')) ??
  null;
