/** Serves the street page on loopback: its files, the state of the corner four times a second, and the visitor's commands. */
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { z } from 'zod';
import { MACHINES, MISHAPS, type StreetCommand, type StreetState } from './street.ts';

const Command = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('power'), on: z.boolean() }),
  z.strictObject({ do: z.literal('cutAfterPayment') }),
  z.strictObject({ do: z.literal('mishap'), mishap: z.enum(MISHAPS) }),
  z.strictObject({ do: z.literal('cable'), connected: z.boolean() }),
  z.strictObject({ do: z.literal('door'), open: z.boolean() }),
  z.strictObject({ do: z.literal('machine'), kind: z.enum(MACHINES) }),
  z.strictObject({ do: z.literal('press'), slot: z.string().max(16) }),
  z.strictObject({ do: z.literal('stock'), slot: z.string().max(16), count: z.int().min(0).max(255) }),
]) satisfies z.ZodType<StreetCommand>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};
const UPDATE_ms = 250;
const LARGEST_COMMAND_BYTES = 1000;

export interface Corner {
  /** The page as Vite built it. */
  readonly pageFolder: string;
  /** Picture files by SKU. */
  readonly pictures: ReadonlyMap<string, string>;
  /** Origins that the page may show in frames: the kiosk's and PayPay's. */
  frames(): readonly string[];
  state(): Promise<StreetState>;
  obey(command: StreetCommand): Promise<void>;
  /** An address of the kiosk for one visitor; null while it is off. */
  kioskAddress(): Promise<string | null>;
}

export async function startStreet(corner: Corner): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    serve(corner, request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function serve(corner: Corner, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { host = '', origin } = request.headers;
  const { pathname } = new URL(request.url ?? '/', 'http://street');
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host) || (origin !== undefined && origin !== `http://${host}`))
    return void response.writeHead(403).end('only for this machine');
  if (request.method === 'POST' && pathname === '/command') return command(corner, request, response);
  if (request.method !== 'GET') return void response.writeHead(405).end();
  if (pathname === '/state') return stream(corner, request, response);
  if (pathname === '/kiosk') return json(response, { address: await corner.kioskAddress() });
  const sku = /^\/pictures\/([\w-]+)$/.exec(pathname)?.[1];
  const file = sku === undefined ? pageFile(corner.pageFolder, pathname) : corner.pictures.get(sku);
  if (file === undefined || !existsSync(file)) return void response.writeHead(404).end();
  response.writeHead(200, {
    'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
    'cache-control': 'no-cache',
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; frame-src ${corner.frames().join(' ') || "'none'"}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff',
  });
  createReadStream(file).pipe(response);
}

function pageFile(folder: string, pathname: string): string | undefined {
  const file = path.join(folder, pathname === '/' ? 'index.html' : pathname);
  return file.startsWith(folder + path.sep) ? file : undefined;
}

const json = (response: ServerResponse, body: object): void =>
  void response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));

async function command(corner: Corner, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    body += chunk.toString('utf8');
    if (body.length > LARGEST_COMMAND_BYTES) return void response.writeHead(413, { connection: 'close' }).end();
  }
  const parsed = Command.safeParse(JSON.parse(body));
  if (!parsed.success) return void response.writeHead(400).end(z.prettifyError(parsed.error));
  await corner.obey(parsed.data);
  json(response, { ok: true });
}

/** Server-sent events; a state that did not change is not sent again. */
async function stream(corner: Corner, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  let sent = '';
  let gone = false;
  request.on('close', () => (gone = true));
  while (!gone) {
    const state = JSON.stringify(await corner.state());
    if (state !== sent) response.write(`data: ${(sent = state)}\n\n`);
    await new Promise((resolve) => setTimeout(resolve, UPDATE_ms));
  }
}
