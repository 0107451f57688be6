/**
 * What the journal's events say about one order: `apply` them one by one, `fold` them all.
 *
 * The rules that must never be broken are asserted here, before an event is written and again when it is
 * read: at most one vend a line, no vend after a cancel was asked for, one refund, the sums agree. A broken
 * rule is a {@link BrokenRule}: selling stops, the evidence stays.
 */
import type { OrderRow, VendMark } from '../ports.ts';
import { impossible } from '../errors.ts';
import type { CancelReason, Likely, OrderEvent, OrderLine, OrderResult, VendFailure } from './events.ts';

/** A rule of the money was about to be broken, or the journal says that it was. */
export class BrokenRule extends Error {
  readonly orderId: string;
  constructor(orderId: string, rule: string) {
    super(`order ${orderId}: ${rule}`);
    this.name = 'BrokenRule';
    this.orderId = orderId;
  }
}

export type LineState =
  | { readonly state: 'none' }
  | { readonly state: 'requested'; readonly mark: VendMark; readonly bootId: string }
  | { readonly state: 'succeeded' }
  | { readonly state: 'failed'; readonly why: VendFailure }
  | { readonly state: 'unknown'; readonly likely: Likely };

export interface Payment {
  /** `completed`: the money moved. `authorized`: it is held until it is captured or reverted. */
  readonly kind: 'completed' | 'authorized';
  readonly paymentId: string;
  readonly amount_jpy: number;
  readonly paidAt_ms: number;
  /** When and by which process start it was written down. */
  readonly recorded: Stamp;
}

export interface Order {
  readonly orderId: string;
  readonly opened: Extract<OrderEvent, { type: 'order.opened' }>;
  readonly openedAt_ms: number;
  readonly code:
    | { readonly state: 'none' }
    /** `at_ms`: by PayPay's clock. */
    | { readonly state: 'requested'; readonly at_ms: number }
    | { readonly state: 'created'; readonly codeId: string; readonly url: string; readonly expiresAt_ms: number }
    | { readonly state: 'rejected' };
  readonly payment: Payment | null;
  readonly cancel: { readonly reason: CancelReason; readonly accepted: boolean } | null;
  readonly paymentClosed: 'unpaid' | 'reversed' | null;
  /** One entry a line, by `OrderLine.line`. */
  readonly vends: readonly LineState[];
  readonly capture: { readonly ids: readonly string[]; readonly captured_jpy: number | null; readonly refused: boolean };
  readonly revert: 'none' | 'requested' | 'completed' | 'rejected';
  /** When the capture or revert was first asked for. */
  readonly settlingSince_ms: number | null;
  readonly refund: {
    readonly state: 'none' | 'requested' | 'accepted' | 'completed' | 'rejected';
    readonly amount_jpy: number;
    readonly requestedAt_ms: number | null;
    readonly completedAt_ms: number | null;
  };
  /** Staff reopened it to give this much back, on top of what was owed; 0: to decide about its hold. */
  readonly reopened: { readonly times: number; readonly refund_jpy: number };
  readonly closed: { readonly result: OrderResult; readonly at_ms: number } | null;
  readonly settled: boolean;
  /** A person has said what became of the lines that nobody knew about. */
  readonly decided: boolean;
}

export const lineOf = (order: Order, line: number): OrderLine => {
  const found = order.opened.lines[line];
  if (found === undefined) throw new BrokenRule(order.orderId, `has no line ${line}`);
  return found;
};
export const vendOf = (order: Order, line: number): LineState => {
  const found = order.vends[line];
  if (found === undefined) throw new BrokenRule(order.orderId, `has no line ${line}`);
  return found;
};

const sumOf = (order: Order, wanted: (state: LineState) => boolean): number =>
  order.opened.lines.reduce((sum, line) => (wanted(vendOf(order, line.line)) ? sum + line.price_jpy : sum), 0);

