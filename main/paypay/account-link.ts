/**
 * The tokens by which a user's consent travels through a browser (PayPay calls it user authorisation): a request that the
 * merchant signs, an answer that PayPay signs. HS256 over the base64-decoded API secret; the HMAC of requests uses the
 * secret as text.
 */
import { SignJWT, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Keys } from './sign.ts';
import type { Scope } from './operations/user.ts';

const PAYPAY = 'paypay.ne.jp';

export interface LinkRequest {
  /** `iss`: the merchant. */
  readonly merchantId: string;
  readonly scopes: readonly Scope[];
  /** Comes back in the answer. */
  readonly nonce: string;
  /** https, on a domain that PayPay knows for the merchant. */
  readonly redirectUrl: string;
  readonly referenceId: string;
  /** When the page stops working. */
  readonly expiresAt_ms: number;
  readonly deviceId?: string;
  readonly phoneNumber?: string;
}

const LinkAnswer = z.looseObject({
  result: z.string(),
  referenceId: z.string().optional(),
  /** Only when it succeeded. */
  userAuthorizationId: z.string().optional(),
  profileIdentifier: z.string().optional(),
  exp: z.number(),
});
export type LinkAnswer = z.infer<typeof LinkAnswer>;

export type LinkResult =
  /** `answer.result` says whether the user agreed: `succeeded`, `declined`, `bad_request`. */
  | { readonly ok: true; readonly answer: LinkAnswer }
  | { readonly ok: false; readonly reason: 'signature' | 'expired' | 'wrongParty' | 'wrongNonce' | 'malformed' };

const keyOf = (keys: Keys): Buffer => Buffer.from(keys.apiSecret, 'base64');

/** The token that goes to PayPay's authorisation page as `requestToken`. */
export function linkRequestToken(keys: Keys, request: LinkRequest): Promise<string> {
  const { merchantId, scopes, nonce, redirectUrl, referenceId, expiresAt_ms, deviceId = '', phoneNumber = '' } = request;
  const exp = Math.floor(expiresAt_ms / 1000);
  return new SignJWT({ aud: PAYPAY, iss: merchantId, exp, scope: scopes.join(','), nonce, redirectUrl, referenceId, deviceId, phoneNumber })
    .setProtectedHeader({ typ: 'JWT', alg: 'HS256' })
    .sign(keyOf(keys));
}

/**
 * Reads the `responseToken` that PayPay appends to the redirectUrl, or sends by webhook.
 * @param expected `audience`: PayPay writes the API key there or, for some merchants, the merchant id
 */
export async function readLinkAnswer(
  keys: Keys,
  token: string,
  expected: { readonly nonce: string; readonly audience: readonly string[]; readonly now_ms: number },
): Promise<LinkResult> {
  try {
    const { payload } = await jwtVerify(token, keyOf(keys), {
      algorithms: ['HS256'],
      issuer: PAYPAY,
      audience: [...expected.audience],
      requiredClaims: ['exp', 'nonce'],
      currentDate: new Date(expected.now_ms),
    });
    if (payload['nonce'] !== expected.nonce) return { ok: false, reason: 'wrongNonce' };
    const answer = LinkAnswer.safeParse(payload);
    return answer.success ? { ok: true, answer: answer.data } : { ok: false, reason: 'malformed' };
  } catch (error) {
    if (error instanceof errors.JWTExpired) return { ok: false, reason: 'expired' };
    if (error instanceof errors.JWTClaimValidationFailed) return { ok: false, reason: 'wrongParty' };
    if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JOSEAlgNotAllowed)
      return { ok: false, reason: 'signature' };
    return { ok: false, reason: 'malformed' };
  }
}
