import { describe, expect, test } from 'vitest';
import type { GatewayState } from '../../../app/ports.ts';
import { createPayPayGateway } from '../../../main/paypay/gateway.ts';
import { pay } from '../../../main/paypay/simulator/codes.ts';
import { PayPaySimulator, type SimulatorOptions } from '../../../main/paypay/simulator/core.ts';
import { inProcessTransport, type Way } from '../../../main/paypay/simulator/in-process.ts';
import type { Transport } from '../../../main/paypay/transport.ts';
import { keys, merchantId } from './samples.ts';
import { VirtualClock, seededIds, silentLog } from './virtual-clock.ts';
import { OPEN } from './virtual-paypay.ts';

function shop(options: { switches?: SimulatorOptions['switches']; secret?: string; transport?: (inner: Transport) => Transport } = {}) {
  const clock = new VirtualClock();
  const ids = seededIds(11);
  const simulator = new PayPaySimulator({ clock, ids, keys, merchantId, ...(options.switches ? { switches: options.switches } : {}) });
  const way: { now: Way } = { now: OPEN };
  const inner = inProcessTransport(simulator, clock, () => way.now);
  const gateway = createPayPayGateway({
    environment: 'sandbox',
    keys: { ...keys, ...(options.secret ? { apiSecret: options.secret } : {}) },
    merchantId,
    clock,
    ids,
    log: silentLog,
    transport: options.transport?.(inner) ?? inner,
  });
  const states: GatewayState[] = [];
  gateway.onState((state) => states.push(state));
  const until = <T>(promise: Promise<T>) => clock.until(promise);
  const open = (merchantPaymentId = 'p-1', authorize = false) =>
    until(gateway.createCode({ merchantPaymentId, amount_jpy: 200, description: 'お茶', authorize }));
  return { clock, simulator, world: simulator.world, gateway, way, states, until, open };
}

describe('nothing is sold', () => {
  test('before PayPay’s clock is known', async () => {
    const { gateway, open, simulator } = shop();
    expect(gateway.state()).toEqual({ ready: false, reason: 'clockUnknown' });
    expect((await open()).outcome).toBe('unavailable');
    expect(simulator.calls.size).toBe(0);
  });

  test('when PayPay’s answers have no date', async () => {
    const { gateway, until, open } = shop({
      transport: (inner) => ({
        ...inner,
        send: async (request, signal) => {
          const wire = await inner.send(request, signal);
          return wire.kind === 'reply' ? { ...wire, headers: { ...wire.headers, date: undefined } } : wire;
        },
      }),
    });
    expect(await until(gateway.probe())).toEqual({ ready: false, reason: 'clockUnknown' });
    expect((await open()).outcome).toBe('unavailable');
  });

  test('while a captive portal answers in PayPay’s place, whatever its date says', async () => {
    const { gateway, until } = shop({
      transport: () => ({
        send: async () => ({ kind: 'reply', status: 200, headers: { date: 'Mon, 01 Jan 2001 00:00:00 GMT' }, body: '<html>log in' }),
        close: async () => {},
      }),
    });
    expect(await until(gateway.probe())).toEqual({ ready: false, reason: 'unreachable' });
    expect(gateway.now_ms()).toBeGreaterThan(Date.UTC(2026));
  });
});

test('a probe makes it ready; a wrong host clock is measured, not believed', async () => {
  const { gateway, until, world, clock, states } = shop();
  world.shift(-7_200_000);
  const state = await until(gateway.probe());
  expect(state.ready && Math.abs(state.clockOffset_ms + 7_200_000)).toBeLessThan(1100);
  expect(states).toHaveLength(1);
  expect(Math.abs(gateway.now_ms() - (clock.now_ms() - 7_200_000))).toBeLessThan(1100);
});

test('two probes at once are one request', async () => {
  const { gateway, until, simulator } = shop();
  await until(Promise.all([gateway.probe(), gateway.probe()]));
  expect(simulator.calls.get('paymentDetails')).toBe(1);
});

