/** Every figure of a report, against numbers computed by hand. */
import { expect, it } from 'vitest';
import type { Sums } from '../../../app/operator/archive.ts';
import { dayNamed, dayStart_ms, weekday } from '../../../app/operator/japan-time.ts';
import { report } from '../../../app/operator/report.ts';
import { criteriaOf, isNamed } from '../../../app/operator/search.ts';
import { storyOf } from '../../../app/operator/story.ts';
import { grow, type OrderSummary } from '../../../app/operator/summary.ts';
import { entriesOf } from '../../../app/operator/tally.ts';
import type { OrderEvent } from '../../../app/order/events.ts';
import { opened } from '../../main/journal/rows.ts';

const DAY = dayNamed('2026-11-22') ?? NaN;
const HOUR_ms = 3_600_000;
const NOON_ms = dayStart_ms(DAY) + 12 * HOUR_ms;

type Timed = readonly [after_ms: number, event: OrderEvent];
const CODE: readonly Timed[] = [
  [0, { type: 'code.requested' }],
  [1000, { type: 'code.created', codeId: 'c', url: 'u', expiresAt_ms: NOON_ms + 300_000 }],
];
/** Known `after_ms` after the code; PayPay's own clock is an hour off. */
const paid = (after_ms: number, amount_jpy: number, at_ms: number): Timed => [
  1000 + after_ms,
  { type: 'payment.completed', paymentId: 'pp', amount_jpy, paidAt_ms: at_ms },
];
const SOLD: readonly Timed[] = [
  [60_000, { type: 'vend.requested', line: 0, mark: {} }],
  [65_000, { type: 'vend.succeeded', line: 0, proof: 'dropSensor' }],
];
const closed = (result: 'vended' | 'partlyVended' | 'refunded' | 'abandoned' | 'attention', closing = 1): Timed => [
  90_000,
  { type: 'order.closed', closing, result, taken_jpy: 0, returned_jpy: 0, dispensed_jpy: 0 },
];

function order(at_ms: number, events: readonly Timed[], items = 1): OrderSummary {
  let summary = grow(null, 'o', opened('o', items), at_ms);
  for (const [after_ms, event] of events) summary = grow(summary, 'o', event, at_ms + after_ms);
  if (summary === null) throw new Error('not opened');
  return summary;
}

function sumsOf(orders: readonly OrderSummary[]): Sums {
  const entries = orders.flatMap(entriesOf);
  const grouped = <Key extends object>(keyOf: (entry: (typeof entries)[number]) => Key) =>
    [...Map.groupBy(entries, (entry) => JSON.stringify(keyOf(entry))).values()].flatMap((group) =>
      group[0] === undefined
        ? []
        : [{ ...keyOf(group[0]), n: group.reduce((sum, { n }) => sum + n, 0), jpy: group.reduce((sum, { jpy }) => sum + jpy, 0) }],
    );
  return {
    byKey: grouped(({ tally, key }) => ({ tally, key })),
    byDay: grouped(({ tally, day }) => ({ tally, day })) as Sums['byDay'],
    byWeekHour: [],
  };
}

const TEA = 150;
const at = (hour: number) => dayStart_ms(DAY) + hour * HOUR_ms;
const ORDERS = [
  // Two teas at nine, known 8 s after the code.
  order(at(9), [...CODE, paid(8_000, TEA, at(9) + 9_000), ...SOLD, closed('vended')]),
  order(at(9), [...CODE, paid(8_000, TEA, at(9) + 9_000), ...SOLD, closed('vended')]),
  // One at noon, for which staff gave ¥100 back for goodwill.
  order(at(12), [
    ...CODE,
    paid(50_000, TEA, at(12) + 51_000),
    ...SOLD,
    closed('vended'),
    [100_000, { type: 'order.reopened', closing: 1, by: 'Aki', reason: 'warm', refund_jpy: 100 }],
    [101_000, { type: 'refund.requested', amount_jpy: 100 }],
    [102_000, { type: 'refund.completed' }],
    closed('partlyVended', 2),
  ]),
  // One that jammed and went back.
  order(at(12), [
    ...CODE,
    paid(50_000, TEA, at(12) + 51_000),
    [60_000, { type: 'vend.requested', line: 0, mark: {} }],
    [65_000, { type: 'vend.failed', line: 0, why: 'jam', detail: '' }],
    [66_000, { type: 'refund.requested', amount_jpy: TEA }],
    [67_000, { type: 'refund.completed' }],
    closed('refunded'),
  ]),
  // Two codes that nobody paid.
  order(at(13), [...CODE, [30_000, { type: 'cancel.requested', reason: 'customer' }], closed('abandoned')]),
  order(at(13), [...CODE, [300_000, { type: 'cancel.requested', reason: 'expired' }], closed('abandoned')]),
];

