/** `npm run simulate -- --seeds N --from S [--mode sale|authorize] [--mutant NAME] [--trace]` */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { Mode } from './config.ts';
import { MUTANTS } from './mutants.ts';
import { runWorld } from './world.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    mode: { type: 'string' },
    mutant: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});
const modes: readonly Mode[] = values.mode === 'sale' || values.mode === 'authorize' ? [values.mode] : ['sale', 'authorize'];
const mutant = MUTANTS.find(({ name }) => name === values.mutant);
const seeds = Number(values.seeds);
const from = Number(values.from);
const started_ms = performance.now();
const totals = new Map<string, number>();
let orders = 0;
let crashes = 0;
let failed = 0;
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
for (const mode of modes) {
  for (let seed = from; seed < from + seeds; seed++) {
    const report = await runWorld({ seed, mode, mutant, trace: values.trace ? (line) => console.log(line) : undefined });
    orders += report.orders;
    crashes += report.crashes;
    for (const [result, n] of report.results) totals.set(result, (totals.get(result) ?? 0) + n);
    if (report.violations.length === 0) continue;
    failed += 1;
    console.log(`seed ${seed} ${mode} commit ${commit}`);
    for (const violation of report.violations) console.log(`  ${violation}`);
    if (failed >= 10) break;
  }
}
const seconds = (performance.now() - started_ms) / 1000;
const cpu = process.cpuUsage();
const cpuSeconds = (cpu.user + cpu.system) / 1e6;
console.log({ seeds, orders, crashes, failed, seconds, cpuSeconds, ordersPerCpuSecond: Math.round(orders / cpuSeconds), ordersPerSecond: Math.round(orders / seconds), ...Object.fromEntries(totals) });
