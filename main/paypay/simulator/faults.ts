/** Misbehaviour on order: which calls go wrong, how, and how often. */
import { z } from 'zod';
import { refusal, unauthorized, type Answer, type Fate } from './answer.ts';

export const FAULT_KINDS = ['401', '429', '500', '502', '503', 'hang', 'slow', 'cut', 'lost', 'reset', 'garbled'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export const Fault = z.strictObject({
  /** Name of an operation, or `*`. */
  operation: z.string().min(1).default('*'),
  kind: z
    .enum(FAULT_KINDS)
    .describe(
      '502: an HTML page. hang: no answer, ever. slow: after delay_ms. cut: half of the answer. lost: processed, no answer. reset: not processed, no answer. garbled: not JSON.',
    ),
  times: z.int().min(0).max(1_000_000).default(1),
  /** Whether PayPay does what was asked before it misbehaves; by default as the kind suggests. */
  processed: z.boolean().optional(),
  delay_ms: z.int().min(0).max(600_000).default(3000),
  retryAfter_s: z.int().min(0).max(3600).optional(),
});
export type Fault = z.infer<typeof Fault>;

const PROCESSED: ReadonlySet<FaultKind> = new Set(['slow', 'cut', 'lost', 'garbled']);

export const isProcessed = (fault: Fault): boolean => fault.processed ?? PROCESSED.has(fault.kind);

/** Faults in the order in which they were asked for; each is used up. */
export class Faults {
  #pending: { fault: Fault; left: number }[] = [];

  /** `times: 0` takes back what is pending for the operation. */
  add(fault: Fault): void {
    if (fault.times === 0)
      this.#pending = this.#pending.filter(({ fault: other }) => fault.operation !== '*' && other.operation !== fault.operation);
    else this.#pending.push({ fault, left: fault.times });
  }

  next(operation: string): Fault | null {
    const found = this.#pending.find(({ fault }) => fault.operation === '*' || fault.operation === operation);
    if (!found) return null;
    found.left -= 1;
    if (found.left === 0) this.#pending.splice(this.#pending.indexOf(found), 1);
    return found.fault;
  }
}

/** An error of PayPay's instead of the answer; null for faults of the way. */
export function faultAnswer(kind: FaultKind): Answer | null {
  if (kind === '401') return unauthorized;
  if (kind === '429') return refusal(429, 'RATE_LIMIT', '08100998', 'Too many requests');
  if (kind === '500') return refusal(500, 'INTERNAL_SERVER_ERROR', '08101000', 'Something went wrong on PayPay service side');
  if (kind === '503') return refusal(503, 'MAINTENANCE_MODE', '08100999', 'Sorry, we are down for scheduled maintenance');
  return null;
}

export function faultFate(fault: Fault): Fate {
  if (fault.kind === 'hang' || fault.kind === 'cut' || fault.kind === 'reset') return { kind: fault.kind };
  if (fault.kind === 'slow') return { kind: 'slow', delay_ms: fault.delay_ms };
  return { kind: fault.kind === 'lost' ? 'reset' : 'send' };
}
