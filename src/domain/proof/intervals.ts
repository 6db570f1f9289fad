/** How sure a figure is, in 95 of 100 cases. */

/** Of fewer cases than this a share says nothing: they are counted, and no percentage is given. */
export const LEAST_CASES = 20;
const Z = 1.959963984540054;

/** `share` and its interval are null where there are too few cases to say. */
export type Share = { count: number; of: number; share: number | null; low: number | null; high: number | null };
/** In ms. Without a case no median; of fewer than six no interval. */
export type Median = { n: number; median: number | null; low: number | null; high: number | null };

/** Wilson's score interval (1927): it keeps to 0…1, and holds for shares near its ends. */
export function shareOf(count: number, of: number): Share {
  if (of < LEAST_CASES) return { count, of, share: null, low: null, high: null };
  const share = count / of;
  const middle = (share + (Z * Z) / (2 * of)) / (1 + (Z * Z) / of);
  const half = (Z / (1 + (Z * Z) / of)) * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of));
  // At the very ends it is exact, and rounding mustn't say otherwise.
  const low = count === 0 ? 0 : Math.max(0, middle - half);
  const high = count === of ? 1 : Math.min(1, middle + half);
  return { count, of, share, low, high };
}

/** The median, with the interval between two of the values themselves that holds it whatever their distribution is (David and Nagaraja, Order Statistics, 7.1). */
export function medianOf(values: readonly number[]): Median {
  const sorted = values.toSorted((a, b) => a - b);
  const n = sorted.length;
  if (n === 0) return { n, median: null, low: null, high: null };
  const upper = sorted[n >> 1] ?? 0;
  const median = n % 2 === 1 ? upper : ((sorted[(n >> 1) - 1] ?? 0) + upper) / 2;
  const leftOut = mostLeftOut(n);
  if (leftOut === null) return { n, median, low: null, high: null };
  return { n, median, low: sorted[leftOut] ?? null, high: sorted[n - 1 - leftOut] ?? null };
}

/** So many values may be left out at each end: the greatest k with P(Binomial(n, ½) ≤ k) ≤ 2.5 %. Null: not even none. */
function mostLeftOut(n: number): number | null {
  let log = -n * Math.LN2;
  let sum = 0;
  for (let k = 0; k < n; k++) {
    sum += Math.exp(log);
    if (sum > 0.025) return k === 0 ? null : k - 1;
    log += Math.log((n - k) / (k + 1));
  }
  return null;
}
