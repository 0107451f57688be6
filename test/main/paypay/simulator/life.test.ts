/** The simulated PayPay keeps PayPay's rules about codes, payments, cancels and refunds. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PayPayOutcome } from '../../../../main/paypay/outcome.ts';
import { pay, scan } from '../../../../main/paypay/simulator/codes.ts';
import { ledger } from '../../../../main/paypay/simulator/ledger.ts';
import { cancelWindowEnd_ms } from '../../../../main/paypay/simulator/payments.ts';
import type { Switches } from '../../../../main/paypay/simulator/switches.ts';
import { linkedUser, must, yen } from '../samples.ts';
import { virtualPayPay } from '../virtual-paypay.ts';

function shop(switches: Partial<Switches> = {}) {
  const { until, client, world, clock, simulator, id } = virtualPayPay(2, { switches });
  const said = async (call: Promise<PayPayOutcome<unknown>>) => {
    const outcome = await until(call);
    return outcome.outcome === 'done'
      ? 'done'
      : outcome.outcome === 'unavailable'
        ? 'unavailable'
        : (outcome.reply?.code ?? outcome.outcome);
  };
  const open = async (merchantPaymentId = id(), isAuthorization = false) => ({
    merchantPaymentId,
    ...must(await until(client.createCode({ merchantPaymentId, amount: yen(300), isAuthorization }))),
    id: merchantPaymentId,
  });
  const status = async (merchantPaymentId: string) => must(await until(client.paymentDetails({ merchantPaymentId }))).status;
  const paid = async (isAuthorization = false) => {
    const code = await open(id(), isAuthorization);
    const payment = pay(world, code.url);
    if ('refused' in payment) throw new Error(payment.refused);
    return { ...code, paymentId: payment.paymentId };
  };
  const refund = (paymentId: string, merchantRefundId: string, amount = 300) =>
    client.refund({ paymentId, merchantRefundId, amount: yen(amount) });
  return { until, client, world, clock, simulator, said, open, paid, status, refund, id, books: () => ledger(simulator) };
}

describe('a code', () => {
  test('lives 301 s and can be paid once', async () => {
    const { open, world, clock, status } = shop();
    const code = await open();
    expect(Math.abs(code.expiryDate * 1000 - clock.now_ms() - 301_000)).toBeLessThan(1100);
    expect(await status(code.id)).toBe('CREATED');
    expect(pay(world, code.url)).toMatchObject({ status: 'COMPLETED' });
    expect(pay(world, code.url)).toEqual({ refused: 'paid' });
    expect(await status(code.id)).toBe('COMPLETED');
  });

  test('expires for who scans late; who scanned before may still confirm for a while', async () => {
    const { open, world } = shop();
    const [late, early] = [await open(), await open()];
    scan(world, early.url);
    world.shift(320_000);
    expect(pay(world, late.url)).toEqual({ refused: 'expired' });
    expect(pay(world, early.url)).toMatchObject({ status: 'COMPLETED' });
  });

  test('deleted: dead for who did not scan, and at last for who did', async () => {
    const { open, world, said, client, status } = shop();
    const [unseen, seen, slow] = [await open(), await open(), await open()];
    for (const code of [seen, slow]) scan(world, code.url);
    for (const code of [unseen, seen, slow]) expect(await said(client.deleteCode({ codeId: code.codeId }))).toBe('done');
    expect(pay(world, unseen.url)).toEqual({ refused: 'deleted' });
    expect(pay(world, seen.url)).toMatchObject({ status: 'COMPLETED' });
    world.shift(61_000);
    expect(pay(world, slow.url)).toEqual({ refused: 'deleted' });
    expect(await said(client.deleteCode({ codeId: unseen.codeId }))).toBe('DYNAMIC_QR_NOT_FOUND');
    expect(await said(client.deleteCode({ codeId: seen.codeId }))).toBe('DYNAMIC_QR_ALREADY_PAID');
    expect(await status(unseen.id)).toBe('CREATED');
  });

  test('a payment id makes one code, or answers with the first where so switched', async () => {
    const { open, said, client, world, until } = shop();
    const code = await open('p-1');
    const again = { merchantPaymentId: 'p-1', amount: yen(300) };
    expect(await said(client.createCode(again))).toBe('DUPLICATE_DYNAMIC_QR_REQUEST');
    expect((await until(client.createCode(again))).outcome, 'there is one that can be paid').toBe('unknown');
    world.switches = { ...world.switches, duplicateCode: 'replay' };
    expect(must(await until(client.createCode(again))).codeId).toBe(code.codeId);
  });

  test('of nobody knows: not found', async () => {
    const { said, client, world } = shop();
    expect(await said(client.paymentDetails({ merchantPaymentId: 'nobody' }))).toBe('DYNAMIC_QR_PAYMENT_NOT_FOUND');
    expect(await said(client.deleteCode({ codeId: '04-nobody' }))).toBe('DYNAMIC_QR_NOT_FOUND');
    expect(pay(world, 'https://elsewhere')).toEqual({ refused: 'unknown' });
  });
});

describe('a cancel', () => {
  test('is accepted, and takes effect later', async () => {
    const { paid, said, client, status, clock } = shop({ cancelLag_ms: 5000 });
    const { id } = await paid();
    expect(await said(client.cancel({ merchantPaymentId: id }))).toBe('done');
    expect(await status(id)).toBe('COMPLETED');
    await clock.advance(5000);
    expect(await status(id)).toBe('FAILED');
    expect(await said(client.cancel({ merchantPaymentId: id }))).toBe('done');
  });

  test('of an unpaid code waits for the payment and undoes it', async () => {
    const { open, said, client, status, world, clock, books } = shop();
    const { id, url } = await open();
    expect(await said(client.cancel({ merchantPaymentId: id }))).toBe('done');
    expect(await status(id)).toBe('CREATED');
    expect(pay(world, url)).toMatchObject({ status: 'COMPLETED' });
    await clock.advance(1000);
    expect(await status(id)).toBe('FAILED');
    expect(books()).toMatchObject({ taken_jpy: 300, returned_jpy: 300 });
  });

  test('is possible until 00:14:59 JST of the next day, whatever zone the host is in', async () => {
    const noon = Date.UTC(2026, 10, 23, 3, 0, 0);
    expect(new Date(cancelWindowEnd_ms(noon)).toISOString()).toBe('2026-11-23T15:15:00.000Z');
    fc.assert(
      fc.property(fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }), (paidAt) => {
        const jst = (time_ms: number) => new Date(time_ms + 9 * 3_600_000).toISOString();
        const last = jst(cancelWindowEnd_ms(paidAt.getTime()) - 1000);
        expect(last.slice(11, 19)).toBe('00:14:59');
        expect(jst(cancelWindowEnd_ms(paidAt.getTime()) - 86_400_000).slice(0, 10)).toBe(jst(paidAt.getTime()).slice(0, 10));
      }),
    );
    for (const [early_ms, answer] of [
      [1000, 'done'],
      [0, 'ORDER_NOT_REVERSIBLE'],
    ] as const) {
      const { paid, said, client, world } = shop();
      const { id } = await paid();
      const end_ms = cancelWindowEnd_ms((world.payments.get(id) as { acceptedAt_ms: number }).acceptedAt_ms);
      world.shift(end_ms - early_ms - world.now_ms());
      expect(await said(client.cancel({ merchantPaymentId: id }))).toBe(answer);
    }
  });

  test('does not undo what was refunded, reverted or captured', async () => {
    const { paid, said, client, refund, until, clock } = shop();
    const first = await paid();
    must(await until(refund(first.paymentId, 'r-1')));
    expect(await said(client.cancel({ merchantPaymentId: first.id }))).toBe('ORDER_NOT_REVERSIBLE');
    await clock.advance(2000);
    expect(await said(client.cancel({ merchantPaymentId: first.id }))).toBe('ORDER_NOT_REVERSIBLE');
    const second = await paid(true);
    must(await until(client.revert({ merchantRevertId: 'v', paymentId: second.paymentId })));
    expect(await said(client.cancel({ merchantPaymentId: second.id }))).toBe('ORDER_NOT_REVERSIBLE');
  });
});

describe('a refund', () => {
  test('is CREATED, then REFUNDED, and the same request gets the same answer', async () => {
    const { paid, refund, until, clock, client, status, books } = shop();
    const { paymentId, id } = await paid();
    const first = must(await until(refund(paymentId, 'r-1', 120)));
    expect(first.status).toBe('CREATED');
    await clock.advance(1500);
    expect(must(await until(refund(paymentId, 'r-1', 120)))).toEqual({ ...first, status: 'REFUNDED' });
    expect(must(await until(client.refundDetails({ merchantRefundId: 'r-1', paymentId }))).status).toBe('REFUNDED');
    expect(must(await until(client.refundDetails({ merchantRefundId: 'r-1' }))).status).toBe('REFUNDED');
    expect(await status(id)).toBe('REFUNDED');
    expect(books()).toMatchObject({ taken_jpy: 300, returned_jpy: 120 });
  });

  test.each([
    ['refuse', 'MERCHANT_MULTIPLE_REFUND_REJECTED'],
    ['refuseOldStyle', 'UNACCEPTABLE_OP'],
    ['allow', 'done'],
  ] as const)('a second one: %s', async (multipleRefunds, answer) => {
    const { paid, refund, said } = shop({ multipleRefunds });
    const { paymentId } = await paid();
    expect(await said(refund(paymentId, 'r-1', 100))).toBe('done');
    expect(await said(refund(paymentId, 'r-2', 100))).toBe(answer);
  });

  test('never returns more than was taken, whatever is asked for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 }), async (amounts) => {
        const { paid, refund, said, clock, books } = shop({ multipleRefunds: 'allow', refundLimit: 5 });
        const { paymentId } = await paid();
        let granted = 0;
        for (const [i, amount] of amounts.entries()) if ((await said(refund(paymentId, `r-${i}`, amount))) === 'done') granted += amount;
        await clock.advance(2000);
        expect(granted).toBeLessThanOrEqual(300);
        expect(books()).toMatchObject({ taken_jpy: 300, returned_jpy: granted });
      }),
      { numRuns: 25 },
    );
  });

  test('is refused for too much, for nothing paid, for a cancelled payment and after a year', async () => {
    const { paid, refund, said, client, world, until } = shop();
    const { paymentId, id } = await paid();
    expect(await said(refund(paymentId, 'r-1', 301))).toBe('INVALID_PARAMS');
    expect(await said(refund('04000000000000000000', 'r-1'))).toBe('RESOURCE_NOT_FOUND');
    expect(await said(refund(id, 'r-1'))).toBe('RESOURCE_NOT_FOUND');
    must(await until(client.cancel({ merchantPaymentId: id })));
    expect(await said(refund(paymentId, 'r-1'))).toBe('UNACCEPTABLE_OP');
    const held = await paid(true);
    expect(await said(refund(held.paymentId, 'r-2'))).toBe('UNACCEPTABLE_OP');
    const old = await paid();
    world.shift(367 * 86_400_000);
    expect(await said(refund(old.paymentId, 'r-3'))).toBe('REFUND_WINDOW_EXCEED');
    expect(await said(client.refundDetails({ merchantRefundId: 'r-1', paymentId }))).toBe('NO_SUCH_REFUND_ORDER');
  });
});

describe('an authorisation', () => {
  const capture = (merchantPaymentId: string, amount: number, merchantCaptureId = 'c-1') => ({
    merchantPaymentId,
    merchantCaptureId,
    amount: yen(amount),
    orderDescription: 'part',
  });

  test('is captured once, the rest let go, and what was captured can be refunded', async () => {
    const { paid, until, client, said, status, refund, books } = shop();
    const { id, paymentId } = await paid(true);
    expect(await status(id)).toBe('AUTHORIZED');
    expect(books().taken_jpy).toBe(0);
    must(await until(client.capture(capture(id, 200))));
    expect(await status(id)).toBe('COMPLETED');
    expect(books().taken_jpy).toBe(200);
    expect(await said(client.capture(capture(id, 100, 'c-2')))).toBe('ALREADY_CAPTURED');
    expect((await until(client.capture(capture(id, 100, 'c-3')))).outcome, 'an earlier one took money').toBe('unknown');
    expect(await said(refund(paymentId, 'r-1', 201))).toBe('INVALID_PARAMS');
    expect(await said(refund(paymentId, 'r-1', 200))).toBe('done');
  });

  test('expires by itself', async () => {
    const { paid, client, said, status, world } = shop({ authorizationLifetime_ms: 60_000 });
    const { id, paymentId } = await paid(true);
    world.shift(60_000);
    expect(await status(id)).toBe('EXPIRED');
    expect(await said(client.capture(capture(id, 100)))).toBe('ORDER_EXPIRED');
    expect(await said(client.revert({ merchantRevertId: 'v', paymentId }))).toBe('ORDER_NOT_CANCELABLE');
    expect(await said(client.cancel({ merchantPaymentId: id }))).toBe('ORDER_NOT_REVERSIBLE');
  });

  test('is lowered at once, raised only with the payer', async () => {
    const { paid, client, said, until, status, id } = shop();
    const held = await paid(true);
    const change = (amount: number) => client.reauthorize({ requestId: id(), paymentId: held.paymentId, updatedAmount: yen(amount) });
    expect(await said(change(300))).toBe('REAUTH_AMOUNT_UNCHANGED');
    must(await until(change(200)));
    expect(await said(change(400))).toBe('MISSING_REQUEST_PARAMS');
    const back = { redirectUrl: 'https://shop.example', redirectType: 'WEB_LINK' as const, userAgent: 'Mozilla/5.0' };
    const raised = await until(client.reauthorize({ requestId: id(), paymentId: held.paymentId, updatedAmount: yen(400), ...back }));
    expect(raised).toMatchObject({ outcome: 'done', reply: { httpStatus: 201, code: 'USER_CONFIRMATION_REQUIRED' } });
    expect(await status(held.id)).toBe('AUTHORIZED');
    for (let i = 0; i < 8; i++) await until(change(190 - i));
    expect(await said(change(100))).toBe('REAUTH_MAX_LIMIT_EXCEEDED');
  });

  test('is cancelled like a payment, unless it was captured', async () => {
    const { paid, client, said, until, status, clock } = shop();
    const [first, second] = [await paid(true), await paid(true)];
    must(await until(client.cancel({ merchantPaymentId: first.id })));
    expect(await said(client.capture(capture(first.id, 100)))).toBe('ORDER_NOT_CAPTURABLE');
    await clock.advance(2000);
    expect(await status(first.id)).toBe('FAILED');
    must(await until(client.capture(capture(second.id, 100))));
    expect(await said(client.cancel({ merchantPaymentId: second.id }))).toBe('ORDER_NOT_REVERSIBLE');
  });

  test('is refused where PayPay did not enable it, or for longer than allowed', async () => {
    const off = shop({ authorizations: false });
    const request = { merchantPaymentId: 'p', amount: yen(1), isAuthorization: true };
    expect(await off.said(off.client.createCode(request))).toBe('PRE_AUTH_CAPTURE_UNSUPPORTED_MERCHANT');
    const on = shop();
    const authorizationExpiry = Math.floor(on.clock.now_ms() / 1000) + 31 * 86_400;
    expect(await on.said(on.client.createCode({ ...request, authorizationExpiry }))).toBe('PRE_AUTH_CAPTURE_INVALID_EXPIRY_DATE');
  });
});

describe('a linked user', () => {
  test('is charged, within the balance, and not twice by mistake', async () => {
    const { client, world, said, until, status } = shop();
    const userAuthorizationId = linkedUser(world, 500);
    const charge = (merchantPaymentId: string, amount: number, agreeSimilarTransaction = false) =>
      client.createNativePayment({ merchantPaymentId, userAuthorizationId, amount: yen(amount), agreeSimilarTransaction });
    must(await until(charge('n-1', 200)));
    expect(await said(charge('n-2', 200))).toBe('SUSPECTED_DUPLICATE_PAYMENT');
    expect(await said(charge('n-2', 200, true))).toBe('done');
    expect(await said(charge('n-3', 101))).toBe('NO_SUFFICIENT_FUND');
    expect(must(await until(client.checkWallet({ userAuthorizationId, amount: yen(100) }))).hasEnoughBalance).toBe(true);
    expect(must(await until(client.checkWallet({ userAuthorizationId, amount: yen(101) }))).hasEnoughBalance).toBe(false);
    await expect(status('n-1')).rejects.toThrow(/DYNAMIC_QR_PAYMENT_NOT_FOUND/);
    expect(must(await until(client.nativePaymentDetails({ merchantPaymentId: 'n-1' }))).status).toBe('COMPLETED');
  });

  test('must have agreed, and must still be linked', async () => {
    const { client, world, said, until } = shop();
    const request = { merchantPaymentId: 'n-1', amount: yen(1) };
    expect(await said(client.createNativePayment({ ...request, userAuthorizationId: 'nobody' }))).toBe('INVALID_USER_AUTHORIZATION_ID');
    const userAuthorizationId = linkedUser(world);
    const user = world.users.get(userAuthorizationId);
    if (user) world.users.set(userAuthorizationId, { ...user, scopes: ['get_balance'] });
    expect(await said(client.createNativePayment({ ...request, userAuthorizationId }))).toBe('OP_OUT_OF_SCOPE');
    must(await until(client.unlinkUser({ userAuthorizationId })));
    expect(await said(client.checkWallet({ userAuthorizationId, amount: yen(1) }))).toBe('USER_STATE_IS_NOT_ACTIVE');
  });

  test('gets a bill, pays it or not, and the merchant may take it back', async () => {
    const { client, world, said, until, simulator } = shop();
    const userAuthorizationId = linkedUser(world);
    const bill = (merchantPaymentId: string) => ({ merchantPaymentId, userAuthorizationId, amount: yen(800) });
    must(await until(client.createPendingPayment(bill('b-1'))));
    expect(await said(client.createPendingPayment(bill('b-1')))).toBe('DUPLICATE_REQUEST_ORDER');
    must(await until(client.createPendingPayment(bill('b-2'))));
    must(await until(client.createPendingPayment(bill('b-3'))));
    const { control } = await import('../../../../main/paypay/simulator/control.ts');
    expect(control(simulator, 'POST', 'bill', '{"merchantPaymentId":"b-1"}').status).toBe(200);
    expect(control(simulator, 'POST', 'bill', '{"merchantPaymentId":"b-1"}').status).toBe(409);
    must(await until(client.cancelPendingPayment({ merchantPaymentId: 'b-2' })));
    expect(await said(client.cancelPendingPayment({ merchantPaymentId: 'b-1' }))).toBe('INVALID_REQUEST_ORDER_STATE');
    expect(await said(client.cancelPendingPayment({ merchantPaymentId: 'b-9' }))).toBe('REQUEST_ORDER_NOT_FOUND');
    world.shift(7 * 3_600_000);
    const states = [];
    for (const merchantPaymentId of ['b-1', 'b-2', 'b-3'])
      states.push(must(await until(client.pendingPaymentDetails({ merchantPaymentId }))).status);
    expect(states).toEqual(['COMPLETED', 'CANCELED', 'EXPIRED']);
  });

  test('gets cashback within the budget, and gives it back', async () => {
    const { client, world, until } = shop({ cashbackBudget_jpy: 50 });
    const userAuthorizationId = linkedUser(world, 0);
    const balance = async () => must(await until(client.walletBalance({ userAuthorizationId }))).totalBalance?.amount;
    for (const [merchantCashbackId, amount] of [
      ['k-1', 50],
      ['k-2', 51],
    ] as const)
      must(await until(client.giveCashback({ merchantCashbackId, userAuthorizationId, amount: yen(amount) })));
    expect(must(await until(client.cashbackDetails({ merchantCashbackId: 'k-1' }))).status).toBe('SUCCESS');
    const failed = await until(client.cashbackDetails({ merchantCashbackId: 'k-2' }));
    expect(failed).toMatchObject({ outcome: 'done', value: { status: 'FAILURE' }, reply: { code: 'NOT_ENOUGH_MONEY' } });
    expect(await balance()).toBe(50);
    must(await until(client.reverseCashback({ merchantCashbackReversalId: 'x-1', merchantCashbackId: 'k-1', amount: yen(30) })));
    expect(await balance()).toBe(20);
    const reversal = { merchantCashbackReversalId: 'x-1', merchantCashbackId: 'k-1' };
    expect(must(await until(client.cashbackReversalDetails(reversal)))).toMatchObject({ status: 'SUCCESS', amount: yen(30) });
  });
});