/** Price of everything that certainly came out. */
export const dispensed_jpy = (order: Order): number => sumOf(order, (vend) => vend.state === 'succeeded');

/** A vend was asked for, and nobody knows yet what became of it. */
export const isVendPending = (order: Order): boolean => order.vends.some((vend) => vend.state === 'requested');

/** A line that nobody may decide but a person: likely delivered, or unknown under `hold`. */
export const needsPerson = (order: Order, vend: LineState): boolean =>
  !order.decided && vend.state === 'unknown' && (vend.likely === 'delivered' || order.opened.unknownVend === 'hold');

/** Since when PayPay has been asked to move or let go of money, without an end so far (milliseconds, host's clock); null: it has not. */
export function movingSince_ms(order: Order): number | null {
  const { closed, refund, revert, capture, cancel, payment, paymentClosed } = order;
  if (closed !== null) return null;
  if (refund.state === 'requested' || refund.state === 'accepted') return refund.requestedAt_ms;
  const isCapturing = capture.ids.length > 0 && capture.captured_jpy === null && !capture.refused;
  if (revert === 'requested' || isCapturing) return order.settlingSince_ms;
  return cancel?.accepted === false && payment === null && paymentClosed === null ? order.openedAt_ms : null;
}

/** Price of everything that is not the customer's: what did not come out, without the lines held for a person. */
export const owed_jpy = (order: Order): number => sumOf(order, (vend) => vend.state !== 'succeeded' && !needsPerson(order, vend));

/** What the customer's money did, as far as the journal knows: the three sums of `order.closed`. */
export function ledger(order: Order): { taken_jpy: number; returned_jpy: number; dispensed_jpy: number } {
  const out = dispensed_jpy(order);
  const taken = order.payment?.kind === 'authorized' ? (order.capture.captured_jpy ?? 0) : (order.payment?.amount_jpy ?? 0);
  if (order.paymentClosed === 'reversed') return { taken_jpy: taken, returned_jpy: taken, dispensed_jpy: out };
  return { taken_jpy: taken, returned_jpy: order.refund.state === 'completed' ? order.refund.amount_jpy : 0, dispensed_jpy: out };
}

function open(orderId: string, event: Extract<OrderEvent, { type: 'order.opened' }>, at_ms: number): Order {
  const must = (holds: boolean, rule: string) => {
    if (!holds) throw new BrokenRule(orderId, rule);
  };
  must(event.lines.length > 0 && event.lines.length <= 100, 'an order has 1 to 100 lines');
  must(
    event.lines.every((line, i) => line.line === i && Number.isSafeInteger(line.price_jpy) && line.price_jpy > 0),
    'lines are numbered and priced in whole yen',
  );
  must(event.total_jpy === event.lines.reduce((sum, line) => sum + line.price_jpy, 0), 'the total is the sum of the lines');
  return {
    orderId,
    opened: event,
    openedAt_ms: at_ms,
    code: { state: 'none' },
    payment: null,
    cancel: null,
    paymentClosed: null,
    vends: event.lines.map(() => ({ state: 'none' })),
    capture: { ids: [], captured_jpy: null, refused: false },
    revert: 'none',
    settlingSince_ms: null,
    refund: { state: 'none', amount_jpy: 0, requestedAt_ms: null, completedAt_ms: null },
    reopened: { times: 0, refund_jpy: 0 },
    closed: null,
    settled: false,
    decided: false,
  };
}

/** When and by which process start an event was, or is about to be, written. */
export interface Stamp {
  readonly at_ms: number;
  readonly monotonic_ms: number;
  readonly bootId: string;
}

/**
 * The order after one more event.
 * @throws BrokenRule when the event is not allowed here
 */
