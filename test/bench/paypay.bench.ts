/** Figures of the PayPay client and simulator, beside PayPay's own Node SDK on the same wire. */
import { fork, type ChildProcess } from 'node:child_process';
import https from 'node:https';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from '../../app/ports.ts';
import { PayPayClient } from '../../main/paypay/client.ts';
import { createPayPayGateway } from '../../main/paypay/gateway.ts';
import { FAULT_KINDS } from '../../main/paypay/simulator/faults.ts';
import { httpTransport } from '../../main/paypay/transport.ts';
import { systemClock, systemIds } from '../../main/system.ts';
import { OPERATION_NAMES, call, keys, merchantId, must, sample, yen } from '../main/paypay/samples.ts';
import { silentLog } from '../main/paypay/virtual-clock.ts';
import { virtualPayPay } from '../main/paypay/virtual-paypay.ts';

export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The figure to keep, when there is one, and whether it was kept. */
  readonly bar?: string;
  readonly ok?: boolean;
}

interface FarEnd {
  readonly plain: string;
  readonly secure: string;
  readonly ca: string;
}
interface Sdk {
  configure(given: object): void;
  qrCodeCreate(payload: object): Promise<{ STATUS: number }>;
}
const { PayPayRestSDK, Conf } = createRequire(import.meta.url)('@paypayopa/paypayopa-sdk-node') as {
  PayPayRestSDK: new () => Sdk;
  Conf: new (given: { hostName: string; portNumber: number }) => object;
};

const clock = systemClock();
const ids = systemIds(clock);
const id = () => ids.next('order');
const pause = (delay_ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, delay_ms));
const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const started_ms = performance.now();
  await work();
  return performance.now() - started_ms;
};

async function withFarEnd<T>(roundTrip_ms: number, work: (far: FarEnd, child: ChildProcess) => Promise<T>): Promise<T> {
  const child = fork(path.join(import.meta.dirname, 'paypay-far-end.ts'), [String(roundTrip_ms)], { stdio: 'inherit' });
  try {
    const far = await new Promise<FarEnd>((resolve, reject) => {
      child.once('message', (message) => resolve(message as FarEnd));
      child.once('exit', () => reject(new Error('the far end ended')));
    });
    return await work(far, child);
  } finally {
    child.kill();
  }
}

/** @returns what the far end has used of a core so far, in seconds */
async function tell(child: ChildProcess, message: 'idle' | 'cpu'): Promise<number> {
  const answer = new Promise<{ cpu: NodeJS.CpuUsage }>((resolve) =>
    child.once('message', (given) => resolve(given as { cpu: NodeJS.CpuUsage })),
  );
  child.send(message);
  const { cpu } = await answer;
  return (cpu.user + cpu.system) / 1e6;
}

function sdkTo(far: FarEnd): Sdk {
  https.globalAgent.options.ca = far.ca;
  const sdk = new PayPayRestSDK();
  const conf = new Conf({ hostName: '127.0.0.1', portNumber: Number(new URL(far.secure).port) });
  sdk.configure({ clientId: keys.apiKey, clientSecret: keys.apiSecret, merchantId, conf });
  return sdk;
}

const code = () => ({ merchantPaymentId: id(), amount: yen(150), codeType: 'ORDER_QR' as const, orderDescription: 'お茶 500ml' });

/** Both in turn, so that whatever else the machine does hits both. */
const warmCreate = (): Promise<Row[]> =>
  withFarEnd(0, async (far) => {
    const sdk = sdkTo(far);
    const client = new PayPayClient({ environment: far.secure, ...keys, merchantId, transport: httpTransport(far.secure, { ca: far.ca }) });
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let i = 0; i < 440; i++) {
      const [a, b] = [await timed(() => client.createCode(code()).then(must)), await timed(() => sdk.qrCodeCreate(code()))];
      if (i < 40) continue;
      ours.push(a);
      theirs.push(b);
    }
    await client.close();
    const ratio = median(ours) / median(theirs);
    return [
      { name: 'create code, warm connection, median', value: median(ours), unit: 'ms' },
      { name: 'the same with the official SDK', value: median(theirs), unit: 'ms' },
      { name: 'ours ÷ official SDK', value: ratio, unit: '×', bar: '≤ 1.0', ok: ratio <= 1 },
    ];
  });

const ROUND_TRIP_MS = 40;

/** A customer touches the screen after a minute in which every connection was closed, and chooses for half a second. */
const firstAfterIdle = (): Promise<Row[]> =>
  withFarEnd(ROUND_TRIP_MS, async (far, child) => {
    const sdk = sdkTo(far);
    let idled_ms = 0;
    const idling: Clock = { ...clock, now_ms: () => clock.now_ms() + idled_ms, monotonic_ms: () => clock.monotonic_ms() + idled_ms };
    const transport = httpTransport(far.secure, { ca: far.ca });
    const gateway = createPayPayGateway({ environment: far.secure, keys, merchantId, clock: idling, ids, log: silentLog, transport });
    await gateway.probe();
    const idle = async () => {
      await tell(child, 'idle');
      await pause(50);
    };
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let i = 0; i < 12; i++) {
      await idle();
      idled_ms += 60_000;
      gateway.warm();
      await pause(500);
      ours.push(
        await timed(async () => {
          const made = await gateway.createCode({ merchantPaymentId: id(), amount_jpy: 150, description: 'お茶', authorize: false });
          if (made.outcome !== 'done') throw new Error(made.message);
        }),
      );
      await idle();
      theirs.push(
        await timed(async () => {
          const { STATUS } = await sdk.qrCodeCreate(code());
          if (STATUS !== 201) throw new Error(`SDK: ${STATUS}`);
        }),
      );
    }
    await gateway.close();
    const ratio = median(ours) / median(theirs);
    return [
      { name: `first QR after an idle minute (${ROUND_TRIP_MS} ms round trip, TLS), median`, value: median(ours), unit: 'ms' },
      { name: 'the same with the official SDK', value: median(theirs), unit: 'ms' },
      { name: 'ours ÷ official SDK', value: ratio, unit: '×', bar: '≤ 0.6', ok: ratio <= 0.6 },
    ];
  });

