/**
 * What staff may do to the running kiosk, without asking who they are (operator.ts does). Every change is durable
 * before it counts; nothing here disturbs a sale.
 */
import { type Act, type ShopEvent, waitsForSale } from '../catalogue/events.ts';
import type { Planogram } from '../catalogue/planogram.ts';
import { type Outcome, unavailable } from '../errors.ts';
import type { OrderBook } from '../order/book.ts';
import { BrokenRule, fold, isVendPending, linesHeld, type Order } from '../order/order.ts';
import type { Settler } from '../order/settler.ts';
import {
  canAsk,
  type Clock,
  type GatewayState,
  type Ids,
  type Journal,
  JournalError,
  type MachineDiagnostics,
  type MachineState,
  type OrderRow,
  type PaymentFacts,
  type PaymentGateway,
  type ShopRow,
  type Unsubscribe,
  type VendingMachine,
} from '../ports.ts';
import type { Stops } from '../stops.ts';
import type { NotForSale } from '../view.ts';
import { type RefundOffer, refundOffer } from './refund.ts';

/** What the kiosk lends to the desk. */
export interface DeskParts {
  readonly journal: Journal | JournalError;
  readonly gateway: PaymentGateway;
  readonly machine: VendingMachine | null;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly planogram: Planogram;
  readonly stops: Stops;
  /** Why the journal can't be written at the moment. */
  journalFault(): JournalError | null;
  /** null until the books are open. */
  books(): { readonly book: OrderBook; readonly settler: Settler } | null;
  screen(): string;
  /** Why nothing can be sold at the moment; empty when it can. */
  gate(): readonly NotForSale[];
  /** The statechart is asked to go to, or to leave, `maintenance`; it may say no by doing nothing. */
  enter(): void;
  leave(): void;
  /** Something that a screen shows has changed: these events are in the journal, and the planogram has them. */
  changed(events: readonly ShopEvent[]): void;
  fault(error: JournalError): void;
}

export type Refusal =
  | 'journalFailed'
  | 'notOpenYet'
  | 'noSuchOrder'
  | 'noSuchSlot'
  | 'brokenRule'
  | 'changedMeanwhile'
  | 'refundImpossible'
  | 'nothingWaits'
  | 'notInMaintenance'
  | 'noMachine'
  | 'machineBusy'
  | 'machineNotReady'
  | 'testNotRecorded';

/** The desk says no, and nothing was changed (but for `testNotRecorded`). */
export class Refused extends Error {
  readonly why: Refusal;
  constructor(why: Refusal, detail: string = why) {
    super(detail);
    this.name = 'Refused';
    this.why = why;
  }
}

export interface TestVend {
  readonly outcome: 'succeeded' | 'failed' | 'unknown';
  readonly detail: string;
}

export interface DeskFacts {
  readonly screen: string;
  readonly maintenance: 'off' | 'waiting' | 'on';
  readonly journal: JournalError | null;
  /** Orders that broke a rule and keep the kiosk from selling. */
  readonly stops: ReturnType<Stops['standing']>;
  /** Why nothing can be sold at the moment; empty when it can. */
  readonly gate: readonly NotForSale[];
  readonly gateway: GatewayState;
  readonly machine: MachineState | null;
  readonly diagnostics: MachineDiagnostics | null;
  /** false until the journal is read: then nothing is known of any order. */
  readonly booksOpen: boolean;
  readonly openOrders: number;
  readonly attention: number;
  /** Changes that wait for the end of a sale. */
  readonly waiting: number;
}

export interface StaffDesk {
  /** From the journal at a start, and after each `record`. */
  onShopEvent(listener: (event: ShopEvent) => void): Unsubscribe;
  /**
   * Writes the events in one transaction. Changes of products and slots show when the kiosk is between sales.
   * @throws Refused
   */
  record(events: readonly ShopEvent[]): Promise<void>;
  /** Staff's changes that don't show yet: on their way to the journal, or waiting for the end of a sale. */
  unshown(): ReadonlySet<ShopEvent>;
  readonly planogram: Planogram;
  /** @throws Refused `noSuchOrder` */
  order(orderId: string): Promise<{ readonly rows: readonly OrderRow[]; readonly order: Order | null }>;
  /** @throws Refused */
  refundOffer(orderId: string): Promise<RefundOffer>;
  /** @throws Refused */
  refund(orderId: string, refund: Act & { readonly refund_jpy: number; readonly reason: string }): Promise<void>;
  /** What became of the goods of an order whose hold stands: it is captured, or let go of. @throws Refused */
  decide(orderId: string, decision: Act & { readonly delivered: boolean }): Promise<void>;
  /** @throws Refused */
  settle(orderId: string, how: Act & { readonly how: 'refundedByHand' | 'delivered' | 'writtenOff'; readonly note: string }): Promise<void>;
  /** Staff have looked at every order that broke a rule: selling may go on. @throws Refused */
  release(act: Act): Promise<void>;
  /** PayPay's word on an order, now; an order that is not final goes on from it. @throws Refused */
  ask(orderId: string): Promise<Outcome<PaymentFacts>>;
  /** Orders that are not final. */
  openOrders(): readonly Order[];
  /** The kiosk stops selling as soon as no customer is at it. */
  beginMaintenance(): void;
  endMaintenance(): void;
  /** Moves one unit out without an order. @throws Refused before anything moved */
  testVend(slot: string, act: Act): Promise<TestVend>;
  facts(): DeskFacts;
}

