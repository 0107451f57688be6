/** Everything that somebody must be told, as it arrives at a program, a mailbox and a chat. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Config, parseConfig } from '../../../app/config.ts';
import { type CheckName, health, type HealthFacts } from '../../../app/operator/health.ts';
import { alertMemory } from '../../../main/alerts/memory.ts';
import { type Channel, channelsOf, watchHealth } from '../../../main/alerts/watch.ts';
import { silentLog } from '../../hardware/silent-log.ts';
import { VirtualClock } from '../paypay/virtual-clock.ts';
import { openMailServer, openReceiver } from './far-ends.ts';

const MINUTE_ms = 60_000;
const HOUR_ms = 60 * MINUTE_ms;

const WELL: HealthFacts = {
  ...{ version: '1.0.0', now_ms: 0, uptime_ms: 0, screen: 'attract', journal: null, stops: [] },
  disk: { free_bytes: 50e9, total_bytes: 100e9 },
  gateway: { ready: true, clockOffset_ms: 0 },
  machine: {
    state: { ready: true, reasons: [], slots: new Map(), temperature_c: 5 },
    ...{ driver: 'xy-vmc', reconnects: 0, badChecksums: 0 },
  },
  notSelling: [],
  orders: { open: 0, attention: [], moving: [] },
  slots: [{ slot: '1', count: 5, quarantined: null, disabled: false }],
  results: { closed: 50, complete: 50 },
  selfCheck: null,
  ...{ configuration: [], archiveBehind: 0 },
};
const away = (...reasons: string[]): Partial<HealthFacts> => ({
  machine: {
    state: { ready: false, reasons, slots: new Map(), temperature_c: 20 } as unknown as NonNullable<HealthFacts['machine']>['state'],
    ...{ driver: 'xy-vmc', reconnects: 3, badChecksums: 0 },
  },
});

const waiting = (...attention: string[]): Partial<HealthFacts> => ({ orders: { open: 0, attention, moving: [] } });
const returning = (...for_ms: number[]): Partial<HealthFacts> => ({
  orders: { open: 0, attention: [], moving: for_ms.map((ms, i) => ({ orderNumber: `B7-00000${i}`, for_ms: ms })) },
});
const low = (...slots: string[]): Partial<HealthFacts> => ({
  slots: ['1', '2', '3'].map((slot) => ({ slot, count: slots.includes(slot) ? 1 : 5, quarantined: null, disabled: false })),
});

/** What is wrong, and what is nearly so and must not be told. */
const TRIGGERS: readonly (readonly [CheckName, wrong: Partial<HealthFacts>, nearly: Partial<HealthFacts>])[] = [
  ['attention', waiting('B7-000001'), waiting()],
  ['refunds', returning(30 * MINUTE_ms + 1), returning(30 * MINUTE_ms)],
  ['machine', away('disconnected'), away('busy')],
  ['temperature', away('temperature'), {}],
  [
    'stock',
    { slots: [{ slot: '1', count: 2, quarantined: null, disabled: false }] },
    { slots: [{ slot: '1', count: 3, quarantined: null, disabled: false }] },
  ],
  ['clock', { gateway: { ready: true, clockOffset_ms: -30_001 } }, { gateway: { ready: true, clockOffset_ms: 30_000 } }],
  ['success', { results: { closed: 50, complete: 44 } }, { results: { closed: 50, complete: 45 } }],
  ['disk', { disk: { free_bytes: 999_000_000, total_bytes: 100e9 } }, { disk: { free_bytes: 1_000_000_000, total_bytes: 100e9 } }],
  ['journal', { journal: { fault: 'full', message: 'disk full' } }, {}],
  ['rules', { stops: [{ orderId: 'o-1', rule: 'order o-1: a line comes out once' }] }, {}],
  ['selling', { notSelling: ['tooManyOpenQuestions'] }, { screen: 'maintenance', notSelling: ['machineDoorOpen'] }],
  [
    'selfCheck',
    { selfCheck: { at_ms: 0, differences: [{ orderNumber: 'B7-000001', says: { ja: '支払い完了' } }] } },
    { selfCheck: { at_ms: 0, differences: [] } },
  ],
  ['paypay', { gateway: { ready: false, reason: 'unreachable' } }, {}],
  ['configuration', { configuration: ['shop.yaml:3: not YAML'] }, {}],
];

let mail: Awaited<ReturnType<typeof openMailServer>>;
let webhook: Awaited<ReturnType<typeof openReceiver>>;
let line: Awaited<ReturnType<typeof openReceiver>>;
let folder: string;
let memories = 0;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'jihanki-alerts-'));
  writeFileSync(path.join(folder, 'line.token'), 'line-secret\n', { mode: 0o600 });
  [mail, webhook, line] = await Promise.all([openMailServer(), openReceiver(), openReceiver()]);
});
beforeEach(() => [mail.mails, webhook.received, line.received].forEach((list) => (list.length = 0)));
afterAll(() => {
  [mail, webhook, line].forEach((end) => end.close());
  rmSync(folder, { recursive: true, force: true });
});

