/**
 * The decision table: what an order needs next, from what the journal knows and what was just asked.
 *
 * One pure function for the live sale, for the background and for the recovery after a power cut, so the
 * recovery runs in every sale. The first rule that matches wins; docs/money.md shows the same table in words.
 */
import type { PaymentFacts, RefundStatus } from '../ports.ts';
import { impossible } from '../errors.ts';
import { cancelWindowEnd_ms } from './cancel-window.ts';
import type { CancelReason, OrderResult } from './events.ts';
import { dispensed_jpy, ledger, needsPerson, type Order, refundDue_jpy, type Stamp } from './order.ts';

/** How long after its expiry a closed, unpaid code is still watched, for payments that were under way. */
export const LATE_PAYMENT_MARGIN_ms = 120_000;
/** PayPay sets the lifetime of a code (301 s measured); a code whose creation we never saw confirmed can't be older than this. */
export const LONGEST_CODE_ms = 600_000;
/** How long an accepted cancel may take to reverse a payment before a refund is tried instead. */
export const CANCEL_TAKES_ms = 60_000;
/** PayPay refuses the refund of what its cancel is still reversing: this long after both were there a person must look at it. */
export const CANCEL_TAKES_ms_max = 3_600_000;

/** What was asked in this pass. Answers are never remembered over a restart; the journal is. */
export interface Answers {
  /** PayPay's word, not older than the last thing we did to the code or payment. */
  readonly payment?: PaymentFacts;
  /** Why the code is being closed. Once that has begun it is not taken back, though the clock may be corrected. */
  readonly leaving?: CancelReason;
  readonly codeDeleted?: true;
  /** PayPay will not cancel this payment: see what became of it. */
  readonly cancelRefused?: true;
  readonly refund?: RefundStatus;
  /** PayPay will not refund: see whether the money already went back. */
  readonly refundRefused?: { readonly code: string; readonly message: string };
  readonly revertRefused?: { readonly code: string; readonly message: string };
  readonly captureRefused?: { readonly code: string; readonly message: string };
  /** Slots that could not vend when it was their turn. */
  readonly notReady?: readonly string[];
  /** How often the next vend was waited for, because the machine had something to finish. */
  readonly busyWaits?: number;
  /** How often the evidence of a vend was waited for, because the machine is away. */
  readonly machineWaits?: number;
  /** When PayPay first answered in this pass after the cancel was accepted: its clock is known by then. */
  readonly cancelAcceptedAt_ms?: number;
}

export interface Situation {
  /** PayPay's time. */
  readonly now_ms: number;
  /** The customer stands in front of the screen and this process sold it to them. */
  readonly live: boolean;
  /** Why the code is to be closed, once it is. */
  readonly leaving: CancelReason | null;
  /** Can this slot vend now? */
  readonly slotReady: (slot: string) => boolean;
  /** How long ago something was written down, by the monotonic clock; null when the machine was off in between. */
  readonly since_ms: (recorded: Stamp) => number | null;
  /** After a restart, a payment written down less than this ago is still vended; 0 = never. */
  readonly resumeVendWithin_ms: number;
}

/** Which part of the kiosk acts on a step: the statechart's states are these stages. */
export type Stage = 'code' | 'pay' | 'close' | 'vend' | 'settle' | 'watch' | 'end';

