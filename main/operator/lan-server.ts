/**
 * The console on the local network, and the counter's screen for tills: TLS with the kiosk's own certificate, and nothing but
 * the pairing page for devices it does not know.
 */
import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { PairedDevice } from '../../app/operator/pairing.ts';
import type { Clock, Log } from '../../app/ports.ts';
import type { ScreenEnd } from '../host.ts';
import type { ScreenFiles } from '../screen-files.ts';
import { createScreenSockets } from '../websocket.ts';
import type { Certificate } from './certificate.ts';
import { lanAddresses } from './lan-address.ts';
import { createLiveSockets } from './live.ts';
import { requestOf, send } from './node-http.ts';
import { DEVICE_COOKIE, isOperatorPath, type OperatorEnd, type Routes, type Visitor } from './routes.ts';

export interface LanServer {
  /** Where to find it, without the pairing code. */
  readonly addresses: readonly string[];
  readonly fingerprint: string;
  readonly tills: boolean;
  readonly port: number;
  close(): Promise<void>;
}

export interface LanOptions {
  readonly host: string;
  readonly port: number;
  readonly certificate: Certificate;
  readonly files: ScreenFiles;
  readonly headers: Readonly<Record<string, string>>;
  readonly end: OperatorEnd;
  readonly routes: Routes;
  /** What tills show; null: there are none, and a device that was paired as one is a stranger. */
  readonly screen: ScreenEnd | null;
  /** The paired device that holds this token. */
  deviceOf(token: string): PairedDevice | null;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a page is built of tells nothing of a shop; its pictures do, and the counter's screen is a till's alone. */
const mayHave = (name: string, device: PairedDevice | null): boolean =>
  name === 'operator.html' ||
  name.startsWith('assets/') ||
  (device !== null && name.startsWith('pictures/')) ||
  (device?.use === 'till' && name === 'index.html');

/** A till stands where customers are: its staff are as at the kiosk's screen, and what needs no PIN elsewhere is not shown. */
function visitorOf(device: PairedDevice | null, path: string): Visitor {
  if (device === null) return { from: 'lan', deviceId: null, admitted: false };
  if (device.use === 'console') return { from: 'lan', deviceId: device.deviceId, admitted: true };
  return { from: 'kiosk', deviceId: device.deviceId, admitted: path !== '/health' && path !== '/metrics' };
}

/** @throws Error of `listen`, for example when the port is taken */
export async function startLanServer(options: LanOptions): Promise<LanServer> {
  const { certificate, files, headers, routes, screen, log } = options;
  const server = createServer({ key: certificate.key, cert: certificate.cert, minVersion: 'TLSv1.2' });
  server.headersTimeout = 10_000;
  server.requestTimeout = 120_000;
  server.maxConnections = 200;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const consoles = createLiveSockets(options.end, options);
  const tills = screen && createScreenSockets(screen, options);

  const deviceOf = ({ headers: { cookie = '' } }: IncomingMessage): PairedDevice | null => {
    for (const part of cookie.split(';')) {
      const [name, value = ''] = part.trim().split('=', 2);
      const found = name === DEVICE_COOKIE ? options.deviceOf(value) : null;
      if (found !== null && (found.use === 'console' || tills !== null)) return found;
    }
    return null;
  };
  /** A page of another site may not speak for this device. */
  const isOwnOrigin = ({ headers: { origin, host = '' } }: IncomingMessage, needed: boolean): boolean =>
    origin === undefined ? !needed : origin === `https://${host}`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const refuse = (status: number): void => {
      log.warn('lan.refused', { path: path.slice(0, 100), status });
      response.writeHead(status, { ...headers, 'cache-control': 'no-store' }).end();
    };
    if (!isOwnOrigin(request, false)) return refuse(403);
    const device = deviceOf(request);
    if (isOperatorPath(path)) {
      const answer = await routes(requestOf(request, `https://${request.headers.host ?? 'kiosk'}`), visitorOf(device, path));
      return send(answer, response, headers);
    }
    if (!reads) return refuse(405);
    const home = device?.use === 'till' ? 'index.html' : 'operator.html';
    const name = path === '/' ? home : path === '/operator' ? 'operator.html' : path.slice(1);
    const file = mayHave(name, device) ? files.get(name) : undefined;
    if (file === undefined) return refuse(404);
    response.writeHead(200, {
      ...headers,
      'content-type': file.type,
      'cache-control': file.immutable ? 'max-age=31536000, immutable' : 'no-cache',
    });
    await pipeline(createReadStream(file.file), response);
  }

  server.on('request', (request, response) => {
    serve(request, response).catch((error: unknown) => {
      log.warn('lan.failed', { message: String(error) });
      response.destroy();
    });
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const admitted = (): boolean => deviceOf(request) !== null;
    const isTill = (): boolean => deviceOf(request)?.use === 'till';
    if (request.url === '/operator/live' && isOwnOrigin(request, true) && admitted())
      return consoles.accept(request, socket, head, admitted);
    if (request.url === '/kiosk' && isOwnOrigin(request, true) && tills !== null) return tills.accept(request, socket, head, isTill);
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
  });
  server.on('tlsClientError', () => {});

  return {
    port,
    fingerprint: certificate.fingerprint,
    tills: tills !== null,
    addresses: lanAddresses(options.host, port),
    close: () =>
      new Promise((resolve) => {
        consoles.close();
        tills?.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
