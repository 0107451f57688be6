/** What the simulated PayPay lets in, and how it is operated. */
import { readFileSync } from 'node:fs';
import { expect, describe, test } from 'vitest';
import { signer } from '../../../../main/paypay/sign.ts';
import { control } from '../../../../main/paypay/simulator/control.ts';
import { PayPaySimulator } from '../../../../main/paypay/simulator/core.ts';
import { Faults } from '../../../../main/paypay/simulator/faults.ts';
import type { Ledger } from '../../../../main/paypay/simulator/ledger.ts';
import { keys, merchantId, yen } from '../samples.ts';
import { VirtualClock, seededIds } from '../virtual-clock.ts';

interface Given {
  method?: string;
  target?: string;
  /** What is signed instead of the target's path. */
  signedPath?: string;
  body?: string;
  signedBody?: string;
  contentType?: string | undefined;
  signedContentType?: string;
  merchant?: string;
  skew_s?: number;
  secret?: string;
  apiKey?: string;
  nonce?: string;
}

function door(switches = {}) {
  const clock = new VirtualClock();
  const simulator = new PayPaySimulator({ clock, ids: seededIds(4), keys, merchantId, switches });
  const knock = (given: Given) => {
    const { method = 'GET', target = '/v2/codes/payments/p-1', body = '', contentType = body ? 'application/json' : undefined } = given;
    const headers = {
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...(given.merchant === undefined ? {} : { 'x-assume-merchant': given.merchant }),
      authorization: signer({ apiKey: given.apiKey ?? keys.apiKey, apiSecret: given.secret ?? keys.apiSecret })({
        method,
        path: given.signedPath ?? (target.split('?')[0] as string),
        contentType: given.signedContentType ?? contentType,
        body: given.signedBody ?? body,
        nonce: given.nonce ?? 'n0nce',
        epoch_s: Math.floor(clock.now_ms() / 1000) + (given.skew_s ?? 0),
      }),
    };
    const reply = simulator.handle({ method, target, headers, body });
    const { resultInfo, data } = JSON.parse(reply.body) as {
      resultInfo: { code: string; codeId?: string; message: string };
      data: unknown;
    };
    return { status: reply.status, headers: reply.headers, ...resultInfo, data };
  };
  return { simulator, clock, knock };
}

const CREATE = JSON.stringify({ merchantPaymentId: 'p-1', amount: yen(120), codeType: 'ORDER_QR' });
const create = { method: 'POST', target: '/v2/codes', body: CREATE };
const NOT_FOUND = 'DYNAMIC_QR_PAYMENT_NOT_FOUND';

describe('refuses, as PayPay does', () => {
  test.each<[string, Given]>([
    ['another secret', { secret: 'other' }],
    ['another key', { apiKey: 'other' }],
    ['a clock two minutes fast', { skew_s: 120 }],
    ['a clock two minutes slow', { skew_s: -121 }],
    ['another merchant', { merchant: '999' }],
    ['another merchant in the query, which wins', { merchant: merchantId, target: '/v2/codes/payments/p-1?assumeMerchant=999' }],
    ['a body that was changed', { ...create, signedBody: CREATE.replace('120', '1') }],
    ['a signed query', { target: '/v2/refunds/r?paymentId=1', signedPath: '/v2/refunds/r?paymentId=1' }],
    ['another path', { signedPath: '/v2/payments/p-1' }],
    ['another content type than was signed', { ...create, signedContentType: 'application/json;charset=UTF-8' }],
  ])('%s', (_, given) => {
    expect(door().knock(given)).toMatchObject({ status: 401, code: 'UNAUTHORIZED', codeId: '08100016', data: null });
  });

  test('a request without, or with half a signature', () => {
    const { simulator } = door();
    for (const header of [undefined, '', 'hmac OPA-Auth:', `hmac OPA-Auth:${keys.apiKey}:x:n:1:empty`, 'Bearer x'])
      expect(simulator.handle({ method: 'GET', target: '/v2/codes/payments/p', headers: { authorization: header }, body: '' }).status).toBe(
        401,
      );
  });

  test('a nonce twice, where so switched', () => {
    const strict = door({ refuseRepeatedNonce: true });
    expect(strict.knock({}).code).toBe(NOT_FOUND);
    expect(strict.knock({}).code).toBe('UNAUTHORIZED');
    expect(strict.knock({ nonce: 'other' }).code).toBe(NOT_FOUND);
  });

  test.each<[string, object, string]>([
    ['no id', { amount: yen(1), codeType: 'ORDER_QR' }, 'MISSING_REQUEST_PARAMS'],
    ['no code type', { merchantPaymentId: 'p', amount: yen(1) }, 'MISSING_REQUEST_PARAMS'],
    ['a long id', { merchantPaymentId: 'x'.repeat(65), amount: yen(1), codeType: 'ORDER_QR' }, 'DYNAMIC_QR_BAD_REQUEST'],
    ['no yen', { merchantPaymentId: 'p', amount: { amount: 1, currency: 'USD' }, codeType: 'ORDER_QR' }, 'DYNAMIC_QR_BAD_REQUEST'],
    ['a fraction', { merchantPaymentId: 'p', amount: yen(1.5), codeType: 'ORDER_QR' }, 'DYNAMIC_QR_BAD_REQUEST'],
    ['another code type', { merchantPaymentId: 'p', amount: yen(1), codeType: 'X' }, 'DYNAMIC_QR_BAD_REQUEST'],
  ])('a code with %s', (_, body, code) => {
    expect(door().knock({ ...create, body: JSON.stringify(body) })).toMatchObject({ status: 400, code });
  });

  test('what is no JSON, and what is no call', () => {
    const { knock } = door();
    expect(knock({ ...create, body: '{' }).status).toBe(400);
    expect(knock({ ...create, body: 'null' }).status).toBe(400);
    expect(knock({ target: '/v3/codes' }).status).toBe(404);
    expect(knock({ method: 'DELETE', target: '/v2/codes' }).status).toBe(404);
  });
});