/** What is known after a fault that does not go away. */
const KNOWN = { 401: 'rejected', 429: 'rejected', 500: 'unknown', 502: 'unknown', 503: 'unknown', hang: 'unknown', slow: 'done', cut: 'unknown', lost: 'unknown', reset: 'unknown', garbled: 'unknown' } as const; // prettier-ignore
const LONGEST_MS = 30_000;

const heapAfterCollection = async (): Promise<number> => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) {
    gc();
    await pause(20);
  }
  return process.memoryUsage().heapUsed;
};

/** Every fault × every operation, again with every seed, on a virtual clock. */
async function faultedCalls(): Promise<Row[]> {
  const [rounds, warmUp] = [32, 4];
  let [calls, wrong, late, before] = [0, 0, 0, 0];
  for (let seed = 1; seed <= rounds; seed++) {
    if (seed === warmUp + 1) before = await heapAfterCollection();
    for (const kind of FAULT_KINDS) {
      const { client, simulator, until, clock: virtual, id: next, ids: seeded } = virtualPayPay(seed);
      for (const name of OPERATION_NAMES) {
        const request = await until(sample(name, client, simulator, next));
        const delay_ms = Math.floor(seeded.random() * 5000);
        simulator.faults.add({ operation: name, kind, times: 1_000_000, delay_ms });
        const started_ms = virtual.now_ms();
        const { outcome } = await until(call(client, name, request));
        if (virtual.now_ms() - started_ms > LONGEST_MS) late += 1;
        if (outcome !== KNOWN[kind]) wrong += 1;
        calls += 1;
        simulator.faults.add({ operation: name, kind, times: 0, delay_ms: 0 });
      }
    }
  }
  const growth = ((await heapAfterCollection()) / before - 1) * 100;
  return [
    { name: 'faulted calls (every fault × every operation × seeds)', value: calls, unit: 'calls', bar: '≥ 10000', ok: calls >= 10_000 },
    { name: 'of these misunderstood', value: wrong, unit: 'calls', bar: '0', ok: wrong === 0 },
    { name: 'of these beyond their time-out', value: late, unit: 'calls', bar: '0', ok: late === 0 },
    { name: 'heap growth over them, after collection', value: growth, unit: '%', bar: '< 5', ok: growth < 5 },
  ];
}

/** Create, pay, details, by eight customers at a time, over HTTP; counted per second of a core that the simulator really had. */
const simulatorThroughput = (): Promise<Row[]> =>
  withFarEnd(0, async (far, child) => {
    const clients = Array.from({ length: 8 }, () => new PayPayClient({ environment: far.plain, ...keys, merchantId }));
    const payer = httpTransport(far.plain);
    const cycle = async (client: PayPayClient) => {
      const { merchantPaymentId, ...rest } = code();
      const { url } = must(await client.createCode({ merchantPaymentId, ...rest }));
      const body = JSON.stringify({ url });
      await payer.send(
        { method: 'POST', path: '/_simulator/pay', headers: { 'content-type': 'application/json' }, body },
        new AbortController().signal,
      );
      const { status } = must(await client.paymentDetails({ merchantPaymentId }));
      if (status !== 'COMPLETED') throw new Error(status);
    };
    const run = async (duration_ms: number) => {
      let cycles = 0;
      const end_ms = performance.now() + duration_ms;
      await Promise.all(
        clients.map(async (client) => {
          while (performance.now() < end_ms) {
            await cycle(client);
            cycles += 1;
          }
        }),
      );
      return cycles;
    };
    await run(1000);
    const before_s = await tell(child, 'cpu');
    const cycles = await run(4000);
    const perSecond = cycles / ((await tell(child, 'cpu')) - before_s);
    for (const client of clients) await client.close();
    await payer.close();
    return [
      { name: 'simulator: create + pay + details', value: perSecond, unit: 'cycles/s of a core', bar: '≥ 500', ok: perSecond >= 500 },
    ];
  });

export default async function paypayBench(): Promise<Row[]> {
  const log = console.log;
  console.log = () => {}; // The SDK prints a link for every refusal.
  try {
    return [...(await warmCreate()), ...(await firstAfterIdle()), ...(await simulatorThroughput()), ...(await faultedCalls())];
  } finally {
    console.log = log;
    delete https.globalAgent.options.ca;
    https.globalAgent.destroy();
  }
}