export interface Desk extends StaffDesk {
  /** Runs the work as soon as no customer is at the kiosk, in the order in which it was asked for. */
  betweenSales(work: () => void): void;
  /** The statechart moved: what waited for the end of a sale may go on. */
  moved(): void;
  restore(rows: readonly ShopRow[]): void;
  /** What a sale did to the shop, which the journal has: shown in the journal's order, not before what waits. */
  happened(events: readonly ShopEvent[]): void;
}

const forPerson = (order: Order): boolean => order.closed?.result === 'attention' && !order.settled;

/** Nobody is choosing, paying or being served. */
const RESTING = ['attract', 'outOfService', 'maintenance', 'recovering'];

export function createDesk(parts: DeskParts): Desk {
  const { planogram, machine, gateway } = parts;
  const listeners = new Set<(event: ShopEvent) => void>();
  const waiting: (() => void)[] = [];
  const unshown = new Set<ShopEvent>();
  let wanted = false;
  let testing = false;

  const resting = (): boolean => RESTING.includes(parts.screen());
  const orders = (): readonly Order[] => parts.books()?.book.all() ?? [];
  const open = () => {
    const books = parts.books();
    if (books === null || parts.journal instanceof JournalError) throw new Refused('notOpenYet');
    return { ...books, journal: parts.journal };
  };

  /** A journal that fails is a fault of the kiosk; a rule that forbids is only an answer. */
  async function durable<T>(work: () => Promise<T>, forbidden: Refusal): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof BrokenRule) throw new Refused(forbidden, error.message);
      if (!(error instanceof JournalError)) throw error;
      parts.fault(error);
      throw new Refused('journalFailed', error.message);
    }
  }

  function show(events: readonly ShopEvent[]): void {
    for (const event of events) {
      planogram.apply(event);
      unshown.delete(event);
      parts.stops.apply(event);
    }
    if (events.length > 0) parts.changed(events);
  }

  /** What was written together is shown together, and nothing overtakes what waits: memory is what a restart would read. */
  function happened(events: readonly ShopEvent[]): void {
    if (waiting.length > 0 || events.some(waitsForSale)) betweenSales(() => show(events));
    else show(events);
  }

  async function record(events: readonly ShopEvent[]): Promise<void> {
    const { journal } = parts;
    if (journal instanceof JournalError) throw new Refused('journalFailed', journal.message);
    for (const event of events) unshown.add(event);
    try {
      await durable(() => journal.append(events.map((event) => ({ stream: 'shop', event }))), 'changedMeanwhile');
    } catch (error) {
      for (const event of events) unshown.delete(event);
      throw error;
    }
    happened(events);
    for (const event of events) for (const listener of listeners) listener(event);
  }

  function betweenSales(work: () => void): void {
    waiting.push(work);
    moved();
  }

  /** Only to look at: the book is left as it is. */
  async function read(orderId: string): Promise<{ rows: readonly OrderRow[]; order: Order | null }> {
    const { journal, book } = open();
    const rows = await journal.order(orderId);
    if (rows.length === 0) throw new Refused('noSuchOrder');
    try {
      return { rows, order: book.get(orderId) ?? fold(rows) };
    } catch (error) {
      // The story of an order that breaks a rule is told all the same.
      if (error instanceof BrokenRule) return { rows, order: null };
      throw error;
    }
  }

  async function known(orderId: string): Promise<Order> {
    const { order } = await read(orderId);
    if (order === null) throw new Refused('brokenRule');
    return order;
  }

  function moved(): void {
    if (resting()) for (let work = waiting.shift(); work !== undefined; work = waiting.shift()) work();
    const screen = parts.screen();
    if (wanted && (screen === 'attract' || screen === 'outOfService')) parts.enter();
    // A test vend ends before anything else may move goods.
    if (!wanted && !testing && screen === 'maintenance') parts.leave();
  }

  async function testVend(slot: string, act: Act): Promise<TestVend> {
    if (machine === null) throw new Refused('noMachine');
    if (parts.screen() !== 'maintenance') throw new Refused('notInMaintenance');
    const content = planogram.catalogue.slots().find((candidate) => candidate.slot === slot);
    if (content === undefined) throw new Refused('noSuchSlot');
    // What came out now would be taken for the outcome of a vend that is still asked about.
    if (testing || orders().some(isVendPending)) throw new Refused('machineBusy');
    testing = true;
    try {
      const check = await machine.check(slot);
      if (!check.ready) throw new Refused('machineNotReady', check.reason);
      const vendId = `${parts.ids.next('nonce')}-test`;
      await record([{ type: 'testVend.requested', slot, vendId, ...act }]);
      const price_jpy = planogram.catalogue.product(content.sku)?.price_jpy ?? 0;
      const vend = await machine.vend({ vendId, slot, price_jpy }, () => {});
      const left = vend.outcome === 'succeeded' || (vend.outcome === 'unknown' && vend.likely !== 'notDelivered');
      const detail = vend.outcome === 'succeeded' ? vend.proof : vend.outcome === 'failed' ? `${vend.why} ${vend.detail}` : vend.evidence;
      await record([{ type: 'testVend.ended', slot, vendId, outcome: vend.outcome, detail: detail.slice(0, 200), left }]).catch(
        (error: unknown) => {
          // The goods moved all the same: nobody may think that nothing happened.
          throw error instanceof Refused ? new Refused('testNotRecorded', `${vend.outcome}: ${detail}`) : error;
        },
      );
      return { outcome: vend.outcome, detail };
    } finally {
      testing = false;
      moved();
    }
  }

  return {
    planogram,
    onShopEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    restore: (rows) => rows.forEach((row) => listeners.forEach((listener) => listener(row.event))),
    moved,
    record,
    unshown: () => unshown,
    happened,
    betweenSales,
    order: read,
    refundOffer: async (orderId) => refundOffer(await known(orderId)),
    async refund(orderId, refund) {
      const { book, settler } = open();
      const order = await known(orderId);
      if (refund.refund_jpy > refundOffer(order).most_jpy) throw new Refused('refundImpossible');
      const closing = order.reopened.times + 1;
      await book.fetch(orderId);
      await durable(() => book.append(orderId, [{ type: 'order.reopened', closing, ...refund }]), 'refundImpossible');
      settler.settleAll();
    },
    async decide(orderId, { delivered, ...act }) {
      const { book, settler } = open();
      const order = await known(orderId);
      const hold = { lines: linesHeld(order), delivered };
      if (hold.lines.length === 0) throw new Refused('nothingWaits');
      const closing = order.reopened.times + 1;
      const reason = delivered ? 'came out' : 'did not come out';
      await book.fetch(orderId);
      await durable(() => book.append(orderId, [{ type: 'order.reopened', closing, ...act, reason, refund_jpy: 0, hold }]), 'nothingWaits');
      settler.settleAll();
    },
    async settle(orderId, how) {
      const { book } = open();
      const order = await known(orderId);
      // Asked before the book has it: an order that waits for nobody has no place there.
      if (!forPerson(order)) throw new Refused('nothingWaits');
      const closing = order.reopened.times + 1;
      await book.fetch(orderId);
      await durable(() => book.append(orderId, [{ type: 'attention.settled', closing, ...how }]), 'nothingWaits');
    },
    async release(act) {
      const standing = parts.stops.standing();
      if (standing.length === 0) throw new Refused('nothingWaits');
      await record(standing.map(({ orderId }) => ({ type: 'kiosk.released', orderId, ...act })));
    },
    async ask(orderId) {
      const { settler } = open();
      const { opened } = await known(orderId);
      if (!canAsk(gateway.state())) return unavailable('PayPay cannot be reached at the moment');
      settler.hint(opened.merchantPaymentId);
      return gateway.paymentDetails(opened.merchantPaymentId);
    },
    openOrders: () => orders().filter((order) => order.closed === null || forPerson(order)),
    beginMaintenance() {
      wanted = true;
      moved();
    },
    endMaintenance() {
      wanted = false;
      moved();
    },
    testVend,
    facts() {
      return {
        screen: parts.screen(),
        maintenance: parts.screen() === 'maintenance' ? 'on' : wanted ? 'waiting' : 'off',
        journal: parts.journalFault(),
        stops: parts.stops.standing(),
        gate: parts.gate(),
        gateway: gateway.state(),
        machine: machine?.state() ?? null,
        diagnostics: machine?.diagnostics() ?? null,
        booksOpen: parts.books() !== null,
        openOrders: orders().filter((order) => order.closed === null).length,
        attention: orders().filter(forPerson).length,
        waiting: waiting.length,
      };
    },
  };
}
