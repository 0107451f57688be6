/** The simulator's answers against the documented form, for every operation and every way it goes wrong. */
import { Ajv, type ValidateFunction } from 'ajv';
import { describe, expect, test } from 'vitest';
import { FAULT_KINDS } from '../../main/paypay/simulator/faults.ts';
import type { ApiReply, ApiRequest } from '../../main/paypay/simulator/answer.ts';
import type { PayPaySimulator } from '../../main/paypay/simulator/core.ts';
import { pay } from '../../main/paypay/simulator/codes.ts';
import { OPERATION_NAMES, call, must, yen, type OperationName } from '../main/paypay/samples.ts';
import { virtualPayPay } from '../main/paypay/virtual-paypay.ts';
import { DATA, ERROR, STATUS, envelope } from './answers.ts';

const ajv = new Ajv({ strict: true, allErrors: true });
const validators = new Map<OperationName, ValidateFunction>(OPERATION_NAMES.map((name) => [name, ajv.compile(envelope(DATA[name]))]));
const isError = ajv.compile(ERROR);

/** Writes down every reply of a simulator. */
function recorded(simulator: PayPaySimulator): ApiReply[] {
  const replies: ApiReply[] = [];
  const handle = simulator.handle.bind(simulator);
  simulator.handle = (request: ApiRequest) => {
    const reply = handle(request);
    replies.push(reply);
    return reply;
  };
  return replies;
}

const conforms = (validate: ValidateFunction, body: string): void => {
  expect(validate(JSON.parse(body)), `${ajv.errorsText(validate.errors)} in ${body}`).toBe(true);
};

describe.each(OPERATION_NAMES)('%s', (name) => {
  test('answers as documented', async () => {
    const { until, sample, client, simulator } = virtualPayPay(1);
    const request = await sample(name);
    const replies = recorded(simulator);
    must(await until(call(client, name, request)));
    expect(replies).toHaveLength(1);
    expect(replies[0]?.status).toBe(STATUS[name] ?? 200);
    conforms(validators.get(name) as ValidateFunction, replies[0]?.body ?? '');
  });

  test.each(FAULT_KINDS.filter((kind) => !['502', 'garbled'].includes(kind)))('after a %s the form is still PayPay’s', async (kind) => {
    const { until, sample, client, simulator } = virtualPayPay(1);
    const request = await sample(name);
    const replies = recorded(simulator);
    simulator.faults.add({ operation: name, kind, times: 1, delay_ms: 0 });
    await until(call(client, name, request));
    const reply = replies[0] as ApiReply;
    conforms(reply.status < 400 ? (validators.get(name) as ValidateFunction) : isError, reply.body);
  });
});

describe('in every state', () => {
  const { until, client, world, simulator, id, clock } = virtualPayPay(2);
  const replies = recorded(simulator);
  const details = async (merchantPaymentId: string) => {
    must(await until(client.paymentDetails({ merchantPaymentId })));
    const { body } = replies.at(-1) as ApiReply;
    conforms(validators.get('paymentDetails') as ValidateFunction, body);
    return (JSON.parse(body) as { data: Record<string, unknown> }).data;
  };
  const open = async (isAuthorization = false) => {
    const merchantPaymentId = id();
    const request = { merchantPaymentId, amount: yen(300), isAuthorization, storeId: 's', terminalId: 't', orderDescription: 'お茶' };
    const code = must(await until(client.createCode({ ...request, orderItems: [{ name: 'お茶', quantity: 1, unitPrice: yen(300) }] })));
    conforms(validators.get('createCode') as ValidateFunction, replies.at(-1)?.body ?? '');
    const payment = (): string => {
      const paid = pay(world, code.url);
      if ('refused' in paid) throw new Error(paid.refused);
      return paid.paymentId;
    };
    return { merchantPaymentId, payment };
  };

  test('unpaid: no paymentId, times zero', async () => {
    const { merchantPaymentId } = await open();
    const data = await details(merchantPaymentId);
    expect(data).toMatchObject({ status: 'CREATED', acceptedAt: 0, requestedAt: 0 });
    expect(data).not.toHaveProperty('paymentId');
  });

  test('paid, refunded, cancelled', async () => {
    const [first, second] = [await open(), await open()];
    const paymentId = first.payment();
    second.payment();
    expect(await details(first.merchantPaymentId)).toMatchObject({
      status: 'COMPLETED',
      storeId: 's',
      orderItems: [{ unitPrice: yen(300) }],
    });
    must(await until(client.refund({ merchantRefundId: id(), paymentId, amount: yen(100), reason: 'x' })));
    must(await until(client.cancel({ merchantPaymentId: second.merchantPaymentId })));
    await clock.advance(2000);
    expect(await details(first.merchantPaymentId)).toMatchObject({ status: 'REFUNDED', refunds: { data: [{ status: 'REFUNDED' }] } });
    expect((await details(second.merchantPaymentId))['canceledAt']).toBeGreaterThan(0);
  });

  test('held, captured, reverted, expired', async () => {
    const [first, second, third] = [await open(true), await open(true), await open(true)];
    first.payment();
    third.payment();
    const paymentId = second.payment();
    expect((await details(first.merchantPaymentId))['expiresAt']).toBeGreaterThan(0);
    const { merchantPaymentId } = first;
    must(await until(client.capture({ merchantPaymentId, merchantCaptureId: id(), amount: yen(200), orderDescription: 'part' })));
    must(await until(client.revert({ merchantRevertId: id(), paymentId, reason: 'x' })));
    world.shift(31 * 86_400_000);
    expect(await details(first.merchantPaymentId)).toMatchObject({ status: 'COMPLETED', captures: { data: [{ amount: yen(200) }] } });
    expect(await details(second.merchantPaymentId)).toMatchObject({ status: 'CANCELED', revert: { reason: 'x' } });
    expect(await details(third.merchantPaymentId)).toMatchObject({ status: 'EXPIRED' });
  });
});