it('counts sales, refunds, codes and times', () => {
  const made = report({
    ...{ from: DAY, to: DAY, now_ms: dayStart_ms(DAY + 1), products: [], sums: sumsOf(ORDERS) },
    // Empty for six hours of the day: 3 sold in 18 h, so one more would have been.
    stockOuts: [{ slot: '11', from_ms: at(18), to_ms: null }],
  });
  expect(made).toMatchObject({ orders: 4, units: 3, taken_jpy: 600, returned_jpy: 250, codes: 6 });
  expect(made.success, 'three of four: goodwill takes nothing from it').toBe(0.75);
  expect(made.byHour.filter(({ n }) => n > 0)).toEqual([
    { hour: 9, n: 2, jpy: 300 },
    { hour: 12, n: 2, jpy: 300 },
  ]);
  expect(made.byDay).toEqual([{ day: '2026-11-22', n: 4, jpy: 600 }]);
  expect(made.byProduct).toMatchObject([{ sku: 'tea', n: 3, jpy: 450 }]);
  expect(made.bySlot).toMatchObject([{ slot: '11', n: 3, jpy: 450, failed: 1 }]);
  expect(made.returned.map(({ says, jpy }) => [says.en, jpy])).toEqual([
    ['the product jammed', 150],
    ['returned by staff', 100],
  ]);
  expect(made.abandoned.reduce((sum, { n }) => sum + n, 0)).toBe(2);
  expect(made.payTime.classes.filter(({ n }) => n > 0)).toEqual([
    { upTo_s: 10, n: 2 },
    { upTo_s: 60, n: 2 },
  ]);
  expect(made.stockOuts).toEqual([{ slot: '11', hours: 6, units: 1, jpy: 150 }]);
});

it('the time to pay is by the kiosk’s clock, however wrong PayPay’s or ours is', () => {
  const [summary] = ORDERS;
  if (summary?.payment == null) throw new Error('not paid');
  const skewed = { ...summary, payment: { ...summary.payment, paidAt_ms: summary.payment.paidAt_ms - 60_000 } };
  expect(entriesOf(skewed).find(({ tally }) => tally === 'payTime')?.key).toBe('10');
});

it('counts a hold of which nothing came out among the orders that were paid, though no money moved', () => {
  const held = (...then: readonly Timed[]) =>
    order(at(9), [
      ...CODE,
      [9_000, { type: 'payment.authorized', paymentId: 'pp', amount_jpy: TEA, paidAt_ms: at(9) + 9_000, expiresAt_ms: null }],
      ...then,
    ]);
  const captured: Timed = [67_000, { type: 'capture.completed', merchantCaptureId: 'c', amount_jpy: TEA }];
  const jammed: Timed = [65_000, { type: 'vend.failed', line: 0, why: 'jam', detail: '' }];
  const reverted: Timed = [67_000, { type: 'revert.completed' }];
  const sums = sumsOf([held(...SOLD, captured, closed('vended')), held(jammed, reverted, closed('refunded')), held()]);
  const made = report({ from: DAY, to: DAY, now_ms: dayStart_ms(DAY + 1), products: [], stockOuts: [], sums });
  expect(made, 'the third is under way').toMatchObject({ orders: 1, taken_jpy: TEA, returned_jpy: 0, success: 0.5 });
});

