/** The real world behind the ports `Clock`, `Ids` and `Log`. The only file that touches the host's time and randomness. */
import { randomBytes, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Clock, Ids, Log, LogFields } from '../app/ports.ts';

export function systemClock(): Clock {
  return {
    now_ms: () => Date.now(),
    // CLOCK_MONOTONIC: goes on over restarts of the process, starts anew with the machine.
    monotonic_ms: () => Number(process.hrtime.bigint()) / 1e6,
    setTimeout: (callback, delay_ms) => setTimeout(callback, delay_ms),
    clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
  };
}

/** Ids sort by time and carry 80 random bits: unique over kiosks, restarts and a clock that was set back. */
export function systemIds(clock: Clock): Ids {
  return {
    next: (kind) => `${kind.charAt(0)}-${clock.now_ms().toString(36).padStart(9, '0')}-${randomBytes(10).toString('hex')}`,
    random: () => randomInt(2 ** 32) / 2 ** 32,
  };
}

/** One JSON object a line on the given stream. */
export function jsonLog(clock: Clock, write: (line: string) => void): Log {
  const line = (level: string) => (event: string, fields?: LogFields) =>
    write(JSON.stringify({ at: new Date(clock.now_ms()).toISOString(), level, event, ...fields }) + '\n');
  return { info: line('info'), warn: line('warn'), error: line('error') };
}

/**
 * Names one start of this process: `<start of the machine>:<start of the process>`. Two with the same first part
 * share one monotonic clock. Where the machine's start can't be told, none is shared.
 */
export function newBootId(): string {
  const process_ = randomBytes(6).toString('hex');
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 13)}:${process_}`;
  } catch {
    return `${randomBytes(6).toString('hex')}:${process_}`;
  }
}
