/**
 * The life of the kiosk: recovering → attract → selecting → (checkingAge →) creatingCode → awaitingPayment → closingCode →
 * dispensing → thanks | refunding → attract, besides outOfService and maintenance.
 *
 * The statechart only says where the customer is. What an order needs is decided by `order/decide.ts` over the
 * journal, so this chart is never saved and never restored. States whose effect can't be undone have no exit but
 * the effect's own end: no cancel, no `after`; limits live inside the effects.
 */
import { assign, fromPromise, setup } from 'xstate';
import type { Cart } from './catalogue/planogram.ts';
import type { Stage } from './order/decide.ts';
import type { CancelReason, OrderEvent } from './order/events.ts';
import { type AgeAnswer, JournalError } from './ports.ts';
import type { ComfortView, NotForSale, Problem } from './view.ts';

/** One order as the screen follows it. */
export interface Sale {
  readonly orderId: string;
  readonly opened: Extract<OrderEvent, { type: 'order.opened' }>;
  /** Something in it may only be sold to whom the age check allows it, now, for this sale. */
  readonly ageCheck: boolean;
}

/** What the states do, one effect a state. Each resolves with the first stage that is not its own. */
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
  /** A fault that stops everything: `journalFailed` is tried again, `brokenRule` waits for a person. */
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
  | { readonly type: 'cart.changed'; readonly cart: Cart }
  | { readonly type: 'order.drafted'; readonly sale: Sale }
  | { readonly type: 'order.impossible'; readonly problem: NotForSale }
  | { readonly type: 'comfort.changed'; readonly comfort: ComfortView }
  | { readonly type: 'gate.changed'; readonly gate: readonly NotForSale[] }
  | { readonly type: 'staff.entered' }
  | { readonly type: 'staff.left' }
  | { readonly type: 'fault'; readonly fault: 'journalFailed' | 'brokenRule' };

export interface KioskTimes {
  readonly idle_ms: number;
  readonly final_ms: number;
  readonly retryJournal_ms: number;
  now_ms(): number;
}

