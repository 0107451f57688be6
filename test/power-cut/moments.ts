/**
 * When the power goes. A moment is something seen from outside: a line of the log, a request that reached PayPay and is
 * not answered yet, a drive frame that reached the machine and whose motor does not turn yet.
 */
import type { Settlement } from '../../app/order/events.ts';
import type { Random } from '../simulation/random.ts';

export interface Moment {
  /** As the lane names what it sees. */
  readonly sight: string;
  /** It goes when this is seen for the nth time in one life of the process. */
  readonly nth: number;
  /** Who has to come for it to be seen. */
  readonly guest: Guest;
}
export type Guest = 'anybody' | 'pays' | 'paysForThree' | 'paysForJam' | 'leaves';

const when = (guest: Guest, sights: readonly string[], nth = 1): Moment[] => sights.map((sight) => ({ sight, nth, guest }));

const EITHER: readonly Moment[] = [
  ...when('anybody', ['log vmc.phase', 'log paypay.state', 'log gate']),
  ...when('anybody', ['log order.opened', 'log code.requested', 'log paypay.createCode', 'log code.created']),
  ...when('anybody', ['request createCode', 'request paymentDetails']),
  ...when('pays', ['log vend.requested', 'drive frame', 'log vend.succeeded', 'log order.closed']),
  ...when('paysForThree', ['log vend.requested', 'drive frame', 'log vend.succeeded'], 2),
  ...when('paysForJam', ['log vend.failed']),
  ...when('leaves', ['request deleteCode', 'log cancel.requested', 'request cancel', 'log paypay.cancel']),
  ...when('leaves', ['log cancel.accepted', 'log payment.closed']),
];

export const MOMENTS: Readonly<Record<Settlement, readonly Moment[]>> = {
  sale: [
    ...EITHER,
    ...when('pays', ['log payment.completed']),
    ...when('paysForJam', ['log refund.requested', 'request refund', 'log paypay.refund', 'log refund.accepted']),
    ...when('paysForJam', ['request refundDetails', 'log refund.completed']),
  ],
  authorize: [
    ...EITHER,
    ...when('pays', ['log payment.authorized', 'log capture.requested', 'request capture', 'log paypay.capture', 'log capture.completed']),
    ...when('paysForJam', ['log revert.requested', 'request revert', 'log paypay.revert', 'log revert.completed']),
  ],
};

/** Deals every moment before any comes again; one that was waited for in vain comes again at the end. */
export class Deck {
  readonly #random: Random;
  readonly #moments: readonly Moment[];
  readonly #left: Moment[] = [];

  constructor(random: Random, moments: readonly Moment[]) {
    this.#random = random;
    this.#moments = moments;
  }

  deal(): Moment {
    const moment = this.#left.pop();
    if (moment !== undefined) return moment;
    for (const next of this.#moments) this.#left.splice(this.#random.whole(0, this.#left.length), 0, next);
    return this.deal();
  }

  putBack(moment: Moment): void {
    this.#left.unshift(moment);
  }
}
