/**
 * One kiosk as it is shipped, with a real SQLite file, a PayPay on HTTP and a controller behind a pair of ptys; it is
 * killed without warning in the middle of sales and started again, and in the end the books are compared.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { OrderEvent } from '../../app/order/events.ts';
import type { JournalRow } from '../../app/ports.ts';
import { serialPort } from '../../hardware/transport/serial.ts';
import { standAt } from '../../hardware/simulator/stand.ts';
import { createVmcSimulator } from '../../hardware/xy-vmc/simulator.ts';
import { verify } from '../../main/journal/verify.ts';
import { pay, scan } from '../../main/paypay/simulator/codes.ts';
import { startSimulator } from '../../main/paypay/simulator/server.ts';
import { systemClock, systemIds } from '../../main/system.ts';
import { type Program, ROOT, startNode } from '../e2e/program.ts';
import { openPtyPair, sleep, until } from '../hardware/pty.ts';
import type { OrderRecord, VendRecord } from '../simulation/books.ts';
import { checkAtRest } from '../simulation/checkers.ts';
import type { Random } from '../simulation/random.ts';
import { openScreen, type Screen } from './screen.ts';

const KIOSK = process.env['POWER_CUT_KIOSK'] ?? 'dist/main/browser.js';
const KEYS = { apiKey: 'power', apiSecret: 'cut' };
const MERCHANT = 'power-cut';
const SLOTS = 24;
const PRODUCTS = [
  { sku: 'tea', name: { ja: 'お茶' }, price_jpy: 130 },
  { sku: 'coffee', name: { ja: 'コーヒー' }, price_jpy: 150 },
];
const START_LIMIT_ms = 30_000;
/** On a busy test machine both ends of the line are late now and then; the protocol's turns are the driver's own tests' matter. */
const OUT_OF_TURN = /spoke out of turn|instead of the ACK/;

/** Log lines after which the power goes: every event of an order, and what recovery does before there is one. */
const MOMENTS = [
  ...(['vmc.phase', 'paypay.state', 'gate'] as const),
  ...(['order.opened', 'code.requested', 'paypay.createCode', 'code.created', 'payment.completed'] as const),
  ...(['vend.requested', 'vend.requested', 'vend.succeeded', 'vend.failed', 'order.closed'] as const),
  ...(['cancel.requested', 'paypay.cancel', 'cancel.accepted', 'payment.closed'] as const),
  ...(['refund.requested', 'paypay.refund', 'refund.accepted', 'refund.completed'] as const),
];

export interface Round {
  /** From the start of the process to a screen that sells; null when it was killed before that. */
  readonly recovery_ms: number | null;
  readonly killedAt: string;
}

export interface Lane {
  /** Starts the kiosk, lets a customer in, and kills it. */
  round(): Promise<Round>;
  /** Starts it once more, waits until everything is settled, and compares the books. @returns what is wrong */
  settle(): Promise<{ violations: string[]; results: Map<string, number>; recovery_ms: number }>;
  close(): Promise<void>;
}

