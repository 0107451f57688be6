/** The console on the network, over real TLS: what a stranger, another site and a device that was removed get. */
import { type IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Answer } from '../../../app/operator/problems.ts';
import { openCertificate } from '../../../main/operator/certificate.ts';
import { type LanServer, startLanServer } from '../../../main/operator/lan-server.ts';
import { createRoutes, DEVICE_COOKIE } from '../../../main/operator/routes.ts';
import { type House, openHouse, PINS, valueOf } from '../../app/operator/house.ts';
import { silentLog } from '../paypay/virtual-clock.ts';

let house: House;
let lan: LanServer;
let ticket = 0;
beforeEach(async () => {
  house = await openHouse();
  const { shop, side } = house;
  const ports = { clock: shop.clock, log: silentLog };
  lan = await startLanServer({
    ...{ host: '127.0.0.1', port: 0, files: new Map(), headers: {}, end: side, ...ports },
    routes: createRoutes(side, ports, () => `ticket-${++ticket}`),
    certificate: await openCertificate(path.join(shop.folder, 'console-certificate.pem'), shop.clock.now_ms()),
    deviceOf: (token) => side.devices.holder(token)?.deviceId ?? null,
  });
});
afterEach(async () => {
  await lan.close();
  await house.close();
});

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** As a browser does: the certificate's warning was accepted. */
function send(route: string, body?: object, headers: Readonly<Record<string, string>> = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const asked = request({ host: '127.0.0.1', port: lan.port, path: route, method, headers, rejectUnauthorized: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    asked.on('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
const answerOf = ({ body }: Got): Answer => JSON.parse(body) as Answer;

async function newCode(): Promise<string> {
  const owner = await house.person('owner', { from: 'cli', deviceId: null });
  return valueOf<{ code: string }>(await owner.perform({ do: 'device.pair' })).code;
}

/** @returns the cookie that a paired device holds */
async function pairedDevice(): Promise<string> {
  const { headers, status } = await send('/operator/pair', { code: await newCode(), name: 'phone' });
  expect(status).toBe(200);
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

async function signedIn(cookie: string, role: 'owner' | 'cashier' | 'filler'): Promise<Record<string, string>> {
  const got = await send('/operator/sign-in', { staffId: house.staffId(role), pin: PINS[role] }, { cookie });
  return { cookie, 'x-staff-session': valueOf<{ token: string }>(answerOf(got)).token };
}

function live(cookie: string, headers: Readonly<Record<string, string>> = {}) {
  const socket = new WebSocket(`wss://127.0.0.1:${lan.port}/operator/live`, {
    rejectUnauthorized: false,
    headers: { cookie, origin: `https://127.0.0.1:${lan.port}`, ...headers },
  });
  const said: string[] = [];
  socket.on('message', (data: Buffer) => said.push(data.toString()));
  const opened = new Promise<boolean>((resolve) => {
    socket.on('open', () => resolve(true));
    socket.on('error', () => resolve(false));
  });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  return { socket, said, opened, closed };
}

describe('a device that is not paired', () => {
  it('gets the pairing page and nothing else', async () => {
    for (const route of ['/operator/ask', '/operator/perform', '/operator/sign-in', '/operator/export', '/operator/compare'])
      expect((await send(route, {})).status, route).toBe(401);
    for (const route of ['/operator/door', '/health', '/metrics']) expect((await send(route)).status, route).toBe(401);
    expect((await send('/operator/door', undefined, { cookie: `${DEVICE_COOKIE}=guess` })).status).toBe(401);
    expect(await live('').opened).toBe(false);
  });

  it('has five tries at a code, each slower than the one before; then the right one is wrong as well', async () => {
    const code = await newCode();
    const wrong = code === '00000000' ? '00000001' : '00000000';
    const guess = (what: string) => send('/operator/pair', { code: what, name: 'x' });
    const waits: number[] = [];
    for (let tries = 0; tries < 5;) {
      const got = await guess(wrong);
      const answer = answerOf(got);
      if (answer.ok) throw new Error('a wrong code was taken');
      if (answer.problem !== 'wait') {
        tries += 1;
        expect(answer.problem).toBe(tries < 5 ? 'wrongCode' : 'noPairing');
        continue;
      }
      expect(got.status).toBe(429);
      waits.push(answer.wait_ms ?? 0);
      await house.shop.clock.advance(answer.wait_ms ?? 0);
    }
    expect(waits).toEqual([5_000, 10_000]);
    expect(answerOf(await guess(code))).toMatchObject({ problem: 'noPairing' });
    expect((await guess(await newCode())).status, 'a new code is not kept out by guesses at the old one').toBe(200);
  });
});

describe('a page of another site', () => {
  it('may not speak for a paired device', async () => {
    const headers = await signedIn(await pairedDevice(), 'owner');
    const other = { ...headers, origin: 'https://other.example' };
    expect((await send('/operator/ask', { ask: 'now' }, other)).status).toBe(403);
    // A name that somebody made point at this address: the page is its own origin, and has no cookie of ours.
    const rebound = { host: 'other.example', origin: 'https://other.example', 'x-staff-session': headers['x-staff-session'] ?? '' };
    expect((await send('/operator/ask', { ask: 'now' }, rebound)).status).toBe(401);
    expect(await live(headers['cookie'] ?? '', { origin: 'https://other.example' }).opened).toBe(false);
    expect((await send('/operator/ask', { ask: 'now' }, headers)).status).toBe(200);
  });
});

describe('a device that is removed', () => {
  it('is cut off at once: its socket, its session, its cookie', async () => {
    const cookie = await pairedDevice();
    const headers = await signedIn(cookie, 'owner');
    const session = headers['x-staff-session'] ?? '';
    const { socket, said, opened, closed } = live(cookie);
    expect(await opened).toBe(true);
    socket.send(JSON.stringify({ session }));
    await expect.poll(() => said.length).toBe(1);
    const deviceId = house.side.devices.list()[0]?.deviceId ?? '';
    const owner = await house.person('owner', { from: 'cli', deviceId: null });
    valueOf(await owner.perform({ do: 'device.remove', deviceId }));
    socket.send(JSON.stringify({ id: 1, ask: { ask: 'orders' } }));
    expect(await closed).toBe(4401);
    expect(said.filter((one) => one.includes('"id":1'))).toEqual([]);
    expect((await send('/operator/ask', { ask: 'now' }, headers)).status).toBe(401);
    expect(await house.operator.ask(session, { ask: 'now' })).toMatchObject({ problem: 'notSignedIn' });
  });

  it('hears nothing more, though it says nothing', async () => {
    const cookie = await pairedDevice();
    const headers = await signedIn(cookie, 'cashier');
    const { socket, said, opened, closed } = live(cookie);
    expect(await opened).toBe(true);
    socket.send(JSON.stringify({ session: headers['x-staff-session'] }));
    await expect.poll(() => said.length).toBe(1);
    await house.side.devices.remove(house.side.devices.list()[0]?.deviceId ?? '');
    house.operator.changed();
    await house.shop.clock.advance(1_000);
    expect(await closed).toBe(4401);
    expect(said).toHaveLength(1);
  });
});

describe('a filler', () => {
  it('sees no sales, by a file either', async () => {
    const headers = await signedIn(await pairedDevice(), 'filler');
    const range = { from: '2026-01-01', to: '2026-01-02', format: 'csv' };
    expect(answerOf(await send('/operator/export', range, headers))).toMatchObject({ problem: 'notAllowed' });
    expect(answerOf(await send('/operator/compare?file=x.csv', { any: 'thing' }, headers))).toMatchObject({ problem: 'notAllowed' });
    expect((await send('/operator/export?ticket=guess', undefined, headers)).status).toBe(401);
  });

  it('can’t use the ticket of somebody who is not there any more', async () => {
    const cookie = await pairedDevice();
    const cashier = await signedIn(cookie, 'cashier');
    const range = { from: '2026-01-01', to: '2026-01-02', format: 'csv' };
    const paths = [1, 2].map(async () => valueOf<{ path: string }>(answerOf(await send('/operator/export', range, cashier))).path);
    const [first = '', second = ''] = await Promise.all(paths);
    expect((await send(first, undefined, { cookie })).status).toBe(200);
    expect((await send(first, undefined, { cookie })).status, 'good once').toBe(401);
    house.operator.signOut(cashier['x-staff-session'] ?? '');
    expect((await send(second, undefined, { cookie })).status).toBe(401);
  });
});
