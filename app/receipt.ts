/** What a receipt says, from the journal's order. Pure; paper and characters are the printer's (`main/printer.ts`). */
import type { Config } from './config.ts';
import type { LocalText } from './order/events.ts';
import { type LineState, type Order, vendOf } from './order/order.ts';
import { refundView } from './project.ts';
import type { RefundView } from './view.ts';

export interface Receipt {
  readonly orderId: string;
  readonly orderNumber: string;
  readonly shopName: LocalText;
  readonly machineName: string;
  readonly phone: string | null;
  readonly paidAt_ms: number;
  readonly lines: readonly ReceiptLine[];
  readonly paid_jpy: number;
  /** What did not certainly come out, as far as its money has got; null when there is none. */
  readonly refund: RefundView | null;
  /** PayPay's number of the payment: what support asks for. */
  readonly paymentId: string;
  /** Where the receipt can be seen again. */
  readonly url: string | null;
}

/** Units of the same name, price and fate. */
export interface ReceiptLine {
  readonly name: LocalText;
  readonly price_jpy: number;
  readonly quantity: number;
  readonly came: 'out' | 'notOut' | 'unknown';
}

const cameOf = ({ state }: LineState): ReceiptLine['came'] => (state === 'succeeded' ? 'out' : state === 'unknown' ? 'unknown' : 'notOut');

function linesOf(order: Order): ReceiptLine[] {
  const lines = new Map<string, ReceiptLine>();
  for (const { line, name, price_jpy } of order.opened.lines) {
    const came = cameOf(vendOf(order, line));
    const key = [name.ja, price_jpy, came].join('\0');
    lines.set(key, { name, price_jpy, came, quantity: (lines.get(key)?.quantity ?? 0) + 1 });
  }
  return [...lines.values()];
}

function openOf(order: Order): RefundView | null {
  const refund = refundView(order);
  return refund.amount_jpy > 0 ? refund : null;
}

/** @returns null when nothing was paid: then there is nothing to receipt */
export function receiptOf(order: Order, config: Config): Receipt | null {
  if (order.payment === null) return null;
  return {
    orderId: order.orderId,
    orderNumber: order.opened.orderNumber,
    shopName: config.shop.name,
    machineName: config.shop.machineName,
    phone: config.shop.phone ?? null,
    paidAt_ms: order.payment.paidAt_ms,
    lines: linesOf(order),
    paid_jpy: order.payment.amount_jpy,
    refund: openOf(order),
    paymentId: order.payment.paymentId,
    url: receiptUrl(order, config),
  };
}

/** A QR of so many characters has 85 modules (version 17): with its margin 31 mm at 0.33 mm a module, and on 58 mm paper whole dots. */
const LONGEST_URL = 500;
const OTHERS = 'ほか';

/**
 * The configured page of a receipt, or null where the shop has none. `{data}` is all that the page needs to show, so that it works
 * without a server of its own that knows the order (docs/receipt.html); behind "#" it never leaves the phone. Lines beyond what a QR
 * holds become one, with their sum.
 */
export function receiptUrl(order: Order, { shop }: Config): string | null {
  const { payment } = order;
  const page = shop.receiptUrl?.replace('{order}', () => encodeURIComponent(order.opened.orderNumber));
  if (page === undefined || payment === null) return null;
  const refund = openOf(order);
  const head = [shop.name.ja, order.opened.orderNumber, payment.paidAt_ms, payment.amount_jpy, payment.paymentId];
  const lines = linesOf(order).map(
    ({ name, price_jpy, quantity, came }) => [name.ja, price_jpy * quantity, quantity, ...(came === 'out' ? [] : [came])] as const,
  );
  const url = (shown: number): string => {
    const rest = lines.slice(shown);
    const others = [
      OTHERS,
      rest.reduce((sum, [, price_jpy]) => sum + price_jpy, 0),
      rest.reduce((sum, [, , quantity]) => sum + quantity, 0),
    ];
    const data = [...head, refund && [refund.amount_jpy, refund.state], [...lines.slice(0, shown), ...(rest.length > 0 ? [others] : [])]];
    return page.replace('{data}', () => base64Url(JSON.stringify(data)));
  };
  let shown = lines.length;
  while (shown > 0 && url(shown).length > LONGEST_URL) shown -= 1;
  return url(shown);
}

const base64Url = (text: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
