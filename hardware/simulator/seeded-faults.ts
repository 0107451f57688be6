/** Misfortunes drawn from a seed: the same seed and the same vends make the same ones again. */

/** mulberry32: numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Asked once a vend: what goes wrong with it, if anything. */
export type DrawFault<Kind> = () => { readonly kind: Kind; readonly times: number; readonly for_ms: number } | null;

const SHORTEST_PULL_MS = 500;
const LONGEST_PULL_MS = 6000;

/** @param rate share of the vends that something happens to */
export function seededFaults<Kind>(seed: number, rate: number, kinds: readonly Kind[]): DrawFault<Kind> {
  const next = seededRandom(seed);
  return () => {
    // Always three numbers a vend, so that another rate does not make other faults of the same vends.
    const [happens, which, long] = [next(), next(), next()];
    const kind = kinds[Math.floor(which * kinds.length)];
    if (happens >= rate || kind === undefined) return null;
    return { kind, times: 1, for_ms: Math.round(SHORTEST_PULL_MS + long * (LONGEST_PULL_MS - SHORTEST_PULL_MS)) };
  };
}