export type Step =
  | { readonly stage: 'code'; readonly do: 'requestCode' }
  | { readonly stage: 'pay'; readonly do: 'poll' }
  | { readonly stage: 'pay' | 'close' | 'watch'; readonly do: 'recordPayment'; readonly payment: PaymentFacts }
  | { readonly stage: 'close'; readonly do: 'deleteCode'; readonly codeId: string; readonly reason: CancelReason }
  /** With a reason: why the code is being closed, before it is deleted. */
  | { readonly stage: 'close' | 'settle' | 'watch'; readonly do: 'askPayment'; readonly reason?: CancelReason }
  /** Ask again, but not at once: the answer so far decides nothing. */
  | { readonly stage: 'close' | 'settle' | 'watch'; readonly do: 'waitAndAsk'; readonly until_ms: number | null }
  | { readonly stage: 'close'; readonly do: 'requestCancel'; readonly reason: CancelReason }
  | { readonly stage: 'close'; readonly do: 'sendCancel' }
  | { readonly stage: 'close' | 'settle'; readonly do: 'closePayment'; readonly how: 'unpaid' | 'reversed' }
  | { readonly stage: 'vend'; readonly do: 'vend'; readonly line: number }
  | { readonly stage: 'vend'; readonly do: 'askMachine'; readonly line: number }
  | { readonly stage: 'vend'; readonly do: 'handOver' }
  | { readonly stage: 'settle'; readonly do: 'requestRefund'; readonly amount_jpy: number }
  | { readonly stage: 'settle'; readonly do: 'askRefund' }
  | { readonly stage: 'settle'; readonly do: 'sendRefund' }
  | { readonly stage: 'settle'; readonly do: 'recordRefund'; readonly status: 'created' | 'refunded' }
  | { readonly stage: 'settle'; readonly do: 'rejectRefund'; readonly code: string; readonly message: string }
  | { readonly stage: 'settle'; readonly do: 'capture'; readonly amount_jpy: number }
  | { readonly stage: 'settle'; readonly do: 'recordCapture'; readonly merchantCaptureId: string; readonly amount_jpy: number }
  | { readonly stage: 'settle'; readonly do: 'rejectCapture'; readonly code: string; readonly message: string }
  | { readonly stage: 'settle'; readonly do: 'requestRevert' }
  | { readonly stage: 'settle'; readonly do: 'sendRevert' }
  | { readonly stage: 'settle'; readonly do: 'recordRevert' }
  | { readonly stage: 'settle'; readonly do: 'rejectRevert'; readonly code: string; readonly message: string }
  | { readonly stage: 'end'; readonly do: 'close'; readonly result: OrderResult }
  | { readonly stage: 'end'; readonly do: 'nothing' };

/** What PayPay's status means for money that we have not recorded. */
export function meaning(facts: PaymentFacts): 'paid' | 'notPaid' | 'returned' | 'unclear' {
  switch (facts.status) {
    case 'completed':
    case 'authorized':
      return facts.paymentId !== null && facts.amount_jpy !== null ? 'paid' : 'unclear';
    case 'absent':
    case 'created':
      return 'notPaid';
    // FAILED is what a cancelled payment becomes (paypay.md §1d); EXPIRED and CANCELED are holds that ended.
    case 'failed':
    case 'canceled':
    case 'expired':
    case 'refunded':
      return 'returned';
    case 'reauthorizing':
    case 'unrecognised':
      return 'unclear';
    default:
      return impossible(facts.status);
  }
}

/** @returns the next step; {@link Step} `nothing` when the order is closed */
export function decide(order: Order, situation: Situation, answers: Answers): Step {
  if (order.closed !== null) return { stage: 'end', do: 'nothing' };
  if (order.reopened.times > 0)
    return order.reopened.refund_jpy > 0 ? settleSale(order, situation, answers) : settleHold(order, situation, answers);
  switch (order.code.state) {
    case 'none':
      // Nothing was sent: a restart, or a customer who left, ends it.
      return situation.live && situation.leaving === null ? { stage: 'code', do: 'requestCode' } : close('abandoned');
    case 'rejected':
      return close('abandoned');
    case 'requested':
    case 'created':
      if (order.paymentClosed !== null) return watch(order, order.code, situation, answers);
      if (order.payment === null) return order.cancel === null ? collect(order, situation, answers) : closeCode(order, situation, answers);
      return (
        fulfil(order, situation, answers) ??
        (order.payment.kind === 'authorized' ? settleHold(order, situation, answers) : settleSale(order, situation, answers))
      );
    default:
      return impossible(order.code);
  }
}

const close = (result: OrderResult): Step => ({ stage: 'end', do: 'close', result });

