/** What comes in from a screen, over whichever wire: parsed, bounded, counted. A bad message is dropped and loses nothing. */
import { z } from 'zod';
import type { Clock, Log } from '../app/ports.ts';
import { type KioskCommand, KioskCommandSchema } from '../app/view.ts';

/** The longest command is a SKU and some punctuation. */
export const LARGEST_MESSAGE_BYTES = 1024;
/** Two hands on a screen don't reach this. */
const MESSAGES_PER_SECOND = 20;
const BURST = 40;
/** A screen that goes mad writes one line in the log in this time, with a count, instead of thousands. */
const LOG_EVERY_ms = 5000;

export interface Channel {
  /** A command as a screen sent it, still untrusted. */
  receive(input: unknown): void;
  /** Something that could not even be read. */
  reject(why: string): void;
}

/** @param name of the wire, for the log */
export function createChannel(
  name: string,
  { clock, log, send }: { clock: Clock; log: Log; send: (command: KioskCommand) => void },
): Channel {
  let tokens = BURST;
  let filledAt_ms = clock.monotonic_ms();
  let dropped = 0;
  let loggedAt_ms = -Infinity;

  const drop = (why: string): void => {
    dropped += 1;
    const now_ms = clock.monotonic_ms();
    if (now_ms - loggedAt_ms < LOG_EVERY_ms) return;
    loggedAt_ms = now_ms;
    log.warn('screen.dropped', { channel: name, why: why.slice(0, 200), dropped });
  };
  const tooFast = (): boolean => {
    const now_ms = clock.monotonic_ms();
    tokens = Math.min(BURST, tokens + ((now_ms - filledAt_ms) / 1000) * MESSAGES_PER_SECOND);
    filledAt_ms = now_ms;
    if (tokens < 1) return true;
    tokens -= 1;
    return false;
  };

  return {
    receive(input) {
      if (tooFast()) return drop('too many messages');
      const command = KioskCommandSchema.safeParse(input);
      if (command.success) send(command.data);
      else drop(z.prettifyError(command.error));
    },
    reject: drop,
  };
}
