/**
 * What can still be known of a vend whose status never came: the controller's stock before and after, and a jam that
 * was not there before. Pure; asking and waiting is the driver's part.
 */
import type { Clock, SlotState, VendMark } from '../../app/ports.ts';
import type { Likely, VendFailure } from '../../app/order/events.ts';

/** Written into the journal before a vend. Stock null: the controller did not say. */
export type Mark = VendMark & {
  readonly stock: number | null;
  readonly state: SlotState;
  /** This controller has been seen to count what it delivers. One that is driven directly may not (4.0). */
  readonly counts: boolean;
  /** Host's wall clock, and the one that starts with the host. */
  readonly at_ms: number;
  readonly monotonic_ms: number;
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
    at_ms: typeof mark['at_ms'] === 'number' ? mark['at_ms'] : 0,
    monotonic_ms: typeof mark['monotonic_ms'] === 'number' ? mark['monotonic_ms'] : 0,
  };
}

/** More is no rounding: the wall clock was set, or the computer restarted. */
const CLOCKS_AGREE_MS = 1000;

/** How long ago the mark was made, as far as both clocks say so. Where they differ nothing is certain, and it counts as now. */
export function since_ms({ at_ms, monotonic_ms }: Mark, clock: Pick<Clock, 'now_ms' | 'monotonic_ms'>): number {
  const wall_ms = clock.now_ms() - at_ms;
  const passed_ms = clock.monotonic_ms() - monotonic_ms;
  return Math.abs(wall_ms - passed_ms) <= CLOCKS_AGREE_MS ? Math.max(0, Math.min(wall_ms, passed_ms)) : 0;
}

/** @param still the motor certainly stands still: before that, an unchanged stock means nothing */
export function judge(before: Mark, now: Findings, still: boolean): Verdict {
  if (before.stock !== null && now.stock !== null && now.stock < before.stock)
    return { evidence: 'delivered', proof: `the controller's stock went from ${before.stock} to ${now.stock}` };
  if (before.state === 'ready' && (now.jammed === true || now.state === 'jammed' || now.state === 'paused'))
    return { evidence: 'notDelivered', why: 'jam', proof: 'the controller has stopped this selection since, as it does after a jam' };
  if (!still) return { evidence: 'none', likely: 'none', proof: 'the motor may still be running' };
  if (before.stock === null || now.stock === null)
    return { evidence: 'none', likely: 'none', proof: 'the controller did not tell its stock' };
  if (now.stock > before.stock) return { evidence: 'none', likely: 'none', proof: 'the selection was filled since' };
  if (before.counts)
    return { evidence: 'notDelivered', why: 'notSent', proof: `the controller counts its stock, and it is still ${now.stock}` };
  return { evidence: 'none', likely: 'notDelivered', proof: `the controller's stock is still ${now.stock}, but it may not count` };
}
