import { prng } from '../../../src/analysis/prng.ts';
import type { CorpusFile } from './corpus.ts';

/** A made-up series with labelled windows, in the likeness of NAB's categories. Seeded: the same every time. */
export type MadeUp = Omit<CorpusFile, 'stamps'>;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A Monday. */
const START = Date.UTC(2026, 0, 5);
/** NAB's windows share a tenth of a file. */
const WINDOW_SHARE = 0.1;

/** Some of each family; the counts are long. */
export function likeness(): MadeUp[] {
  return [
    ...[1, 2, 3].map((seed) => counts(seed, QUIET_CROWD)),
    ...[4, 5].map((seed) => counts(seed, BURSTY_CROWD)),
    ...[11, 12, 13, 14].map(prices),
    ...[21, 22].map(rides),
    ...[31, 32].map(temperature),
  ];
}

type Crowd = { name: string; every: number; size: number; tail: number };
const QUIET_CROWD: Crowd = { name: 'counts', every: 500, size: 0.7, tail: 0.8 };
const BURSTY_CROWD: Crowd = { name: 'bursty', every: 250, size: 0.3, tail: 1.1 };

/** Mentions of a name, five minutes apart for 55 days: overdispersed counts, days, weekends, small bursts all the time and three large ones. */
function counts(seed: number, crowd: Crowd): MadeUp {
  const { uniform, normal, gamma, poisson } = randoms(seed);
  const points = 15_900;
  const base = Math.exp(2 + 2.5 * uniform());
  const bursts = new Float64Array(points);
  const burst = (from: number, height: number, fall: number) => {
    for (let k = 0; k < 10 * fall && from + k < points; k++) bursts[from + k]! += height * Math.exp(-k / fall);
  };
  for (let i = 0; i < points; i++)
    if (uniform() < 1 / crowd.every) burst(i, Math.exp(crowd.size + crowd.tail * normal()), 3 + 12 * uniform());
  const places = [0, 1, 2].map((k) => Math.floor(points * (0.2 + 0.25 * k + 0.2 * uniform())));
  for (const place of places) burst(place, 12 + 40 * uniform(), 8 + 30 * uniform());
  let slow = 0;
  return madeUp(`${crowd.name}/${seed}`, points, 5 * MINUTE_MS, places, (i, at) => {
    slow = 0.98 * slow + 0.06 * normal();
    const weekend = [0, 6].includes(new Date(at).getUTCDay()) ? 0.7 : 1;
    const day = 1 + 0.6 * Math.sin(2 * Math.PI * ((at % DAY_MS) / DAY_MS - 0.4));
    return poisson((base * weekend * day * Math.exp(slow) * (1 + bursts[i]!) * gamma(4)) / 4);
  });
}

/** What a click costs, hourly for 67 days: noise that is a factor, single spikes, and two stretches at a multiple. */
function prices(seed: number): MadeUp {
  const { uniform, normal } = randoms(seed);
  const points = 1_620;
  const places = [Math.floor(points * (0.25 + 0.3 * uniform())), Math.floor(points * (0.65 + 0.25 * uniform()))];
  const odd = places.map((from) => ({ from, times: 2 + 3 * uniform(), hours: uniform() < 0.5 ? 2 : 24 }));
  let slow = 0;
  return madeUp(`prices/${seed}`, points, 60 * MINUTE_MS, places, (i) => {
    slow = 0.8 * slow + 0.12 * normal();
    const day = 1 + 0.3 * Math.sin((2 * Math.PI * i) / 24);
    const spike = uniform() < 0.01 ? 1.8 : 1;
    const multiple = odd.find(({ from, hours }) => i >= from && i < from + hours)?.times ?? 1;
    return Math.exp(slow + 0.1 * normal()) * day * spike * multiple;
  });
}

/** Rides of a town, half-hourly for 215 days: days and weekends, and five holidays. */
function rides(seed: number): MadeUp {
  const { uniform, normal } = randoms(seed);
  const holidays = [60, 95, 130, 150, 185].map((day) => day + Math.floor(20 * uniform()));
  const places = holidays.map((day) => 48 * day + 20);
  let slow = 0;
  return madeUp(`rides/${seed}`, 10_320, 30 * MINUTE_MS, places, (i) => {
    const day = Math.floor(i / 48);
    const hour = (i % 48) / 2;
    const isWeekend = day % 7 >= 5;
    slow = 0.9 * slow + 0.02 * normal();
    const busy = 0.75 * Math.exp(-(((hour - (isWeekend ? 14 : 18)) / 6) ** 2));
    const night = (isWeekend ? 0.5 : 0.15) * Math.exp(-((hour / 2) ** 2));
    const share = holidays.includes(day) ? 0.45 + 0.1 * Math.sin(hour) : 1;
    return Math.max(0, Math.round(15_000 * (0.25 + busy + night) * (1 + slow + 0.02 * normal()) * share));
  });
}

/** A room's temperature, hourly for 300 days: a slow year, a small day, and two falls. */
function temperature(seed: number): MadeUp {
  const { uniform, normal } = randoms(seed);
  const points = 7_267;
  const places = [Math.floor(points * (0.4 + 0.1 * uniform())), Math.floor(points * (0.8 + 0.1 * uniform()))];
  let slow = 0;
  return madeUp(`temperature/${seed}`, points, 60 * MINUTE_MS, places, (i) => {
    slow = 0.95 * slow + 0.4 * normal();
    const fall = places.find((from) => i >= from && i < from + 36);
    const fallen = fall === undefined ? 0 : 9 * Math.sin((Math.PI * (i - fall)) / 36);
    const year = 5 * Math.sin((2 * Math.PI * i) / points);
    return 70 + year + 2 * Math.sin((2 * Math.PI * i) / 24) + slow - fallen;
  });
}

function madeUp(
  name: string,
  points: number,
  stepMs: number,
  places: number[],
  value: (i: number, at: number) => number,
): MadeUp {
  const times = Float64Array.from({ length: points }, (_, i) => START + i * stepMs);
  const half = Math.floor((WINDOW_SHARE * points) / places.length / 2);
  const windows = places.map((place) => ({
    first: Math.max(0, place - half),
    last: Math.min(points - 1, place + half),
  }));
  return { name, times, values: times.map((at, i) => value(i, at)), windows };
}

function randoms(seed: number) {
  const uniform = prng(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const gamma = (shape: number) => {
    let sum = 0;
    for (let i = 0; i < shape; i++) sum -= Math.log(1 - uniform());
    return sum;
  };
  return { uniform, normal, gamma, poisson: (mean: number) => poisson(mean, uniform, normal) };
}

/** By inversion; a large mean by its normal limit. */
function poisson(mean: number, uniform: () => number, normal: () => number): number {
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
  const wanted = uniform();
  let term = Math.exp(-mean);
  let sum = term;
  let count = 0;
  while (wanted > sum && count < 500) {
    count += 1;
    term *= mean / count;
    sum += term;
  }
  return count;
}
