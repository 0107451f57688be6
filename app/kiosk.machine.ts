/**
 * The life of the kiosk: recovering → attract → selecting → (checkingAge →) creatingCode → awaitingPayment → closingCode →
 * dispensing → thanks | refunding → attract, besides outOfService and maintenance.
 *
 * The statechart only says where the customer is. What an order needs is decided by `order/decide.ts` over the
 * journal, so this chart is never saved and never restored. States whose effect can't be undone have no exit but
 * the effect's own end: no cancel, no `after`, no fault; limits live inside the effects.
 */
import { assign, cancel, fromPromise, raise, setup } from 'xstate';
import type { Cart } from './catalogue/planogram.ts';
import type { Stage } from './order/decide.ts';
import type { CancelReason, OrderEvent } from './order/events.ts';
import { BrokenRule } from './order/order.ts';
import { type AgeAnswer, JournalError } from './ports.ts';
import type { ComfortView, NotForSale, Problem } from './view.ts';

/** One order as the screen follows it. */
export interface Sale {
  readonly orderId: string;
  readonly opened: Extract<OrderEvent, { type: 'order.opened' }>;
  /** Something in it may only be sold to whom the age check allows it, now, for this sale. */
  readonly ageCheck: boolean;
  /** The machine at which it was chosen waits until then, on PayPay's clock; null: nobody's machine waits. */
  readonly until_ms: number | null;
}

/**
 * What the states do, one effect a state. Each resolves with the first stage that is not its own, and rejects with the
 * fault that ended it. A fault elsewhere ends it as well, soon.
 */
export interface KioskEffects {
  /** Opens the books, proves that the journal can grow, asks machine and PayPay. */
  recover(): Promise<void>;
  /** Never rejects. @param signal aborted when the answer is not wanted any more */
  checkAge(sale: Sale, signal: AbortSignal): Promise<AgeAnswer>;
  /** `slotNotReady`: the machine would not vend; nothing was opened. */
  createCode(sale: Sale): Promise<Stage | 'slotNotReady' | null>;
  watchPayment(sale: Sale): Promise<Stage | null>;
  closeCode(sale: Sale): Promise<Stage | null>;
  /** Vends line after line; true when everything came out. */
  dispense(sale: Sale): Promise<boolean>;
  /** The customer wants to go: close the code. */
  leave(sale: Sale, reason: CancelReason): void;
  /** The screen is done with this order; the background settles what is left. */
  release(sale: Sale): void;
}

/** What the chart is put together with; one chart serves every kiosk. */
export interface KioskParts {
  readonly effects: KioskEffects;
  readonly times: KioskTimes;
  /** false: every sale begins at the machine's own keys, and there is no catalogue to go back to. */
  readonly choosesOnScreen: boolean;
  /** What a customer who just came finds: language and view of the shop. */
  readonly resting: ComfortView;
}

export interface KioskContext {
  readonly parts: KioskParts;
  readonly cart: Cart;
  readonly comfort: ComfortView;
  /** Why nothing can be sold now; empty = open. */
  readonly gate: readonly NotForSale[];
  readonly gateSince_ms: number;
  /** A fault that stops everything: `journalFailed` is tried again, `brokenRule`, a defect, waits for a person. */
  readonly fault: 'journalFailed' | 'brokenRule' | null;
  readonly problem: Problem | null;
  readonly sale: Sale | null;
  readonly leaving: 'cancelled' | 'expired' | 'notReady' | null;
  readonly stillChecking: boolean;
  /** On PayPay's clock; null where the screen never goes back by itself. */
  readonly idleAt_ms: number | null;
}

export type KioskEvent =
  | { readonly type: 'customer.started' }
  | { readonly type: 'customer.stayed' }
  | { readonly type: 'customer.cancelled' }
  | { readonly type: 'customer.finished' }
  /** Somebody chose at the machine's own keys. */
  | { readonly type: 'machine.chosen' }
  | { readonly type: 'cart.changed'; readonly cart: Cart }
  | { readonly type: 'order.drafted'; readonly sale: Sale }
  | { readonly type: 'order.impossible'; readonly problem: NotForSale }
  | { readonly type: 'comfort.changed'; readonly comfort: ComfortView }
  /** Nobody began anything since they chose their language or view, or the shop has others now. */
  | { readonly type: 'comfort.forgotten' }
  | { readonly type: 'gate.changed'; readonly gate: readonly NotForSale[] }
  | { readonly type: 'staff.entered' }
  | { readonly type: 'staff.left' }
  | { readonly type: 'journal.failed' };

