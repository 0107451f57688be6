/** `npm run vmc:simulator -- --help` */
import { programClock, readCommandLine, runSimulator } from '../simulator/program.ts';
import { vmcControl } from './simulator-control.ts';
import { FAULTS } from './simulator-types.ts';
import { createVmcSimulator } from './simulator.ts';

const line = readCommandLine(
  'vmc:simulator',
  {
    slots: ['N', 'selections 1 to N (60)'],
    stock: ['N', 'in each (5)'],
    poll: ['MS', 'how often it polls (200)'],
    motor: ['MS', 'how long a motor turns (1500)'],
  },
  FAULTS,
);
const stock = Math.min(line.number('stock', 5), 255);
const slots = Array.from({ length: Math.min(line.number('slots', 60), 999) }, (_, i) => ({
  selection: i + 1,
  stock,
  capacity: Math.max(10, stock),
}));
const [pollInterval_ms, motor_ms] = [line.number('poll', 200, 20), line.number('motor', 1500, 10)];
const simulator = createVmcSimulator({ slots, pollInterval_ms, motor_ms, drawFault: line.faults(FAULTS) }, programClock);
await runSimulator('vmc', line, 57_600, simulator, vmcControl(simulator));