/** A code may be on the screen. Poll while the customer is there; on leaving look, delete it, look again, then cancel. */
function collect(order: Order, situation: Situation, answers: Answers): Step {
  // The reply to the creation was lost: nobody has seen this code, and nobody will.
  if (order.code.state !== 'created') return { stage: 'close', do: 'requestCancel', reason: 'codeUnknown' };
  const said = answers.payment === undefined ? null : meaning(answers.payment);
  const reason = answers.leaving ?? leavingReason(order.code.expiresAt_ms, situation, said);
  if (reason === null) {
    return said === 'paid' && answers.payment
      ? { stage: 'pay', do: 'recordPayment', payment: answers.payment }
      : { stage: 'pay', do: 'poll' };
  }
  if (said === 'paid' && answers.payment) return { stage: 'close', do: 'recordPayment', payment: answers.payment };
  // Asked first, and again after each DELETE that nobody answered: what was paid must not wait until PayPay deletes.
  if (said === null) return { stage: 'close', do: 'askPayment', reason };
  if (!answers.codeDeleted) return { stage: 'close', do: 'deleteCode', codeId: order.code.codeId, reason };
  if (said === 'unclear') return { stage: 'close', do: 'waitAndAsk', until_ms: null };
  // Also when it reads FAILED already: the cancel makes sure, and says so in the journal.
  return { stage: 'close', do: 'requestCancel', reason };
}

function leavingReason(expiresAt_ms: number, situation: Situation, said: ReturnType<typeof meaning> | null): CancelReason | null {
  if (situation.leaving !== null) return situation.leaving;
  if (!situation.live) return 'restarted';
  if (said === 'returned') return 'rejected';
  return situation.now_ms >= expiresAt_ms ? 'expired' : null;
}

/** A cancel was asked for: from here on nothing vends. Look, send it until it is accepted, then see what it did. */
function closeCode(order: Order, situation: Situation, answers: Answers): Step {
  if (answers.payment === undefined) return { stage: 'close', do: 'askPayment' };
  const said = meaning(answers.payment);
  if (!order.cancel?.accepted && !answers.cancelRefused) {
    // After an outage of days: what PayPay would refuse to cancel is refunded at once.
    const { acceptedAt_ms } = answers.payment;
    return said === 'paid' && acceptedAt_ms !== null && situation.now_ms >= cancelWindowEnd_ms(acceptedAt_ms)
      ? { stage: 'close', do: 'recordPayment', payment: answers.payment }
      : { stage: 'close', do: 'sendCancel' };
  }
  switch (said) {
    case 'notPaid':
      return { stage: 'close', do: 'closePayment', how: 'unpaid' };
    case 'returned':
      return { stage: 'close', do: 'closePayment', how: 'reversed' };
    case 'unclear':
      return { stage: 'close', do: 'waitAndAsk', until_ms: null };
    case 'paid':
      return beingReversed(order, answers.payment, situation, answers)
        ? { stage: 'close', do: 'waitAndAsk', until_ms: null }
        : { stage: 'close', do: 'recordPayment', payment: answers.payment };
    default:
      return impossible(said);
  }
}

/** An accepted cancel reverses a payment soon, also one that came after it (COMPLETED, then FAILED); a refused one never does. */
function beingReversed(order: Order, payment: PaymentFacts, situation: Situation, answers: Answers, takes_ms = CANCEL_TAKES_ms): boolean {
  if (order.cancel?.accepted !== true) return false;
  const since_ms = Math.max(answers.cancelAcceptedAt_ms ?? Number.NEGATIVE_INFINITY, payment.acceptedAt_ms ?? Number.NEGATIVE_INFINITY);
  return situation.now_ms < since_ms + takes_ms;
}

