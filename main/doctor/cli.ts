/** `npm run doctor` */
import path from 'node:path';
import { jsonLog, systemClock, systemIds } from '../system.ts';
import { runDoctor } from './doctor.ts';

const clock = systemClock();
process.exitCode = await runDoctor(process.argv.slice(2), {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  env: process.env,
  clock,
  ids: systemIds(clock),
  // What the drivers and PayPay's client log is said in doctor's own words.
  log: jsonLog(clock, () => {}),
  root: path.resolve(import.meta.dirname, '../..'),
});
