/** What the settler makes of single answers of the far ends. */
import { expect, it } from 'vitest';
import { done, type Outcome, rejected, unavailable, unknownOutcome } from '../../../app/errors.ts';
import { createOrderBook } from '../../../app/order/book.ts';
import { decide } from '../../../app/order/decide.ts';
import type { OrderEvent } from '../../../app/order/events.ts';
import { createSettler } from '../../../app/order/settler.ts';
import type { PaymentFacts, PaymentGateway, VendingMachine } from '../../../app/ports.ts';
import { createDisk } from '../../simulation/disk.ts';
import { VirtualTime } from '../../simulation/time.ts';
import { farEnds, WELL } from './far-ends.ts';
import { cancelled, codeCreated, held, jammed, NOW_ms, opened, paid, said, unknown } from './orders.ts';

const HOUR_ms = 3_600_000;

interface World {
  readonly gateway?: (well: PaymentGateway, now_ms: () => number) => Partial<PaymentGateway>;
  readonly machine?: (well: VendingMachine) => Partial<VendingMachine>;
  /** How wrong the host's clock is. */
  readonly hostAhead_ms?: number;
}

/** An order is taken up where these events left it, and driven until it is closed. @returns what was written then */
async function settle(
  story: readonly OrderEvent[],
  { gateway: change, machine: changeMachine, hostAhead_ms = 0 }: World,
  live = false,
): Promise<OrderEvent[]> {
  const time = new VirtualTime();
  const clock = time.clock(NOW_ms + hostAhead_ms);
  const disk = createDisk({ clock });
  const journal = disk.open('m:p1');
  const seen = () => disk.durable().flatMap(({ event, stream }) => (stream === 'order' ? [event] : []));
  let opened = false;
  void journal.append(story.map((event) => ({ stream: 'order', orderId: 'o-1', event }))).then(() => (opened = true));
  await time.run(() => opened, 1_000);
  const now_ms = () => time.clock(NOW_ms).now_ms();
  const well = farEnds([WELL], now_ms);
  const gateway = { ...well.gateway, ...change?.(well.gateway, now_ms) };
  const machine = { ...well.machine, ...changeMachine?.(well.machine) };
  const book = createOrderBook(journal, clock);
  await book.load();
  const world = { book, gateway, machine, describe: () => '', failureOf: () => 'keep' as const, onProgress: () => {} };
  const faults: string[] = [];
  const settler = createSettler(
    {
      ...{ book, gateway, machine, clock, world, decide, bootId: 'm:p1' },
      ids: { next: () => 'id', random: () => 0.5 },
      log: { info() {}, warn() {}, error() {} },
      onFault: (fault) => faults.push(fault.message),
    },
    { pollInterval_ms: 4_000, resumeVendWithin_ms: live ? HOUR_ms : 0 },
  );
  settler.settleAll();
  const ended = await time.run(
    () =>
      seen()
        .slice(story.length)
        .some(({ type }) => type === 'order.closed'),
    time.now_ms + 2 * HOUR_ms,
  );
  expect({ faults, ended }).toEqual({ faults: [], ended: 'over' });
  return seen().slice(story.length);
}

const code = [opened([100, 200]), ...codeCreated];
const types = (events: readonly OrderEvent[]) => events.map(({ type }) => type);

it('takes a refused question about a refund for no answer, and sends the refund with its one id', async () => {
  const sent: string[] = [];
  const events = await settle([...code, paid(300), ...jammed(0), ...jammed(1), { type: 'refund.requested', amount_jpy: 300 }], {
    gateway: () => ({
      refundDetails: () => Promise.resolve(rejected('INVALID_PARAMS', '')),
      refund({ merchantRefundId }) {
        sent.push(merchantRefundId);
        return Promise.resolve(done('refunded'));
      },
    }),
  });
  expect(sent).toEqual(['r-1']);
  expect(types(events)).toEqual(['refund.completed', 'order.closed']);
});

it('counts the time of an accepted cancel by PayPay’s clock, also where the host is a year ahead', async () => {
  const year_ms = 365 * 86_400_000;
  let heard = false;
  const events = await settle([...code, ...cancelled], {
    hostAhead_ms: year_ms,
    gateway: (_, now_ms) => ({
      // Until PayPay has answered, its time is not known, and the host's has to do.
      now_ms: () => now_ms() + (heard ? 0 : year_ms),
      paymentDetails() {
        heard = true;
        return Promise.resolve(done(said('completed')));
      },
    }),
  });
  expect(types(events)).toEqual(['payment.completed', 'refund.requested', 'refund.completed', 'order.closed']);
});

it('refunds at once what PayPay would not cancel any more', async () => {
  let cancels = 0;
  const events = await settle([...code, { type: 'cancel.requested', reason: 'restarted' }], {
    gateway: () => ({
      paymentDetails: () => Promise.resolve(done(said('completed', { acceptedAt_ms: NOW_ms - 48 * HOUR_ms }))),
      cancel() {
        cancels += 1;
        return Promise.resolve(done('accepted'));
      },
    }),
  });
  expect(types(events)).toEqual(['payment.completed', 'refund.requested', 'refund.completed', 'order.closed']);
  expect(cancels).toBe(0);
});

