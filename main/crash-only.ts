/** Crash only: what nobody foresaw ends the process, and a new one recovers from the journal. */
import type { Log } from '../app/ports.ts';

/** From now on an error or a rejection that nobody handles is logged, and `end` is called. */
export function crashOnly(log: Log, end: () => void): void {
  const crashed = (error: unknown): void => {
    log.error('process.crashed', { message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    end();
  };
  process.on('uncaughtException', crashed);
  // Node makes an uncaught exception of a rejection; Electron's main process would warn and go on (electron/electron#37464).
  process.on('unhandledRejection', crashed);
}