export function apply(before: Order | null, orderId: string, event: OrderEvent, stamp: Stamp): Order {
  if (event.type === 'order.opened') {
    if (before !== null) throw new BrokenRule(orderId, 'is opened once');
    return open(orderId, event, stamp.at_ms);
  }
  if (before === null) throw new BrokenRule(orderId, `${event.type} before order.opened`);
  const order = before;
  const must = (holds: boolean, rule: string) => {
    if (!holds) throw new BrokenRule(orderId, `${event.type}: ${rule}`);
  };
  const withVend = (line: number, vend: LineState): Order => ({ ...order, vends: order.vends.map((old, i) => (i === line ? vend : old)) });
  const inFlight = isVendPending(order);
  const mustMayVend = (line: number) => {
    must(order.payment !== null && order.paymentClosed === null, 'nothing comes out without a payment');
    must(order.cancel === null, 'nothing comes out after a cancel was requested');
    must(
      order.refund.state === 'none' && order.revert === 'none' && order.capture.ids.length === 0,
      'nothing comes out after the money was settled',
    );
    must(order.reopened.times === 0, 'nothing comes out for a reopened order');
    must(vendOf(order, line).state === 'none', 'a line comes out once');
    must(!inFlight, 'one vend at a time');
  };
  must(order.closed === null || event.type === 'attention.settled' || event.type === 'order.reopened', 'the order is closed');

  switch (event.type) {
    case 'code.requested':
      must(order.code.state === 'none', 'a code is asked for once');
      return { ...order, code: { state: 'requested', at_ms: event.requestedAt_ms ?? stamp.at_ms } };
    case 'code.created':
      must(order.code.state === 'requested', 'a code is created after it was requested');
      return { ...order, code: { state: 'created', codeId: event.codeId, url: event.url, expiresAt_ms: event.expiresAt_ms } };
    case 'code.rejected':
      must(order.code.state === 'requested', 'a code is rejected after it was requested');
      return { ...order, code: { state: 'rejected' } };
    case 'payment.completed':
    case 'payment.authorized': {
      must(order.code.state === 'requested' || order.code.state === 'created', 'nothing was to be paid');
      must(order.payment === null, 'an order is paid once');
      must(order.paymentClosed !== 'reversed', 'what was paid went back already');
      must(event.amount_jpy === order.opened.total_jpy, `paid ${event.amount_jpy}, asked for ${order.opened.total_jpy}`);
      const kind = event.type === 'payment.completed' ? 'completed' : 'authorized';
      const recorded = { at_ms: stamp.at_ms, monotonic_ms: stamp.monotonic_ms, bootId: stamp.bootId };
      return {
        ...order,
        payment: { kind, paymentId: event.paymentId, amount_jpy: event.amount_jpy, paidAt_ms: event.paidAt_ms, recorded },
        paymentClosed: null,
      };
    }
    case 'cancel.requested':
      must(order.code.state === 'requested' || order.code.state === 'created', 'there is nothing to cancel');
      must(order.cancel === null, 'a cancel is asked for once');
      must(order.payment === null, 'a recorded payment is refunded, not cancelled');
      return { ...order, cancel: { reason: event.reason, accepted: false } };
    case 'cancel.accepted':
      must(order.cancel !== null && !order.cancel.accepted, 'no cancel is open');
      return { ...order, cancel: { reason: order.cancel?.reason ?? 'rejected', accepted: true } };
    case 'payment.closed':
      must(order.paymentClosed === null, 'a payment is closed once');
      must(event.how === 'unpaid' ? order.payment === null : !inFlight, 'it was paid, or a vend is running');
      must(order.cancel !== null || order.payment !== null, 'an unpaid code is closed by a cancel');
      return { ...order, paymentClosed: event.how };
    case 'vend.requested':
      must(order.opened.fulfilment === 'machine', 'there is no machine');
      mustMayVend(event.line);
      return withVend(event.line, { state: 'requested', mark: event.mark, bootId: stamp.bootId });
    case 'vend.succeeded':
      if (event.proof === 'handedOver') {
        must(order.opened.fulfilment === 'counter', 'a machine sells this order');
        mustMayVend(event.line);
      } else must(vendOf(order, event.line).state === 'requested', 'only what was asked for comes out');
      return withVend(event.line, { state: 'succeeded' });
    case 'vend.failed':
      must(vendOf(order, event.line).state === 'requested', 'only what was asked for can fail');
      return withVend(event.line, { state: 'failed', why: event.why });
    case 'vend.unknown':
      must(vendOf(order, event.line).state === 'requested', 'only what was asked for can be unknown');
      return withVend(event.line, { state: 'unknown', likely: event.likely });
    case 'capture.requested':
      must(order.payment?.kind === 'authorized' && !inFlight, 'nothing is held, or a vend is running');
      must(order.capture.captured_jpy === null && order.revert === 'none', 'what is held is captured or reverted once');
      must(event.amount_jpy === dispensed_jpy(order) && event.amount_jpy > 0, 'exactly what came out is captured');
      must(!order.capture.ids.includes(event.merchantCaptureId), 'every try has its own id');
      return {
        ...order,
        capture: { ...order.capture, ids: [...order.capture.ids, event.merchantCaptureId] },
        settlingSince_ms: order.settlingSince_ms ?? stamp.at_ms,
      };
    case 'capture.completed':
      must(order.capture.ids.includes(event.merchantCaptureId) && order.capture.captured_jpy === null, 'no such capture is open');
      return { ...order, capture: { ...order.capture, captured_jpy: event.amount_jpy } };
    case 'capture.rejected':
      must(order.payment?.kind === 'authorized' && order.capture.captured_jpy === null, 'nothing is held');
      return { ...order, capture: { ...order.capture, refused: true } };
    case 'revert.requested':
      must(order.payment?.kind === 'authorized' && order.capture.ids.length === 0 && order.revert === 'none', 'nothing is held');
      must(!inFlight && dispensed_jpy(order) === 0, 'goods came out');
      return { ...order, revert: 'requested', settlingSince_ms: stamp.at_ms };
    case 'revert.completed':
      must(order.revert === 'requested', 'no revert is open');
      return { ...order, revert: 'completed' };
    case 'revert.rejected':
      must(order.revert === 'requested', 'no revert is open');
      return { ...order, revert: 'rejected' };
    case 'refund.requested':
      must(order.payment !== null && order.paymentClosed === null, 'nothing was taken');
      must(order.payment?.kind === 'completed' || order.reopened.times > 0, 'what is only held is reverted, not refunded');
      must(order.refund.state === 'none', 'PayPay allows one refund a payment');
      must(!inFlight, 'a vend is running');
      must(event.amount_jpy === refundDue_jpy(order) && event.amount_jpy > 0, `the refund is what is owed, ${refundDue_jpy(order)}`);
      return {
        ...order,
        refund: { state: 'requested', amount_jpy: event.amount_jpy, requestedAt_ms: stamp.at_ms, completedAt_ms: null },
      };
    case 'refund.accepted':
      must(order.refund.state === 'requested', 'no refund is open');
      return { ...order, refund: { ...order.refund, state: 'accepted' } };
    case 'refund.completed':
      must(order.refund.state === 'requested' || order.refund.state === 'accepted', 'no refund is open');
      return { ...order, refund: { ...order.refund, state: 'completed', completedAt_ms: stamp.at_ms } };
    case 'refund.rejected':
      must(order.refund.state === 'requested' || order.refund.state === 'accepted', 'no refund is open');
      return { ...order, refund: { ...order.refund, state: 'rejected' } };
    case 'order.closed': {
      const sums = ledger(order);
      must(event.closing === order.reopened.times + 1, 'each closing stands once');
      must(!inFlight, 'a vend is running');
      must(
        event.taken_jpy === sums.taken_jpy && event.returned_jpy === sums.returned_jpy && event.dispensed_jpy === sums.dispensed_jpy,
        'the sums are those of the events',
      );
      must(
        event.result === 'attention' ||
          sums.taken_jpy === sums.dispensed_jpy + sums.returned_jpy ||
          (order.reopened.times > 0 && sums.returned_jpy === order.reopened.refund_jpy),
        `taken ${sums.taken_jpy} is not dispensed ${sums.dispensed_jpy} + returned ${sums.returned_jpy}`,
      );
      must(event.result === 'attention' || resultOf(order) === event.result, `the result is ${resultOf(order) ?? 'not known yet'}`);
      return { ...order, closed: { result: event.result, at_ms: stamp.at_ms } };
    }
    case 'order.reopened':
      must(order.closed !== null && order.refund.state === 'none', 'only a closed order without a refund can be reopened');
      must(event.closing === order.reopened.times + 1, 'each reopening stands once');
      if (event.hold !== undefined) {
        const { lines, delivered } = event.hold;
        must(
          lines.length > 0 && lines.join() === linesHeld(order).join() && event.refund_jpy === 0,
          'a person decides about the lines of a hold that stands',
        );
        const vends = order.vends.map((vend, i): LineState => (delivered && lines.includes(i) ? { state: 'succeeded' } : vend));
        const reopened = { times: order.reopened.times + 1, refund_jpy: 0 };
        return { ...order, vends, closed: null, settled: false, decided: true, reopened };
      }
      must(event.refund_jpy > 0 && event.refund_jpy <= keptOf(order), `more than was kept, ${keptOf(order)}`);
      // What a person settled was that closing; the next one may be a new question.
      return { ...order, closed: null, settled: false, reopened: { times: order.reopened.times + 1, refund_jpy: event.refund_jpy } };
    case 'attention.settled':
      must(order.closed?.result === 'attention' && !order.settled, 'nothing waits for a person');
      must(event.closing === undefined || event.closing === order.reopened.times + 1, 'each closing is settled by itself');
      return { ...order, settled: true };
    default:
      return impossible(event);
  }
}

