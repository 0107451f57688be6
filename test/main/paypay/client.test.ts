import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogFields } from '../../../app/ports.ts';
import { PayPayClient } from '../../../main/paypay/client.ts';
import * as cashback from '../../../main/paypay/operations/cashback.ts';
import * as code from '../../../main/paypay/operations/code.ts';
import type { Operation } from '../../../main/paypay/operations/operation.ts';
import * as payment from '../../../main/paypay/operations/payment.ts';
import * as pending from '../../../main/paypay/operations/pending.ts';
import * as topup from '../../../main/paypay/operations/topup.ts';
import * as user from '../../../main/paypay/operations/user.ts';
import { FAULT_KINDS, type FaultKind } from '../../../main/paypay/simulator/faults.ts';
import type { Transport, WireRequest } from '../../../main/paypay/transport.ts';
import { OPERATION_NAMES, call, keys, must, yen, type OperationName } from './samples.ts';
import { VirtualClock, seededIds } from './virtual-clock.ts';
import { OPEN, virtualPayPay } from './virtual-paypay.ts';

const modules: Record<string, unknown> = { ...cashback, ...code, ...payment, ...pending, ...topup, ...user };
const OPERATIONS = Object.values(modules).filter(
  (value): value is Operation => typeof value === 'object' && value !== null && 'timeout_ms' in value,
);
const operationOf = (name: string): Operation => OPERATIONS.find((operation) => operation.name === name) as Operation;

/** What the client must know after a fault that does not go away. */
const KNOWN: Readonly<Record<(typeof FAULT_KINDS)[number], string>> = {
  401: 'rejected',
  429: 'rejected',
  500: 'unknown',
  502: 'unknown',
  503: 'unknown',
  hang: 'unknown',
  slow: 'done',
  cut: 'unknown',
  lost: 'unknown',
  reset: 'unknown',
  garbled: 'unknown',
};

test('every operation has a sample, and the other way round', () => {
  expect(OPERATIONS.map(({ name }) => name).sort()).toEqual([...OPERATION_NAMES].sort());
});

describe.each(OPERATION_NAMES)('%s', (name) => {
  test('is done when PayPay does it', async () => {
    const { until, sample, client } = virtualPayPay();
    const outcome = await until(call(client, name, await sample(name)));
    expect(outcome).toMatchObject({ outcome: 'done', reply: { requestId: expect.stringMatching(/^OPA/) as string } });
  });

  test.each(FAULT_KINDS)('knows what it knows after a lasting %s, within its time-out', async (kind: FaultKind) => {
    const { until, sample, client, simulator, clock } = virtualPayPay();
    const request = await sample(name);
    simulator.faults.add({ operation: name, kind: kind as '401', times: 1_000_000, delay_ms: 3000 });
    const started_ms = clock.now_ms();
    const outcome = await until(call(client, name, request));
    expect(outcome.outcome).toBe(KNOWN[kind as '401']);
    expect(clock.now_ms() - started_ms).toBeLessThanOrEqual(operationOf(name).timeout_ms + 100);
  });

  test('does not leave when there is no way to PayPay', async () => {
    const { until, sample, client, ...rest } = virtualPayPay(1, { way: () => (down ? { way: 'down' } : OPEN) });
    let down = false;
    const request = await sample(name);
    const before = rest.simulator.calls.get(name) ?? 0;
    down = true;
    expect((await until(call(client, name, request))).outcome).toBe('unavailable');
    expect(rest.simulator.calls.get(name) ?? 0).toBe(before);
  });
});