/** The code is closed. Watch it until nobody can be paying it any more, and return what comes late. */
function watch(order: Order, code: AskedCode, situation: Situation, answers: Answers): Step {
  if (order.paymentClosed === 'reversed')
    return close(order.payment === null ? 'abandoned' : dispensed_jpy(order) > 0 ? 'attention' : 'refunded');
  if (answers.payment === undefined) return { stage: 'watch', do: 'askPayment' };
  const said = meaning(answers.payment);
  if (said === 'paid')
    return beingReversed(order, answers.payment, situation, answers)
      ? { stage: 'watch', do: 'waitAndAsk', until_ms: null }
      : { stage: 'watch', do: 'recordPayment', payment: answers.payment };
  if (said === 'returned') return close('abandoned');
  const end_ms = watchEnd_ms(code);
  if (said === 'notPaid' && situation.now_ms >= end_ms) return close('abandoned');
  return { stage: 'watch', do: 'waitAndAsk', until_ms: situation.now_ms < end_ms ? end_ms : null };
}

/** A code that PayPay was asked for: it may be payable. */
type AskedCode = Extract<Order['code'], { state: 'requested' | 'created' }>;

/** After this PayPay's "not paid" is final: the code expired long enough ago. */
export function watchEnd_ms(code: AskedCode): number {
  return (code.state === 'created' ? code.expiresAt_ms : code.at_ms + LONGEST_CODE_ms) + LATE_PAYMENT_MARGIN_ms;
}

/** Paid or held. What still has to move, moves; null when every line has an end. */
function fulfil(order: Order, situation: Situation, answers: Answers): Step | null {
  const interrupted = order.vends.findIndex((vend) => vend.state === 'requested');
  // Asked for, without an outcome: the machine is asked what it knows. The vend is never sent again.
  if (interrupted >= 0) return { stage: 'vend', do: 'askMachine', line: interrupted };
  if (order.cancel !== null || order.refund.state !== 'none' || order.revert !== 'none' || order.capture.ids.length > 0) return null;
  const next = order.vends.findIndex((vend) => vend.state === 'none');
  if (next < 0) return null;
  if (!situation.live && !mayResume(order, situation)) return null;
  // Staff hand over everything at once.
  if (order.opened.fulfilment === 'counter') return { stage: 'vend', do: 'handOver' };
  const ready = order.opened.lines.find(
    (line) => order.vends[line.line]?.state === 'none' && situation.slotReady(line.slot) && !answers.notReady?.includes(line.slot),
  );
  return ready === undefined ? null : { stage: 'vend', do: 'vend', line: ready.line };
}

/** The option for short interruptions: only one running machine's monotonic clock can say that a gap was short. */
function mayResume(order: Order, situation: Situation): boolean {
  const gap_ms = order.payment && situation.since_ms(order.payment.recorded);
  return gap_ms !== null && gap_ms < situation.resumeVendWithin_ms;
}

/** `sale`: one refund for everything that did not come out. */
function settleSale(order: Order, situation: Situation, answers: Answers): Step {
  // Only a reopened order gets here: PayPay had returned all of it, more than staff decided.
  if (order.paymentClosed === 'reversed') return close('attention');
  switch (order.refund.state) {
    case 'none': {
      // One refund a payment: while a person has to decide about a line, nothing is sent that would use it up.
      if (order.reopened.times === 0 && order.vends.some((vend) => needsPerson(order, vend))) return close('attention');
      const due_jpy = refundDue_jpy(order);
      return due_jpy > 0 ? { stage: 'settle', do: 'requestRefund', amount_jpy: due_jpy } : close('vended');
    }
    case 'requested':
    case 'accepted': {
      // A refused request may be the repetition of one that PayPay has: then the payment lists it.
      const listed = answers.payment?.refunds.find((refund) => refund.merchantRefundId === order.opened.merchantRefundId);
      const status = listed?.status ?? answers.refund;
      if (status === 'refunded') return { stage: 'settle', do: 'recordRefund', status };
      if (status === 'created')
        return order.refund.state === 'requested'
          ? { stage: 'settle', do: 'recordRefund', status }
          : { stage: 'settle', do: 'waitAndAsk', until_ms: null };
      if (answers.refundRefused) return afterRefusedRefund(order, answers.refundRefused, situation, answers);
      return { stage: 'settle', do: status === undefined ? 'askRefund' : 'sendRefund' };
    }
    case 'completed': {
      const { taken_jpy, returned_jpy } = ledger(order);
      const out_jpy = dispensed_jpy(order);
      // Staff returned less than what did not come out: the rest is still a question.
      if (taken_jpy > out_jpy + returned_jpy) return close('attention');
      return close(out_jpy > 0 ? 'partlyVended' : 'refunded');
    }
    case 'rejected':
      return close('attention');
    default:
      return impossible(order.refund.state);
  }
}

