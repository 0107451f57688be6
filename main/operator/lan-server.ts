/** The console on the local network: TLS with the kiosk's own certificate, and nothing but the pairing page for devices it does not know. */
import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Clock, Log } from '../../app/ports.ts';
import type { ScreenFiles } from '../screen-files.ts';
import { type Certificate, localAddresses } from './certificate.ts';
import { createLiveSockets } from './live.ts';
import { requestOf, send } from './node-http.ts';
import { DEVICE_COOKIE, isOperatorPath, type OperatorEnd, type Routes } from './routes.ts';

export interface LanServer {
  /** Where to find it, without the pairing code. */
  readonly addresses: readonly string[];
  readonly fingerprint: string;
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
  /** The paired device that holds this token. */
  deviceOf(token: string): string | null;
  readonly clock: Clock;
  readonly log: Log;
}

/** The console's page and what it loads; not the customer's screen, which has nothing to do here. */
const isConsoleFile = (path: string): boolean => path === 'operator.html' || path.startsWith('assets/') || path.startsWith('pictures/');

/** @throws Error of `listen`, for example when the port is taken */
export async function startLanServer(options: LanOptions): Promise<LanServer> {
  const { certificate, files, headers, routes, log } = options;
  const server = createServer({ key: certificate.key, cert: certificate.cert, minVersion: 'TLSv1.2' });
  server.headersTimeout = 10_000;
  server.requestTimeout = 120_000;
  server.maxConnections = 200;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const sockets = createLiveSockets(options.end, options);

  const deviceOf = ({ headers: { cookie = '' } }: IncomingMessage): string | null => {
    for (const part of cookie.split(';')) {
      const [name, value = ''] = part.trim().split('=', 2);
      const found = name === DEVICE_COOKIE ? options.deviceOf(value) : null;
      if (found !== null) return found;
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
    if (isOperatorPath(path)) {
      const deviceId = deviceOf(request);
      const visitor = { from: 'lan', deviceId, admitted: deviceId !== null } as const;
      const answer = await routes(requestOf(request, `https://${request.headers.host ?? 'kiosk'}`), visitor);
      return send(answer, response, headers);
    }
    if (!reads) return refuse(405);
    const name = path === '/' || path === '/operator' ? 'operator.html' : path.slice(1);
    const file = isConsoleFile(name) ? files.get(name) : undefined;
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
    if (request.url === '/operator/live' && isOwnOrigin(request, true) && admitted())
      return sockets.accept(request, socket, head, admitted);
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
  });
  server.on('tlsClientError', () => {});

  const hosts = options.host === '0.0.0.0' || options.host === '::' ? localAddresses() : [options.host];
  return {
    port,
    fingerprint: certificate.fingerprint,
    addresses: hosts.map((host) => `https://${host}:${port}/`),
    close: () =>
      new Promise((resolve) => {
        sockets.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
