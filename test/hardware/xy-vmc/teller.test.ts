/** What the shop tells the controller of its slots, over a cable in memory, on a virtual clock: it arrives, and no vend and no evidence suffers. */
import { describe, expect, test } from 'vitest';
import type { VendingMachine } from '../../../app/ports.ts';
import { createXyVmc } from '../../../hardware/xy-vmc/driver.ts';
import { createVmcSimulator } from '../../../hardware/xy-vmc/simulator.ts';
import type { VmcSimulatorOptions } from '../../../hardware/xy-vmc/simulator-types.ts';
import { standAt } from '../../../hardware/simulator/stand.ts';
import { memoryCable } from '../../../hardware/transport/memory.ts';
import { when } from '../plants.ts';
import { silentLog } from '../silent-log.ts';
import { createVirtualClock } from '../virtual-clock.ts';

const OPTIONS = { dropSensor: true, elevator: false, vendDeadline_ms: 45_000, padCheck: false } as const;
const SETTINGS = { price_jpy: 180, capacity: 12, stock: 9 };
const STORED = { price: 180, capacity: 12, stock: 9 };

async function plant(simulated: Partial<VmcSimulatorOptions> = {}) {
  const clock = createVirtualClock();
  const cable = memoryCable();
  const slots = Array.from({ length: 10 }, (_, i) => ({ selection: i + 1, stock: 5 }));
  const simulator = createVmcSimulator({ slots, ...simulated }, clock);
  standAt(cable.b, clock, simulator);
  const logged: string[] = [];
  const log = { ...silentLog, warn: (event: string) => void logged.push(event), info: (event: string) => void logged.push(event) };
  const start = () => createXyVmc(cable.a, { ...OPTIONS, syncSettings: true }, { clock, log });
  const machine = start();
  const whenReady = (which: VendingMachine = machine) => clock.until(when(which, () => which.state().ready));
  await whenReady();
  // Every selection has been told by now.
  await clock.advance(3000);
  const vend = (vendId: string, slot = '3') => machine.vend({ vendId, slot, price_jpy: 150 }, () => undefined);
  const stored = (slot = 3) => simulator.state().slots.find(({ selection }) => selection === slot);
  const sent = () => logged.filter((event) => event === 'vmc.told').length;
  return { clock, simulator, machine, start, whenReady, vend, stored, sent, logged };
}

describe('told', () => {
  test('the controller takes it, and tells its stock again before it is evidence', async () => {
    const { clock, machine, simulator, stored, sent } = await plant();
    expect(machine.mark('3')['stock']).toBe(5);
    machine.tell?.('3', SETTINGS);
    expect(machine.mark('3')['stock']).toBeNull();
    await clock.advance(3000);
    expect(stored()).toMatchObject(STORED);
    expect(machine.mark('3')['stock']).toBe(9);
    expect(machine.state().slots.get('3')).toEqual({ state: 'ready', stock: 9, capacity: 12 });
    // What it has already is not told once more.
    machine.tell?.('3', SETTINGS);
    await clock.advance(3000);
    expect(sent()).toBe(3);
    expect(simulator.state().violations).toEqual([]);
  });

  test('an empty selection that was filled sells again', async () => {
    const { clock, machine, simulator } = await plant();
    simulator.stock(3, 0);
    await clock.advance(3000);
    expect(machine.state().slots.get('3')?.state).toBe('empty');
    machine.tell?.('3', { stock: 5 });
    await clock.advance(3000);
    expect(machine.state().slots.get('3')).toMatchObject({ state: 'ready', stock: 5 });
  });

  test('more than the protocol can say is not told', async () => {
    const { clock, machine, stored, logged } = await plant();
    machine.tell?.('3', { capacity: 256, price_jpy: 200 });
    await clock.advance(3000);
    expect(stored()).toMatchObject({ price: 200, capacity: 10 });
    expect(logged).toContain('vmc.notTold');
  });

  test.each(['cable', 'restart'] as const)('%s: what was under way is told when the controller is back, the newest of it', async (how) => {
    const { clock, machine, simulator, whenReady, stored } = await plant();
    for (let slot = 1; slot <= 10; slot += 1) machine.tell?.(String(slot), SETTINGS);
    await clock.advance(500);
    if (how === 'restart') simulator.restart();
    else simulator.cable(false);
    await clock.advance(5000);
    machine.tell?.('10', { price_jpy: 210 });
    simulator.cable(true);
    await whenReady();
    await clock.advance(20_000);
    for (let slot = 1; slot <= 9; slot += 1) expect(stored(slot)).toMatchObject(STORED);
    expect(stored(10)).toMatchObject({ ...STORED, price: 210 });
    expect(machine.mark('3')['stock']).toBe(9);
    expect(simulator.state().violations).toEqual([]);
  });
});

