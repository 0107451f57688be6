/** The driver against the simulated controller, over a cable in memory, on a virtual clock: every fault, and what the kiosk is told. */
import { describe, expect, test } from 'vitest';
import type { VendingMachine, VendOutcome, VendProgress } from '../../../app/ports.ts';
import { createXyVmc } from '../../../hardware/xy-vmc/driver.ts';
import { createVmcSimulator } from '../../../hardware/xy-vmc/simulator.ts';
import type { FaultKind, VmcSimulatorOptions } from '../../../hardware/xy-vmc/simulator-types.ts';
import { standAt } from '../../../hardware/simulator/stand.ts';
import { memoryCable } from '../../../hardware/transport/memory.ts';
import { when } from '../plants.ts';
import { silentLog } from '../silent-log.ts';
import { createVirtualClock } from '../virtual-clock.ts';

const OPTIONS = { dropSensor: true, elevator: false, vendDeadline_ms: 45_000, padCheck: false } as const;

async function plant(simulated: Partial<VmcSimulatorOptions> = {}) {
  const clock = createVirtualClock();
  const cable = memoryCable();
  const slots = Array.from({ length: 10 }, (_, i) => ({ selection: i + 1, stock: 5 }));
  const simulator = createVmcSimulator({ slots, ...simulated }, clock);
  standAt(cable.b, clock, simulator);
  const start = () => createXyVmc(cable.a, OPTIONS, { clock, log: silentLog });
  const machine = start();
  const whenReady = (which: VendingMachine = machine) => clock.until(when(which, () => which.state().ready));
  const vend = async (vendId: string, slot = '3', which: VendingMachine = machine) => {
    const progress: VendProgress[] = [];
    const outcome = await clock.until(which.vend({ vendId, slot, price_jpy: 150 }, (step) => progress.push(step)));
    return { outcome, progress };
  };
  const dropped = (slot = 3) => simulator.state().slots.find(({ selection }) => selection === slot)?.dropped;
  return { clock, cable, simulator, machine, start, whenReady, vend, dropped };
}

describe('a sale', () => {
  test('check, mark, vend: the product falls once and the frame is the documented one', async () => {
    const { clock, machine, simulator, whenReady, vend, dropped } = await plant();
    expect(machine.state()).toMatchObject({ ready: false, reasons: ['disconnected'] });
    await whenReady();
    expect(await clock.until(machine.check('3'))).toEqual({ ready: true });
    const { outcome, progress } = await vend('v1');
    expect(outcome).toEqual({ outcome: 'succeeded', proof: 'dropSensor' });
    expect(progress).toEqual(['sent', 'accepted', 'moving']);
    expect(dropped()).toBe(1);
    await clock.advance(2000);
    expect(simulator.state()).toMatchObject({ violations: [], drives: [{ dropSensor: true, elevator: false, result: 2 }] });
    expect(machine.state().slots.get('3')).toMatchObject({ state: 'ready', stock: 4 });
  });

  test('a known vendId gets its first answer and nothing is sent', async () => {
    const { whenReady, vend, dropped, simulator } = await plant();
    await whenReady();
    const first = await vend('v1');
    expect((await vend('v1')).outcome).toEqual(first.outcome);
    expect(dropped()).toBe(1);
    expect(simulator.state().counters.drives).toBe(1);
  });

  test('a second vend while one runs is not sent', async () => {
    const { clock, machine, whenReady, simulator } = await plant();
    await whenReady();
    const first = machine.vend({ vendId: 'v1', slot: '1', price_jpy: 1 }, () => undefined);
    const second = machine.vend({ vendId: 'v2', slot: '2', price_jpy: 1 }, () => undefined);
    expect(await clock.until(second)).toMatchObject({ outcome: 'failed', why: 'notSent' });
    expect(await clock.until(first)).toMatchObject({ outcome: 'succeeded' });
    expect(simulator.state().counters.drives).toBe(1);
  });
});

describe('each fault', () => {
  const cases: readonly [FaultKind, Partial<VendOutcome> & Record<string, unknown>, number][] = [
    ['jam', { outcome: 'failed', why: 'jam' }, 0],
    ['empty', { outcome: 'failed', why: 'jam' }, 0],
    ['slow', { outcome: 'succeeded', proof: 'dropSensor' }, 1],
    ['motor', { outcome: 'failed', why: 'motor' }, 0],
    ['motorMissing', { outcome: 'failed', why: 'motor' }, 0],
    ['elevatorUp', { outcome: 'failed', why: 'elevator' }, 0],
    ['strangeStatus', { outcome: 'succeeded', proof: 'dropSensor' }, 1],
    ['boxSuccess', { outcome: 'succeeded', proof: 'dropSensor' }, 1],
    ['lostAck', { outcome: 'succeeded', proof: 'dropSensor' }, 1],
    ['deaf', { outcome: 'succeeded', proof: 'dropSensor' }, 1],
    ['lostStatus', { outcome: 'succeeded', proof: 'machine' }, 1],
    ['duplicateStatus', { outcome: 'succeeded', proof: 'dropSensor' }, 1],
    ['lateStatus', { outcome: 'succeeded', proof: 'dropSensor' }, 1],
    ['corrupt', { outcome: 'succeeded', proof: 'dropSensor' }, 1],
    ['garbage', { outcome: 'succeeded', proof: 'dropSensor' }, 1],
  ];
  test.each(cases)('%s', async (kind, expected, drops) => {
    const { whenReady, vend, dropped, simulator } = await plant();
    await whenReady();
    simulator.fault({ kind, selection: 3, times: 1 });
    expect((await vend('v1')).outcome).toMatchObject(expected);
    expect(dropped()).toBe(drops);
    // Whatever happened, the next sale works and never gets an old answer.
    expect((await vend('v2', '4')).outcome).toEqual({ outcome: 'succeeded', proof: 'dropSensor' });
    expect(dropped(4)).toBe(1);
    expect(simulator.state().violations).toEqual([]);
  });

  test('terminated: the stock of a controller that counts tells that nothing fell', async () => {
    const { clock, whenReady, vend, simulator } = await plant();
    await whenReady();
    await vend('v0');
    await clock.advance(2000);
    simulator.fault({ kind: 'terminated', selection: 3, times: 1 });
    expect((await vend('v1')).outcome).toMatchObject({ outcome: 'failed', why: 'notSent' });
  });

  test('terminated: without a count that is known to work the outcome is unknown', async () => {
    const { whenReady, vend, simulator } = await plant({ countsStock: false });
    await whenReady();
    simulator.fault({ kind: 'terminated', selection: 3, times: 1 });
    expect((await vend('v1')).outcome).toMatchObject({ outcome: 'unknown', likely: 'notDelivered' });
  });

  test('a controller that never hears the command: unknown after the deadline, and nothing is sent afterwards', async () => {
    const { clock, whenReady, vend, dropped, simulator } = await plant({ countsStock: false });
    await whenReady();
    simulator.fault({ kind: 'deaf', selection: 3, times: 6 });
    expect((await vend('v1')).outcome).toMatchObject({ outcome: 'unknown' });
    await clock.advance(60_000);
    expect(simulator.state().counters.drives).toBe(0);
    expect(dropped()).toBe(0);
  });
});

