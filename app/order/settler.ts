/**
 * Drives orders, one step after the other, until they are closed. The live sale drives its own order through the
 * first stages; whatever is left, at start, after an outage or after the customer has gone, is driven here in the
 * background. Both take the same steps from the same `decide`.
 */
import type { Clock, Ids, Log, PaymentGateway, VendingMachine } from '../ports.ts';
import { JournalError } from '../ports.ts';
import type { OrderBook } from './book.ts';
import type { Answers, decide, Situation, Stage, Step } from './decide.ts';
import { perform, type World } from './effects.ts';
import type { CancelReason, OrderEvent } from './events.ts';
import { BrokenRule, type Order, type Stamp } from './order.ts';

export interface SettlerOptions {
  readonly pollInterval_ms: number;
  readonly resumeVendWithin_ms: number;
}

export interface SettlerPorts {
  readonly book: OrderBook;
  readonly gateway: PaymentGateway;
  readonly machine: VendingMachine | null;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly world: World;
  readonly decide: typeof decide;
  readonly bootId: string;
  /**
   * A dead journal, once: nothing is driven afterwards. Or a rule that an order broke: this order is driven no more, the
   * others are. Selling must stop.
   */
  readonly onFault: (fault: JournalError | BrokenRule) => void;
}

const RETRY_FIRST_ms = 1_000;
const RETRY_LAST_ms = 300_000;
const ASK_FIRST_ms = 2_000;
/** A closed code: its cancel returns what comes late, so PayPay is not asked often. */
const WATCH_FIRST_ms = 20_000;
/** While a closed code is watched, or a refund is under way at PayPay: nobody waits for it at the screen any more. */
const ASK_LAST_ms = 120_000;

export interface Settler {
  /** Opens an order for the customer at the screen and makes its code. @returns and throws as {@link drive} */
  sell(orderId: string, opened: Extract<OrderEvent, { type: 'order.opened' }>): Promise<Stage | null>;
  /**
   * Drives a live order through the given stages.
   * @returns the first stage outside of them, `null` when the limit passed first, or `end` when nothing is driven any more
   * @throws BrokenRule | JournalError after `onFault` was told
   */
  drive(orderId: string, stages: readonly Stage[], limit_ms?: number): Promise<Stage | null>;
  /** The customer wants to go: the code is to be closed. */
  leave(orderId: string, reason: CancelReason): void;
  /** The sale is over for the screen; the background takes what is left. */
  release(orderId: string): void;
  /** Drives every open order that is not being sold, now and after every change. */
  settleAll(): void;
  /** PayPay may have news about this payment. */
  hint(merchantPaymentId: string): void;
  /** Begins nothing more. Resolves when what was under way has ended and its outcomes are written down. */
  stop(): Promise<void>;
}

interface Sale {
  leaving: CancelReason | null;
}

