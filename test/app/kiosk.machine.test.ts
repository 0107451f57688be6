import { getShortestPaths } from 'xstate/graph';
import { initialTransition, transition, type EventFromLogic, type SnapshotFrom } from 'xstate';
import { describe, expect, it } from 'vitest';
import { kioskMachine, type KioskEffects, type KioskParts, type Sale } from '../../app/kiosk.machine.ts';
import { BrokenRule } from '../../app/order/order.ts';
import { JournalError } from '../../app/ports.ts';
import { opened } from './order/orders.ts';

/** Pure transitions start no effect, so one that is called is a mistake of the test. */
const uncalled = (): never => {
  throw new Error('a pure transition calls no effect');
};
const effects: KioskEffects = {
  recover: uncalled,
  checkAge: uncalled,
  createCode: uncalled,
  watchPayment: uncalled,
  closeCode: uncalled,
  dispense: uncalled,
  leave: uncalled,
  release: uncalled,
};
const machine = kioskMachine;
const input: KioskParts = {
  effects,
  times: { idle_ms: 60_000, final_ms: 20_000, interrupted_ms: 180_000, retryJournal_ms: 15_000, now_ms: () => 0 },
  choosesOnScreen: true,
  resting: { language: 'ja', easyView: false },
};
type Snapshot = SnapshotFrom<typeof machine>;
type Event = EventFromLogic<typeof machine>;

const sale: Sale = { orderId: 'o-1', opened: opened([150]), ageCheck: false, until_ms: null };
const restricted: Sale = { ...sale, orderId: 'o-2', ageCheck: true };
const EFFECT_OF = {
  recovering: 'recover',
  checkingAge: 'checkAge',
  creatingCode: 'createCode',
  awaitingPayment: 'watchPayment',
  closingCode: 'closeCode',
  dispensing: 'dispense',
} as const;
/** What the effects can answer; besides them, each can fail. */
const OUTPUTS = {
  recovering: [undefined],
  checkingAge: ['allowed', 'refused', 'unknown'],
  creatingCode: ['pay', 'close', 'end', 'slotNotReady', null],
  awaitingPayment: ['vend', 'close', 'settle', 'end', null],
  closingCode: ['vend', 'settle', 'watch', 'end', null],
  dispensing: [true, false],
} as const;
const LEGAL = Object.keys(EFFECT_OF) as (keyof typeof EFFECT_OF)[];

const done = (state: keyof typeof EFFECT_OF, output: unknown) =>
  ({ type: `xstate.done.actor.0.kiosk.${state}`, actorId: `0.kiosk.${state}`, output }) as unknown as Event;
const ERRORS = [new JournalError('io', 'x'), new BrokenRule('o-1', 'x'), new Error('x')] as const;
const failed = (state: keyof typeof EFFECT_OF, error: Error) =>
  ({ type: `xstate.error.actor.0.kiosk.${state}`, actorId: `0.kiosk.${state}`, error }) as unknown as Event;
const after = (state: string, delay: string) => ({ type: `xstate.after.${delay}.kiosk.${state}` }) as unknown as Event;

const endings: Event[] = LEGAL.flatMap((state) => [
  ...OUTPUTS[state].map((output) => done(state, output)),
  ...ERRORS.map((error) => failed(state, error)),
]);
/** Everything that people, machines and time can bring. */
const outside: Event[] = [
  { type: 'customer.started' },
  { type: 'customer.stayed' },
  { type: 'customer.cancelled' },
  { type: 'customer.finished' },
  { type: 'machine.chosen' },
  { type: 'cart.changed', cart: new Map([['tea', 1]]) },
  { type: 'order.drafted', sale },
  { type: 'order.drafted', sale: restricted },
  { type: 'order.impossible', problem: 'soldOut' },
  { type: 'comfort.changed', comfort: { language: 'en', easyView: true } },
  { type: 'gate.changed', gate: ['networkDown'] },
  { type: 'gate.changed', gate: [] },
  { type: 'staff.entered' },
  { type: 'staff.left' },
  ...(['selecting', 'codeClosed', 'thanks', 'refunding', 'outOfService'] as const).flatMap((state) =>
    ['idle', 'final', 'interrupted', 'retryJournal'].map((delay) => after(state, delay)),
  ),
];
const fault: Event = { type: 'journal.failed' };

