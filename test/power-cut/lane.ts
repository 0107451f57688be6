/**
 * One kiosk as it is shipped, with a real SQLite file, a PayPay on HTTP and a controller behind a pair of ptys; it is
 * killed without warning in the middle of sales and started again, and in the end the books are compared.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Settlement } from '../../app/order/events.ts';
import { type Program, ROOT, startNode } from '../e2e/program.ts';
import { sleep, until } from '../hardware/pty.ts';
import { checkAtRest } from '../simulation/checkers.ts';
import type { Random } from '../simulation/random.ts';
import { PRODUCTS, visit } from './customer.ts';
import { KEYS, MERCHANT, openFarEnds, SELECTIONS, STOCK } from './far-ends.ts';
import { openOrders, readJournal } from './journal.ts';
import type { Deck, Moment } from './moments.ts';
import { openScreen, type Screen } from './screen.ts';
import { createWitness } from './witness.ts';

const KIOSK = process.env['POWER_CUT_KIOSK'] ?? 'dist/main/browser.js';
export const RECOVERY_ms_max = 10_000;
const START_LIMIT_ms = 30_000;
/** After the customer has seen how it ended, so long is the moment still waited for: PayPay takes its time for a refund. */
const LAST_WAIT_ms = 4_000;
/** What the simulated controller keeps of a selection that jammed. */
const JAMMED = 3;
/** On a busy test machine both ends of the line are late now and then; the protocol's turns are the driver's own tests' matter. */
const OUT_OF_TURN = /spoke out of turn|instead of the ACK/;

export interface Round {
  /** null: killed at a random time. */
  readonly moment: Moment | null;
  /** The moment came, or the time; else the process was killed when nothing more was to come. */
  readonly struck: boolean;
  /** From the start of the process to a screen that sells; null when it was killed before that. */
  readonly recovery_ms: number | null;
  readonly took_ms: number;
}

export interface Lane {
  /** Starts the kiosk, lets a customer in, and kills it. */
  round(): Promise<Round>;
  /** Starts it once more, waits until everything is settled, and compares the books. @returns what is wrong */
  settle(): Promise<{ violations: string[]; results: Map<string, number>; recovery_ms: number }>;
  close(): Promise<void>;
}

/** One start of the kiosk. */
interface Life {
  readonly kiosk: Program;
  readonly dead: () => boolean;
  /** null when it died before it had one. */
  readonly screen: Promise<Screen | null>;
}

