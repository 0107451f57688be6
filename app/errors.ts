/**
 * What a call to the outside world told us, by what is known and not by what the wire said.
 *
 * Every port that can move money or goods answers with an {@link Outcome}; the value stands only in *done*, and a
 * switch over the others that ends in {@link impossible} does not compile where *unknown* is forgotten.
 */

/** The far end did what was asked and said so. */
export interface Done<T> {
  readonly outcome: 'done';
  readonly value: T;
}

/** The far end certainly did nothing, and said why: a 4xx with a code, a NAK. Asking again at once is pointless. */
export interface Rejected {
  readonly outcome: 'rejected';
  /** Stable key of the far end, for example PayPay's `resultInfo.code`. */
  readonly code: string;
  /** For logs and operators; never compared and never shown to customers. */
  readonly message: string;
  /** Where a person can read more (PayPay's resolve page), when there is such a place. */
  readonly help?: string;
}

/** Certainly not sent: DNS, refused connection, closed port, clock not established. Safe to try again. */
export interface Unavailable {
  readonly outcome: 'unavailable';
  readonly message: string;
}

/** Sent, without a definite answer: time-out, reset after write, 5xx, unreadable 2xx. Ask before acting. */
export interface UnknownOutcome {
  readonly outcome: 'unknown';
  readonly message: string;
}

export type Outcome<T> = Done<T> | Rejected | Unavailable | UnknownOutcome;

export const done = <T>(value: T): Done<T> => ({ outcome: 'done', value });
export const rejected = (code: string, message: string, help?: string): Rejected =>
  help === undefined ? { outcome: 'rejected', code, message } : { outcome: 'rejected', code, message, help };
export const unavailable = (message: string): Unavailable => ({ outcome: 'unavailable', message });
export const unknownOutcome = (message: string): UnknownOutcome => ({ outcome: 'unknown', message });

/** For the `default` of an exhaustive switch: a new case is a compile error, an impossible one at run time is thrown. */
export function impossible(value: never): never {
  throw new Error(`impossible value: ${JSON.stringify(value)}`);
}
