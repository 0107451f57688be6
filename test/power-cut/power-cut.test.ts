import os from 'node:os';
import { expect, it } from 'vitest';
import type { Settlement } from '../../app/order/events.ts';
import { Random } from '../simulation/random.ts';
import { openLane, RECOVERY_ms_max, type Round } from './lane.ts';
import { Deck, MOMENTS } from './moments.ts';

/** `npm test -- power-cut` kills two hundred times, the whole suite a few times; POWER_CUT_ROUNDS says otherwise (docs/money.md). */
const ROUNDS = Number(process.env['POWER_CUT_ROUNDS'] ?? (process.env['TEST_NAMES']?.includes('power-cut') ? 200 : 10));
const SEED = Number(process.env['POWER_CUT_SEED'] ?? 1);
/** A round mostly waits: for PayPay, for a motor, for a customer. */
const LANES = ROUNDS < 50 ? 2 : 3 * os.availableParallelism();
/** From here on each moment, and each way for an order to end, must have come. */
const MANY = 200;

it(
  `loses nothing and does nothing twice, killed ${ROUNDS} times`,
  async () => {
    const settlements: readonly Settlement[] = ['sale', 'authorize'];
    const decks = settlements.map((settlement, i) => new Deck(new Random(SEED, 1_000 + i), MOMENTS[settlement]));
    const lanes = await Promise.all(
      Array.from({ length: LANES }, (_, lane) =>
        openLane(settlements[lane % 2] ?? 'sale', new Random(SEED, lane), decks[lane % 2] as Deck),
      ),
    );
    try {
      const rounds: Round[] = [];
      let begun = 0;
      await Promise.all(
        lanes.map(async (lane) => {
          while (begun++ < ROUNDS) rounds.push(await lane.round());
        }),
      );
      const ends = await Promise.all(lanes.map((lane) => lane.settle()));
      const recoveries = [...rounds.flatMap(({ recovery_ms }) => recovery_ms ?? []), ...ends.map(({ recovery_ms }) => recovery_ms)];
      const slowest_ms = Math.max(...recoveries);
      const mean_s = rounds.reduce((sum, { took_ms }) => sum + took_ms, 0) / rounds.length / 1000;
      const results = new Map<string, number>();
      for (const end of ends) for (const [result, count] of end.results) results.set(result, (results.get(result) ?? 0) + count);
      const named = rounds.filter(({ moment }) => moment !== null);
      const struck = named.filter((round) => round.struck);
      console.log(
        `${rounds.length} kills (seed ${SEED}), a round ${mean_s.toFixed(1)} s: ` +
          `${struck.length} of ${named.length} at the named moment, ${rounds.length - named.length} at a random time; ` +
          `${[...results].map(([result, count]) => `${count} ${result}`).join(', ')}; ` +
          `${recoveries.length} recoveries to a screen that sells, the slowest in ${Math.round(slowest_ms)} ms`,
      );
      expect(ends.flatMap(({ violations }) => violations)).toEqual([]);
      expect(slowest_ms).toBeLessThan(RECOVERY_ms_max);
      expect(struck.length, 'kills at the named moment').toBeGreaterThan(named.length / 2);
      if (ROUNDS < MANY) return;
      const came = new Set(struck.map(({ moment }) => moment?.sight));
      const sights = new Set(settlements.flatMap((settlement) => MOMENTS[settlement].map(({ sight }) => sight)));
      expect([...sights].filter((sight) => !came.has(sight))).toEqual([]);
      expect([...results.keys()]).toEqual(expect.arrayContaining(['vended', 'partlyVended', 'refunded', 'abandoned']));
    } finally {
      await Promise.all(lanes.map((lane) => lane.close()));
    }
  },
  120_000 + 20_000 * ROUNDS,
);
