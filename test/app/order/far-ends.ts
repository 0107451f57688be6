/** A PayPay and a machine that say what they are told to. */
import { done, rejected, unavailable, unknownOutcome, type Outcome } from '../../../app/errors.ts';
import type { PaymentFacts, PaymentGateway, RefundStatus, VendEvidence, VendingMachine, VendOutcome } from '../../../app/ports.ts';
import { NOW_ms, said } from './orders.ts';

export const STATUSES = [
  'absent',
  'created',
  'authorized',
  'reauthorizing',
  'completed',
  'refunded',
  'failed',
  'canceled',
  'expired',
  'unrecognised',
] as const;

/** One answer to any question; each call takes of it what it can use. */
export interface Answer {
  readonly kind: 'done' | 'rejected' | 'unavailable' | 'unknown';
  readonly status: (typeof STATUSES)[number];
  readonly captured_jpy: number;
  readonly refund: RefundStatus;
  readonly code: 'gone' | 'paid';
  readonly vend: VendOutcome;
  readonly evidence: VendEvidence;
  readonly ready: boolean;
}

/** Everything is paid, comes out and is given back. */
export const WELL: Answer = {
  ...{ kind: 'done', status: 'completed', captured_jpy: 0, refund: 'refunded', code: 'gone', ready: true },
  ...{ vend: { outcome: 'succeeded', proof: 'machine' }, evidence: { evidence: 'delivered', proof: '' } },
};
/** Far ends that tell the answers one after the other, and the last one for ever. */
export function farEnds(answers: readonly Answer[], now_ms: () => number): { gateway: PaymentGateway; machine: VendingMachine } {
  let next = 0;
  const take = (): Answer => answers[Math.min(next++, answers.length - 1)] as Answer;
  const say = <T>(value: (answer: Answer) => T): Promise<Outcome<T>> => {
    const answer = take();
    switch (answer.kind) {
      case 'done':
        return Promise.resolve(done(value(answer)));
      case 'rejected':
        return Promise.resolve(rejected('X', ''));
      case 'unavailable':
        return Promise.resolve(unavailable(''));
      case 'unknown':
        return Promise.resolve(unknownOutcome(''));
    }
  };
  const facts = ({ status, captured_jpy }: Answer): PaymentFacts =>
    said(status, {
      captures: status === 'completed' ? [{ merchantCaptureId: 'o-1-capture-1', completed: true, amount_jpy: captured_jpy }] : [],
    });
  const off = () => () => {};
  const gateway: PaymentGateway = {
    createCode: () => say(() => ({ codeId: '04-c', url: 'https://qr.invalid/c', expiresAt_ms: NOW_ms + 300_000 })),
    paymentDetails: () => say(facts),
    deleteCode: () => say(({ code }) => code),
    cancel: () => say(() => 'accepted'),
    refund: () => say(({ refund }) => refund),
    refundDetails: () => say(({ refund }) => refund),
    capture: () => say(() => 'captured'),
    revert: () => say(() => 'reverted'),
    probe: () => Promise.resolve({ ready: true, clockOffset_ms: 0 }),
    state: () => ({ ready: true, clockOffset_ms: 0 }),
    onState: off,
    warm: () => {},
    now_ms,
    onHint: off,
  };
  const machine: VendingMachine = {
    state: () => ({ ready: true, reasons: [], slots: new Map(), temperature_c: null }),
    onState: off,
    check: () => Promise.resolve(take().ready ? { ready: true } : { ready: false, reason: 'busy' }),
    mark: () => ({}),
    vend: () => Promise.resolve(take().vend),
    evidence: () => Promise.resolve(take().evidence),
    onSelection: off,
    diagnostics: () => {
      throw new Error('nobody asks');
    },
    close: () => Promise.resolve(),
  };
  return { gateway, machine };
}
