/** A kiosk in front of each machine: what it has sold once it sells again, without anybody's help. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../app/config.ts';
import { createKiosk } from '../../app/kiosk.ts';
import type { ScreenName } from '../../app/view.ts';
import { openJournal } from '../../main/journal/journal.ts';
import { createPayPayGateway } from '../../main/paypay/gateway.ts';
import { pay } from '../../main/paypay/simulator/codes.ts';
import { PayPaySimulator } from '../../main/paypay/simulator/core.ts';
import { inProcessTransport } from '../../main/paypay/simulator/in-process.ts';
import { seededIds } from '../main/paypay/virtual-clock.ts';
import { PLANTS, PRICE_JPY } from './plants.ts';
import type { PlantKind } from './plants.ts';
import { silentLog } from './silent-log.ts';

const STEP_MS = 100;
/** The journal works in a thread of its own, in real time. */
const breathe = () => new Promise((resolve) => setTimeout(resolve, 1));

async function openKiosk({ build, driver, options, choosesAtMachine, slots: [slot] }: PlantKind) {
  const folder = mkdtempSync(path.join(tmpdir(), 'jihanki-machine-'));
  const parsed = parseConfig({
    version: 1,
    shop: { name: { ja: '試験店' }, merchantName: '試験商店' },
    machine: {
      ...{ driver, port: 'simulated', ...options },
      ...(driver === 'modbus-relay' && { slots: { [slot]: { relay: 0 } } }),
      ...(driver === 'lock-board' && { channels: { [slot]: 1 } }),
    },
    products: [{ sku: 'tea', name: { ja: 'お茶' }, price_jpy: PRICE_JPY }],
    slots: [{ slot, sku: 'tea', capacity: 9, stock: 5 }],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const plant = build();
  const { clock, machine } = plant;
  const ids = seededIds();
  const keys = { apiKey: 'k', apiSecret: 's' };
  const paypay = new PayPaySimulator({ clock, ids, keys, merchantId: 'm' });
  const transport = inProcessTransport(paypay, clock, () => ({ way: 'open', there_ms: 20, back_ms: 20 }));
  const gateway = createPayPayGateway({ environment: 'sandbox', keys, merchantId: 'm', clock, ids, log: silentLog, transport });
  const journal = await openJournal({ path: path.join(folder, 'journal.db'), clock, bootId: 'test:1' });
  const kiosk = createKiosk({ journal, gateway, machine, clock, ids, log: silentLog, version: 'test' }, parsed.config);
  onTestFinished(async () => {
    await kiosk.stop();
    await gateway.close();
    rmSync(folder, { recursive: true, force: true });
  });
  void kiosk.start();
  const pass = async (holds: () => boolean, what: string) => {
    for (let passed_ms = 0; !holds(); passed_ms += STEP_MS) {
      if (passed_ms > 120_000) throw new Error(`waited in vain for ${what}: ${JSON.stringify(kiosk.view().screen)}`);
      await clock.advance(STEP_MS);
      await breathe();
    }
  };
  const see = (name: ScreenName) => pass(() => kiosk.view().screen.name === name, name);
  return {
    plant,
    see,
    pass,
    isForSale: () => pass(() => kiosk.view().products.every(({ notForSale }) => notForSale === null), 'goods for sale'),
    choose: async (count = 1) => {
      if (choosesAtMachine) return plant.choose(slot);
      kiosk.send({ do: 'start' });
      await see('selecting');
      for (let i = 0; i < count; i += 1) kiosk.send({ do: 'add', sku: 'tea' });
      kiosk.send({ do: 'checkout' });
    },
    payQr: async () => {
      await see('awaitingPayment');
      // Paid first, the key is pressed once the machine takes it.
      if (options?.mode === 'authorizeFirst') await plant.choose(slot);
      const { screen } = kiosk.view();
      if (screen.name === 'awaitingPayment') pay(paypay.world, screen.url);
    },
  };
}

test.each(PLANTS)('$name: a slot sells three times', async (kind) => {
  const { plant, see, isForSale, choose, payQr } = await openKiosk(kind);
  for (let sold = 1; sold <= 3; sold += 1) {
    await see('attract');
    await isForSale();
    await choose();
    await payQr();
    await see('thanks');
    expect(plant.dropped(kind.slots[0])).toBe(sold);
  }
});

test.each(PLANTS.filter(({ choosesAtMachine }) => !choosesAtMachine))('$name: two of one slot in a cart', async (kind) => {
  const { plant, see, isForSale, choose, payQr, pass } = await openKiosk(kind);
  await see('attract');
  await isForSale();
  await choose(2);
  await payQr();
  if (kind.options?.mode === 'authorizeFirst') {
    await pass(() => plant.dropped(kind.slots[0]) === 1, 'the first');
    await plant.choose(kind.slots[0]);
  }
  await see('thanks');
  expect(plant.dropped(kind.slots[0])).toBe(2);
});
