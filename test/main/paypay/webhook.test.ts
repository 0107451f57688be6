import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { LogFields } from '../../../app/ports.ts';
import { pay } from '../../../main/paypay/simulator/codes.ts';
import { startSimulator, type SimulatorServer } from '../../../main/paypay/simulator/server.ts';
import { openWebhook, type WebhookOptions, type WebhookReceiver } from '../../../main/paypay/webhook.ts';
import { PayPayClient } from '../../../main/paypay/client.ts';
import { systemClock } from '../../../main/system.ts';
import { keys, merchantId, must, yen } from './samples.ts';
import { VirtualClock, seededIds } from './virtual-clock.ts';

/** For whatever has to come; a busy machine takes its time. */
const PATIENT = { timeout: 10_000, interval: 20 };

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function receiver(options: Partial<WebhookOptions> = {}) {
  const hints: string[] = [];
  const lines: string[] = [];
  const write = (event: string, fields?: LogFields) => void lines.push(JSON.stringify({ event, ...fields }));
  const clock = new VirtualClock();
  const made = await openWebhook({
    host: '127.0.0.1',
    port: 0,
    allow: ['127.0.0.1'],
    proxies: [],
    clock,
    log: { info: write, warn: write, error: write },
    onHint: (id) => hints.push(id),
    ...options,
  });
  open.push(made);
  return { hints, lines, clock, ...made };
}

/** As PayPay was seen to send it. */
const captured = {
  notification_type: 'Transaction',
  merchant_id: '123456789012345678',
  store_id: '',
  pos_id: '',
  order_id: '04012345678901234567',
  merchant_order_id: 'p-1',
  paid_at: '2023-04-07T15:45:29+09:00',
  order_amount: '7490',
  state: 'COMPLETED',
};

