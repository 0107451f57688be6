/** PayPay's time on this host. Requests more than two minutes off are refused, and QR codes expire by PayPay's clock. */
import type { Clock } from '../../app/ports.ts';

/**
 * Follows the `Date` header of PayPay's answers. A header dated `d` with one-second steps, in answer to a request sent at
 * `s` and received at `r`, only says that PayPay's clock was between `d - r` and `d + 1 s - s` ahead; the estimate moves
 * when it lies outside that interval, and then to its middle. It is kept against the monotonic clock, so that somebody who
 * sets the host's clock does not move it.
 */
export class ServerClock {
  readonly #clock: Clock;
  #base_ms: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** False until PayPay has answered once; until then the host's own time has to do. */
  get known(): boolean {
    return this.#base_ms !== null;
  }

  now_ms(): number {
    return this.#base_ms === null ? this.#clock.now_ms() : this.#clock.monotonic_ms() + this.#base_ms;
  }

  /** How far PayPay is ahead of the host's wall clock. */
  offset_ms(): number {
    return Math.round(this.now_ms() - this.#clock.now_ms());
  }

  /**
   * @param date value of the `Date` header, if there was one
   * @param sent_ms when the request left, on the monotonic clock; the answer is taken to have arrived now
   * @returns how far the estimate moved, in ms
   */
  observe(date: string | undefined, sent_ms: number): number {
    const dated_ms = date === undefined ? NaN : Date.parse(date);
    if (Number.isNaN(dated_ms)) return 0;
    const monotonic_ms = this.#clock.monotonic_ms();
    const lowest = dated_ms - monotonic_ms;
    const highest = dated_ms + 1000 - sent_ms;
    const before = this.#base_ms ?? this.#clock.now_ms() - monotonic_ms;
    this.#base_ms = before >= lowest && before <= highest ? before : (lowest + highest) / 2;
    return Math.abs(this.#base_ms - before);
  }
}
