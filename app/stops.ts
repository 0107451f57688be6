/** Orders that broke a rule of the money: nothing is sold, over restarts too, until staff have looked at each of them. */
import type { ShopEvent } from './catalogue/events.ts';
import type { BrokenRule } from './order/order.ts';

/** So much of a rule is kept; what broke without a rule of its own brings a whole stack. */
const RULE_max = 300;

export interface Stops {
  apply(event: ShopEvent): void;
  /** @returns what is to be written down; null when it stands already, or staff have released this order before */
  stop(broken: BrokenRule): Extract<ShopEvent, { type: 'kiosk.stopped' }> | null;
  /** What keeps the kiosk from selling. */
  standing(): readonly { readonly orderId: string; readonly rule: string }[];
  /** It broke a rule once: what it still waits for holds up nobody else. */
  knows(orderId: string): boolean;
}

export function createStops(): Stops {
  /** null: released. */
  const rules = new Map<string, string | null>();
  return {
    apply(event) {
      if (event.type === 'kiosk.stopped') rules.set(event.orderId, event.rule);
      if (event.type === 'kiosk.released') rules.set(event.orderId, null);
    },
    stop({ orderId, message }) {
      if (rules.has(orderId)) return null;
      const event = { type: 'kiosk.stopped', orderId, rule: message.slice(0, RULE_max) } as const;
      // It counts from now on, also while it is being written.
      rules.set(orderId, event.rule);
      return event;
    },
    standing: () => [...rules].flatMap(([orderId, rule]) => (rule === null ? [] : [{ orderId, rule }])),
    knows: (orderId) => rules.has(orderId),
  };
}
