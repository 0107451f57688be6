/** A kiosk without a machine (mode counter) on a clock that the test moves: real journal, real client, a PayPay in the same process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Config, parseConfig } from '../../app/config.ts';
import { createKiosk, type Kiosk } from '../../app/kiosk.ts';
import type { decide } from '../../app/order/decide.ts';
import type { AgeCheck, Journal, JournalRow, Log, NewRow, ReceiptPrinter, VendingMachine } from '../../app/ports.ts';
import type { KioskCommand, KioskView, ScreenName, ScreenView } from '../../app/view.ts';
import { openJournal } from '../../main/journal/journal.ts';
import { createPayPayGateway } from '../../main/paypay/gateway.ts';
import { pay } from '../../main/paypay/simulator/codes.ts';
import { PayPaySimulator } from '../../main/paypay/simulator/core.ts';
import { inProcessTransport } from '../../main/paypay/simulator/in-process.ts';
import { seededIds, silentLog, VirtualClock } from '../main/paypay/virtual-clock.ts';

export interface TestShop {
  readonly folder: string;
  readonly config: Config;
  /** The one that runs now; a restart makes another. */
  readonly kiosk: Kiosk;
  readonly clock: VirtualClock;
  readonly simulator: PayPaySimulator;
  view(): KioskView;
  /** Each command as soon as the one before has had its effect. */
  send(...commands: KioskCommand[]): Promise<void>;
  /** Waits for the screen while time goes by; throws after `limit_ms` of it. */
  see<Name extends ScreenName>(name: Name, limit_ms?: number): Promise<Extract<ScreenView, { name: Name }>>;
  /** The customer pays the QR on the screen. */
  pay(): Promise<void>;
  /** Waits for something else while time goes by. */
  until(done: () => boolean, limit_ms?: number): Promise<void>;
  /** What the journal has acknowledged, to this process and those before it. */
  rows(): readonly JournalRow[];
  /** A new process on the same journal. */
  restart(see: ScreenName): Promise<void>;
  close(): Promise<void>;
}

/** The journal works in a thread of its own, in real time. */
const breathe = () => new Promise((resolve) => setTimeout(resolve, 1));

export interface ShopChanges {
  readonly log?: Log;
  readonly shop?: object;
  readonly sale?: object;
  readonly ageCheck?: AgeCheck;
  /** Instead of a counter: a machine whose slot 3 has tea as well. */
  readonly machine?: VendingMachine;
  readonly printer?: ReceiptPrinter;
  /** What stands in the journal before the kiosk starts. */
  readonly rows?: readonly NewRow[];
  /** Stands between the kiosk and its journal. */
  readonly journal?: (journal: Journal) => Journal;
  readonly decide?: typeof decide;
  /** The first screen, when it is not attract. */
  readonly see?: ScreenName;
}

/** A shop with tea, and with beer behind the age check. */
export function configOf({ machine, ...changes }: Pick<ShopChanges, 'shop' | 'sale' | 'machine'> = {}): Config {
  const parsed = parseConfig({
    version: 1,
    shop: {
      name: { ja: '試験店' },
      merchantName: '試験商店',
      languages: ['ja', 'en'],
      mode: machine ? 'vending' : 'counter',
      ...changes.shop,
    },
    machine: machine ? { driver: 'xy-vmc', port: '/dev/null' } : { driver: 'none' },
    sale: changes.sale,
    products: [
      { sku: 'tea', name: { ja: 'お茶' }, price_jpy: 150 },
      { sku: 'beer', name: { ja: 'ビール' }, price_jpy: 300, ageRestricted: true, allergens: ['wheat'] },
    ],
    slots: [
      { slot: '1', sku: 'tea', capacity: 8, stock: 5 },
      { slot: '2', sku: 'beer', capacity: 8, stock: 5 },
      ...(machine ? [{ slot: '3', sku: 'tea', capacity: 8, stock: 5 }] : []),
    ],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

export async function openShop(changes: ShopChanges = {}): Promise<TestShop> {
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-shop-'));
  const { ageCheck, printer, machine = null, log = silentLog } = changes;
  const config = configOf(changes);
  const clock = new VirtualClock();
  const ids = seededIds();
  const keys = { apiKey: 'k', apiSecret: 's' };
  const simulator = new PayPaySimulator({ clock, ids, keys, merchantId: 'm' });
  const transport = inProcessTransport(simulator, clock, () => ({ way: 'open', there_ms: 20, back_ms: 20 }));
  const gateway = createPayPayGateway({ environment: 'sandbox', keys, merchantId: 'm', clock, ids, log: silentLog, transport });
  const rows: JournalRow[] = [];
  let starts = 0;
  const start = async (): Promise<Kiosk> => {
    const opened = await openJournal({ path: path.join(folder, 'journal.db'), clock, bootId: `test:${++starts}` });
    if (starts === 1 && changes.rows !== undefined) rows.push(...(await opened.append(changes.rows)));
    const onDisk: Journal = {
      ...opened,
      append(added) {
        const written = opened.append(added);
        const ended = written.catch(() => {}).finally(() => clock.real.delete(ended));
        clock.real.add(ended);
        return written;
      },
    };
    const between = changes.journal?.(onDisk) ?? onDisk;
    const journal: Journal = {
      ...between,
      async append(added) {
        const written = await between.append(added);
        rows.push(...written);
        return written;
      },
    };
    const ports = { journal, gateway, machine, printer, clock, ids, log, ageCheck, version: 'test' };
    const started = createKiosk(ports, config, changes.decide);
    void started.start();
    return started;
  };
  let kiosk = await start();

  const shop: TestShop = {
    folder,
    config,
    get kiosk() {
      return kiosk;
    },
    clock,
    simulator,
    view: () => kiosk.view(),
    async send(...commands) {
      for (const command of commands) {
        kiosk.send(command);
        await clock.advance(0);
      }
    },
    async see(name, limit_ms = 30_000) {
      const step_ms = limit_ms / 300;
      for (let passed_ms = 0; ; passed_ms += step_ms) {
        const { screen } = kiosk.view();
        if (screen.name === name) return screen as never;
        if (passed_ms > limit_ms) throw new Error(`waited ${limit_ms} ms for ${name}, the screen is ${screen.name}`);
        await clock.advance(step_ms);
        await breathe();
      }
    },
    async until(done, limit_ms = 30_000) {
      const step_ms = limit_ms / 300;
      for (let passed_ms = 0; !done(); passed_ms += step_ms) {
        if (passed_ms > limit_ms) throw new Error(`waited ${limit_ms} ms in vain`);
        await clock.advance(step_ms);
        await breathe();
      }
    },
    rows: () => rows,
    async restart(see) {
      await kiosk.stop();
      kiosk = await start();
      await shop.see(see);
    },
    async pay() {
      const { url } = await shop.see('awaitingPayment');
      pay(simulator.world, url);
    },
    async close() {
      await kiosk.stop();
      await gateway.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await shop.see(changes.see ?? 'attract');
  return shop;
}