describe('retries', () => {
  const calls = async (name: OperationName, kind: FaultKind, times: number, retryAfter_s?: number) => {
    const { until, sample, client, simulator, clock } = virtualPayPay(3);
    const request = await sample(name);
    const before = simulator.calls.get(name) ?? 0;
    simulator.faults.add({
      operation: name,
      kind: kind as '401',
      times,
      delay_ms: 0,
      ...(retryAfter_s === undefined ? {} : { retryAfter_s }),
    });
    const started_ms = clock.now_ms();
    const outcome = await until(call(client, name, request));
    return { outcome, calls: (simulator.calls.get(name) ?? 0) - before, took_ms: clock.now_ms() - started_ms };
  };

  test.each(['paymentDetails', 'refundDetails', 'deleteCode', 'cancel', 'refund'] as const)(
    '%s survives two lost connections',
    async (name) => {
      expect(await calls(name, 'reset', 2)).toMatchObject({ outcome: { outcome: 'done' }, calls: 3 });
    },
  );

  test('no more than three tries', async () => {
    expect(await calls('paymentDetails', 'reset', 100)).toMatchObject({ outcome: { outcome: 'unknown' }, calls: 3 });
  });

  test.each(['createCode', 'capture', 'revert', 'createNativePayment'] as const)(
    '%s is never sent twice when nobody knows',
    async (name) => {
      expect(await calls(name, 'lost', 1)).toMatchObject({ outcome: { outcome: 'unknown' }, calls: 1 });
    },
  );

  test('a rate limit is passed on at once, or waited for when PayPay says how long', async () => {
    expect(await calls('paymentDetails', '429', 1)).toMatchObject({ outcome: { outcome: 'rejected', code: 'RATE_LIMIT' }, calls: 1 });
    expect(await calls('createCode', '429', 1, 2)).toMatchObject({ outcome: { outcome: 'done' }, calls: 2 });
    expect(await calls('createCode', '429', 1, 3600)).toMatchObject({ outcome: { outcome: 'rejected' }, calls: 1, took_ms: 40 });
  });

  test('a refusal after a try that may have worked is unknown, not a refusal', async () => {
    const { until, sample, client, simulator } = virtualPayPay();
    const request = await sample('deleteCode');
    simulator.faults.add({ operation: 'deleteCode', kind: 'lost', times: 1, delay_ms: 0 });
    const outcome = await until(client.deleteCode(request));
    expect(outcome).toMatchObject({ outcome: 'unknown', reply: { code: 'DYNAMIC_QR_NOT_FOUND' } });
  });

  test('a time-out is not followed by another try, and aborts the exchange', async () => {
    expect(await calls('paymentDetails', 'hang', 100)).toMatchObject({
      outcome: { outcome: 'unknown', message: 'no answer within 15000 ms' },
      calls: 1,
    });
  });

  test('a caller may give up early', async () => {
    const { until, sample, client, simulator, clock } = virtualPayPay();
    const request = await sample('paymentDetails');
    simulator.faults.add({ operation: '*', kind: 'hang', times: 1, delay_ms: 0 });
    const giveUp = new AbortController();
    const started_ms = clock.now_ms();
    clock.setTimeout(() => giveUp.abort(), 500);
    expect(await until(client.paymentDetails(request, { signal: giveUp.signal }))).toMatchObject({
      outcome: 'unknown',
      message: 'given up by the caller',
    });
    expect(clock.now_ms() - started_ms).toBeLessThan(1000);
    const early = await until(client.paymentDetails(request, { signal: AbortSignal.abort() }));
    expect(early.outcome).toBe('unavailable');
  });
});

describe('clock', () => {
  test.each([-3_600_000, -130_000, 130_000, 86_400_000])(
    'a host that is %d ms off is corrected by one refused request',
    async (skew_ms) => {
      const { until, client, world, simulator, id, clock } = virtualPayPay();
      world.shift(skew_ms);
      const made = must(await until(client.createCode({ merchantPaymentId: id(), amount: yen(1) })));
      expect(simulator.calls.get('createCode')).toBe(2);
      expect(Math.abs(client.time.offset_ms() - skew_ms)).toBeLessThanOrEqual(1100);
      expect(made.expiryDate * 1000 - client.time.now_ms()).toBeGreaterThan(295_000);
      expect(Math.abs(client.time.now_ms() - clock.now_ms() - skew_ms)).toBeLessThanOrEqual(1100);
    },
  );

  test('wrong keys are refused once, not tried again', async () => {
    const { until, client, id, simulator } = virtualPayPay();
    simulator.faults.add({ operation: '*', kind: '401', times: 10, delay_ms: 0 });
    expect(await until(client.createCode({ merchantPaymentId: id(), amount: yen(1) }))).toMatchObject({
      outcome: 'rejected',
      code: 'UNAUTHORIZED',
    });
    expect(simulator.calls.get('createCode')).toBe(1);
  });
});

