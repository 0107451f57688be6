/** What doctor found, for people and for programs. Pure. */

/** `wrong`: it must be mended · `doubtful`: it works, and a shop would rather mend it · `skipped`: not looked at, and why. */
export type Verdict = 'fine' | 'doubtful' | 'wrong' | 'skipped';

export interface Finding {
  /** `configuration`, `port`, `slot 3`, `paypay clock` … */
  readonly what: string;
  readonly verdict: Verdict;
  readonly found: string;
  /** What to do about it. */
  readonly mend?: string;
}

export const fine = (what: string, found: string): Finding => ({ what, verdict: 'fine', found });
export const skipped = (what: string, why: string): Finding => ({ what, verdict: 'skipped', found: why });
export const doubtful = (what: string, found: string, mend: string): Finding => ({ what, verdict: 'doubtful', found, mend });
export const wrong = (what: string, found: string, mend: string): Finding => ({ what, verdict: 'wrong', found, mend });

export const isHealthy = (findings: readonly Finding[]): boolean => findings.every(({ verdict }) => verdict !== 'wrong');

const SIGN: Readonly<Record<Verdict, string>> = { fine: '✓', doubtful: '!', wrong: '✗', skipped: '–' };

/** One line a finding, and one below it that says how to mend it. */
export const printed = ({ what, verdict, found, mend }: Finding): string =>
  `${SIGN[verdict]} ${what}: ${found.replaceAll('\n', '\n    ')}${mend === undefined ? '' : `\n    → ${mend}`}`;

export function summary(findings: readonly Finding[]): string {
  const count = (verdict: Verdict) => findings.filter((finding) => finding.verdict === verdict).length;
  const [bad, doubts, unseen] = [count('wrong'), count('doubtful'), count('skipped')];
  const more = `${doubts === 0 ? '' : `, ${doubts} to look at`}${unseen === 0 ? '' : `, ${unseen} not looked at`}.`;
  return `${bad === 0 ? 'Nothing to mend' : `${bad} to mend`}${more}`;
}
