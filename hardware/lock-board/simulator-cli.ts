/** `npm run lock:simulator -- --tcp PORT | --pty PATH [--control PORT] [--locks N] [--stock N]` */
import { actuatorControl } from '../actuator/simulator-control.ts';
import { programClock, readCommandLine, runSimulator } from '../simulator/program.ts';
import { createLockSimulator } from './simulator.ts';

const given = readCommandLine(['locks', 'stock']);
const simulator = createLockSimulator({ locks: Math.min(Number(given.locks ?? 12), 50), stock: Number(given.stock ?? 10) }, programClock);
await runSimulator('lock', given, 9600, simulator, actuatorControl(simulator));
