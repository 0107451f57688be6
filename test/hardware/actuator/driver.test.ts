/** Boards: what they can prove with a sensor, and what not without one. */
import { describe, expect, test } from 'vitest';
import { createActuator } from '../../../hardware/actuator/driver.ts';
import { lockBoard } from '../../../hardware/lock-board/board.ts';
import { createLockSimulator } from '../../../hardware/lock-board/simulator.ts';
import { modbusRelayBoard } from '../../../hardware/modbus-relay/board.ts';
import { createRelaySimulator } from '../../../hardware/modbus-relay/simulator.ts';
import type { ActuatorSimulator } from '../../../hardware/actuator/simulator.ts';
import { standAt } from '../../../hardware/simulator/stand.ts';
import { memoryCable } from '../../../hardware/transport/memory.ts';
import { lock, modbusRelay, when } from '../plants.ts';
import { silentLog } from '../silent-log.ts';
import { createVirtualClock } from '../virtual-clock.ts';

/** A board at the far end of a line on which something else is heard of each question, whether the board has power or not. */
function onLine(driver: 'modbus-relay' | 'lock-board', heard: (question: Uint8Array) => Uint8Array | null) {
  const clock = createVirtualClock();
  const cable = memoryCable();
  const relay = { unit: 1, pulse_ms: 500, sensorDeadline_ms: 2000, slots: { '1': { relay: 1, activeLow: false } } };
  const lock = { board: 1, openState: '00', sensor: false, sensorDeadline_ms: 2000, channels: { '1': 1 } } as const;
  const simulator: ActuatorSimulator =
    driver === 'modbus-relay' ? createRelaySimulator({ relays: 4 }, clock) : createLockSimulator({ locks: 4 }, clock);
  standAt(cable.b, clock, {
    attach: (wire) => {
      const board = simulator.attach(wire);
      const data = (bytes: Uint8Array) => {
        const noise = heard(bytes);
        if (noise) wire.write(noise);
        board.data(bytes);
      };
      return { ...board, data };
    },
  });
  const machine = createActuator(
    cable.a,
    relay,
    (inquiry) => (driver === 'modbus-relay' ? modbusRelayBoard(relay, inquiry) : lockBoard(lock, inquiry)),
    { clock, log: silentLog },
  );
  const vend = () => clock.until(machine.vend({ vendId: 'v1', slot: '1', price_jpy: 1 }, () => undefined));
  return { clock, simulator, machine, vend };
}

describe.each(['modbus-relay', 'lock-board'] as const)('%s: the board, not the line', (driver) => {
  test('a line that is never silent does not stand for a board: without its answers nothing is sold', async () => {
    const { clock, simulator, machine, vend } = onLine(driver, () => Uint8Array.of(0xff));
    await clock.until(when(machine, () => machine.state().ready));
    simulator.cable(false);
    await clock.advance(6000);
    expect(machine.state()).toMatchObject({ ready: false, reasons: ['disconnected'] });
    expect(await vend()).toMatchObject({ outcome: 'failed', why: 'notSent' });
    simulator.cable(true);
    await clock.advance(3000);
    expect(machine.state()).toMatchObject({ ready: true });
  });
  test.each([true, false])(
    'an adapter that echoes would confirm what no board did: never ready (board with power: %s)',
    async (powered) => {
      const { clock, simulator, machine, vend } = onLine(driver, (question) => question);
      simulator.cable(powered);
      await clock.advance(10_000);
      expect(machine.state()).toMatchObject({ ready: false, reasons: ['starting'] });
      expect(machine.diagnostics().trouble).toContain('echo');
      expect(await vend()).toMatchObject({ outcome: 'failed', why: 'notSent' });
      expect(simulator.state().commands).toEqual([]);
    },
  );
  test('a board that loses its power to an echo: not ready at its next question', async () => {
    let echoes = false;
    const { clock, simulator, machine } = onLine(driver, (question) => (echoes ? question : null));
    await clock.until(when(machine, () => machine.state().ready));
    echoes = true;
    simulator.cable(false);
    await clock.advance(2000);
    expect(machine.state()).toMatchObject({ ready: false, reasons: ['starting'] });
    echoes = false;
    simulator.cable(true);
    await clock.advance(3000);
    expect(machine.state()).toMatchObject({ ready: true });
    expect(machine.diagnostics().trouble).toBeUndefined();
  });
});

