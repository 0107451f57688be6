/** At most one vend at a time, and none twice: the rule of every driver, in one place. */
import type { VendOutcome } from '../app/ports.ts';

const REMEMBERED = 1000;

export interface VendMemory {
  /** Runs `vend` for a new id. A known id gets the answer of its first time; while another vend runs nothing is sent. */
  once(vendId: string, vend: () => Promise<VendOutcome>): Promise<VendOutcome>;
  /** Nothing is answered afterwards: whoever asked is gone, and the journal knows that there is no outcome. */
  close(): void;
  isClosed(): boolean;
}

export function createVendMemory(): VendMemory {
  const answers = new Map<string, Promise<VendOutcome>>();
  let running: string | null = null;
  let closed = false;
  return {
    once: (vendId, vend) => {
      const known = answers.get(vendId);
      if (known) return known;
      if (running !== null) return Promise.resolve({ outcome: 'failed', why: 'notSent', detail: `the machine is busy with ${running}` });
      running = vendId;
      const answer = vend().then((outcome) => {
        running = null;
        return closed ? new Promise<never>(() => undefined) : outcome;
      });
      answers.set(vendId, answer);
      const oldest = answers.size > REMEMBERED ? answers.keys().next().value : undefined;
      if (oldest !== undefined) answers.delete(oldest);
      return answer;
    },
    close: () => {
      closed = true;
    },
    isClosed: () => closed,
  };
}
