/** The control interface of a simulator: JSON over HTTP, on loopback only. For tests and the demo's street page, never part of a kiosk. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** Answers one call; a `ZodError` thrown by it becomes a 400 that says what was wrong. */
export type ControlHandler = (body: unknown) => unknown;

export interface Control {
  readonly port: number;
  close(): Promise<void>;
}

const BODY_LIMIT = 64 * 1024;

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new SyntaxError(`more than ${BODY_LIMIT} bytes`);
    chunks.push(chunk);
  }
  return size === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

/** @param handlers by method and path: `GET /state`, `POST /fault` … */
export function serveControl(port: number, handlers: Readonly<Record<string, ControlHandler>>): Promise<Control> {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const handler = handlers[`${request.method ?? 'GET'} ${path}`];
    // A web page of somewhere else must not reach it: names other than loopback are refused, and so is a foreign Origin.
    const host = (request.headers.host ?? '').replace(/:\d+$/, '');
    const origin = request.headers.origin;
    if (
      (host !== '127.0.0.1' && host !== 'localhost') ||
      (origin !== undefined && !/^https?:\/\/(127\.0\.0\.1|localhost)(:\d+)?$/.test(origin))
    )
      return send(response, 403, { error: 'loopback only' });
    if (!handler) return send(response, 404, { error: `no such call; there are: ${Object.keys(handlers).join(', ')}` });
    try {
      send(response, 200, handler(request.method === 'POST' ? await readBody(request) : {}) ?? { ok: true });
    } catch (error) {
      if (error instanceof z.ZodError) return send(response, 400, { error: z.prettifyError(error) });
      if (error instanceof SyntaxError) return send(response, 400, { error: `not JSON: ${error.message}` });
      throw error;
    }
  };
  return new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      answer(request, response).catch(() => response.destroy());
    });
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      }),
    );
  });
}
