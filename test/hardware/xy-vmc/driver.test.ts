/** The driver against the simulated controller, over a cable in memory, on a virtual clock: every fault, and what the kiosk is told. */
import { describe, expect, test } from 'vitest';
import type { Log, MachineSelection, VendingMachine, VendOutcome, VendProgress } from '../../../app/ports.ts';
import { readNotice } from '../../../hardware/xy-vmc/notices.ts';
import { since_ms } from '../../../hardware/xy-vmc/evidence.ts';
import { dispensing } from '../../../hardware/xy-vmc/status.ts';
import { createXyVmc } from '../../../hardware/xy-vmc/driver.ts';
import type { XyVmcOptions } from '../../../hardware/xy-vmc/options.ts';
import { createVmcSimulator } from '../../../hardware/xy-vmc/simulator.ts';
import type { FaultKind, VmcSimulator, VmcSimulatorOptions } from '../../../hardware/xy-vmc/simulator-types.ts';
import { standAt } from '../../../hardware/simulator/stand.ts';
import { memoryCable } from '../../../hardware/transport/memory.ts';
import { when } from '../plants.ts';
import { silentLog } from '../silent-log.ts';
import { createVirtualClock } from '../virtual-clock.ts';

const OPTIONS = { dropSensor: true, elevator: false, vendDeadline_ms: 45_000, padCheck: false } as const;