it.each([
  [true, ['order.reopened', 'capture.requested', 'capture.completed', 'order.closed']],
  [false, ['order.reopened', 'revert.requested', 'revert.completed', 'order.closed']],
] as const)('does with a hold what staff decided: delivered = %s', async (delivered, expected) => {
  const doubtful: OrderEvent[] = [
    ...[
      opened([100, 200], { settlement: 'authorize', unknownVend: 'hold' }),
      ...codeCreated,
      held(300),
      ...jammed(0),
      ...unknown('none', 1),
    ],
    { type: 'order.closed', closing: 1, result: 'attention', taken_jpy: 0, returned_jpy: 0, dispensed_jpy: 0 },
    { type: 'order.reopened', closing: 1, by: 'sato', reason: '', refund_jpy: 0, hold: { lines: [1], delivered } },
  ];
  const events = await settle(doubtful, { gateway: () => ({ paymentDetails: () => Promise.resolve(done(said('authorized'))) }) });
  expect(types(events)).toEqual(expected.slice(1));
  expect(events.at(-1)).toMatchObject({ result: delivered ? 'partlyVended' : 'refunded', taken_jpy: delivered ? 200 : 0 });
});

it.each(['busy', 'productInOutlet'] as const)('waits before a vend for a machine that is %s, and not for ever', async (reason) => {
  const after = (busy: number) => {
    let checks = 0;
    const check = () => Promise.resolve(++checks > busy ? ({ ready: true } as const) : ({ ready: false, reason } as const));
    return settle([...code, paid(300)], { machine: () => ({ check }) }, true);
  };
  const vends = ['vend.requested', 'vend.succeeded', 'vend.requested', 'vend.succeeded'];
  expect(types(await after(4))).toEqual([...vends, 'order.closed']);
  expect(types(await after(100))).toEqual(['refund.requested', 'refund.completed', 'order.closed']);
});

/** A customer in front of a code that was just made, until it is paid or the limit is over. @returns when PayPay was asked */
async function waitAtTheCode(answers: (asked: number) => Outcome<PaymentFacts>, limit_ms: number): Promise<number[]> {
  const time = new VirtualTime();
  const clock = time.clock(NOW_ms);
  const now_ms = () => clock.now_ms();
  const at_ms: number[] = [];
  const { gateway: well, machine } = farEnds([WELL], now_ms);
  const paymentDetails = () => {
    at_ms.push(now_ms() - NOW_ms);
    // The wire takes its time.
    return new Promise<Outcome<PaymentFacts>>((resolve) => clock.setTimeout(() => resolve(answers(at_ms.length)), 100));
  };
  const gateway = { ...well, paymentDetails };
  const journal = createDisk({ clock }).open('m:p1');
  const book = createOrderBook(journal, clock);
  const world = { book, gateway, machine, describe: () => '', failureOf: () => 'keep' as const, onProgress: () => {} };
  const settler = createSettler(
    {
      ...{ book, gateway, machine, clock, world, decide, bootId: 'm:p1' },
      ids: { next: () => 'id', random: () => 0.5 },
      log: { info() {}, warn() {}, error() {} },
      onFault: (fault) => expect.fail(fault.message),
    },
    { pollInterval_ms: 4_000, resumeVendWithin_ms: 0 },
  );
  void book.load().then(() => settler.sell('o-1', opened([100, 200])).then(() => settler.drive('o-1', ['pay'])));
  await time.run(() => false, limit_ms);
  return at_ms;
}

const pauses = (at_ms: readonly number[]) => at_ms.slice(1).map((at, i) => at - (at_ms[i] ?? 0));

it('asks every few seconds, and after one question that got no answer hardly later, however long the customer has waited', async () => {
  const asked = await waitAtTheCode((n) => (n === 10 ? unavailable('') : done(said('created'))), 60_000);
  expect(asked.length).toBeGreaterThan(12);
  expect(Math.max(...pauses(asked))).toBeLessThan(6_000);
});

it('pauses before it asks again for a payment that PayPay calls paid, without its id', async () => {
  const asked = await waitAtTheCode(() => done(said('completed', { paymentId: null })), 20_000);
  expect(Math.min(...pauses(asked))).toBeGreaterThanOrEqual(4_000);
});

it('asks for the payment also while nobody answers the DELETE, less and less often, and returns what was paid', async () => {
  let [deletes, questions] = [0, 0];
  const events = await settle(code, {
    gateway: (_, now_ms) => ({
      deleteCode() {
        deletes += 1;
        return Promise.resolve(unknownOutcome('HTTP 500'));
      },
      paymentDetails() {
        questions += 1;
        return Promise.resolve(done(said(now_ms() < NOW_ms + HOUR_ms ? 'created' : 'completed')));
      },
    }),
  });
  expect(types(events)).toEqual(['payment.completed', 'refund.requested', 'refund.completed', 'order.closed']);
  expect(deletes).toBeLessThan(40);
  expect(questions).toBe(deletes + 1);
});
