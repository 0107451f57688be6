/**
 * The browser host's HTTP server. It listens on 127.0.0.1 only (tablets in the network: operator/lan-server.ts), answers only
 * requests that name it (against DNS rebinding), and shows the screen only to a browser that was paired.
 */
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import type { Clock, Log } from '../app/ports.ts';
import type { ScreenEnd } from './host.ts';
import { PAIRING_PAGE, PAIRING_SCRIPT } from './pairing-page.ts';
import type { LocalDoor } from './operator/local-door.ts';
import { createPairing } from './pairing.ts';
import { type ScreenFiles, screenHeaders } from './screen-files.ts';
import { createScreenSockets } from './websocket.ts';

export interface WebServerOptions {
  readonly port: number;
  readonly files: ScreenFiles;
  readonly screen: ScreenEnd;
  readonly screenSecret: string;
  readonly framedBy: string | undefined;
  /** The console's way in, on the same port. */
  readonly door?: LocalDoor;
  readonly clock: Clock;
  readonly log: Log;
}

export interface WebServer {
  readonly port: number;
  /** An address that pairs the first browser that opens it, within `life_ms`. */
  address(life_ms?: number): string;
  close(): Promise<void>;
}

const LONGEST_TOKEN_BYTES = 100;

/** @throws Error of `listen`, for example when the port is taken */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { files, clock, log } = options;
  const headers = screenHeaders(options.framedBy);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const pairing = createPairing(options.screenSecret, port, clock);
  const sockets = createScreenSockets(options.screen, { clock, log });
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];

  /** Asked for by this name, and not by another site's page. */
  const isOurs = ({ headers: { host = '', origin } }: IncomingMessage, needsOrigin: boolean): boolean =>
    hosts.includes(host) && (origin === undefined ? !needsOrigin : origin === `http://${host}`);

  const callerOf = (request: IncomingMessage) => ({
    ours: isOurs(request, request.method !== 'GET' && request.method !== 'HEAD'),
    paired: pairing.admits(request.headers.cookie),
  });

  const answer = (response: ServerResponse, status: number, type: string, body: string): void =>
    void response.writeHead(status, { ...headers, 'content-type': type, 'cache-control': 'no-store' }).end(body);
  const refuse = (request: IncomingMessage, response: ServerResponse, status: number, why: string): void => {
    log.warn('http.refused', { method: request.method, path: (request.url ?? '').slice(0, 100), status, why });
    answer(response, status, 'text/plain; charset=utf-8', `${why}\n`);
  };

  async function pair(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let token = '';
    for await (const chunk of request as AsyncIterable<Buffer>) {
      token += chunk.toString('utf8');
      if (token.length > LONGEST_TOKEN_BYTES) break;
    }
    const cookie = pairing.exchange(token);
    if (cookie === null) return refuse(request, response, 403, 'this address was used before, or is not from this start of the kiosk');
    log.info('screen.paired');
    response.writeHead(204, { ...headers, 'set-cookie': cookie, 'cache-control': 'no-store' }).end();
  }

  function serve(request: IncomingMessage, response: ServerResponse): void | Promise<void> {
    const url = (request.url ?? '/').split('?', 1)[0]?.slice(1) ?? '';
    if (options.door?.takes(`/${url}`)) return options.door.serve(request, response, callerOf(request));
    if (!isOurs(request, request.method !== 'GET' && request.method !== 'HEAD'))
      return refuse(request, response, 403, 'only for the kiosk’s own page');
    if (request.method === 'POST' && url === 'pair') return pair(request, response);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(request, response, 405, 'GET only');
    if (url === 'pair.js') return answer(response, 200, 'text/javascript; charset=utf-8', PAIRING_SCRIPT);
    if (!pairing.admits(request.headers.cookie)) {
      if (url === '') return answer(response, 200, 'text/html; charset=utf-8', PAIRING_PAGE);
      return refuse(request, response, 403, 'this browser is not paired with the kiosk');
    }
    const found = files.get(url === '' ? 'index.html' : url);
    if (found === undefined) return refuse(request, response, 404, 'no such file');
    const cache = found.immutable ? 'max-age=31536000, immutable' : 'no-cache';
    response.writeHead(200, { ...headers, 'content-type': found.type, 'cache-control': cache });
    pipeline(createReadStream(found.file), response, (error) => {
      if (error) log.warn('http.failed', { path: url, message: error.message });
    });
  }

  server.on('request', (request, response) => {
    Promise.resolve(serve(request, response)).catch((error: unknown) => {
      log.warn('http.failed', { message: String(error) });
      response.destroy();
    });
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (request.url === '/kiosk' && isOurs(request, true) && pairing.admits(request.headers.cookie))
      return sockets.accept(request, socket, head);
    if (options.door?.upgrade(request, socket, head, { ...callerOf(request), ours: isOurs(request, true) })) return;
    log.warn('screen.refused', { why: 'wrong path, Host, Origin or cookie' });
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
  });

  return {
    port,
    // The token stands behind "#": browsers keep that part to themselves, so it is in no log.
    address: (life_ms) => `http://127.0.0.1:${port}/#token=${pairing.mintToken(life_ms)}`,
    close: () =>
      new Promise((resolve) => {
        sockets.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
