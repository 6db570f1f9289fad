import type { Window } from './windows.ts';

/**
 * rate, increase and delta as Prometheus extrapolates them (promql/functions.go, extrapolatedRate): the difference between the
 * last and the first sample, stretched towards the window's ends where samples come close to them, and never below zero for counters.
 */
export function extrapolated(w: Window, kind: { counter: boolean; perSecond: boolean }): number | undefined {
  const n = w.hi - w.lo;
  if (n < 2) return undefined;
  const first = w.values[w.lo]!;
  let result = w.values[w.hi - 1]! - first;
  if (kind.counter) {
    let previous = first;
    for (let i = w.lo + 1; i < w.hi; i++) {
      const value = w.values[i]!;
      if (value < previous) result += previous;
      previous = value;
    }
  }
  const firstTime = w.times[w.lo]!;
  const lastTime = w.times[w.hi - 1]!;
  let toStart = (firstTime - w.startMs) / 1000;
  const toEnd = (w.endMs - lastTime) / 1000;
  const sampled = (lastTime - firstTime) / 1000;
  const average = sampled / (n - 1);
  if (kind.counter && result > 0 && first >= 0) toStart = Math.min(toStart, sampled * (first / result));
  const threshold = average * 1.1;
  let covered = sampled;
  covered += toStart < threshold ? toStart : average / 2;
  covered += toEnd < threshold ? toEnd : average / 2;
  const factor = covered / sampled;
  return result * (kind.perSecond ? factor / ((w.endMs - w.startMs) / 1000) : factor);
}

/** irate and idelta: from the last two samples. */
export function instantaneous(w: Window, isRate: boolean): number | undefined {
  if (w.hi - w.lo < 2) return undefined;
  const last = w.values[w.hi - 1]!;
  const before = w.values[w.hi - 2]!;
  const seconds = (w.times[w.hi - 1]! - w.times[w.hi - 2]!) / 1000;
  if (seconds === 0) return undefined;
  const difference = isRate && last < before ? last : last - before;
  return isRate ? difference / seconds : difference;
}

/** Least squares over the window; seconds are counted from `interceptMs`. */
export function linearFit(w: Window, interceptMs: number): { slope: number; intercept: number } | undefined {
  const n = w.hi - w.lo;
  if (n < 2) return undefined;
  let sumX = 0;
  let sumY = 0;
  let sumXY = 0;
  let sumX2 = 0;
  for (let i = w.lo; i < w.hi; i++) {
    const x = (w.times[i]! - interceptMs) / 1000;
    const y = w.values[i]!;
    sumX += x;
    sumY += y;
    sumXY += x * y;
    sumX2 += x * x;
  }
  const covariance = sumXY - (sumX * sumY) / n;
  const variance = sumX2 - (sumX * sumX) / n;
  const slope = covariance / variance;
  return { slope, intercept: sumY / n - (slope * sumX) / n };
}