async function plant(
  simulated: Partial<VmcSimulatorOptions> = {},
  more: Partial<XyVmcOptions> = {},
  log: Log = silentLog,
  cable = memoryCable(),
) {
  const clock = createVirtualClock();
  const slots = Array.from({ length: 10 }, (_, i) => ({ selection: i + 1, stock: 5 }));
  const simulator = createVmcSimulator({ slots, ...simulated }, clock);
  standAt(cable.b, clock, simulator);
  const start = () => createXyVmc(cable.a, { ...OPTIONS, ...more }, { clock, log });
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
    // The status shows that the command arrived: its lost ACK asks for no repetition.
    if (kind === 'lostAck') expect(simulator.state().counters.resentToUs).toBe(0);
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

describe('a controller that asks slowly and hears badly', () => {
  test.each([1, 2, 3, 4, 5])('deaf %i times: nothing falls after the outcome was given', async (times) => {
    const { clock, whenReady, vend, dropped, simulator } = await plant({ pollInterval_ms: 2000 }, { vendDeadline_ms: 5000 });
    await whenReady();
    await vend('v0', '5');
    await clock.advance(10_000);
    simulator.fault({ kind: 'deaf', selection: 3, times });
    expect((await vend('v1')).outcome).toEqual({ outcome: 'succeeded', proof: 'dropSensor' });
    expect(dropped()).toBe(1);
  });
  test('never heard: the outcome comes when no frame can leave any more', async () => {
    const { clock, whenReady, vend, dropped, simulator } = await plant({ pollInterval_ms: 2000 }, { vendDeadline_ms: 5000 });
    await whenReady();
    simulator.fault({ kind: 'deaf', selection: 3, times: 6 });
    expect((await vend('v1')).outcome).toMatchObject({ outcome: 'unknown' });
    await clock.advance(60_000);
    expect([dropped(), simulator.state().counters.drives]).toEqual([0, 0]);
  });
});

test('POLLs that pile up on their way and come together: one answer, and the command leaves once', async () => {
  let piling = false;
  let piled: Uint8Array[] = [];
  const written: Uint8Array[] = [];
  const cable = memoryCable((from, bytes) => {
    if (from === 'a') written.push(bytes);
    if (from === 'a' || (!piling && piled.length === 0)) return bytes;
    piled.push(bytes);
    if (piling) return null;
    const together = Buffer.concat(piled);
    piled = [];
    return together;
  });
  const { clock, machine, simulator, whenReady } = await plant({}, {}, silentLog, cable);
  await whenReady();
  await clock.advance(2000);
  piling = true;
  const vend = machine.vend({ vendId: 'v1', slot: '3', price_jpy: 150 }, () => undefined);
  await clock.advance(1000);
  written.length = 0;
  piling = false;
  await clock.advance(200);
  expect(written.map((bytes) => bytes[2])).toEqual([0x06]);
  expect(await clock.until(vend)).toEqual({ outcome: 'succeeded', proof: 'dropSensor' });
  expect(simulator.state()).toMatchObject({ violations: [], counters: { drives: 1, resentToUs: 0 } });
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
    const { clock, machine, start, whenReady, vend, simulator, dropped } = await plant({ motor_ms: 10_000 });
    await whenReady();
    // The controller is known to count, so an unchanged stock would be proof, were the motor not running.
    await vend('v0', '5');
    await clock.advance(2000);
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

describe('a count is evidence of one vend, and only for as long as it can be this one', () => {
  /** The kiosk dies before the command leaves; `happens` while nobody listens, and it is back after a while. */
  const asked = async (away_ms: number, happens: (simulator: VmcSimulator) => void) => {
    const { clock, machine, start, whenReady, vend, simulator } = await plant();
    await whenReady();
    // The controller is known to count.
    await vend('v0', '5');
    await clock.advance(2000);
    const mark = machine.mark('3');
    await machine.close();
    await clock.advance(1000);
    happens(simulator);
    await clock.advance(away_ms);
    const reborn = start();
    await whenReady(reborn);
    return clock.until(reborn.evidence({ vendId: 'v1', slot: '3', mark }));
  };
  const HOUR_MS = 3_600_000;
  test('one less, a minute later: delivered', async () => {
    expect(await asked(60_000, (simulator) => simulator.stock(3, 4))).toMatchObject({ evidence: 'delivered' });
  });
  test('three less: goods were sold to others, perhaps not to this customer', async () => {
    expect(await asked(60_000, (simulator) => simulator.stock(3, 2))).toMatchObject({ evidence: 'none', likely: 'delivered' });
  });
  test('one less, an hour later: perhaps sold to somebody else for cash', async () => {
    expect(await asked(HOUR_MS, (simulator) => simulator.stock(3, 4))).toMatchObject({ evidence: 'none', likely: 'delivered' });
  });
  test('the same, an hour later: perhaps filled up again', async () => {
    expect(await asked(HOUR_MS, () => undefined)).toMatchObject({ evidence: 'none', likely: 'notDelivered' });
  });
  test('paused, an hour later: perhaps by staff', async () => {
    expect(await asked(HOUR_MS, (simulator) => simulator.pause(3, true))).toMatchObject({ evidence: 'none', likely: 'notDelivered' });
  });
  test('the computer has restarted since: nobody knows how long ago it was', async () => {
    const { clock, start, whenReady, machine, simulator } = await plant();
    await whenReady();
    const mark = { ...machine.mark('3'), monotonic_ms: 5_000_000 };
    await machine.close();
    simulator.stock(3, 4);
    const reborn = start();
    expect(await clock.until(reborn.evidence({ vendId: 'v1', slot: '3', mark }))).toMatchObject({ evidence: 'none', likely: 'delivered' });
  });
});

describe('a clock that was set while the kiosk was away', () => {
  const mark = { stock: 5, state: 'ready', counts: true, at_ms: 100_000, monotonic_ms: 1000 } as const;
  test.each([
    ['both clocks went on', 130_000, 31_000, 30_000],
    ['the wall clock was set forward', 3_700_000, 31_000, 0],
    ['the wall clock was set back', 50_000, 31_000, 0],
    ['the computer restarted', 130_000, 12_000, 0],
  ])('%s', (_, wall_ms, monotonic_ms, passed_ms) => {
    expect(since_ms(mark, { now_ms: () => wall_ms, monotonic_ms: () => monotonic_ms })).toBe(passed_ms);
  });
});

describe('stock is never older than the last vend', () => {
  test('a stock told while the motor ran is forgotten', async () => {
    const { machine, whenReady, vend, dropped } = await plant({ motor_ms: 3000 });
    await whenReady();
    await vend('v0');
    await vend('v1');
    expect(dropped()).toBe(2);
    expect([null, 3]).toContain(machine.mark('3')['stock']);
  });

  test('a controller that tells no stock and lost the status: nothing speaks for either', async () => {
    const { machine, whenReady, vend, dropped, simulator } = await plant({ answersMenu: false });
    await whenReady();
    simulator.fault({ kind: 'lostStatus', selection: 3, times: 1 });
    expect((await vend('v1')).outcome).toMatchObject({ outcome: 'unknown', likely: 'none' });
    expect(dropped()).toBe(1);
    expect(machine.mark('3')['stock']).toBeNull();
  });
});

describe('what the shop configures', () => {
  test('buy: the controller sells by its own settings', async () => {
    const { whenReady, vend, simulator } = await plant({}, { command: 'buy' });
    await whenReady();
    expect((await vend('v1')).outcome).toEqual({ outcome: 'succeeded', proof: 'machine' });
    expect(simulator.state().drives[0]?.frame).toMatch(/^FA FB 03 03/);
    expect(simulator.state().violations).toEqual([]);
  });

  test.each([
    ['out of stock', (simulator: VmcSimulator) => simulator.stock(3, 0), 'empty'],
    ['paused', (simulator: VmcSimulator) => simulator.pause(3, true), 'notSent'],
  ] as const)('buy, refused as %s: failed at once', async (_, change, why) => {
    const { clock, whenReady, vend, simulator } = await plant({}, { command: 'buy' });
    await whenReady();
    change(simulator);
    const begun_ms = clock.monotonic_ms();
    expect((await vend('v1')).outcome).toMatchObject({ outcome: 'failed', why });
    expect(clock.monotonic_ms() - begun_ms).toBeLessThan(2000);
    expect(simulator.state().counters.drives).toBe(0);
  });

  test('no drop sensor: a success is only actuated', async () => {
    const { whenReady, vend, simulator } = await plant({}, { dropSensor: false });
    await whenReady();
    expect((await vend('v1')).outcome).toEqual({ outcome: 'succeeded', proof: 'actuated' });
    expect(simulator.state().drives).toMatchObject([{ dropSensor: false }]);
  });

  test('elevator: its steps are told', async () => {
    const { whenReady, vend, simulator } = await plant({}, { elevator: true });
    await whenReady();
    expect((await vend('v1')).progress).toEqual(['sent', 'accepted', 'moving', 'elevator']);
    expect(simulator.state().drives).toMatchObject([{ elevator: true }]);
  });

  test('a warm meal: each step restarts the deadline', async () => {
    const { whenReady, vend, simulator } = await plant({ motor_ms: 90_000 }, { vendDeadline_ms: 15_000 });
    await whenReady();
    simulator.fault({ kind: 'microwave', selection: 3, times: 1 });
    const { outcome, progress } = await vend('v1');
    expect(outcome).toEqual({ outcome: 'succeeded', proof: 'dropSensor' });
    expect(progress).toEqual(expect.arrayContaining(['elevator', 'delivering', 'heating']));
  });

  test('poll interval: asked of the controller', async () => {
    const { clock, whenReady, simulator } = await plant({ pollInterval_ms: 1000 }, { pollInterval_ms: 200 });
    await whenReady();
    await clock.advance(1000);
    const { polls } = simulator.state().counters;
    await clock.advance(10_000);
    expect(simulator.state().counters.polls - polls).toBeGreaterThan(40);
    expect(simulator.state().violations).toEqual([]);
  });

  test('padded check and other names for selections', async () => {
    const { clock, machine, whenReady, vend, dropped, simulator } = await plant({}, { padCheck: true, selections: { 'A-1': 7 } });
    await whenReady();
    expect(await clock.until(machine.check('A-1'))).toEqual({ ready: true });
    expect((await vend('v1', 'A-1')).outcome.outcome).toBe('succeeded');
    expect(dropped(7)).toBe(1);
    expect([...machine.state().slots.keys()]).toContain('A-1');
    expect(await clock.until(machine.check('01'))).toEqual({ ready: false, reason: 'missing' });
    expect(simulator.state().violations).toEqual([]);
  });
});

describe('what the machine says by itself', () => {
  test('the door: no sales while it is open, and none in between', async () => {
    const { clock, machine, whenReady, vend, simulator } = await plant();
    await whenReady();
    await vend('v0');
    await clock.advance(2000);
    simulator.door(true);
    expect((await vend('v1')).outcome).toMatchObject({ outcome: 'failed', why: 'notSent' });
    await clock.advance(6000);
    expect(machine.state().reasons).toEqual(['doorOpen']);
    expect(await clock.until(machine.check('3'))).toEqual({ ready: false, reason: 'doorOpen' });
    simulator.door(false);
    await clock.advance(6000);
    expect(machine.state().ready).toBe(true);
  });

  test('stock, pause, empty and jam of a slot', async () => {
    const { clock, machine, whenReady, simulator } = await plant();
    await whenReady();
    const slot = () => machine.state().slots.get('3');
    simulator.stock(3, 9);
    await clock.advance(1000);
    expect(slot()).toEqual({ state: 'ready', stock: 9, capacity: 10 });
    simulator.pause(3, true);
    await clock.advance(1000);
    expect(slot()?.state).toBe('paused');
    simulator.stock(3, 0);
    await clock.advance(2000);
    expect(slot()).toMatchObject({ state: 'empty', stock: 0 });
    expect(await clock.until(machine.check('3'))).toEqual({ ready: false, reason: 'empty' });
    simulator.stock(3, 4);
    await clock.advance(1000);
    expect(slot()?.state).toBe('ready');
  });

  test('what keeps a slot off sale is asked for again: nobody else asks for a slot that is not for sale', async () => {
    const { clock, machine, whenReady, vend, simulator } = await plant({ tellsChanges: false });
    await whenReady();
    await clock.advance(3000);
    const states = () => ['3', '4', '5'].map((slot) => machine.state().slots.get(slot)?.state);
    simulator.fault({ kind: 'jam', selection: 3, times: 1 });
    expect((await vend('v1', '3')).outcome).toMatchObject({ outcome: 'failed', why: 'jam' });
    simulator.pause(4, true);
    simulator.stock(5, 0);
    for (const slot of ['4', '5']) await clock.until(machine.check(slot));
    expect(states()).toEqual(['jammed', 'paused', 'empty']);
    await clock.advance(60_000);
    expect(states()).toEqual(['jammed', 'paused', 'empty']);
    // Cleared at the machine, one after the other.
    simulator.stock(5, 4);
    await clock.advance(16_000);
    expect(states()).toEqual(['jammed', 'paused', 'ready']);
    for (const selection of [3, 4]) simulator.pause(selection, false);
    await clock.advance(11_000);
    expect(states()).toEqual(['ready', 'ready', 'ready']);
    expect((await vend('v2', '3')).outcome).toMatchObject({ outcome: 'succeeded' });
    expect(simulator.state().violations).toEqual([]);
  });

  test.each([
    ['a cooling fault', { temperature: true }, 'temperature'],
    ['a product left in the elevator', { elevator: 1 }, 'productInOutlet'],
    ['the delivery door', { elevator: 2 }, 'doorOpen'],
    ['an elevator fault', { elevator: 3 }, 'elevator'],
    ['an elevator that checks itself', { elevator: 4 }, 'elevator'],
  ] as const)('%s: nothing is sold while it lasts', async (_, trouble, reason) => {
    const { clock, machine, whenReady, vend, simulator } = await plant({}, { elevator: true });
    await whenReady();
    await clock.advance(6000);
    expect(machine.state().ready).toBe(true);
    simulator.trouble(trouble);
    await clock.advance(6000);
    expect(machine.state()).toMatchObject({ ready: false, reasons: [reason] });
    expect(await clock.until(machine.check('3'))).toEqual({ ready: false, reason });
    expect((await vend('v1')).outcome).toMatchObject({ outcome: 'failed', why: 'notSent' });
    expect(simulator.state().counters.drives).toBe(0);
    simulator.trouble({ temperature: false, elevator: 0 });
    await clock.advance(6000);
    expect(machine.state().ready).toBe(true);
  });

  test('a cooling fault of a machine without cooling stops nothing', async () => {
    const { clock, machine, whenReady, simulator } = await plant({}, { temperatureStops: false });
    await whenReady();
    simulator.trouble({ temperature: true });
    await clock.advance(6000);
    expect(machine.state().ready).toBe(true);
  });

  test('the service menu: nothing is sold until somebody chooses again, the machine starts anew, or five minutes have passed', async () => {
    const { clock, machine, whenReady, simulator } = await plant();
    await whenReady();
    const leaves: readonly (() => void | Promise<void>)[] = [
      () => simulator.keypad(0),
      () => simulator.restart(),
      () => clock.advance(300_000),
    ];
    for (const leave of leaves) {
      simulator.menu();
      await clock.advance(1000);
      expect(machine.state()).toMatchObject({ ready: false, reasons: ['serviceMenu'] });
      await clock.advance(200_000);
      expect(machine.state().ready).toBe(false);
      await leave();
      await clock.advance(10_000);
      expect(machine.state().ready).toBe(true);
    }
  });

  test('fully loaded: every slot holds what it can', async () => {
    const { clock, machine, whenReady, simulator } = await plant();
    await whenReady();
    simulator.stock(3, 0);
    await clock.advance(3000);
    expect(machine.state().slots.get('3')).toMatchObject({ state: 'empty', stock: 0 });
    simulator.filled();
    await clock.advance(1000);
    expect(machine.state().slots.get('3')).toEqual({ state: 'ready', stock: 10, capacity: 10 });
  });

  test('what staff set at the machine: one selection, all of them, a tray', async () => {
    const { clock, machine, whenReady, simulator } = await plant();
    await whenReady();
    await clock.advance(3000);
    const slot = (name: string) => machine.state().slots.get(name);
    simulator.set({ what: 'stock', address: 3, value: 9 });
    simulator.set({ what: 'capacity', address: 3, value: 12 });
    simulator.set({ what: 'price', address: 3, value: 130 });
    simulator.set({ what: 'product', address: 3, value: 7 });
    await clock.advance(2000);
    expect(slot('3')).toEqual({ state: 'ready', stock: 9, capacity: 12 });
    expect(slot('4')).toEqual({ state: 'ready', stock: 5, capacity: 10 });
    simulator.set({ what: 'stock', address: 0, value: 6 });
    await clock.advance(1000);
    expect([slot('3')?.stock, slot('4')?.stock]).toEqual([6, 6]);
    // Which selections stand on a tray is not said, so no stock is known any more.
    simulator.set({ what: 'stock', address: 1002, value: 1 });
    await clock.advance(1000);
    expect([slot('3')?.stock, slot('4')?.stock]).toEqual([undefined, undefined]);
  });

  test('a second key takes nothing from the first; only the cancel key does', async () => {
    const { clock, machine, whenReady, simulator } = await plant();
    const chosen: MachineSelection[] = [];
    const withdrawn: string[] = [];
    machine.onSelection((selection) => {
      chosen.push(selection);
      void selection.withdrawn?.then(() => withdrawn.push(selection.slot));
    });
    await whenReady();
    simulator.keypad(5);
    simulator.keypad(6);
    await clock.advance(1000);
    // As the kiosk does: it serves the first.
    chosen[1]?.decline();
    await clock.advance(1000);
    expect([chosen.map(({ slot }) => slot), withdrawn]).toEqual([['5', '6'], ['6']]);
    simulator.keypad(0);
    await clock.advance(1000);
    expect(withdrawn).toEqual(['6', '5']);
  });

  test('a choice whose vend was asked for is not waited for any more', async () => {
    const { clock, machine, whenReady, vend, simulator } = await plant();
    const chosen: MachineSelection[] = [];
    machine.onSelection((selection) => chosen.push(selection));
    await whenReady();
    simulator.keypad(5);
    await clock.advance(1000);
    expect((await vend('v1', '5')).outcome.outcome).toBe('succeeded');
    await clock.until(chosen[0]?.withdrawn as Promise<void>);
  });

  test('the keypad: chosen, withdrawn, declined', async () => {
    const { clock, machine, whenReady, simulator } = await plant();
    const chosen: MachineSelection[] = [];
    machine.onSelection((selection) => chosen.push(selection));
    await whenReady();
    simulator.keypad(5);
    await clock.advance(1000);
    expect(chosen).toMatchObject([{ slot: '5' }]);
    simulator.keypad(0);
    await clock.until(chosen[0]?.withdrawn as Promise<void>);
    chosen[0]?.decline();
    await clock.advance(1000);
    expect(simulator.state().violations).toEqual([]);
  });
});

test('notices are written down in words', () => {
  expect(readNotice(0x21, Uint8Array.of(1, 0, 0, 3, 0xe8))).toEqual({ event: 'vmc.money', fields: { kind: 'bill', amount: 1000 } });
  expect(readNotice(0x23, Uint8Array.of(0, 0, 0, 100))).toEqual({ event: 'vmc.credit', fields: { amount: 100 } });
  expect(readNotice(0x63, new Uint8Array(0))).toEqual({ event: 'vmc.menuCalled', fields: {} });
  expect(readNotice(0x24, Uint8Array.from(Buffer.from('HELLO           \0\x01')))).toEqual({
    event: 'vmc.display',
    fields: { text: 'HELLO' },
  });
  expect(readNotice(0x71, Uint8Array.of(0x42))).toBeNull();
  expect(readNotice(0x99, Uint8Array.of(0xab))).toEqual({ event: 'vmc.notice', fields: { command: 0x99, text: 'ab' } });
});

test('every status of the document means something, and no other one ends a vend', () => {
  const ends = Array.from({ length: 256 }, (_, status) => [status, dispensing(status).means] as const);
  const of = (means: string) => ends.filter(([, told]) => told === means).map(([status]) => status);
  expect(of('delivered')).toEqual([0x02, 0x24]);
  expect(of('terminated')).toEqual([0xff]);
  expect(of('progress')).toEqual([0x01, 0x10, 0x11, 0x14, 0x16, 0x18, 0x19, 0x21, 0x22, 0x23, 0x26]);
  expect(of('failed')).toEqual([0x03, 0x04, 0x06, 0x07, 0x12, 0x13, 0x15, 0x17, 0x20, 0x25, 0x28, 0x29, 0x30, 0x31, 0x32]);
});
