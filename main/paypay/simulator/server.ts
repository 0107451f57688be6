/** The simulator on a loopback port: PayPay's API, the payer's page and the control calls. */
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../../app/ports.ts';
import type { ApiReply } from './answer.ts';
import { pay, scan } from './codes.ts';
import { control } from './control.ts';
import { PayPaySimulator, type SimulatorOptions } from './core.ts';
import { PAYER_PAGE_HEADERS, payerPage, type Language } from './payer-page.ts';

export interface SimulatorServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly simulator: PayPaySimulator;
  close(): Promise<void>;
}

const LARGEST_REQUEST_BYTES = 1_000_000;
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost']);

/**
 * Listens on 127.0.0.1 only.
 * @param port 0 = any free one
 * @throws Error when the port is taken
 */
export async function startSimulator(options: Omit<SimulatorOptions, 'publicUrl'> & { port: number }): Promise<SimulatorServer> {
  const simulator = new PayPaySimulator(options);
  const server = createServer((request, response) => {
    serve(simulator, options.clock, request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(`simulator error: ${String(error)}`);
    });
  });
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  simulator.world.publicUrl = url;
  return {
    url,
    simulator,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(simulator: PayPaySimulator, clock: Clock, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = request.url ?? '/';
  const method = request.method ?? 'GET';
  const body = await read(request);
  if (body === null) {
    response.writeHead(413, { connection: 'close' }).end();
  } else if (target.startsWith('/_simulator/')) {
    serveControl(simulator, request, response, body);
  } else if (target.startsWith('/qr/')) {
    servePayer(simulator, request, response);
  } else if (target.startsWith('/font/') && method === 'GET') {
    serveFont(target, response);
  } else {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
    );
    send(simulator.handle({ method, target, headers, body }), clock, response);
  }
}

function send(reply: ApiReply, clock: Clock, response: ServerResponse): void {
  const { status, headers, body, fate } = reply;
  const whole = Buffer.from(body);
  if (fate.kind === 'hang') return;
  if (fate.kind === 'reset') response.destroy();
  else if (fate.kind === 'cut') {
    response.writeHead(status, { ...headers, 'content-length': whole.length });
    response.write(whole.subarray(0, whole.length / 2), () => response.destroy());
  } else {
    const write = () => response.writeHead(status, { ...headers, 'content-length': whole.length }).end(whole);
    if (fate.kind === 'slow') clock.setTimeout(write, fate.delay_ms);
    else write();
  }
}

/** The controls are for this machine, and for pages that this machine serves. */
function serveControl(simulator: PayPaySimulator, request: IncomingMessage, response: ServerResponse, body: string): void {
  const origin = request.headers.origin;
  const local =
    LOOPBACK_HOSTS.has(hostOf(`http://${request.headers.host}`)) && (origin === undefined || LOOPBACK_HOSTS.has(hostOf(origin)));
  const headers = {
    'content-type': 'application/json',
    ...(local && origin ? { 'access-control-allow-origin': origin, 'access-control-allow-headers': 'content-type', vary: 'origin' } : {}),
  };
  if (!local) response.writeHead(403, headers).end('{"error":"only from this machine"}');
  else if (request.method === 'OPTIONS') response.writeHead(204, headers).end();
  else {
    const name = (request.url ?? '').slice('/_simulator/'.length).split('?', 1)[0] as string;
    const reply = control(simulator, request.method ?? 'GET', name, body);
    response.writeHead(reply.status, headers).end(JSON.stringify(reply.body));
  }
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : '');

function servePayer(simulator: PayPaySimulator, request: IncomingMessage, response: ServerResponse): void {
  const { world } = simulator;
  const asked = new URL(request.url ?? '/', world.publicUrl);
  const [, qr, action] = /^(\/qr\/[A-Za-z0-9]+)(?:\/(pay|decline))?$/.exec(asked.pathname) ?? [];
  const url = `${world.publicUrl}${qr}`;
  const language = languageOf(asked.searchParams.get('lang') ?? request.headers['accept-language'] ?? '');
  if (request.method === 'POST' && action) {
    if (action === 'pay') pay(world, url);
    response.writeHead(303, { location: `${qr}?lang=${language}${action === 'decline' ? '&step=declined' : ''}` }).end();
    return;
  }
  scan(world, url);
  const code = world.codesByUrl.get(url);
  const step = asked.searchParams.get('step') === 'declined' ? 'declined' : 'look';
  response.writeHead(code ? 200 : 404, PAYER_PAGE_HEADERS).end(payerPage(simulator, code, step, language));
}

/** The first of ja and en that a browser asks for. */
function languageOf(accept: string): Language {
  const first = accept.toLowerCase().match(/\b(ja|en)\b/);
  return first?.[1] === 'en' ? 'en' : 'ja';
}

/** A bare machine has no Japanese font; the project's own is served where it is installed, the system's used elsewhere. */
function serveFont(target: string, response: ServerResponse): void {
  const [, file] = /^\/font\/(wght\.css|files\/[a-z0-9-]+\.woff2)$/.exec(target) ?? [];
  const fail = () => response.writeHead(404).end();
  if (!file) return void fail();
  try {
    const folder = path.dirname(fileURLToPath(import.meta.resolve('@fontsource-variable/noto-sans-jp/wght.css')));
    const type = file.endsWith('.css') ? 'text/css' : 'font/woff2';
    const stream = createReadStream(path.join(folder, file));
    stream.once('open', () => response.writeHead(200, { 'content-type': type, 'cache-control': 'max-age=86400' }));
    stream.once('error', fail);
    stream.pipe(response);
  } catch {
    fail();
  }
}

/** @returns null when it is larger than any request of this API */
async function read(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LARGEST_REQUEST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
