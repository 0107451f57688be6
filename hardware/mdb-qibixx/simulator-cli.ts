/** `npm run mdb:simulator -- --help` */
import { programClock, readCommandLine, runSimulator } from '../simulator/program.ts';
import { qibixxControl } from './simulator-control.ts';
import { createQibixxSimulator, MDB_FAULTS } from './simulator.ts';

const line = readCommandLine(
  'mdb:simulator',
  {
    slots: ['N', 'items 1 to N (20)'],
    stock: ['N', 'of each (10)'],
    price: ['YEN', 'of all (150)'],
    prices: ['YEN,YEN…', 'of the first, the second …'],
  },
  MDB_FAULTS,
);
const price = line.number('price', 150, 1);
const prices = line.text('prices')?.split(',').map(Number) ?? [];
if (!prices.every((yen) => Number.isInteger(yen) && yen > 0)) line.quit(`--prices: found "${line.text('prices')}", allowed: YEN,YEN…`);
const stock = line.number('stock', 10);
const slots = Array.from({ length: Math.min(line.number('slots', 20), 200) }, (_, i) => ({
  item: i + 1,
  price: prices[i] ?? price,
  stock,
}));
const simulator = createQibixxSimulator({ slots, drawFault: line.faults(MDB_FAULTS) }, programClock);
await runSimulator('mdb', line, 115_200, simulator, qibixxControl(simulator));