export async function openLane(random: Random): Promise<Lane> {
  if (!existsSync(path.join(ROOT, KIOSK))) throw new Error(`${KIOSK} is not built: npm run build`);
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-power-cut-'));
  const clock = systemClock();
  const paypay = await startSimulator({
    port: 0,
    clock,
    ids: systemIds(clock),
    keys: KEYS,
    merchantId: MERCHANT,
    switches: { codeLifetime_ms: 20_000, multipleRefunds: 'allow' },
  });
  const { simulator } = paypay;
  const ptys = await openPtyPair();
  const slots = Array.from({ length: SLOTS }, (_, i) => ({ selection: i + 1, stock: 200, capacity: 255 }));
  const machine = createVmcSimulator({ slots, motor_ms: 400, keep: 100_000 }, clock);
  const stand = standAt(serialPort(ptys.b, 57_600), clock, machine);
  const configFile = path.join(folder, 'shop.yaml');
  // JSON is YAML.
  writeFileSync(
    configFile,
    JSON.stringify({
      version: 1,
      shop: { name: { ja: '停電店' }, merchantName: '停電商店' },
      paypay: { environment: paypay.url, merchantId: MERCHANT, pollInterval_ms: 2000 },
      machine: { driver: 'xy-vmc', port: ptys.a, vendDeadline_ms: 5000 },
      sale: { attentionLimit: 100, quarantineAfter: 10, final_ms: 5000 },
      products: PRODUCTS,
      slots: slots.map(({ selection }, i) => ({ slot: String(selection), sku: PRODUCTS[i % 2]?.sku, capacity: 255, stock: 200 })),
    }),
  );
  const dataFolder = path.join(folder, 'data');

  /** One start of the kiosk, ended by `kill` or when the given log line comes. */
  async function start(
    moment: string | null,
  ): Promise<{ kiosk: Program; screen: Screen | null; dead: () => boolean; kill: () => Promise<void> }> {
    const args = ['--config', configFile, '--data', dataFolder, '--port', '0'];
    const kiosk = startNode(KIOSK, args, { PAYPAY_API_KEY: KEYS.apiKey, PAYPAY_API_SECRET: KEYS.apiSecret });
    let dead = false;
    void kiosk.ended.then(() => (dead = true));
    if (moment !== null) {
      // Seen from outside: what the log says is durable, and the process lives at most a millisecond longer.
      kiosk.process.stderr?.on('data', (chunk: Buffer) => chunk.includes(`"event":"${moment}"`) && kiosk.process.kill('SIGKILL'));
    }
    const address = await kiosk.line(/^kiosk: (http:\S+)/m, START_LIMIT_ms).catch((error: unknown) => {
      if (moment === null) throw error;
      return null;
    });
    const screen = address === null || dead ? null : await openScreen(address).catch(() => null);
    const kill = async () => {
      screen?.close();
      await kiosk.end('SIGKILL');
    };
    return { kiosk, screen, dead: () => dead, kill };
  }

  const sells = (screen: Screen | null): boolean => screen?.view()?.screen.name === 'attract';

  async function customer(screen: Screen, dead: () => boolean): Promise<void> {
    const shows = (...names: string[]) =>
      until(() => dead() || names.includes(screen.view()?.screen.name ?? ''), names.join(' or '), 60_000);
    if (random.chance(0.25))
      machine.fault({ selection: null, kind: random.pick(['jam', 'lostStatus', 'lateStatus', 'lostAck']), times: 1 });
    screen.send({ do: 'start' });
    await shows('selecting');
    for (let items = random.pick([1, 1, 2, 3]); items > 0; items--) screen.send({ do: 'add', sku: random.pick(PRODUCTS).sku });
    screen.send({ do: 'checkout' });
    await shows('awaitingPayment', 'codeClosed');
    const shown = screen.view()?.screen;
    if (dead() || shown?.name !== 'awaitingPayment') return;
    const habit = random.pick(['pay', 'pay', 'pay', 'pay', 'cancel', 'cancelAndPay', 'leave'] as const);
    scan(simulator.world, shown.url);
    if (habit === 'leave') return;
    if (habit === 'pay') pay(simulator.world, shown.url);
    else screen.send({ do: 'cancel' });
    if (habit === 'cancelAndPay') setTimeout(() => pay(simulator.world, shown.url), random.between(0, 3_000));
    await shows('thanks', 'refunding', 'codeClosed', 'outOfService');
    await sleep(random.between(0, 1_500));
  }

  return {
    async round() {
      const moment = random.chance(0.7) ? random.pick(MOMENTS) : null;
      const random_ms = moment === null ? random.between(0, 9_000) : 20_000;
      for (let faults = random.pick([0, 0, 1, 2]); faults > 0; faults--)
        simulator.faults.add({ operation: '*', kind: random.pick(['500', 'lost', 'reset', 'cut', '429', '503']), times: 1, delay_ms: 0 });
      const started_ms = performance.now();
      const { screen, dead, kill } = await start(moment ?? 'never');
      let recovery_ms: number | null = null;
      const timer = setTimeout(() => void kill(), Math.max(0, random_ms));
      try {
        if (screen !== null) {
          await until(() => dead() || sells(screen), 'a screen that sells', START_LIMIT_ms);
          if (!dead()) {
            recovery_ms = performance.now() - started_ms;
            await customer(screen, dead);
          }
        }
      } finally {
        clearTimeout(timer);
        await kill();
      }
      return { recovery_ms, killedAt: moment ?? `${Math.round(random_ms)} ms` };
    },

    async settle() {
      const started_ms = performance.now();
      const { kiosk, screen } = await start(null);
      await until(() => sells(screen), 'a screen that sells', START_LIMIT_ms);
      const recovery_ms = performance.now() - started_ms;
      // What is only watched until nobody can pay any more need not be waited for.
      await sleep(2_000);
      simulator.world.shift(900_000);
      const open = () => [...readJournal(dataFolder).orders.values()].filter(({ rows }) => rows.at(-1)?.event.type !== 'order.closed');
      await until(() => open().length === 0, 'every order is closed', 180_000).catch(() => {});
      screen?.close();
      await kiosk.end('SIGTERM');
      const violations = open().map(({ orderId }) => `${orderId}: never closed`);
      const { orders, vends, findings } = readJournal(dataFolder);
      violations.push(...findings);
      const results = checkAtRest({
        orders,
        vends,
        paypay: simulator.world,
        machine: { ...machine.state(), violations: machine.state().violations.filter((what) => !OUT_OF_TURN.test(what)) },
        violate: (what) => violations.push(what),
      });
      return { violations, results, recovery_ms };
    },

    async close() {
      stand.close();
      machine.stop();
      await Promise.all([ptys.close(), paypay.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The journal as it stands on the disk, proved row by row. */
function readJournal(dataFolder: string) {
  const file = path.join(dataFolder, 'journal.db');
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const { findings } = verify(db, file);
    const orders = new Map<string, Pick<OrderRecord, 'orderId' | 'rows'>>();
    const vends: VendRecord[] = [];
    const stored = db
      .prepare("SELECT seq, at_ms, monotonic_ms, boot_id, order_id, event FROM journal WHERE stream = 'order' ORDER BY seq")
      .all();
    for (const { seq, at_ms, monotonic_ms, boot_id, order_id, event } of stored as Record<string, never>[]) {
      const orderId = String(order_id);
      const fact = JSON.parse(String(event)) as OrderEvent;
      const row: Extract<JournalRow, { stream: 'order' }> = {
        ...{ stream: 'order', orderId, event: fact, seq: Number(seq) },
        ...{ at_ms: Number(at_ms), monotonic_ms: Number(monotonic_ms), bootId: String(boot_id) },
      };
      const record = orders.get(orderId) ?? { orderId, rows: [] };
      orders.set(orderId, record);
      record.rows.push(row);
      if (fact.type === 'vend.requested') vends.push({ orderId, line: fact.line, at_ms: row.at_ms });
    }
    return { orders, vends, findings };
  } finally {
    db.close();
  }
}
