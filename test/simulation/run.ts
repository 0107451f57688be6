/**
 * `npm run simulate -- --seeds N --from S [--mode sale|authorize] [--mutant NAME] [--trace]` runs worlds and stops at
 * the tenth that broke a promise; `npm run simulate -- --mutants` looks for every mutant. Exit code 1: a promise was
 * broken, or a mutant survived.
 */
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Mode } from './config.ts';
import { MUTANTS, modesOfMutant } from './mutants.ts';
import { command, commit } from './reproduce.ts';
import { type Mutant, runWorld } from './world.ts';

const MOST_FAILURES = 10;
const REPORT_EVERY_ms = 30_000;

const USAGE = `usage: jihanki simulate [--seeds N] [--from S] [--mode sale|authorize|both] [--mutant NAME] [--trace] [--json]
       jihanki simulate --mutants

examples:
  jihanki simulate --seeds 1000
  jihanki simulate --seeds 1 --from 4711 --mode sale --trace

exit codes: 0 every promise was kept, 1 one was broken, or a mutant survived, 2 not understood`;

/** What was typed is not understood. */
function usage(problem: string): never {
  console.error(`${problem}\n\n${USAGE}`);
  process.exit(2);
}

function read() {
  try {
    return parseArgs({
      options: {
        seeds: { type: 'string' },
        from: { type: 'string', default: '1' },
        mode: { type: 'string', default: 'both' },
        mutant: { type: 'string' },
        mutants: { type: 'boolean', default: false },
        trace: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return usage((error as Error).message);
  }
}

const values = read();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  return usage(`--${name} ${text}: a whole number is wanted`);
}

function modesOf(text: string): readonly Mode[] {
  if (text === 'both') return ['sale', 'authorize'];
  if (text === 'sale' || text === 'authorize') return [text];
  return usage(`--mode ${text}: sale, authorize or both`);
}

function mutantOf(name: string | undefined): Mutant | undefined {
  const found = MUTANTS.find((mutant) => mutant.name === name);
  if (name === undefined || found) return found;
  return usage(`--mutant ${name}: one of ${MUTANTS.map((mutant) => mutant.name).join(', ')}`);
}

async function simulate(mode: Mode, from: number, seeds: number, mutant: Mutant | undefined): Promise<boolean> {
  const started_ms = performance.now();
  const cpu = process.cpuUsage();
  const results = new Map<string, number>();
  let [orders, crashes, failures, reported_ms, seed] = [0, 0, 0, started_ms, from];
  const report = () => {
    const used = process.cpuUsage(cpu);
    const perSecond = Math.round(orders / ((used.user + used.system) / 1e6));
    const counts = [...results].map(([result, count]) => `${count} ${result}`).join(', ');
    if (values.json)
      return console.log(
        JSON.stringify({ mode, seeds: seed - from, orders, results: Object.fromEntries(results), crashes, failures, perSecond }),
      );
    console.log(
      `${mode}: ${seed - from} seeds, ${orders} orders (${counts}), ${crashes} crashes, ${failures} violated, ` +
        `${((performance.now() - started_ms) / 1000).toFixed(1)} s, ${perSecond} orders a second of one core`,
    );
  };
  process.once('uncaughtException', (error) => {
    console.error(`seed ${seed}: ${error.stack ?? error.message}\n  ${command(seed, mode, mutant)}`);
    process.exit(1);
  });
  for (; seed < from + seeds && failures < MOST_FAILURES; seed++) {
    const world = await runWorld({ seed, mode, mutant, trace: values.trace ? (line) => console.log(line) : undefined });
    orders += world.orders;
    crashes += world.crashes;
    for (const [result, count] of world.results) results.set(result, (results.get(result) ?? 0) + count);
    if (world.violations.length > 0) {
      failures += 1;
      console.log(`seed ${seed} at commit ${commit()}: ${world.violations.join('\n  ')}\n  ${command(seed, mode, mutant)}`);
    }
    if (performance.now() - reported_ms < REPORT_EVERY_ms) continue;
    reported_ms = performance.now();
    if (!values.json) report();
    await setImmediate();
  }
  process.removeAllListeners('uncaughtException');
  report();
  return failures === 0;
}

/** @returns whether the mutant was seen within so many seeds in each mode in which it matters */
async function hunt(mutant: Mutant, from: number, seeds: number): Promise<boolean> {
  let found = true;
  for (const mode of modesOfMutant(mutant)) found = (await huntIn(mode, mutant, from, seeds)) && found;
  return found;
}

async function huntIn(mode: Mode, mutant: Mutant, from: number, seeds: number): Promise<boolean> {
  for (let seed = from; seed < from + seeds; seed++) {
    const { violations } = await runWorld({ seed, mode, mutant });
    if (violations.length === 0) continue;
    console.log(`${mutant.name}: found by seed ${seed}: ${violations[0]}\n  ${mutant.breaks}\n  ${command(seed, mode, mutant)}`);
    return true;
  }
  console.log(`${mutant.name}: NOT FOUND in ${seeds} seeds (${mode})\n  ${mutant.breaks}`);
  return false;
}

const from = whole('from', values.from);
let good = true;
if (values.mutants) for (const mutant of MUTANTS) good = (await hunt(mutant, from, whole('seeds', values.seeds ?? '20000'))) && good;
else
  for (const mode of modesOf(values.mode))
    good = (await simulate(mode, from, whole('seeds', values.seeds ?? '1000'), mutantOf(values.mutant))) && good;
process.exitCode = good ? 0 : 1;
