/** A clock whose time only passes when the test says so, with timers in the order of their time. */
import type { Clock, Ids, Log } from '../../../app/ports.ts';
import { seededRandom } from '../../../main/paypay/simulator/random.ts';

export class VirtualClock implements Clock {
  #now_ms: number;
  #timers = new Map<number, { due_ms: number; callback: () => void }>();
  #next = 1;
  readonly start_ms: number;
  /** What takes real time, as a disk does: no time passes here until it has ended. */
  readonly real = new Set<Promise<unknown>>();

  constructor(start_ms = Date.UTC(2026, 10, 23, 3, 0, 0)) {
    this.start_ms = start_ms;
    this.#now_ms = start_ms;
  }
  now_ms() {
    return this.#now_ms;
  }
  monotonic_ms() {
    return this.#now_ms - this.start_ms;
  }
  setTimeout(callback: () => void, delay_ms: number) {
    this.#timers.set(this.#next, { due_ms: this.#now_ms + Math.max(0, delay_ms), callback });
    return this.#next++;
  }
  clearTimeout(handle: unknown) {
    this.#timers.delete(handle as number);
  }
  /** Lets time pass, and what hangs on it happen. */
  async advance(delta_ms: number): Promise<void> {
    const end_ms = this.#now_ms + delta_ms;
    do await this.#settle();
    while (this.#fireNext(end_ms));
    this.#now_ms = end_ms;
  }
  async #settle(): Promise<void> {
    await settle();
    while (this.real.size > 0) {
      await Promise.allSettled(this.real);
      await settle();
    }
  }
  /** Passes as much time as the promise needs, at most ten minutes. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let pending = true;
    const watched = promise.finally(() => (pending = false));
    watched.catch(() => {});
    const end_ms = this.#now_ms + 600_000;
    do await this.#settle();
    while (pending && this.#fireNext(end_ms));
    if (pending) throw new Error('nothing is left to happen within ten minutes, and the promise is still pending');
    return watched;
  }
  /** @returns false when no timer is due by then */
  #fireNext(end_ms: number): boolean {
    let first: [number, { due_ms: number; callback: () => void }] | null = null;
    for (const entry of this.#timers) if (!first || entry[1].due_ms < first[1].due_ms) first = entry;
    if (!first || first[1].due_ms > end_ms) return false;
    this.#timers.delete(first[0]);
    this.#now_ms = first[1].due_ms;
    first[1].callback();
    return true;
  }
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Counts up and draws from a seeded generator. */
export function seededIds(seed = 1): Ids {
  let count = 0;
  return {
    next: (kind) => `${kind}-${seed}-${++count}`,
    random: seededRandom(seed),
  };
}

export const silentLog: Log = { info() {}, warn() {}, error() {} };
