/** Rows for the journal's tests: ready-made orders, and any sequence of events, legal or not. */
import fc from 'fast-check';
import type { ShopEvent } from '../../../app/catalogue/events.ts';
import type { OrderEvent } from '../../../app/order/events.ts';
import type { NewRow } from '../../../app/ports.ts';

export const opened = (orderId: string, items = 1): Extract<OrderEvent, { type: 'order.opened' }> => ({
  type: 'order.opened',
  settlement: 'sale',
  unknownVend: 'refund',
  lines: Array.from({ length: items }, (_, line) => ({
    line,
    slot: '11',
    sku: 'tea',
    name: { ja: '緑茶', en: 'Green tea' },
    price_jpy: 150,
    vendId: `d-${orderId}-${line}`,
  })),
  total_jpy: 150 * items,
  orderNumber: 'A-0001',
  merchantPaymentId: `p-${orderId}`,
  merchantRefundId: `r-${orderId}`,
  merchantRevertId: `v-${orderId}`,
  fulfilment: 'machine',
});

/** An order that was paid, vended and closed. */
export const soldEvents = (orderId: string): OrderEvent[] => [
  opened(orderId),
  { type: 'code.requested' },
  { type: 'code.created', codeId: `c-${orderId}`, url: 'https://example.test/qr', expiresAt_ms: 1_800_000_000_000 },
  { type: 'payment.completed', paymentId: `pp-${orderId}`, amount_jpy: 150, paidAt_ms: 1_799_999_999_000 },
  { type: 'vend.requested', line: 0, mark: { count: 7 } },
  { type: 'vend.succeeded', line: 0, proof: 'dropSensor' },
  { type: 'order.closed', closing: 1, result: 'vended', taken_jpy: 150, returned_jpy: 0, dispensed_jpy: 150 },
];

export const orderRows = (orderId: string, events: readonly OrderEvent[]): NewRow[] =>
  events.map((event) => ({ stream: 'order', orderId, event }));
export const shopRow = (event: ShopEvent): NewRow => ({ stream: 'shop', event });
export const started: NewRow = shopRow({ type: 'kiosk.started', version: '1' });

const line = fc.integer({ min: 0, max: 1 });
const closing = fc.integer({ min: 1, max: 2 });
const captureId = fc.constantFrom('k1', 'k2');
const result = fc.constantFrom('vended', 'partlyVended', 'refunded', 'abandoned', 'attention');

/** Every type of event, with the fields that rules look at drawn from small sets so that they meet. */
export const anyOrderEvent = (orderId: string): fc.Arbitrary<OrderEvent> => {
  const oneOf = fc.constantFrom<OrderEvent[]>(
    opened(orderId, 2),
    { ...opened(orderId, 2), fulfilment: 'counter' },
    { type: 'code.requested' },
    { type: 'code.created', codeId: 'c', url: 'u', expiresAt_ms: 1 },
    { type: 'code.rejected', code: 'X', message: '' },
    { type: 'payment.completed', paymentId: 'pp', amount_jpy: 300, paidAt_ms: 1 },
    { type: 'payment.authorized', paymentId: 'pp', amount_jpy: 300, paidAt_ms: 1, expiresAt_ms: null },
    { type: 'cancel.requested', reason: 'customer' },
    { type: 'cancel.accepted' },
    { type: 'payment.closed', how: 'unpaid' },
    { type: 'payment.closed', how: 'reversed' },
    { type: 'revert.requested' },
    { type: 'revert.completed' },
    { type: 'revert.rejected', code: 'X', message: '' },
    { type: 'refund.requested', amount_jpy: 150 },
    { type: 'refund.requested', amount_jpy: 300 },
    { type: 'refund.accepted' },
    { type: 'refund.completed' },
    { type: 'refund.rejected', code: 'X', message: '' },
    { type: 'attention.settled', by: 'staff', how: 'writtenOff', note: '' },
    { type: 'attention.settled', closing: 2, by: 'staff', how: 'writtenOff', note: '' },
  );
  const proof = fc.constantFrom('dropSensor', 'machine', 'evidence', 'handedOver');
  const sum = fc.constantFrom(0, 150, 300);
  return fc.oneof(
    { weight: 20, arbitrary: oneOf },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('vend.requested'), line, mark: fc.constant({}) }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('vend.succeeded'), line, proof }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('vend.failed'), line, why: fc.constant('jam' as const), detail: fc.constant('') }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('vend.unknown'),
        line,
        likely: fc.constantFrom('delivered', 'notDelivered', 'none'),
        evidence: fc.constant(''),
      }),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('capture.requested'), merchantCaptureId: captureId, amount_jpy: sum }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('capture.completed'), merchantCaptureId: captureId, amount_jpy: sum }) },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('capture.rejected'),
        merchantCaptureId: captureId,
        code: fc.constant('X'),
        message: fc.constant(''),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('order.closed'),
        closing,
        result,
        taken_jpy: sum,
        returned_jpy: sum,
        dispensed_jpy: sum,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('order.reopened'),
        closing,
        by: fc.constant('staff'),
        reason: fc.constant(''),
        refund_jpy: fc.constantFrom(150, 300),
      }),
    },
  );
};

