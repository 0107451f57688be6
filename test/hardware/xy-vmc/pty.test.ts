/** Each exchange of the protocol × each thing that can happen to a frame, through real ptys and the real serialport. */
import { afterAll, describe, expect, test } from 'vitest';
import type { VendingMachine } from '../../../app/ports.ts';
import { openMachine } from '../../../hardware/machine.ts';
import { standAt } from '../../../hardware/simulator/stand.ts';
import { serialPort } from '../../../hardware/transport/serial.ts';
import type { Wire } from '../../../hardware/transport/wire.ts';
import { COMMAND } from '../../../hardware/xy-vmc/codec.ts';
import { createVmcSimulator } from '../../../hardware/xy-vmc/simulator.ts';
import { systemClock } from '../../../main/system.ts';
import { openPtyPair, sleep, until } from '../pty.ts';
import { silentLog } from '../silent-log.ts';

/** What a busy computer makes of an answer that is due in 100 ms; timing is judged on a virtual clock (contract.test.ts). */
const LATE = /^(spoke out of turn|a command instead of the ACK)/;

type Happening = 'lost' | 'late' | 'doubled' | 'corrupted' | 'disconnect';
const HAPPENINGS: readonly Happening[] = ['lost', 'late', 'doubled', 'corrupted', 'disconnect'];

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
  const pty = await openPtyPair();
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
  let planned: { direction: string; command: number; what: Happening } | null = null;
  const strike = (direction: string, bytes: Uint8Array, pass: (bytes: Uint8Array) => void) => {
    if (planned?.direction !== direction || planned.command !== bytes[2]) return pass(bytes);
    const { what } = planned;
    planned = null;
    if (what === 'lost') return;
    if (what === 'late') return void setTimeout(() => pass(bytes), 130);
    if (what === 'corrupted') return pass(bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 0x10 : byte)));
    pass(bytes);
    if (what === 'doubled') return pass(bytes);
    void pty.pull().then(async () => {
      await sleep(200);
      await pty.plug();
    });
  };
  const stand = standAt(serialPort(pty.b, 57_600), clock, {
    attach: (wire: Wire) => {
      const events = simulator.attach({ ...wire, write: (bytes) => strike('toKiosk', bytes, wire.write) });
      return { ...events, data: (bytes) => strike('toMachine', bytes, events.data) };
    },
  });
  const options = {
    driver: 'xy-vmc',
    port: pty.a,
    baud: 57_600,
    dropSensor: true,
    elevator: false,
    vendDeadline_ms: 4000,
    padCheck: false,
  } as const;
  const machine: VendingMachine = openMachine(options, { clock, log: silentLog });
  closers.push(async () => {
    await machine.close();
    stand.close();
    simulator.stop();
    await pty.close();
  });
  return {
    machine,
    simulator,
    plan: (direction: string, command: number, what: Happening) => (planned = { direction, command, what }),
    dropped: () => simulator.state().slots[0]?.dropped ?? 0,
    /** Whether what was planned has happened. */
    struck: () => planned === null,
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
