/** Doctor before a shop: real simulators on loopback, one thing wrong at a time. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { ShopRow } from '../../../app/ports.ts';
import { createRelaySimulator } from '../../../hardware/modbus-relay/simulator.ts';
import { createQibixxSimulator } from '../../../hardware/mdb-qibixx/simulator.ts';
import { listenTcp } from '../../../hardware/transport/tcp.ts';
import { createVmcSimulator } from '../../../hardware/xy-vmc/simulator.ts';
import type { Peer } from '../../../hardware/simulator/stand.ts';
import { lockFolder } from '../../../main/data-folder.ts';
import { runDoctor } from '../../../main/doctor/doctor.ts';
import type { Finding } from '../../../main/doctor/report.ts';
import { openJournal } from '../../../main/journal/journal.ts';
import { startSimulator } from '../../../main/paypay/simulator/server.ts';
import { localAddresses } from '../../../main/operator/lan-address.ts';
import { newBootId, systemClock, systemIds } from '../../../main/system.ts';
import { silentLog } from '../../hardware/silent-log.ts';
import { examineLan, examineSpeech } from '../../../main/doctor/host.ts';
import { configOf } from '../../app/shop.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const KEYS = { apiKey: 'test-key', apiSecret: 'test-secret' };
const clock = systemClock();
const ids = systemIds(clock);
const slots = ['1', '2', '3'].map((slot) => ({ slot, sku: 'tea', capacity: 9, stock: 5 }));

const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-doctor-'));
const closers: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closers) await close();
  rmSync(folder, { recursive: true, force: true });
});
let shops = 0;

async function payPay(ahead_ms = 0): Promise<string> {
  const server = await startSimulator({
    clock: { ...clock, now_ms: () => clock.now_ms() + ahead_ms },
    ...{ ids, keys: KEYS, merchantId: 'M', port: 0 },
  });
  closers.push(() => server.close());
  return server.url;
}

async function standing(peer: Peer): Promise<string> {
  const listener = await listenTcp(0, (wire) => peer.attach(wire));
  closers.push(() => listener.close());
  return `tcp://127.0.0.1:${listener.port}`;
}

const vmc = () =>
  createVmcSimulator(
    { slots: [1, 2, 3].map((selection) => ({ selection, stock: 5, capacity: 9 })), pollInterval_ms: 50, motor_ms: 200 },
    clock,
  );

interface Shop {
  readonly machine?: object;
  readonly paypay?: string;
  readonly more?: object;
  readonly env?: NodeJS.ProcessEnv;
  readonly dataFolder?: string;
}

/** Writes the shop's file and asks doctor. */
async function ask(
  { machine = { driver: 'xy-vmc', port: 'simulated' }, paypay = 'simulated', more = {}, ...rest }: Shop,
  ...argv: string[]
) {
  const file = path.join(folder, `shop-${++shops}.yaml`);
  const dataFolder = rest.dataFolder ?? path.join(folder, `data-${shops}`);
  const shop = { name: { ja: '店' }, merchantName: '店' };
  const products = [{ sku: 'tea', name: { ja: '茶' }, price_jpy: 150 }];
  writeFileSync(file, stringify({ version: 1, shop, paypay: { environment: paypay }, machine, products, slots, ...more }));
  const lines: string[] = [];
  const env = rest.env ?? { PAYPAY_API_KEY: KEYS.apiKey, PAYPAY_API_SECRET: KEYS.apiSecret };
  const code = await runDoctor(['--config', file, '--data', dataFolder, '--json', ...argv], {
    ...{ out: (line: string) => lines.push(line), err: () => {}, env, clock, ids, log: silentLog, root: ROOT },
  });
  const { findings } = JSON.parse(lines.at(-1) ?? '') as { findings: Finding[] };
  return { code, findings, dataFolder, about: (what: string) => findings.find((finding) => finding.what === what) };
}
const wrongs = (findings: readonly Finding[]) => findings.filter(({ verdict }) => verdict === 'wrong').map(({ what }) => what);

async function shopRows(dataFolder: string): Promise<readonly ShopRow[]> {
  const journal = await openJournal({ path: path.join(dataFolder, 'journal.db'), clock, bootId: newBootId() });
  try {
    return await journal.shop();
  } finally {
    await journal.close();
  }
}

