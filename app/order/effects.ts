/**
 * One step, done: append the intent, call the port once, append the outcome. No decisions here; what comes
 * next is asked of `decide` again.
 */
import type { ShopEvent } from '../catalogue/events.ts';
import { impossible, type Outcome } from '../errors.ts';
import type { PaymentGateway, VendEvidence, VendingMachine, VendOutcome, VendProgress } from '../ports.ts';
import type { OrderBook } from './book.ts';
import { type Answers, meaning, type Step } from './decide.ts';
import type { OrderEvent } from './events.ts';
import { ledger, lineOf, type Order, vendOf } from './order.ts';

/** So many pauses for a machine that is away; with the settler's back-off about four minutes. */
const MACHINE_WAITS_max = 8;
/** So many pauses before a vend for a machine that has something to finish, or whose outlet the customer has to empty: about half a minute. */
const BUSY_WAITS_max = 6;

/** What the effects act on. */
export interface World {
  readonly book: OrderBook;
  readonly gateway: PaymentGateway;
  readonly machine: VendingMachine | null;
  /** Text for the payer's app. */
  readonly describe: (order: Order) => string;
  /** So many failed vends of one slot in a row take it off sale. */
  readonly failureOf: (slot: string) => 'quarantine' | 'keep';
  readonly onProgress: (orderId: string, line: number, progress: VendProgress) => void;
}

/** What a step brought: new answers, and whether to pause before the next one. */
export interface Result {
  readonly answers: Answers;
  /** `retry`: the far end could not be reached or did not answer · `ask`: it answered, but not finally. */
  readonly pause?: 'retry' | 'ask';
  /** With `ask`: not before this is over, on PayPay's clock. */
  readonly until_ms?: number | null;
}

const without = (answers: Answers, ...keys: (keyof Answers)[]): Answers => {
  const rest = { ...answers };
  for (const key of keys) delete rest[key];
  return rest;
};

/** A question: a definite answer is used, anything else is asked again later. A refusal is `refused`'s to judge. */
function asked<T>(
  outcome: Outcome<T>,
  answers: Answers,
  use: (value: T) => Answers,
  refused: (code: string, message: string) => Result,
): Result {
  switch (outcome.outcome) {
    case 'done':
      return { answers: use(outcome.value) };
    case 'rejected':
      return refused(outcome.code, outcome.message);
    case 'unavailable':
    case 'unknown':
      return { answers, pause: 'retry' };
    default:
      return impossible(outcome);
  }
}

/**
 * Does one step.
 * @throws JournalError | BrokenRule only; ports answer with outcomes
 */
