/** The kiosk: puts statechart, orders and shop together over the ports. Recover first, then sell. */
import { createActor } from 'xstate';
import { createAgeCheck } from './age-check.ts';
import { type Cart, createPlanogram, sellGate } from './catalogue/planogram.ts';
import type { Config } from './config.ts';
import { createCustomerSide } from './customer.ts';
import { type KioskEffects, kioskMachine } from './kiosk.machine.ts';
import { createOrderBook, type OrderBook } from './order/book.ts';
import { decide } from './order/decide.ts';
import { type BrokenRule, isVendPending, type Order } from './order/order.ts';
import { createSettler, type Settler } from './order/settler.ts';
import type {
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
import { canAsk, JournalError } from './ports.ts';
import { createDesk, type StaffDesk } from './operator/desk.ts';
import { lastSaleView, screenOf, shopView } from './project.ts';
import { receiptOf, receiptUrl } from './receipt.ts';
import { createMachineSide } from './selection.ts';
import { watchDisk } from './silent-disk.ts';
import { createStops } from './stops.ts';
import { createTelling } from './telling.ts';
import type { CartLineView, KioskCommand, KioskView, ScreenView } from './view.ts';

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
  /** Where screens find the pictures, by the name in the configuration; looked up with each that comes into force. Absent: none are shown. */
  readonly pictures?: (() => ReadonlyMap<string, string>) | undefined;
  readonly version: string;
}

export interface Kiosk {
  /** Resolves when recovery has ended and the first screen is up. */
  start(): Promise<void>;
  view(): KioskView;
  /** Of the view, what is on the screen now. */
  screen(): ScreenView;
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

/** @param rules the decision table; only a test that must see it broken gives another one */
export function createKiosk(ports: KioskPorts, initial: Config, rules: typeof decide = decide): Kiosk {
  const { gateway, machine, clock, ids, log } = ports;
  let config = initial;
  const pictures = (): ReadonlyMap<string, string> => ports.pictures?.() ?? new Map();
  let shop = shopView(config, pictures());
  const planogram = createPlanogram(config, ports.ageCheck !== undefined, pictures());
  const stops = createStops();
  const listeners = new Set<(view: KioskView) => void>();
  const unsubscribe: Unsubscribe[] = [];
  const timers = new Set<unknown>();
  let book: OrderBook | null = null;
  let settler: Settler | null = null;
  const disk = ports.journal instanceof JournalError ? null : watchDisk(ports.journal, clock, log, () => stopped || updateGate());
  const journal = disk?.journal ?? ports.journal;
  let journalFault: JournalError | null = journal instanceof JournalError ? journal : null;
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
    if (event !== null && !(journal instanceof JournalError)) journal.append([{ stream: 'shop', event }]).catch(unwritten);
  }
  function unwritten(error: unknown): void {
    if (!(error instanceof JournalError)) throw error;
    fault(error);
  }

  async function recover(): Promise<void> {
    // What was under way before a fault ends first: its outcomes must be in the journal before that is read again.
    await settler?.stop();
    machineSide.end();
    if (journal instanceof JournalError) throw journal;
    const books = createOrderBook(journal, clock);
    const shopRows = await journal.shop();
    for (const row of shopRows) {
      planogram.apply(row.event);
      stops.apply(row.event);
    }
    desk.restore(shopRows);
    const broken = await books.load();
    orderCount = await journal.orderCount();
    const first = [...planogram.catalogue.superseded(), ...planogram.firstStock()];
    // Nothing is sold before this row is on disk: a journal that can't grow is found now, not with money taken.
    await journal.append([
      { stream: 'shop', event: { type: 'kiosk.started', version: ports.version } },
      ...first.map((event) => ({ stream: 'shop' as const, event })),
    ]);
    first.forEach((event) => planogram.apply(event));
    books.onAppend((order, event, shopEvents) => {
      desk.happened(shopEvents);
      log.info(event.type, { orderId: order.orderId, orderNumber: order.opened.orderNumber });
      // Also once it has left the screen: a counter says what became of it.
      if ([actor.getSnapshot().context.sale?.orderId, shown?.orderId].includes(order.orderId)) shown = order;
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
    checkAge: createAgeCheck(ports.ageCheck, planogram, clock, log),
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
      get resting() {
        return { language: config.shop.languages[0] ?? 'ja', easyView: false };
      },
    },
    clock: {
      setTimeout: (callback, delay_ms) => clock.setTimeout(callback, delay_ms),
      clearTimeout: (timer) => clock.clearTimeout(timer),
    },
  });

  const desk = createDesk({
    journal,
    gateway,
    machine,
    clock,
    ids,
    planogram,
    stops,
    journalFault: () => journalFault ?? disk?.silent() ?? null,
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

  const customerSide = createCustomerSide({
    actor,
    planogram,
    machine,
    gateway,
    ids,
    log,
    config: () => config,
    shop: () => shop,
    orderCount: () => orderCount,
  });

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
      customerSide.draft([line], until_ms);
      return actor.getSnapshot().context.sale;
    },
    leave(sale, reason) {
      if (reason === 'customer' && actor.getSnapshot().context.sale === sale) actor.send({ type: 'customer.cancelled' });
      settler?.leave(sale.orderId, reason);
    },
  });

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
      diskSilent: disk?.silent() != null,
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

  function screen(): ScreenView {
    const { value, context } = actor.getSnapshot();
    const order = context.sale !== null && shown?.orderId === context.sale.orderId ? shown : null;
    return screenOf({
      state: value,
      context,
      order,
      choosing: order !== null && progress?.orderId === order.orderId && progress.step === 'chooseOnMachine' ? progress.line : null,
      cartLines: cartLines(context.cart),
      pollsFailing: !canAsk(gateway.state()),
      receiptUrl: order && receiptUrl(order, config),
    });
  }

  function view(): KioskView {
    const { context } = actor.getSnapshot();
    const products = planogram.products(context.cart, machine?.state() ?? null);
    const gateProblem = context.gate[0] ?? null;
    return {
      shop,
      comfort: context.comfort,
      screen: screen(),
      products:
        gateProblem === null
          ? products
          : products.map((product) => ({ ...product, available: 0, notForSale: product.notForSale ?? gateProblem })),
      lastSale: shop.mode === 'counter' && shown !== null ? lastSaleView(shown) : null,
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
          // Nobody catches this: the process ends, and a new one recovers from the journal (main/crash-only.ts).
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
    screen,
    onView(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send(command) {
      if (!stopped) customerSide.send(command);
    },
    reconfigure: (next) =>
      desk.betweenSales(() => {
        config = next;
        shop = shopView(next, pictures());
        planogram.configure(next, pictures());
        // As at a start: what staff changed before the file said something newer falls away, and what the file adds gets its first count
        // before anything is taken from it. Without books nobody knows what is new.
        const first = book === null ? [] : [...planogram.catalogue.superseded(), ...planogram.firstStock()];
        if (first.length > 0) desk.record(first).catch((error: unknown) => log.error('config.notRecorded', { message: String(error) }));
        telling.everything();
        // The language that stands there may be none of the shop's any more.
        actor.send({ type: 'comfort.forgotten' });
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
      if (!(journal instanceof JournalError)) await journal.close();
    },
  };
}