const slot = fc.constantFrom('11', '12');
export const anyShopEvent: fc.Arbitrary<ShopEvent> = fc.oneof(
  fc.constant<ShopEvent>({ type: 'kiosk.started', version: '1' }),
  slot.chain((name) =>
    fc.constantFrom<ShopEvent[]>(
      { type: 'stock.set', slot: name, count: 5, by: 'staff', reason: '' },
      { type: 'stock.taken', slot: name, orderId: 'o-1', line: 0 },
      { type: 'slot.quarantined', slot: name, why: 'jam', orderId: null },
      { type: 'slot.released', slot: name, by: 'staff' },
      { type: 'slot.enabled', slot: name, by: 'staff' },
      { type: 'slot.disabled', slot: name, by: 'staff', reason: '' },
    ),
  ),
);

const requested = (line: number): OrderEvent => ({ type: 'vend.requested', line, mark: {} });
const closed = (result: 'vended' | 'refunded' | 'abandoned' | 'attention', closing = 1): OrderEvent => ({
  type: 'order.closed',
  closing,
  result,
  taken_jpy: 300,
  returned_jpy: 0,
  dispensed_jpy: 300,
});

/** Stories that happen, one of each kind. */
export const stories = (orderId: string): OrderEvent[][] => {
  const open: OrderEvent[] = [
    opened(orderId, 2),
    { type: 'code.requested' },
    { type: 'code.created', codeId: `c-${orderId}`, url: 'u', expiresAt_ms: 1 },
  ];
  const paid: OrderEvent = { type: 'payment.completed', paymentId: `pp-${orderId}`, amount_jpy: 300, paidAt_ms: 1 };
  const held: OrderEvent = { ...paid, type: 'payment.authorized', expiresAt_ms: null };
  const cancelled: OrderEvent[] = [{ type: 'cancel.requested', reason: 'customer' }, { type: 'cancel.accepted' }];
  const refund = (amount_jpy: number): OrderEvent[] => [
    { type: 'refund.requested', amount_jpy },
    { type: 'refund.accepted' },
    { type: 'refund.completed' },
  ];
  const succeeded = (line: number): OrderEvent => ({ type: 'vend.succeeded', line, proof: 'dropSensor' });
  const failed = (line: number): OrderEvent => ({ type: 'vend.failed', line, why: 'jam', detail: '' });
  const unknown = (line: number): OrderEvent => ({ type: 'vend.unknown', line, likely: 'delivered', evidence: '' });
  const capture = (merchantCaptureId: string): OrderEvent => ({ type: 'capture.requested', merchantCaptureId, amount_jpy: 150 });
  return [
    [opened(orderId, 2), closed('abandoned')],
    [...open, ...cancelled, { type: 'payment.closed', how: 'unpaid' }, closed('abandoned')],
    [...open, ...cancelled, { type: 'payment.closed', how: 'reversed' }, closed('abandoned')],
    [...open, ...cancelled, { type: 'payment.closed', how: 'unpaid' }, paid, ...refund(300), closed('refunded')],
    [...open, paid, requested(0), succeeded(0), requested(1), succeeded(1), closed('vended')],
    [...open, paid, requested(0), failed(0), requested(1), succeeded(1), ...refund(150), closed('refunded')],
    [
      ...[...open, paid, requested(0), unknown(0), closed('attention')],
      { type: 'attention.settled', by: 'staff', how: 'delivered', note: '' },
      { type: 'order.reopened', closing: 1, by: 'staff', reason: '', refund_jpy: 150 },
      ...refund(150),
      closed('refunded', 2),
    ],
    [
      ...[...open, paid, requested(0), unknown(0), closed('attention')],
      { type: 'attention.settled', closing: 1, by: 'staff', how: 'delivered', note: '' },
      { type: 'order.reopened', closing: 1, by: 'staff', reason: '', refund_jpy: 150 },
      ...([
        { type: 'refund.requested', amount_jpy: 150 },
        { type: 'refund.rejected', code: 'X', message: '' },
      ] satisfies OrderEvent[]),
      closed('attention', 2),
      { type: 'attention.settled', closing: 2, by: 'staff', how: 'refundedByHand', note: '' },
    ],
    [
      ...[...open, held, requested(0), succeeded(0), requested(1), failed(1), capture('k1'), capture('k2')],
      { type: 'capture.completed', merchantCaptureId: 'k2', amount_jpy: 150 },
      closed('vended'),
    ],
    [...open, held, requested(0), failed(0), { type: 'revert.requested' }, { type: 'revert.completed' }, closed('refunded')],
    [
      { ...opened(orderId), fulfilment: 'counter' },
      ...[...open.slice(1), paid],
      { type: 'vend.succeeded', line: 0, proof: 'handedOver' },
      closed('vended'),
    ],
  ];
};

