/**
 * A disk that takes a write and does not answer, as worn cards do: nothing failed, nothing goes on, and somebody must be told. Who waits for
 * the write goes on waiting: it may be on the disk, and only the disk can say so.
 */
import { type Clock, type Journal, JournalError, type Log } from './ports.ts';

/** Far beyond any flush that ends well. */
const SILENT_ms = 10_000;

export interface WatchedDisk {
  readonly journal: Journal;
  /** Why nothing is sold; null while the disk answers, or nothing was asked of it. */
  silent(): JournalError | null;
}

/** @param onChange the disk fell silent, or answers again */
export function watchDisk(journal: Journal, clock: Clock, log: Log, onChange: () => void): WatchedDisk {
  let waiting = 0;
  let timer: unknown = null;
  let silent: JournalError | null = null;
  const change = (next: JournalError | null): void => {
    if (silent === next) return;
    silent = next;
    if (next === null) log.info('journal.answers');
    else log.error('journal.silent', { message: next.message });
    onChange();
  };
  const wait = (): void => {
    clock.clearTimeout(timer);
    timer = waiting === 0 ? null : clock.setTimeout(() => change(new JournalError('io', `no answer for ${SILENT_ms} ms`)), SILENT_ms);
  };
  return {
    journal: {
      ...journal,
      append(rows) {
        waiting += 1;
        if (waiting === 1) wait();
        return journal.append(rows).finally(() => {
          waiting -= 1;
          wait();
          change(null);
        });
      },
    },
    silent: () => silent,
  };
}
