/** Who gets the screen of the browser host: one paired browser on this machine, and nobody else. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type ScreenFile } from '../../main/screen-files.ts';
import { startWebServer, type WebServer } from '../../main/web-server.ts';
import { VirtualClock } from './paypay/virtual-clock.ts';
import { readableLog, viewNumber, virtualScreen } from './virtual-screen.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-web-'));
const page = path.join(folder, 'index.html');
writeFileSync(page, '<!doctype html><title>the screen</title>');
const files = new Map<string, ScreenFile>([['index.html', { file: page, type: 'text/html; charset=utf-8', immutable: false }]]);

let server: WebServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function start({ framedBy, port = 0 }: { framedBy?: string; port?: number } = {}) {
  const [clock, log, screen] = [new VirtualClock(), readableLog(), virtualScreen()];
  const opened = (server = await startWebServer({ port, files, screen, screenSecret: 'ab'.repeat(32), framedBy, clock, log }));
  const origin = `http://127.0.0.1:${opened.port}`;
  return { server: opened, origin, clock, log, screen };
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Sends headers that a browser would not let a page set. */
function ask(
  origin: string,
  target: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${origin}${target}`,
      { agent: false, method: options.method ?? 'GET', headers: options.headers ?? {} },
      (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      },
    );
    sent.on('error', reject);
    sent.end(options.body);
  });
}

const tokenOf = (address: string): string => address.split('#token=')[1] ?? '';
const pair = (origin: string, token: string, headers: Record<string, string> = { origin }): Promise<Answer> =>
  ask(origin, '/pair', { method: 'POST', headers, body: token });

async function pairedCookie(origin: string, opened: WebServer): Promise<string> {
  const { headers } = await pair(origin, tokenOf(opened.address()));
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

interface Client {
  readonly socket: WebSocket;
  /** Everything that came, parsed. */
  readonly views: unknown[];
}

/** Resolves with the status that refused it, when it was. */
function connectScreen(origin: string, headers: Record<string, string>, target = '/kiosk'): Promise<Client | number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}${target}`, { headers });
    const views: unknown[] = [];
    socket.on('message', (data: Buffer) => void views.push(JSON.parse(data.toString('utf8'))));
    socket.once('open', () => resolve({ socket, views }));
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.once('error', reject);
  });
}

async function connected(origin: string, cookie: string): Promise<Client> {
  const client = await connectScreen(origin, { origin, cookie });
  if (typeof client === 'number') throw new Error(`refused with ${client}`);
  return client;
}

describe('pairing', () => {
  test('without a cookie there is only a page that pairs', async () => {
    const { origin } = await start();
    const { body, status } = await ask(origin, '/');
    expect(status).toBe(200);
    expect(body).not.toContain('the screen');
    expect(body).toContain('/pair.js');
    expect((await ask(origin, '/index.html')).status).toBe(403);
  });

  test('a token is good once, and its cookie stays', async () => {
    const { origin, server: opened } = await start();
    const token = tokenOf(opened.address());
    const first = await pair(origin, token);
    expect(first.status).toBe(204);
    expect(first.headers['set-cookie']?.[0]).toMatch(/; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Strict$/);
    expect((await pair(origin, token)).status).toBe(403);
    const cookie = first.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect((await ask(origin, '/', { headers: { cookie } })).body).toContain('the screen');
  });

  test('the cookie outlives a restart on the same port', async () => {
    const { origin, server: opened } = await start();
    const cookie = await pairedCookie(origin, opened);
    await opened.close();
    await start({ port: opened.port });
    expect((await ask(origin, '/', { headers: { cookie } })).body).toContain('the screen');
  });

  test('a token with a limited life ends', async () => {
    const { origin, server: opened, clock } = await start();
    const token = tokenOf(opened.address(60_000));
    await clock.advance(60_001);
    expect((await pair(origin, token)).status).toBe(403);
  });

  test('asking for many addresses does not spoil the printed one', async () => {
    const { origin, server: opened } = await start();
    const printed = tokenOf(opened.address());
    for (let n = 0; n < 100; n++) opened.address(60_000);
    expect((await pair(origin, printed)).status).toBe(204);
  });

  test.each(['', 'x', 'x'.repeat(10_000), '\0'])('a wrong token %j', async (token) => {
    const { origin } = await start();
    expect((await pair(origin, token)).status).toBe(403);
  });

  test.each(['jihanki-1=abab', `jihanki=${'ab'.repeat(32)}`, `jihanki-PORT=${'é'.repeat(64)}`, 'jihanki-PORT=', 'x'])(
    'a wrong cookie %s',
    async (cookie) => {
      const { origin, server: opened } = await start();
      const headers = { cookie: Buffer.from(cookie.replace('PORT', String(opened.port))).toString('latin1') };
      expect((await ask(origin, '/', { headers })).body).not.toContain('the screen');
    },
  );
});

