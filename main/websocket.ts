/** Screens over WebSocket: `{"view": KioskView}` out, `{}` as a sign of life, `{"command": KioskCommand}` in. Who may connect is decided before (web-server.ts). */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Clock, Log } from '../app/ports.ts';
import type { KioskView } from '../app/view.ts';
import { createChannel, LARGEST_MESSAGE_BYTES } from './channel.ts';
import type { ScreenEnd } from './host.ts';

/** A kiosk has one screen, a demo or a counter perhaps two; more is a fault. */
const MOST_SCREENS = 4;
/** A screen that lags so far behind gets no more until it has caught up; the view it then gets is whole. */
const LAGGING_BYTES = 2_000_000;
/** So long, at the most twice, a screen whose wire broke keeps a place from the one that comes back (a tablet's, on a weak network). */
const PING_ms = 2000;
/** The page behind this screen asks to be paired again (renderer/link.ts). */
const NOT_ADMITTED = 4401;
/** Tells a screen that its host lives: one that hears nothing for more than two of these says so (renderer/link.ts). */
export const BEAT_ms = 400;

const Message = z.strictObject({ command: z.unknown() });

export interface ScreenSockets {
  /** @param admitted asked again before every word either way: a till that was removed is cut off at once */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, admitted?: () => boolean): void;
  close(): void;
}

export function createScreenSockets(screen: ScreenEnd, { clock, log }: { clock: Clock; log: Log }): ScreenSockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE_BYTES });
  // Whoever is turned away takes no place.
  const strangers = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload: LARGEST_MESSAGE_BYTES });
  const doors = new WeakMap<WebSocket, () => boolean>();
  const admitted = (socket: WebSocket): boolean => {
    if (doors.get(socket)?.() !== false) return true;
    socket.close(NOT_ADMITTED, 'not admitted any more');
    return false;
  };
  const show = (socket: WebSocket, view: KioskView) => {
    if (admitted(socket) && socket.bufferedAmount < LAGGING_BYTES) socket.send(JSON.stringify({ view }));
  };

  server.on('connection', (socket: WebSocket) => {
    const channel = createChannel('websocket', { clock, log, send: (command) => screen.send(command) });
    const stopViews = screen.onView((view) => show(socket, view));
    // A screen that vanished without a word (a tablet that fell asleep) must not keep its place.
    let alive = true;
    const ping = setInterval(() => {
      if (!alive) return socket.terminate();
      alive = false;
      socket.ping();
    }, PING_ms);
    const beat = setInterval(() => {
      if (admitted(socket) && socket.bufferedAmount === 0) socket.send('{}');
    }, BEAT_ms);
    socket.on('pong', () => (alive = true));
    socket.on('message', (data, isBinary) => {
      if (!admitted(socket)) return;
      const message = isBinary ? null : parse((data as Buffer).toString('utf8'));
      if (message === null) channel.reject('not a message of the form {"command": …}');
      else channel.receive(message.command);
    });
    socket.on('error', (error) => channel.reject(error.message));
    socket.on('close', () => {
      clearInterval(ping);
      clearInterval(beat);
      stopViews();
    });
    show(socket, screen.view());
  });

  return {
    accept(request, socket, head, stillAdmitted = () => true) {
      if (!stillAdmitted()) {
        log.warn('screen.refused', { why: 'not paired' });
        strangers.handleUpgrade(request, socket, head, (stranger) => {
          stranger.on('error', () => stranger.terminate());
          stranger.close(NOT_ADMITTED, 'not admitted');
        });
      } else if (server.clients.size >= MOST_SCREENS) {
        log.warn('screen.refused', { why: `${MOST_SCREENS} screens are connected already` });
        socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
      } else
        server.handleUpgrade(request, socket, head, (client) => {
          doors.set(client, stillAdmitted);
          server.emit('connection', client, request);
        });
    },
    close() {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}

function parse(text: string): z.infer<typeof Message> | null {
  try {
    return Message.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
