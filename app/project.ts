/** From the statechart, the order and the shop to what a screen may show. Pure. */
import type { Config } from './config.ts';
import type { KioskContext } from './kiosk.machine.ts';
import { impossible } from './errors.ts';
import { dispensed_jpy, ledger, type LineState, needsPerson, type Order, refundDue_jpy } from './order/order.ts';
import type { OrderEvent } from './order/events.ts';
import { choosesAtMachine } from './selection.ts';
import { themeOf } from './theme.ts';
import type { CartLineView, LastSaleView, OrderView, RefundView, ScreenName, ScreenView, ShopView, VendLineView } from './view.ts';

type Opened = Extract<OrderEvent, { type: 'order.opened' }>;

/** The part of the view that follows from the configuration alone. @param pictures addresses by the name in the configuration */
export function shopView(config: Config, pictures: ReadonlyMap<string, string>): ShopView {
  const { shop, display, machine } = config;
  return {
    name: shop.name,
    machineName: shop.machineName,
    phone: shop.phone ?? null,
    merchantName: shop.merchantName,
    languages: shop.languages,
    categories: config.categories,
    mode: shop.mode,
    singleItem: shop.singleItem,
    selection: choosesAtMachine(machine) ? 'machine' : 'screen',
    outlet: shop.outlet,
    theme: { ...themeOf(shop), logo: pictures.get(shop.logo ?? '') ?? null },
    display,
    sound: shop.sound,
    speech: shop.speech,
  };
}

/** Units of the same SKU at the same price become one line of the bill. */
function billOf(lines: Opened['lines']): CartLineView[] {
  const bill = new Map<string, CartLineView>();
  for (const { sku, name, price_jpy } of lines) {
    const key = `${sku}@${price_jpy}`;
    bill.set(key, { sku, name, price_jpy, quantity: (bill.get(key)?.quantity ?? 0) + 1 });
  }
  return [...bill.values()];
}

export const orderView = (opened: Opened): OrderView => ({
  orderNumber: opened.orderNumber,
  total_jpy: opened.total_jpy,
  lines: billOf(opened.lines),
});

function vendLineState(vend: LineState | undefined): VendLineView['state'] {
  switch (vend?.state) {
    case 'requested':
      return 'moving';
    case 'succeeded':
      return 'delivered';
    case 'failed':
      return 'failed';
    case 'unknown':
      return 'unknown';
    case 'none':
    case undefined:
      return 'waiting';
    default:
      return impossible(vend);
  }
}

const linesOf = (order: Order, choosing: number | null = null): VendLineView[] =>
  order.opened.lines.map(({ name, price_jpy, line }) => {
    const state = vendLineState(order.vends[line]);
    return { name, price_jpy, state: state === 'moving' && line === choosing ? 'choose' : state };
  });

/** The money that goes back, and how far it is. A hold that is let go of counts like a refund: the customer sees one thing. */
export function refundView(order: Order): RefundView {
  const { refund, payment } = order;
  const paid_jpy = payment?.amount_jpy ?? 0;
  const open_jpy = paid_jpy - dispensed_jpy(order);
  const closedAt_ms = order.closed?.at_ms ?? null;
  const view = (state: RefundView['state'], amount_jpy: number, completedAt_ms: number | null = null): RefundView => ({
    amount_jpy,
    state,
    completedAt_ms,
  });
  if (order.paymentClosed === 'reversed') return view('completed', paid_jpy, closedAt_ms);
  switch (refund.state) {
    case 'none': {
      const held = order.reopened.times === 0 && order.vends.some((vend) => needsPerson(order, vend));
      if (order.revert === 'rejected' || order.capture.refused) return view('rejected', open_jpy);
      if (held || order.closed?.result === 'attention') return view('held', open_jpy);
      return payment?.kind === 'authorized' && order.closed !== null
        ? view('completed', open_jpy, closedAt_ms)
        : view('requested', refundDue_jpy(order));
    }
    case 'requested':
    case 'accepted':
    case 'completed':
      return view(refund.state, refund.amount_jpy, refund.completedAt_ms);
    case 'rejected':
      return view('rejected', refund.amount_jpy);
    default:
      return impossible(refund.state);
  }
}

