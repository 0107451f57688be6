/**
 * How old a mark is. What a machine shows minutes after a vend speaks of that vend; what it shows the next morning may
 * as well be somebody else's doing: goods sold for cash, a slot that staff filled, a door that they opened.
 */
import type { Clock, VendMark } from '../app/ports.ts';

/** When it was made: by the host's wall clock, and by the one that starts with the host. */
export interface Made {
  readonly at_ms: number;
  readonly monotonic_ms: number;
}
type Clocks = Pick<Clock, 'now_ms' | 'monotonic_ms'>;

/** More is no rounding: the wall clock was set, or the computer restarted. */
const CLOCKS_AGREE_MS = 1000;
/** A process that is restarted, and the kiosk's patience with a machine that is away (about four minutes). */
const RETURN_MS = 300_000;

export const madeNow = (clock: Clocks): Made => ({ at_ms: clock.now_ms(), monotonic_ms: clock.monotonic_ms() });

const numberIn = (mark: VendMark, key: keyof Made): number => {
  const value = mark[key];
  return typeof value === 'number' ? value : 0;
};
/** Of a mark from the journal, whatever wrote it. */
export const madeOf = (mark: VendMark): Made => ({ at_ms: numberIn(mark, 'at_ms'), monotonic_ms: numberIn(mark, 'monotonic_ms') });

/** Null: the clocks differ, so nothing is certain. */
export function age_ms({ at_ms, monotonic_ms }: Made, clock: Clocks): number | null {
  const wall_ms = clock.now_ms() - at_ms;
  const passed_ms = clock.monotonic_ms() - monotonic_ms;
  return Math.abs(wall_ms - passed_ms) <= CLOCKS_AGREE_MS ? Math.max(0, Math.min(wall_ms, passed_ms)) : null;
}

/** @param longest_ms how long a vend may take. An age that is not known counts as old. */
export const isRecent = (made: Made, clock: Clocks, longest_ms: number): boolean =>
  (age_ms(made, clock) ?? Infinity) <= longest_ms + RETURN_MS;
