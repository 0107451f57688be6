/**
 * A page whose renderer died is loaded again. Chromium says so on the pipe to whoever started it (`--remote-debugging-pipe`: the DevTools
 * protocol, JSON with a NUL behind each message, and no port that anybody else could reach). It ends itself when the pipe does.
 */
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import type { Log } from '../app/ports.ts';

export const DEVTOOLS_PIPE = '--remote-debugging-pipe';
/** A page that dies again at once is not loaded again as fast. */
const AGAIN_ms = 1000;
const LARGEST_MESSAGE_CHARACTERS = 1_000_000;

const Message = z.object({
  method: z.string().optional(),
  params: z.object({ targetId: z.string().optional() }).optional(),
  result: z.object({ sessionId: z.string().optional() }).optional(),
});

/**
 * @param commands what Chromium reads (its descriptor 3)
 * @param events what it writes (its descriptor 4)
 */
export function reloadCrashedPages(commands: Writable, events: Readable, log: Log): void {
  let last = 0;
  let crashedAt_ms = -Infinity;
  const send = (method: string, params: object, sessionId?: string): void => {
    last += 1;
    if (commands.writable) commands.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
  };
  const receive = (text: string): void => {
    const { method, params, result } = Message.safeParse(json(text)).data ?? {};
    if (method === 'Target.targetCrashed' && params?.targetId !== undefined) {
      const { targetId } = params;
      log.error('screen.crashed', { targetId });
      const wait_ms = performance.now() - crashedAt_ms < AGAIN_ms ? AGAIN_ms : 0;
      crashedAt_ms = performance.now() + wait_ms;
      setTimeout(() => send('Target.attachToTarget', { targetId, flatten: true }), wait_ms);
    }
    // The only thing that is asked for and answered with a session.
    if (result?.sessionId !== undefined) {
      send('Page.reload', {}, result.sessionId);
      send('Target.detachFromTarget', { sessionId: result.sessionId });
    }
  };

  let unread = '';
  events.setEncoding('utf8');
  events.on('data', (text: string) => {
    const messages = (unread + text).split('\0');
    unread = messages.pop() ?? '';
    if (unread.length > LARGEST_MESSAGE_CHARACTERS) unread = '';
    messages.forEach(receive);
  });
  for (const end of [commands, events]) end.on('error', (error) => log.warn('chromium.pipe', { message: error.message }));
  send('Target.setDiscoverTargets', { discover: true });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