/** PayPay refuses to refund what its cancel has returned, or is about to return. */
function afterRefusedRefund(order: Order, refused: { code: string; message: string }, situation: Situation, answers: Answers): Step {
  const { payment } = answers;
  if (payment === undefined) return { stage: 'settle', do: 'askPayment' };
  const said = meaning(payment);
  if (said === 'returned' && payment.status !== 'refunded') return { stage: 'settle', do: 'closePayment', how: 'reversed' };
  const returning = said === 'paid' && beingReversed(order, payment, situation, answers, CANCEL_TAKES_ms_max);
  if (said === 'unclear' || returning) return { stage: 'settle', do: 'waitAndAsk', until_ms: null };
  return { stage: 'settle', do: 'rejectRefund', ...refused };
}

/** `authorize`: capture what came out, or let go of the hold. */
function settleHold(order: Order, situation: Situation, answers: Answers): Step {
  if (order.revert === 'rejected' || order.capture.refused) return close('attention');
  const out_jpy = dispensed_jpy(order);
  const forPerson = order.vends.some((vend) => needsPerson(order, vend));
  if (order.revert === 'completed') return close('refunded');
  if (order.capture.captured_jpy !== null) {
    return close(forPerson ? 'attention' : out_jpy === order.opened.total_jpy ? 'vended' : 'partlyVended');
  }
  if (out_jpy === 0) {
    if (forPerson) return close('attention');
    if (order.revert === 'none') return { stage: 'settle', do: 'requestRevert' };
  }
  if (answers.payment === undefined) return { stage: 'settle', do: 'askPayment' };
  const facts = answers.payment;
  switch (facts.status) {
    case 'completed': {
      const captured = facts.captures.filter((capture) => capture.completed);
      const captured_jpy = captured.reduce((sum, capture) => sum + capture.amount_jpy, 0);
      const ours = captured.find((capture) => order.capture.ids.includes(capture.merchantCaptureId));
      if (ours === undefined || captured_jpy !== out_jpy)
        return { stage: 'settle', do: 'rejectCapture', code: 'CAPTURED_OTHERWISE', message: `captured ${captured_jpy}` };
      return { stage: 'settle', do: 'recordCapture', merchantCaptureId: ours.merchantCaptureId, amount_jpy: captured_jpy };
    }
    case 'canceled':
    case 'expired':
    case 'failed':
    case 'refunded':
    case 'absent':
      // The hold ended by itself. Without goods that is what we wanted; with goods a person must know.
      return out_jpy === 0
        ? { stage: 'settle', do: 'recordRevert' }
        : { stage: 'settle', do: 'rejectCapture', code: 'HOLD_ENDED', message: facts.status };
    case 'authorized':
      if (out_jpy > 0)
        return answers.captureRefused
          ? { stage: 'settle', do: 'rejectCapture', ...answers.captureRefused }
          : { stage: 'settle', do: 'capture', amount_jpy: out_jpy };
      if (!answers.revertRefused) return { stage: 'settle', do: 'sendRevert' };
      // PayPay refuses to let go of what its cancel is letting go of.
      return beingReversed(order, facts, situation, answers, CANCEL_TAKES_ms_max)
        ? { stage: 'settle', do: 'waitAndAsk', until_ms: null }
        : { stage: 'settle', do: 'rejectRevert', ...answers.revertRefused };
    case 'created':
    case 'reauthorizing':
    case 'unrecognised':
      return { stage: 'settle', do: 'waitAndAsk', until_ms: null };
    default:
      return impossible(facts.status);
  }
}
