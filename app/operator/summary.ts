/**
 * One order as lists and reports need it, grown event by event. It asserts nothing (order.ts does): it must be able
 * to show an order that broke a rule.
 */
import type { CancelReason, LocalText, OrderEvent, OrderResult } from '../order/events.ts';

export interface LineSummary {
  readonly slot: string;
  readonly sku: string;
  readonly name: LocalText;
  readonly price_jpy: number;
  readonly state: 'none' | 'requested' | 'succeeded' | 'failed' | 'unknown';
  /** Why it failed, or what the evidence of an unknown vend points to. */
  readonly why: string | null;
}

export interface OrderSummary {
  readonly orderId: string;
  readonly orderNumber: string;
  readonly merchantPaymentId: string;
  readonly openedAt_ms: number;
  readonly total_jpy: number;
  readonly lines: readonly LineSummary[];
  /** When the code could be scanned. */
  readonly codeAt_ms: number | null;
  readonly codeRejected: boolean;
  readonly payment: {
    readonly held: boolean;
    readonly paymentId: string;
    readonly amount_jpy: number;
    readonly paidAt_ms: number;
    /** When the kiosk learned of it, by its own clock. */
    readonly knownAt_ms: number;
  } | null;
  /** Of a held payment: what was taken of it, and when. */
  readonly captured: { readonly amount_jpy: number; readonly at_ms: number } | null;
  readonly reverted: boolean;
  readonly reversedAt_ms: number | null;
  readonly cancel: CancelReason | null;
  readonly refund: {
    readonly state: 'requested' | 'accepted' | 'completed' | 'rejected';
    readonly amount_jpy: number;
    readonly requestedAt_ms: number;
    readonly endedAt_ms: number | null;
  } | null;
  readonly reopened: { readonly by: string; readonly reason: string; readonly refund_jpy: number } | null;
  readonly closed: { readonly result: OrderResult; readonly at_ms: number } | null;
  readonly settled: { readonly by: string; readonly how: string; readonly note: string; readonly at_ms: number } | null;
}

/** @returns the summary after one more event; null when it does not begin with `order.opened` */
export function grow(before: OrderSummary | null, orderId: string, event: OrderEvent, at_ms: number): OrderSummary | null {
  if (event.type === 'order.opened') {
    const { orderNumber, merchantPaymentId, total_jpy } = event;
    return {
      ...{ orderId, orderNumber, merchantPaymentId, openedAt_ms: at_ms, total_jpy },
      lines: event.lines.map(({ slot, sku, name, price_jpy }) => ({ slot, sku, name, price_jpy, state: 'none', why: null })),
      ...{ codeAt_ms: null, codeRejected: false, payment: null, captured: null, reverted: false, reversedAt_ms: null },
      ...{ cancel: null, refund: null, reopened: null, closed: null, settled: null },
    };
  }
  if (before === null) return null;
  const withLine = (line: number, state: LineSummary['state'], why: string | null): OrderSummary => ({
    ...before,
    lines: before.lines.map((old, i) => (i === line ? { ...old, state, why } : old)),
  });
  const withRefund = (state: NonNullable<OrderSummary['refund']>['state'], endedAt_ms: number | null): OrderSummary => ({
    ...before,
    refund: before.refund && { ...before.refund, state, endedAt_ms },
  });
  switch (event.type) {
    case 'code.created':
      return { ...before, codeAt_ms: at_ms };
    case 'code.rejected':
      return { ...before, codeRejected: true };
    case 'payment.completed':
    case 'payment.authorized': {
      const { paymentId, amount_jpy, paidAt_ms } = event;
      return { ...before, payment: { held: event.type === 'payment.authorized', paymentId, amount_jpy, paidAt_ms, knownAt_ms: at_ms } };
    }
    case 'cancel.requested':
      return { ...before, cancel: event.reason };
    case 'payment.closed':
      return event.how === 'reversed' ? { ...before, reversedAt_ms: at_ms } : before;
    case 'vend.requested':
      return withLine(event.line, 'requested', null);
    case 'vend.succeeded':
      return withLine(event.line, 'succeeded', null);
    case 'vend.failed':
      return withLine(event.line, 'failed', event.why);
    case 'vend.unknown':
      return withLine(event.line, 'unknown', event.likely);
    case 'capture.completed':
      return { ...before, captured: { amount_jpy: event.amount_jpy, at_ms } };
    case 'revert.completed':
      return { ...before, reverted: true };
    case 'refund.requested':
      return { ...before, refund: { state: 'requested', amount_jpy: event.amount_jpy, requestedAt_ms: at_ms, endedAt_ms: null } };
    case 'refund.accepted':
      return withRefund('accepted', null);
    case 'refund.completed':
      return withRefund('completed', at_ms);
    case 'refund.rejected':
      return withRefund('rejected', at_ms);
    case 'order.closed':
      return { ...before, closed: { result: event.result, at_ms } };
    case 'order.reopened':
      return {
        ...{ ...before, closed: null, settled: null },
        reopened: { by: event.by, reason: event.reason, refund_jpy: event.refund_jpy },
        lines: before.lines.map((line, i) =>
          event.hold?.delivered === true && event.hold.lines.includes(i) ? { ...line, state: 'succeeded', why: null } : line,
        ),
      };
    case 'attention.settled':
      return { ...before, settled: { by: event.by, how: event.how, note: event.note, at_ms } };
    default:
      return before;
  }
}

