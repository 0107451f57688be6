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

/** What a busy computer makes of an answer that is due in 100 ms; timing is judged on a virtual clock (contract.test.ts). */
const LATE = /^(spoke out of turn|a command instead of the ACK)/;

/** Which frame it happens to: a command on its way to us or from us. ACKs are those that answer the drive command. */
const EXCHANGES = [
  ['synchronise', 'toMachine', COMMAND.synchronise],
  ['check', 'toMachine', COMMAND.checkSelection],
  ['answer to check', 'toKiosk', COMMAND.selectionStatus],
  ['stock question', 'toMachine', COMMAND.menu],
  ['drive', 'toMachine', COMMAND.drive],
  ['ACK of the drive', 'toKiosk', COMMAND.ack],
  ['dispensing status', 'toKiosk', COMMAND.dispensing],
  ['slot info', 'toKiosk', COMMAND.selectionInfo],
  ['POLL', 'toKiosk', COMMAND.poll],
] as const;

const clock = systemClock();
const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers) await close();
});

async function plant() {
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
  const pty = await openStruckPty(simulator, clock, { baud: 57_600, frameLength, late_ms: 130 });
  const options = {
    driver: 'xy-vmc',
    port: pty.path,
    baud: 57_600,
    dropSensor: true,
    elevator: false,
    vendDeadline_ms: 4000,
    padCheck: false,
  } as const;
  const machine: VendingMachine = openMachine(options, { clock, log: silentLog });
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
  };
}

describe.concurrent('through a pty', () => {
  test.each(EXCHANGES)(
    '%s: lost, late, doubled, corrupted, disconnected',
    async (_, direction, command) => {
      const { machine, simulator, plan, struck, dropped } = await plant();
      const ready = () => until(() => machine.state().ready, 'ready');
      if (command === COMMAND.synchronise) plan(direction, command, 'corrupted');
      await ready();
      let vends = 0;
      for (const what of HAPPENINGS) {
        const before = dropped();
        if (command === COMMAND.synchronise) simulator.restart();
        plan(direction, command, what);
        if (command === COMMAND.synchronise) await until(() => !machine.state().ready, 'not ready');
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
    },
    60_000,
  );
});
