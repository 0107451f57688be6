/** What the controller has said of its selections, and how they are called in the shop. */
import type { MachineState, SlotState } from '../../app/ports.ts';

export interface Selection {
  state: SlotState;
  /** Null: not told since something last moved. */
  stock: number | null;
  capacity: number | null;
  price: number | null;
  /** Session in which the stock was told. */
  session: number;
}

export interface Selections {
  /** Null: this slot has no selection number. */
  numberOf(slot: string): number | null;
  slotOf(selection: number): string;
  entry(selection: number): Selection;
  /** What the controller has said of it in this session; null: nothing yet. */
  saidIn(session: number, selection: number): Selection | null;
  /** Those that the controller has and does not sell, in the order of their numbers. */
  stopped(): readonly number[];
  /** The selections that a setting means; null: it can't be told which they are. */
  addressed(address: number): readonly number[] | null;
  /** Somebody pressed "fully loaded": each holds as many as it can. */
  fill(session: number): void;
  /** No stock is known any more: somebody filled the machine, or several selections changed at once. */
  forgetStocks(): void;
  slots(): MachineState['slots'];
}

/** In settings, 1000 + n is tray n. */
const FIRST_TRAY = 1000;

/** @param configured slot → selection number; a slot that is not there and is a plain number is its own selection */
export function createSelections(configured: Readonly<Record<string, number>> = {}): Selections {
  const names = new Map(Object.entries(configured).map(([slot, selection]) => [selection, slot]));
  const known = new Map<number, Selection>();
  const slotOf = (selection: number) => names.get(selection) ?? String(selection);
  return {
    numberOf: (slot) => {
      const own = Object.hasOwn(configured, slot) ? configured[slot] : undefined;
      return own ?? (/^[1-9]\d{0,4}$/.test(slot) && Number(slot) <= 0xffff ? Number(slot) : null);
    },
    slotOf,
    entry: (selection) => {
      const entry = known.get(selection) ?? { state: 'unknown', stock: null, capacity: null, price: null, session: 0 };
      known.set(selection, entry);
      return entry;
    },
    saidIn: (session, selection) => {
      const entry = known.get(selection);
      return entry?.session === session ? entry : null;
    },
    stopped: () =>
      [...known]
        .filter(([, { state }]) => state !== 'ready' && state !== 'missing')
        .map(([selection]) => selection)
        .sort((a, b) => a - b),
    addressed: (address) => {
      if (address === 0) return [...known.keys()];
      // The document does not say which selections stand on a tray.
      return address >= FIRST_TRAY ? null : [address];
    },
    fill: (session) => {
      for (const entry of known.values()) {
        entry.stock = entry.capacity;
        entry.session = session;
        if (entry.state === 'empty') entry.state = 'ready';
      }
    },
    forgetStocks: () => {
      for (const entry of known.values()) entry.stock = null;
    },
    slots: () =>
      new Map(
        Array.from(known, ([selection, { state, stock, capacity }]) => [
          slotOf(selection),
          { state, ...(stock === null ? {} : { stock }), ...(capacity === null ? {} : { capacity }) },
        ]),
      ),
  };
}
