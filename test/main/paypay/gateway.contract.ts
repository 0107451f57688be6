/** What every PaymentGateway must do, whoever is at its far end. A payer is needed for the second half. */
import { expect, test } from 'vitest';
import type { Outcome } from '../../../app/errors.ts';
import type { PaymentFacts, PaymentGateway, RefundStatus } from '../../../app/ports.ts';

export interface Far {
  readonly gateway: PaymentGateway;
  /** A new id that PayPay has never seen. */
  readonly id: () => string;
  /** Pays the QR as a payer would; null where no payer is at hand (PayPay's sandbox). */
  readonly pay: ((url: string) => Promise<void>) | null;
  /** Lets time pass at the far end. */
  readonly wait: (delay_ms: number) => Promise<void>;
}

export const value = <T>(outcome: Outcome<T>): T => {
  if (outcome.outcome !== 'done') throw new Error(`expected done, got ${JSON.stringify(outcome)}`);
  return outcome.value;
};

export function gatewayContract(far: () => Far): void {
  const open = async (amount_jpy = 120) => {
    const { gateway, id } = far();
    const merchantPaymentId = id();
    const code = value(await gateway.createCode({ merchantPaymentId, amount_jpy, description: 'お茶 500ml', authorize: false }));
    return { merchantPaymentId, ...code };
  };

  const eventually = async (merchantPaymentId: string, status: PaymentFacts['status']): Promise<PaymentFacts> => {
    const { gateway, wait } = far();
    for (let i = 0; i < 20; i++) {
      const facts = value(await gateway.paymentDetails(merchantPaymentId));
      if (facts.status === status) return facts;
      await wait(2000);
    }
    throw new Error(`payment ${merchantPaymentId} did not become ${status}`);
  };

  test('is ready after a probe, with a clock', async () => {
    const state = await far().gateway.probe();
    expect(state).toMatchObject({ ready: true });
  });

  test('makes a QR that lives about five minutes and is unpaid', async () => {
    const { gateway } = far();
    const { merchantPaymentId, url, expiresAt_ms, codeId } = await open();
    expect(url).toMatch(/^https?:\/\//);
    expect(codeId).not.toBe('');
    const left_ms = expiresAt_ms - gateway.now_ms();
    expect(left_ms).toBeGreaterThan(60_000);
    expect(left_ms).toBeLessThan(900_000);
    const facts = value(await gateway.paymentDetails(merchantPaymentId));
    expect(facts).toMatchObject({ status: 'created', refunds: [], acceptedAt_ms: null });
    value(await gateway.deleteCode(codeId));
  });

  test('a deleted QR is gone, twice, and not paid', async () => {
    const { gateway } = far();
    const { merchantPaymentId, codeId } = await open();
    expect(value(await gateway.deleteCode(codeId))).toBe('gone');
    expect(value(await gateway.deleteCode(codeId))).toBe('gone');
    expect(['created', 'absent']).toContain(value(await gateway.paymentDetails(merchantPaymentId)).status);
  });

  test('the same payment id never gets a second QR as if nothing had been', async () => {
    const { gateway } = far();
    const { merchantPaymentId, codeId } = await open();
    const again = await gateway.createCode({ merchantPaymentId, amount_jpy: 120, description: 'again', authorize: false });
    if (again.outcome === 'done') expect(again.value.codeId).toBe(codeId);
    else expect(again.outcome).toBe('unknown');
    value(await gateway.deleteCode(codeId));
  });

  test('an unpaid code accepts a cancel', async () => {
    const { gateway } = far();
    const { merchantPaymentId, codeId } = await open();
    value(await gateway.deleteCode(codeId));
    expect(value(await gateway.cancel(merchantPaymentId))).toBe('accepted');
  });

  test('what PayPay never saw is absent, and can not be refunded', async () => {
    const { gateway, id } = far();
    expect(value(await gateway.paymentDetails(id())).status).toBe('absent');
    const paymentId = '04000000000000000000';
    expect(value(await gateway.refundDetails({ merchantRefundId: id(), paymentId }))).toBe('absent');
    const refund = await gateway.refund({ merchantRefundId: id(), paymentId, amount_jpy: 1, reason: 'test' });
    expect(['rejected', 'unknown']).toContain(refund.outcome);
  });

  test('paid, then refunded once, however often it is asked for', async (context) => {
    const { gateway, pay, id, wait } = far();
    if (!pay) return context.skip('nobody to pay the QR here');
    const { merchantPaymentId, url } = await open(150);
    await pay(url);
    const facts = await eventually(merchantPaymentId, 'completed');
    expect(facts).toMatchObject({ amount_jpy: 150 });
    const request = { merchantRefundId: id(), paymentId: facts.paymentId as string, amount_jpy: 150, reason: 'did not drop' };
    expect(['created', 'refunded']).toContain(value(await gateway.refund(request)));
    expect(['created', 'refunded']).toContain(value(await gateway.refund(request)));
    let status: RefundStatus = 'created';
    for (let i = 0; i < 20 && status === 'created'; i++) {
      await wait(1000);
      status = value(await gateway.refundDetails(request));
    }
    expect(status).toBe('refunded');
    const after = value(await gateway.paymentDetails(merchantPaymentId));
    expect(after.refunds).toEqual([{ merchantRefundId: request.merchantRefundId, status: 'refunded', amount_jpy: 150 }]);
    const second = await gateway.refund({ ...request, merchantRefundId: id() });
    expect(second.outcome).toBe('rejected');
  });

  test('a paid code says so when it is deleted, or says nothing false', async (context) => {
    const { gateway, pay } = far();
    if (!pay) return context.skip('nobody to pay the QR here');
    const { merchantPaymentId, url, codeId } = await open();
    await pay(url);
    const answer = await gateway.deleteCode(codeId);
    if (answer.outcome === 'done') expect(['paid', 'gone']).toContain(answer.value);
    await eventually(merchantPaymentId, 'completed');
  });

  test('a cancelled payment fails and can not be refunded', async (context) => {
    const { gateway, pay, id } = far();
    if (!pay) return context.skip('nobody to pay the QR here');
    const { merchantPaymentId, url } = await open();
    await pay(url);
    const { paymentId } = await eventually(merchantPaymentId, 'completed');
    value(await gateway.cancel(merchantPaymentId));
    await eventually(merchantPaymentId, 'failed');
    const refund = await gateway.refund({ merchantRefundId: id(), paymentId: paymentId as string, amount_jpy: 120, reason: 'test' });
    expect(refund.outcome).toBe('rejected');
  });

  test('a cancel before the payment undoes it after it', async (context) => {
    const { gateway, pay } = far();
    if (!pay) return context.skip('nobody to pay the QR here');
    const { merchantPaymentId, url } = await open();
    value(await gateway.cancel(merchantPaymentId));
    await pay(url);
    await eventually(merchantPaymentId, 'failed');
  });
}