export function lastSaleView(order: Order): LastSaleView {
  const { opened, closed, payment, paymentClosed } = order;
  const { taken_jpy, returned_jpy, dispensed_jpy } = ledger(order);
  const state = (): LastSaleView['state'] => {
    if (taken_jpy > 0 && returned_jpy === taken_jpy) return 'returned';
    if (closed?.result === 'attention' && !order.settled) return 'open';
    if (closed === null && dispensed_jpy === opened.total_jpy) return 'paid';
    // A closed code is watched for a while; the screen says already that nothing was taken.
    if (payment === null && paymentClosed === 'unpaid') return 'notPaid';
    if (closed === null) return 'open';
    return taken_jpy === 0 ? 'notPaid' : 'paid';
  };
  return { orderNumber: opened.orderNumber, total_jpy: opened.total_jpy, at_ms: order.openedAt_ms, state: state() };
}

export interface ScreenFacts {
  readonly state: ScreenName | 'closingCode';
  readonly context: Pick<KioskContext, 'sale' | 'problem' | 'gate' | 'gateSince_ms' | 'fault' | 'leaving' | 'stillChecking'>;
  /** The order of the sale, as the journal has it; null before it is opened. */
  readonly order: Order | null;
  /** The line for which the customer must press the machine's key now. */
  readonly choosing: number | null;
  readonly cartLines: readonly CartLineView[];
  readonly pollsFailing: boolean;
  readonly receiptUrl: string | null;
}

/** The screen for a state of the kiosk. What is not in the journal yet is shown as *checking*, never as an outcome. */
export function screenOf(facts: ScreenFacts): ScreenView {
  const { state, context, order } = facts;
  const { sale } = context;
  if (
    sale === null ||
    state === 'attract' ||
    state === 'recovering' ||
    state === 'outOfService' ||
    state === 'maintenance' ||
    state === 'selecting'
  ) {
    switch (state) {
      case 'recovering':
      case 'attract':
      case 'maintenance':
        return { name: state };
      case 'selecting':
        return {
          name: 'selecting',
          cart: facts.cartLines,
          total_jpy: facts.cartLines.reduce((sum, line) => sum + line.price_jpy * line.quantity, 0),
          problem: context.problem,
        };
      default:
        return {
          name: 'outOfService',
          reasons: context.fault === null ? context.gate : [context.fault],
          since_ms: context.gateSince_ms,
          interrupted: sale && orderView(sale.opened),
        };
    }
  }
  const summary = orderView(sale.opened);
  const leaving = context.leaving ?? 'expired';
  switch (state) {
    case 'checkingAge':
    case 'creatingCode':
      return { name: state, order: summary };
    case 'awaitingPayment':
      if (context.leaving !== null) return { name: 'checking', order: summary, leaving };
      return order?.code.state === 'created'
        ? {
            name: 'awaitingPayment',
            order: summary,
            url: order.code.url,
            expiresAt_ms: Math.min(order.code.expiresAt_ms, sale.until_ms ?? Infinity),
            pollsFailing: facts.pollsFailing,
          }
        : { name: 'creatingCode', order: summary };
    case 'closingCode':
    case 'checking':
      return { name: 'checking', order: summary, leaving };
    case 'codeClosed':
      if (context.stillChecking) return { name: 'codeClosed', order: summary, why: 'stillChecking' };
      if (order?.cancel?.reason === 'rejected') return { name: 'codeClosed', order: summary, why: 'rejected' };
      return { name: 'codeClosed', order: summary, why: order?.paymentClosed === 'reversed' ? 'reversed' : leaving };
    case 'dispensing':
      return { name: 'dispensing', order: summary, lines: order === null ? [] : linesOf(order, facts.choosing) };
    case 'thanks':
      return { name: 'thanks', order: summary, lines: order === null ? [] : linesOf(order), receiptUrl: facts.receiptUrl };
    case 'refunding':
      if (order === null) return { name: 'checking', order: summary, leaving };
      return {
        name: 'refunding',
        order: summary,
        // What was not even tried does not come any more.
        lines: linesOf(order).map((line) => (line.state === 'waiting' ? { ...line, state: 'failed' } : line)),
        paid_jpy: order.payment?.amount_jpy ?? summary.total_jpy,
        dispensed_jpy: dispensed_jpy(order),
        refund: refundView(order),
      };
    default:
      return impossible(state);
  }
}
