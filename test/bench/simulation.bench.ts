/** The simulation: how many orders one core lives through in a second, and that none of them broke a promise. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../e2e/program.ts';
import { atMost, type Row } from './row.ts';

const BAR = 1_500;

interface Report {
  readonly orders: number;
  readonly failures: number;
  /** Of processor time, the compiler's and the collector's included. */
  readonly perSecond: number;
}

/** As `npm run simulate` runs it, from its first world on. @param seeds worlds in each mode */
export default function bench(seeds = 15_000): Promise<Row[]> {
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const reports = ['sale', 'authorize'].map((mode): Report => {
    const [, ...args] = `${scripts['simulate']} --json --seeds ${seeds} --mode ${mode}`.split(' ');
    return JSON.parse(execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })) as Report;
  });
  const slowest = Math.min(...reports.map(({ perSecond }) => perSecond));
  const sum = (of: (report: Report) => number) => reports.reduce((total, report) => total + of(report), 0);
  return Promise.resolve([
    { name: 'simulation: orders on one core, the slower mode', value: slowest, unit: '1/s', bar: `≥ ${BAR}`, ok: slowest >= BAR },
    atMost(
      `simulation: broken promises in ${sum(({ orders }) => orders)} orders`,
      sum(({ failures }) => failures),
      '',
      0,
    ),
  ]);
}