export async function perform(step: Step, order: Order, answers: Answers, world: World): Promise<Result> {
  const { book, gateway } = world;
  const id = order.orderId;
  const write = async (...events: OrderEvent[]): Promise<void> => void (await book.append(id, events));
  const { merchantPaymentId, merchantRefundId, merchantRevertId } = order.opened;
  const paymentId = order.payment?.paymentId ?? '';

  switch (step.do) {
    case 'requestCode': {
      await write({ type: 'code.requested', requestedAt_ms: Math.round(gateway.now_ms()) });
      const code = await gateway.createCode({
        merchantPaymentId,
        amount_jpy: order.opened.total_jpy,
        description: world.describe(order),
        authorize: order.opened.settlement === 'authorize',
      });
      if (code.outcome === 'done') await write({ type: 'code.created', ...code.value });
      else if (code.outcome === 'rejected') await write({ type: 'code.rejected', code: code.code, message: code.message });
      else if (code.outcome === 'unavailable') await write({ type: 'code.rejected', code: 'NOT_SENT', message: code.message });
      // Unknown: the intent stands alone in the journal, and decide() closes what may have been created.
      return { answers };
    }
    case 'poll':
    case 'askPayment': {
      const result = asked(
        await gateway.paymentDetails(merchantPaymentId),
        answers,
        (payment) => ({
          ...answers,
          payment,
          ...(order.cancel?.accepted === true && { cancelAcceptedAt_ms: answers.cancelAcceptedAt_ms ?? gateway.now_ms() }),
        }),
        () => ({ answers, pause: 'retry' }),
      );
      const { payment } = result.answers;
      const isPaid = payment !== undefined && meaning(payment) === 'paid';
      return step.do === 'poll' && !isPaid && result.pause === undefined ? { ...result, pause: 'ask' } : result;
    }
    case 'waitAndAsk':
      return { answers: without(answers, 'payment', 'refund'), pause: 'ask', until_ms: step.until_ms };
    case 'recordPayment': {
      const { payment } = step;
      const fact = {
        paymentId: payment.paymentId ?? '',
        amount_jpy: payment.amount_jpy ?? 0,
        paidAt_ms: payment.acceptedAt_ms ?? gateway.now_ms(),
      };
      await write(
        payment.status === 'authorized'
          ? { type: 'payment.authorized', ...fact, expiresAt_ms: payment.expiresAt_ms }
          : { type: 'payment.completed', ...fact },
      );
      return { answers: without(answers, 'payment') };
    }
    case 'deleteCode': {
      // Whatever it answers, and when it doesn't, PayPay is asked for the payment next.
      const fresh = without(answers, 'payment');
      const gone: Answers = { ...fresh, codeDeleted: true };
      return asked(
        await gateway.deleteCode(step.codeId),
        fresh,
        () => gone,
        () => ({ answers: gone }),
      );
    }
    case 'requestCancel':
      await write({ type: 'cancel.requested', reason: step.reason });
      return { answers };
    case 'sendCancel': {
      const outcome = await gateway.cancel(merchantPaymentId);
      const fresh = without(answers, 'payment');
      if (outcome.outcome === 'done') {
        await write({ type: 'cancel.accepted' });
        return { answers: { ...fresh, cancelAcceptedAt_ms: gateway.now_ms() } };
      }
      return asked(
        outcome,
        fresh,
        () => fresh,
        () => ({ answers: { ...fresh, cancelRefused: true } }),
      );
    }
    case 'closePayment':
      await write({ type: 'payment.closed', how: step.how });
      return { answers: without(answers, 'payment') };
    case 'vend':
      return vend(step.line, order, answers, world);
    case 'askMachine':
      return askMachine(step.line, order, answers, world);
    case 'handOver':
      await write(...order.opened.lines.map(({ line }) => ({ type: 'vend.succeeded' as const, line, proof: 'handedOver' as const })));
      return { answers };
    case 'requestRefund':
      await write({ type: 'refund.requested', amount_jpy: step.amount_jpy });
      return { answers: without(answers, 'refund') };
    case 'askRefund':
      return asked(
        await gateway.refundDetails({ merchantRefundId, paymentId }),
        answers,
        (refund) => ({ ...answers, refund }),
        // Only a refused refund is one: this was a question, and sending again with the same ids can do no harm.
        () => ({ answers: { ...answers, refund: 'absent' } }),
      );
    case 'sendRefund':
      // An unknown end asks before it sends again; the ids stay the same.
      return asked(
        await gateway.refund({
          merchantRefundId,
          paymentId,
          amount_jpy: order.refund.amount_jpy,
          reason: `order ${order.opened.orderNumber}`,
        }),
        without(answers, 'refund'),
        (refund) => ({ ...answers, refund }),
        (code, message) => ({ answers: { ...without(answers, 'payment'), refundRefused: { code, message } } }),
      );
    case 'recordRefund':
      await write({ type: step.status === 'refunded' ? 'refund.completed' : 'refund.accepted' });
      return { answers };
    case 'rejectRefund':
      await write({ type: 'refund.rejected', code: step.code, message: step.message });
      return { answers };
    case 'capture': {
      // PayPay wants a new id for every try; the journal counts them.
      const merchantCaptureId = `${id}-capture-${order.capture.ids.length + 1}`;
      const fact = { merchantCaptureId, amount_jpy: step.amount_jpy };
      await write({ type: 'capture.requested', ...fact });
      const outcome = await gateway.capture({ merchantPaymentId, ...fact, description: world.describe(order) });
      if (outcome.outcome === 'done') await write({ type: 'capture.completed', ...fact });
      const fresh = without(answers, 'payment');
      return asked(
        outcome,
        fresh,
        () => fresh,
        (code, message) => ({ answers: { ...fresh, captureRefused: { code, message } } }),
      );
    }
    case 'recordCapture':
      await write({ type: 'capture.completed', merchantCaptureId: step.merchantCaptureId, amount_jpy: step.amount_jpy });
      return { answers };
    case 'rejectCapture':
      await write({
        type: 'capture.rejected',
        merchantCaptureId: order.capture.ids.at(-1) ?? 'none',
        code: step.code,
        message: step.message,
      });
      return { answers };
    case 'requestRevert':
      await write({ type: 'revert.requested' });
      return { answers: without(answers, 'payment') };
    case 'sendRevert': {
      const outcome = await gateway.revert({ merchantRevertId, paymentId, reason: `order ${order.opened.orderNumber}` });
      if (outcome.outcome === 'done') await write({ type: 'revert.completed' });
      const fresh = without(answers, 'payment');
      return asked(
        outcome,
        fresh,
        () => fresh,
        (code, message) => ({ answers: { ...fresh, revertRefused: { code, message } } }),
      );
    }
    case 'recordRevert':
      await write({ type: 'revert.completed' });
      return { answers };
    case 'rejectRevert':
      await write({ type: 'revert.rejected', code: step.code, message: step.message });
      return { answers };
    case 'close':
      await write({ type: 'order.closed', closing: order.reopened.times + 1, result: step.result, ...ledger(order) });
      return { answers };
    case 'nothing':
      return { answers };
    default:
      return impossible(step);
  }
}

