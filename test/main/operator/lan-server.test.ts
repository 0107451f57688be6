/** The console and tills on the network, over real TLS: what a stranger, another site and a device that was removed get. */
import { writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { DeviceUse } from '../../../app/operator/pairing.ts';
import type { Answer } from '../../../app/operator/problems.ts';
import { openCertificate } from '../../../main/operator/certificate.ts';
import { type LanServer, startLanServer } from '../../../main/operator/lan-server.ts';
import { createRoutes, DEVICE_COOKIE } from '../../../main/operator/routes.ts';
import { type House, openHouse, PINS, valueOf } from '../../app/operator/house.ts';
import { silentLog } from '../paypay/virtual-clock.ts';
import { viewNumber, virtualScreen } from '../virtual-screen.ts';

let house: House;
let lan: LanServer;
let screen: ReturnType<typeof virtualScreen>;
let ticket = 0;
/** @param tills `operator.lan.till` */
async function start(tills: boolean): Promise<LanServer> {
  const { shop, side } = house;
  const ports = { clock: shop.clock, log: silentLog };
  const named = (name: string) => {
    const file = path.join(shop.folder, name.replace('/', '-'));
    writeFileSync(file, `this is ${name}`);
    return [name, { file, type: 'text/plain', immutable: false }] as const;
  };
  return startLanServer({
    ...{ host: '127.0.0.1', port: 0, headers: {}, end: side, screen: tills ? screen : null, ...ports },
    files: new Map(['operator.html', 'index.html', 'assets/screen.js', 'pictures/tea.webp'].map(named)),
    routes: createRoutes(side, ports, () => `ticket-${++ticket}`),
    certificate: await openCertificate(path.join(shop.folder, 'console-certificate.pem'), shop.clock.now_ms(), silentLog),
    deviceOf: (token) => side.devices.holder(token),
  });
}
beforeEach(async () => {
  house = await openHouse();
  screen = virtualScreen();
  lan = await start(true);
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

async function newCode(use: DeviceUse = 'console'): Promise<string> {
  const owner = await house.person('owner', { from: 'cli', deviceId: null });
  return valueOf<{ code: string }>(await owner.perform({ do: 'device.pair', use })).code;
}

/** @returns the cookie that a paired device holds */
async function pairedDevice(use: DeviceUse = 'console'): Promise<string> {
  const { headers, status } = await send('/operator/pair', { code: await newCode(use), name: 'phone' });
  expect(status).toBe(200);
  expect(headers['set-cookie']?.[0]).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

async function signedIn(cookie: string, role: 'owner' | 'cashier' | 'filler'): Promise<Record<string, string>> {
  const got = await send('/operator/sign-in', { staffId: house.staffId(role), pin: PINS[role] }, { cookie });
  return { cookie, 'x-staff-session': valueOf<{ token: string }>(answerOf(got)).token };
}

function live(cookie: string, headers: Readonly<Record<string, string>> = {}, target = '/operator/live') {
  const socket = new WebSocket(`wss://127.0.0.1:${lan.port}${target}`, {
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
    for (const route of ['/', '/?side=customer', '/operator']) expect((await send(route)).body, route).toBe('this is operator.html');
    for (const route of ['/index.html', '/pictures/tea.webp']) expect((await send(route)).status, route).toBe(404);
    await strangeScreen('');
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

/** Turned away with a word that the page understands, and without a view. */
async function strangeScreen(cookie: string): Promise<void> {
  const { said, closed } = live(cookie, {}, '/kiosk');
  expect(await closed).toBe(4401);
  expect(said).toEqual([]);
}

describe('a till', () => {
  it('gets the counter’s screen and its wire; a phone gets neither', async () => {
    const till = await pairedDevice('till');
    for (const route of ['/', '/?side=customer', '/index.html'])
      expect((await send(route, undefined, { cookie: till })).body, route).toBe('this is index.html');
    expect((await send('/pictures/tea.webp', undefined, { cookie: till })).status).toBe(200);
    const wire = live(till, {}, '/kiosk');
    expect(await wire.opened).toBe(true);
    screen.show(viewNumber(7));
    await expect.poll(() => wire.said.join()).toContain(JSON.stringify({ view: viewNumber(7) }));
    wire.socket.send(JSON.stringify({ command: { do: 'start' } }));
    await expect.poll(() => screen.commands).toEqual([{ do: 'start' }]);

    const phone = await pairedDevice('console');
    expect((await send('/', undefined, { cookie: phone })).body).toBe('this is operator.html');
    expect((await send('/index.html', undefined, { cookie: phone })).status).toBe(404);
    await strangeScreen(phone);
  });

  it('gets of the console what the PIN at it allows, as at the kiosk, and no figures', async () => {
    const cookie = await pairedDevice('till');
    for (const route of ['/health', '/metrics']) expect((await send(route, undefined, { cookie })).status, route).toBe(403);
    expect(answerOf(await send('/operator/ask', { ask: 'now' }, { cookie }))).toMatchObject({ problem: 'notSignedIn' });
    const headers = await signedIn(cookie, 'filler');
    expect(answerOf(await send('/operator/ask', { ask: 'now' }, headers))).toMatchObject({ value: { me: { from: 'kiosk' } } });
    expect(answerOf(await send('/operator/ask', { ask: 'report', from: '2026-01-01', to: '2026-01-02' }, headers))).toMatchObject({
      problem: 'notAllowed',
    });
    await house.shop.clock.advance(121_000);
    expect(answerOf(await send('/operator/ask', { ask: 'now' }, headers)), 'it stands in public').toMatchObject({ problem: 'notSignedIn' });
  });

  it('is cut off when it is removed: no view comes, no command goes', async () => {
    const cookie = await pairedDevice('till');
    const wire = live(cookie, {}, '/kiosk');
    expect(await wire.opened).toBe(true);
    await expect.poll(() => wire.said.length).toBeGreaterThan(0);
    const owner = await house.person('owner', { from: 'cli', deviceId: null });
    valueOf(await owner.perform({ do: 'device.remove', deviceId: house.side.devices.list()[0]?.deviceId ?? '' }));
    const removedAt_ms = performance.now();
    screen.show(viewNumber(8));
    wire.socket.send(JSON.stringify({ command: { do: 'start' } }));
    expect(await wire.closed).toBe(4401);
    expect(performance.now() - removedAt_ms).toBeLessThan(2_000);
    expect(wire.said.join()).not.toContain(JSON.stringify(viewNumber(8)));
    expect(screen.commands).toEqual([]);
    expect((await send('/', undefined, { cookie })).body).toBe('this is operator.html');
    await strangeScreen(cookie);
  });

  it('is a stranger where the configuration has no tills any more', async () => {
    const cookie = await pairedDevice('till');
    await lan.close();
    lan = await start(false);
    expect((await send('/', undefined, { cookie })).body).toBe('this is operator.html');
    expect((await send('/operator/door', undefined, { cookie })).status).toBe(401);
    expect(await live(cookie, {}, '/kiosk').opened).toBe(false);
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
    const till = await pairedDevice('till');
    expect(await live(till, { origin: 'https://other.example' }, '/kiosk').opened).toBe(false);
    expect((await send('/', undefined, { cookie: till, origin: 'https://other.example' })).status).toBe(403);
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