describe('requests', () => {
  const refused = async (name: OperationName, request: object) => {
    let sent = 0;
    const transport: Transport = { send: async () => (sent++, { kind: 'notSent', message: '' }), close: async () => {} };
    const client = new PayPayClient({ environment: 'sandbox', ...keys, clock: new VirtualClock(), ids: seededIds(), transport });
    const outcome = await call(client, name, request as never);
    expect(sent).toBe(0);
    return outcome;
  };

  test.each([
    ['createCode', { amount: yen(1) }, 'merchantPaymentId'],
    ['createCode', { merchantPaymentId: 'x'.repeat(65), amount: yen(1) }, 'merchantPaymentId'],
    ['createCode', { merchantPaymentId: '自販機', amount: yen(1) }, 'merchantPaymentId'],
    ['createCode', { merchantPaymentId: 'p', amount: yen(0) }, 'amount.amount'],
    ['createCode', { merchantPaymentId: 'p', amount: yen(1.5) }, 'amount.amount'],
    ['createCode', { merchantPaymentId: 'p', amount: yen(100_000_000_000) }, 'amount.amount'],
    ['createCode', { merchantPaymentId: 'p', amount: { amount: 1, currency: 'USD' } }, 'amount.currency'],
    ['createCode', { merchantPaymentId: 'p', amount: yen(1), orderDescription: 'x'.repeat(256) }, 'orderDescription'],
    ['createCode', { merchantPaymentId: 'p', amount: yen(1), codeType: 'OTHER' }, 'codeType'],
    [
      'createCode',
      { merchantPaymentId: 'p', amount: yen(1), orderItems: [{ name: 'a', quantity: 0, unitPrice: yen(1) }] },
      'orderItems.0.quantity',
    ],
    ['paymentDetails', { merchantPaymentId: '../codes' }, 'merchantPaymentId'],
    ['deleteCode', { codeId: '..' }, 'codeId'],
    ['refund', { merchantRefundId: 'r', paymentId: '', amount: yen(1) }, 'paymentId'],
    ['refund', { merchantRefundId: 'r', paymentId: '04', amount: yen(1), reason: 'x'.repeat(256) }, 'reason'],
    ['capture', { merchantPaymentId: 'p', amount: yen(1), orderDescription: 'x' }, 'merchantCaptureId'],
    ['createAccountLink', { scopes: ['everything'], nonce: 'n', redirectUrl: 'https://a', referenceId: 'r' }, 'scopes.0'],
    ['createAccountLink', { scopes: ['direct_debit'], nonce: 'n', redirectUrl: 'http://a', referenceId: 'r' }, 'redirectUrl'],
  ] as const)('%s refuses a bad field before sending: case %#', async (name, request, field) => {
    const outcome = await refused(name, request);
    expect(outcome).toMatchObject({ outcome: 'rejected', code: 'INVALID_REQUEST' });
    expect((outcome as { message: string }).message).toContain(`${name}: `);
    expect((outcome as { message: string }).message).toContain(`${field}: `);
  });

  test('what has no place in a path or in JSON is refused too', async () => {
    const circular: Record<string, unknown> = { merchantPaymentId: 'p', amount: yen(1) };
    circular['metadata'] = circular;
    expect(await refused('createCode', circular)).toMatchObject({ outcome: 'rejected', code: 'INVALID_REQUEST' });
    expect(await refused('deleteCode', { codeId: 'half \ud83d pair' })).toMatchObject({ outcome: 'rejected', code: 'INVALID_REQUEST' });
  });

  test('the caller’s object is left alone, requestedAt filled in, a given one kept', async () => {
    const sent: WireRequest[] = [];
    const transport: Transport = {
      send: async (request) => (sent.push(request), { kind: 'noAnswer', message: '' }),
      close: async () => {},
    };
    const clock = new VirtualClock();
    const client = new PayPayClient({ environment: 'sandbox', ...keys, clock, ids: seededIds(), transport });
    const request = Object.freeze({ merchantPaymentId: 'p', amount: Object.freeze(yen(1)) });
    await client.createCode(request);
    await client.createCode({ ...request, requestedAt: 5, somethingNew: 'kept' });
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({ ...request, codeType: 'ORDER_QR', requestedAt: Math.floor(clock.now_ms() / 1000) });
    expect(JSON.parse(sent[1]?.body ?? '')).toMatchObject({ requestedAt: 5, somethingNew: 'kept' });
  });

  test('whatever an id contains, it stays one segment of the path', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 64, unit: 'binary' }), async (codeId) => {
        fc.pre(/[^.]/.test(codeId));
        const sent: string[] = [];
        const transport: Transport = {
          send: async ({ path }) => (sent.push(path), { kind: 'notSent', message: '' }),
          close: async () => {},
        };
        const client = new PayPayClient({ environment: 'sandbox', ...keys, clock: new VirtualClock(), ids: seededIds(), transport });
        const stop = new AbortController();
        const outcome = client.deleteCode({ codeId }, { signal: stop.signal });
        stop.abort();
        await outcome;
        const [path = ''] = sent;
        expect(path).toMatch(/^\/v2\/codes\/[^/?#\s]+$/);
        expect(new URL(path, 'https://host').pathname).toBe(path);
        expect(decodeURIComponent(path.slice('/v2/codes/'.length))).toBe(codeId);
      }),
    );
  });
});