test('says why it is not ready, and when it is again', async () => {
  const { gateway, until, simulator, way, states } = shop();
  await until(gateway.probe());
  way.now = { way: 'down' };
  await until(gateway.probe());
  way.now = OPEN;
  await until(gateway.probe());
  simulator.faults.add({ operation: '*', kind: '503', times: 3, delay_ms: 0 });
  await until(gateway.probe());
  await until(gateway.probe());
  simulator.faults.add({ operation: '*', kind: '401', times: 1, delay_ms: 0 });
  await until(gateway.probe());
  await until(gateway.probe());
  simulator.faults.add({ operation: '*', kind: '502', times: 3, delay_ms: 0 });
  await until(gateway.probe());
  await until(gateway.probe());
  expect(states.map((state) => (state.ready ? 'ready' : state.reason))).toEqual([
    'ready',
    'unreachable',
    'ready',
    'maintenance',
    'ready',
    'keysRefused',
    'ready',
    'unreachable',
    'ready',
  ]);
});

test('a wrong secret says keysRefused', async () => {
  const { gateway, until } = shop({ secret: 'wrong' });
  expect(await until(gateway.probe())).toEqual({ ready: false, reason: 'keysRefused' });
});

test('what PayPay has not enabled for the merchant stops the sale, and is tried again after ten minutes', async () => {
  const { gateway, until, open, clock } = shop({ switches: { authorizations: false } });
  await until(gateway.probe());
  expect(await open('p-1', true)).toMatchObject({ outcome: 'rejected', code: 'PRE_AUTH_CAPTURE_UNSUPPORTED_MERCHANT' });
  const notEnabled = { ready: false, reason: 'notEnabled' };
  expect(gateway.state()).toEqual(notEnabled);
  await clock.advance(590_000);
  expect(await until(gateway.probe()), 'PayPay answers other questions').toEqual(notEnabled);
  await clock.advance(10_000);
  expect(await until(gateway.probe())).toMatchObject({ ready: true });
});

/** A PayPay that has not enabled these calls for the merchant. */
const withoutScope =
  (...paths: string[]) =>
  (inner: Transport): Transport => ({
    ...inner,
    send: async (request, signal) => {
      const wire = await inner.send(request, signal);
      if (wire.kind !== 'reply' || !paths.some((path) => request.path.includes(path))) return wire;
      const resultInfo = { code: 'OP_OUT_OF_SCOPE', message: 'no', codeId: '08100023' };
      return { ...wire, status: 401, body: JSON.stringify({ resultInfo }) };
    },
  });

test('a merchant whose payments can’t be seen sells nothing', async () => {
  const { gateway, until } = shop({ transport: withoutScope('/codes/payments/') });
  expect(await until(gateway.probe())).toEqual({ ready: false, reason: 'notEnabled' });
});

test('a question about a refund that is not enabled stops no sale: the refund is sent all the same', async () => {
  const { gateway, until } = shop({ transport: withoutScope('/refunds/') });
  await until(gateway.probe());
  expect((await until(gateway.refundDetails({ merchantRefundId: 'r', paymentId: '1' }))).outcome).toBe('rejected');
  expect(gateway.state().ready).toBe(true);
});

test('a rate limit is unavailable and changes no state', async () => {
  const { gateway, until, simulator, open } = shop();
  await until(gateway.probe());
  await open();
  simulator.faults.add({ operation: 'paymentDetails', kind: '429', times: 1, delay_ms: 0 });
  expect((await until(gateway.paymentDetails('p-1'))).outcome).toBe('unavailable');
  expect(gateway.state().ready).toBe(true);
});

test('so is one that a proxy enforces with a page of its own', async () => {
  let limited = false;
  const { gateway, until } = shop({
    transport: (inner) => ({
      ...inner,
      send: async (request, signal) =>
        limited ? { kind: 'reply', status: 429, headers: {}, body: '<html>slow down' } : inner.send(request, signal),
    }),
  });
  await until(gateway.probe());
  limited = true;
  expect((await until(gateway.paymentDetails('p-1'))).outcome).toBe('unavailable');
  expect(gateway.state().ready).toBe(true);
});

test('refused keys do not refuse a refund for good', async () => {
  const { gateway, until, simulator } = shop();
  await until(gateway.probe());
  simulator.faults.add({ operation: 'refund', kind: '401', times: 1, delay_ms: 0 });
  const refund = await until(gateway.refund({ merchantRefundId: 'r', paymentId: '04', amount_jpy: 1, reason: 'x' }));
  expect(refund.outcome).toBe('unavailable');
});