export async function openLane(settlement: Settlement, random: Random, deck: Deck): Promise<Lane> {
  if (!existsSync(path.join(ROOT, KIOSK))) throw new Error(`${KIOSK} is not built: npm run build`);
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-power-cut-'));
  let seen: (sight: string) => void = () => {};
  const dataFolder = path.join(folder, 'data');
  const journalFile = path.join(dataFolder, 'journal.db');
  const violations: string[] = [];
  const witness = createWitness(journalFile, (what) => violations.push(what));
  const { paypay, machine, ...farEnds } = await openFarEnds({
    request(operation, request) {
      witness.request(operation, request);
      seen(`request ${operation}`);
    },
    drive(frame) {
      witness.drive(frame);
      seen('drive frame');
    },
  });
  const configFile = path.join(folder, 'shop.yaml');
  // JSON is YAML.
  writeFileSync(
    configFile,
    JSON.stringify({
      version: 1,
      shop: { name: { ja: '停電店' }, merchantName: '停電商店' },
      paypay: { environment: farEnds.paypayUrl, merchantId: MERCHANT, pollInterval_ms: 2000 },
      machine: { driver: 'xy-vmc', port: farEnds.serialPath, vendDeadline_ms: 5000 },
      sale: { settlement, attentionLimit: 100, quarantineAfter: 10, final_ms: 20_000 },
      products: PRODUCTS,
      slots: SELECTIONS.map((selection, i) => ({ slot: String(selection), sku: PRODUCTS[i % 2]?.sku, capacity: 255, stock: STOCK })),
    }),
  );

  function start(): Life {
    const args = ['--config', configFile, '--data', dataFolder, '--port', '0'];
    const kiosk = startNode(KIOSK, args, { PAYPAY_API_KEY: KEYS.apiKey, PAYPAY_API_SECRET: KEYS.apiSecret });
    let dead = false;
    void kiosk.ended.then(() => (dead = true));
    // What the log says of an order is durable.
    if (kiosk.process.stderr)
      createInterface(kiosk.process.stderr).on('line', (line) => seen(`log ${/"event":"([^"]+)"/.exec(line)?.[1]}`));
    const screen = kiosk.line(/^kiosk: (http:\S+)/m, START_LIMIT_ms).then(
      (address) => openScreen(address).catch(() => null),
      (error: unknown) => {
        if (dead) return null;
        throw error;
      },
    );
    return { kiosk, dead: () => dead, screen };
  }

  const sells = (screen: Screen | null): boolean => screen?.view()?.screen.name === 'attract';

  return {
    async round() {
      // Staff come by: a jammed selection is out of service until somebody has looked, and a long night has many.
      for (const { selection, status } of machine.state().slots) if (status === JAMMED) machine.pause(selection, false);
      // What a short life left over would pile up into an outage, and recovery would be measured against that.
      paypay.faults.add({ operation: '*', kind: '500', times: 0, delay_ms: 0 });
      for (let faults = random.pick([0, 0, 1, 2]); faults > 0; faults--)
        paypay.faults.add({ operation: '*', kind: random.pick(['500', 'lost', 'reset', 'cut', '429', '503']), times: 1, delay_ms: 0 });
      const moment = random.chance(0.75) ? deck.deal() : null;
      // A start is over in the first second or two.
      const after_ms = random.chance(0.4) ? random.between(0, 2_000) : random.between(0, 9_000);
      const started_ms = performance.now();
      const { kiosk, dead, screen: opening } = start();
      let struck = false;
      let left = moment?.nth ?? 0;
      const strike = () => {
        if (dead() || struck) return;
        kiosk.process.kill('SIGKILL');
        struck = true;
      };
      seen = (sight) => void (sight === moment?.sight && --left === 0 && strike());
      const timer = moment === null ? setTimeout(strike, after_ms) : undefined;
      let recovery_ms: number | null = null;
      try {
        const screen = await opening;
        if (screen !== null) {
          await until(() => dead() || sells(screen), 'a screen that sells', START_LIMIT_ms);
          if (!dead()) {
            recovery_ms = performance.now() - started_ms;
            if (recovery_ms > RECOVERY_ms_max) violations.push(`${Math.round(recovery_ms)} ms to a screen that sells:\n${kiosk.stderr()}`);
            await visit({ screen, dead, paypay: paypay.world, machine, random }, moment?.guest ?? 'anybody');
            await until(dead, 'its end', LAST_WAIT_ms).catch(() => {});
          }
          screen.close();
        }
      } finally {
        clearTimeout(timer);
        seen = () => {};
        await kiosk.end('SIGKILL');
      }
      if (moment !== null && !struck) deck.putBack(moment);
      return { moment, struck, recovery_ms, took_ms: performance.now() - started_ms };
    },

    async settle() {
      const started_ms = performance.now();
      const { kiosk, screen: opening } = start();
      const screen = await opening;
      await until(() => sells(screen), 'a screen that sells', START_LIMIT_ms);
      const recovery_ms = performance.now() - started_ms;
      // What is only watched until nobody can pay any more need not be waited for.
      await sleep(2_000);
      paypay.world.shift(900_000);
      const end_ms = performance.now() + 180_000;
      while (openOrders(journalFile).length > 0 && performance.now() < end_ms) await sleep(100);
      screen?.close();
      await kiosk.end('SIGTERM');
      violations.push(...openOrders(journalFile).map((orderId) => `${orderId}: never closed`));
      const { orders, vends, findings } = readJournal(journalFile);
      violations.push(...findings);
      const results = checkAtRest({
        orders,
        vends,
        paypay: paypay.world,
        resumeVendWithin_ms: 0,
        machine: { ...machine.state(), violations: machine.state().violations.filter((what) => !OUT_OF_TURN.test(what)) },
        violate: (what) => violations.push(what),
      });
      return { violations, results, recovery_ms };
    },

    async close() {
      await farEnds.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