/** What a closing without questions must be called; null while a code can be paid or money is on its way. */
function resultOf(order: Order): OrderResult | null {
  const { payment } = order;
  if (payment === null)
    return order.paymentClosed !== null || order.code.state === 'none' || order.code.state === 'rejected' ? 'abandoned' : null;
  const out = dispensed_jpy(order);
  if (order.paymentClosed !== null) return out === 0 ? 'refunded' : null;
  const captured = payment.kind === 'completed' || order.capture.captured_jpy !== null;
  if (captured ? order.refund.state !== 'none' && order.refund.state !== 'completed' : order.revert !== 'completed') return null;
  return out === 0 ? 'refunded' : out === order.opened.total_jpy && order.refund.state === 'none' ? 'vended' : 'partlyVended';
}

/** The lines of a closed order whose hold stands until a person decides about them; none when there is nothing to decide. */
export function linesHeld(order: Order): number[] {
  const stands = order.payment?.kind === 'authorized' && order.paymentClosed === null;
  if (order.closed === null || !stands || order.revert !== 'none' || order.capture.ids.length > 0) return [];
  return order.opened.lines.flatMap(({ line }) => (needsPerson(order, vendOf(order, line)) ? [line] : []));
}

const keptOf = (order: Order): number => ledger(order).taken_jpy - ledger(order).returned_jpy;

/** What the one refund of this order must be: what did not come out, or what staff decided on reopening. */
export const refundDue_jpy = (order: Order): number => (order.reopened.times > 0 ? order.reopened.refund_jpy : owed_jpy(order));

/**
 * The order after all of its rows, oldest first.
 * @throws BrokenRule when the journal tells an impossible story
 */
export function fold(rows: readonly OrderRow[]): Order {
  let order: Order | null = null;
  for (const row of rows) order = apply(order, row.orderId, row.event, row);
  if (order === null) throw new BrokenRule('?', 'has no events');
  return order;
}
