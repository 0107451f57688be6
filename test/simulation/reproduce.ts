/** How to see a failure of a simulation again. */
import { execFileSync } from 'node:child_process';
import type { Mode } from './config.ts';
import type { Mutant } from './world.ts';

/** A seed means something for one state of the sources only. */
export function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  try {
    return (
      git('rev-parse', '--short', 'HEAD') +
      (git('status', '--porcelain', 'app', 'main', 'hardware', 'test/simulation') === '' ? '' : ' with changes')
    );
  } catch {
    return 'unknown';
  }
}

export const command = (seed: number, mode: Mode, mutant: Mutant | undefined): string =>
  `npm run simulate -- --seeds 1 --from ${seed} --mode ${mode}${mutant ? ` --mutant ${mutant.name}` : ''} --trace`;
