import { type Draw, drawFrom } from './draw.ts';

/** A made-up series of one metric with labelled events, as inclusive index ranges. `kind` is what the metric is like. */
export type EventSeries = {
  kind: string;
  stepMs: number;
  times: Float64Array;
  values: Float64Array;
  events: { first: number; last: number; what: EventKind }[];
};

const EVENTS = ['spike', 'dip', 'shift', 'drift', 'stall', 'noise', 'missing'] as const;
export type EventKind = (typeof EVENTS)[number];
type Shape = (at: number, i: number) => number;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A Monday. */
const START = Date.UTC(2026, 2, 2);
/** Nothing is labelled in the time that a scorer needs to know the series. */
const KNOWN_SHARE = 0.2;

/** What metrics are like: days and weeks, jobs that come every night, teeth of a saw, heavy tails, counts with bursts, slow wanderers. */
const KINDS: Record<string, (draw: Draw, stepMs: number) => Shape> = {
  traffic(draw) {
    const [noise, depth, weekend] = [draw.logBetween(0.02, 0.15), draw.between(0.3, 0.8), draw.between(0.5, 1)];
    return (at) => {
      const hour = (at % DAY_MS) / HOUR_MS;
      const day = 1 - depth * Math.cos((2 * Math.PI * (hour - 3)) / 24) - 0.2 * Math.cos((4 * Math.PI * hour) / 24);
      return 100 * day * (isWeekend(at) ? weekend : 1) * Math.exp(noise * draw.normal());
    };
  },
  latency(draw) {
    const [noise, often] = [draw.logBetween(0.05, 0.3), draw.logBetween(0.001, 0.01)];
    return (at) => {
      const day = 1 + 0.2 * Math.sin((2 * Math.PI * (at % DAY_MS)) / DAY_MS);
      return 0.05 * day * Math.exp(noise * draw.normal() + (draw.chance(often) ? draw.between(0, 1) : 0));
    };
  },
  jobs(draw) {
    const [begin, hours, height, noise] = [
      draw.between(0, 20),
      draw.between(0.5, 4),
      draw.between(2, 6),
      draw.logBetween(0.02, 0.2),
    ];
    return (at) => {
      const hour = (at % DAY_MS) / HOUR_MS;
      return 10 * (hour >= begin && hour < begin + hours ? height : 1) * Math.exp(noise * draw.normal());
    };
  },
  saw(draw, stepMs) {
    const [hours, noise] = [draw.logBetween(1, 30), draw.logBetween(0.003, 0.03)];
    let filled = draw.uniform();
    return () => {
      filled += (stepMs / HOUR_MS / hours) * draw.between(0.6, 1.4);
      if (filled > 1) filled = 0;
      return (40 + 40 * filled) * (1 + noise * draw.normal());
    };
  },
  counts(draw) {
    const usual = draw.logBetween(2, 50);
    let burst = 0;
    return (at) => {
      burst = draw.chance(0.004) ? Math.exp(draw.between(0, 1.5)) : burst * 0.8;
      const mean = usual * (1 - 0.5 * Math.cos((2 * Math.PI * (at % DAY_MS)) / DAY_MS)) * (1 + burst);
      return Math.max(0, Math.round(mean + Math.sqrt(mean) * draw.normal()));
    };
  },
  wanderer(draw) {
    const [slow, noise] = [draw.between(0.98, 0.999), draw.logBetween(0.1, 1)];
    let level = 0;
    return () => {
      level = slow * level + noise * draw.normal();
      return 60 + level;
    };
  },
};

const isWeekend = (at: number) => [0, 6].includes(new Date(at).getUTCDay());

/** One after the other of every kind, `days` long, with about an event every three days. */
export function madeUpSeries(count: number, stepMs: number, days: number, first = 1): EventSeries[] {
  const kinds = Object.keys(KINDS);
  return Array.from({ length: count }, (_, k) => {
    const draw = drawFrom(7_919 * (first + k));
    const kind = kinds[k % kinds.length]!;
    const points = Math.round((days * DAY_MS) / stepMs);
    const shape = KINDS[kind]!(draw, stepMs);
    const times = Float64Array.from({ length: points }, (_, i) => START + i * stepMs);
    const values = times.map((at, i) => shape(at, i));
    const events = placed(draw, points, stepMs, days);
    for (const event of events) put(values, event, stepMs, draw);
    return { kind, stepMs, times, values, events };
  });
}

function placed(draw: Draw, points: number, stepMs: number, days: number): EventSeries['events'] {
  const wanted = Math.max(2, Math.round(days / 3));
  const room = (points * (1 - KNOWN_SHARE)) / wanted;
  return Array.from({ length: wanted }, (_, k) => {
    const what = draw.oneOf(EVENTS);
    const shortest = what === 'spike' || what === 'dip' ? 5 : what === 'drift' ? 120 : 30;
    const lasting = Math.max(2, Math.round((draw.logBetween(shortest, 480) * 60_000) / stepMs));
    const from = Math.floor(points * KNOWN_SHARE + k * room + draw.uniform() * Math.max(1, room - lasting - 2));
    return { first: from, last: Math.min(points - 1, from + lasting - 1), what };
  });
}

/** Sizes are in what the series does within six hours, so that some are plain and some hard to see. */
function put(
  values: Float64Array,
  { first, last, what }: EventSeries['events'][number],
  stepMs: number,
  draw: Draw,
): void {
  const near = values.slice(Math.max(0, first - Math.round((6 * HOUR_MS) / stepMs)), first);
  const centre = near.reduce((sum, value) => sum + value, 0) / near.length;
  const spread = Math.sqrt(near.reduce((sum, value) => sum + (value - centre) ** 2, 0) / near.length);
  const size = Math.max(spread, 0.02 * centre) * draw.logBetween(4, 20) * (draw.chance(0.7) ? 1 : -1);
  const held = values[first]!;
  for (let i = first; i <= last; i += 1) {
    const share = (i - first + 1) / (last - first + 1);
    const by: Record<EventKind, () => number> = {
      spike: () => values[i]! + Math.abs(size),
      dip: () => values[i]! * 0.1,
      shift: () => Math.max(0, values[i]! + size / 2),
      drift: () => Math.max(0, values[i]! + size * share),
      stall: () => held,
      noise: () => Math.max(0, values[i]! + 0.5 * size * draw.normal()),
      missing: () => centre + 0.2 * (values[i]! - centre) - 2 * spread,
    };
    values[i] = by[what]();
  }
}
