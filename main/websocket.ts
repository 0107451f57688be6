/** Screens over WebSocket: `{"view": KioskView}` out, `{}` as a sign of life, `{"command": KioskCommand}` in. Who may connect is decided before (web-server.ts). */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Clock, Log } from '../app/ports.ts';
import type { KioskView } from '../app/view.ts';
import { createChannel, LARGEST_MESSAGE_BYTES } from './channel.ts';
import type { ScreenEnd } from './host.ts';

/** A kiosk has one screen, a demo perhaps two; more is a fault. */
const MOST_SCREENS = 4;
/** A screen that lags so far behind gets no more until it has caught up; the view it then gets is whole. */
const LAGGING_BYTES = 2_000_000;
const PING_ms = 10_000;
/** Tells a screen that its host lives: one that hears nothing for more than two of these says so (renderer/link.ts). */
export const BEAT_ms = 400;

const Message = z.strictObject({ command: z.unknown() });

export interface ScreenSockets {
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

export function createScreenSockets(screen: ScreenEnd, { clock, log }: { clock: Clock; log: Log }): ScreenSockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE_BYTES });
  const show = (socket: WebSocket, view: KioskView) => {
    if (socket.bufferedAmount < LAGGING_BYTES) socket.send(JSON.stringify({ view }));
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
      if (socket.bufferedAmount === 0) socket.send('{}');
    }, BEAT_ms);
    socket.on('pong', () => (alive = true));
    socket.on('message', (data, isBinary) => {
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
    accept(request, socket, head) {
      if (server.clients.size >= MOST_SCREENS) {
        log.warn('screen.refused', { why: `${MOST_SCREENS} screens are connected already` });
        socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
      } else server.handleUpgrade(request, socket, head, (client) => server.emit('connection', client, request));
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