test('a healthy shop: nothing to mend, and nothing left behind', async () => {
  const port = await standing(vmc());
  const { code, findings, dataFolder } = await ask({ machine: { driver: 'xy-vmc', port }, paypay: await payPay() });
  expect(wrongs(findings)).toEqual([]);
  expect(code).toBe(0);
  expect(findings.map(({ what }) => what)).toEqual([
    ...[
      'configuration',
      'display',
      'contrast',
      'brightness',
      'screen program',
      'disk',
      'paypay',
      'paypay clock',
      'journal',
      'port',
      'protocol',
    ],
    ...['slot 1', 'slot 2', 'slot 3'],
  ]);
  expect(existsSync(dataFolder)).toBe(false);
});

// Each has its own folder, machine and PayPay, and mostly waits for them.
describe.concurrent('what is wrong is named, with a way to mend it', () => {
  const expectWrong = (answer: Awaited<ReturnType<typeof ask>>, what: string, found: RegExp) => {
    expect(answer.code).toBe(1);
    expect(wrongs(answer.findings)).toEqual([what]);
    expect(answer.about(what)?.found).toMatch(found);
    expect(answer.about(what)?.mend?.length).toBeGreaterThan(10);
  };

  test('the command line', async () => {
    const said: string[] = [];
    const io = { out: () => {}, err: (line: string) => said.push(line), env: {}, clock, ids, log: silentLog, root: ROOT };
    expect(await runDoctor([], io)).toBe(2);
    expect(await runDoctor(['--config', 'x', '--wend', '3'], io)).toBe(2);
    expect(said.join('\n')).toMatch(/--config FILE is missing[\s\S]*--wend/);
  });
  test('the configuration', async () => {
    expectWrong(
      await ask({ more: { slots: [{ slot: '1', sku: 'te', stock: 5 }] } }),
      'configuration',
      /yaml:\d+: slots\[0\]\.sku: found "te"/,
    );
  });
  test('a picture that no screen can show, which alone keeps nobody from selling', async () => {
    writeFileSync(path.join(folder, 'tea.jpg'), 'not a picture');
    const product = { sku: 'tea', name: { ja: '茶' }, price_jpy: 150, picture: 'tea.jpg' };
    const machine = { driver: 'xy-vmc', port: await standing(vmc()) };
    const { code, about } = await ask({ machine, paypay: await payPay(), more: { products: [product] } });
    expect(about('picture')).toMatchObject({ verdict: 'doubtful', found: expect.stringMatching(/tea\.jpg: .*format/) as string });
    expect(code).toBe(0);
  });
  test('no device at the path', async () => {
    expectWrong(await ask({ machine: { driver: 'xy-vmc', port: '/dev/ttyNONE' } }), 'port', /no such port/);
  });
  // The superuser may open every device.
  test.skipIf(process.getuid?.() === 0)('a device without permission', async () => {
    const device = path.join(folder, 'tty');
    writeFileSync(device, '');
    chmodSync(device, 0);
    expectWrong(await ask({ machine: { driver: 'xy-vmc', port: device } }), 'port', /dialout/);
  });
  test('nobody at the address', async () => {
    expectWrong(await ask({ machine: { driver: 'xy-vmc', port: 'tcp://127.0.0.1:1' } }), 'port', /127\.0\.0\.1:1.*Is the serial server on/);
  });
  test('another protocol than the machine’s', { timeout: 60_000 }, async () => {
    const port = await standing(vmc());
    const answer = await ask({ machine: { driver: 'mdb-qibixx', port } });
    expect(answer.code).toBe(1);
    expect(answer.about('protocol')).toMatchObject({
      verdict: 'wrong',
      found: expect.stringContaining('mdb-qibixx is not ready') as string,
    });
  });
  test('a slot that the machine has not', async () => {
    const port = await standing(vmc());
    expectWrong(
      await ask({ machine: { driver: 'xy-vmc', port }, more: { slots: [...slots, { slot: '99', sku: 'tea', stock: 1 }] } }),
      'slot 99',
      /missing/,
    );
  });
  test('an input that a relay board has not, beside one that it has', async () => {
    const port = await standing(createRelaySimulator({ relays: 3, stock: 5 }, clock));
    const map = { '1': { relay: 0, input: 0 }, '2': { relay: 1, input: 40 }, '3': { relay: 2 } };
    const answer = await ask({ machine: { driver: 'modbus-relay', port, slots: map } });
    expectWrong(answer, 'slot 2', /unknown/);
    expect(answer.about('slot 1')?.verdict).toBe('fine');
  });
  test('a slot that no MDB machine can name', async () => {
    const port = await standing(createQibixxSimulator({ slots: [{ item: 1, price: 150, stock: 5 }] }, clock));
    const named = [{ slot: 'A1', sku: 'tea', stock: 1 }];
    expectWrong(await ask({ machine: { driver: 'mdb-qibixx', port }, more: { slots: named } }), 'slot A1', /missing/);
  });
  test('a file that is no serial port', async () => {
    const file = path.join(folder, 'no-port');
    writeFileSync(file, '');
    expectWrong(await ask({ machine: { driver: 'xy-vmc', port: file } }), 'port', /no serial port/);
  });
  test('a folder that nobody may write to; a test vend is not tried there', async () => {
    const dataFolder = '/sys/kernel/jihanki';
    const simulator = vmc();
    const { code, findings, about } = await ask(
      { dataFolder, machine: { driver: 'xy-vmc', port: await standing(simulator) } },
      '--vend',
      '1',
    );
    expect(code).toBe(1);
    expect(wrongs(findings)).toEqual(['disk', 'test vend']);
    expect(about('test vend')?.mend).toMatch(/disk/);
    expect(simulator.state().drives).toEqual([]);
  });
  test('PayPay: unreachable, other keys, no keys, a clock that is off', async () => {
    expectWrong(await ask({ paypay: 'http://127.0.0.1:1' }), 'paypay', /can’t be reached/);
    const env = { PAYPAY_API_KEY: KEYS.apiKey, PAYPAY_API_SECRET: 'another' };
    expectWrong(await ask({ paypay: await payPay(), env }), 'paypay', /refuses the keys/);
    expectWrong(await ask({ paypay: await payPay(), env: {} }), 'paypay keys', /PAYPAY_API_KEY and PAYPAY_API_SECRET not set/);
    for (const ahead_ms of [60_000, 600_000, -600_000])
      expectWrong(await ask({ paypay: await payPay(ahead_ms) }), 'paypay clock', ahead_ms > 0 ? /ms behind PayPay/ : /ms ahead of PayPay/);
  });
  test('a screen too small for its QR; colours that are changed to stay readable', async () => {
    expectWrong(await ask({ more: { display: { width_mm: 68, height_mm: 120 } } }), 'display', /QR at least about 3\d mm/);
    const shop = { name: { ja: '店' }, merchantName: '店', accent: '#ffcc00', ground: '#777777' };
    const { code, about } = await ask({ more: { shop } });
    expect(code).toBe(0);
    expect(about('contrast')).toMatchObject({ verdict: 'doubtful', found: expect.stringContaining('#777777') as string });
  });
  test('a damaged journal; a test vend is not tried on it', async () => {
    const dataFolder = path.join(folder, 'damaged');
    mkdirSync(dataFolder);
    const file = path.join(dataFolder, 'journal.db');
    const journal = await openJournal({ path: file, clock, bootId: newBootId() });
    await journal.append([{ stream: 'shop', event: { type: 'maintenance.began', by: 'SOMEBODY-ELSE' } }]);
    await journal.close();
    const bytes = readFileSync(file);
    bytes.write('x', bytes.indexOf('SOMEBODY-ELSE'));
    writeFileSync(file, bytes);
    expectWrong(await ask({ dataFolder }), 'journal', /row 1 is damaged/);
    const simulator = vmc();
    const again = await ask({ dataFolder, machine: { driver: 'xy-vmc', port: await standing(simulator) } }, '--vend', '1');
    expect(wrongs(again.findings)).toEqual(['journal', 'test vend']);
    expect(simulator.state().drives).toEqual([]);
  });
});

