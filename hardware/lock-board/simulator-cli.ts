/** `npm run lock:simulator -- --help` */
import { actuatorControl } from '../actuator/simulator-control.ts';
import { ACTUATOR_FAULTS } from '../actuator/simulator.ts';
import { programClock, readCommandLine, runSimulator } from '../simulator/program.ts';
import { createLockSimulator } from './simulator.ts';

/** The protocol has no way to say no. */
const FAULTS = ACTUATOR_FAULTS.filter((kind) => kind !== 'refuse' && kind !== 'doubt');

const line = readCommandLine('lock:simulator', { locks: ['N', 'locks 1 to N (12)'], stock: ['N', 'behind each (10)'] }, FAULTS);
const locks = Math.min(line.number('locks', 12, 1), 50);
const simulator = createLockSimulator({ locks, stock: line.number('stock', 10), drawFault: line.faults(FAULTS) }, programClock);
await runSimulator('lock', line, 9600, simulator, actuatorControl(simulator));