export interface KioskTimes {
  readonly idle_ms: number;
  readonly final_ms: number;
  /** How long a sale that a fault interrupted is shown. */
  readonly interrupted_ms: number;
  readonly retryJournal_ms: number;
  now_ms(): number;
}

const saleOf = (context: KioskContext): Sale => {
  if (context.sale === null) throw new Error('no sale in this state');
  return context.sale;
};
const forgotten = ({ context }: { context: KioskContext }) => ({
  cart: new Map(),
  comfort: context.parts.resting,
  problem: null,
  sale: null,
  leaving: null,
  stillChecking: false,
  idleAt_ms: null,
});
/** What an effect of a sale gets. */
interface Work {
  readonly effects: KioskEffects;
  readonly sale: Sale;
}
const workOf = ({ context }: { context: KioskContext }): Work => ({ effects: context.parts.effects, sale: saleOf(context) });
/** A rule that an order broke closes the gate (kiosk.ts); the chart knows of it from there. */
const faultOf = ({ context, event: { error } }: { context: KioskContext; event: { error: unknown } }): KioskContext['fault'] =>
  error instanceof JournalError ? journalFailed({ context }) : error instanceof BrokenRule ? context.fault : 'brokenRule';
/** What waits for a person goes on waiting. */
const journalFailed = ({ context }: { context: KioskContext }): KioskContext['fault'] => context.fault ?? 'journalFailed';
const now_ms = ({ context }: { context: KioskContext }): number => context.parts.times.now_ms();

