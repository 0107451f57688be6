/** Time that passes only when a test says so, in the order of its timers. */
import type { Clock } from '../../app/ports.ts';

interface Timer {
  readonly due_ms: number;
  readonly order: number;
  callback: (() => void) | null;
}

export interface VirtualClock extends Clock {
  /** Runs everything due within `span_ms`, letting promises settle between timers. */
  advance(span_ms: number): Promise<void>;
  /** Timers that wait. */
  pending(): number;
  /** Advances until the promise is settled; fails after `limit_ms` of virtual time. */
  until<T>(promise: Promise<T>, limit_ms?: number): Promise<T>;
}

/** Longer than any chain of promises between two timers; far cheaper than a turn of the event loop. */
const settle = async () => {
  for (let i = 0; i < 16; i += 1) await Promise.resolve();
};

/** @param epoch_ms the wall clock at the start */
export function createVirtualClock(epoch_ms = Date.UTC(2026, 0, 5, 3)): VirtualClock {
  const heap: Timer[] = [];
  let now = 0;
  let order = 0;
  const before = (a: Timer, b: Timer) => a.due_ms < b.due_ms || (a.due_ms === b.due_ms && a.order < b.order);
  const push = (timer: Timer) => {
    let i = heap.push(timer) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(timer, heap[parent] as Timer)) break;
      heap[i] = heap[parent] as Timer;
      i = parent;
    }
    heap[i] = timer;
  };
  const pop = (): Timer | undefined => {
    const top = heap[0];
    const last = heap.pop();
    if (!top || !last || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Timer, heap[child] as Timer)) child += 1;
      if (!before(heap[child] as Timer, last)) break;
      heap[i] = heap[child] as Timer;
      i = child;
    }
    heap[i] = last;
    return top;
  };
  /** Runs the next timer due until `end_ms`; false when there is none. */
  const step = (end_ms: number): boolean => {
    for (;;) {
      const next = heap[0];
      if (!next || next.due_ms > end_ms) return false;
      pop();
      if (!next.callback) continue;
      now = Math.max(now, next.due_ms);
      next.callback();
      return true;
    }
  };
  return {
    now_ms: () => epoch_ms + now,
    monotonic_ms: () => now,
    setTimeout: (callback, delay_ms) => {
      const timer: Timer = { due_ms: now + Math.max(0, delay_ms), order: (order += 1), callback };
      push(timer);
      return timer;
    },
    clearTimeout: (handle) => {
      if (handle !== null) (handle as Timer).callback = null;
    },
    pending: () => heap.filter(({ callback }) => callback !== null).length,
    advance: async (span_ms) => {
      const end_ms = now + span_ms;
      await settle();
      while (step(end_ms)) await settle();
      now = end_ms;
    },
    until: async (promise, limit_ms = 3_600_000) => {
      const end_ms = now + limit_ms;
      let settled = false;
      promise.then(
        () => (settled = true),
        () => (settled = true),
      );
      await settle();
      while (!settled) {
        if (!step(end_ms)) throw new Error(`nothing settled within ${limit_ms} ms of virtual time`);
        await settle();
      }
      return promise;
    },
  };
}
