import { prng } from '../../src/analysis/prng.ts';
import type { Series } from '../../src/analysis/series.ts';

export const STEP_MS = 300_000;
export const DAY_MS = 86_400_000;
/** A Monday. */
export const START = Date.UTC(2026, 0, 5);

/** A series at five minutes from `START`: `shape` of the instant and of a normal, self-correlated noise. */
export function madeUp(days: number, seed: number, shape: (at: number, noise: number, i: number) => number): Series {
  const random = prng(seed);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const count = Math.round((days * DAY_MS) / STEP_MS);
  const times = Float64Array.from({ length: count }, (_, i) => START + i * STEP_MS);
  let noise = 0;
  const values = times.map((at, i) => {
    noise = 0.8 * noise + 0.6 * gauss();
    return shape(at, noise, i);
  });
  return { times, values };
}

/** A wave over the day, around 1, from 0.5 to 1.5. */
export function daily(at: number): number {
  return 1 + 0.5 * Math.sin((2 * Math.PI * (at % DAY_MS)) / DAY_MS);
}

export function isWeekend(at: number): boolean {
  const weekday = new Date(at).getUTCDay();
  return weekday === 0 || weekday === 6;
}

/** The first `days` of a series. */
export function firstDays(series: Series, days: number): Series {
  const count = Math.round((days * DAY_MS) / STEP_MS);
  return { times: series.times.subarray(0, count), values: series.values.subarray(0, count) };
}

/** The last `points` points up to index `end`. */
export function lastPoints(series: Series, end: number, points: number): Series {
  const from = Math.max(0, end + 1 - points);
  return { times: series.times.subarray(from, end + 1), values: series.values.subarray(from, end + 1) };
}

/** `values` at one-minute (or `stepMs`) steps, ending at `end`. */
export function endingAt(end: number, values: number[], stepMs = 60_000): Series {
  return {
    times: Float64Array.from(values, (_, i) => end - (values.length - 1 - i) * stepMs),
    values: Float64Array.from(values),
  };
}
