/**
 * PayPay's request signature ("HMAC auth", https://www.paypay.ne.jp/opa/doc/jp/v1.0/api_authorization.html).
 * The client signs with it, the simulator signs the same request again and compares.
 */
import { createHash, createHmac } from 'node:crypto';

export interface Keys {
  readonly apiKey: string;
  readonly apiSecret: string;
}

export interface Signable {
  readonly method: string;
  /** As sent, percent-encoded, without host and without query: PayPay does not sign the query. */
  readonly path: string;
  /** Value of the Content-Type header, to the letter. It counts only when there is a body. */
  readonly contentType: string | undefined;
  readonly body: string | Uint8Array;
  readonly nonce: string;
  readonly epoch_s: number;
}

const EMPTY = 'empty';

/** Value of the `Authorization` header. The secret is used as text; only PayPay's JWTs decode it from base64. */
export function authorization(keys: Keys, request: Signable): string {
  const contentType = request.body.length > 0 ? (request.contentType ?? '') : EMPTY;
  const digest = request.body.length > 0 ? createHash('md5').update(contentType).update(request.body).digest('base64') : EMPTY;
  const text = [request.path, request.method, request.nonce, request.epoch_s, contentType, digest].join('\n');
  const mac = createHmac('sha256', keys.apiSecret).update(text).digest('base64');
  return `hmac OPA-Auth:${keys.apiKey}:${mac}:${request.nonce}:${request.epoch_s}:${digest}`;
}
