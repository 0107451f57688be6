/**
 * Guesses cost time, and more with every wrong one. A guess is counted before it is looked at, so guessing in
 * parallel wins nothing; the counts stand in the journal, so pulling the plug wins nothing either.
 */
import type { Clock } from '../ports.ts';

const FREE_failures = 2;
const FIRST_DELAY_ms = 5_000;
const LONGEST_DELAY_ms = 15 * 60_000;

/** How long the next guess has to wait after so many wrong ones in a row. */
export const delayAfter_ms = (failures: number): number =>
  failures <= FREE_failures ? 0 : Math.min(LONGEST_DELAY_ms, FIRST_DELAY_ms * 2 ** Math.min(failures - FREE_failures - 1, 20));

export interface Guesses {
  /** Takes one guess. @returns how long to wait instead, or 0 and the number of guesses in a row including this one */
  take(key: string): { readonly wait_ms: number; readonly failures: number };
  /** The guess was right. */
  forgive(key: string): void;
  /** From the journal, at a start; the wait begins anew. */
  restore(key: string, failures: number): void;
}

export function createGuesses(clock: Clock): Guesses {
  const known = new Map<string, { failures: number; notBefore_ms: number }>();
  const set = (key: string, failures: number): void =>
    void known.set(key, { failures, notBefore_ms: clock.monotonic_ms() + delayAfter_ms(failures) });
  return {
    take(key) {
      const entry = known.get(key) ?? { failures: 0, notBefore_ms: 0 };
      const wait_ms = Math.max(0, Math.ceil(entry.notBefore_ms - clock.monotonic_ms()));
      if (wait_ms > 0) return { wait_ms, failures: entry.failures };
      set(key, entry.failures + 1);
      return { wait_ms: 0, failures: entry.failures + 1 };
    },
    forgive: (key) => void known.delete(key),
    restore: set,
  };
}

/** PINs that are tried first by anybody: one digit, or a run of them. */
export function isEasyPin(pin: string): boolean {
  const steps = new Set([...pin].slice(1).map((digit, i) => Number(digit) - Number(pin[i])));
  return steps.size === 1 && [0, 1, -1].includes([...steps][0] ?? 9);
}
