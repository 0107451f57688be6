/** PayPay's word on our orders, beside ours. Nothing is changed by looking; an order that is not final goes on by itself. */
import type { Act } from '../catalogue/events.ts';
import { impossible, type Outcome } from '../errors.ts';
import { ledger, type Order } from '../order/order.ts';
import type { PaymentFacts } from '../ports.ts';
import type { StaffDesk } from './desk.ts';
import { payPayWords } from './story.ts';
import type { AskedView } from './view.ts';

/** What PayPay's facts say that it took and gave back; null while they decide nothing. */
function payPaySums(facts: PaymentFacts): { taken_jpy: number; returned_jpy: number } | null {
  const amount_jpy = facts.amount_jpy ?? 0;
  const returned_jpy = facts.refunds.reduce((sum, refund) => (refund.status === 'refunded' ? sum + refund.amount_jpy : sum), 0);
  switch (facts.status) {
    case 'completed': {
      const captured_jpy = facts.captures.reduce((sum, capture) => (capture.completed ? sum + capture.amount_jpy : sum), 0);
      return { taken_jpy: facts.captures.length > 0 ? captured_jpy : amount_jpy, returned_jpy };
    }
    case 'refunded':
      return { taken_jpy: amount_jpy, returned_jpy: returned_jpy || amount_jpy };
    case 'absent':
    case 'created':
    case 'failed':
    case 'canceled':
    case 'expired':
      return { taken_jpy: 0, returned_jpy: 0 };
    case 'authorized':
    case 'reauthorizing':
    case 'unrecognised':
      return null;
    default:
      return impossible(facts.status);
  }
}

function agrees(order: Order | null, facts: PaymentFacts): boolean | null {
  const theirs = payPaySums(facts);
  if (order === null || theirs === null) return null;
  const ours = ledger(order);
  return ours.taken_jpy - ours.returned_jpy === theirs.taken_jpy - theirs.returned_jpy;
}

export function askedView(order: Order | null, outcome: Outcome<PaymentFacts>): AskedView {
  if (outcome.outcome !== 'done') {
    const says = { ja: `PayPayから答えがありません（${outcome.message}）`, en: `No answer from PayPay (${outcome.message})` };
    return { says, status: null, amount_jpy: null, returned_jpy: null, agrees: null };
  }
  const facts = outcome.value;
  const sums = payPaySums(facts);
  return {
    says: payPayWords(facts),
    status: facts.status,
    amount_jpy: sums?.taken_jpy ?? null,
    returned_jpy: sums?.returned_jpy ?? null,
    agrees: agrees(order, facts),
  };
}

export interface SelfCheck {
  readonly asked: number;
  readonly differences: readonly { readonly orderId: string; readonly orderNumber: string; readonly asked: AskedView }[];
}

/** Asks PayPay about every order that is not final, one after the other: nobody waits for it, and PayPay has rate limits. */
export async function selfCheck(desk: StaffDesk, act?: Act): Promise<SelfCheck> {
  const differences: SelfCheck['differences'][number][] = [];
  const orders = desk.openOrders();
  for (const { orderId, opened } of orders) {
    const outcome = await desk.ask(orderId);
    // The order may have moved while PayPay was asked.
    const { order } = await desk.order(orderId);
    const asked = askedView(order, outcome);
    if (asked.agrees !== true) differences.push({ orderId, orderNumber: opened.orderNumber, asked });
  }
  await desk.record([{ type: 'orders.selfChecked', asked: orders.length, differences: differences.length, ...act }]);
  return { asked: orders.length, differences };
}