async function blind(pulse_ms = 500) {
  const clock = createVirtualClock();
  const cable = memoryCable();
  const simulator = createRelaySimulator({ relays: 4, stock: 9, travel_ms: 100 }, clock);
  standAt(cable.b, clock, simulator);
  const options = { unit: 1, pulse_ms, sensorDeadline_ms: 2000, slots: { '1': { relay: 1, activeLow: false } } };
  const machine = createActuator(cable.a, options, (inquiry) => modbusRelayBoard(options, inquiry), {
    clock,
    log: silentLog,
  });
  await clock.until(when(machine, () => machine.state().ready));
  const vend = (vendId: string) => clock.until(machine.vend({ vendId, slot: '1', price_jpy: 1 }, () => undefined));
  return { clock, simulator, machine, vend };
}

test.each([
  ['a minute', 60_000, { evidence: 'delivered' }],
  ['half an hour', 1_800_000, { evidence: 'none', likely: 'delivered' }],
])('a door that stands open %s after the vend was asked for', async (_, away_ms, expected) => {
  const clock = createVirtualClock();
  const cable = memoryCable();
  standAt(cable.b, clock, createLockSimulator({ locks: 2, seen_ms: 3_600_000 }, clock));
  const options = { board: 1, openState: '00', sensor: true, sensorDeadline_ms: 5000, channels: { A: 1 } } as const;
  const start = () => createActuator(cable.a, options, (inquiry) => lockBoard(options, inquiry), { clock, log: silentLog });
  const machine = start();
  await clock.until(when(machine, () => machine.state().ready));
  expect(await clock.until(machine.check('A'))).toEqual({ ready: true });
  const mark = machine.mark('A');
  void machine.vend({ vendId: 'v1', slot: 'A', price_jpy: 1 }, () => undefined);
  await clock.advance(1000);
  await machine.close();
  await clock.advance(away_ms);
  const reborn = start();
  await clock.until(when(reborn, () => reborn.state().ready));
  // After a while staff may have opened it.
  expect(await clock.until(reborn.evidence({ vendId: 'v1', slot: 'A', mark }))).toMatchObject(expected);
});

