/** Misbehaviour on order: which calls go wrong, how, and how often. */
import { z } from 'zod';
import { refusal, unauthorized, type Answer, type Fate } from './answer.ts';
import { seededRandom } from './random.ts';

/**
 * 502: an HTML page. hang: no answer, ever. slow: after delay_ms. cut: half of the answer, then the connection breaks.
 * lost: processed, no answer. reset: not processed, no answer. garbled: half of the answer as if it were whole.
 */
export const FAULT_KINDS = ['401', '429', '500', '502', '503', 'hang', 'slow', 'cut', 'lost', 'reset', 'garbled'] as const;
/** late: after delay_ms. reorder: after the next one. */
const WEBHOOK_FAULTS = ['lost', 'late', 'duplicate', 'reorder'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number] | (typeof WEBHOOK_FAULTS)[number];

const CallFault = z.strictObject({
  /** Name of an operation, or `*` for every one. */
  operation: z
    .string()
    .regex(/^(?!webhook$)./)
    .default('*'),
  kind: z.enum(FAULT_KINDS),
  times: z.int().min(0).max(1_000_000).default(1),
  /** Whether PayPay does what was asked before it misbehaves; by default as the kind suggests. */
  processed: z.boolean().optional(),
  delay_ms: z.int().min(0).max(600_000).default(3000),
  /** Header of a 429. */
  retryAfter_s: z.int().min(0).max(3600).optional(),
});
const WebhookFault = CallFault.extend({ operation: z.literal('webhook'), kind: z.enum(WEBHOOK_FAULTS) });

export const Fault = z.union([WebhookFault, CallFault]);
export type Fault = z.infer<typeof Fault>;

/** From now on every call goes wrong with this probability, in ways that follow from the seed. 0 ends it. */
export const FaultSeed = z.strictObject({
  seed: z.int(),
  rate: z.number().min(0).max(1),
  kinds: z
    .array(z.enum(FAULT_KINDS))
    .min(1)
    .default([...FAULT_KINDS]),
});
export type FaultSeed = z.infer<typeof FaultSeed>;

const PROCESSED: ReadonlySet<FaultKind> = new Set(['slow', 'cut', 'lost', 'garbled']);

export const isProcessed = (fault: Fault): boolean => fault.processed ?? PROCESSED.has(fault.kind);

/** Faults in the order in which they were asked for, each used up; then those of the seed. */
export class Faults {
  #pending: { fault: Fault; left: number }[] = [];
  #seeded: (() => Fault | null) | null = null;

  /** `times: 0` takes back what is pending for the operation; `*`: everything. */
  add(fault: Fault): void {
    if (fault.times > 0) this.#pending.push({ fault, left: fault.times });
    else this.#pending = fault.operation === '*' ? [] : this.#pending.filter(({ fault: other }) => other.operation !== fault.operation);
  }

  seed({ seed, rate, kinds }: FaultSeed): void {
    const random = seededRandom(seed);
    const pick = (): Fault => ({
      operation: '*',
      kind: kinds[Math.floor(random() * kinds.length)] ?? '500',
      times: 1,
      delay_ms: Math.floor(random() * 4000),
      ...(random() < 0.5 ? { retryAfter_s: Math.floor(random() * 3) } : {}),
    });
    this.#seeded = rate > 0 ? () => (random() < rate ? pick() : null) : null;
  }

  next(operation: string): Fault | null {
    const found = this.#pending.find(({ fault }) => fault.operation === operation || (fault.operation === '*' && operation !== 'webhook'));
    if (!found) return operation === 'webhook' ? null : (this.#seeded?.() ?? null);
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
