import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { originOf } from '../../../main/paypay/environment.ts';
import { readKeys } from '../../../main/paypay/keys.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string, mode = 0o600): string => {
  const at = path.join(folder, name);
  writeFileSync(at, text);
  chmodSync(at, mode);
  return at;
};

describe('keys', () => {
  test('from the environment', () => {
    const environment = { PAYPAY_API_KEY: 'k ', PAYPAY_API_SECRET: 's=/+' };
    expect(readKeys(undefined, environment)).toEqual({ ok: true, keys: { apiKey: 'k', apiSecret: 's=/+' } });
  });

  test('from a file of the owner, which wins', () => {
    const at = file('good', '# PayPay\napiKey = a_k1\r\napiSecret=c2VjcmV0==\n');
    expect(readKeys(at, { PAYPAY_API_KEY: 'x', PAYPAY_API_SECRET: 'y' })).toEqual({
      ok: true,
      keys: { apiKey: 'a_k1', apiSecret: 'c2VjcmV0==' },
    });
  });

  test.each([0o644, 0o640, 0o604, 0o660])('a file of mode %o is refused, with the command that mends it', (mode) => {
    const result = readKeys(file('open', 'apiKey=SEEN\napiSecret=SEEN', mode), {});
    expect(result).toMatchObject({ ok: false });
    expect(JSON.stringify(result)).toMatch(/chmod 600/);
    expect(JSON.stringify(result)).not.toContain('SEEN');
  });

  test.each([
    [undefined, {}, /PAYPAY_API_KEY and PAYPAY_API_SECRET not set/],
    [undefined, { PAYPAY_API_KEY: 'ａ_k1', PAYPAY_API_SECRET: 'c2Vj' }, /PAYPAY_API_KEY or PAYPAY_API_SECRET holds a full-width letter/],
    [file('wide', 'apiKey=a_k1\napiSecret=c2Vｊ'), {}, /wide holds a full-width letter/],
    [undefined, { PAYPAY_API_KEY: 'k' }, /^PAYPAY_API_SECRET not set/],
    [path.join(folder, 'absent'), {}, /can't be read/],
    [file('half', 'apiKey=k\nsecret=s'), {}, /no line apiSecret=/],
  ])('says what is missing: %#', (at, environment, expected) => {
    const result = readKeys(at, environment);
    expect(result.ok ? '' : result.problem).toMatch(expected);
  });
});

describe('environments', () => {
  test.each([
    ['sandbox', 'https://apigw.sandbox.paypay.ne.jp'],
    ['staging', 'https://apigw.stg.paypay.ne.jp'],
    ['production', 'https://apigw.paypay.ne.jp'],
    ['http://127.0.0.1:4000/', 'http://127.0.0.1:4000'],
    ['https://paypay.example', 'https://paypay.example'],
  ])('%s is %s', (environment, origin) => expect(originOf(environment)).toBe(origin));

  test.each(['prod', 'toString', 'http://paypay.example', 'ftp://127.0.0.1', ''])('"%s" is refused', (environment) => {
    expect(() => originOf(environment)).toThrow(/allowed/);
  });
});
