import { describe, expect, it } from 'vitest';
import type { Mode } from './config.ts';
import { MUTANTS, modesOfMutant } from './mutants.ts';
import { command, commit } from './reproduce.ts';
import { runWorld } from './world.ts';

/** Its own seeds in every run would be a test that fails when nobody changed anything; `npm run simulate` is for exploring. */
const SEEDS = 350;
const MUTANT_SEEDS = 2_000;

async function worlds(mode: Mode, from: number, seeds: number) {
  const results = new Map<string, number>();
  const broken: string[] = [];
  let [orders, crashes] = [0, 0];
  for (let seed = from; seed < from + seeds; seed++) {
    const report = await runWorld({ seed, mode });
    orders += report.orders;
    crashes += report.crashes;
    for (const [result, count] of report.results) results.set(result, (results.get(result) ?? 0) + count);
    if (report.violations.length > 0) broken.push(`${commit()}: ${command(seed, mode, undefined)}: ${report.violations.join('; ')}`);
  }
  return { results, broken, orders, crashes };
}

describe('every yen is accounted for', () => {
  it.each(['sale', 'authorize'] as const)(
    'whatever happens to an order (%s)',
    async (mode) => {
      const { results, broken, orders, crashes } = await worlds(mode, 1, SEEDS);
      expect(broken).toEqual([]);
      // A simulation in which nothing happens proves nothing.
      expect(orders).toBeGreaterThan(4 * SEEDS);
      expect(crashes).toBeGreaterThan(SEEDS);
      for (const result of ['vended', 'partlyVended', 'refunded', 'abandoned', 'attention'])
        expect(results.get(result) ?? 0, result).toBeGreaterThan(SEEDS / 1_000);
    },
    120_000,
  );

  it('in the same way each time a seed is run', async () => {
    const story = async (seed: number) => {
      const lines: string[] = [];
      await runWorld({ seed, mode: 'sale', trace: (line) => lines.push(line) });
      return lines;
    };
    const first: string[][] = [];
    for (let seed = 1; seed <= 40; seed++) first.push(await story(seed));
    for (let seed = 40; seed >= 1; seed--) expect(await story(seed)).toEqual(first[seed - 1]);
  }, 30_000);
});

describe('a kiosk without one of its rules is found out', () => {
  it.each(MUTANTS.flatMap((mutant) => modesOfMutant(mutant).map((mode) => ({ ...mutant, mutant, mode }))))(
    '$name ($mode): $breaks',
    async ({ mutant, mode }) => {
      for (let seed = 1; seed <= MUTANT_SEEDS; seed++) {
        const { violations } = await runWorld({ seed, mode, mutant });
        if (violations.length > 0) return;
      }
      expect.fail(`not found in ${MUTANT_SEEDS} seeds`);
    },
    60_000,
  );
});