const send = async (
  to: WebhookReceiver,
  body: unknown,
  options: { path?: string; headers?: Record<string, string>; method?: string } = {},
) => {
  const response = await fetch(`http://127.0.0.1:${to.port}${options.path ?? '/webhooks/paypay'}`, {
    method: options.method ?? 'POST',
    headers: options.headers ?? {},
    ...(options.method === 'GET' ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  await response.text();
  await new Promise((resolve) => setTimeout(resolve, 10));
  return response.status;
};

describe('what makes the kiosk ask', () => {
  test.each([
    ['as captured', captured],
    ['amount as a number, time with Z', { ...captured, order_amount: 7490, paid_at: '2023-04-07T06:45:29Z' }],
    ['hardly any keys', { notification_type: 'Transaction', merchant_order_id: 'p-1', state: 'EXPIRED' }],
    ['a state of tomorrow, fields of tomorrow', { ...captured, state: 'LEVITATED', new: { a: 1 } }],
    ['nulls', { ...captured, order_id: null, order_amount: null, paid_at: null }],
    ['a strange time', { ...captured, paid_at: '7 April' }],
  ])('%s', async (_, body) => {
    const to = await receiver();
    expect(await send(to, body)).toBe(200);
    expect(to.hints).toEqual(['p-1']);
  });
});

test.each([
  ['no JSON', 'hello'],
  ['JSON null', 'null'],
  ['nothing', ''],
  ['an array', '[]'],
  ['no payment id', { ...captured, merchant_order_id: '' }],
  ['an id that can be none of ours', { ...captured, merchant_order_id: '../../x' }],
  ['another notification', { notification_type: 'file.created', path: 'https://x' }],
  ['a customer event', { notification_type: 'customer.authroization.succeeded' }],
])('is thanked for and ignored: %s', async (_, body) => {
  const to = await receiver();
  expect(await send(to, body)).toBe(200);
  expect(to.hints).toEqual([]);
});

test('repetitions ask once; the same news much later asks again', async () => {
  const to = await receiver();
  for (let i = 0; i < 4; i++) await send(to, captured);
  await send(to, { ...captured, state: 'FAILED' });
  expect(to.hints).toEqual(['p-1', 'p-1']);
  await to.clock.advance(11_000);
  await send(to, captured);
  expect(to.hints).toHaveLength(3);
});

test('answers before it does anything', async () => {
  let answered = false;
  let atHint: boolean | null = null;
  const to = await receiver({ onHint: () => (atHint = answered) });
  await new Promise<void>((resolve) => {
    const request = httpRequest({ port: to.port, host: '127.0.0.1', path: '/webhooks/paypay', method: 'POST' }, (response) => {
      answered = response.statusCode === 200;
      response.resume().on('end', resolve);
    });
    request.end(JSON.stringify(captured));
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(answered).toBe(true);
  expect(atHint).not.toBeNull();
});

describe('who may knock', () => {
  test('nobody from elsewhere', async () => {
    const to = await receiver({ allow: ['52.68.128.8', '203.0.113.0/24'] });
    expect(await send(to, captured)).toBe(403);
    expect(to.hints).toEqual([]);
    expect(to.lines.join()).toContain('127.0.0.1');
  });

  test('a proxy that is believed speaks for others, nobody else does', async () => {
    const to = await receiver({ allow: ['52.68.128.0/24'], proxies: ['127.0.0.1'] });
    const from = (chain: string) => send(to, captured, { headers: { 'x-forwarded-for': chain } });
    expect(await from('52.68.128.8')).toBe(200);
    expect(await from('52.68.128.8, 198.51.100.7')).toBe(403);
    expect(await from('52.68.128.8, 127.0.0.1')).toBe(200);
    expect(await from('::ffff:52.68.128.8')).toBe(200);
    expect(await from('52.68.129.8')).toBe(403);
    expect(await from('nonsense')).toBe(403);
    expect(await send(to, captured)).toBe(403);
    const direct = await receiver({ allow: ['52.68.128.8'] });
    expect(await send(direct, captured, { headers: { 'x-forwarded-for': '52.68.128.8' } })).toBe(403);
  });

  test.each([
    ['allow', ['300.1.1.1']],
    ['allow', ['10.0.0.0/99']],
    ['proxies', ['localhost']],
  ] as const)('a bad address in %s is named', async (key, entries) => {
    await expect(receiver({ [key]: entries })).rejects.toThrow(`${key}: found "${entries[0]}"`);
  });
});

describe('the door', () => {
  test('other paths and methods are not here', async () => {
    const to = await receiver();
    expect(await send(to, captured, { path: '/' })).toBe(404);
    expect(await send(to, captured, { method: 'GET' })).toBe(404);
    expect(to.hints).toEqual([]);
  });

  test('a body without end is cut off', async () => {
    const to = await receiver();
    const status = await new Promise<string>((resolve) => {
      const socket = connect(to.port, '127.0.0.1', () => {
        socket.write('POST /webhooks/paypay HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n');
        const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
        for (let i = 0; i < 8; i++) socket.write(chunk);
      });
      socket.on('error', () => {});
      socket.once('data', (data) => resolve(data.toString().slice(9, 12)));
    });
    expect(status).toBe('413');
  });
});

describe('PayPay as simulated', () => {
  async function shop(faults: object[] = []) {
    const to = await receiver();
    const server: SimulatorServer = await startSimulator({ clock: systemClock(), ids: seededIds(5), keys, merchantId, port: 0 });
    const client = new PayPayClient({ environment: server.url, ...keys, merchantId });
    open.push(server, client);
    const control = (name: string, body: object) =>
      fetch(`${server.url}/_simulator/${name}`, { method: 'POST', body: JSON.stringify(body) }).then((response) =>
        expect(response.status).toBe(200),
      );
    await control('webhook', { url: `http://127.0.0.1:${to.port}/webhooks/paypay` });
    for (const fault of faults) await control('faults', fault);
    const buy = async (merchantPaymentId: string) => {
      const { url } = must(await client.createCode({ merchantPaymentId, amount: yen(120) }));
      expect(pay(server.simulator.world, url)).not.toHaveProperty('refused');
    };
    const quiet = () => new Promise((resolve) => setTimeout(resolve, 150));
    return {
      ...to,
      server,
      buy,
      quiet,
      bodies: () => server.simulator.webhooks.sent.map(({ body }) => JSON.parse(body) as typeof captured),
    };
  }

  test('sends what was captured, and the kiosk asks', async () => {
    const { hints, buy, bodies } = await shop();
    await buy('p-1');
    await expect.poll(() => hints, PATIENT).toEqual(['p-1']);
    await expect.poll(() => bodies().length, PATIENT).toBe(1);
    expect(bodies()[0]).toEqual({
      ...captured,
      order_id: expect.stringMatching(/^04\d{18}$/) as string,
      order_amount: '120',
      paid_at: expect.stringMatching(/\+09:00$/) as string,
    });
  });

  test('lost, twice, late, out of order: the kiosk asks at most once for each', async () => {
    const lost = await shop([{ operation: 'webhook', kind: 'lost' }]);
    await lost.buy('p-1');
    await lost.quiet();
    expect(lost.hints).toEqual([]);

    const twice = await shop([{ operation: 'webhook', kind: 'duplicate' }]);
    await twice.buy('p-1');
    await expect.poll(() => twice.bodies().length, PATIENT).toBe(2);
    expect(twice.hints).toEqual(['p-1']);

    const late = await shop([{ operation: 'webhook', kind: 'late', delay_ms: 300 }]);
    await late.buy('p-1');
    await late.quiet();
    expect(late.hints).toEqual([]);
    await expect.poll(() => late.hints, PATIENT).toEqual(['p-1']);

    const swapped = await shop([{ operation: 'webhook', kind: 'reorder' }]);
    await swapped.buy('p-1');
    await swapped.buy('p-2');
    await expect.poll(() => swapped.hints, PATIENT).toEqual(['p-2', 'p-1']);
  });

  test('tries again when nobody answers, and gives up', async () => {
    const { buy, quiet, server } = await shop();
    server.simulator.world.switches = { ...server.simulator.world.switches, webhookRetries: 2, webhookPause_ms: 5 };
    const tries: string[] = [];
    server.simulator.webhooks.post = async (body) => (tries.push(body), false);
    await buy('p-1');
    await expect.poll(() => tries.length, PATIENT).toBe(3);
    await quiet();
    expect(tries).toHaveLength(3);
  });
});
