/** Chance from a seed, so that a failure can be seen again. */
import { seededRandom } from '../../hardware/simulator/seeded-faults.ts';

export interface Chance {
  readonly next: () => number;
  readonly integer: (below: number) => number;
  readonly happens: (probability: number) => boolean;
  readonly pick: <T>(from: readonly T[]) => T;
}

export function chance(seed: number): Chance {
  const next = seededRandom(seed);
  const integer = (below: number) => Math.floor(next() * below);
  return {
    next,
    integer,
    happens: (probability) => next() < probability,
    pick: (from) => from[integer(from.length)] as (typeof from)[number],
  };
}
