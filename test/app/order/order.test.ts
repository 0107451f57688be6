import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderEvent } from '../../../app/order/events.ts';
import { apply, BrokenRule, dispensed_jpy, fold, ledger, movingSince_ms, type Order } from '../../../app/order/order.ts';
import { holdOffer, refundOffer } from '../../../app/operator/refund.ts';
import type { OrderRow } from '../../../app/ports.ts';
import { cancelled, codeCreated, held, jammed, NOW_ms, opened, paid, stamp, tell, unknown, vended, vendRequested } from './orders.ts';

const PRICES = [100, 200];
const code = [opened(PRICES), ...codeCreated];
const sold = [...code, paid(300)];
const closed = (
  result: Extract<OrderEvent, { type: 'order.closed' }>['result'],
  taken_jpy: number,
  returned_jpy: number,
  dispensed: number,
  closing = 1,
): OrderEvent => ({ type: 'order.closed', closing, result, taken_jpy, returned_jpy, dispensed_jpy: dispensed });

describe('rules that no event may break', () => {
  const refunding: readonly OrderEvent[] = [...sold, ...vended(0), ...jammed(1), { type: 'refund.requested', amount_jpy: 200 }];
  const kept = [opened(PRICES, { settlement: 'authorize' }), ...codeCreated, held(300)];
  const cases: readonly [rule: string, story: readonly OrderEvent[], event: OrderEvent][] = [
    ['an order is opened once', [opened(PRICES)], opened(PRICES)],
    ['the total is the sum of the lines', [], opened(PRICES, { total_jpy: 299 })],
    ['prices are whole yen', [], opened([100.5])],
    ['an order has lines', [], opened([])],
    ['a code is asked for once', code, { type: 'code.requested' }],
    ['a payment needs a code', [opened(PRICES)], paid(300)],
    ['an order is paid once', sold, paid(300)],
    [
      'what went back is not paid again',
      [...code, { type: 'cancel.requested', reason: 'customer' }, { type: 'payment.closed', how: 'reversed' }],
      paid(300),
    ],
    ['the payment is what was asked for', code, paid(299)],
    ['a recorded payment is not cancelled', sold, { type: 'cancel.requested', reason: 'customer' }],
    ['no cancel without a code', [opened(PRICES)], { type: 'cancel.requested', reason: 'customer' }],
    ['a code is not closed as unpaid without a cancel', code, { type: 'payment.closed', how: 'unpaid' }],
    ['what was paid is not closed as unpaid', sold, { type: 'payment.closed', how: 'unpaid' }],
    ['no vend without payment', code, vendRequested(0)],
    ['no vend after a cancel', [...code, ...cancelled, paid(300)], vendRequested(0)],
    ['no second vend of a line', [...sold, ...jammed(0)], vendRequested(0)],
    ['no two vends at a time', [...sold, vendRequested(0)], vendRequested(1)],
    ['no vend after the refund was asked for', [...sold, ...jammed(0), { type: 'refund.requested', amount_jpy: 300 }], vendRequested(1)],
    ['no vend of a line that is not there', sold, vendRequested(2)],
    ['no outcome of a vend that was not asked for', sold, { type: 'vend.succeeded', line: 0, proof: 'machine' }],
    ['a machine sale is not handed over', sold, { type: 'vend.succeeded', line: 0, proof: 'handedOver' }],
    ['no refund while a vend runs', [...sold, vendRequested(0)], { type: 'refund.requested', amount_jpy: 300 }],
    ['no refund of more than is owed', [...sold, ...vended(0)], { type: 'refund.requested', amount_jpy: 300 }],
    ['no refund of less than is owed', [...sold, ...jammed(0)], { type: 'refund.requested', amount_jpy: 100 }],
    ['no second refund', refunding, { type: 'refund.requested', amount_jpy: 200 }],
    ['no refund of a hold', [...kept, ...jammed(0), ...jammed(1)], { type: 'refund.requested', amount_jpy: 300 }],
    ['no refund without payment', code, { type: 'refund.requested', amount_jpy: 300 }],
    ['exactly what came out is captured', [...kept, ...vended(0)], { type: 'capture.requested', merchantCaptureId: 'c', amount_jpy: 300 }],
    ['every capture has its own id', [...kept, ...vended(0), capture('c')], capture('c')],
    ['only our captures count', [...kept, ...vended(0), capture('c')], { ...capture('d'), type: 'capture.completed' }],
    ['what came out is not reverted', [...kept, ...vended(0)], { type: 'revert.requested' }],
    ['an order is not closed while a vend runs', [...sold, vendRequested(0)], closed('attention', 300, 0, 0)],
    ['an order is not closed while its code can be paid', code, closed('abandoned', 0, 0, 0)],
    ['a closing names the sums of the events', [...sold, ...vended(0), ...vended(1)], closed('vended', 300, 0, 200)],
    ['a closing without questions adds up', [...sold, ...vended(0), ...jammed(1)], closed('partlyVended', 300, 0, 100)],
    ['a closing is called what it is', [...sold, ...vended(0), ...vended(1)], closed('refunded', 300, 0, 300)],
    ['an order is not closed while its refund is on the way', refunding, closed('partlyVended', 300, 200, 100)],
    ['a closed order is closed', [opened(PRICES), closed('abandoned', 0, 0, 0)], { type: 'code.requested' }],
    [
      'staff give back at most what was kept',
      [...sold, ...vended(0), ...vended(1), closed('vended', 300, 0, 300)],
      { type: 'order.reopened', closing: 1, by: 'sato', reason: '', refund_jpy: 301 },
    ],
    [
      'nothing vends in a reopened order',
      [
        ...[...sold, ...vended(0), ...unknown('delivered', 1), closed('attention', 300, 0, 100)],
        { type: 'order.reopened', closing: 1, by: 'sato', reason: '', refund_jpy: 200 },
      ],
      vendRequested(1),
    ],
    ['only a question can be settled', sold, { type: 'attention.settled', by: 'sato', how: 'delivered', note: '' }],
  ];
  function capture(merchantCaptureId: string) {
    return { type: 'capture.requested', merchantCaptureId, amount_jpy: 100 } as const;
  }

  for (const [rule, story, event] of cases)
    it(rule, () => {
      const before = story.length === 0 ? null : tell(...story);
      expect(() => apply(before, 'o-1', event, stamp())).toThrow(BrokenRule);
    });

  it('lets staff return money once more, through the same rules', () => {
    const order = tell(
      ...[...sold, ...vended(0), ...unknown('delivered', 1), closed('attention', 300, 0, 100)],
      { type: 'order.reopened', closing: 1, by: 'sato', reason: 'came back', refund_jpy: 200 },
      { type: 'refund.requested', amount_jpy: 200 },
      { type: 'refund.completed' },
      closed('partlyVended', 300, 200, 100, 2),
    );
    expect(ledger(order)).toEqual({ taken_jpy: 300, returned_jpy: 200, dispensed_jpy: 100 });
  });
});

