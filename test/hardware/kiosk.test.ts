/** A kiosk in front of each machine: what it has sold once it sells again, without anybody's help. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../app/config.ts';
import { createKiosk } from '../../app/kiosk.ts';
import { type Journal, JournalError } from '../../app/ports.ts';
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
/** The journal works in a thread of its own, in real time: no time passes here while it writes. */
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
  const file = await openJournal({ path: path.join(folder, 'journal.db'), clock, bootId: 'test:1' });
  const disk = { works: true };
  const writing = new Set<Promise<unknown>>();
  const journal: Journal = {
    bootId: file.bootId,
    append: async (rows) => {
      if (!disk.works) throw new JournalError('io', 'the test pulled the disk');
      const written = file.append(rows);
      writing.add(written);
      return written.finally(() => writing.delete(written));
    },
    openOrders: () => file.openOrders(),
    order: (orderId) => file.order(orderId),
    shop: () => file.shop(),
    orderCount: () => file.orderCount(),
    close: () => file.close(),
  };
  const kiosk = createKiosk({ journal, gateway, machine, clock, ids, log: silentLog, version: 'test' }, parsed.config);
  onTestFinished(async () => {
    await kiosk.stop();
    await gateway.close();
    rmSync(folder, { recursive: true, force: true });
  });
  void kiosk.start();
  const pass = async (holds: () => boolean, what: string, limit_ms = 120_000) => {
    for (let passed_ms = 0; !holds(); passed_ms += STEP_MS) {
      if (passed_ms > limit_ms) throw new Error(`waited in vain for ${what}: ${JSON.stringify(kiosk.view().screen)}`);
      await clock.advance(STEP_MS);
      do await breathe();
      while (writing.size > 0);
    }
  };
  const see = (name: ScreenName, limit_ms?: number) => pass(() => kiosk.view().screen.name === name, name, limit_ms);
  return {
    plant,
    kiosk,
    disk,
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
    /** The code on the screen, and whether a phone could still pay it. */
    code: () => {
      const { screen } = kiosk.view();
      const shown = screen.name === 'awaitingPayment' ? paypay.world.codesByUrl.get(screen.url) : undefined;
      return { isPayable: () => shown !== undefined && shown.deletedAt_ms === null };
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

test('xy-vmc: what staff change is told to the controller, but nothing beside a sale', async () => {
  const kind = PLANTS.find(({ name }) => name === 'xy-vmc') as PlantKind;
  const { kiosk, plant, see, isForSale, choose, payQr, pass } = await openKiosk(kind);
  const slot = kind.slots[0];
  const stored = () => plant.stored?.(slot);
  await see('attract');
  await isForSale();
  await pass(() => stored()?.capacity === 9, 'the capacity after the start');
  const by = '店長';
  await kiosk.operator.record([
    { type: 'stock.set', slot, count: 7, by, reason: 'filled' },
    { type: 'price.set', sku: 'tea', price_jpy: 180, over_jpy: PRICE_JPY, by },
  ]);
  await pass(() => stored()?.stock === 7 && stored()?.price === 180, 'what staff set');
  // What a file says of a new slot nobody counted: the controller knows better.
  await kiosk.operator.record([{ type: 'stock.set', slot, count: 2, by: 'config', reason: 'first start' }]);
  const later_ms = plant.clock.now_ms() + 3000;
  await pass(() => plant.clock.now_ms() >= later_ms, 'three seconds');
  expect(stored()?.stock).toBe(7);
  await choose();
  await see('awaitingPayment');
  await kiosk.operator.record([{ type: 'stock.set', slot, count: 9, by, reason: 'counted' }]);
  const until_ms = plant.clock.now_ms() + 3000;
  await pass(() => plant.clock.now_ms() >= until_ms, 'three seconds');
  expect(stored()?.stock).toBe(7);
  await payQr();
  await see('thanks');
  expect(plant.dropped(slot)).toBe(1);
  await pass(() => stored()?.stock === 8, 'what staff counted, less the sale');
  expect(plant.violations()).toEqual([]);
});

describe('chosen at the machine', () => {
  const alwaysIdle = PLANTS.find(({ choosesAtMachine }) => choosesAtMachine) as PlantKind;
  const atQr = async () => {
    const shop = await openKiosk(alwaysIdle);
    await shop.see('attract');
    await shop.isForSale();
    await shop.choose();
    await shop.see('awaitingPayment');
    return shop;
  };

  test('a finger on the first screen opens nothing that could not be sold', async () => {
    const { kiosk, see, isForSale, pass, plant } = await openKiosk(alwaysIdle);
    await see('attract');
    await isForSale();
    kiosk.send({ do: 'start' });
    expect(kiosk.view().screen.name).toBe('attract');
    await plant.choose(alwaysIdle.slots[0]);
    await pass(() => kiosk.view().screen.name === 'awaitingPayment', 'a QR');
  });

  test.each([
    ['staff took it off sale', 'slot.disabled', 'slot.enabled'],
    ['its last vend left it in doubt', 'slot.quarantined', 'slot.released'],
  ] as const)('a slot is not sold while %s, and again when that is over', async (_, off, on) => {
    const { kiosk, plant, see, isForSale, pass } = await openKiosk(alwaysIdle);
    const [slot] = alwaysIdle.slots;
    const staff = { slot, by: '店長', reason: 'damaged' };
    await see('attract');
    await isForSale();
    await kiosk.operator.record([
      off === 'slot.disabled' ? { type: off, ...staff } : { type: off, slot, why: 'jammed', orderId: 'before' },
    ]);
    await plant.choose(slot);
    const until_ms = plant.clock.now_ms() + 10_000;
    await pass(() => kiosk.view().screen.name !== 'attract' || plant.clock.now_ms() >= until_ms, 'ten seconds');
    expect(kiosk.view().screen.name).toBe('attract');
    await kiosk.operator.record([{ type: on, slot, by: '店長' }]);
    await plant.choose(slot);
    await see('awaitingPayment');
  });

  test('the countdown is the one that ends first, and that of the machine is shorter here', async () => {
    const { kiosk, see } = await atQr();
    const { screen, now_ms } = kiosk.view();
    const left_ms = screen.name === 'awaitingPayment' ? screen.expiresAt_ms - now_ms : 0;
    // 240 s less the margins of driver and kiosk; PayPay's own code lives 300 s.
    expect(left_ms).toBeGreaterThan(220_000);
    expect(left_ms).toBeLessThanOrEqual(225_000);
    await see('codeClosed', 240_000);
    expect(kiosk.view().screen).toMatchObject({ why: 'expired' });
    kiosk.send({ do: 'newCode' });
    expect(kiosk.view().screen.name).toBe('codeClosed');
  });

  test.each([
    ['the customer gives up there', 'giveUp'],
    ['the machine starts anew', 'restartMachine'],
    ['its cable is pulled', 'cable'],
  ] as const)('%s while the QR is shown: it can not be paid any more, and the next customer is served', async (_, how) => {
    const { kiosk, plant, see, isForSale, choose, payQr, code } = await atQr();
    const { isPayable } = code();
    expect(isPayable()).toBe(true);
    if (how === 'cable') plant.connectCable(false);
    else plant[how]?.();
    await see('codeClosed');
    expect(kiosk.view().screen).toMatchObject({ why: 'cancelled' });
    expect(isPayable()).toBe(false);
    plant.connectCable(true);
    if (how === 'cable') {
      await see('attract');
      await isForSale();
    }
    await choose();
    await payQr();
    await see('thanks');
    expect(plant.dropped(alwaysIdle.slots[0])).toBe(1);
  });

  test('the next customer need not wait until the thanks have gone', async () => {
    const { plant, see, choose, payQr } = await atQr();
    await payQr();
    await see('thanks');
    await choose();
    await payQr();
    await see('thanks');
    expect(plant.dropped(alwaysIdle.slots[0])).toBe(2);
  });

  test('after a fault of the journal in the middle of a sale the next choice is served', async () => {
    const { disk, plant, see, isForSale, choose, payQr } = await atQr();
    disk.works = false;
    await payQr();
    await see('outOfService');
    disk.works = true;
    await see('attract', 400_000);
    await isForSale();
    await choose();
    await payQr();
    await see('thanks');
    expect(plant.dropped(alwaysIdle.slots[0])).toBe(1);
  });
});