describe('a vend', () => {
  test.each([0, 100, 250, 400, 700])('asked for %i ms after many settings is done before the rest of them', async (wait_ms) => {
    const { clock, machine, simulator, vend, stored } = await plant();
    for (let slot = 1; slot <= 10; slot += 1) machine.tell?.(String(slot), { price_jpy: 180, stock: 9, capacity: 12 });
    await clock.advance(wait_ms);
    const begun_ms = clock.monotonic_ms();
    expect(await clock.until(vend('v1', '9'))).toEqual({ outcome: 'succeeded', proof: 'dropSensor' });
    expect(clock.monotonic_ms() - begun_ms).toBeLessThan(3000);
    await clock.advance(20_000);
    expect(simulator.state().drives).toHaveLength(1);
    // The simulator takes no setting while a motor runs.
    expect(simulator.state().violations).toEqual([]);
    expect(stored(8)).toMatchObject(STORED);
    // Its stock was counted before this vend.
    expect(stored(9)).toMatchObject({ price: 180, capacity: 12, stock: 4 });
  });

  test('of a slot that was filled just before: an unchanged number does not say that nothing came out', async () => {
    const { clock, machine, start, vend, stored } = await plant();
    // It is known to count.
    await clock.until(vend('v0', '5'));
    await clock.advance(2000);
    machine.tell?.('3', { stock: 6 });
    // Until the journal has the mark, the setting leaves.
    const mark = machine.mark('3');
    await clock.advance(300);
    expect(stored()?.stock).toBe(6);
    void vend('v1');
    await clock.advance(600);
    await machine.close();
    await clock.advance(20_000);
    const reborn = start();
    expect(stored()).toMatchObject({ dropped: 1, stock: 5 });
    const found = await clock.until(reborn.evidence({ vendId: 'v1', slot: '3', mark }));
    expect(found.evidence).not.toBe('notDelivered');
  });

  test('of a slot that was counted lower just before: a smaller number does not say that something came out', async () => {
    const { clock, machine, simulator, start, vend, stored } = await plant();
    machine.tell?.('3', { stock: 2 });
    const mark = machine.mark('3');
    await clock.advance(300);
    simulator.fault({ kind: 'terminated', selection: 3, times: 1 });
    void vend('v1');
    await clock.advance(600);
    await machine.close();
    await clock.advance(20_000);
    const reborn = start();
    expect(stored()).toMatchObject({ dropped: 0, stock: 2 });
    expect(await clock.until(reborn.evidence({ vendId: 'v1', slot: '3', mark }))).toMatchObject({ evidence: 'none' });
  });

  test('later is judged by what the controller told after the filling', async () => {
    const { clock, machine, simulator, vend } = await plant();
    machine.tell?.('3', { stock: 8 });
    await clock.advance(2000);
    simulator.fault({ kind: 'lostStatus', selection: 3, times: 1 });
    expect(await clock.until(vend('v1'))).toEqual({ outcome: 'succeeded', proof: 'machine' });
  });
});

describe('firmware that knows no settings', () => {
  test('acknowledges and does nothing: its own stock is what counts', async () => {
    const { clock, machine, stored } = await plant({ settings: 'ignored' });
    machine.tell?.('3', SETTINGS);
    await clock.advance(3000);
    expect(stored()).toMatchObject({ stock: 5 });
    expect(machine.mark('3')['stock']).toBe(5);
  });

  test('and tells no stock either: nothing is evidence until it says something', async () => {
    const { clock, machine } = await plant({ settings: 'ignored', answersMenu: false });
    machine.tell?.('3', { stock: 9 });
    await clock.advance(10_000);
    expect(machine.mark('3')['stock']).toBeNull();
  });

  test('does not answer: each kind is tried once, and selling goes on', async () => {
    const { clock, machine, simulator, vend, logged } = await plant({ settings: 'unheard' });
    for (let slot = 1; slot <= 10; slot += 1) machine.tell?.(String(slot), SETTINGS);
    await clock.advance(30_000);
    expect(logged.filter((event) => event === 'vmc.notTold')).toHaveLength(3);
    expect(machine.mark('3')['stock']).toBe(5);
    expect(await clock.until(vend('v1'))).toEqual({ outcome: 'succeeded', proof: 'dropSensor' });
    expect(simulator.state().violations).toEqual([]);
  });
});

test('without syncSettings a controller is told nothing', () => {
  const clock = createVirtualClock();
  const machine = createXyVmc(memoryCable().a, OPTIONS, { clock, log: silentLog });
  expect(machine.tell).toBeUndefined();
});