const newOrderRow = (orderId: string) => (event: OrderEvent) => ({ stream: 'order', orderId, event }) satisfies NewRow;

/** A story with some of its events left out, and others put in: now and then legal all the same. */
const anyStory = (orderId: string): fc.Arbitrary<NewRow[]> =>
  fc
    .tuple(
      fc.constantFrom(...stories(orderId)),
      fc.array(fc.nat(12), { maxLength: 2 }),
      fc.array(fc.tuple(fc.nat(12), anyOrderEvent(orderId)), { maxLength: 3, size: 'max' }),
    )
    .map(([story, left, put]) => {
      const events: OrderEvent[] = story.filter((_, i) => !left.includes(i));
      for (const [at, event] of put) events.splice(at, 0, event);
      return events.map(newOrderRow(orderId));
    });

/** Two orders and the shop, mixed, in transactions of one to three rows. */
export const anyTransactions: fc.Arbitrary<NewRow[][]> = fc
  .tuple(
    anyStory('o-1'),
    anyStory('o-2'),
    fc.array(anyShopEvent.map(shopRow), { maxLength: 8 }),
    fc.infiniteStream(fc.nat(5)),
    fc.infiniteStream(fc.constantFrom(1, 1, 1, 2, 3)),
  )
  .map(([one, two, shop, turns, sizes]) => {
    const sources = [one, two, shop].map((rows) => [...rows]);
    const mixed: NewRow[] = [];
    while (sources.some((rows) => rows.length > 0)) {
      const turn = turns.next().value as number;
      const row = sources[turn % 3]?.shift();
      if (row) mixed.push(row);
    }
    const transactions: NewRow[][] = [];
    while (mixed.length > 0) transactions.push(mixed.splice(0, sizes.next().value as number));
    return transactions;
  });
