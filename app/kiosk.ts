/** The kiosk: puts statechart, orders and shop together over the ports. Recover first, then sell. */
import { createActor } from 'xstate';
import { cartSize, createPlanogram, type DraftLine, sellGate, type Cart } from './catalogue/planogram.ts';
import type { Config } from './config.ts';
import { impossible } from './errors.ts';
import { type KioskEffects, kioskMachine, type Sale } from './kiosk.machine.ts';
import { createOrderBook, type OrderBook } from './order/book.ts';
import { decide } from './order/decide.ts';
import type { LocalText } from './order/events.ts';
import { type BrokenRule, isVendPending, type Order } from './order/order.ts';
import { createSettler, type Settler } from './order/settler.ts';
import type {
  AgeAnswer,
  AgeCheck,
  Clock,
  GatewayState,
  Ids,
  Journal,
  Log,
  PaymentGateway,
  ReceiptPrinter,
  Unsubscribe,
  VendingMachine,
  VendProgress,
} from './ports.ts';
import { JournalError } from './ports.ts';
import { createDesk, type StaffDesk } from './operator/desk.ts';
import { screenOf, shopView } from './project.ts';
import { receiptOf, receiptUrl } from './receipt.ts';
import { createMachineSide } from './selection.ts';
import { createStops } from './stops.ts';
import { createTelling } from './telling.ts';
import type { CartLineView, ComfortView, KioskCommand, KioskView } from './view.ts';

export interface KioskPorts {
  /** An error instead of a journal: it could not be opened, and the kiosk says so. */
  readonly journal: Journal | JournalError;
  readonly gateway: PaymentGateway;
  /** null in counter mode. */
  readonly machine: VendingMachine | null;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Absent where the shop has none. */
  readonly printer?: ReceiptPrinter | undefined;
  /** Absent: age-restricted goods are shown with the reason and not sold. */
  readonly ageCheck?: AgeCheck | undefined;
  readonly version: string;
}

export interface Kiosk {
  /** Resolves when recovery has ended and the first screen is up. */
  start(): Promise<void>;
  view(): KioskView;
  onView(listener: (view: KioskView) => void): Unsubscribe;
  send(command: KioskCommand): void;
  /** A newer configuration, taken over between sales. What machine, PayPay and printer need is only read at a start. */
  reconfigure(config: Config): void;
  /** What staff may do. Who they are is `app/operator/operator.ts`'s to ask. */
  readonly operator: StaffDesk;
  stop(): Promise<void>;
}

/** How long the screen waits for PayPay's word on a closed code before the background takes over. */
const CHECKING_ms = 60_000;
/** Every sale talks to PayPay, and a touch on the screen asks it at once: in between a kiosk need not. */
const PROBE_READY_ms = 300_000;
const PROBE_NOT_READY_FIRST_ms = 2_000;
const PROBE_NOT_READY_LAST_ms = 60_000;
const RETRY_JOURNAL_ms = 15_000;
/** Whoever stands in front of a sale that a fault interrupted can write down its number. */
const INTERRUPTED_ms = 180_000;
/** What a counter charges without a product. */
const AMOUNT: LocalText = { ja: 'お会計', en: 'Amount', 'zh-Hans': '应付金额', 'zh-Hant': '應付金額', ko: '결제 금액', 'ja-easy': 'お金' };
/** How long a customer has to prove their age (ports.ts, AgeCheck). */
const AGE_CHECK_ms = 60_000;