export const kioskMachine = setup({
  types: { context: {} as KioskContext, events: {} as KioskEvent, input: {} as KioskParts },
  actors: {
    recover: fromPromise(({ input }: { input: KioskEffects }) => input.recover()),
    checkAge: fromPromise(({ input, signal }: { input: Work; signal: AbortSignal }) => input.effects.checkAge(input.sale, signal)),
    createCode: fromPromise(({ input }: { input: Work }) => input.effects.createCode(input.sale)),
    watchPayment: fromPromise(({ input }: { input: Work }) => input.effects.watchPayment(input.sale)),
    closeCode: fromPromise(({ input }: { input: Work }) => input.effects.closeCode(input.sale)),
    dispense: fromPromise(({ input }: { input: Work }) => input.effects.dispense(input.sale)),
  },
  actions: {
    forgetCustomer: assign(forgotten),
    startIdle: assign({ idleAt_ms: (at) => now_ms(at) + at.context.parts.times.idle_ms }),
    startFinal: assign({ idleAt_ms: (at) => now_ms(at) + at.context.parts.times.final_ms }),
    stopIdle: assign({ idleAt_ms: null }),
    dropSale: assign({ sale: null }),
    restComfort: assign({ comfort: ({ context }) => context.parts.resting }),
    release: ({ context }) => context.sale && context.parts.effects.release(context.sale),
    /** Who stands in front of an interrupted sale sees its number for a while; the rest is forgotten. */
    keepInterrupted: assign((at) =>
      at.context.sale === null
        ? forgotten(at)
        : { cart: new Map(), problem: null, idleAt_ms: now_ms(at) + at.context.parts.times.interrupted_ms },
    ),
    remember: assign({ fault: journalFailed, gateSince_ms: now_ms }),
  },
  guards: {
    choosesOnScreen: ({ context }) => context.parts.choosesOnScreen,
    gateOpen: ({ context }) => context.gate.length === 0,
    faulted: ({ context }) => context.fault !== null,
    ageFirst: ({ context, event }) => context.gate.length === 0 && event.type === 'order.drafted' && event.sale.ageCheck,
    closed: ({ context }) => context.gate.length > 0 || context.fault !== null,
    saleShown: ({ context }) => context.sale !== null,
    mayRetry: ({ context }) => context.fault === 'journalFailed' && context.sale === null,
    noFault: ({ context }) => context.fault === null && context.gate.length === 0,
  },
  delays: {
    idle: ({ context }) => context.parts.times.idle_ms,
    final: ({ context }) => context.parts.times.final_ms,
    interrupted: ({ context }) => context.parts.times.interrupted_ms,
    retryJournal: ({ context }) => context.parts.times.retryJournal_ms,
  },
}).createMachine({
  id: 'kiosk',
  initial: 'recovering',
  context: ({ input }) => ({
    parts: input,
    cart: new Map(),
    comfort: input.resting,
    gate: [],
    gateSince_ms: 0,
    fault: null,
    problem: null,
    sale: null,
    leaving: null,
    stillChecking: false,
    idleAt_ms: null,
  }),
  on: {
    'journal.failed': { target: '.outOfService', actions: 'remember' },
    'gate.changed': {
      actions: assign({
        gate: ({ event }) => event.gate,
        gateSince_ms: ({ context, event }) =>
          context.gate.length === 0 && event.gate.length > 0 ? now_ms({ context }) : context.gateSince_ms,
      }),
    },
    // Where nothing goes back by itself, what was chosen does: the next one finds the screen as the shop has it.
    'comfort.changed': {
      actions: [
        assign({ comfort: ({ event }) => event.comfort }),
        cancel('forgetComfort'),
        raise({ type: 'comfort.forgotten' }, { id: 'forgetComfort', delay: 'idle' }),
      ],
    },
  },
  states: {
    recovering: {
      entry: 'forgetCustomer',
      invoke: {
        src: 'recover',
        input: ({ context }) => context.parts.effects,
        onDone: { target: 'attract', actions: assign({ fault: null }) },
        onError: {
          target: 'outOfService',
          actions: assign({ fault: faultOf, gateSince_ms: now_ms }),
        },
      },
    },
    attract: {
      entry: 'forgetCustomer',
      always: { guard: 'closed', target: 'outOfService' },
      on: {
        'customer.started': { guard: 'choosesOnScreen', target: 'selecting' },
        'comfort.forgotten': { actions: 'restComfort' },
        // The customer chose on the machine, which waits: there is no time to check anybody's age.
        'order.drafted': {
          guard: ({ event }) => !event.sale.ageCheck,
          target: 'creatingCode',
          actions: assign({ sale: ({ event }) => event.sale }),
        },
        'staff.entered': 'maintenance',
      },
    },
    selecting: {
      entry: 'startIdle',
      after: { idle: 'attract' },
      on: {
        'customer.stayed': { target: 'selecting', reenter: true },
        'customer.finished': 'attract',
        'comfort.changed': { target: 'selecting', reenter: true, actions: assign({ comfort: ({ event }) => event.comfort }) },
        'cart.changed': { target: 'selecting', reenter: true, actions: assign({ cart: ({ event }) => event.cart, problem: null }) },
        'order.impossible': { actions: assign({ problem: ({ event }) => event.problem }) },
        'order.drafted': [
          { guard: 'ageFirst', target: 'checkingAge', actions: assign({ sale: ({ event }) => event.sale, problem: null }) },
          { guard: 'gateOpen', target: 'creatingCode', actions: assign({ sale: ({ event }) => event.sale, problem: null }) },
        ],
      },
    },
    // Nothing was opened or sent yet: whoever gives up just leaves. A yes is good for this one step and is kept nowhere.
    checkingAge: {
      entry: 'stopIdle',
      on: {
        'customer.cancelled': { target: 'selecting', actions: ['release', 'dropSale'] },
        'journal.failed': { target: 'outOfService', actions: ['release', 'dropSale', 'remember'] },
      },
      invoke: {
        src: 'checkAge',
        input: workOf,
        onDone: [
          { guard: ({ context, event }) => event.output === 'allowed' && context.gate.length === 0, target: 'creatingCode' },
          {
            target: 'selecting',
            actions: [
              'release',
              'dropSale',
              assign({
                problem: ({ context, event }) =>
                  event.output === 'refused' ? 'ageRefused' : event.output === 'allowed' ? (context.gate[0] ?? null) : 'ageUnknown',
              }),
            ],
          },
        ],
        onError: { target: 'selecting', actions: ['release', 'dropSale', assign({ problem: 'ageUnknown' })] },
      },
    },
    creatingCode: {
      entry: 'stopIdle',
      on: { 'journal.failed': { actions: 'remember' } },
      invoke: {
        src: 'createCode',
        input: workOf,
        onDone: [
          { guard: 'faulted', target: 'outOfService', actions: 'release' },
          { guard: ({ event }) => event.output === 'pay', target: 'awaitingPayment' },
          { guard: ({ event }) => event.output === 'close', target: 'closingCode', actions: assign({ leaving: 'notReady' }) },
          { guard: ({ context }) => !context.parts.choosesOnScreen, target: 'attract', actions: 'release' },
          {
            target: 'selecting',
            actions: [
              'release',
              'dropSale',
              assign({ problem: ({ event }) => (event.output === 'slotNotReady' ? 'slotPaused' : 'codeRejected') }),
            ],
          },
        ],
        onError: { target: 'outOfService', actions: ['release', assign({ fault: faultOf, gateSince_ms: now_ms })] },
      },
    },
    awaitingPayment: {
      on: {
        'journal.failed': { actions: 'remember' },
        // Only a wish: the effect closes the code and ends, and this state with it.
        'customer.cancelled': {
          actions: [assign({ leaving: 'cancelled' }), ({ context }) => context.parts.effects.leave(saleOf(context), 'customer')],
        },
      },
      invoke: {
        src: 'watchPayment',
        input: workOf,
        onDone: [
          { guard: 'faulted', target: 'outOfService', actions: 'release' },
          { guard: ({ event }) => event.output === 'vend', target: 'dispensing' },
          {
            guard: ({ event }) => event.output === 'close',
            target: 'closingCode',
            actions: assign({ leaving: ({ context }) => context.leaving ?? 'expired' }),
          },
          { target: 'refunding' },
        ],
        onError: { target: 'outOfService', actions: ['release', assign({ fault: faultOf, gateSince_ms: now_ms })] },
      },
    },
    closingCode: {
      on: { 'journal.failed': { actions: 'remember' } },
      invoke: {
        src: 'closeCode',
        input: workOf,
        onDone: [
          { guard: 'faulted', target: 'outOfService', actions: 'release' },
          { guard: ({ event }) => event.output === 'vend', target: 'dispensing' },
          { guard: ({ event }) => event.output === 'settle', target: 'refunding' },
          { target: 'codeClosed', actions: assign({ stillChecking: ({ event }) => event.output === null }) },
        ],
        onError: { target: 'outOfService', actions: ['release', assign({ fault: faultOf, gateSince_ms: now_ms })] },
      },
    },
    codeClosed: {
      entry: ['release', 'startIdle'],
      after: { idle: 'attract' },
      on: {
        'customer.stayed': { target: 'codeClosed', reenter: true },
        'customer.finished': 'attract',
        'machine.chosen': 'attract',
        'order.impossible': {
          target: 'selecting',
          actions: assign({ problem: ({ event }) => event.problem, sale: null, leaving: null }),
        },
        'order.drafted': [
          {
            guard: 'ageFirst',
            target: 'checkingAge',
            actions: assign({ sale: ({ event }) => event.sale, leaving: null, stillChecking: false }),
          },
          {
            guard: 'gateOpen',
            target: 'creatingCode',
            actions: assign({ sale: ({ event }) => event.sale, leaving: null, stillChecking: false }),
          },
        ],
      },
    },
    dispensing: {
      on: { 'journal.failed': { actions: 'remember' } },
      invoke: {
        src: 'dispense',
        input: workOf,
        onDone: [
          { guard: ({ event }) => event.output, target: 'thanks' },
          { guard: 'faulted', target: 'outOfService', actions: 'release' },
          { target: 'refunding' },
        ],
        onError: { target: 'outOfService', actions: ['release', assign({ fault: faultOf, gateSince_ms: now_ms })] },
      },
    },
    thanks: {
      entry: ['release', 'startFinal'],
      after: { final: 'attract' },
      on: {
        'customer.finished': 'attract',
        'machine.chosen': 'attract',
        'customer.stayed': { target: 'thanks', reenter: true },
        'journal.failed': { actions: 'remember' },
      },
    },
    // Bad news is read slowly: it stays as long as the catalogue does, with the same warning.
    refunding: {
      entry: ['release', 'startIdle'],
      after: { idle: 'attract' },
      on: {
        'customer.finished': 'attract',
        'machine.chosen': 'attract',
        'customer.stayed': { target: 'refunding', reenter: true },
        'journal.failed': { actions: 'remember' },
      },
    },
    outOfService: {
      entry: 'keepInterrupted',
      always: { guard: 'noFault', target: 'attract' },
      after: {
        interrupted: { guard: 'saleShown', target: 'outOfService', reenter: true, actions: 'forgetCustomer' },
        // Not under the eyes of somebody who writes down their order's number.
        retryJournal: { guard: 'mayRetry', target: 'recovering' },
      },
      on: {
        'staff.entered': 'maintenance',
        'comfort.forgotten': { guard: ({ context }) => context.sale === null, actions: 'restComfort' },
        'customer.finished': { guard: 'saleShown', target: 'outOfService', reenter: true, actions: 'forgetCustomer' },
        'customer.stayed': { guard: 'saleShown', target: 'outOfService', reenter: true },
      },
    },
    maintenance: {
      entry: 'forgetCustomer',
      // After a fault the books are opened again before anything is sold.
      on: {
        'staff.left': [{ guard: 'noFault', target: 'attract' }, { target: 'recovering' }],
        'comfort.forgotten': { actions: 'restComfort' },
      },
    },
  },
});
