/**
 * The pages of a Chromium that this process started: one whose renderer died is loaded again, and one that hangs is told of. Chromium says so
 * on the pipe to whoever started it (`--remote-debugging-pipe`: the DevTools protocol, JSON with a NUL behind each message, and no port that
 * anybody else could reach). It ends itself when the pipe does.
 */
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import type { Log } from '../app/ports.ts';

export const DEVTOOLS_PIPE = '--remote-debugging-pipe';
/** A page that dies again at once is not loaded again as fast. */
const AGAIN_ms = 1000;
const ASK_ms = 3000;
/** A page hangs when it leaves so many questions in a row unanswered. Counted, not timed: a computer that slept has no pages that hang. */
const UNANSWERED_max = 5;
const LARGEST_MESSAGE_CHARACTERS = 1_000_000;

const Message = z.object({
  id: z.number().optional(),
  method: z.string().optional(),
  params: z
    .object({ targetId: z.string().optional(), targetInfo: z.object({ targetId: z.string(), type: z.string() }).optional() })
    .optional(),
  result: z.object({ sessionId: z.string().optional() }).optional(),
});

interface Page {
  readonly sessionId: string;
  unanswered: number;
}

export interface ChromiumPipe {
  /** What Chromium reads (its descriptor 3). */
  readonly commands: Writable;
  /** What it writes (its descriptor 4). */
  readonly events: Readable;
}

/**
 * @param onHang called again and again while a page hangs
 * @returns ends it
 */
export function watchPages({ commands, events }: ChromiumPipe, log: Log, onHang: () => void, ask_ms = ASK_ms): () => void {
  const pages = new Map<string, Page>();
  const waiting = new Map<number, (result: { sessionId?: string | undefined }) => void>();
  let last = 0;
  let crashedAt_ms = -Infinity;

  const send = (
    method: string,
    params: object,
    sessionId?: string,
    answered?: (result: { sessionId?: string | undefined }) => void,
  ): void => {
    if (!commands.writable) return;
    last += 1;
    if (answered) waiting.set(last, answered);
    commands.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
  };
  const attach = (targetId: string, attached = () => {}): void =>
    send('Target.attachToTarget', { targetId, flatten: true }, undefined, ({ sessionId }) => {
      if (sessionId === undefined) return;
      pages.set(targetId, { sessionId, unanswered: 0 });
      attached();
    });
  const reload = (targetId: string): void => {
    const page = pages.get(targetId);
    if (page) send('Page.reload', {}, page.sessionId);
    else attach(targetId, () => reload(targetId));
  };
  const ask = (page: Page): void => {
    if (page.unanswered >= UNANSWERED_max) {
      log.error('screen.unresponsive');
      return onHang();
    }
    page.unanswered += 1;
    send('Runtime.evaluate', { expression: '0' }, page.sessionId, () => (page.unanswered = 0));
  };
  const receive = (text: string): void => {
    const { id, method, params, result } = Message.safeParse(json(text)).data ?? {};
    if (id !== undefined) {
      waiting.get(id)?.(result ?? {});
      waiting.delete(id);
    }
    if (method === 'Target.targetCreated' && params?.targetInfo?.type === 'page') attach(params.targetInfo.targetId);
    if (method === 'Target.targetDestroyed') pages.delete(params?.targetId ?? '');
    if (method === 'Target.targetCrashed' && params?.targetId !== undefined) {
      const { targetId } = params;
      log.error('screen.crashed', { targetId });
      const wait_ms = performance.now() - crashedAt_ms < AGAIN_ms ? AGAIN_ms : 0;
      crashedAt_ms = performance.now() + wait_ms;
      setTimeout(() => reload(targetId), wait_ms);
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
  const timer = setInterval(() => pages.forEach(ask), ask_ms);
  return () => clearInterval(timer);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
