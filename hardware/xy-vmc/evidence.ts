/**
 * What can still be known of a vend whose status never came: the controller's stock before and after, and a jam that
 * was not there before. Pure; asking and waiting is the driver's part.
 */
import type { Clock, SlotState, VendMark } from '../../app/ports.ts';
import type { Likely, VendFailure } from '../../app/order/events.ts';
import { age_ms, madeOf } from '../mark-age.ts';
import type { Made } from '../mark-age.ts';

/** Written into the journal before a vend. Stock null: the controller did not say. */
export type Mark = VendMark &
  Made & {
    readonly stock: number | null;
    readonly state: SlotState;
    /** This controller has been seen to count what it delivers. One that is driven directly may not (4.0). */
    readonly counts: boolean;
  };

/** What the controller says of the selection now. */
export interface Findings {
  readonly stock: number | null;
  readonly state: SlotState;
  /** It stands in the list of jammed selections; null: no list came. */
  readonly jammed: boolean | null;
}

export type Verdict =
  | { readonly evidence: 'delivered'; readonly proof: string }
  | { readonly evidence: 'notDelivered'; readonly why: VendFailure; readonly proof: string }
  | { readonly evidence: 'none'; readonly likely: Likely; readonly proof: string };

/** A mark from the journal, whatever wrote it. */
export function readMark(mark: VendMark): Mark {
  return {
    stock: typeof mark['stock'] === 'number' ? mark['stock'] : null,
    state: typeof mark['state'] === 'string' ? (mark['state'] as SlotState) : 'unknown',
    counts: mark['counts'] === true,
    ...madeOf(mark),
  };
}

/** How long the motor may have run for already. Where the age of the mark is not known, it may have begun now. */
export const since_ms = (mark: Mark, clock: Pick<Clock, 'now_ms' | 'monotonic_ms'>): number => age_ms(mark, clock) ?? 0;

/**
 * One vend takes one, and only of its own time can be said that nobody else sold, filled or stopped the selection. What
 * left it otherwise may be this customer's, so a person judges.
 * @param still the motor certainly stands still: before that, an unchanged stock means nothing
 * @param recent the mark is of the time of this vend
 */
export function judge(before: Mark, now: Findings, { still, recent }: { still: boolean; recent: boolean }): Verdict {
  if (before.stock !== null && now.stock !== null && now.stock < before.stock) {
    const went = `the controller's stock went from ${before.stock} to ${now.stock}`;
    if (recent && now.stock === before.stock - 1) return { evidence: 'delivered', proof: went };
    return { evidence: 'none', likely: 'delivered', proof: `${went}, perhaps for others` };
  }
  if (before.state === 'ready' && (now.jammed === true || now.state === 'jammed' || now.state === 'paused'))
    return recent
      ? { evidence: 'notDelivered', why: 'jam', proof: 'the controller has stopped this selection since, as it does after a jam' }
      : { evidence: 'none', likely: 'notDelivered', proof: 'this selection was stopped since, perhaps not by this vend' };
  if (!still) return { evidence: 'none', likely: 'none', proof: 'the motor may still be running' };
  if (before.stock === null || now.stock === null)
    return { evidence: 'none', likely: 'none', proof: 'the controller did not tell its stock' };
  if (now.stock > before.stock) return { evidence: 'none', likely: 'none', proof: 'the selection was filled since' };
  if (before.counts && recent)
    return { evidence: 'notDelivered', why: 'notSent', proof: `the controller counts its stock, and it is still ${now.stock}` };
  const but = before.counts ? 'the selection may have been filled since' : 'it may not count';
  return { evidence: 'none', likely: 'notDelivered', proof: `the controller's stock is still ${now.stock}, but ${but}` };
}
