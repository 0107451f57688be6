/**
 * A street corner for a test: the kiosk as it is shipped, a VMC simulator at the other end of a serial line, a PayPay simulator
 * on HTTP. Each is a process of its own. At its end a test asks the corner whether PayPay, machine and journal agree.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from '@playwright/test';
import type { OrderEvent } from '../../app/order/events.ts';
import type { VmcSimulatorState } from '../../hardware/xy-vmc/simulator-types.ts';
import type { Ledger } from '../../main/paypay/simulator/ledger.ts';
import { callJson, type Program, startNode, until } from './program.ts';
import { type SerialCable, serialCable } from './serial-cable.ts';

export const PRODUCTS = [
  { sku: 'tea', name: { ja: 'お茶', en: 'Tea' }, price_jpy: 150 },
  { sku: 'coffee', name: { ja: 'コーヒー', en: 'Coffee' }, price_jpy: 130 },
  { sku: 'water', name: { ja: '水', en: 'Water' }, price_jpy: 110 },
] as const;

export interface JournalOrder {
  readonly orderId: string;
  readonly events: readonly OrderEvent[];
}

export interface Corner {
  readonly folder: string;
  readonly cable: SerialCable;
  /** The kiosk's own address of its first start, with the token. */
  readonly address: string;
  /** The kiosk's process as it is now. */
  kiosk(): Program;
  startKiosk(): Promise<void>;
  /** One control call of PayPay's simulator. */
  paypay<T = unknown>(call: string, body?: object): Promise<T>;
  ledger(): Promise<Ledger>;
  machine(): Promise<VmcSimulatorState>;
  /** One control call of the machine's simulator. */
  control(call: string, body: object): Promise<void>;
  orders(): JournalOrder[];
  /** Waits until every order is closed, then compares the three books. */
  agree(): Promise<{ taken_jpy: number; returned_jpy: number; dispensed_jpy: number }>;
  end(): Promise<void>;
}

export interface CornerOptions {
  /** Milliseconds of a motor's turn. */
  readonly motor_ms?: number;
  /** Units in every slot. */
  readonly stock?: number;
  /** Changes to the `sale` part of the configuration. */
  readonly sale?: object;
  readonly paypay?: object;
  /** How long a vend may take before the machine is asked what became of it. */
  readonly vendDeadline_ms?: number;
  /** The `operator` part of the configuration. */
  readonly operator?: object;
  /** The cable is not there when the kiosk starts. */
  readonly unplugged?: boolean;
  /** The kiosk is started by the test. */
  readonly kioskOff?: boolean;
}

