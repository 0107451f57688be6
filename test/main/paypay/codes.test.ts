import { describe, expect, test } from 'vitest';
import { CODES, codeRow } from '../../../main/paypay/codes.ts';
import { OPERATION_NAMES } from './samples.ts';

/** The error tables of PayPay's guide: operation, HTTP status, codeId, code. */
const GUIDE: readonly (readonly [string, number, string, string])[] = [
  ['*', 200, '08100001', 'SUCCESS'],
  ['*', 202, '08100001', 'REQUEST_ACCEPTED'],
  ['*', 400, '08100006', 'INVALID_REQUEST_PARAMS'],
  ['*', 401, '08100023', 'OP_OUT_OF_SCOPE'],
  ['*', 400, '08100024', 'MISSING_REQUEST_PARAMS'],
  ['*', 401, '08100016', 'UNAUTHORIZED'],
  ['*', 404, '08100007', 'OPA_CLIENT_NOT_FOUND'],
  ['*', 429, '08100998', 'RATE_LIMIT'],
  ['*', 500, '08100026', 'SERVICE_ERROR'],
  ['*', 500, '08101000', 'INTERNAL_SERVER_ERROR'],
  ['*', 503, '08100999', 'MAINTENANCE_MODE'],
  ['createCode', 400, '01652073', 'DUPLICATE_DYNAMIC_QR_REQUEST'],
  ['createCode', 400, '00400060', 'PRE_AUTH_CAPTURE_UNSUPPORTED_MERCHANT'],
  ['createCode', 400, '00400061', 'PRE_AUTH_CAPTURE_INVALID_EXPIRY_DATE'],
  ['createCode', 400, '01650000', 'DYNAMIC_QR_BAD_REQUEST'],
  ['paymentDetails', 400, '01652075', 'DYNAMIC_QR_PAYMENT_NOT_FOUND'],
  ['paymentDetails', 400, '01650000', 'DYNAMIC_QR_BAD_REQUEST'],
  ['deleteCode', 400, '01652074', 'DYNAMIC_QR_ALREADY_PAID'],
  ['deleteCode', 400, '01650000', 'DYNAMIC_QR_BAD_REQUEST'],
  ['deleteCode', 404, '01652072', 'DYNAMIC_QR_NOT_FOUND'],
  ['cancel', 400, '00200044', 'ORDER_NOT_REVERSIBLE'],
  ['cancel', 500, '00200034', 'INTERNAL_SERVER_ERROR'],
  ['refund', 400, '00200004', 'INVALID_PARAMS'],
  ['refund', 400, '00200013', 'UNACCEPTABLE_OP'],
  ['refund', 400, '00200014', 'UNACCEPTABLE_OP'],
  ['refund', 400, '00200015', 'INVALID_PARAMS'],
  ['refund', 400, '01103027', 'CANCELED_USER'],
  ['refund', 404, '00200001', 'RESOURCE_NOT_FOUND'],
  ['refund', 500, '00200002', 'TRANSACTION_FAILED'],
  ['refund', 500, '00200003', 'TRANSACTION_FAILED'],
  ['refund', 500, '00800017', 'TRANSACTION_FAILED'],
  ['refund', 500, '00200034', 'INTERNAL_SERVER_ERROR'],
  ['refundDetails', 404, '00200018', 'NO_SUCH_REFUND_ORDER'],
  ['refundDetails', 500, '00200034', 'INTERNAL_SERVER_ERROR'],
  ['capture', 202, '08300103', 'USER_CONFIRMATION_REQUIRED'],
  ['capture', 400, '00400035', 'UNACCEPTABLE_OP'],
  ['capture', 400, '00200039', 'ALREADY_CAPTURED'],
  ['capture', 400, '01103027', 'CANCELED_USER'],
  ['capture', 400, '00400062', 'HIGHER_CAPTURE_NOT_PERMITTED'],
  ['capture', 400, '00200043', 'ORDER_EXPIRED'],
  ['capture', 400, '00200035', 'ORDER_NOT_CAPTURABLE'],
  ['capture', 400, '00200038', 'REAUTHORIZATION_IN_PROGRESS'],
  ['capture', 400, '00400064', 'TOO_CLOSE_TO_EXPIRY'],
  ['revert', 400, '00200042', 'ORDER_NOT_CANCELABLE'],
];

test.each(GUIDE)('the guide’s %s %d %s %s is in the table', (operation, httpStatus, codeId, code) => {
  const row = codeRow(operation === '*' ? 'cashbackDetails' : operation, code);
  expect(row).toMatchObject({ code, httpStatus });
  expect(row?.codeIds).toContain(codeId);
});

describe('the table', () => {
  test('names only operations that exist, and no code twice for one operation', () => {
    const seen = new Set<string>();
    for (const { code, operations } of CODES)
      for (const operation of operations) {
        expect(['*', ...OPERATION_NAMES]).toContain(operation);
        expect(seen.has(`${operation} ${code}`), `${operation} ${code}`).toBe(false);
        seen.add(`${operation} ${code}`);
      }
  });

  test('never calls a 5xx a refusal, nor anything below 400 one', () => {
    for (const { httpStatus, reaction, code } of CODES) {
      if (httpStatus >= 500) expect(reaction, code).toBe('ask');
      if (httpStatus < 300) expect(['done', 'ask'], code).toContain(reaction);
    }
  });
});
