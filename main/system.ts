/** The real world behind the ports `Clock`, `Ids` and `Log`. The only file that touches the host's time and randomness. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Clock, Ids, Log, LogFields } from '../app/ports.ts';

export function systemClock(): Clock {
  return {
    now_ms: () => Date.now(),
    monotonic_ms: () => performance.now(),
    setTimeout: (callback, delay_ms) => setTimeout(callback, delay_ms),
    clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
  };
}

const PREFIX = { order: 'o', payment: 'p', refund: 'r', revert: 'v', capture: 'c', vend: 'd', nonce: 'n' } as const;

/** Ids sort by time and carry 80 random bits: unique over kiosks, restarts and a clock that was set back. */
export function systemIds(clock: Clock): Ids {
  return {
    next: (kind) => `${PREFIX[kind]}-${clock.now_ms().toString(36).padStart(9, '0')}-${randomBytes(10).toString('hex')}`,
    random: () => randomInt(2 ** 32) / 2 ** 32,
  };
}

/** One JSON object a line on the given stream. */
export function jsonLog(clock: Clock, write: (line: string) => void): Log {
  const line = (level: string) => (event: string, fields?: LogFields) =>
    write(JSON.stringify({ at: new Date(clock.now_ms()).toISOString(), level, event, ...fields }) + '\n');
  return { info: line('info'), warn: line('warn'), error: line('error') };
}
