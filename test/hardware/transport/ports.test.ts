/** Ports as people have them: device paths, serial servers, and what is wrong with them in words. */
import { spawn } from 'node:child_process';
import { chmodSync, utimesSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ACTUATOR_FAULTS } from '../../../hardware/actuator/simulator.ts';
import { openMachine } from '../../../hardware/machine.ts';
import type { MachineOptions } from '../../../hardware/machine.ts';
import { MDB_FAULTS } from '../../../hardware/mdb-qibixx/simulator.ts';
import { seededFaults } from '../../../hardware/simulator/seeded-faults.ts';
import { keepConnected } from '../../../hardware/transport/connection.ts';
import { portOf } from '../../../hardware/transport/port.ts';
import { explainSerialError, listSerialPorts, serialPort } from '../../../hardware/transport/serial.ts';
import type { PortError } from '../../../hardware/transport/wire.ts';
import { FAULTS } from '../../../hardware/xy-vmc/simulator-types.ts';
import { systemClock } from '../../../main/system.ts';
import { openPtyPair, sleep, until } from '../pty.ts';
import { silentLog } from '../silent-log.ts';

const clock = systemClock();
const NODE = path.resolve('node_modules/.bin/node');
const NOTHING = { data: () => undefined, closed: () => undefined };
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const failureOf = (where: string) =>
  portOf(where, 9600)
    .open(NOTHING)
    .then(
      () => expect.unreachable(),
      (error: PortError) => error,
    );

describe('a port that can not be opened', () => {
  test('is not there', async () => {
    expect(await failureOf('/dev/no-such-port')).toMatchObject({ fault: 'missing', message: expect.stringContaining('cable') as string });
  });
  test('is used by another program', async () => {
    const pty = await openPtyPair();
    closers.push(pty.close);
    const wire = await serialPort(pty.a, 9600).open(NOTHING);
    closers.push(() => wire.close());
    expect(await failureOf(pty.a)).toMatchObject({ fault: 'busy', message: expect.stringContaining('another program') as string });
  });
  test('is not ours to open', () => {
    const error = explainSerialError('/dev/ttyUSB0', 'Error: Permission denied, cannot open /dev/ttyUSB0');
    expect(error).toMatchObject({ fault: 'permission', message: expect.stringContaining('dialout') as string });
  });
  test('is a serial server that is off', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await until(() => server.listening, 'a free port');
    const { port } = server.address() as AddressInfo;
    await new Promise((closed) => server.close(closed));
    expect(await failureOf(`tcp://127.0.0.1:${port}`)).toMatchObject({ fault: 'unreachable' });
  });
});

