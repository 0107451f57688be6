/** What somebody was told and what nobody took yet, over restarts: a kiosk that starts again tells nothing twice, and the rest after all. */
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Alerts } from '../../app/operator/alerts.ts';
import type { CheckName } from '../../app/operator/health.ts';
import type { Log } from '../../app/ports.ts';
import type { Message } from './notice.ts';

/** A message that a channel has not taken. */
export interface Waiting {
  readonly channel: string;
  readonly message: Message;
}

export interface Remembered {
  readonly alerts: Alerts;
  readonly waiting: readonly Waiting[];
}

const Stored = z.object({
  alerts: z.record(z.string().max(40), z.object({ toldAt_ms: z.number().nullable(), since_ms: z.record(z.string().max(200), z.number()) })),
  waiting: z.array(
    z.object({
      channel: z.string(),
      message: z.object({
        ...{ id: z.string(), subject: z.string(), text: z.string(), at_ms: z.number(), shop: z.string(), machineName: z.string() },
        notice: z.object({
          kind: z.enum(['raised', 'reminder', 'cleared']),
          check: z.custom<CheckName>((name) => typeof name === 'string'),
          says: z.object({ ja: z.string() }).catchall(z.string()),
          since_ms: z.number(),
        }),
      }),
    }),
  ),
});

export interface AlertMemory {
  read(): Remembered;
  /** Behind everything else, and in one file: what is lost in a power cut is only told once more. */
  keep(remembered: Remembered): void;
}

export function alertMemory(file: string, log: Log): AlertMemory {
  let kept = '';
  let writing: Promise<void> = Promise.resolve();
  return {
    read() {
      try {
        kept = readFileSync(file, 'utf8');
        const { alerts, waiting } = Stored.parse(JSON.parse(kept));
        return { alerts: new Map(Object.entries(alerts)), waiting };
      } catch {
        // Missing or damaged: then everything is told anew.
        return { alerts: new Map(), waiting: [] };
      }
    },
    keep({ alerts, waiting }) {
      const text = JSON.stringify({ alerts: Object.fromEntries(alerts), waiting });
      if (text === kept) return;
      kept = text;
      writing = writing
        .then(() => writeFile(`${file}.new`, text, { mode: 0o600 }))
        .then(() => rename(`${file}.new`, file))
        .catch((error: unknown) => log.warn('alert.notKept', { message: String(error).slice(0, 200) }));
    },
  };
}