async function vend(lineNumber: number, order: Order, answers: Answers, world: World): Promise<Result> {
  const line = lineOf(order, lineNumber);
  const { machine } = world;
  const check = machine === null ? null : await machine.check(line.slot);
  if (machine === null || !check?.ready) {
    const waits = answers.busyWaits ?? 0;
    const passes = check?.ready === false && (check.reason === 'busy' || check.reason === 'productInOutlet');
    if (passes && waits < BUSY_WAITS_max) return { answers: { ...answers, busyWaits: waits + 1 }, pause: 'retry' };
    return { answers: { ...answers, notReady: [...(answers.notReady ?? []), line.slot] } };
  }
  await world.book.append(order.orderId, [{ type: 'vend.requested', line: line.line, mark: machine.mark(line.slot) }]);
  const outcome = await machine.vend({ vendId: line.vendId, slot: line.slot, price_jpy: line.price_jpy }, (progress) =>
    world.onProgress(order.orderId, line.line, progress),
  );
  await recordVend(order, line.line, outcomeEvent(line.line, outcome), world);
  return { answers: without(answers, 'busyWaits') };
}

function outcomeEvent(line: number, outcome: VendOutcome): VendEnd {
  switch (outcome.outcome) {
    case 'succeeded':
      return { type: 'vend.succeeded', line, proof: outcome.proof };
    case 'failed':
      return { type: 'vend.failed', line, why: outcome.why, detail: outcome.detail };
    case 'unknown':
      return { type: 'vend.unknown', line, likely: outcome.likely, evidence: outcome.evidence };
    default:
      return impossible(outcome);
  }
}

async function askMachine(lineNumber: number, order: Order, answers: Answers, world: World): Promise<Result> {
  const line = lineOf(order, lineNumber);
  const vendState = vendOf(order, lineNumber);
  if (vendState.state !== 'requested') return { answers };
  // The cable may be out, or the machine starting as well: its evidence is worth some patience.
  const away = world.machine?.state().reasons.some((reason) => reason === 'disconnected' || reason === 'starting') ?? false;
  const waits = answers.machineWaits ?? 0;
  if (away && waits < MACHINE_WAITS_max) return { answers: { ...answers, machineWaits: waits + 1 }, pause: 'retry' };
  const evidence: VendEvidence =
    world.machine === null
      ? { evidence: 'none', likely: 'none', proof: 'no machine is configured any more' }
      : await world.machine.evidence({ vendId: line.vendId, slot: line.slot, mark: vendState.mark });
  await recordVend(order, lineNumber, evidenceEvent(lineNumber, evidence), world);
  return { answers };
}

function evidenceEvent(line: number, evidence: VendEvidence): VendEnd {
  switch (evidence.evidence) {
    case 'delivered':
      return { type: 'vend.succeeded', line, proof: 'evidence' };
    case 'notDelivered':
      return { type: 'vend.failed', line, why: evidence.why ?? 'notSent', detail: evidence.proof };
    case 'none':
      return { type: 'vend.unknown', line, likely: evidence.likely, evidence: evidence.proof };
    default:
      return impossible(evidence);
  }
}

type VendEnd = Extract<OrderEvent, { type: 'vend.succeeded' | 'vend.failed' | 'vend.unknown' }>;

/** The outcome of a vend, and what it means for the slot, in one transaction. */
async function recordVend(order: Order, lineNumber: number, event: VendEnd, world: World): Promise<void> {
  const { slot } = lineOf(order, lineNumber);
  const { orderId } = order;
  const shop: ShopEvent[] = [];
  const left = event.type === 'vend.succeeded' || (event.type === 'vend.unknown' && event.likely !== 'notDelivered');
  if (left) shop.push({ type: 'stock.taken', slot, orderId, line: lineNumber });
  if (event.type === 'vend.unknown') shop.push({ type: 'slot.quarantined', slot, why: 'unknown', orderId });
  if (event.type === 'vend.failed' && event.why === 'empty')
    shop.push({ type: 'stock.set', slot, count: 0, by: 'kiosk', reason: 'the machine says empty' });
  if (event.type === 'vend.failed' && event.why !== 'empty' && event.why !== 'notSent' && world.failureOf(slot) === 'quarantine')
    shop.push({ type: 'slot.quarantined', slot, why: event.why, orderId });
  await world.book.append(orderId, [event], shop);
}
