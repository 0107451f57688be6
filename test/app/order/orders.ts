/** Orders as the journal would tell them, for tests of the rules. */
import type { OrderEvent, OrderLine } from '../../../app/order/events.ts';
import type { Answers, Situation } from '../../../app/order/decide.ts';
import { apply, type Order, type Stamp } from '../../../app/order/order.ts';
import type { PaymentFacts } from '../../../app/ports.ts';
import { screenOf } from '../../../app/project.ts';
import type { ScreenView } from '../../../app/view.ts';

export const NOW_ms = Date.UTC(2026, 10, 23, 3);
export const EXPIRES_ms = NOW_ms + 300_000;
export const BOOT = 'm1:p1';
export const stamp = (at_ms = NOW_ms, bootId = BOOT): Stamp => ({ at_ms, monotonic_ms: at_ms - NOW_ms, bootId });

type Opened = Extract<OrderEvent, { type: 'order.opened' }>;

const line = (index: number, price_jpy: number): OrderLine => ({
  line: index,
  slot: `${index + 1}`,
  sku: `sku-${index}`,
  name: { ja: 'お茶' },
  price_jpy,
  vendId: `d-${index}`,
});

/** @param prices one line each */
export function opened(prices: readonly number[], change: Partial<Opened> = {}): Opened {
  return {
    type: 'order.opened',
    settlement: 'sale',
    unknownVend: 'refund',
    lines: prices.map((price, i) => line(i, price)),
    total_jpy: prices.reduce((sum, price) => sum + price, 0),
    orderNumber: '1-000001',
    merchantPaymentId: 'p-1',
    merchantRefundId: 'r-1',
    merchantRevertId: 'v-1',
    fulfilment: 'machine',
    ...change,
  };
}

/** @throws BrokenRule when the story is not allowed */
export function tell(...events: readonly OrderEvent[]): Order {
  let order: Order | null = null;
  for (const event of events) order = apply(order, 'o-1', event, stamp());
  if (order === null) throw new Error('a story has events');
  return order;
}

export const codeCreated: readonly OrderEvent[] = [
  { type: 'code.requested' },
  { type: 'code.created', codeId: '04-code', url: 'https://qr.invalid/1', expiresAt_ms: EXPIRES_ms },
];
export const paid = (amount_jpy: number): OrderEvent => ({ type: 'payment.completed', paymentId: 'pp-1', amount_jpy, paidAt_ms: NOW_ms });
export const held = (amount_jpy: number): OrderEvent => ({
  type: 'payment.authorized',
  paymentId: 'pp-1',
  amount_jpy,
  paidAt_ms: NOW_ms,
  expiresAt_ms: null,
});
export const vendRequested = (index = 0): OrderEvent => ({ type: 'vend.requested', line: index, mark: {} });
export const vended = (index = 0): readonly OrderEvent[] => [
  vendRequested(index),
  { type: 'vend.succeeded', line: index, proof: 'dropSensor' },
];
export const jammed = (index = 0): readonly OrderEvent[] => [
  vendRequested(index),
  { type: 'vend.failed', line: index, why: 'jam', detail: '' },
];
export const unknown = (likely: 'delivered' | 'notDelivered' | 'none', index = 0): readonly OrderEvent[] => [
  vendRequested(index),
  { type: 'vend.unknown', line: index, likely, evidence: '' },
];
export const cancelled: readonly OrderEvent[] = [{ type: 'cancel.requested', reason: 'customer' }, { type: 'cancel.accepted' }];

/** PayPay's word on the payment of these orders. */
export const said = (status: PaymentFacts['status'], change: Partial<PaymentFacts> = {}): PaymentFacts => {
  const none = status === 'absent' || status === 'created';
  return {
    status,
    paymentId: none ? null : 'pp-1',
    amount_jpy: none ? null : 300,
    acceptedAt_ms: none ? null : NOW_ms,
    expiresAt_ms: null,
    refunds: [],
    captures: [],
    ...change,
  };
};

export const live = (change: Partial<Situation> = {}): Situation => ({
  now_ms: NOW_ms + 10_000,
  live: true,
  leaving: null,
  slotReady: () => true,
  since_ms: () => null,
  resumeVendWithin_ms: 0,
  ...change,
});
export const restarted = (change: Partial<Situation> = {}): Situation => live({ live: false, ...change });

export const nothingAsked: Answers = {};

/** What the screen shows of the order in this state of the kiosk. */
export function screenOfOrder(
  state: 'dispensing' | 'refunding' | 'codeClosed',
  order: Order,
  leaving: 'cancelled' | 'expired' = 'cancelled',
): ScreenView {
  return screenOf({
    state,
    context: {
      sale: { orderId: order.orderId, opened: order.opened, ageCheck: false, until_ms: null },
      ...{ problem: null, gate: [], gateSince_ms: 0, fault: null, leaving, stillChecking: false },
    },
    order,
    cartLines: [],
    choosing: null,
    pollsFailing: false,
    receiptUrl: null,
  });
}
