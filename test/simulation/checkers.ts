/** What must be true of every order when everything has come to rest: PayPay's ledger, the machine's goods and the journal agree. */
import { fold, type Order } from '../../app/order/order.ts';
import type { VmcSimulatorState } from '../../hardware/xy-vmc/simulator-types.ts';
import { codeState } from '../../main/paypay/simulator/codes.ts';
import { type Payment, refunded_jpy, taken_jpy, type World as PayPayWorld } from '../../main/paypay/simulator/world.ts';
import type { OrderRecord, VendRecord } from './books.ts';

/** What the three sides have written down, in a simulated world or a real one. */
export interface Evidence {
  readonly orders: ReadonlyMap<string, Pick<OrderRecord, 'orderId' | 'rows'>>;
  /** In the order in which they were asked for. */
  readonly vends: readonly VendRecord[];
  readonly paypay: PayPayWorld;
  /** The shop's own rule for short interruptions. */
  readonly resumeVendWithin_ms: number;
  /** null where nothing is dispensed by a machine. */
  readonly machine: VmcSimulatorState | null;
  readonly violate: (what: string) => void;
}

/** A vend that was begun in time may still wait so long for a machine that is busy (app/order/effects.ts). */
const MACHINE_PASSES_ms = 60_000;
/** Which run of the computer a process belongs to. */
const machineStart = (bootId: string): string | undefined => bootId.split(':')[0];

const EVIDENCE = ['vend.unknown', 'refund.rejected', 'capture.rejected', 'revert.rejected'];

/** Goods of one line, as the machine knows them. */
interface Goods {
  drives: number;
  dropped: boolean;
}

/** @returns how often each result came, with `borneByShop` and `late` beside them */
export function checkAtRest(evidence: Evidence): Map<string, number> {
  const results = new Map<string, number>();
  const count = (what: string) => results.set(what, (results.get(what) ?? 0) + 1);
  const { paypay, machine, violate } = evidence;
  const goods = goodsOf(evidence);
  // Units that fell after the machine had reported a jam: a counter read later takes each for one of the next vends.
  const fellLater = new Map((machine?.slots ?? []).map((slot) => [String(slot.selection), slot.fellLater]));
  for (const record of evidence.orders.values()) checkOrder(evidence, record, goods, fellLater, count);
  for (const orderId of paypay.payments.keys())
    if (!evidence.orders.has(orderId)) violate(`${orderId}: PayPay took a payment that the journal does not know`);
  for (const code of paypay.codes.values())
    if (codeState(paypay, code) === 'waiting') violate(`${code.merchantPaymentId}: a code works after everything ended`);
  for (const what of machine?.violations ?? []) violate(`the machine's protocol: ${what}`);
  return results;
}

/** Each drive of the machine belongs to the last vend that was asked for before it. */
export function goodsOf({ vends, machine, violate }: Pick<Evidence, 'vends' | 'machine' | 'violate'>): Map<string, Goods> {
  const goods = new Map<string, Goods>();
  let next = 0;
  for (const drive of machine?.drives ?? []) {
    while (next < vends.length && (vends[next]?.at_ms ?? 0) <= drive.at_ms) next += 1;
    const vend = vends[next - 1];
    if (vend === undefined) {
      violate('the machine was driven without a vend');
      continue;
    }
    const key = `${vend.orderId} ${vend.line}`;
    const line = goods.get(key) ?? { drives: 0, dropped: false };
    goods.set(key, { drives: line.drives + 1, dropped: line.dropped || drive.dropped });
  }
  return goods;
}

