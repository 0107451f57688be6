/** Between Node's HTTP server and the web's Request and Response, in which the console's routes are written. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export function requestOf(message: IncomingMessage, origin: string): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  const hasBody = message.method !== 'GET' && message.method !== 'HEAD';
  return new Request(new URL(message.url ?? '/', origin), {
    method: message.method ?? 'GET',
    headers,
    ...(hasBody ? { body: Readable.toWeb(message) as ReadableStream<Uint8Array>, duplex: 'half' } : {}),
  });
}

/** @param headers for every response, before its own */
export async function send(response: Response, to: ServerResponse, headers: Readonly<Record<string, string>>): Promise<void> {
  to.writeHead(response.status, { ...headers, ...Object.fromEntries(response.headers) });
  if (response.body === null) to.end();
  // Waits for a slow reader, so that a large file is never in memory as a whole.
  else await pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), to);
}