export interface Money {
  readonly taken_jpy: number;
  /** When PayPay took it; for a hold, when it was captured. */
  readonly takenAt_ms: number | null;
  /** When its taking and its goods are counted: goods of a hold that was never taken, with the hold. null: there is neither. */
  readonly bookedAt_ms: number | null;
  readonly returned_jpy: number;
  readonly returnedAt_ms: number | null;
  readonly dispensed_jpy: number;
}

/** The same sums as `ledger` in order.ts, with their times. */
export function moneyOf(order: OrderSummary): Money {
  const { payment, captured, refund, reversedAt_ms } = order;
  const dispensed_jpy = order.lines.reduce((sum, line) => (line.state === 'succeeded' ? sum + line.price_jpy : sum), 0);
  const taken_jpy = payment === null ? 0 : payment.held ? (captured?.amount_jpy ?? 0) : payment.amount_jpy;
  const takenAt_ms = taken_jpy === 0 || payment === null ? null : payment.held ? (captured?.at_ms ?? null) : payment.paidAt_ms;
  const bookedAt_ms = takenAt_ms ?? (dispensed_jpy > 0 ? (payment?.paidAt_ms ?? null) : null);
  const booked = { taken_jpy, takenAt_ms, bookedAt_ms, dispensed_jpy };
  if (reversedAt_ms !== null) return { ...booked, returned_jpy: taken_jpy, returnedAt_ms: taken_jpy > 0 ? reversedAt_ms : null };
  const back = refund?.state === 'completed' ? refund : null;
  return { ...booked, returned_jpy: back?.amount_jpy ?? 0, returnedAt_ms: back?.endedAt_ms ?? null };
}

/** Everything that was ordered came out, whatever was given back for goodwill. */
export const isComplete = (order: OrderSummary): boolean => order.lines.every((line) => line.state === 'succeeded');

/** Closed `attention`, and nobody has settled it. */
export const waitsForPerson = (order: OrderSummary): boolean => order.closed?.result === 'attention' && order.settled === null;

/** Why money went back, for the report of refunds. */
export function returnCause(order: OrderSummary): string {
  if (order.reopened !== null) return 'staff';
  const failed = order.lines.find((line) => line.state === 'failed' || line.state === 'unknown');
  if (failed !== undefined) return failed.state === 'unknown' ? 'unknown' : (failed.why ?? 'unknown');
  if (order.cancel !== null) return 'late';
  return 'notVended';
}
