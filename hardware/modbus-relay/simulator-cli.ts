/** `npm run relay:simulator -- --help` */
import { actuatorControl } from '../actuator/simulator-control.ts';
import { ACTUATOR_FAULTS } from '../actuator/simulator.ts';
import { programClock, readCommandLine, runSimulator } from '../simulator/program.ts';
import { createRelaySimulator } from './simulator.ts';

const line = readCommandLine(
  'relay:simulator',
  { relays: ['N', 'relays 0 to N-1, each with an input (8)'], stock: ['N', 'behind each (10)'] },
  ACTUATOR_FAULTS,
);
const relays = Math.min(line.number('relays', 8, 1), 64);
const simulator = createRelaySimulator({ relays, stock: line.number('stock', 10), drawFault: line.faults(ACTUATOR_FAULTS) }, programClock);
await runSimulator('relay', line, 9600, simulator, actuatorControl(simulator));