export async function openCorner({
  motor_ms = 300,
  stock = 4,
  sale,
  paypay: payPayConfig,
  operator,
  vendDeadline_ms,
  unplugged,
  kioskOff,
}: CornerOptions = {}): Promise<Corner> {
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-e2e-'));
  const cable = serialCable(folder);
  const keys = { PAYPAY_API_KEY: 'e2e', PAYPAY_API_SECRET: randomBytes(16).toString('hex') };
  const configFile = path.join(folder, 'shop.yaml');
  // JSON is YAML.
  writeFileSync(
    configFile,
    JSON.stringify({
      version: 1,
      shop: { name: { ja: '試験店', en: 'Test shop' }, merchantName: '試験商店', phone: '03-0000-0000' },
      paypay: { pollInterval_ms: 2000, merchantId: 'e2e', ...payPayConfig },
      machine: { driver: 'xy-vmc', port: cable.kioskEnd, ...(vendDeadline_ms === undefined ? {} : { vendDeadline_ms }) },
      sale: { final_ms: 60_000, attentionLimit: 3, ...sale },
      ...(operator === undefined ? {} : { operator }),
      products: PRODUCTS,
      slots: PRODUCTS.map(({ sku }, i) => ({ slot: String(i + 1), sku, capacity: Math.max(8, stock), stock })),
    }),
  );
  const machineArgs = ['--slots', String(PRODUCTS.length), '--stock', String(stock), '--motor', String(motor_ms)];
  const startMachine = () => startNode('hardware/xy-vmc/simulator-cli.ts', ['--pty', cable.machineEnd, '--control', '0', ...machineArgs]);
  const payPayArgs = ['--port', '0', '--api-key', keys.PAYPAY_API_KEY, '--api-secret', keys.PAYPAY_API_SECRET, '--merchant', 'e2e'];
  await cable.plugIn();
  const payPaySimulator = startNode('main/paypay/simulator/cli.ts', payPayArgs);
  const vmcSimulator = startMachine();
  const [payPayUrl, controlUrl] = await Promise.all([
    payPaySimulator.line(/^paypay simulator: (http:\S+)/m),
    vmcSimulator.line(/^vmc simulator:/m).then(() => vmcSimulator.line(/^vmc control: (http:\S+)/m)),
  ]);
  if (unplugged) await cable.pull();
  let kiosk: Program | null = null;
  let address = '';
  // Any at first, then always the same: the screen comes back to it.
  let port = '0';
  const dataFolder = path.join(folder, 'data');

  const running = (): Program => {
    if (kiosk === null) throw new Error('the kiosk was not started');
    return kiosk;
  };
  const corner: Corner = {
    folder,
    cable,
    get address() {
      return address;
    },
    kiosk: running,
    async startKiosk() {
      const args = ['--config', configFile, '--data', dataFolder, '--paypay', payPayUrl, '--port', port];
      kiosk = startNode('dist/main/browser.js', args, keys);
      address = await kiosk.line(/^kiosk: (http:\S+)/m);
      port = new URL(address).port;
    },
    paypay: (call, body) => callJson(`${payPayUrl}/_simulator/${call}`, body),
    ledger: () => corner.paypay<Ledger>('ledger'),
    machine: () => callJson<VmcSimulatorState>(`${controlUrl}/state`),
    control: async (call, body) => void (await callJson(`${controlUrl}/${call}`, body)),
    orders: () => readOrders(path.join(dataFolder, 'journal.db')),
    async agree() {
      // A code that was closed unpaid is watched for minutes after its end; so much time passes at PayPay.
      if (corner.orders().some(isWatched)) await corner.paypay('clock', { advance_ms: 20 * 60_000 });
      await until('every order is closed', () => (corner.orders().every(isClosed) ? true : null), 60_000);
      return compare(corner.orders(), await corner.ledger(), await corner.machine());
    },
    async end() {
      await Promise.all([kiosk?.end('SIGKILL'), payPaySimulator.end('SIGKILL'), vmcSimulator.end('SIGKILL'), cable.pull()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  if (!kioskOff) await corner.startKiosk();
  return corner;
}

function readOrders(file: string): JournalOrder[] {
  if (!existsSync(file)) return [];
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = db.prepare("SELECT order_id AS orderId, event FROM journal WHERE stream = 'order' ORDER BY seq").all();
    const byOrder = Map.groupBy(rows as { orderId: string; event: string }[], ({ orderId }) => orderId);
    return [...byOrder].map(([orderId, events]) => ({ orderId, events: events.map(({ event }) => JSON.parse(event) as OrderEvent) }));
  } finally {
    db.close();
  }
}

const isWatched = ({ events }: JournalOrder): boolean => events.at(-1)?.type === 'payment.closed';
const isClosed = ({ events }: JournalOrder): boolean => events.at(-1)?.type === 'order.closed';

/** What a busy computer makes of an answer that is due in 100 ms. Hardware tests judge timing, on a clock of their own. */
const LATE = /^(spoke out of turn|a command instead of the ACK)/;

/** The end of every test: PayPay's ledger, the machine's counters and the journal tell the same story. */
function compare(orders: readonly JournalOrder[], ledger: Ledger, machine: VmcSimulatorState) {
  const events = orders.flatMap((order) => order.events);
  const closings = events.filter((event) => event.type === 'order.closed');
  const sum = (pick: (closing: (typeof closings)[number]) => number) => closings.reduce((total, closing) => total + pick(closing), 0);
  const dispensed_jpy = machine.slots.reduce(
    (total, { selection, dropped }) => total + dropped * (PRODUCTS[selection - 1]?.price_jpy ?? NaN),
    0,
  );
  // What was paid after its cancellation and went back by itself never became a payment of ours: compare what was kept.
  expect(
    sum((closing) => closing.taken_jpy - closing.returned_jpy),
    'the journal agrees with PayPay',
  ).toBe(ledger.taken_jpy - ledger.returned_jpy);
  expect(
    sum((closing) => closing.dispensed_jpy),
    'the journal agrees with the machine',
  ).toBe(dispensed_jpy);
  expect(ledger.taken_jpy, 'paid = dispensed + returned').toBe(dispensed_jpy + ledger.returned_jpy);
  expect(
    closings.filter(({ result }) => result === 'attention'),
    'nothing is left for a person',
  ).toEqual([]);
  for (const order of orders) {
    expect(order.events.filter(({ type }) => type === 'refund.requested').length, 'at most one refund an order').toBeLessThanOrEqual(1);
    const lines = order.events.flatMap((event) => (event.type === 'vend.requested' ? [event.line] : []));
    expect(new Set(lines).size, 'at most one vend a line').toBe(lines.length);
  }
  expect(machine.counters.drives, 'every drive stands in the journal').toBe(events.filter(({ type }) => type === 'vend.requested').length);
  expect(
    machine.violations.filter((violation) => !LATE.test(violation)),
    'the kiosk kept to the protocol',
  ).toEqual([]);
  expect(
    ledger.codes.filter(({ state, canceled }) => state === 'waiting' && !canceled),
    'no QR of a closed order can be paid',
  ).toEqual([]);
  return { taken_jpy: ledger.taken_jpy, returned_jpy: ledger.returned_jpy, dispensed_jpy };
}