const saleOf = (context: KioskContext): Sale => {
  if (context.sale === null) throw new Error('no sale in this state');
  return context.sale;
};
/** What an effect of a sale gets. */
interface Work {
  readonly effects: KioskEffects;
  readonly sale: Sale;
}
const workOf = ({ context }: { context: KioskContext }): Work => ({ effects: context.parts.effects, sale: saleOf(context) });
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
    forgetCustomer: assign({
      cart: new Map(),
      comfort: ({ context }) => context.parts.resting,
      problem: null,
      sale: null,
      leaving: null,
      stillChecking: false,
      idleAt_ms: null,
    }),
    startIdle: assign({ idleAt_ms: (at) => now_ms(at) + at.context.parts.times.idle_ms }),
    startFinal: assign({ idleAt_ms: (at) => now_ms(at) + at.context.parts.times.final_ms }),
    stopIdle: assign({ idleAt_ms: null }),
    dropSale: assign({ sale: null }),
    release: ({ context }) => context.sale && context.parts.effects.release(context.sale),
    stopSelling: assign({ fault: 'brokenRule' }),
  },
  guards: {
    gateOpen: ({ context }) => context.gate.length === 0,
    ageFirst: ({ context, event }) => context.gate.length === 0 && event.type === 'order.drafted' && event.sale.ageCheck,
    gateClosed: ({ context }) => context.gate.length > 0,
    journalFailed: ({ context }) => context.fault === 'journalFailed',
    noFault: ({ context }) => context.fault === null && context.gate.length === 0,
  },
  delays: {
    idle: ({ context }) => context.parts.times.idle_ms,
    final: ({ context }) => context.parts.times.final_ms,
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
    fault: { target: '.outOfService', actions: assign({ fault: ({ event }) => event.fault, gateSince_ms: now_ms }) },
    'gate.changed': {
      actions: assign({
        gate: ({ event }) => event.gate,
        gateSince_ms: ({ context, event }) =>
          context.gate.length === 0 && event.gate.length > 0 ? now_ms({ context }) : context.gateSince_ms,
      }),
    },
    'comfort.changed': { actions: assign({ comfort: ({ event }) => event.comfort }) },
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
          actions: assign({
            fault: ({ event }) => (event.error instanceof JournalError ? 'journalFailed' : 'brokenRule'),
            gateSince_ms: now_ms,
          }),
        },
      },
    },
    attract: {
      entry: 'forgetCustomer',
      always: { guard: 'gateClosed', target: 'outOfService' },
      on: {
        'customer.started': 'selecting',
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
      on: { 'customer.cancelled': { target: 'selecting', actions: ['release', 'dropSale'] } },
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
      invoke: {
        src: 'createCode',
        input: workOf,
        onDone: [
          { guard: ({ event }) => event.output === 'pay', target: 'awaitingPayment' },
          { guard: ({ event }) => event.output === 'close', target: 'closingCode', actions: assign({ leaving: 'notReady' }) },
          {
            target: 'selecting',
            actions: [
              'release',
              'dropSale',
              assign({ problem: ({ event }) => (event.output === 'slotNotReady' ? 'slotPaused' : 'codeRejected') }),
            ],
          },
        ],
        onError: { target: 'outOfService', actions: 'stopSelling' },
      },
    },
    awaitingPayment: {
      on: {
        // Only a wish: the effect closes the code and ends, and this state with it.
        'customer.cancelled': {
          actions: [assign({ leaving: 'cancelled' }), ({ context }) => context.parts.effects.leave(saleOf(context), 'customer')],
        },
      },
      invoke: {
        src: 'watchPayment',
        input: workOf,
        onDone: [
          { guard: ({ event }) => event.output === 'vend', target: 'dispensing' },
          {
            guard: ({ event }) => event.output === 'close',
            target: 'closingCode',
            actions: assign({ leaving: ({ context }) => context.leaving ?? 'expired' }),
          },
          { target: 'refunding' },
        ],
        onError: { target: 'outOfService', actions: 'stopSelling' },
      },
    },
    closingCode: {
      invoke: {
        src: 'closeCode',
        input: workOf,
        onDone: [
          { guard: ({ event }) => event.output === 'vend', target: 'dispensing' },
          { guard: ({ event }) => event.output === 'settle', target: 'refunding' },
          { target: 'codeClosed', actions: assign({ stillChecking: ({ event }) => event.output === null }) },
        ],
        onError: { target: 'outOfService', actions: 'stopSelling' },
      },
    },
    codeClosed: {
      entry: ['release', 'startIdle'],
      after: { idle: 'attract' },
      on: {
        'customer.stayed': { target: 'codeClosed', reenter: true },
        'customer.finished': 'attract',
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
      invoke: {
        src: 'dispense',
        input: workOf,
        onDone: [{ guard: ({ event }) => event.output, target: 'thanks' }, { target: 'refunding' }],
        onError: { target: 'outOfService', actions: 'stopSelling' },
      },
    },
    thanks: {
      entry: ['release', 'startFinal'],
      after: { final: 'attract' },
      on: { 'customer.finished': 'attract', 'customer.stayed': { target: 'thanks', reenter: true } },
    },
    // Bad news is read slowly: it stays as long as the catalogue does, with the same warning.
    refunding: {
      entry: ['release', 'startIdle'],
      after: { idle: 'attract' },
      on: { 'customer.finished': 'attract', 'customer.stayed': { target: 'refunding', reenter: true } },
    },
    outOfService: {
      entry: 'forgetCustomer',
      always: { guard: 'noFault', target: 'attract' },
      after: { retryJournal: { guard: 'journalFailed', target: 'recovering' } },
      on: { 'staff.entered': 'maintenance' },
    },
    maintenance: {
      entry: 'forgetCustomer',
      // After a fault the books are opened again before anything is sold.
      on: { 'staff.left': [{ guard: 'noFault', target: 'attract' }, { target: 'recovering' }] },
    },
  },
});
