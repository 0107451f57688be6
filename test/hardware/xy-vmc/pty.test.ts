/** Each exchange of the protocol × each thing that can happen to a frame, through real ptys and the real serialport. */
import { afterAll, describe, expect, test } from 'vitest';
import type { VendingMachine } from '../../../app/ports.ts';
import { openMachine } from '../../../hardware/machine.ts';
import { COMMAND } from '../../../hardware/xy-vmc/codec.ts';
import { createVmcSimulator } from '../../../hardware/xy-vmc/simulator.ts';
import { systemClock } from '../../../main/system.ts';
import { sleep, until } from '../pty.ts';
import { silentLog } from '../silent-log.ts';
import { HAPPENINGS, openStruckPty } from '../strike.ts';
import type { Direction, Happening } from '../strike.ts';

/**
 * What a busy computer makes of an answer that is due in 100 ms; timing is judged on a virtual clock (contract.test.ts). Whether
 * every word of ours was asked for is counted here as well, by `unasked`.
 */
const LATE = /^(spoke out of turn|a command instead of the ACK)/;

/** What makes the frame of an exchange pass: a sale needs no more. */
type Cause = 'sale' | 'restart' | 'key';

/** Which frame it happens to: a command on its way to us or from us. ACKs to us are those that answer the drive command. */
const EXCHANGES: readonly (readonly [name: string, direction: Direction, command: number, cause?: Cause, options?: { command: 'buy' }])[] =
  [
    ['synchronise', 'toMachine', COMMAND.synchronise, 'restart'],
    ["the controller's synchronise", 'toKiosk', COMMAND.synchronise, 'restart'],
    ['poll interval', 'toMachine', COMMAND.pollInterval, 'restart'],
    ['machine question', 'toMachine', COMMAND.askMachine, 'restart'],
    ['machine status', 'toKiosk', COMMAND.machineStatus, 'restart'],
    ['elevator question', 'toMachine', COMMAND.askElevator, 'restart'],
    ['elevator status', 'toKiosk', COMMAND.elevatorStatus, 'restart'],
    ['check', 'toMachine', COMMAND.checkSelection],
    ['answer to check', 'toKiosk', COMMAND.selectionStatus],
    ['stock question', 'toMachine', COMMAND.menu],
    ['drive', 'toMachine', COMMAND.drive],
    ['buy', 'toMachine', COMMAND.buy, 'sale', { command: 'buy' }],
    ['ACK of the drive', 'toKiosk', COMMAND.ack],
    ['our ACK', 'toMachine', COMMAND.ack],
    ['dispensing status', 'toKiosk', COMMAND.dispensing],
    ['slot info', 'toKiosk', COMMAND.selectionInfo],
    ['key', 'toKiosk', COMMAND.select, 'key'],
    ['declined key', 'toMachine', COMMAND.select, 'key'],
    ['POLL', 'toKiosk', COMMAND.poll],
  ];

const clock = systemClock();
const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers) await close();
});

async function plant(more: { command?: 'buy' } = {}) {
  const simulator = createVmcSimulator(
    {
      slots: [
        { selection: 3, stock: 200 },
        { selection: 4, stock: 200 },
      ],
      motor_ms: 150,
      boot_ms: 100,
    },
    clock,
  );
  const frameLength = (bytes: Uint8Array) => (bytes.length >= 5 + (bytes[3] ?? 0) ? 5 + (bytes[3] ?? 0) : 0);
  /** Every frame of ours answers one of theirs, however late both are. */
  let asked = 0;
  let spoken = 0;
  let unasked = 0;
  const seen = (direction: Direction, frame: Uint8Array) => {
    if (direction === 'toMachine') spoken += 1;
    else if (frame[2] !== COMMAND.ack) asked += 1;
    unasked = Math.max(unasked, spoken - asked);
  };
  const pty = await openStruckPty(simulator, clock, { baud: 57_600, frameLength, late_ms: 130, seen });
  const options = {
    driver: 'xy-vmc',
    port: pty.path,
    baud: 57_600,
    dropSensor: true,
    elevator: true,
    vendDeadline_ms: 4000,
    padCheck: false,
    pollInterval_ms: 200,
    ...more,
  } as const;
  const machine: VendingMachine = openMachine(options, { clock, log: silentLog });
  machine.onSelection((selection) => selection.decline());
  closers.push(async () => {
    await machine.close();
    simulator.stop();
    await pty.close();
  });
  return {
    machine,
    simulator,
    plan: (direction: Direction, command: number, what: Happening) => pty.plan(direction, (frame) => frame[2] === command, what),
    dropped: () => simulator.state().slots[0]?.dropped ?? 0,
    struck: pty.struck,
    unasked: () => unasked,
  };
}

describe.concurrent('through a pty', () => {
  test.each(EXCHANGES.map(([name, direction, command, cause = 'sale', options = {}]) => ({ name, direction, command, cause, options })))(
    '$name: lost, late, doubled, corrupted, disconnected',
    async ({ direction, command, cause, options }) => {
      const { machine, simulator, plan, struck, dropped, unasked } = await plant(options);
      const ready = () => until(() => machine.state().ready, 'ready');
      // The very first one of all, where it comes by itself.
      if (command === COMMAND.synchronise && direction === 'toMachine') plan(direction, command, 'corrupted');
      await ready();
      let vends = 0;
      for (const what of HAPPENINGS) {
        const before = dropped();
        if (cause === 'restart') simulator.restart();
        plan(direction, command, what);
        if (cause === 'restart') await until(() => !machine.state().ready, 'not ready');
        if (cause === 'key') simulator.keypad(4);
        await ready();
        await machine.check('3');
        await ready();
        const outcome = await machine.vend({ vendId: `v${(vends += 1)}`, slot: '3', price_jpy: 150 }, () => undefined);
        await sleep(400);
        const fell = dropped() - before;
        const agrees = outcome.outcome === 'succeeded' ? fell === 1 : outcome.outcome === 'failed' ? fell === 0 : fell <= 1;
        expect({ what, outcome, fell, agrees }).toMatchObject({ agrees: true });
        // Only a lost port may leave anything open; whatever else happens to a frame is mended by the exchange.
        if (what !== 'disconnect') expect({ what, outcome }).toMatchObject({ outcome: { outcome: 'succeeded' } });
        await until(struck, `${what} happens`, 5000);
        await ready();
      }
      expect(simulator.state().violations.filter((what) => !LATE.test(what))).toEqual([]);
      expect(simulator.state().counters.drives).toBeLessThanOrEqual(vends);
      expect(unasked()).toBe(0);
    },
    60_000,
  );
});