describe('money that PayPay has not finished moving', () => {
  const hold = [opened(PRICES, { settlement: 'authorize' }), ...codeCreated, held(300)];
  const capturing: OrderEvent[] = [...vended(0), ...jammed(1), { type: 'capture.requested', merchantCaptureId: 'c-1', amount_jpy: 100 }];
  const cancelling: OrderEvent[] = [...code, { type: 'cancel.requested', reason: 'customer' }];
  it.each<[string, OrderEvent[]]>([
    ['a refund', [...sold, ...jammed(0), ...jammed(1), { type: 'refund.requested', amount_jpy: 300 }]],
    ['a capture', [...hold, ...capturing]],
    ['a revert', [...hold, ...jammed(0), ...jammed(1), { type: 'revert.requested' }]],
    ['a cancel', cancelling],
  ])('%s is known, with its age', (_, events) => {
    expect(movingSince_ms(tell(...events))).toBe(NOW_ms);
  });
  it('a hold that stood for a day is captured since it was asked for', () => {
    const asked: OrderEvent = { type: 'capture.requested', merchantCaptureId: 'c-1', amount_jpy: 100 };
    const order = apply(tell(...hold, ...vended(0), ...jammed(1)), 'o-1', asked, stamp(NOW_ms + 86_400_000));
    expect(movingSince_ms(order)).toBe(NOW_ms + 86_400_000);
  });
  it.each<[string, OrderEvent[]]>([
    ['a sale', code],
    ['a payment', sold],
    ['a hold', hold],
    ['an accepted cancel', [...cancelling, { type: 'cancel.accepted' }]],
    ['a finished capture', [...hold, ...capturing, { type: 'capture.completed', merchantCaptureId: 'c-1', amount_jpy: 100 }]],
  ])('%s waits for nothing', (_, events) => {
    expect(movingSince_ms(tell(...events))).toBeNull();
  });
});