describe('tolerates, as PayPay does', () => {
  test.each<[string, Given, string]>([
    ['119 s of skew', { skew_s: 119 }, NOT_FOUND],
    ['an empty merchant header', { merchant: '' }, NOT_FOUND],
    ['the merchant in the query', { target: `/v2/codes/payments/p-1?assumeMerchant=${merchantId}` }, NOT_FOUND],
    ['a slash at the end, which is signed', { target: '/v2/codes/payments/p-1/' }, NOT_FOUND],
    ['a content type on a request without body', { contentType: 'application/json;charset=UTF-8' }, NOT_FOUND],
    ['the SDKs’ content type', { ...create, contentType: 'application/json;charset=UTF-8' }, 'SUCCESS'],
    ['the documentation’s content type', { ...create, contentType: 'application/json;charset=UTF-8;' }, 'SUCCESS'],
    ['a body on a DELETE', { method: 'DELETE', target: '/v2/codes/04-x', body: '{}' }, 'DYNAMIC_QR_NOT_FOUND'],
    ['escaped JSON', { ...create, body: CREATE.replace('ORDER_QR', 'ORDER\\u005fQR') }, 'SUCCESS'],
    ['fields of tomorrow', { ...create, body: CREATE.replace('{', '{"novelty":1,') }, 'SUCCESS'],
  ])('%s', (_, given, code) => expect(door().knock(given).code).toBe(code));
});

test('every answer has a request id, a date by its own clock, and errors quote the id', () => {
  const { knock, simulator } = door();
  simulator.world.shift(60_000);
  const answer = knock({});
  expect(answer.headers['x-request-id']).toMatch(/^OPA[0-9A-F]{30}$/);
  expect(answer.message).toContain(answer.headers['x-request-id']);
  expect(Date.parse(answer.headers['date'] ?? '')).toBe(Math.floor(simulator.world.now_ms() / 1000) * 1000);
});

test('items come back as unit_price when the code is made, as unitPrice in the details', () => {
  const { knock } = door();
  const item = { name: 'お茶', quantity: 2, unitPrice: yen(60) };
  const made = knock({ ...create, body: JSON.stringify({ ...(JSON.parse(CREATE) as object), orderItems: [item] }) });
  expect(made.data).toMatchObject({ orderItems: [{ name: 'お茶', quantity: 2, unit_price: yen(60) }] });
  expect(knock({}).data).toMatchObject({ orderItems: [item] });
});

