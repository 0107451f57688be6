import { readFileSync } from 'node:fs';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { linkRequestToken, readLinkAnswer } from '../../../main/paypay/account-link.ts';
import type { Scope } from '../../../main/paypay/operations/user.ts';
import { keys } from './samples.ts';
import { virtualPayPay } from './virtual-paypay.ts';

interface JwtVector {
  name: string;
  apiSecretBase64: string;
  claims: Record<string, string | number>;
  token: string;
}
const { jwt } = JSON.parse(readFileSync(new URL('hmac-vectors.json', import.meta.url), 'utf8')) as { jwt: JwtVector[] };
const vector = (name: string): JwtVector => jwt.find((candidate) => candidate.name.startsWith(name)) as JwtVector;
const keysOf = ({ apiSecretBase64 }: JwtVector) => ({ apiKey: 'APIKeyGenerated', apiSecret: apiSecretBase64 });
const expected = { nonce: 'rtyuhghj7989', audience: ['APIKeyGenerated', 'MERCHANT_ID'], now_ms: Date.UTC(2026, 10, 23) };

test('the request token is, byte for byte, the one of the vector', async () => {
  const { claims, token, ...rest } = vector('request-token');
  const made = await linkRequestToken(keysOf({ claims, token, ...rest }), {
    merchantId: String(claims['iss']),
    scopes: String(claims['scope']).split(',') as Scope[],
    nonce: String(claims['nonce']),
    redirectUrl: String(claims['redirectUrl']),
    referenceId: String(claims['referenceId']),
    expiresAt_ms: Number(claims['exp']) * 1000,
  });
  expect(made).toBe(token);
});

test.each(['response-token-succeeded', 'response-token-declined'])('%s is read', async (name) => {
  const found = vector(name);
  const result = await readLinkAnswer(keysOf(found), found.token, expected);
  expect(result).toEqual({ ok: true, answer: found.claims });
});

describe('a token is refused', () => {
  const good = vector('response-token-succeeded');
  const read = (token: string, changed: Partial<typeof expected> = {}) => readLinkAnswer(keysOf(good), token, { ...expected, ...changed });
  const forge = (claims: object, alg = 'HS256', secret = good.apiSecretBase64) =>
    new SignJWT({ ...good.claims, ...claims }).setProtectedHeader({ alg }).sign(Buffer.from(secret, 'base64'));

  test('when it is over', async () => {
    expect(await read(vector('expired').token)).toEqual({ ok: false, reason: 'expired' });
    expect(await read(good.token, { now_ms: 4102444800_000 + 1000 })).toEqual({ ok: false, reason: 'expired' });
  });
  test('when it is for somebody else', async () => {
    expect(await read(good.token, { audience: ['OTHER'] })).toEqual({ ok: false, reason: 'wrongParty' });
    expect(await read(await forge({ aud: 'OTHER' }))).toEqual({ ok: false, reason: 'wrongParty' });
  });
  test('when PayPay did not issue it', async () => {
    expect(await read(await forge({ iss: 'MERCHANT_ID' }))).toEqual({ ok: false, reason: 'wrongParty' });
  });
  test('when it answers another request', async () => {
    expect(await read(good.token, { nonce: 'other' })).toEqual({ ok: false, reason: 'wrongNonce' });
  });
  test('when it never ends', async () => {
    expect(await read(await forge({ exp: undefined }))).toEqual({ ok: false, reason: 'wrongParty' });
  });
  test('when another algorithm, or none, signed it', async () => {
    const long = Buffer.alloc(64, 7).toString('base64');
    expect(await readLinkAnswer({ apiKey: 'k', apiSecret: long }, await forge({}, 'HS512', long), expected)).toEqual({
      ok: false,
      reason: 'signature',
    });
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${good.token.split('.')[1]}.`;
    expect((await read(none)).ok).toBe(false);
  });
  test('when it was changed, or signed by another secret', async () => {
    const [header, , mac] = good.token.split('.');
    const claims = Buffer.from(JSON.stringify({ ...good.claims, userAuthorizationId: 'mine' })).toString('base64url');
    expect(await read(`${header}.${claims}.${mac}`)).toEqual({ ok: false, reason: 'signature' });
    expect(await read(await forge({}, 'HS256', 'b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIh'))).toEqual({ ok: false, reason: 'signature' });
  });
  test.each(['', 'a.b.c', 'not a token', `${good.token}.x`])('when it is no token: "%s"', async (token) => {
    expect(await read(token)).toEqual({ ok: false, reason: 'malformed' });
  });
});

test('a user agrees on PayPay’s page, and the answer names the user', async () => {
  const { client, simulator, until, clock } = virtualPayPay();
  const request = { nonce: 'n-1', redirectUrl: 'https://shop.example/back', referenceId: 'customer 7' };
  const made = await until(client.createAccountLink({ ...request, scopes: ['direct_debit'] }));
  if (made.outcome !== 'done') throw new Error(made.message);
  const linked = simulator.consent(made.value.linkQRCodeURL, 'succeeded');
  const result = await client.readLinkAnswer(linked?.responseToken ?? '', 'n-1');
  expect(result).toMatchObject({
    ok: true,
    answer: { result: 'succeeded', referenceId: 'customer 7', userAuthorizationId: linked?.userAuthorizationId },
  });
  const status = await until(client.userAuthorization({ userAuthorizationId: linked?.userAuthorizationId ?? '' }));
  expect(status).toMatchObject({ outcome: 'done', value: { status: 'ACTIVE', scopes: ['direct_debit'] } });

  const page = new URL(await client.linkPage({ ...request, scopes: ['direct_debit'], expiresAt_ms: clock.now_ms() + 60_000 }));
  expect(page.origin + page.pathname).toBe('https://stg-www.sandbox.paypay.ne.jp/app/opa/user_authorization');
  const reply = simulator.handle({ method: 'GET', target: page.pathname + page.search, headers: {}, body: '' });
  const { data } = JSON.parse(reply.body) as { data: { responseToken: string } };
  expect(await client.readLinkAnswer(data.responseToken, 'n-1')).toMatchObject({ ok: true });
  expect(keys.apiSecret).not.toBe('');
});