test('warms the connection when nothing was heard for a while, and not more often', async () => {
  const { gateway, until, clock, simulator } = shop();
  await until(gateway.probe());
  gateway.warm();
  await clock.advance(1000);
  expect(simulator.calls.get('paymentDetails')).toBe(1);
  await clock.advance(60_000);
  gateway.warm();
  gateway.warm();
  await clock.advance(1000);
  expect(simulator.calls.get('paymentDetails')).toBe(2);
});

test.each([
  ['alreadyPaid', 'done', 'paid'],
  ['notFound', 'done', 'gone'],
  ['deleted', 'done', 'gone'],
  ['badRequest', 'rejected', undefined],
] as const)('DELETE of a paid code when PayPay answers %s', async (deletePaidCode, outcome, value) => {
  const { gateway, until, open, world } = shop({ switches: { deletePaidCode } });
  await until(gateway.probe());
  const code = await open();
  if (code.outcome !== 'done') throw new Error(code.message);
  pay(world, code.value.url);
  const answer = await until(gateway.deleteCode(code.value.codeId));
  expect(answer).toMatchObject({ outcome, ...(value ? { value } : {}) });
});

test('details of a dead code are created or absent, never paid', async () => {
  for (const detailsOfGoneCode of ['created', 'notFound'] as const) {
    const { gateway, until, open } = shop({ switches: { detailsOfGoneCode } });
    await until(gateway.probe());
    const code = await open();
    if (code.outcome !== 'done') throw new Error(code.message);
    await until(gateway.deleteCode(code.value.codeId));
    const facts = await until(gateway.paymentDetails('p-1'));
    expect(facts).toMatchObject({
      outcome: 'done',
      value: { status: detailsOfGoneCode === 'created' ? 'created' : 'absent', paymentId: null },
    });
  }
});

test('a status that PayPay adds later is neither paid nor unpaid', async () => {
  const { gateway, until } = shop({
    transport: (inner) => ({
      ...inner,
      send: async (request, signal) => {
        const wire = await inner.send(request, signal);
        const body = JSON.stringify({ resultInfo: { code: 'SUCCESS' }, data: { status: 'constructor' } });
        return wire.kind === 'reply' ? { ...wire, status: 200, body } : wire;
      },
    }),
  });
  expect(await until(gateway.paymentDetails('p-1'))).toMatchObject({ outcome: 'done', value: { status: 'unrecognised' } });
});

test('held, captured in part, the rest let go; or reverted', async () => {
  const { gateway, until, open, world } = shop();
  await until(gateway.probe());
  const first = await open('p-1', true);
  const second = await open('p-2', true);
  if (first.outcome !== 'done' || second.outcome !== 'done') throw new Error('no code');
  pay(world, first.value.url);
  const paid = pay(world, second.value.url);
  if ('refused' in paid) throw new Error(paid.refused);
  expect(await until(gateway.paymentDetails('p-1'))).toMatchObject({ value: { status: 'authorized', amount_jpy: 200 } });
  const capture = { merchantPaymentId: 'p-1', merchantCaptureId: 'c-1', amount_jpy: 120, description: 'one can' };
  expect(await until(gateway.capture(capture))).toEqual({ outcome: 'done', value: 'captured' });
  expect(await until(gateway.capture({ ...capture, merchantCaptureId: 'c-2' }))).toMatchObject({ outcome: 'unknown' });
  expect(await until(gateway.paymentDetails('p-1'))).toMatchObject({
    value: { status: 'completed', captures: [{ merchantCaptureId: 'c-1', completed: true, amount_jpy: 120 }] },
  });
  const revert = { merchantRevertId: 'v-1', paymentId: paid.paymentId, reason: 'nothing dropped' };
  expect(await until(gateway.revert(revert))).toEqual({ outcome: 'done', value: 'reverted' });
  expect(await until(gateway.revert(revert))).toMatchObject({ outcome: 'rejected', code: 'ORDER_NOT_CANCELABLE' });
});

test('passes hints on to whoever listens, until they stop', () => {
  const { gateway } = shop();
  const hints: string[] = [];
  const stop = gateway.onHint((id) => hints.push(id));
  gateway.hint('p-1');
  stop();
  gateway.hint('p-2');
  expect(hints).toEqual(['p-1']);
});