const paths = getShortestPaths(machine, {
  input,
  events: [...outside, fault, ...endings],
  // The clock is still, and a cart or comfort does not change where the kiosk can go.
  serializeState: ({ value, context }) =>
    JSON.stringify([value, context.gate.length, context.fault, context.sale?.ageCheck, context.leaving]),
});
const reached = new Map<string, Snapshot[]>();
for (const { state } of paths) reached.set(state.value, [...(reached.get(state.value) ?? []), state]);
const everyIn = (state: string): Snapshot[] => reached.get(state) ?? [];
const next = (state: Snapshot, event: Event): Snapshot => transition(machine, state, event)[0];

/** Whoever tells of a broken rule has closed the gate before (kiosk.ts). */
const gateOf = (state: Snapshot, error: Error): Snapshot =>
  error instanceof BrokenRule ? next(state, { type: 'gate.changed', gate: ['brokenRule'] }) : state;

describe('the statechart', () => {
  it('starts with recovery', () => {
    const [first, actions] = initialTransition(machine, input);
    expect(first.value).toBe('recovering');
    expect(actions.some(({ type }) => type === 'xstate.spawnChild')).toBe(true);
  });

  it('reaches every state', () => {
    expect([...reached.keys()].sort()).toEqual(Object.keys(machine.states).sort());
  });

  it.each(['creatingCode', 'closingCode', 'dispensing', 'awaitingPayment'] as const)('leaves %s only by the end of its effect', (state) => {
    expect(everyIn(state).length).toBeGreaterThan(0);
    for (const snapshot of everyIn(state)) {
      for (const event of [...outside, fault]) expect(next(snapshot, event).value).toBe(state);
      for (const output of OUTPUTS[state]) expect(next(snapshot, done(state, output)).value).not.toBe(state);
      for (const error of ERRORS) expect(next(gateOf(snapshot, error), failed(state, error)).value).toBe('outOfService');
    }
  });

  it('remembers a fault until the effect has ended, and thanks for what came out all the same', () => {
    for (const state of ['creatingCode', 'closingCode', 'dispensing', 'awaitingPayment'] as const)
      for (const snapshot of everyIn(state))
        for (const output of OUTPUTS[state])
          expect(next(next(snapshot, fault), done(state, output)).value).toBe(output === true ? 'thanks' : 'outOfService');
  });

  it('shows the number of a sale that a fault interrupted, for some minutes or until somebody leaves, and tries the journal again after it', () => {
    for (const state of ['creatingCode', 'closingCode', 'dispensing', 'awaitingPayment', 'codeClosed'] as const)
      for (const snapshot of everyIn(state)) {
        const ended = state === 'codeClosed' ? next(snapshot, fault) : next(snapshot, failed(state, ERRORS[0]));
        expect(ended).toMatchObject({ value: 'outOfService', context: { sale: snapshot.context.sale, idleAt_ms: 180_000 } });
        if (ended.context.fault !== 'journalFailed') continue;
        expect(next(ended, after('outOfService', 'retryJournal')).value).toBe('outOfService');
        for (const event of [after('outOfService', 'interrupted'), { type: 'customer.finished' } as const]) {
          const forgotten = next(ended, event);
          expect(forgotten).toMatchObject({ value: 'outOfService', context: { sale: null, idleAt_ms: null } });
          expect(next(forgotten, after('outOfService', 'retryJournal')).value).toBe('recovering');
        }
      }
  });

  it('lets a journal that fails not hide what waits for a person', () => {
    for (const snapshots of reached.values())
      for (const snapshot of snapshots)
        if (snapshot.context.fault === 'brokenRule') expect(next(snapshot, fault).context.fault).toBe('brokenRule');
  });

  it('dispenses only from a payment', () => {
    for (const [state, snapshots] of reached)
      for (const snapshot of snapshots)
        for (const event of [...outside, fault, ...endings])
          if (state !== 'dispensing' && next(snapshot, event).value === 'dispensing')
            expect(['awaitingPayment', 'closingCode']).toContain(state);
  });

  it('makes a code for age-restricted goods only on a yes to this sale', () => {
    let sold = 0;
    for (const [state, snapshots] of reached)
      for (const snapshot of snapshots)
        for (const event of [...outside, fault, ...endings]) {
          const after_ = next(snapshot, event);
          if (after_.value !== 'creatingCode' || state === 'creatingCode' || after_.context.sale?.ageCheck !== true) continue;
          sold += 1;
          expect(state).toBe('checkingAge');
          expect((event as unknown as { output: unknown }).output).toBe('allowed');
          expect(after_.context.sale).toBe(snapshot.context.sale);
        }
    expect(sold).toBeGreaterThan(0);
  });

  it('has no time-out of its own from the QR to the settlement', () => {
    for (const state of ['creatingCode', 'awaitingPayment', 'closingCode', 'dispensing'])
      for (const { context } of everyIn(state)) expect(context.idleAt_ms).toBeNull();
  });

  it('sells nothing while the gate is closed or a fault stands', () => {
    for (const snapshots of reached.values())
      for (const snapshot of snapshots) {
        const { gate, fault } = snapshot.context;
        if (gate.length === 0 && fault === null) continue;
        const selling = snapshot.value === 'creatingCode';
        const under = ['creatingCode', 'awaitingPayment', 'closingCode', 'dispensing', 'thanks', 'refunding'];
        if (!selling) expect(next(snapshot, { type: 'order.drafted', sale }).value).not.toBe('creatingCode');
        if (fault !== null) expect(['outOfService', 'recovering', 'maintenance', ...under]).toContain(snapshot.value);
      }
  });

  it('never shows a screen of a sale without a sale, and forgets the customer at rest', () => {
    const ofSale = ['checkingAge', 'creatingCode', 'awaitingPayment', 'closingCode', 'codeClosed', 'dispensing', 'thanks', 'refunding'];
    for (const [state, snapshots] of reached)
      for (const { context } of snapshots) {
        if (ofSale.includes(state)) expect(context.sale).not.toBeNull();
        if (!ofSale.includes(state) && state !== 'outOfService') expect(context.sale).toBeNull();
        if (state === 'attract') expect(context.cart.size).toBe(0);
      }
  });

  it('hands every order that was opened to the background', () => {
    for (const snapshots of reached.values())
      for (const snapshot of snapshots)
        for (const event of [...outside, fault, ...endings]) {
          const [after_, actions] = transition(machine, snapshot, event);
          // Out of service the screen goes on showing what it does not hold any more.
          const kept = after_.context.sale !== null && after_.value !== 'outOfService';
          if (snapshot.context.sale === null || kept) continue;
          const released = actions.some(({ type }) => type === 'release');
          expect(released || ['codeClosed', 'thanks', 'refunding', 'outOfService'].includes(snapshot.value)).toBe(true);
        }
  });

  it('gives way to a choice at the machine where it only shows an end, and nowhere else', () => {
    for (const [state, snapshots] of reached)
      for (const snapshot of snapshots) {
        const { value } = next(snapshot, { type: 'machine.chosen' });
        if (['codeClosed', 'thanks', 'refunding'].includes(state)) expect(['attract', 'outOfService']).toContain(value);
        else expect(value).toBe(state);
      }
  });

  it('has no catalogue where everybody chooses at the machine', () => {
    const states = getShortestPaths(machine, {
      input: { ...input, choosesOnScreen: false },
      // What begins at the machine is never age-restricted, and only a screen asks again for what was impossible.
      events: [...outside, fault, ...endings].filter(
        (event) => event.type !== 'order.impossible' && !(event.type === 'order.drafted' && event.sale.ageCheck),
      ),
      serializeState: ({ value, context }) => JSON.stringify([value, context.gate.length, context.fault, context.leaving]),
    }).map(({ state }) => state.value);
    expect(states).toContain('awaitingPayment');
    expect(states).not.toContain('selecting');
  });

  it('comes back to recovery from a journal that failed, and from maintenance after a fault', () => {
    for (const snapshot of everyIn('outOfService'))
      if (snapshot.context.fault === 'journalFailed' && snapshot.context.sale === null)
        expect(next(snapshot, after('outOfService', 'retryJournal')).value).toBe('recovering');
    for (const snapshot of everyIn('maintenance'))
      if (snapshot.context.fault !== null) expect(next(snapshot, { type: 'staff.left' }).value).toBe('recovering');
  });
});
