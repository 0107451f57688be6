/** The orders that are not closed, in memory, always equal to the journal. The only way an order changes. */
import type { ShopEvent } from '../catalogue/events.ts';
import type { Clock, Journal, OrderRow, Unsubscribe } from '../ports.ts';
import type { OrderEvent } from './events.ts';
import { apply, BrokenRule, fold, type Order } from './order.ts';

export interface OrderBook {
  /**
   * Reads the journal again; what was in memory is forgotten.
   * @returns the orders whose events break a rule: they are left out, and the others are not kept waiting for them
   */
  load(): Promise<readonly BrokenRule[]>;
  get(orderId: string): Order | undefined;
  /** Open orders, and closed ones that wait for a person. */
  all(): readonly Order[];
  /**
   * Checks the events against the rules, writes them with what they mean for the shop in one transaction, and only
   * then shows them.
   * @throws BrokenRule when a rule forbids an event: nothing is written
   * @throws JournalError when it is not durable: it did not happen
   */
  append(orderId: string, events: readonly OrderEvent[], shop?: readonly ShopEvent[]): Promise<Order>;
  /** A closed order comes back, for a refund by staff. */
  fetch(orderId: string): Promise<Order | undefined>;
  onAppend(listener: (order: Order, event: OrderEvent, shop: readonly ShopEvent[]) => void): Unsubscribe;
}

export function createOrderBook(journal: Journal, clock: Clock): OrderBook {
  const orders = new Map<string, Order>();
  const listeners = new Set<(order: Order, event: OrderEvent, shop: readonly ShopEvent[]) => void>();

  return {
    async load() {
      const byOrder = new Map<string, OrderRow[]>();
      for (const row of await journal.openOrders()) {
        const rows = byOrder.get(row.orderId);
        if (rows) rows.push(row);
        else byOrder.set(row.orderId, [row]);
      }
      orders.clear();
      const broken: BrokenRule[] = [];
      for (const [orderId, rows] of byOrder) {
        try {
          orders.set(orderId, fold(rows));
        } catch (error) {
          if (!(error instanceof BrokenRule)) throw error;
          broken.push(error);
        }
      }
      return broken;
    },
    get: (orderId) => orders.get(orderId),
    all: () => [...orders.values()],
    async append(orderId, events, shop = []) {
      const stamp = { at_ms: clock.now_ms(), monotonic_ms: clock.monotonic_ms(), bootId: journal.bootId };
      let checked = orders.get(orderId) ?? null;
      for (const event of events) checked = apply(checked, orderId, event, stamp);
      const rows = await journal.append([
        ...events.map((event) => ({ stream: 'order' as const, orderId, event })),
        ...shop.map((event) => ({ stream: 'shop' as const, event })),
      ]);
      let order = orders.get(orderId) ?? null;
      for (const row of rows) if (row.stream === 'order') order = apply(order, orderId, row.event, row);
      if (order === null) throw new BrokenRule(orderId, 'nothing was appended');
      if (order.closed !== null && (order.closed.result !== 'attention' || order.settled)) orders.delete(orderId);
      else orders.set(orderId, order);
      for (const event of events) for (const listener of listeners) listener(order, event, shop);
      return order;
    },
    async fetch(orderId) {
      const known = orders.get(orderId);
      if (known) return known;
      const rows = await journal.order(orderId);
      if (rows.length === 0) return undefined;
      // Somebody else may have fetched it meanwhile and gone on with it: what was read before that is old.
      const meanwhile = orders.get(orderId);
      if (meanwhile) return meanwhile;
      const order = fold(rows);
      orders.set(orderId, order);
      return order;
    },
    onAppend(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
