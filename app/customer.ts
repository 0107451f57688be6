/** A customer at the screen: what each of their commands does, and the order that is drafted of what they chose. */
import type { ActorRefFrom } from 'xstate';
import { type Cart, cartSize, type DraftLine, type Planogram } from './catalogue/planogram.ts';
import type { Config } from './config.ts';
import { impossible } from './errors.ts';
import type { kioskMachine, Sale } from './kiosk.machine.ts';
import type { LocalText } from './order/events.ts';
import type { Ids, Log, PaymentGateway, VendingMachine } from './ports.ts';
import type { ComfortView, KioskCommand, ShopView } from './view.ts';

/** What a counter charges without a product. */
const AMOUNT: LocalText = { ja: 'お会計', en: 'Amount', 'zh-Hans': '应付金额', 'zh-Hant': '應付金額', ko: '결제 금액', 'ja-easy': 'お金' };

export interface CustomerSide {
  readonly send: (command: KioskCommand) => void;
  /**
   * Drafts the order of a cart and hands it to the statechart.
   * @param until_ms a machine waits no longer than this for its end, on PayPay's clock
   */
  readonly draft: (lines: readonly DraftLine[] | null, until_ms?: number | null) => void;
}

export interface CustomerWorld {
  readonly actor: ActorRefFrom<typeof kioskMachine>;
  readonly planogram: Planogram;
  readonly machine: VendingMachine | null;
  readonly gateway: Pick<PaymentGateway, 'warm'>;
  readonly ids: Ids;
  readonly log: Log;
  readonly config: () => Config;
  readonly shop: () => ShopView;
  /** Orders that this kiosk ever opened. */
  readonly orderCount: () => number;
}

export function createCustomerSide(world: CustomerWorld): CustomerSide {
  const { actor, planogram, machine, gateway, ids, log, config, shop, orderCount } = world;

  function draft(lines: readonly DraftLine[] | null, until_ms: number | null = null): void {
    const { gate, fault: standing } = actor.getSnapshot().context;
    const gateProblem = standing ?? gate[0];
    if (gateProblem !== undefined) return actor.send({ type: 'order.impossible', problem: gateProblem });
    if (lines === null) return actor.send({ type: 'order.impossible', problem: 'soldOut' });
    const orderId = ids.next('order');
    const sale: Sale = {
      orderId,
      until_ms,
      ageCheck: lines.some(({ sku }) => planogram.catalogue.product(sku)?.ageRestricted === true),
      opened: {
        type: 'order.opened',
        settlement: config().sale.settlement,
        unknownVend: config().sale.unknownVend,
        lines: lines.map((line) => ({ ...line, vendId: `${orderId}-vend-${line.line}` })),
        total_jpy: lines.reduce((sum, line) => sum + line.price_jpy, 0),
        orderNumber: orderNumber(config().shop.machineName, orderCount() + 1),
        // One name in our journal, in PayPay's panel and in every log.
        merchantPaymentId: orderId,
        merchantRefundId: `${orderId}-refund`,
        merchantRevertId: `${orderId}-revert`,
        fulfilment: config().shop.mode === 'counter' ? 'counter' : 'machine',
      },
    };
    actor.send({ type: 'order.drafted', sale });
  }

  const allocate = (cart: Cart): DraftLine[] | null => planogram.allocate(cart, machine?.state() ?? null);

  /** The goods of a sale once more, from slots that can sell them now. A counter's amount has no slot. */
  function again({ opened }: Sale): readonly DraftLine[] | null {
    if (opened.fulfilment === 'counter') return opened.lines;
    const cart = new Map<string, number>();
    for (const { sku } of opened.lines) cart.set(sku, (cart.get(sku) ?? 0) + 1);
    return allocate(cart);
  }

  function changeCart(sku: string, by: 1 | -1): Cart | null {
    const { cart } = actor.getSnapshot().context;
    const product = planogram.products(cart, machine?.state() ?? null).find((candidate) => candidate.sku === sku);
    const quantity = (cart.get(sku) ?? 0) + by;
    if (product === undefined || quantity < 0 || (by > 0 && product.available < 1)) return null;
    const next = new Map(cart);
    if (quantity === 0) next.delete(sku);
    else next.set(sku, quantity);
    return next;
  }

  function send(command: KioskCommand): void {
    const { value, context } = actor.getSnapshot();
    const comfort = (change: Partial<ComfortView>) => actor.send({ type: 'comfort.changed', comfort: { ...context.comfort, ...change } });
    switch (command.do) {
      case 'start':
        gateway.warm();
        return actor.send({ type: 'customer.started' });
      case 'stay':
        return actor.send({ type: 'customer.stayed' });
      case 'add':
      case 'remove': {
        const cart = value === 'selecting' && !config().shop.singleItem ? changeCart(command.sku, command.do === 'add' ? 1 : -1) : null;
        return cart === null ? undefined : actor.send({ type: 'cart.changed', cart });
      }
      case 'checkout':
        return value === 'selecting' && cartSize(context.cart) > 0 ? draft(allocate(context.cart)) : undefined;
      case 'buy': {
        const cart = value === 'selecting' ? changeCart(command.sku, 1) : null;
        if (cart === null) return undefined;
        // Where there is no cart, what could not be bought a moment ago is not bought now beside it.
        if (!config().shop.singleItem) actor.send({ type: 'cart.changed', cart });
        // A price that was touched while it still read "buy": what is in the cart already is for the customer to check out.
        return cartSize(context.cart) > 0 ? undefined : draft(allocate(cart));
      }
      case 'charge':
        if (value !== 'selecting' || config().shop.mode !== 'counter') return undefined;
        return draft([{ line: 0, slot: 'counter', sku: 'amount', name: AMOUNT, price_jpy: command.amount_jpy }]);
      case 'cancel':
        return actor.send({ type: 'customer.cancelled' });
      case 'newCode': {
        // A machine that began the sale has been told that it is over.
        if (value !== 'codeClosed' || context.sale === null || shop().selection === 'machine') return undefined;
        return draft(again(context.sale));
      }
      case 'finish':
        return actor.send({ type: 'customer.finished' });
      case 'setLanguage':
        return config().shop.languages.includes(command.language) ? comfort({ language: command.language }) : undefined;
      case 'setEasyView':
        return comfort({ easyView: command.easyView });
      case 'broken':
        return log.error('screen.broken', { what: command.what, screen: value });
      default:
        return impossible(command);
    }
  }

  return { send, draft };
}

/** Short enough to say on the phone, unique on this kiosk: `1-000042`. */
const orderNumber = (machineName: string, count: number): string => `${machineName}-${String(count).padStart(6, '0')}`;