/** @param rules the decision table; only a test that must see it broken gives another one */
export function createKiosk(ports: KioskPorts, initial: Config, rules: typeof decide = decide): Kiosk {
  const { gateway, machine, clock, ids, log } = ports;
  let config = initial;
  let shop = shopView(config);
  const planogram = createPlanogram(config, ports.ageCheck !== undefined);
  const stops = createStops();
  const listeners = new Set<(view: KioskView) => void>();
  const unsubscribe: Unsubscribe[] = [];
  const timers = new Set<unknown>();
  let book: OrderBook | null = null;
  let settler: Settler | null = null;
  let journalFault: JournalError | null = ports.journal instanceof JournalError ? ports.journal : null;
  let shown: Order | null = null;
  let progress: { readonly orderId: string; readonly line: number; readonly step: VendProgress } | null = null;
  let orderCount = 0;
  let printed: string | null = null;
  let stopped = false;
  let probeTimer: unknown = null;
  let probeRetry_ms = 0;

  const after = (delay_ms: number, callback: () => void): void => {
    const timer = clock.setTimeout(() => {
      timers.delete(timer);
      callback();
    }, delay_ms);
    timers.add(timer);
  };

  // ---------------------------------------------------------------- effects of the statechart

  const running = (): { book: OrderBook; settler: Settler } => {
    if (book === null || settler === null) throw new JournalError('io', 'the books are not open');
    return { book, settler };
  };

  /** A journal that fails stops everything and is tried again. A broken rule closes the gate until staff have looked at its order. */
  function fault(error: JournalError | BrokenRule): void {
    log.error('kiosk.fault', { fault: error.name, message: error.message });
    if (error instanceof JournalError) {
      journalFault = error;
      machineSide.end();
      return actor.send({ type: 'journal.failed' });
    }
    const event = stops.stop(error);
    updateGate();
    if (event !== null && !(ports.journal instanceof JournalError)) ports.journal.append([{ stream: 'shop', event }]).catch(unwritten);
  }
  function unwritten(error: unknown): void {
    if (!(error instanceof JournalError)) throw error;
    fault(error);
  }

  async function recover(): Promise<void> {
    // What was under way before a fault ends first: its outcomes must be in the journal before that is read again.
    await settler?.stop();
    machineSide.end();
    if (ports.journal instanceof JournalError) throw ports.journal;
    const { journal } = ports;
    const books = createOrderBook(journal, clock);
    const shopRows = await journal.shop();
    for (const row of shopRows) {
      planogram.apply(row.event);
      stops.apply(row.event);
    }
    desk.restore(shopRows);
    const broken = await books.load();
    orderCount = await journal.orderCount();
    const first = planogram.firstStock();
    // Nothing is sold before this row is on disk: a journal that can't grow is found now, not with money taken.
    await journal.append([
      { stream: 'shop', event: { type: 'kiosk.started', version: ports.version } },
      ...first.map((event) => ({ stream: 'shop' as const, event })),
    ]);
    first.forEach((event) => planogram.apply(event));
    books.onAppend((order, event, shopEvents) => {
      desk.happened(shopEvents);
      log.info(event.type, { orderId: order.orderId, orderNumber: order.opened.orderNumber });
      if (actor.getSnapshot().context.sale?.orderId === order.orderId) shown = order;
      if (event.type === 'order.opened') orderCount += 1;
      telling.next();
      updateGate();
      publish();
    });
    book = books;
    settler = createSettler(
      {
        book: books,
        gateway,
        machine,
        clock,
        ids,
        log,
        bootId: journal.bootId,
        decide: rules,
        onFault: fault,
        world: {
          book: books,
          gateway,
          machine,
          describe: (order) => `${config.shop.name.ja} ${order.opened.orderNumber}`.slice(0, 255),
          failureOf: (slot) => planogram.failureOf(slot),
          onProgress: (orderId, line, step) => {
            progress = { orderId, line, step };
            publish();
          },
        },
      },
      {
        pollInterval_ms: config.paypay.pollInterval_ms,
        get resumeVendWithin_ms() {
          return config.sale.resumeVendWithin_ms;
        },
      },
    );
    journalFault = null;
    broken.forEach(fault);
    await gateway.probe();
    settler.settleAll();
    telling.machineMoved();
    updateGate();
  }

  const effects: KioskEffects = {
    recover: async () => {
      try {
        await recover();
      } catch (error) {
        log.error('kiosk.recovery.failed', { message: error instanceof Error ? error.message : String(error) });
        if (error instanceof JournalError) journalFault = error;
        throw error;
      }
    },
    checkAge,
    async createCode(sale) {
      const open = running();
      // No sale that can't be finished: the machine says that it can vend before anybody sees a code.
      for (const slot of new Set(sale.opened.lines.map((line) => line.slot))) {
        if (machine !== null && sale.opened.fulfilment === 'machine' && !(await machine.check(slot)).ready) return 'slotNotReady';
      }
      return open.settler.sell(sale.orderId, sale.opened);
    },
    watchPayment: (sale) => running().settler.drive(sale.orderId, ['pay']),
    closeCode: (sale) => running().settler.drive(sale.orderId, ['close'], CHECKING_ms),
    async dispense(sale) {
      await running().settler.drive(sale.orderId, ['vend']);
      return shown?.vends.every((vend) => vend.state === 'succeeded') === true;
    },
    leave: (sale, reason) => settler?.leave(sale.orderId, reason),
    release(sale) {
      settler?.release(sale.orderId);
      machineSide.end();
      print(sale.orderId);
    },
  };

  const actor = createActor(kioskMachine, {
    input: {
      effects,
      times: {
        get idle_ms() {
          return config.sale.idle_ms;
        },
        get final_ms() {
          return config.sale.final_ms;
        },
        interrupted_ms: INTERRUPTED_ms,
        retryJournal_ms: RETRY_JOURNAL_ms,
        now_ms: () => gateway.now_ms(),
      },
      choosesOnScreen: shop.selection === 'screen',
      resting: { language: config.shop.languages[0] ?? 'ja', easyView: false },
    },
    clock: {
      setTimeout: (callback, delay_ms) => clock.setTimeout(callback, delay_ms),
      clearTimeout: (timer) => clock.clearTimeout(timer),
    },
  });

  const desk = createDesk({
    journal: ports.journal,
    gateway,
    machine,
    clock,
    ids,
    planogram,
    stops,
    journalFault: () => journalFault,
    books: () => (book === null || settler === null ? null : { book, settler }),
    screen: () => actor.getSnapshot().value,
    gate() {
      const { gate, fault } = actor.getSnapshot().context;
      return fault === null ? gate : [fault, ...gate];
    },
    enter: () => actor.send({ type: 'staff.entered' }),
    leave: () => actor.send({ type: 'staff.left' }),
    changed(events) {
      telling.happened(events);
      updateGate();
      publish();
    },
    fault,
  });

  /** Before recovery nothing is known of any order. */
  const telling = createTelling(machine, planogram, () => book !== null && book.all().every((order) => order.closed !== null));

  const machineSide = createMachineSide({
    planogram,
    gateway,
    clock,
    log,
    after,
    free() {
      // The next customer stands at the machine: what the last one may still read gives way.
      actor.send({ type: 'machine.chosen' });
      const { value, context } = actor.getSnapshot();
      return value === 'attract' && context.gate.length === 0 && !stopped;
    },
    draft(line, until_ms) {
      draft([line], until_ms);
      return actor.getSnapshot().context.sale;
    },
    leave(sale, reason) {
      if (reason === 'customer' && actor.getSnapshot().context.sale === sale) actor.send({ type: 'customer.cancelled' });
      settler?.leave(sale.orderId, reason);
    },
  });

  /** Whatever is not a yes in time is no yes. */
  function checkAge({ orderId, opened }: Sale, unwanted: AbortSignal): Promise<AgeAnswer> {
    const ended = new AbortController();
    const skus = [...new Set(opened.lines.map(({ sku }) => sku))].filter((sku) => planogram.catalogue.product(sku)?.ageRestricted);
    const ask = async () => ports.ageCheck?.check({ orderId, skus, signal: ended.signal });
    return new Promise<AgeAnswer>((resolve) => {
      const end = (answer: AgeAnswer, why?: string) => {
        if (ended.signal.aborted) return;
        clock.clearTimeout(limit);
        ended.abort();
        log.info('age.checked', { orderId, answer, why });
        resolve(answer);
      };
      const limit = clock.setTimeout(() => end('unknown', 'no answer in time'), AGE_CHECK_ms);
      unwanted.addEventListener('abort', () => end('unknown', 'the customer left'), { once: true });
      ask().then(
        // A plug-in is not ours: only the exact word counts.
        (answer) => end(answer === 'allowed' || answer === 'refused' ? answer : 'unknown'),
        (error: unknown) => end('unknown', String(error)),
      );
    });
  }

  /** Once for every sale that was paid. Paper stops nothing. */
  function print(orderId: string): void {
    const receipt = shown?.orderId === orderId && printed !== orderId ? receiptOf(shown, config) : null;
    if (receipt === null || ports.printer === undefined) return;
    printed = orderId;
    ports.printer.print(receipt).catch((error: unknown) => log.warn('receipt.failed', { orderId, message: String(error) }));
  }

  // ---------------------------------------------------------------- gate and view

  function updateGate(): void {
    const { sale, gate: before } = actor.getSnapshot().context;
    const orders = book?.all() ?? [];
    const attention = orders.filter((order) => order.closed?.result === 'attention' && !order.settled).length;
    const gate = sellGate({
      machine,
      needsMachine: config.shop.mode === 'vending',
      gateway: gateway.state(),
      vendPending: orders.some((order) => isVendPending(order) && order.orderId !== sale?.orderId && !stops.knows(order.orderId)),
      attention,
      attentionLimit: config.sale.attentionLimit,
      broken: stops.standing().length > 0,
    });
    if (gate.join() === before.join()) return;
    log.info('gate', { open: gate.length === 0, reasons: gate.join() });
    actor.send({ type: 'gate.changed', gate });
  }

  const cartLines = (cart: Cart): CartLineView[] =>
    planogram.catalogue.products().flatMap(({ sku, name, price_jpy }) => {
      const quantity = cart.get(sku) ?? 0;
      return quantity > 0 ? [{ sku, name, quantity, price_jpy }] : [];
    });

  function view(): KioskView {
    const { value, context } = actor.getSnapshot();
    const order = context.sale !== null && shown?.orderId === context.sale.orderId ? shown : null;
    const products = planogram.products(context.cart, machine?.state() ?? null);
    const gateProblem = context.gate[0] ?? null;
    return {
      shop,
      comfort: context.comfort,
      screen: screenOf({
        state: value,
        context,
        order,
        choosing: order !== null && progress?.orderId === order.orderId && progress.step === 'chooseOnMachine' ? progress.line : null,
        cartLines: cartLines(context.cart),
        pollsFailing: !gateway.state().ready,
        receiptUrl: order && receiptUrl(order, config),
      }),
      products:
        gateProblem === null
          ? products
          : products.map((product) => ({ ...product, available: 0, notForSale: product.notForSale ?? gateProblem })),
      now_ms: gateway.now_ms(),
      idleAt_ms: context.idleAt_ms,
    };
  }

  function publish(): void {
    if (stopped || listeners.size === 0) return;
    const now = view();
    for (const listener of listeners) listener(now);
  }

  function moved(): void {
    desk.moved();
    publish();
  }

  // ---------------------------------------------------------------- commands

  /**
   * Drafts the order of a cart and hands it to the statechart.
   * @param until_ms a machine waits no longer than this for its end, on PayPay's clock
   */
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
        settlement: config.sale.settlement,
        unknownVend: config.sale.unknownVend,
        lines: lines.map((line) => ({ ...line, vendId: `${orderId}-vend-${line.line}` })),
        total_jpy: lines.reduce((sum, line) => sum + line.price_jpy, 0),
        orderNumber: orderNumber(config.shop.machineName, orderCount + 1),
        // One name in our journal, in PayPay's panel and in every log.
        merchantPaymentId: orderId,
        merchantRefundId: `${orderId}-refund`,
        merchantRevertId: `${orderId}-revert`,
        fulfilment: config.shop.mode === 'counter' ? 'counter' : 'machine',
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
        const cart = value === 'selecting' && !config.shop.singleItem ? changeCart(command.sku, command.do === 'add' ? 1 : -1) : null;
        return cart === null ? undefined : actor.send({ type: 'cart.changed', cart });
      }
      case 'checkout':
        return value === 'selecting' && cartSize(context.cart) > 0 ? draft(allocate(context.cart)) : undefined;
      case 'buy': {
        const cart = value === 'selecting' ? changeCart(command.sku, 1) : null;
        if (cart === null) return undefined;
        // Where there is no cart, what could not be bought a moment ago is not bought now beside it.
        if (!config.shop.singleItem) actor.send({ type: 'cart.changed', cart });
        return draft(allocate(cart));
      }
      case 'charge':
        if (value !== 'selecting' || config.shop.mode !== 'counter') return undefined;
        return draft([
          {
            line: 0,
            slot: 'counter',
            sku: 'amount',
            name: AMOUNT,
            price_jpy: command.amount_jpy,
          },
        ]);
      case 'cancel':
        return actor.send({ type: 'customer.cancelled' });
      case 'newCode': {
        // A machine that began the sale has been told that it is over.
        if (value !== 'codeClosed' || context.sale === null || shop.selection === 'machine') return undefined;
        return draft(again(context.sale));
      }
      case 'finish':
        return actor.send({ type: 'customer.finished' });
      case 'setLanguage':
        return config.shop.languages.includes(command.language) ? comfort({ language: command.language }) : undefined;
      case 'setEasyView':
        return comfort({ easyView: command.easyView });
      default:
        return impossible(command);
    }
  }

  /** Asks again in a while: soon when PayPay could not be reached, and then less and less often. */
  function probeAfter(state: GatewayState): void {
    clock.clearTimeout(probeTimer);
    probeRetry_ms = state.ready ? 0 : Math.min(2 * probeRetry_ms || PROBE_NOT_READY_FIRST_ms, PROBE_NOT_READY_LAST_ms);
    if (stopped) return;
    probeTimer = clock.setTimeout(() => void gateway.probe().then(probeAfter), state.ready ? PROBE_READY_ms : probeRetry_ms);
  }

  return {
    async start() {
      actor.subscribe({
        next: moved,
        error(error) {
          log.error('kiosk.crashed', { message: String(error) });
          // Nobody catches this: the process ends, and a new one recovers from the journal (main/electron.ts, main/browser.ts).
          throw error;
        },
      });
      unsubscribe.push(
        gateway.onState((state) => {
          updateGate();
          probeAfter(state);
        }),
        gateway.onHint((id) => settler?.hint(id)),
      );
      if (machine) {
        unsubscribe.push(
          machine.onState(() => {
            telling.machineMoved();
            updateGate();
            publish();
          }),
          machine.onSelection(machineSide.chosen),
        );
      }
      const recovered = new Promise<void>((resolve) => {
        const subscription = actor.subscribe((snapshot) => {
          if (snapshot.value === 'recovering') return;
          subscription.unsubscribe();
          resolve();
        });
      });
      actor.start();
      probeAfter(gateway.state());
      await recovered;
    },
    view,
    onView(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send(command) {
      if (!stopped) send(command);
    },
    reconfigure: (next) =>
      desk.betweenSales(() => {
        config = next;
        shop = shopView(next);
        planogram.configure(next);
        telling.everything();
        updateGate();
        publish();
      }),
    operator: desk,
    async stop() {
      stopped = true;
      void settler?.stop();
      actor.stop();
      unsubscribe.forEach((off) => off());
      timers.forEach((timer) => clock.clearTimeout(timer));
      clock.clearTimeout(probeTimer);
      if (!(ports.journal instanceof JournalError)) await ports.journal.close();
    },
  };
}

/** Short enough to say on the phone, unique on this kiosk: `1-000042`. */
const orderNumber = (machineName: string, count: number): string => `${machineName}-${String(count).padStart(6, '0')}`;