describe('only from here', () => {
  test.each(['evil.example', 'evil.example:PORT', '127.0.0.1:1'])('Host %j is refused', async (host) => {
    const { origin, server: opened } = await start();
    const cookie = await pairedCookie(origin, opened);
    expect((await ask(origin, '/', { headers: { host: host.replace('PORT', String(opened.port)), cookie } })).status).toBe(403);
  });

  test.each(['http://evil.example', 'null', 'http://127.0.0.1:1', 'https://127.0.0.1:PORT'])('Origin %j can’t pair', async (given) => {
    const { origin, server: opened } = await start();
    const answer = await pair(origin, tokenOf(opened.address()), { origin: given.replace('PORT', String(opened.port)) });
    expect(answer.status).toBe(403);
  });

  test('pairing needs an Origin', async () => {
    const { origin, server: opened } = await start();
    expect((await pair(origin, tokenOf(opened.address()), {})).status).toBe(403);
  });

  test.each(['/../package.json', '/%2e%2e/secret', '/assets/', '/screen-secret', '//index.html'])(
    '%s is no file of the screen',
    async (target) => {
      const { origin, server: opened } = await start();
      const cookie = await pairedCookie(origin, opened);
      expect((await ask(origin, target, { headers: { cookie } })).status).toBe(404);
    },
  );

  test.each(['PUT', 'DELETE', 'POST'])('%s is refused', async (method) => {
    const { origin, server: opened } = await start();
    const cookie = await pairedCookie(origin, opened);
    expect((await ask(origin, '/', { method, headers: { cookie, origin } })).status).toBe(405);
  });

  test('it listens on loopback only', async () => {
    const { server: opened } = await start();
    const others = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of others) {
      await expect(
        new Promise((resolve, reject) => connect({ host: address, port: opened.port }).once('connect', resolve).once('error', reject)),
      ).rejects.toThrow(/ECONNREFUSED/);
    }
  });
});

test('every answer carries the strict headers', async () => {
  const { origin, server: opened } = await start();
  const cookie = await pairedCookie(origin, opened);
  for (const answer of [await ask(origin, '/'), await ask(origin, '/', { headers: { cookie } }), await ask(origin, '/none')]) {
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
  }
});

test('in the demo one page may frame it', async () => {
  const { origin } = await start({ framedBy: 'http://127.0.0.1:4000' });
  expect((await ask(origin, '/')).headers['content-security-policy']).toContain('frame-ancestors http://127.0.0.1:4000');
});

describe('the WebSocket', () => {
  test('shows the view as it is, then every change, and takes commands', async () => {
    const { origin, server: opened, screen } = await start();
    const { socket, views } = await connected(origin, await pairedCookie(origin, opened));
    await expect.poll(() => views).toEqual([{ view: viewNumber(0) }]);
    screen.show(viewNumber(7));
    await expect.poll(() => views).toEqual([{ view: viewNumber(0) }, { view: viewNumber(7) }]);
    socket.send(JSON.stringify({ command: { do: 'start' } }));
    await expect.poll(() => screen.commands).toEqual([{ do: 'start' }]);
  });

  test.each([
    ['no cookie', (origin: string) => ({ origin })],
    ['a wrong cookie', (origin: string) => ({ origin, cookie: 'jihanki-1=x' })],
  ])('%s: refused', async (_name, headers) => {
    const { origin } = await start();
    expect(await connectScreen(origin, headers(origin))).toBe(403);
  });

  test.each(['http://evil.example', 'null'])('Origin %s: refused, cookie or not', async (given) => {
    const { origin, server: opened } = await start();
    expect(await connectScreen(origin, { origin: given, cookie: await pairedCookie(origin, opened) })).toBe(403);
  });

  test('no Origin, a wrong Host or a wrong path: refused', async () => {
    const { origin, server: opened } = await start();
    const cookie = await pairedCookie(origin, opened);
    expect(await connectScreen(origin, { cookie })).toBe(403);
    expect(await connectScreen(origin, { cookie, origin, host: 'evil.example' })).toBe(403);
    expect(await connectScreen(origin, { cookie, origin }, '/other')).toBe(403);
  });

  test('junk is dropped and counted, and the screen goes on', async () => {
    const { origin, server: opened, screen, log } = await start();
    const { socket } = await connected(origin, await pairedCookie(origin, opened));
    for (const junk of ['', '{', 'null', '[]', '{"command":{"do":"refund"}}', '{"command":{"do":"start"},"more":1}', Buffer.from([0, 255])])
      socket.send(junk);
    socket.send('{"command":{"do":"finish"}}');
    await expect.poll(() => screen.commands).toEqual([{ do: 'finish' }]);
    expect(log.lines.filter(({ event }) => event === 'screen.dropped')).toHaveLength(1);
  });

  test('a message that is too large ends the connection, not the host', async () => {
    const { origin, server: opened, screen } = await start();
    const cookie = await pairedCookie(origin, opened);
    const { socket } = await connected(origin, cookie);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.send('x'.repeat(5000));
    expect(await closed).toBe(1009);
    await connected(origin, cookie);
    expect(screen.commands).toEqual([]);
  });

  test('a fifth screen is refused', async () => {
    const { origin, server: opened } = await start();
    const cookie = await pairedCookie(origin, opened);
    for (let n = 0; n < 4; n++) await connected(origin, cookie);
    expect(await connectScreen(origin, { origin, cookie })).toBe(503);
  });
});
