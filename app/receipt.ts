/** What a receipt says, from the journal's order. Pure; paper and characters are the printer's (`main/printer.ts`). */
import type { Config } from './config.ts';
import type { LocalText } from './order/events.ts';
import { dispensed_jpy, type Order } from './order/order.ts';

export interface Receipt {
  readonly orderId: string;
  readonly orderNumber: string;
  readonly shopName: LocalText;
  readonly machineName: string;
  readonly phone: string | null;
  readonly paidAt_ms: number;
  readonly lines: readonly { readonly name: LocalText; readonly price_jpy: number; readonly came: 'out' | 'notOut' | 'unknown' }[];
  readonly paid_jpy: number;
  readonly dispensed_jpy: number;
  /** PayPay's number of the payment: what support asks for. */
  readonly paymentId: string;
  /** Where the receipt can be seen again. */
  readonly url: string | null;
}

/** @returns null when nothing was paid: then there is nothing to receipt */
export function receiptOf(order: Order, config: Config): Receipt | null {
  if (order.payment === null) return null;
  const { orderNumber } = order.opened;
  return {
    orderId: order.orderId,
    orderNumber,
    shopName: config.shop.name,
    machineName: config.shop.machineName,
    phone: config.shop.phone ?? null,
    paidAt_ms: order.payment.paidAt_ms,
    lines: order.opened.lines.map(({ line, name, price_jpy }) => {
      const state = order.vends[line]?.state;
      return { name, price_jpy, came: state === 'succeeded' ? 'out' : state === 'unknown' ? 'unknown' : 'notOut' };
    }),
    paid_jpy: order.payment.amount_jpy,
    dispensed_jpy: dispensed_jpy(order),
    paymentId: order.payment.paymentId,
    url: receiptUrl(order, config),
  };
}

/** Longest address that a phone reads well from a small QR (about 0.4 mm a module on 30 mm). */
const LONGEST_URL = 700;

/**
 * The configured page of a receipt, or null where the shop has none. `{data}` is all that the page needs to show, so that it works
 * without a server of its own that knows the order (docs/receipt.html); behind "#" it never leaves the phone.
 */
export function receiptUrl(order: Order, { shop }: Config): string | null {
  if (shop.receiptUrl === undefined || order.payment === null) return null;
  const { orderNumber, lines } = order.opened;
  const data = [
    ...[shop.name.ja, orderNumber, order.payment.paidAt_ms, order.payment.amount_jpy, dispensed_jpy(order), order.payment.paymentId],
    lines.map(({ name, price_jpy }) => [name.ja, price_jpy]),
  ];
  const url = shop.receiptUrl
    .replace('{order}', () => encodeURIComponent(orderNumber))
    .replace('{data}', () => base64Url(JSON.stringify(data)));
  return url.length <= LONGEST_URL ? url : null;
}

const base64Url = (text: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
