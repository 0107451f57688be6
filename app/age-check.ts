/** Asks for the age of a customer whose sale holds age-restricted goods (ports.ts, AgeCheck). */
import type { Planogram } from './catalogue/planogram.ts';
import type { KioskEffects } from './kiosk.machine.ts';
import type { AgeAnswer, AgeCheck, Clock, Log } from './ports.ts';

/** How long a customer has to prove their age (ports.ts, AgeCheck). */
const AGE_CHECK_ms = 60_000;

/** Whatever is not a yes in time is no yes. */
export function createAgeCheck(check: AgeCheck | undefined, planogram: Planogram, clock: Clock, log: Log): KioskEffects['checkAge'] {
  return ({ orderId, opened }, unwanted) => {
    const ended = new AbortController();
    const skus = [...new Set(opened.lines.map(({ sku }) => sku))].filter((sku) => planogram.catalogue.product(sku)?.ageRestricted);
    const ask = async () => check?.check({ orderId, skus, signal: ended.signal });
    return new Promise<AgeAnswer>((resolve) => {
      const end = (answer: AgeAnswer, why?: string) => {
        if (ended.signal.aborted) return;
        clock.clearTimeout(limit);
        ended.abort();
        log.info('age.checked', { orderId, answer, why });
        resolve(answer);
      };
      const limit = clock.setTimeout(() => end('unknown', 'no answer in time'), AGE_CHECK_ms);
      unwanted.addEventListener('abort', () => end('unknown', 'the customer left'), { once: true });
      ask().then(
        // A plug-in is not ours: only the exact word counts.
        (answer) => end(answer === 'allowed' || answer === 'refused' ? answer : 'unknown'),
        (error: unknown) => end('unknown', String(error)),
      );
    });
  };
}