describe('without a sensor', () => {
  test('a confirmed pulse is actuated, never delivered', async () => {
    const { vend, simulator } = await blind();
    expect(await vend('v1')).toEqual({ outcome: 'succeeded', proof: 'actuated' });
    expect(simulator.state().commands).toEqual(['1 500']);
  });
  test('two pulses of one relay never run together', async () => {
    const { vend, simulator } = await blind();
    await vend('v1');
    await vend('v2');
    expect(simulator.state()).toMatchObject({ violations: [], commands: ['1 500', '1 500'] });
  });
  test('a lost answer: the closed relay is the proof', async () => {
    const { vend, simulator } = await blind();
    simulator.fault({ kind: 'lostReply', channel: 1, times: 1 });
    expect(await vend('v1')).toEqual({ outcome: 'succeeded', proof: 'actuated' });
  });
  test('no answer and an open relay: unknown, and not tried again', async () => {
    const { clock, vend, simulator } = await blind();
    simulator.fault({ kind: 'deaf', channel: 1, times: 1 });
    expect(await vend('v1')).toMatchObject({ outcome: 'unknown', likely: 'none' });
    await clock.advance(30_000);
    expect(simulator.state().commands).toEqual([]);
  });
  test('a sensor that sees something before anything moved proves nothing: not sent', async () => {
    const clock = createVirtualClock();
    const cable = memoryCable();
    // A door that stays open for longer than anybody waits.
    const simulator = createLockSimulator({ locks: 2, seen_ms: 60_000 }, clock);
    standAt(cable.b, clock, simulator);
    const options = { board: 1, openState: '00', sensor: true, sensorDeadline_ms: 5000, channels: { A: 1 } } as const;
    const machine = createActuator(cable.a, options, (inquiry) => lockBoard(options, inquiry), {
      clock,
      log: silentLog,
    });
    await clock.until(when(machine, () => machine.state().ready));
    const vend = (vendId: string) => clock.until(machine.vend({ vendId, slot: 'A', price_jpy: 1 }, () => undefined));
    expect(await vend('v1')).toEqual({ outcome: 'succeeded', proof: 'dropSensor' });
    expect(await vend('v2')).toMatchObject({ outcome: 'failed', why: 'notSent' });
    expect(await clock.until(machine.check('A'))).toEqual({ ready: false, reason: 'jammed' });
    expect(simulator.state().commands).toHaveLength(1);
    // Closed at last: for sale again without anybody's help.
    await clock.advance(60_000);
    expect(machine.state().slots.get('A')?.state).toBe('ready');
  });
  test('a refusal is certain', async () => {
    const { vend, simulator } = await blind();
    simulator.fault({ kind: 'refuse', channel: 1, times: 1 });
    expect(await vend('v1')).toMatchObject({ outcome: 'failed', why: 'notSent' });
  });
  test('a board that failed while it acted has refused nothing: its relay is asked', async () => {
    const { vend, simulator } = await blind();
    simulator.fault({ kind: 'doubt', channel: 1, times: 1 });
    expect(await vend('v1')).toEqual({ outcome: 'succeeded', proof: 'actuated' });
  });
  test('a pulse of ten seconds does not look like a pulled cable', async () => {
    const { vend, machine, simulator } = await blind(10_000);
    expect(await vend('v1')).toEqual({ outcome: 'succeeded', proof: 'actuated' });
    expect(await vend('v2')).toEqual({ outcome: 'succeeded', proof: 'actuated' });
    expect(simulator.state().violations).toEqual([]);
    expect(machine.diagnostics().counters.reconnects).toBe(0);
  });
});

describe.each([modbusRelay, lock])('$name, with a sensor', ({ build, slots: [slot] }) => {
  test.each([1500, 4200, 60_000])('a cable that was out for %i ms while the goods fell: nobody knows', async (out_ms) => {
    const plant = build();
    await plant.whenReady();
    plant.fault('pullAfterReply', slot, out_ms);
    const outcome = await plant.clock.until(plant.machine.vend({ vendId: 'v1', slot, price_jpy: 1 }, () => undefined));
    expect({ outcome, fell: plant.dropped(slot) }).toMatchObject({ outcome: { outcome: 'unknown' }, fell: 1 });
  });
  test('a look that found no answer is repeated', async () => {
    const plant = build();
    await plant.whenReady();
    plant.connectCable(false);
    expect(await plant.clock.until(plant.machine.check(slot))).toEqual({ ready: false, reason: 'unknown' });
    plant.connectCable(true);
    await plant.clock.advance(3000);
    expect(plant.machine.state().slots.get(slot)?.state).toBe('ready');
  });
  test('what the sensor saw of one vend is no evidence for the next', async () => {
    const plant = build();
    await plant.whenReady();
    await plant.clock.until(plant.machine.vend({ vendId: 'v1', slot, price_jpy: 1 }, () => undefined));
    const mark = plant.machine.mark(slot);
    await plant.machine.close();
    const reborn = plant.restartKiosk();
    await plant.whenReady(reborn);
    expect(await plant.clock.until(reborn.evidence({ vendId: 'v2', slot, mark }))).toMatchObject({ evidence: 'none' });
  });
});
