/** The client's way to a simulator in the same process, on the same (perhaps virtual) clock: real signatures, no sockets. */
import type { Clock } from '../../../app/ports.ts';
import type { Transport, WireFailure, WireReply } from '../transport.ts';
import type { PayPaySimulator } from './core.ts';

/** How the way behaves for one request: never leaves, arrives with the given delays, or its answer is lost. */
export type Way = { readonly way: 'down' } | { readonly way: 'open'; readonly there_ms: number; readonly back_ms: number };

/** @param way asked once a request, so that a seeded network can change its mind */
export function inProcessTransport(simulator: PayPaySimulator, clock: Clock, way: () => Way): Transport {
  return {
    send: (request, signal) =>
      new Promise<WireReply | WireFailure>((resolve) => {
        const chosen = way();
        if (signal.aborted || chosen.way === 'down') {
          resolve({ kind: 'notSent', message: 'connect ECONNREFUSED' });
          return;
        }
        const noAnswer = (message: string) => resolve({ kind: 'noAnswer', message });
        signal.addEventListener('abort', () => noAnswer((signal.reason as Error).message), { once: true });
        // What is on its way arrives, even when nobody waits for the answer any more.
        clock.setTimeout(() => {
          const { status, headers, body, fate } = simulator.handle({
            method: request.method,
            target: request.path,
            headers: request.headers,
            body: request.body ?? '',
          });
          if (fate.kind === 'hang') return;
          const slow_ms = fate.kind === 'slow' ? fate.delay_ms : 0;
          clock.setTimeout(() => {
            if (fate.kind === 'reset' || fate.kind === 'cut') noAnswer('other side closed');
            else resolve({ kind: 'reply', status, headers, body });
          }, chosen.back_ms + slow_ms);
        }, chosen.there_ms);
      }),
    close: () => Promise.resolve(),
  };
}