describe.concurrent('a test vend', () => {
  const expectTested = async (dataFolder: string, outcome: string, left: boolean) => {
    const events = (await shopRows(dataFolder)).map(({ event }) => event);
    expect(events).toMatchObject([
      { type: 'stock.set', slot: '2', count: 5, by: 'config' },
      { type: 'testVend.requested', slot: '2', by: 'doctor' },
      { type: 'testVend.ended', slot: '2', outcome, left },
    ]);
  };

  test('xy-vmc', async () => {
    const simulator = vmc();
    const { code, dataFolder } = await ask({ machine: { driver: 'xy-vmc', port: await standing(simulator) } }, '--vend', '2');
    expect(code).toBe(0);
    expect(simulator.state().drives).toMatchObject([{ selection: 2, dropped: true }]);
    await expectTested(dataFolder, 'succeeded', true);
  });
  test('xy-vmc: a jam', async () => {
    const simulator = vmc();
    simulator.fault({ kind: 'jam', selection: 2, times: 1 });
    const { code, findings, dataFolder } = await ask({ machine: { driver: 'xy-vmc', port: await standing(simulator) } }, '--vend', '2');
    expect(code).toBe(1);
    expect(wrongs(findings)).toEqual(['test vend']);
    await expectTested(dataFolder, 'failed', false);
  });
  test('mdb-qibixx: the person is asked to choose on the machine', async () => {
    const simulator = createQibixxSimulator({ slots: [1, 2, 3].map((item) => ({ item, price: 150, stock: 5 })) }, clock);
    const port = await standing(simulator);
    const finger = setInterval(() => simulator.press(2), 100);
    closers.push(() => clearInterval(finger));
    const { code, dataFolder } = await ask({ machine: { driver: 'mdb-qibixx', port } }, '--vend', '2');
    expect(code).toBe(0);
    expect(simulator.state().slots.find(({ item }) => item === 2)?.dropped).toBe(1);
    await expectTested(dataFolder, 'succeeded', true);
  });
  test('modbus-relay', async () => {
    const simulator = createRelaySimulator({ relays: 3, stock: 5, travel_ms: 200 }, clock);
    const map = Object.fromEntries([0, 1, 2].map((relay) => [String(relay + 1), { relay, input: relay }]));
    const port = await standing(simulator);
    const { code, dataFolder } = await ask({ machine: { driver: 'modbus-relay', port, slots: map } }, '--vend', '2');
    expect(code).toBe(0);
    expect(simulator.state().units.find(({ channel }) => channel === 1)?.dropped).toBe(1);
    await expectTested(dataFolder, 'succeeded', true);
  });
  test('not beside a running kiosk; not from a slot that nobody planned', async () => {
    const dataFolder = path.join(folder, 'running');
    mkdirSync(dataFolder);
    const release = lockFolder(dataFolder, 'kiosk.lock');
    const simulator = vmc();
    const machine = { driver: 'xy-vmc', port: await standing(simulator) };
    const beside = await ask({ dataFolder, machine }, '--vend', '2');
    release();
    expect(beside.about('test vend')?.found).toMatch(/the kiosk is running/);
    expect(beside.about('machine and journal')?.verdict).toBe('skipped');
    const unplanned = await ask({ dataFolder, machine }, '--vend', '7');
    expect(unplanned.about('test vend')).toMatchObject({ verdict: 'wrong', mend: 'Name one of: 1, 2, 3.' });
    expect(simulator.state().drives).toEqual([]);
  });
});

