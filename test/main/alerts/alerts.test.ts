/** Everything that somebody must be told, as it arrives at a program, a mailbox and a chat. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Config, parseConfig } from '../../../app/config.ts';
import { type CheckName, health, type HealthFacts } from '../../../app/operator/health.ts';
import { channelsOf, watchHealth } from '../../../main/alerts/watch.ts';
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
  ...{ openOrders: 0, attention: 0, refunds: { waiting: 0, oldest_ms: null } },
  slots: [{ slot: '1', count: 5, quarantined: null, disabled: false }],
  results: { closed: 50, vended: 50 },
  ...{ configuration: [], archiveBehind: 0 },
};
const away = (...reasons: string[]): Partial<HealthFacts> => ({
  machine: {
    state: { ready: false, reasons, slots: new Map(), temperature_c: 20 } as unknown as NonNullable<HealthFacts['machine']>['state'],
    ...{ driver: 'xy-vmc', reconnects: 3, badChecksums: 0 },
  },
});

/** What is wrong, and what is nearly so and must not be told. */
const TRIGGERS: readonly (readonly [CheckName, wrong: Partial<HealthFacts>, nearly: Partial<HealthFacts>])[] = [
  ['attention', { attention: 1 }, { attention: 0 }],
  ['refunds', { refunds: { waiting: 1, oldest_ms: 30 * MINUTE_ms + 1 } }, { refunds: { waiting: 1, oldest_ms: 30 * MINUTE_ms } }],
  ['machine', away('disconnected'), away('busy')],
  ['temperature', away('temperature'), {}],
  [
    'stock',
    { slots: [{ slot: '1', count: 2, quarantined: null, disabled: false }] },
    { slots: [{ slot: '1', count: 3, quarantined: null, disabled: false }] },
  ],
  ['clock', { gateway: { ready: true, clockOffset_ms: -30_001 } }, { gateway: { ready: true, clockOffset_ms: 30_000 } }],
  ['success', { results: { closed: 50, vended: 44 } }, { results: { closed: 50, vended: 45 } }],
  ['disk', { disk: { free_bytes: 999_000_000, total_bytes: 100e9 } }, { disk: { free_bytes: 1_000_000_000, total_bytes: 100e9 } }],
  ['journal', { journal: { fault: 'full', message: 'disk full' } }, {}],
  ['rules', { stops: [{ orderId: 'o-1', rule: 'order o-1: a line comes out once' }] }, {}],
  ['paypay', { gateway: { ready: false, reason: 'unreachable' } }, {}],
  ['configuration', { configuration: ['shop.yaml:3: not YAML'] }, {}],
];

let mail: Awaited<ReturnType<typeof openMailServer>>;
let webhook: Awaited<ReturnType<typeof openReceiver>>;
let line: Awaited<ReturnType<typeof openReceiver>>;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'jihanki-alerts-'));
  writeFileSync(path.join(folder, 'line.token'), 'line-secret\n');
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

function watched(alerts: object) {
  const config = shop(alerts);
  const clock = new VirtualClock();
  let facts = WELL;
  let sent = 0;
  const watch = watchHealth({
    ...{ clock, log: silentLog, channels: channelsOf(config.alerts, folder), config: () => config },
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
    kiosk.is({ attention: 1 });
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
