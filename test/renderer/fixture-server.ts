/** A host that has only a view to show: the built renderer under the kiosk's own headers, and the wire. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { KioskCommand, KioskView } from '../../app/view.ts';
import { BEAT_ms } from '../../main/websocket.ts';

const root = path.resolve(import.meta.dirname, '../..');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";

export interface FixtureServer {
  readonly url: string;
  /** Shows it on every open screen, and on every one that comes. */
  show(view: KioskView): void;
  /** How often a screen came and was sent the view. */
  taken(): number;
  /** How many are open. */
  screens(): number;
  /** Commands since the last call. */
  commands(): KioskCommand[];
  /** Cuts the wire; new ones are refused until `mend`. */
  cut(): void;
  mend(): void;
  /** Says nothing more and answers nothing, as a process that hangs; its sockets stay open. Until `mend`. */
  freeze(): void;
  close(): Promise<void>;
}

/**
 * @param renderer folder of the built renderer
 * @param pictures folder of `pictures/`
 */
export async function startFixtureServer(
  first: KioskView,
  renderer = process.env['KIOSK_RENDERER'] ?? path.join(root, 'dist/renderer'),
  pictures = path.join(root, 'main/demo/pictures'),
): Promise<FixtureServer> {
  let view = first;
  let received: KioskCommand[] = [];
  let taken = 0;
  let refusing = false;
  let frozen = false;
  const waiting = new Set<Duplex>();
  const sockets = new WebSocketServer({ noServer: true });
  const send = (socket: WebSocket): void => socket.send(JSON.stringify({ view }));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://kiosk');
    const name = pathname === '/' ? 'index.html' : pathname.slice(1);
    const file = name.startsWith('pictures/') ? path.join(pictures, path.basename(name)) : path.join(renderer, name);
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
    });
    response.end(readFileSync(file));
  });
  server.on('upgrade', (request, socket, head) => {
    if (frozen) return void waiting.add(socket);
    if (refusing) return socket.destroy();
    return sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('message', (data) => received.push((JSON.parse((data as Buffer).toString('utf8')) as { command: KioskCommand }).command));
      send(client);
      taken += 1;
    });
  });
  // As main/websocket.ts does: a host that is silent counts as gone.
  const beat = setInterval(() => {
    if (!frozen) sockets.clients.forEach((client) => client.send('{}'));
  }, BEAT_ms);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    show(next) {
      view = next;
      if (!frozen) sockets.clients.forEach(send);
    },
    taken: () => taken,
    screens: () => sockets.clients.size,
    commands() {
      const taken = received;
      received = [];
      return taken;
    },
    cut() {
      refusing = true;
      sockets.clients.forEach((client) => client.terminate());
    },
    freeze() {
      frozen = true;
    },
    mend() {
      frozen = false;
      waiting.forEach((socket) => socket.destroy());
      refusing = false;
    },
    async close() {
      clearInterval(beat);
      sockets.clients.forEach((client) => client.terminate());
      waiting.forEach((socket) => socket.destroy());
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
