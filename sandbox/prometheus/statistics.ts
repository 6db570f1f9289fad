/** Quantile of unsorted values as Prometheus interpolates it; ±Inf outside [0, 1], NaN for none. */
export function quantileOf(q: number, values: ArrayLike<number>): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const sorted = Array.from(values).sort(nanFirst);
  const rank = q * (sorted.length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(sorted.length - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return sorted[lower]! * (1 - weight) + sorted[upper]! * weight;
}

function nanFirst(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  if (Number.isNaN(b)) return 1;
  return a - b;
}

/** Population variance, in one pass (Welford). */
export function varianceOf(values: Iterable<number>): number {
  let n = 0;
  let mean = 0;
  let sum = 0;
  for (const value of values) {
    n++;
    const delta = value - mean;
    mean += delta / n;
    sum += delta * (value - mean);
  }
  return n === 0 ? Number.NaN : sum / n;
}

/** NaN only where all are NaN, as Prometheus' max and min. */
export function larger(a: number, b: number): number {
  return b > a || Number.isNaN(a) ? b : a;
}

export function smaller(a: number, b: number): number {
  return b < a || Number.isNaN(a) ? b : a;
}