describe('control', () => {
  const ask = (simulator: PayPaySimulator, line: string, body: object = {}) => {
    const [method = '', name = ''] = line.split(' ');
    return control(simulator, method, name, JSON.stringify(body));
  };
  const books = (simulator: PayPaySimulator) => ask(simulator, 'GET ledger').body as Ledger;

  test('scan, pay and the books', () => {
    const { simulator, knock } = door();
    const { url } = knock(create).data as { url: string };
    expect(books(simulator).codes).toMatchObject([{ url, state: 'waiting', scanned: false, merchantPaymentId: 'p-1', amount_jpy: 120 }]);
    expect(ask(simulator, 'POST scan', { url })).toMatchObject({ status: 200, body: { state: 'waiting', amount_jpy: 120 } });
    expect(ask(simulator, 'POST pay', { url })).toMatchObject({ status: 200, body: { paid: true, status: 'COMPLETED' } });
    expect(ask(simulator, 'POST pay', { url })).toMatchObject({ status: 409, body: { paid: false, reason: 'paid' } });
    expect(ask(simulator, 'POST pay', { url: 'https://x' }).status).toBe(404);
    expect(books(simulator)).toMatchObject({
      codes: [{ state: 'paid', scanned: true }],
      payments: [{ merchantPaymentId: 'p-1', status: 'COMPLETED', taken_jpy: 120, returned_jpy: 0 }],
      taken_jpy: 120,
      calls: { createCode: 1 },
    });
  });

  test('the clock is set and advanced', () => {
    const { simulator, clock } = door();
    expect(ask(simulator, 'POST clock', { advance_ms: 5000 }).body).toEqual({ now_ms: clock.now_ms() + 5000 });
    expect(ask(simulator, 'POST clock', { now_ms: 1000 }).body).toEqual({ now_ms: 1000 });
    expect(simulator.world.now_ms()).toBe(1000);
  });

  test('a switch changes alone', () => {
    const { simulator } = door({ cancelLag_ms: 7 });
    expect(ask(simulator, 'POST switches', { refundLag_ms: 3 })).toMatchObject({ status: 200, body: { refundLag_ms: 3, cancelLag_ms: 7 } });
    expect(ask(simulator, 'POST switches', { refundLag_ms: 'soon' }).status).toBe(400);
    expect(ask(simulator, 'POST switches', { noSuch: 1 }).status).toBe(400);
    expect(ask(simulator, 'GET switches').body).toEqual(simulator.world.switches);
  });

  test.each([
    ['POST faults', { kind: 'sabotage' }],
    ['POST faults', { kind: 'late' }],
    ['POST faults', { operation: 'webhook', kind: '429' }],
    ['POST pay', {}],
    ['POST clock', {}],
    ['POST webhook', { url: 'file:///etc/passwd' }],
  ])('%s says what is wrong with %j', (line, body) => {
    expect(ask(door().simulator, line, body)).toMatchObject({ status: 400, body: { error: expect.any(String) as string } });
  });

  test('bad JSON and unknown commands are told, with what there is', () => {
    const { simulator } = door();
    expect(control(simulator, 'POST', 'pay', '{').status).toBe(400);
    expect(control(simulator, 'GET', 'constructor', '')).toMatchObject({
      status: 404,
      body: { error: expect.stringContaining('GET ledger') as string },
    });
  });
});

describe('faults', () => {
  const base = { times: 1, delay_ms: 0 };
  test('are used up in order, each by its operation', () => {
    const faults = new Faults();
    faults.add({ ...base, operation: 'refund', kind: '500', times: 2 });
    faults.add({ ...base, operation: '*', kind: '429' });
    expect(
      [faults.next('cancel'), faults.next('refund'), faults.next('refund'), faults.next('refund')].map((fault) => fault?.kind),
    ).toEqual(['429', '500', '500', undefined]);
    faults.add({ ...base, operation: 'refund', kind: '500', times: 9 });
    faults.add({ ...base, operation: 'refund', kind: '500', times: 0 });
    expect(faults.next('refund')).toBeNull();
  });

  test('of a seed come again with the seed, at about their rate, and end', () => {
    const draw = (seed: number, rate: number) => {
      const faults = new Faults();
      faults.seed({ seed, rate, kinds: ['500', 'hang'] });
      return Array.from({ length: 2000 }, () => faults.next('refund')?.kind ?? '-');
    };
    expect(draw(7, 0.2)).toEqual(draw(7, 0.2));
    expect(draw(7, 0.2)).not.toEqual(draw(8, 0.2));
    const hits = draw(7, 0.2).filter((kind) => kind !== '-').length;
    expect(hits).toBeGreaterThan(300);
    expect(hits).toBeLessThan(500);
    expect(draw(7, 0).every((kind) => kind === '-')).toBe(true);
  });
});

test('nothing in the simulator reads a clock or rolls a die of its own', () => {
  for (const file of [
    'codes',
    'payments',
    'authorizations',
    'native',
    'users',
    'cashback',
    'world',
    'core',
    'faults',
    'ledger',
    'control',
    'in-process',
  ]) {
    const text = readFileSync(new URL(`../../../../main/paypay/simulator/${file}.ts`, import.meta.url), 'utf8');
    expect(text, file).not.toMatch(/Date\.now|Math\.random|new Date\(\)|[^.]setTimeout\(/);
  }
});
