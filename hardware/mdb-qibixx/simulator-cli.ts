/** `npm run mdb:simulator -- --tcp PORT | --pty PATH [--control PORT] [--slots N] [--stock N] [--price YEN | --prices YEN,YEN…]` */
import { programClock, readCommandLine, runSimulator } from '../simulator/program.ts';
import { qibixxControl } from './simulator-control.ts';
import { createQibixxSimulator } from './simulator.ts';

const given = readCommandLine(['slots', 'stock', 'price', 'prices']);
const prices = given.prices?.split(',').map(Number) ?? [];
const slots = Array.from({ length: Math.min(Number(given.slots ?? 20), 200) }, (_, i) => ({
  item: i + 1,
  price: prices[i] ?? Number(given.price ?? 150),
  stock: Number(given.stock ?? 10),
}));
const simulator = createQibixxSimulator({ slots }, programClock);
await runSimulator('mdb', given, 115_200, simulator, qibixxControl(simulator));