function shop(alerts: object): Config {
  const parsed = parseConfig({
    version: 1,
    shop: { name: { ja: '試験店', en: 'Test shop' }, merchantName: '試験商店', phone: '03-0000-0000', machineName: 'B7' },
    paypay: { merchantId: 'test' },
    machine: { driver: 'xy-vmc', port: '/dev/null' },
    alerts: { language: 'en', ...alerts },
    products: [{ sku: 'tea', name: { ja: 'お茶' }, price_jpy: 150 }],
    slots: [{ slot: '1', sku: 'tea', capacity: 8, stock: 5 }],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

function watched(alerts: object, memory = alertMemory(path.join(folder, `${++memories}.json`), silentLog), channels?: readonly Channel[]) {
  const config = shop(alerts);
  const clock = new VirtualClock();
  let facts = WELL;
  let sent = 0;
  const watch = watchHealth({
    ...{ clock, log: silentLog, config: () => config, memory },
    channels: () => channels ?? channelsOf(config.alerts, folder),
    ids: { next: () => `notice-${++sent}`, random: () => 0.5 },
    health: () => Promise.resolve(health(facts, config.alerts)),
  });
  return {
    is: (change: Partial<HealthFacts>) => void (facts = { ...WELL, ...change }),
    pass: (ms: number) => clock.advance(ms),
    stop: () => watch.stop(),
  };
}

describe.each(TRIGGERS)('%s', (check, wrong, nearly) => {
  test('told to a program, by mail and by LINE, once, and again when it is solved; what is nearly wrong is not told', async () => {
    const kiosk = watched({
      webhook: { url: webhook.url },
      email: { host: '127.0.0.1', port: mail.port, from: 'kiosk@shop.test', to: ['owner@shop.test', 'staff@shop.test'] },
      line: { url: line.url, tokenFile: 'line.token', to: 'U123' },
    });
    try {
      kiosk.is(nearly);
      await kiosk.pass(HOUR_ms);
      kiosk.is(wrong);
      await kiosk.pass(HOUR_ms);
      kiosk.is({});
      await kiosk.pass(MINUTE_ms);
      // A machine that is too warm is also one that sells nothing.
      const told = check === 'temperature' ? 4 : 2;
      await expect.poll(() => [webhook, line].map(({ received }) => received.length).concat(mail.mails.length)).toEqual([told, told, told]);
    } finally {
      kiosk.stop();
    }
    const notices = webhook.received.map(({ body }) => body as { kind: string; check: string });
    expect(notices.filter((notice) => notice.check === check).map(({ kind }) => kind)).toEqual(['raised', 'cleared']);
    expect(webhook.received[0]?.body).toMatchObject({ machineName: 'B7', shop: '試験店' });
    expect(line.received[0]?.headers).toMatchObject({ authorization: 'Bearer line-secret' });
    expect(line.received[0]?.headers['x-line-retry-key']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(line.received[0]?.body).toMatchObject({ to: 'U123', messages: [{ type: 'text' }] });
    expect(mail.mails[0]).toMatchObject({ from: 'kiosk@shop.test', to: ['owner@shop.test', 'staff@shop.test'] });
  });
});

test('what did not get through is sent again with the same key, later and later', async () => {
  const stubborn = await openReceiver([500, 503, 409]);
  const kiosk = watched({ line: { url: stubborn.url, tokenFile: 'line.token', to: 'U123' } });
  try {
    kiosk.is(waiting('B7-000001'));
    for (let tries = 1; tries <= 3; tries++) {
      await kiosk.pass(MINUTE_ms);
      await expect.poll(() => stubborn.received.length).toBe(tries);
      // The answer's way back.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await kiosk.pass(HOUR_ms);
    expect(stubborn.received, '409 says that LINE has it').toHaveLength(3);
    expect(new Set(stubborn.received.map(({ headers }) => headers['x-line-retry-key'])).size).toBe(1);
  } finally {
    kiosk.stop();
    stubborn.close();
  }
});

/** What a program was told, one word a notice. */
const told = () => webhook.received.map(({ body }) => `${(body as { kind: string }).kind} ${(body as { check: string }).check}`);
const settledAt = (count: number) => expect.poll(told).toHaveLength(count);

describe('more of the same is news', () => {
  test.each([
    ['attention', waiting('1'), waiting('1', '2'), waiting('1', '2', '3')],
    ['refunds', returning(HOUR_ms), returning(HOUR_ms, HOUR_ms), returning(HOUR_ms, HOUR_ms, HOUR_ms)],
    ['stock', low('1'), low('1', '2'), low('1', '2', '3')],
  ] as const)('%s: each further one is told, one less is not', async (check, one, two, three) => {
    const kiosk = watched({ webhook: { url: webhook.url } });
    try {
      for (const [step, change] of [one, two, three, two].entries()) {
        kiosk.is(change);
        await kiosk.pass(HOUR_ms);
        await settledAt(Math.min(step + 1, 3));
      }
      kiosk.is({});
      await kiosk.pass(HOUR_ms);
      await settledAt(4);
    } finally {
      kiosk.stop();
    }
    expect(told()).toEqual([`raised ${check}`, `raised ${check}`, `raised ${check}`, `cleared ${check}`]);
  });

  test('what comes back after it went is told again', async () => {
    const kiosk = watched({ webhook: { url: webhook.url } });
    try {
      for (const change of [low('1', '2'), low('1'), low('1', '2')]) {
        kiosk.is(change);
        await kiosk.pass(HOUR_ms);
      }
      await settledAt(2);
    } finally {
      kiosk.stop();
    }
  });

  test('a disk that goes from little to nothing is told twice, and is not told for getting better', async () => {
    const free = (free_bytes: number): Partial<HealthFacts> => ({ disk: { free_bytes, total_bytes: 100e9 } });
    const kiosk = watched({ webhook: { url: webhook.url } });
    try {
      for (const change of [free(900e6), free(90e6), free(900e6)]) {
        kiosk.is(change);
        await kiosk.pass(HOUR_ms);
      }
      await settledAt(2);
    } finally {
      kiosk.stop();
    }
    expect(told()).toEqual(['raised disk', 'raised disk']);
  });
});

test('a clock that was wrong is not “solved” because PayPay is away', async () => {
  const wrong: Partial<HealthFacts> = { gateway: { ready: true, clockOffset_ms: 60_000 } };
  const kiosk = watched({ webhook: { url: webhook.url } });
  try {
    kiosk.is(wrong);
    await kiosk.pass(HOUR_ms);
    kiosk.is({ gateway: { ready: false, reason: 'unreachable' } });
    await kiosk.pass(HOUR_ms);
    kiosk.is(wrong);
    await kiosk.pass(HOUR_ms);
    kiosk.is({});
    await kiosk.pass(HOUR_ms);
    await settledAt(4);
  } finally {
    kiosk.stop();
  }
  expect(told()).toEqual(['raised clock', 'raised paypay', 'cleared paypay', 'cleared clock']);
});

test('nothing is well, and nothing is wrong, of orders and slots before the journal is read', async () => {
  const kiosk = watched({ webhook: { url: webhook.url } });
  try {
    kiosk.is({ ...waiting('1'), ...low('1') });
    await kiosk.pass(HOUR_ms);
    await settledAt(2);
    kiosk.is({ orders: null, results: null });
    await kiosk.pass(2 * HOUR_ms);
    kiosk.is({ ...waiting('1'), ...low('1') });
    await kiosk.pass(HOUR_ms);
    await settledAt(2);
  } finally {
    kiosk.stop();
  }
});

test('a restart tells nothing again, and what was solved meanwhile is told', async () => {
  const file = path.join(folder, 'restart.json');
  const first = watched({ webhook: { url: webhook.url } }, alertMemory(file, silentLog));
  first.is({ ...waiting('1'), ...low('1') });
  await first.pass(HOUR_ms);
  await settledAt(2);
  first.stop();
  // It is written behind everything else: what stands there first was not told yet, or is not known to have arrived.
  const stored = () => {
    const { alerts, waiting } = JSON.parse(readFileSync(file, 'utf8')) as {
      alerts: Record<string, { toldAt_ms: number | null }>;
      waiting: unknown[];
    };
    return { told: Object.values(alerts).filter(({ toldAt_ms }) => toldAt_ms !== null).length, waiting: waiting.length };
  };
  await expect.poll(stored, { timeout: 10_000 }).toEqual({ told: 2, waiting: 0 });
  const second = watched({ webhook: { url: webhook.url } }, alertMemory(file, silentLog));
  try {
    second.is(low('1'));
    await second.pass(2 * HOUR_ms);
    await settledAt(3);
  } finally {
    second.stop();
  }
  expect(told().slice(2)).toEqual(['cleared attention']);
});

describe('what nobody took', () => {
  /** Channels of the test's own, each a list of what got through; `away` ones refuse. */
  function ears(...names: string[]) {
    const away = new Set<string>();
    const heard: string[] = [];
    const channels = names.map((name): Channel => ({
      name,
      async send({ notice }) {
        if (away.has(name)) throw new Error('no route to host');
        heard.push(`${name}: ${notice.kind} ${notice.check}`);
      },
    }));
    return { away, heard, channels };
  }

  test('is told after a restart; whoever was told is not told again', async () => {
    const file = path.join(folder, 'flicker.json');
    const { away, heard, channels } = ears('mail', 'line');
    away.add('line');
    const first = watched({}, alertMemory(file, silentLog), channels);
    first.is(waiting('1'));
    await first.pass(MINUTE_ms);
    expect(heard).toEqual(['mail: raised attention']);
    const waitsFor = () =>
      (JSON.parse(readFileSync(file, 'utf8')) as { waiting: { channel: string }[] }).waiting.map((item) => item.channel);
    await expect.poll(waitsFor, { timeout: 10_000 }).toEqual(['line']);
    first.stop();
    away.clear();
    const second = watched({}, alertMemory(file, silentLog), channels);
    second.is(waiting('1'));
    await second.pass(HOUR_ms);
    second.stop();
    expect(heard).toEqual(['mail: raised attention', 'line: raised attention']);
  });

  test('waits for the edited file, which names its channel', async () => {
    const file = path.join(folder, 'edited.json');
    const { away, heard, channels } = ears('line');
    away.add('line');
    const first = watched({}, alertMemory(file, silentLog), channels);
    first.is(waiting('1'));
    await first.pass(MINUTE_ms);
    await expect.poll(() => readFileSync(file, 'utf8'), { timeout: 10_000 }).toContain('"line"');
    first.stop();
    away.clear();
    const known = channels.splice(0);
    const second = watched({}, alertMemory(file, silentLog), channels);
    second.is(waiting('1'));
    await second.pass(3_000);
    channels.push(...known);
    await second.pass(MINUTE_ms);
    second.stop();
    expect(heard).toEqual(['line: raised attention']);
  });

  test('is told however long the router is away, and only as it is then', async () => {
    const { away, heard, channels } = ears('mail');
    away.add('mail');
    const kiosk = watched({}, undefined, channels);
    kiosk.is(waiting('1'));
    await kiosk.pass(HOUR_ms);
    kiosk.is(waiting('1', '2'));
    await kiosk.pass(20 * HOUR_ms);
    away.clear();
    await kiosk.pass(HOUR_ms);
    kiosk.stop();
    expect(heard).toEqual(['mail: raised attention']);
  });

  test('is forgotten with a channel that the configuration has no more', async () => {
    const { away, heard, channels } = ears('mail');
    away.add('mail');
    const kiosk = watched({}, undefined, channels);
    kiosk.is(waiting('1'));
    await kiosk.pass(MINUTE_ms);
    const [mail] = channels.splice(0);
    await kiosk.pass(HOUR_ms);
    away.clear();
    channels.push(mail!);
    await kiosk.pass(HOUR_ms);
    kiosk.stop();
    expect(heard).toEqual([]);
  });
});

test('a damaged memory is none', () => {
  const file = path.join(folder, 'damaged.json');
  writeFileSync(file, '{"stock": 7}');
  expect(alertMemory(file, silentLog).read()).toEqual({ alerts: new Map(), waiting: [] });
});

test('a password is not sent to a mail server without TLS, and neither is the mail', async () => {
  writeFileSync(path.join(folder, 'mail.password'), 'mail-secret', { mode: 0o600 });
  const email = {
    host: '127.0.0.1',
    port: mail.port,
    user: 'kiosk',
    passwordFile: 'mail.password',
    from: 'kiosk@shop.test',
    to: ['a@b.test'],
  };
  const [channel] = channelsOf(shop({ email }).alerts, folder);
  const notice = { kind: 'raised', check: 'disk', says: { ja: '空き' }, since_ms: 0 } as const;
  const message = { id: '1', subject: 's', text: 't', notice, at_ms: 0, shop: '試験店', machineName: 'B7' };
  await expect(channel?.send(message)).rejects.toThrow(/TLS/i);
  expect(mail.mails).toEqual([]);
  expect(JSON.stringify(mail)).not.toContain('mail-secret');
});

test('a secret that is missing, readable for others or empty is named with what mends it', () => {
  const open = (tokenFile: string) => () => channelsOf(shop({ line: { url: line.url, tokenFile, to: 'U123' } }).alerts, folder);
  expect(open('absent.token')).toThrow(/^alerts\.line\.tokenFile: .*absent\.token can't be read: /);
  writeFileSync(path.join(folder, 'empty.token'), '\n', { mode: 0o600 });
  expect(open('empty.token')).toThrow(/is empty/);
  if (process.platform === 'win32') return;
  writeFileSync(path.join(folder, 'open.token'), 'secret', { mode: 0o644 });
  expect(open('open.token')).toThrow(/mode 0644, allowed: 0600; mend it with: chmod 600/);
});
