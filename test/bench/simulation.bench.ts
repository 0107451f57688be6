/** The simulation: how many orders one core lives through in a second, and that none of them broke a promise. */
import { runWorld } from '../simulation/world.ts';
import { atMost, type Row } from './row.ts';

/** The compiler goes on learning for so many worlds. */
const WARM_UP = 12_000;
const WINDOWS = 8;
const BAR = 1_500;

/** @param seeds worlds in one window */
export default async function bench(seeds = 500, warmUp = WARM_UP): Promise<Row[]> {
  let [best, orders, violations, seed] = [0, 0, 0, 1];
  for (let window = 0; window <= WINDOWS; window++) {
    const cpu = process.cpuUsage();
    let count = 0;
    for (const last = seed + (window === 0 ? warmUp : seeds); seed < last; seed++) {
      const report = await runWorld({ seed, mode: seed % 2 === 0 ? 'sale' : 'authorize' });
      count += report.orders;
      violations += report.violations.length;
    }
    orders += count;
    // Processor time, and the best of several windows: what the code takes, not what else this computer does.
    const { user, system } = process.cpuUsage(cpu);
    if (window > 0) best = Math.max(best, count / ((user + system) / 1e6));
  }
  return [
    { name: 'simulation: orders on one core', value: best, unit: '1/s', bar: `≥ ${BAR}`, ok: best >= BAR },
    atMost(`simulation: broken promises in ${orders} orders`, violations, '', 0),
  ];
}
