import type { Mutant } from './world.ts';
export const MUTANTS: readonly Mutant[] = [];