test('the address in the network: told, and doubted where nobody could use it', async () => {
  const at = async (host: string, till = false) => (await examineLan({ operator: { lan: { host, port: 7443, till } } }))[0];
  expect(await examineLan({ operator: {} })).toEqual([]);
  const [address] = localAddresses();
  if (address === undefined) expect(await at('0.0.0.0')).toMatchObject({ what: 'console', verdict: 'doubtful' });
  else {
    const found = expect.stringContaining(`https://${address}:7443/`) as string;
    expect(await at('0.0.0.0')).toMatchObject({ what: 'console', verdict: 'fine', found });
    expect(await at(address, true)).toEqual({ what: 'console and till', verdict: 'fine', found: `https://${address}:7443/` });
  }
  expect(await at('127.0.0.2')).toMatchObject({ verdict: 'doubtful', found: expect.stringContaining('only this') as string });
  // TEST-NET-3: nobody's address.
  expect(await at('203.0.113.9')).toMatchObject({
    ...{ verdict: 'wrong', found: expect.stringContaining('203.0.113.9 is no address of this computer') as string },
    mend: expect.stringContaining('operator.lan.host') as string,
  });
});

test('voices are only missed where the shop wants them', () => {
  expect(examineSpeech(configOf(), 'linux')).toEqual([]);
  const [finding] = examineSpeech(configOf({ shop: { speech: true } }), 'linux');
  expect(finding?.what).toBe('speech');
  expect(finding?.verdict === 'fine' || finding?.mend?.includes('speech-dispatcher')).toBe(true);
});