function checkOrder(
  evidence: Evidence,
  record: Pick<OrderRecord, 'orderId' | 'rows'>,
  goods: ReadonlyMap<string, Goods>,
  fellLater: Map<string, number>,
  count: (what: string) => void,
): void {
  const { orderId, rows } = record;
  const violate = (what: string) => evidence.violate(`${orderId}: ${what}`);
  let order: Order;
  try {
    order = fold(rows);
  } catch (error) {
    return violate(`its journal does not fold: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (order.closed === null) return violate('never closed');
  const { result } = order.closed;
  count(result);

  let delivered_jpy = 0;
  for (const { line, slot, price_jpy } of order.opened.lines) {
    const { drives, dropped } = goods.get(`${orderId} ${line}`) ?? { drives: 0, dropped: false };
    const state = order.vends[line]?.state ?? 'none';
    if (drives > 1) violate(`line ${line} was driven ${drives} times`);
    const out = order.opened.fulfilment === 'counter' ? state === 'succeeded' : dropped;
    if (state === 'succeeded' && !out) {
      const left = fellLater.get(slot) ?? 0;
      if (left === 0) violate(`line ${line} did not come out, and counts as delivered`);
      fellLater.set(slot, left - 1);
    }
    if (out && state !== 'succeeded' && state !== 'unknown') violate(`line ${line} came out, and counts as ${state}`);
    if (out && state === 'unknown' && result !== 'attention') count('borneByShop');
    if (state === 'succeeded') delivered_jpy += price_jpy;
  }

  const payment = evidence.paypay.paymentOf(orderId);
  const taken = payment === undefined ? 0 : taken_jpy(payment);
  const returned = payment === undefined ? 0 : payment.status === 'FAILED' ? taken : refunded_jpy(payment);
  checkSomebodyWaited(rows, evidence.resumeVendWithin_ms, violate);
  checkDoubtfulVends(rows, order.opened.unknownVend, violate);
  checkRefusals(order, payment, violate);
  const closing = rows.findLast(({ event }) => event.type === 'order.closed')?.event;
  if (payment && payment.refunds.length > 1) violate(`refunded ${payment.refunds.length} times`);
  if (closing?.type === 'order.closed' && closing.taken_jpy - closing.returned_jpy !== taken - returned)
    violate(`the journal says ${closing.taken_jpy} - ${closing.returned_jpy} was kept, PayPay says ${taken} - ${returned}`);
  if (result === 'attention') {
    const reversed = order.paymentClosed === 'reversed' && delivered_jpy > 0;
    if (!reversed && !rows.some(({ event }) => EVIDENCE.includes(event.type))) violate('wants attention without saying why');
    return;
  }
  if (order.reopened.times > 0 && !order.decided) {
    // What staff gave back may be for goods that came out.
    if (returned !== order.reopened.refund_jpy) violate(`staff gave back ${order.reopened.refund_jpy}, PayPay says ${returned}`);
    return count('reopened');
  }
  if (taken !== delivered_jpy + returned) violate(`taken ${taken} is not delivered ${delivered_jpy} + returned ${returned} (${result})`);
  if (payment && isHeld(payment)) violate('its hold was never let go of');
}

/** After a restart nobody stands there any more, unless it was so short that the shop has another rule. */
function checkSomebodyWaited(rows: OrderRecord['rows'], resumeVendWithin_ms: number, violate: (what: string) => void): void {
  const payment = rows.find(({ event }) => event.type === 'payment.completed' || event.type === 'payment.authorized');
  const limit_ms = resumeVendWithin_ms === 0 ? 0 : resumeVendWithin_ms + MACHINE_PASSES_ms;
  for (const { event, bootId, monotonic_ms } of rows) {
    if (event.type !== 'vend.requested' || payment === undefined || bootId === payment.bootId) continue;
    if (machineStart(bootId) !== machineStart(payment.bootId) || monotonic_ms - payment.monotonic_ms >= limit_ms)
      violate(`line ${event.line} was vended for nobody, after a restart`);
  }
}

/** What a person has to decide is not decided by the software: it waits for one. */
function checkDoubtfulVends(rows: OrderRecord['rows'], policy: 'refund' | 'hold', violate: (what: string) => void): void {
  const doubtful = rows.some(({ event }) => event.type === 'vend.unknown' && (policy === 'hold' || event.likely === 'delivered'));
  const first = rows.find(({ event }) => event.type === 'order.closed')?.event;
  if (doubtful && first?.type === 'order.closed' && first.result !== 'attention')
    violate(`a vend for a person to judge, closed as ${first.result}`);
}

/** What the kiosk says that PayPay refuses, PayPay would refuse now as well. */
function checkRefusals(order: Order, payment: Payment | undefined, violate: (what: string) => void): void {
  if (payment === undefined) return;
  if (order.refund.state === 'rejected' && payment.status === 'COMPLETED' && payment.refunds.length === 0)
    violate('its refund counts as refused, and PayPay would do it');
  if ((order.revert === 'rejected' || order.capture.refused) && isHeld(payment))
    violate('its hold counts as refused, and PayPay still holds it');
}

const isHeld = (payment: Payment): boolean => payment.status === 'AUTHORIZED' || payment.status === 'REAUTHORIZING';
