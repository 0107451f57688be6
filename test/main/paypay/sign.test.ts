import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { signer } from '../../../main/paypay/sign.ts';

interface Vector {
  name: string;
  apiKey: string;
  apiSecret: string;
  method: string;
  signedPath: string;
  nonce: string;
  epoch: number;
  contentTypeHeader: string | null;
  body: string | null;
  authorization: string;
}
const { vectors } = JSON.parse(readFileSync(new URL('hmac-vectors.json', import.meta.url), 'utf8')) as { vectors: Vector[] };

test.each(vectors)('signs as the official SDK does: $name', (vector) => {
  const header = signer(vector)({
    method: vector.method,
    path: vector.signedPath,
    contentType: vector.contentTypeHeader ?? undefined,
    body: vector.body ?? '',
    nonce: vector.nonce,
    epoch_s: vector.epoch,
  });
  expect(header).toBe(vector.authorization);
});

test('a content type without a body is not signed', () => {
  const request = { method: 'GET', path: '/v2/refunds/r1', body: '', nonce: 'n', epoch_s: 1 };
  const sign = signer({ apiKey: 'k', apiSecret: 's' });
  expect(sign({ ...request, contentType: 'application/json;charset=UTF-8' })).toBe(sign({ ...request, contentType: undefined }));
});