it('what staff have settled is open no longer, and the day adds up all the same', () => {
  const question: readonly Timed[] = [
    ...CODE,
    paid(8_000, TEA, NOON_ms),
    [60_000, { type: 'vend.requested', line: 0, mark: {} }],
    [65_000, { type: 'vend.unknown', line: 0, likely: 'delivered', evidence: '' }],
    closed('attention'),
  ];
  const left = (summary: OrderSummary) =>
    entriesOf(summary).flatMap(({ tally, jpy }) => (tally === 'open' || tally === 'settled' ? [[tally, jpy]] : []));
  expect(left(order(NOON_ms, question))).toEqual([['open', TEA]]);
  const settled: Timed = [3 * HOUR_ms, { type: 'attention.settled', by: 'Aki', how: 'delivered', note: '' }];
  expect(left(order(NOON_ms, [...question, settled]))).toEqual([['settled', TEA]]);
});

it('knows which day of the week it is', () => expect(weekday(DAY), '2026-11-22 is a Sunday').toBe(0));

it.each([
  ['', []],
  ['￥１，５００', ['total_jpy 1500', 'orderNumber ￥1,500', 'orderNumber ￥１，５００']],
  ['42', ['total_jpy 42', 'orderNumber A1-000042', 'orderNumber 42', 'orderId 42']],
  ['A1-000042', ['orderNumber A1-000042', 'orderId A1-000042']],
  ['04123456789012345678', ['orderNumber 04123456789012345678', 'orderId 04123456789012345678', 'paymentId 04123456789012345678']],
])('takes “%s” for what it may be', (typed, wanted) => {
  const found = criteriaOf(typed, 'A1').map((criterion) => `${criterion.by} ${criterion.is}`);
  expect(found).toEqual(wanted);
});

it.each([
  ['１号機', '１号機-000042', '１号機-000042'],
  ['１号機', '1号機-000042', '１号機-000042'],
  ['１号機', '４２', '１号機-000042'],
  ['Lobby 1', 'Lobby 1-000042', 'Lobby 1-000042'],
  ['Lobby 1', 'Lobby　１-000042', 'Lobby 1-000042'],
  ['renamed since', 'Ｌｏｂｂｙ 1-000042', 'Ｌｏｂｂｙ 1-000042'],
])('at “%s”, “%s” is the order %s', (machineName, typed, orderNumber) => {
  expect(criteriaOf(typed, machineName)).toContainEqual({ by: 'orderNumber', is: orderNumber });
  const one = { ...order(NOON_ms, []), orderNumber };
  expect(isNamed(one, typed)).toBe(true);
  expect(isNamed({ ...one, orderNumber: one.orderNumber.replace('42', '142') }, typed)).toBe(false);
});

it('an amount names no order', () => {
  expect(isNamed({ ...order(NOON_ms, []), orderNumber: '1-000042' }, '150')).toBe(false);
});

it('tells an order line by line, and what it does not add up to', () => {
  const rows = (events: readonly OrderEvent[]) =>
    events.map((event, i) => ({ stream: 'order' as const, orderId: 'o', seq: i, at_ms: NOON_ms + i, monotonic_ms: i, bootId: 'b', event }));
  const lines = storyOf(
    rows([
      opened('o'),
      { type: 'code.requested' },
      { type: 'payment.completed', paymentId: 'pp', amount_jpy: 150, paidAt_ms: NOON_ms },
      { type: 'vend.requested', line: 0, mark: {} },
      { type: 'vend.failed', line: 0, why: 'jam', detail: '0x07' },
      { type: 'order.closed', closing: 1, result: 'attention', taken_jpy: 150, returned_jpy: 0, dispensed_jpy: 0 },
    ]),
  );
  expect(lines.map(({ who }) => who)).toEqual(['customer', 'kiosk', 'paypay', 'kiosk', 'machine', 'kiosk']);
  expect(lines.map(({ says }) => says.en).slice(2)).toEqual([
    '¥150 was paid (2026-11-22 12:00:00, payment pp)',
    'Told the machine to vend Green tea (slot 11)',
    'Green tea (slot 11) did not come out: the product jammed (0x07)',
    'Closed: a person must look at it. Taken ¥150 ≠ goods ¥0 + returned ¥0',
  ]);
});
