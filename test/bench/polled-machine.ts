/** A VMC machine at the far end of a serial line, and how soon each of its POLLs is answered. */
import { openMachine } from '../../hardware/machine.ts';
import { standAt } from '../../hardware/simulator/stand.ts';
import { serialPort } from '../../hardware/transport/serial.ts';
import type { Wire } from '../../hardware/transport/wire.ts';
import { COMMAND } from '../../hardware/xy-vmc/codec.ts';
import { createVmcSimulator } from '../../hardware/xy-vmc/simulator.ts';
import type { Clock, Journal } from '../../app/ports.ts';
import { when } from '../hardware/plants.ts';
import { openPtyPair } from '../hardware/pty.ts';
import { silentLog } from '../hardware/silent-log.ts';
import { orderRows, soldEvents } from '../main/journal/rows.ts';

const SLOT = 3;

export async function openPolledMachine(clock: Clock) {
  const pty = await openPtyPair();
  const simulator = createVmcSimulator({ slots: [{ selection: SLOT, stock: 250 }], pollInterval_ms: 20, motor_ms: 100 }, clock);
  const answers_ms: number[] = [];
  let polledAt_ms = 0;
  const stand = standAt(serialPort(pty.b, 57_600), clock, {
    attach: (wire: Wire) => {
      const events = simulator.attach({
        ...wire,
        write: (bytes) => {
          if (bytes[2] === COMMAND.poll) polledAt_ms = performance.now();
          wire.write(bytes);
        },
      });
      return {
        ...events,
        data: (bytes) => {
          if (polledAt_ms > 0) answers_ms.push(performance.now() - polledAt_ms);
          polledAt_ms = 0;
          events.data(bytes);
        },
      };
    },
  });
  const options = {
    driver: 'xy-vmc',
    port: pty.a,
    baud: 57_600,
    dropSensor: true,
    elevator: false,
    vendDeadline_ms: 8000,
    padCheck: false,
  } as const;
  const machine = openMachine(options, { clock, log: silentLog });
  const ready = () => when(machine, () => machine.state().ready);
  await ready();
  return {
    pty,
    machine,
    simulator,
    ready,
    /** Filled as the machine polls. */
    answers_ms,
    /** One sale: the machine moves a unit out, the journal keeps every step. */
    async sell(orderId: string, journal: Journal): Promise<void> {
      simulator.stock(SLOT, 250);
      await machine.check(String(SLOT));
      await machine.vend({ vendId: `v-${orderId}`, slot: String(SLOT), price_jpy: 150 }, () => undefined);
      for (const row of orderRows(orderId, soldEvents(orderId))) await journal.append([row]);
    },
    async close(): Promise<void> {
      await machine.close();
      stand.close();
      simulator.stop();
      await pty.close();
    },
  };
}