describe('a question that a person settled', () => {
  const settle = (closing?: number): OrderEvent => ({ type: 'attention.settled', closing, by: 'sato', how: 'delivered', note: '' });
  const doubtful = [...sold, ...vended(0), ...unknown('delivered', 1), closed('attention', 300, 0, 100)];
  const refused: readonly OrderEvent[] = [
    ...[...doubtful, settle(1)],
    { type: 'order.reopened', closing: 1, by: 'sato', reason: 'came back', refund_jpy: 200 },
    { type: 'refund.requested', amount_jpy: 200 },
    { type: 'refund.rejected', code: 'X', message: '' },
    closed('attention', 300, 0, 100, 2),
  ];

  it('is a question again when the refund that staff wanted after it was refused, and is settled once more', () => {
    expect(tell(...refused)).toMatchObject({ closed: { result: 'attention' }, settled: false });
    expect(tell(...refused, settle(2)).settled).toBe(true);
  });

  it('is settled once for each closing', () => {
    for (const story of [
      [...doubtful, settle(2)],
      [...doubtful, settle(1), settle(1)],
      [...refused, settle(1)],
      [...refused, settle(2), settle(2)],
    ])
      expect(() => tell(...story)).toThrow(BrokenRule);
  });

  it('is read from a journal that did not number it', () => {
    expect(tell(...doubtful, settle()).settled).toBe(true);
    expect(tell(...doubtful, settle(), ...refused.slice(-4), settle()).settled).toBe(true);
  });
});

describe('a hold that waits for a person', () => {
  const kept = [opened(PRICES, { settlement: 'authorize', unknownVend: 'hold' }), ...codeCreated, held(300)];
  const doubtful = [...kept, ...jammed(0), ...unknown('none', 1), closed('attention', 0, 0, 0)];
  const decide = (delivered: boolean, lines = [1], refund_jpy = 0): OrderEvent => ({
    ...{ type: 'order.reopened', closing: 1, by: 'sato', reason: '', refund_jpy },
    hold: { lines, delivered },
  });
  const capture = { type: 'capture.requested', merchantCaptureId: 'c', amount_jpy: 200 } as const;

  it('is captured for what came out after all, and what was captured can be refunded', () => {
    const order = tell(
      ...[...doubtful, decide(true), capture, { ...capture, type: 'capture.completed' } as const, closed('partlyVended', 200, 0, 200, 2)],
      { type: 'order.reopened', closing: 2, by: 'sato', reason: '', refund_jpy: 200 },
      { type: 'refund.requested', amount_jpy: 200 },
      { type: 'refund.completed' },
      closed('partlyVended', 200, 200, 200, 3),
    );
    expect(order).toMatchObject({ decided: true, vends: [{ state: 'failed' }, { state: 'succeeded' }] });
  });

  it('is let go of when nothing came out', () => {
    const order = tell(
      ...doubtful,
      decide(false),
      { type: 'revert.requested' },
      { type: 'revert.completed' },
      closed('refunded', 0, 0, 0, 2),
    );
    expect(ledger(order)).toEqual({ taken_jpy: 0, returned_jpy: 0, dispensed_jpy: 0 });
  });

  it('is decided about once, for exactly its doubtful lines, and only while it stands', () => {
    const doubtfulSale = [...sold, ...vended(0), ...unknown('delivered', 1), closed('attention', 300, 0, 100)];
    const partly = [...kept, ...vended(0), ...unknown('none', 1), { ...capture, amount_jpy: 100 }];
    const captured = [...partly, { ...capture, type: 'capture.completed', amount_jpy: 100 } as const, closed('attention', 100, 0, 100)];
    for (const story of [
      [...doubtful, decide(true, [0, 1])],
      [...doubtful, decide(true, [])],
      [...doubtful, decide(true, [1], 200)],
      [...doubtful, decide(true), decide(true)],
      [...doubtful, { type: 'order.reopened', closing: 1, by: 'sato', reason: '', refund_jpy: 0 } as const],
      [...doubtfulSale, decide(true)],
      [...captured, decide(true)],
    ])
      expect(() => tell(...story)).toThrow(BrokenRule);
  });

  it('offers staff what fits: a decision while it stands, nothing owed of what was captured for goods', () => {
    expect(holdOffer(tell(...doubtful))).toEqual({ capture_jpy: 200 });
    expect(refundOffer(tell(...doubtful))).toMatchObject({ most_jpy: 0, says: [{ en: expect.stringContaining('only held') as string }] });
    const partly = [...kept, ...vended(0), ...unknown('none', 1), { ...capture, amount_jpy: 100 }];
    const captured = tell(...partly, { ...capture, type: 'capture.completed', amount_jpy: 100 }, closed('attention', 100, 0, 100));
    expect(holdOffer(captured)).toBeNull();
    expect(refundOffer(captured)).toMatchObject({ most_jpy: 100, proposed_jpy: 0 });
    expect(refundOffer(captured).says[0]?.en).toContain('Only what came out was taken');
  });
});

