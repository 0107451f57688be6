import { expect, it } from 'vitest';
import { Random } from '../simulation/random.ts';
import { openLane, type Round } from './lane.ts';

/** `npm test -- power-cut` kills two hundred times, the whole suite a few times; POWER_CUT_ROUNDS says otherwise. */
const ROUNDS = Number(process.env['POWER_CUT_ROUNDS'] ?? (process.env['TEST_NAMES']?.includes('power-cut') ? 200 : 10));
const SEED = Number(process.env['POWER_CUT_SEED'] ?? 1);
const LANES = 2;
const RECOVERY_ms_max = 10_000;

it(
  `loses nothing and does nothing twice, killed ${ROUNDS} times`,
  async () => {
    const lanes = await Promise.all(Array.from({ length: LANES }, (_, lane) => openLane(new Random(SEED, lane))));
    try {
      const rounds: Round[] = [];
      await Promise.all(
        lanes.map(async (lane, i) => {
          for (let round = i; round < ROUNDS; round += LANES) rounds.push(await lane.round());
        }),
      );
      const ends = await Promise.all(lanes.map((lane) => lane.settle()));
      const recoveries = [...rounds.flatMap(({ recovery_ms }) => recovery_ms ?? []), ...ends.map(({ recovery_ms }) => recovery_ms)];
      const slowest_ms = Math.max(...recoveries);
      const results = new Map<string, number>();
      for (const end of ends) for (const [result, count] of end.results) results.set(result, (results.get(result) ?? 0) + count);
      console.log(
        `${rounds.length} kills (seed ${SEED}): ${[...results].map(([result, count]) => `${count} ${result}`).join(', ')}; ` +
          `${recoveries.length} recoveries to a screen that sells, the slowest in ${Math.round(slowest_ms)} ms`,
      );
      expect(ends.flatMap(({ violations }) => violations)).toEqual([]);
      expect(slowest_ms).toBeLessThan(RECOVERY_ms_max);
    } finally {
      await Promise.all(lanes.map((lane) => lane.close()));
    }
  },
  120_000 + 20_000 * ROUNDS,
);
