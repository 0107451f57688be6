/**
 * What may stand in the journal, beside what stands there already; and which rows still matter.
 *
 * Coarser than the rules of app/order/order.ts, which know amounts and states: these are the ones that a table can
 * enforce by itself. SQLite repeats them as constraints and triggers (schema.ts); a test holds the two together.
 */
import type { ShopEvent } from '../../app/catalogue/events.ts';
import { impossible } from '../../app/errors.ts';
import type { OrderEvent } from '../../app/order/events.ts';

/** The name under which an event stands at most once in its order; null when it may stand several times. */
export function onceKey(event: OrderEvent): string | null {
  switch (event.type) {
    case 'code.created':
    case 'code.rejected':
      return 'code.answered';
    case 'payment.completed':
    case 'payment.authorized':
      return 'payment';
    // A late payment opens an unpaid one again, and it can still be reversed after that.
    case 'payment.closed':
      return `payment.closed:${event.how}`;
    case 'vend.requested':
      return `vend.requested:${event.line}`;
    case 'vend.succeeded':
    case 'vend.failed':
    case 'vend.unknown':
      return `vend.ended:${event.line}`;
    case 'capture.requested':
      return `capture.requested:${event.merchantCaptureId}`;
    case 'capture.rejected':
      return null;
    case 'revert.completed':
    case 'revert.rejected':
      return 'revert.ended';
    case 'refund.completed':
    case 'refund.rejected':
      return 'refund.ended';
    case 'order.closed':
      return `order.closed:${event.closing}`;
    case 'order.reopened':
      return `order.reopened:${event.closing}`;
    // The first one without its number, as in journals that knew no other.
    case 'attention.settled':
      return (event.closing ?? 1) === 1 ? event.type : `${event.type}:${event.closing}`;
    case 'order.opened':
    case 'code.requested':
    case 'cancel.requested':
    case 'cancel.accepted':
    case 'capture.completed':
    case 'revert.requested':
    case 'refund.requested':
    case 'refund.accepted':
      return event.type;
    default:
      return impossible(event);
  }
}

/** What stands of one order: the type and the once-key of each of its events. */
export type Standing = ReadonlySet<string>;

/** What `standing` is after one more event. */
export function stand(standing: Set<string>, event: OrderEvent): void {
  standing.add(event.type);
  const key = onceKey(event);
  if (key !== null) standing.add(key);
}

/** What must stand before an event, and what must not. */
interface Rule {
  readonly needs?: readonly string[];
  readonly bars?: readonly string[];
}

const GOODS: Rule = {
  needs: ['payment'],
  bars: ['cancel.requested', 'payment.closed', 'refund.requested', 'revert.requested', 'capture.requested', 'order.reopened'],
};

function ruleOf(event: OrderEvent): Rule {
  switch (event.type) {
    case 'order.opened':
    case 'code.requested':
    case 'payment.closed':
      return {};
    case 'code.created':
    case 'code.rejected':
      return { needs: ['code.requested'] };
    case 'payment.completed':
    case 'payment.authorized':
      return { needs: ['code.requested'], bars: ['code.rejected', 'payment.closed:reversed'] };
    case 'cancel.requested':
      return { needs: ['code.requested'], bars: ['code.rejected', 'payment'] };
    case 'cancel.accepted':
      return { needs: ['cancel.requested'] };
    case 'vend.requested':
      return GOODS;
    case 'vend.succeeded':
      return event.proof === 'handedOver' ? GOODS : { needs: [`vend.requested:${event.line}`] };
    case 'vend.failed':
    case 'vend.unknown':
      return { needs: [`vend.requested:${event.line}`] };
    case 'capture.requested':
      return { needs: ['payment'], bars: ['revert.requested', 'capture.completed'] };
    case 'capture.completed':
      return { needs: [`capture.requested:${event.merchantCaptureId}`] };
    case 'capture.rejected':
      return { needs: ['payment'], bars: ['capture.completed'] };
    case 'revert.requested':
      return { needs: ['payment'], bars: ['capture.requested'] };
    case 'revert.completed':
    case 'revert.rejected':
      return { needs: ['revert.requested'] };
    case 'refund.requested':
      return { needs: ['payment'], bars: ['payment.closed:reversed'] };
    case 'refund.accepted':
    case 'refund.completed':
    case 'refund.rejected':
      return { needs: ['refund.requested'] };
    case 'order.closed':
      return event.closing === 1 ? {} : { needs: [`order.reopened:${event.closing - 1}`] };
    case 'order.reopened':
      return { needs: [`order.closed:${event.closing}`], bars: ['refund.requested'] };
    case 'attention.settled':
      return {};
    default:
      return impossible(event);
  }
}