describe('any story that the rules allow', () => {
  const lineNumber = fc.integer({ min: 0, max: 2 });
  const yen = fc.constantFrom(50, 100, 150, 200, 250, 300);
  const text = fc.constantFrom('a', 'b');
  const anyEvent: fc.Arbitrary<OrderEvent> = fc.oneof(
    fc.constant({ type: 'code.requested' } as const),
    fc.constant(codeCreated[1] as OrderEvent),
    fc.constant({ type: 'code.rejected', code: 'X', message: '' } as const),
    yen.map(paid),
    yen.map(held),
    fc.constant({ type: 'cancel.requested', reason: 'customer' } as const),
    fc.constant({ type: 'cancel.accepted' } as const),
    fc.constantFrom<OrderEvent>({ type: 'payment.closed', how: 'unpaid' }, { type: 'payment.closed', how: 'reversed' }),
    lineNumber.map(vendRequested),
    fc.record({ type: fc.constant('vend.succeeded' as const), line: lineNumber, proof: fc.constantFrom('machine', 'handedOver') }),
    fc.record({ type: fc.constant('vend.failed' as const), line: lineNumber, why: fc.constant('jam' as const), detail: text }),
    fc.record({
      type: fc.constant('vend.unknown' as const),
      line: lineNumber,
      likely: fc.constantFrom('delivered', 'notDelivered', 'none'),
      evidence: text,
    }),
    fc.record({ type: fc.constant('capture.requested' as const), merchantCaptureId: text, amount_jpy: yen }),
    fc.record({ type: fc.constant('capture.completed' as const), merchantCaptureId: text, amount_jpy: yen }),
    fc.record({ type: fc.constant('capture.rejected' as const), merchantCaptureId: text, code: text, message: text }),
    fc.constantFrom<OrderEvent>(
      { type: 'revert.requested' },
      { type: 'revert.completed' },
      { type: 'revert.rejected', code: '', message: '' },
    ),
    fc.record({ type: fc.constant('refund.requested' as const), amount_jpy: yen }),
    fc.constantFrom<OrderEvent>(
      { type: 'refund.accepted' },
      { type: 'refund.completed' },
      { type: 'refund.rejected', code: '', message: '' },
    ),
    fc.record({
      type: fc.constant('order.reopened' as const),
      closing: fc.integer({ min: 1, max: 3 }),
      by: text,
      reason: text,
      refund_jpy: yen,
    }),
    fc.record({
      ...{ type: fc.constant('order.reopened' as const), closing: fc.integer({ min: 1, max: 3 }), by: text, reason: text },
      refund_jpy: fc.constant(0),
      hold: fc.record({ lines: fc.subarray([0, 1, 2]), delivered: fc.boolean() }),
    }),
    fc.record({
      type: fc.constant('attention.settled' as const),
      by: text,
      how: fc.constantFrom('refundedByHand', 'delivered', 'writtenOff'),
      note: text,
    }),
    fc.constantFrom('vended', 'partlyVended', 'refunded', 'abandoned', 'attention').map((result) => closed(result, 0, 0, 0)),
  );
  const manyEvents = fc.array(anyEvent, { maxLength: 120, size: 'max' });
  const anyOpened = fc
    .record({
      prices: fc.array(fc.constantFrom(50, 100, 150), { minLength: 1, maxLength: 3 }),
      settlement: fc.constantFrom('sale', 'authorize'),
      unknownVend: fc.constantFrom('refund', 'hold'),
      fulfilment: fc.constantFrom('machine', 'machine', 'counter'),
    })
    .map(({ prices, ...change }) => opened(prices, change));

  /** What the rules let through; a closing gets the sums and, for a payment, the amount that would be right. */
  function accepted(first: Extract<OrderEvent, { type: 'order.opened' }>, tries: readonly OrderEvent[]) {
    const story: OrderEvent[] = [first];
    let order: Order = apply(null, 'o-1', first, stamp());
    for (const candidate of tries) {
      const event =
        candidate.type === 'order.closed'
          ? { ...candidate, ...ledger(order), closing: order.reopened.times + 1 }
          : candidate.type === 'payment.completed' || candidate.type === 'payment.authorized'
            ? { ...candidate, amount_jpy: first.total_jpy }
            : candidate;
      try {
        order = apply(order, 'o-1', event, stamp());
        story.push(event);
      } catch (error) {
        if (!(error instanceof BrokenRule)) throw error;
      }
    }
    return { story, order };
  }

  it('moves goods and money at most once, and adds up when it is closed', () => {
    fc.assert(
      fc.property(anyOpened, manyEvents, (first, tries) => {
        const { story, order } = accepted(first, tries);
        const at = (type: OrderEvent['type']) => story.findIndex((event) => event.type === type);
        const count = (type: OrderEvent['type']) => story.filter((event) => event.type === type).length;
        for (const once of ['order.opened', 'code.requested', 'cancel.requested', 'refund.requested', 'revert.requested'] as const)
          expect(count(once)).toBeLessThanOrEqual(1);
        expect(count('payment.completed') + count('payment.authorized')).toBeLessThanOrEqual(1);
        for (const { line } of first.lines) {
          const vends = story.filter((event) => event.type === 'vend.requested' && event.line === line);
          const ends = story.filter((event) => event.type === 'vend.succeeded' && event.line === line);
          expect(vends.length).toBeLessThanOrEqual(1);
          expect(ends.length).toBeLessThanOrEqual(1);
        }
        for (const stop of ['cancel.requested', 'refund.requested', 'revert.requested', 'capture.requested'] as const)
          if (at(stop) >= 0) expect(story.slice(at(stop)).some((event) => event.type === 'vend.requested')).toBe(false);
        if (order.closed === null || order.closed.result === 'attention') return;
        const { taken_jpy, returned_jpy, dispensed_jpy } = ledger(order);
        // What staff decided to give back may be for goods that came out.
        if (returned_jpy !== order.reopened.refund_jpy || order.reopened.times === 0) expect(taken_jpy).toBe(dispensed_jpy + returned_jpy);
      }),
      { numRuns: 4_000 },
    );
  });

  // Always the same stories: whether a rule is reached must not depend on luck.
  it('ends in each of the ways that an order can end', () => {
    const stories = fc.sample(fc.tuple(anyOpened, manyEvents), { seed: 1, numRuns: 3_000 });
    const results = new Set(stories.map(([first, tries]) => accepted(first, tries).order.closed?.result));
    expect(results).toEqual(new Set(['vended', 'partlyVended', 'refunded', 'abandoned', 'attention', undefined]));
  });

  it('folds to the same order from its rows', () => {
    fc.assert(
      fc.property(anyOpened, fc.array(anyEvent, { maxLength: 60, size: 'max' }), (first, tries) => {
        const { story, order } = accepted(first, tries);
        const rows = story.map((event, i): OrderRow => ({ stream: 'order', orderId: 'o-1', event, seq: i + 1, ...stamp(NOW_ms) }));
        expect(fold(rows)).toEqual(order);
        expect(dispensed_jpy(order)).toBeLessThanOrEqual(first.total_jpy);
      }),
      { numRuns: 500 },
    );
  });
});