/** A machine that takes no connection and refuses none: a listener that sleeps, with more at its door than its queue takes. */
async function blackHole(): Promise<number> {
  const program = `const s = require('node:net').createServer().listen(0, '127.0.0.1', 1, () => console.log(s.address().port));`;
  const child = spawn(NODE, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  closers.push(() => child.kill('SIGKILL'));
  const port = await new Promise<number>((resolve) => child.stdout.once('data', (text: Buffer) => resolve(Number(text.toString()))));
  child.kill('SIGSTOP');
  for (let i = 0; i < 4; i += 1) {
    const filler = connect({ host: '127.0.0.1', port }).on('error', () => undefined);
    closers.push(() => filler.destroy());
  }
  await sleep(100);
  return port;
}

test('an address that never answers is given up, and no socket is left waiting', async () => {
  const port = await blackHole();
  const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP')).length;
  const before = sockets();
  const begun_ms = performance.now();
  expect(await failureOf(`tcp://127.0.0.1:${port}`)).toMatchObject({
    fault: 'unreachable',
    message: expect.stringContaining('4 s') as string,
  });
  expect(performance.now() - begun_ms).toBeLessThan(5000);
  await sleep(50);
  expect(sockets()).toBeLessThanOrEqual(before);
});

test('a device whose file is touched, as udev does, is still there', async () => {
  const pty = await openPtyPair();
  closers.push(pty.close);
  const wire = await serialPort(pty.a, 9600).open(NOTHING);
  closers.push(() => wire.close());
  await sleep(20);
  chmodSync(pty.a, 0o660);
  utimesSync(pty.a, new Date(), new Date());
  expect(wire.isGone?.()).toBe(false);
  await pty.pull();
  expect(wire.isGone?.()).toBe(true);
});

test('the list of ports is a list or null, never an error', async () => {
  const ports = await listSerialPorts();
  expect(ports === null || Array.isArray(ports)).toBe(true);
});

test('a port is opened again after each way of dying, and no write ever throws', async () => {
  const pty = await openPtyPair();
  const opened: number[] = [];
  const heard: string[] = [];
  const connection = keepConnected(serialPort(pty.a, 9600), clock, null, {
    opened: () => opened.push(performance.now()),
    data: (bytes) => heard.push(Buffer.from(bytes).toString()),
    lost: () => undefined,
    failed: () => undefined,
  });
  closers.push(pty.close, () => connection.close());
  await until(() => opened.length === 1, 'opened');
  for (let round = 2; round <= 3; round += 1) {
    const writing = setInterval(() => connection.write(Buffer.from('x')), 2);
    await pty.pull();
    await sleep(150);
    await pty.plug();
    await until(() => opened.length === round, 'opened again', 3000);
    clearInterval(writing);
  }
  const far = await serialPort(pty.b, 9600).open(NOTHING);
  closers.push(() => far.close());
  far.write(Buffer.from('hello'));
  await until(() => heard.join('').includes('hello'), 'bytes after two pulls');
});

test('a device that was pulled is noticed, whoever is silent at its wire', async () => {
  const pty = await openPtyPair();
  const reasons: string[] = [];
  const events = {
    opened: () => undefined,
    data: () => undefined,
    lost: (reason: string) => reasons.push(reason),
    failed: () => undefined,
  };
  const connection = keepConnected(serialPort(pty.a, 9600), clock, null, events);
  closers.push(pty.close, () => connection.close());
  for (let round = 1; round <= 10; round += 1) {
    await until(() => connection.isOpen(), 'opened', 3000);
    await pty.pull();
    await pty.plug();
    await until(() => reasons.length === round, 'noticed', 2000);
  }
});

test('a peer that takes nothing does not fill our memory', async () => {
  const server = createServer((socket) => void socket.pause()).listen(0, '127.0.0.1');
  await until(() => server.listening, 'listening');
  closers.push(() => server.close());
  const reasons: string[] = [];
  const wire = await portOf(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, 9600).open({
    data: () => undefined,
    closed: (reason) => reasons.push(reason),
  });
  const block = Buffer.alloc(16 * 1024);
  for (let i = 0; i < 4000 && reasons.length === 0; i += 1) {
    wire.write(block);
    if (i % 50 === 0) await sleep(0);
  }
  expect(reasons).toEqual(['the far end does not take what is written']);
  expect(() => wire.write(block)).not.toThrow();
});

interface Program {
  readonly where: string;
  readonly control: string;
  readonly output: () => string;
  stop(): Promise<void>;
}
async function simulator(file: string, kind: string, ...arguments_: string[]): Promise<Program> {
  const child = spawn(NODE, [file, ...arguments_], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
  };
  closers.push(stop);
  const find = (what: string) => new RegExp(`^${kind} ${what}: (.+)$`, 'm').exec(output)?.[1] ?? '';
  await until(() => find('simulator') !== '' || child.exitCode !== null, `${kind} simulator is ready`);
  return { where: find('simulator'), control: find('control'), output: () => output, stop };
}
const post = async (control: string, call: string, body: unknown, headers: Record<string, string> = {}) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${control}/${call}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: text,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

const VMC = 'hardware/xy-vmc/simulator-cli.ts';
const PROGRAMS: readonly [string, string, MachineOptions, (control: string) => Promise<unknown>, readonly string[]][] = [
  [
    VMC,
    'vmc',
    { driver: 'xy-vmc', port: '', baud: 57_600, dropSensor: true, elevator: false, vendDeadline_ms: 8000, padCheck: true },
    async () => undefined,
    FAULTS,
  ],
  [
    'hardware/mdb-qibixx/simulator-cli.ts',
    'mdb',
    {
      driver: 'mdb-qibixx',
      port: '',
      baud: 115_200,
      mode: 'alwaysIdle',
      address: 'cashless2',
      decimalPlaces: 2,
      scaleFactor: 10,
      responseTime_s: 60,
      vendDeadline_ms: 9000,
    },
    async (control) => {
      await until(async () => (await post(control, 'press', { slot: 3 })).body['taken'] === true, 'the machine takes the selection');
    },
    MDB_FAULTS,
  ],
  [
    'hardware/modbus-relay/simulator-cli.ts',
    'relay',
    {
      driver: 'modbus-relay',
      port: '',
      baud: 9600,
      unit: 1,
      pulse_ms: 300,
      sensorDeadline_ms: 3000,
      slots: { '3': { relay: 3, input: 3, activeLow: false } },
    },
    async () => undefined,
    ACTUATOR_FAULTS,
  ],
  [
    'hardware/lock-board/simulator-cli.ts',
    'lock',
    { driver: 'lock-board', port: '', baud: 9600, board: 1, openState: '00', sensor: true, sensorDeadline_ms: 3000, channels: { '3': 3 } },
    async () => undefined,
    ACTUATOR_FAULTS.filter((fault) => fault !== 'refuse' && fault !== 'doubt'),
  ],
];

describe.each(PROGRAMS)('%s', (file, kind, options, choose) => {
  test.each(['--tcp', '--pty'])(
    '%s: a sale, and ready again after a pull of the plug',
    async (how) => {
      const pty = how === '--pty' ? await openPtyPair() : null;
      if (pty) closers.push(pty.close);
      const more = kind === 'mdb' ? ['--price', '1500'] : [];
      const program = await simulator(file, kind, how, pty?.b ?? '0', '--control', '0', ...more);
      expect(program.control).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      const machine = openMachine({ ...options, port: pty?.a ?? program.where }, { clock, log: silentLog });
      closers.push(() => machine.close());
      const prices: number[] = [];
      machine.onSelection((selection) => prices.push(selection.price_jpy ?? 0));
      await until(() => machine.state().ready, 'ready');
      await choose(program.control);
      await until(async () => kind !== 'mdb' || prices.length > 0, 'selection');
      const price_jpy = prices[0] ?? 150;
      expect(await machine.vend({ vendId: 'v1', slot: '3', price_jpy }, () => undefined)).toMatchObject({ outcome: 'succeeded' });
      if (kind === 'mdb') expect(price_jpy).toBe(150);
      if (!pty) return;
      await pty.pull();
      await until(() => !machine.state().ready, 'not ready without a cable');
      expect(machine.state().reasons).toEqual(['disconnected']);
      await pty.plug();
      await until(() => machine.state().ready, 'ready again');
    },
    30_000,
  );
});

describe('this process was busy: what had come in meanwhile is read before anything is judged', () => {
  /** Ends between reading and timers, as the work for somebody else's request does. */
  const keepBusy = (for_ms: number) =>
    void setImmediate(() => {
      const end = performance.now() + for_ms;
      while (performance.now() < end);
    });
  test.each([1, 2, 3])('an answered pulse is confirmed (%i)', async () => {
    const program = await simulator('hardware/modbus-relay/simulator-cli.ts', 'relay', '--tcp', '0');
    const slots = { '3': { relay: 3, activeLow: false } };
    const board = { driver: 'modbus-relay', baud: 9600, unit: 1, pulse_ms: 300, sensorDeadline_ms: 3000, slots } as const;
    const machine = openMachine({ ...board, port: program.where }, { clock, log: silentLog });
    closers.push(() => machine.close());
    await until(() => machine.state().ready, 'ready');
    // The command has left then, and its answer has not come.
    const vend = machine.vend({ vendId: 'v1', slot: '3', price_jpy: 150 }, (step) => (step === 'sent' ? keepBusy(400) : undefined));
    expect(await vend).toEqual({ outcome: 'succeeded', proof: 'actuated' });
  });
  test('a controller that went on asking is not gone', async () => {
    const program = await simulator(VMC, 'vmc', '--tcp', '0');
    const vmc = { driver: 'xy-vmc', baud: 57_600, dropSensor: true, elevator: false, vendDeadline_ms: 8000, padCheck: true } as const;
    const machine = openMachine({ ...vmc, port: program.where }, { clock, log: silentLog });
    closers.push(() => machine.close());
    await until(() => machine.state().ready, 'ready');
    const left: string[] = [];
    machine.onState(({ reasons }) => left.push(...reasons));
    keepBusy(2700);
    await sleep(3000);
    expect(left).not.toContain('disconnected');
    expect(machine.state()).toMatchObject({ ready: true });
  });
});

describe.each(PROGRAMS)('%s, by seed', (file, kind, options, choose, faults) => {
  test('the first vend jams, whenever the seed says so', async () => {
    const seed = Array.from({ length: 500 }, (_, i) => i).find((i) => seededFaults(i, 1, faults)()?.kind === 'jam');
    const program = await simulator(file, kind, '--tcp', '0', '--control', '0', '--fault-rate', '1', '--fault-seed', String(seed));
    const machine = openMachine({ ...options, port: program.where }, { clock, log: silentLog });
    closers.push(() => machine.close());
    const prices: number[] = [];
    machine.onSelection((selection) => prices.push(selection.price_jpy ?? 0));
    await until(() => machine.state().ready, 'ready');
    await choose(program.control);
    await until(() => kind !== 'mdb' || prices.length > 0, 'selection');
    expect(await machine.vend({ vendId: 'v1', slot: '3', price_jpy: prices[0] ?? 150 }, () => undefined)).toMatchObject({
      outcome: 'failed',
    });
  });
  test('--help names every misfortune and shows an example', async () => {
    const output = (await simulator(file, kind, '--help')).output();
    for (const fault of faults) expect(output).toContain(fault);
    expect(output).toMatch(/^usage: npm run \w+:simulator[\s\S]*^example: npm run/m);
  });
});

test('the same seed draws the same faults for the same vends, at any rate', () => {
  const draws = (seed: number, rate: number) => {
    const draw = seededFaults(seed, rate, ['jam', 'deaf', 'pull']);
    return Array.from({ length: 2000 }, draw);
  };
  expect(draws(7, 0.2)).toEqual(draws(7, 0.2));
  expect(draws(7, 0.2)).not.toEqual(draws(8, 0.2));
  const seldom = draws(7, 0.2);
  expect(seldom.filter((fault) => fault !== null).length / 2000).toBeCloseTo(0.2, 1);
  draws(7, 1).forEach((fault, i) => expect([null, fault]).toContainEqual(seldom[i]));
});

test('the control port takes what it knows, explains what it does not, and serves no foreign page', async () => {
  const { control } = await simulator(VMC, 'vmc', '--tcp', '0', '--control', '0', '--slots', '3', '--stock', '7');
  expect((await post(control, 'fault', { slot: '2', kind: 'jam', times: 1 })).status).toBe(200);
  expect((await post(control, 'stock', { slot: 2, count: 9 })).status).toBe(200);
  expect((await post(control, 'door', { open: true })).status).toBe(200);
  expect((await post(control, 'cable', { connected: false })).status).toBe(200);
  const state = (await (await fetch(`${control}/state`)).json()) as Record<string, unknown>;
  expect(state).toMatchObject({ doorOpen: true, connected: false, violations: [], slots: [{ stock: 7 }, { stock: 9 }, { stock: 7 }] });
  expect(await post(control, 'fault', { slot: 2, kind: 'explode' })).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining('kind') as string },
  });
  expect(await post(control, 'fault', '{')).toMatchObject({ status: 400 });
  expect(await post(control, 'fault', 'x'.repeat(70_000))).toMatchObject({ status: 400 });
  expect(await post(control, 'nothing', {})).toMatchObject({ status: 404 });
  expect(await post(control, 'door', { open: false }, { origin: 'https://example.org' })).toMatchObject({ status: 403 });
});

test.each([
  [[], 'usage'],
  [['--tcp', '0', '--pty', '/tmp/x'], 'usage'],
  [['--tcp', 'many'], 'whole number'],
  [['--tcp', '0', '--slots', '-1'], 'slots'],
  [['--tcp', '0', '--fault-rate', '2'], 'fault-rate'],
  [['--colour', 'red'], 'colour'],
])('a wrong command line %j is explained', async (arguments_, word) => {
  const program = await simulator(VMC, 'vmc', ...arguments_);
  expect(program.output()).toContain(word);
});
