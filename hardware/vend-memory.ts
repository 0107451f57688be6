/** At most one vend at a time, and none twice: the rule of every driver, in one place. */
import { impossible } from '../app/errors.ts';
import type { VendEvidence, VendOutcome } from '../app/ports.ts';

const REMEMBERED = 1000;

export interface VendMemory {
  /** Runs `vend` for a new id. A known id gets the answer of its first time; while another vend runs nothing is sent. */
  once(vendId: string, vend: () => Promise<VendOutcome>): Promise<VendOutcome>;
  /** What became of a vend: of one of this process its own outcome, once it has ended; only of another the machine is asked. */
  evidence(vendId: string, ask: () => Promise<VendEvidence>): Promise<VendEvidence>;
  /** Nothing is answered afterwards: whoever asked is gone, and the journal knows that there is no outcome. */
  close(): void;
  isClosed(): boolean;
}

function evidenceOf(outcome: VendOutcome): VendEvidence {
  switch (outcome.outcome) {
    case 'succeeded':
      return { evidence: 'delivered', proof: `the vend itself said so (${outcome.proof})` };
    case 'failed':
      return { evidence: 'notDelivered', why: outcome.why, proof: outcome.detail };
    case 'unknown':
      return { evidence: 'none', likely: outcome.likely, proof: outcome.evidence };
    default:
      return impossible(outcome);
  }
}

export function createVendMemory(): VendMemory {
  const answers = new Map<string, Promise<VendOutcome>>();
  let running: string | null = null;
  let closed = false;
  /** Whoever asked a driver that was closed since is gone. */
  const unlessClosed = <T>(answer: T): T | Promise<never> => (closed ? new Promise<never>(() => undefined) : answer);
  return {
    once: (vendId, vend) => {
      const known = answers.get(vendId);
      if (known) return known;
      if (running !== null) return Promise.resolve({ outcome: 'failed', why: 'notSent', detail: `the machine is busy with ${running}` });
      running = vendId;
      const answer = vend().then((outcome) => {
        running = null;
        return unlessClosed(outcome);
      });
      answers.set(vendId, answer);
      const oldest = answers.size > REMEMBERED ? answers.keys().next().value : undefined;
      if (oldest !== undefined) answers.delete(oldest);
      return answer;
    },
    evidence: async (vendId, ask) => {
      const known = answers.get(vendId);
      return known ? evidenceOf(await known) : unlessClosed(await ask());
    },
    close: () => {
      closed = true;
    },
    isClosed: () => closed,
  };
}
