/** The machine of `polled-machine.ts`, a computer of its own as a real one is. Arguments: its end of the serial line, and its one slot. */
import { standAt } from '../../hardware/simulator/stand.ts';
import { programClock } from '../../hardware/simulator/program.ts';
import { serialPort } from '../../hardware/transport/serial.ts';
import type { Wire } from '../../hardware/transport/wire.ts';
import { COMMAND } from '../../hardware/xy-vmc/codec.ts';
import { createVmcSimulator } from '../../hardware/xy-vmc/simulator.ts';
import type { Polls } from './polled-machine.ts';

const [line = '', slot] = process.argv.slice(2);
const selection = Number(slot);
const simulator = createVmcSimulator({ slots: [{ selection, stock: 250 }], pollInterval_ms: 20, motor_ms: 100 }, programClock);
let answers_ms: number[] = [];
let polledAt_ms = 0;

standAt(serialPort(line, 57_600), programClock, {
  attach(wire: Wire) {
    const events = simulator.attach({
      ...wire,
      write(bytes) {
        if (bytes[2] === COMMAND.poll) polledAt_ms = performance.now();
        wire.write(bytes);
      },
    });
    return {
      ...events,
      data(bytes) {
        if (polledAt_ms > 0) answers_ms.push(performance.now() - polledAt_ms);
        polledAt_ms = 0;
        events.data(bytes);
      },
    };
  },
});

const orders: Readonly<Record<string, () => void>> = {
  forget: () => (answers_ms = []),
  refill: () => simulator.stock(selection, 250),
  report: () => process.send?.({ answers_ms, late: simulator.state().counters.lateAnswers } satisfies Polls),
};
process.on('message', (order: string) => orders[order]?.());
process.on('disconnect', () => process.exit(0));