describe('the cable', () => {
  test('pulled before the vend: not sent', async () => {
    const { clock, whenReady, vend, simulator, machine } = await plant();
    await whenReady();
    simulator.cable(false);
    const early = await vend('v1');
    expect(early.outcome).toMatchObject({ outcome: 'failed', why: 'notSent' });
    await clock.advance(3000);
    expect(machine.state().reasons).toEqual(['disconnected']);
    simulator.cable(true);
    const back = clock.monotonic_ms();
    await whenReady();
    expect(clock.monotonic_ms() - back).toBeLessThanOrEqual(3000);
    expect(simulator.state().counters.drives).toBe(0);
  });

  test.each(['pullBeforeAck', 'pullMidVend', 'restartMidVend'] as const)(
    '%s: the goods are counted once, and the answer agrees',
    async (kind) => {
      const { clock, whenReady, vend, dropped, simulator } = await plant();
      await whenReady();
      await vend('v0');
      await clock.advance(2000);
      simulator.fault({ kind, selection: 3, times: 1, for_ms: 8000 });
      const { outcome } = await vend('v1');
      expect(outcome).toMatchObject(
        kind === 'restartMidVend' ? { outcome: 'failed', why: 'notSent' } : { outcome: 'succeeded', proof: 'machine' },
      );
      expect(dropped()).toBe(kind === 'restartMidVend' ? 1 : 2);
      expect(simulator.state().counters.drives).toBe(2);
      expect(simulator.state().violations).toEqual([]);
    },
  );

  test('never back: unknown', async () => {
    const { clock, whenReady, vend, simulator } = await plant();
    await whenReady();
    simulator.fault({ kind: 'pullMidVend', selection: 3, times: 1 });
    const begun = clock.monotonic_ms();
    expect((await vend('v1')).outcome).toMatchObject({ outcome: 'unknown', likely: 'none' });
    expect(clock.monotonic_ms() - begun).toBeLessThanOrEqual(60_000);
  });
});

describe('after a restart of the kiosk', () => {
  test.each([
    ['delivered while nobody listened', null, { evidence: 'delivered' }],
    ['jammed while nobody listened', 'jam', { evidence: 'notDelivered' }],
  ] as const)('%s', async (_, kind, expected) => {
    const { clock, machine, start, whenReady, simulator } = await plant();
    await whenReady();
    if (kind) simulator.fault({ kind, selection: 3, times: 1 });
    const mark = machine.mark('3');
    void machine.vend({ vendId: 'v1', slot: '3', price_jpy: 150 }, () => undefined);
    await clock.advance(500);
    await machine.close();
    await clock.advance(20_000);
    const reborn = start();
    expect(await clock.until(reborn.evidence({ vendId: 'v1', slot: '3', mark }))).toMatchObject(expected);
    expect(simulator.state().counters.drives).toBe(1);
  });

  test('still turning when the kiosk is back: its status is waited for', async () => {
    const { clock, machine, start, whenReady, simulator, dropped } = await plant({ motor_ms: 10_000 });
    await whenReady();
    const mark = machine.mark('3');
    void machine.vend({ vendId: 'v1', slot: '3', price_jpy: 150 }, () => undefined);
    await clock.advance(1000);
    await machine.close();
    const reborn = start();
    expect(await clock.until(reborn.evidence({ vendId: 'v1', slot: '3', mark }))).toMatchObject({ evidence: 'delivered' });
    expect(dropped()).toBe(1);
    expect(simulator.state().violations).toEqual([]);
  });

  test('never sent: a controller that counts says not delivered, one that may not count says none', async () => {
    const { clock, machine, start, whenReady, vend } = await plant();
    await whenReady();
    const unproven = machine.mark('3');
    await vend('v0', '5');
    await clock.advance(2000);
    const mark = machine.mark('3');
    await machine.close();
    await clock.advance(1000);
    const reborn = start();
    expect(await clock.until(reborn.evidence({ vendId: 'v1', slot: '3', mark }))).toMatchObject({ evidence: 'notDelivered' });
    expect(await clock.until(reborn.evidence({ vendId: 'v1', slot: '3', mark: unproven }))).toMatchObject({
      evidence: 'none',
      likely: 'notDelivered',
    });
  });
});
