/**
 * The console's WebSocket: the same questions and commands as over HTTP, through the same door, and a word whenever something
 * has changed. `{"session"}` first; then `{"id", "ask" | "perform"}` → `{"id", "answer"}`; in between `{"changed": true}`.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Clock, Log } from '../../app/ports.ts';
import type { OperatorEnd } from './routes.ts';

const LARGEST_message_bytes = 64 * 1024;
const CONSOLES_max = 32;
const HEARTBEAT_ms = 15_000;
/** Changes in a row become one word. */
const CALM_ms = 250;
const SIGN_IN_WITHIN_ms = 10_000;
const MESSAGES_per_s_max = 40;

const Message = z.union([
  z.strictObject({ session: z.string().max(100) }),
  z.strictObject({ id: z.int(), ask: z.unknown(), quiet: z.boolean().optional() }),
  z.strictObject({ id: z.int(), perform: z.unknown() }),
]);

export interface LiveSockets {
  /** @param admitted asked again with every message: a device that was removed is cut off at once */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, admitted: () => boolean): void;
  close(): void;
}

export function createLiveSockets(
  end: Pick<OperatorEnd, 'operator' | 'onChange'>,
  { clock, log }: { clock: Clock; log: Log },
): LiveSockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: LARGEST_message_bytes, perMessageDeflate: false });
  const sessions = new WeakMap<WebSocket, string>();
  const alive = new WeakSet<WebSocket>();
  const doors = new WeakMap<WebSocket, () => boolean>();
  let calm: unknown = null;

  const tell = (): void => {
    calm ??= clock.setTimeout(() => {
      calm = null;
      for (const socket of server.clients) if (admitted(socket) && sessions.has(socket)) socket.send('{"changed":true}');
    }, CALM_ms);
  };
  const admitted = (socket: WebSocket): boolean => {
    if (doors.get(socket)?.() === true) return true;
    socket.close(4401, 'not admitted any more');
    return false;
  };

  async function receive(socket: WebSocket, data: RawData): Promise<void> {
    if (!admitted(socket)) return;
    const message = Message.safeParse(parse(data)).data;
    if (message === undefined) return socket.close(1008, 'not understood');
    if ('session' in message) {
      const answer = await end.operator.ask(message.session, { ask: 'health' }, true);
      if (!answer.ok) return socket.close(4401, 'not signed in');
      sessions.set(socket, message.session);
      return socket.send('{"changed":true}');
    }
    const token = sessions.get(socket) ?? '';
    const answer =
      'ask' in message
        ? await end.operator.ask(token, message.ask, message.quiet ?? false)
        : await end.operator.perform(token, message.perform);
    socket.send(JSON.stringify({ id: message.id, answer }));
    if (!answer.ok && answer.problem === 'notSignedIn') socket.close(4401, 'not signed in');
  }

  server.on('connection', (socket: WebSocket) => {
    alive.add(socket);
    let [second, inSecond] = [0, 0];
    const giveUp = clock.setTimeout(() => sessions.has(socket) || socket.close(4401, 'not signed in'), SIGN_IN_WITHIN_ms);
    socket.on('pong', () => alive.add(socket));
    socket.on('error', (error) => log.warn('console.error', { message: error.message }));
    socket.on('close', () => clock.clearTimeout(giveUp));
    socket.on('message', (data: RawData) => {
      const now = Math.floor(clock.monotonic_ms() / 1000);
      [second, inSecond] = [now, now === second ? inSecond + 1 : 1];
      if (inSecond > MESSAGES_per_s_max) return socket.close(1008, 'too fast');
      receive(socket, data).catch((error: unknown) => {
        log.error('console.failed', { message: String(error) });
        socket.close(1011, 'failed');
      });
    });
  });

  let beat: unknown = null;
  const heartbeat = (): void => {
    for (const socket of server.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else if (admitted(socket)) socket.ping();
    }
    beat = clock.setTimeout(heartbeat, HEARTBEAT_ms);
  };
  heartbeat();
  const unsubscribe = end.onChange(tell);

  return {
    accept(request, socket, head, stillAdmitted) {
      if (server.clients.size >= CONSOLES_max) return void socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
      server.handleUpgrade(request, socket, head, (accepted) => {
        doors.set(accepted, stillAdmitted);
        server.emit('connection', accepted, request);
      });
    },
    close() {
      unsubscribe();
      clock.clearTimeout(beat);
      clock.clearTimeout(calm);
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

function parse(data: RawData): unknown {
  try {
    // With the default binaryType a message arrives as one Buffer.
    return JSON.parse((data as Buffer).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
