/**
 * PayPay's request signature ("HMAC auth", https://www.paypay.ne.jp/opa/doc/jp/v1.0/api_authorization.html).
 * The client signs with it, the simulator signs the same request again and compares.
 */
import { createHash, createHmac, createSecretKey } from 'node:crypto';

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

/** @returns the value of the `Authorization` header for a request */
export type Signer = (request: Signable) => string;

/** Signs with these keys: the secret is made ready once. It is used as text; only PayPay's JWTs decode it from base64. */
export function signer({ apiKey, apiSecret }: Keys): Signer {
  const secret = createSecretKey(apiSecret, 'utf8');
  return ({ path, method, contentType: given, body, nonce, epoch_s }) => {
    const contentType = body.length > 0 ? (given ?? '') : EMPTY;
    const digest = body.length > 0 ? createHash('md5').update(contentType).update(body).digest('base64') : EMPTY;
    const text = [path, method, nonce, epoch_s, contentType, digest].join('\n');
    const mac = createHmac('sha256', secret).update(text).digest('base64');
    return `hmac OPA-Auth:${apiKey}:${mac}:${nonce}:${epoch_s}:${digest}`;
  };
}