describe('answers', () => {
  const answering = (status: number, body: unknown, headers: Record<string, string> = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const transport: Transport = { send: async () => ({ kind: 'reply', status, headers, body: text }), close: async () => {} };
    return new PayPayClient({ environment: 'sandbox', ...keys, clock: new VirtualClock(), ids: seededIds(), transport });
  };
  const info = (code: string) => ({ code, message: 'm | [OPA1]', codeId: '1' });

  test('fields and enum values of tomorrow are kept', async () => {
    const data = { status: 'LEVITATING', paymentId: '04', novelty: { a: [1] }, refunds: { data: [{ status: 'ODD', more: 1 }] } };
    const outcome = await answering(200, { resultInfo: info('SUCCESS'), data }).paymentDetails({ merchantPaymentId: 'p' });
    expect(outcome).toMatchObject({ outcome: 'done', value: data });
  });

  test.each([
    ['a 2xx of another code', 200, { resultInfo: info('SOMETHING_ELSE'), data: {} }],
    ['a 2xx of another code with good data', 200, { resultInfo: info('ACCEPTED_MAYBE'), data: { codeId: 'c', url: 'u', expiryDate: 1 } }],
    ['a 2xx without data', 200, { resultInfo: info('SUCCESS'), data: null }],
    ['a 2xx without a code', 200, { data: {} }],
    ['an empty 2xx', 200, ''],
    ['JSON null', 200, 'null'],
    ['an array', 200, '[]'],
    ['a redirect', 302, ''],
    ['a proxy’s 403', 403, '<html>forbidden</html>'],
    ['a proxy’s 404', 404, 'not found'],
  ])('%s is unknown', async (_, status, body) => {
    expect((await answering(status, body).createCode({ merchantPaymentId: 'p', amount: yen(1) })).outcome).toBe('unknown');
  });

  test('a capture that waits for the payer is not done', async () => {
    const { until, sample, client } = virtualPayPay();
    const request = await sample('capture');
    const outcome = await until(client.capture({ ...request, amount: yen(10_000) }));
    expect(outcome).toMatchObject({ outcome: 'unknown', reply: { httpStatus: 202, code: 'USER_CONFIRMATION_REQUIRED' } });
  });

  test('a refusal carries code, codeId, request id and PayPay’s help page', async () => {
    const body = { resultInfo: { code: 'DYNAMIC_QR_NOT_FOUND', message: 'x', codeId: '01652072' }, data: null };
    const outcome = await answering(404, body, { 'x-request-id': 'OPA7' }).deleteCode({ codeId: 'c' });
    expect(outcome).toMatchObject({
      outcome: 'rejected',
      code: 'DYNAMIC_QR_NOT_FOUND',
      reply: { httpStatus: 404, codeId: '01652072', requestId: 'OPA7' },
      help: 'https://developer.paypay.ne.jp/develop/resolve?api_name=v2_deleteDynamicQRCode&code=DYNAMIC_QR_NOT_FOUND&code_id=01652072',
    });
  });

  test('whatever comes back, the client neither throws nor calls it done without reason', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 100, max: 599 }), fc.oneof(fc.json(), fc.string()), async (status, body) => {
        const stop = new AbortController();
        const outcome = answering(status, body).createCode({ merchantPaymentId: 'p', amount: yen(1) }, { signal: stop.signal });
        expect((await outcome).outcome).not.toBe('done');
      }),
    );
  });
});

test('the log has one line a try, and never a secret', async () => {
  const lines: string[] = [];
  const write = (event: string, fields?: LogFields) => void lines.push(JSON.stringify({ event, ...fields }));
  const { until, sample, client, simulator } = virtualPayPay(1, { log: { info: write, warn: write, error: write } });
  const request = await sample('refund');
  lines.length = 0;
  simulator.faults.add({ operation: 'refund', kind: 'reset', times: 1, delay_ms: 0 });
  await until(client.refund(request));
  expect(lines.map((line) => (JSON.parse(line) as { outcome: string; attempt: number }).outcome)).toEqual(['unknown', 'done']);
  expect(lines[1]).toContain(request.merchantRefundId);
  expect(lines.join()).not.toContain(keys.apiSecret);
  expect(lines.join()).not.toContain(keys.apiKey);
});
