/**
 * Time that passes only when there is nothing left to do. Timers run in the order of their time, and between two of
 * them every promise that can go on does, so a run depends on nothing but its seed.
 *
 * The machine's side has a clock of its own that stands still while nothing can happen on its wire: a VMC polls five
 * times a second, and those polls would be nearly all of a run.
 */
import type { Clock } from '../../app/ports.ts';

export interface Timer {
  readonly due_ms: number;
  readonly order: number;
  callback: (() => void) | null;
}

/** A binary heap by time, then by age. Cancelled timers stay until their time comes. */
class TimerQueue {
  readonly #heap: Timer[] = [];
  #count = 0;

  add(due_ms: number, callback: () => void): Timer {
    const timer: Timer = { due_ms, order: this.#count++, callback };
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Timer;
      if (!before(timer, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = timer;
    return timer;
  }

  /** When the next timer that was not cancelled is due. */
  nextDue_ms(): number {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined) return Number.POSITIVE_INFINITY;
      if (first.callback !== null) return first.due_ms;
      this.take();
    }
  }

  take(): Timer | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Timer, heap[child] as Timer)) child += 1;
      if (!before(heap[child] as Timer, last)) break;
      heap[at] = heap[child] as Timer;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

/** Timers keep whole milliseconds, as Node's do: fractions would add up to waits too short to move the clock. */
const whole_ms = (delay_ms: number): number => Math.max(0, Math.ceil(delay_ms));

const before = (a: Timer, b: Timer): boolean => a.due_ms < b.due_ms || (a.due_ms === b.due_ms && a.order < b.order);

/** Who sets a timer for now, again and again, would keep a run from ever ending. */
const MOST_AT_ONCE = 100_000;

export class VirtualTime {
  /** Milliseconds since the world began. */
  now_ms = 0;
  /** The same on the machine's side. */
  machineNow_ms = 0;
  /** Whether the machine's clock runs. */
  machineAwake: () => boolean = () => true;
  readonly #world = new TimerQueue();
  readonly #machine = new TimerQueue();
  /** Timers that fired without a millisecond in between. */
  #atOnce = 0;

  /** @param start_ms wall clock at the beginning */
  clock(start_ms: number): Clock {
    return {
      now_ms: () => start_ms + this.now_ms,
      monotonic_ms: () => this.now_ms,
      setTimeout: (callback, delay_ms) => this.#world.add(this.now_ms + whole_ms(delay_ms), callback),
      clearTimeout: cancel,
    };
  }

  machineClock(start_ms: number): Clock {
    return {
      now_ms: () => start_ms + this.machineNow_ms,
      monotonic_ms: () => this.machineNow_ms,
      setTimeout: (callback, delay_ms) => this.#machine.add(this.machineNow_ms + whole_ms(delay_ms), callback),
      clearTimeout: cancel,
    };
  }

  /** Runs timers until `over` says so, nothing is left to do, or `limit_ms` is reached. */
  run(over: () => boolean, limit_ms: number): Promise<'over' | 'idle' | 'limit'> {
    return new Promise((resolve, reject) => {
      // A tick that is queued from a microtask runs when all microtasks are done, those that they queue included.
      const afterMicrotasks = () => process.nextTick(step);
      const step = () => {
        try {
          if (over()) return resolve('over');
          const fired = this.#fire(limit_ms);
          if (fired !== null) return resolve(fired);
        } catch (error) {
          return reject(error instanceof Error ? error : new Error(String(error)));
        }
        queueMicrotask(afterMicrotasks);
      };
      queueMicrotask(afterMicrotasks);
    });
  }

  #fire(limit_ms: number): 'idle' | 'limit' | null {
    const awake = this.machineAwake();
    const world_ms = this.#world.nextDue_ms();
    const machine_ms = awake ? this.now_ms + this.#machine.nextDue_ms() - this.machineNow_ms : Number.POSITIVE_INFINITY;
    const due_ms = Math.min(world_ms, machine_ms);
    if (due_ms === Number.POSITIVE_INFINITY) return 'idle';
    if (due_ms > limit_ms) return 'limit';
    if (awake) this.machineNow_ms += due_ms - this.now_ms;
    this.#atOnce = due_ms === this.now_ms ? this.#atOnce + 1 : 0;
    if (this.#atOnce > MOST_AT_ONCE) throw new Error(`time stands still at ${this.now_ms} ms`);
    this.now_ms = due_ms;
    (machine_ms <= world_ms ? this.#machine : this.#world).take()?.callback?.();
    return null;
  }
}

const cancel = (timer: unknown): void => {
  if (timer !== null && timer !== undefined) (timer as Timer).callback = null;
};
