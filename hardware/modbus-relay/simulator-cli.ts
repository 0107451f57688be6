/** `npm run relay:simulator -- --tcp PORT | --pty PATH [--control PORT] [--relays N] [--stock N]` */
import { actuatorControl } from '../actuator/simulator-control.ts';
import { programClock, readCommandLine, runSimulator } from '../simulator/program.ts';
import { createRelaySimulator } from './simulator.ts';

const given = readCommandLine(['relays', 'stock']);
const simulator = createRelaySimulator({ relays: Math.min(Number(given.relays ?? 8), 64), stock: Number(given.stock ?? 10) }, programClock);
await runSimulator('relay', given, 9600, simulator, actuatorControl(simulator));
