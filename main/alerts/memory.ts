/** What somebody was told, over restarts: a kiosk that starts again does not tell all of it again. */
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Alerts } from '../../app/operator/alerts.ts';
import type { Log } from '../../app/ports.ts';

const Stored = z.record(
  z.string().max(40),
  z.object({ toldAt_ms: z.number().nullable(), since_ms: z.record(z.string().max(200), z.number()) }),
);

export interface AlertMemory {
  read(): Alerts;
  /** Behind everything else: what is lost in a power cut is only told once more. */
  keep(alerts: Alerts): void;
}

export function alertMemory(file: string, log: Log): AlertMemory {
  let kept = '';
  let writing: Promise<void> = Promise.resolve();
  return {
    read() {
      try {
        kept = readFileSync(file, 'utf8');
        return new Map(Object.entries(Stored.parse(JSON.parse(kept))));
      } catch {
        // Missing or damaged: then everything is told anew.
        return new Map();
      }
    },
    keep(alerts) {
      const text = JSON.stringify(Object.fromEntries(alerts));
      if (text === kept) return;
      kept = text;
      writing = writing
        .then(() => writeFile(`${file}.new`, text, { mode: 0o600 }))
        .then(() => rename(`${file}.new`, file))
        .catch((error: unknown) => log.warn('alert.notKept', { message: String(error).slice(0, 200) }));
    },
  };
}