/** @returns why this event may not be written, or null when it may */
export function refusal(event: OrderEvent, standing: Standing): string | null {
  const key = onceKey(event);
  if (key !== null && standing.has(key)) return `${key} stands already`;
  if (event.type === 'order.opened') return null;
  if (!standing.has('order.opened')) return `${event.type} before order.opened`;
  const closed = isClosed(standing);
  const afterClosing = event.type === 'order.reopened' || event.type === 'attention.settled';
  if (closed !== afterClosing) return `${event.type} ${closed ? 'after' : 'before'} order.closed`;
  const { needs = [], bars = [] } = ruleOf(event);
  const missing = needs.find((fact) => !standing.has(fact));
  if (missing !== undefined) return `${event.type} before ${missing}`;
  const barred = bars.find((fact) => standing.has(fact));
  return barred === undefined ? null : `${event.type} after ${barred}`;
}

function isClosed(standing: Standing): boolean {
  let closings = 0;
  for (const fact of standing) {
    if (fact.startsWith('order.closed:')) closings++;
    else if (fact.startsWith('order.reopened:')) closings--;
  }
  return closings > 0;
}

/** @returns whether the order still needs somebody after this event: the kiosk, or a person */
export function isOpenAfter(event: OrderEvent): boolean {
  switch (event.type) {
    case 'order.closed':
      return event.result === 'attention';
    case 'attention.settled':
      return false;
    default:
      return true;
  }
}

/** Which of the shop's rows still matter: those with the same key belong together, and one that `replaces` drops the earlier ones. */
export function shopKeeping(event: ShopEvent): { readonly key: string; readonly replaces: boolean } {
  switch (event.type) {
    case 'kiosk.started':
      return { key: 'started', replaces: true };
    case 'kiosk.stopped':
    case 'kiosk.released':
      return { key: `stopped:${event.orderId}`, replaces: true };
    case 'stock.set':
      return { key: `stock:${event.slot}`, replaces: true };
    case 'stock.taken':
      return { key: `stock:${event.slot}`, replaces: false };
    case 'slot.quarantined':
    case 'slot.released':
      return { key: `quarantine:${event.slot}`, replaces: true };
    case 'slot.enabled':
    case 'slot.disabled':
      return { key: `enabled:${event.slot}`, replaces: true };
    case 'slot.set':
    case 'slot.removed':
      return { key: `content:${event.slot}`, replaces: true };
    case 'price.set':
      return { key: `price:${event.sku}`, replaces: true };
    case 'product.set':
      return { key: `product:${event.product.sku}`, replaces: true };
    case 'product.removed':
      return { key: `product:${event.sku}`, replaces: true };
    // A test may have taken one unit: it counts from the last counted stock on, as a sale does.
    case 'testVend.ended':
      return { key: `stock:${event.slot}`, replaces: false };
    case 'staff.tried':
    case 'staff.signedIn':
      return { key: `pin:${event.staffId}:${event.from}`, replaces: true };
    // Only for the record: nothing follows from them at a start, so the newest of each is enough.
    case 'testVend.requested':
    case 'staff.signedOut':
    case 'staff.changed':
    case 'device.paired':
    case 'device.removed':
    case 'maintenance.began':
    case 'maintenance.ended':
    case 'day.closed':
    case 'payments.compared':
    case 'orders.exported':
    case 'journal.tended':
    case 'order.asked':
    case 'orders.selfChecked':
    case 'config.reloaded':
      return { key: event.type, replaces: true };
    default:
      return impossible(event);
  }
}
