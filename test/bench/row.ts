/** One figure of `npm run bench`. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The figure to keep, when there is one, and whether it was kept. */
  readonly bar?: string;
  readonly ok?: boolean;
}

export const atMost = (name: string, value: number, unit: string, bar: number): Row => ({
  name,
  value,
  unit,
  bar: `≤ ${bar}`,
  ok: value <= bar,
});
export const figure = (name: string, value: number, unit: string): Row => ({ name, value, unit });

/** The value below which so much of the sample lies. @param share 0.5 = median */
export function quantile(sample: readonly number[], share: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
