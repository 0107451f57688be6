/**
 * What the shop tells the controller of its selections (0x12–0x14, 4.2.2–4.2.4): one command at a time, and none
 * beside a vend. Only the controller's own word counts as its stock afterwards; until then evidence has none.
 */
import type { Log } from '../../app/ports.ts';
import { setting } from './codec.ts';
import type { Outgoing } from './link.ts';
import type { Selections } from './selections.ts';
import type { Session } from './session.ts';

type What = 'price' | 'capacity' | 'stock';
/** A stock must fit into the capacity. */
const ORDER: readonly What[] = ['price', 'capacity', 'stock'];
const MOST: Readonly<Record<What, number>> = { price: 0xffff_ffff, capacity: 255, stock: 255 };

export interface Teller {
  /** The newest value of each counts. */
  tell(selection: number, told: Readonly<Record<What, number | undefined>>): void;
  /** Sends what waits, if it may. */
  next(): void;
  /** A vend begins: what has not left waits. With `selection`, a stock that was counted before this vend is not told any more. */
  hold(selection?: number): void;
  /** Its stock is being told, or may have been touched and was not heard since. */
  isUnsure(selection: number): boolean;
}

interface World {
  readonly session: Pick<Session, 'enqueue' | 'withdraw' | 'number'>;
  readonly selections: Selections;
  readonly log: Log;
  /** Nothing vends, and the machine is ready. */
  readonly isFree: () => boolean;
  /** Asks the controller what it has stored and whether it sells now. */
  readonly ask: (selection: number) => Promise<void>;
}

export function createTeller({ session, selections, log, isFree, ask }: World): Teller {
  const wanted = new Map<number, Map<What, number>>();
  /** What this firmware did not take: not sent again in the same session. */
  const unanswered = new Map<What, number>();
  /** Until it is acknowledged and, where it touches the stock, asked about. */
  let current: { readonly selection: number; readonly what: What; readonly outgoing: Outgoing } | null = null;

  const done = (selection: number, what: What, value: number) => {
    const values = wanted.get(selection);
    if (values?.get(what) === value) values.delete(what);
    if (values?.size === 0) wanted.delete(selection);
  };
  const send = (selection: number, what: What, value: number) => {
    const entry = selections.entry(selection);
    const fields = { slot: selections.slotOf(selection), what, value };
    const end = () => {
      current = null;
      next();
    };
    const outgoing: Outgoing = {
      ...setting({ what, address: selection, value }),
      onFate: (fate) => {
        // It may or may not have arrived: told again when the controller is back.
        if (fate === 'lost' || fate === 'notSent') {
          current = null;
          if (fate === 'lost' && what !== 'price') entry.stock = null;
          return;
        }
        done(selection, what, value);
        if (fate === 'unanswered') {
          log.warn('vmc.notTold', fields);
          unanswered.set(what, session.number());
        } else {
          log.info('vmc.told', fields);
          if (what !== 'stock') entry[what] = value;
        }
        if (what === 'price') return end();
        entry.stock = null;
        void ask(selection).then(end);
      },
    };
    current = { selection, what, outgoing };
    session.enqueue(outgoing);
  };
  const next = () => {
    if (current !== null || !isFree()) return;
    for (const [selection, values] of [...wanted]) {
      const said = selections.saidIn(session.number(), selection);
      // After synchronise it tells each selection; what is the same there need not be told.
      if (!said) continue;
      for (const what of ORDER) {
        const value = values.get(what);
        if (value === undefined) continue;
        if (said[what] !== value && unanswered.get(what) !== session.number()) return send(selection, what, value);
        done(selection, what, value);
      }
    }
  };

  return {
    tell: (selection, told) => {
      const values = wanted.get(selection) ?? new Map<What, number>();
      for (const what of ORDER) {
        const value = told[what];
        if (value === undefined) continue;
        if (value <= MOST[what]) values.set(what, value);
        else log.warn('vmc.notTold', { slot: selections.slotOf(selection), what, value });
      }
      if (values.size > 0) wanted.set(selection, values);
      next();
    },
    next,
    hold: (selection) => {
      if (selection !== undefined) wanted.get(selection)?.delete('stock');
      if (current && session.withdraw(current.outgoing)) current = null;
    },
    isUnsure: (selection) => {
      const touches = (what: What) =>
        wanted.get(selection)?.has(what) === true || (current?.selection === selection && current.what === what);
      return touches('stock') || touches('capacity');
    },
  };
}