export function createSettler(ports: SettlerPorts, options: SettlerOptions): Settler {
  const { book, clock, log, gateway } = ports;
  const sales = new Map<string, Sale>();
  const running = new Map<string, Promise<unknown>>();
  const sleepers = new Map<string, () => void>();
  const kept = new Map<string, Answers>();
  const woken = new Set<string>();
  /** Orders that broke a rule: what comes next for them is nobody's to say but a person's. */
  const broken = new Set<string>();
  let stopped = false;

  const since_ms = (recorded: Stamp): number | null =>
    recorded.bootId.split(':')[0] === ports.bootId.split(':')[0] ? clock.monotonic_ms() - recorded.monotonic_ms : null;

  const situation = (orderId: string): Situation => {
    const sale = sales.get(orderId);
    const machine = ports.machine?.state();
    return {
      now_ms: gateway.now_ms(),
      live: sale !== undefined,
      leaving: sale?.leaving ?? null,
      slotReady: (slot) => {
        const state = machine?.slots.get(slot)?.state ?? 'ready';
        // No reason to give up: the vend waits a while for what passes by itself (effects.ts).
        const awake = machine?.reasons.every((reason) => reason === 'busy' || reason === 'productInOutlet') === true;
        return awake && state === 'ready';
      },
      since_ms,
      resumeVendWithin_ms: options.resumeVendWithin_ms,
    };
  };

  /** Sleeps until the time is over or somebody wakes this order; a wake that came during a call counts. */
  const sleep = (orderId: string, delay_ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (woken.delete(orderId) || stopped) return resolve();
      const wakeUp = () => {
        clock.clearTimeout(timer);
        sleepers.delete(orderId);
        resolve();
      };
      const timer = clock.setTimeout(wakeUp, delay_ms);
      sleepers.set(orderId, wakeUp);
    });
  const wake = (orderId: string): void => {
    const wakeUp = sleepers.get(orderId);
    if (wakeUp) wakeUp();
    else if (running.has(orderId)) woken.add(orderId);
  };

  const backoff_ms = (failures: number, first_ms: number, last_ms: number): number =>
    Math.min(last_ms, first_ms * 2 ** Math.min(failures, 20)) * (0.75 + 0.5 * ports.ids.random());

  function pause_ms(step: Step, result: { pause?: 'retry' | 'ask'; until_ms?: number | null }, tries: number, live: boolean): number {
    const now_ms = gateway.now_ms();
    if (step.do === 'poll') {
      const expiry_ms = (result.until_ms ?? Number.POSITIVE_INFINITY) - now_ms;
      const interval_ms =
        result.pause === 'retry' ? backoff_ms(tries, options.pollInterval_ms, 4 * options.pollInterval_ms) : options.pollInterval_ms;
      return Math.max(0, Math.min(interval_ms, expiry_ms));
    }
    // Somebody is waiting in front of the screen: ask more often than for what nobody sees.
    const wait_ms =
      result.pause === 'retry'
        ? backoff_ms(tries, RETRY_FIRST_ms, live ? 8_000 : RETRY_LAST_ms)
        : backoff_ms(tries, step.stage === 'watch' ? WATCH_FIRST_ms : ASK_FIRST_ms, ASK_LAST_ms);
    const end_ms = result.until_ms == null ? Number.POSITIVE_INFINITY : Math.max(0, result.until_ms - now_ms);
    return Math.min(wait_ms, end_ms);
  }

  async function run(orderId: string, stages: readonly Stage[], limit_ms: number): Promise<Stage | null> {
    const end_ms = clock.monotonic_ms() + limit_ms;
    let answers: Answers = kept.get(orderId) ?? {};
    let tries = 0;
    let last: Step['do'] | null = null;
    for (;;) {
      const order = book.get(orderId);
      if (stopped || order === undefined) return 'end';
      const sale = sales.get(orderId);
      const step = ports.decide(order, situation(orderId), answers);
      if ('reason' in step) answers = { ...answers, leaving: step.reason };
      if (!stages.includes(step.stage) || step.do === 'nothing') {
        kept.set(orderId, answers);
        return step.stage;
      }
      if (clock.monotonic_ms() >= end_ms) {
        kept.set(orderId, answers);
        return null;
      }
      const result = await perform(step, order, answers, ports.world);
      answers = result.answers;
      if (result.pause === undefined) {
        if (step.do !== 'waitAndAsk' && step.do !== last) tries = 0;
        last = step.do;
        continue;
      }
      const until_ms = step.do === 'poll' && order.code.state === 'created' ? order.code.expiresAt_ms : result.until_ms;
      const delay_ms = pause_ms(step, { ...result, until_ms: until_ms ?? null }, tries, sale !== undefined);
      // The answer that nobody has paid yet is no failure: the next question need not wait longer.
      tries = step.do === 'poll' && result.pause === 'ask' ? 0 : tries + 1;
      if (result.pause === 'retry') log.warn('order.retry', { orderId, step: step.do, tries, delay_ms: Math.round(delay_ms) });
      await sleep(orderId, Math.min(delay_ms, Math.max(0, end_ms - clock.monotonic_ms())));
    }
  }

  function guarded<T>(orderId: string, work: () => Promise<T>): Promise<T> {
    const next = (running.get(orderId) ?? Promise.resolve()).then(work).catch((error: unknown) => {
      const known = error instanceof JournalError || error instanceof BrokenRule;
      const fault = known ? error : new BrokenRule(orderId, error instanceof Error ? (error.stack ?? error.message) : String(error));
      if (!stopped) {
        log.error('order.stopped', { orderId, fault: fault.message });
        if (fault instanceof JournalError) halt();
        else broken.add(orderId);
        ports.onFault(fault);
      }
      throw fault;
    });
    running.set(
      orderId,
      next.catch(() => {}),
    );
    return next;
  }

  function halt(): void {
    stopped = true;
    for (const wakeUp of [...sleepers.values()]) wakeUp();
  }

  const EVERY: readonly Stage[] = ['code', 'pay', 'close', 'vend', 'settle', 'watch', 'end'];
  const background = new Set<string>();

  function settle(order: Order): void {
    const { orderId } = order;
    if (stopped || broken.has(orderId) || background.has(orderId) || sales.has(orderId) || order.closed !== null) return;
    background.add(orderId);
    const ended = () => {
      background.delete(orderId);
      forget(orderId);
    };
    guarded(orderId, () => run(orderId, EVERY, Number.POSITIVE_INFINITY)).then(ended, ended);
  }

  function forget(orderId: string): void {
    running.delete(orderId);
    kept.delete(orderId);
    woken.delete(orderId);
  }

  return {
    sell: (orderId, opened) =>
      guarded(orderId, async () => {
        if (stopped) return 'end';
        // From here on the background keeps its hands off, and `decide` knows that the customer is there.
        sales.set(orderId, { leaving: null });
        await book.append(orderId, [opened]);
        return run(orderId, ['code', 'end'], Number.POSITIVE_INFINITY);
      }),
    drive: (orderId, stages, limit_ms = Number.POSITIVE_INFINITY) => guarded(orderId, () => run(orderId, stages, limit_ms)),
    leave(orderId, reason) {
      const sale = sales.get(orderId);
      if (sale && sale.leaving === null) sale.leaving = reason;
      wake(orderId);
    },
    release(orderId) {
      sales.delete(orderId);
      const order = book.get(orderId);
      if (order !== undefined && order.closed === null) settle(order);
      else forget(orderId);
    },
    settleAll: () => book.all().forEach(settle),
    hint(merchantPaymentId) {
      for (const order of book.all()) if (order.opened.merchantPaymentId === merchantPaymentId) wake(order.orderId);
    },
    async stop() {
      halt();
      await Promise.all(running.values());
    },
  };
}
