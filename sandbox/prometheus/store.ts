import { createSampleBlocks, type SampleBlocks } from './sample-blocks.ts';
import { type Labels, matchesAll, type Series, type SeriesSource } from './series.ts';

export const SCRAPE_MS = 15_000;
/**
 * How densely the past was scraped: the last half day as now, then half as often, then once a minute (Prometheus' default): a
 * quarter of the work for a query over weeks. Wherever the spacing changes, rate() extrapolates a little less for one window.
 */
const PAST_SPACING = [
  { untilBeforeMs: 24 * 3_600_000, stepMs: 60_000 },
  { untilBeforeMs: 12 * 3_600_000, stepMs: 30_000 },
  { untilBeforeMs: 0, stepMs: SCRAPE_MS },
];
const KEEP_FULL_MS = 12 * 3_600_000;
const KEEP_MS = 15 * 86_400_000;
const THIN_EVERY = 8;
/** Ticks: a quarter of an hour. */
const AGE_EVERY = 60;

/** `key`: what `keyOf` says of it, where somebody has asked before. */
export type Sample = { name: string; labels: Record<string, string>; value: number; key?: string };

/** The values of a series before the first scrape, in which it had `value`; undefined when it had no past. */
export type PastOf = (
  name: string,
  labels: Record<string, string>,
  value: number,
) => ((t: number) => number) | undefined;

/** The sandbox's time series: what was scraped, and before that what `pastOf` says. */
export type SeriesStore = SeriesSource & {
  /** One scrape of everything at `at`, a multiple of SCRAPE_MS. A series that isn't in it any more is marked stale. */
  record(at: number, samples: Iterable<Sample>): void;
  /** What rules made of the scrape at `at`, kept beside it: these series end when the rules give them no longer. */
  recordRules(at: number, samples: Iterable<Sample>): void;
  /** The label sets of all series. */
  all(): Labels[];
};

type Past = { fromMs: number; toMs: number; at: (t: number) => number };

type Stored = {
  labels: Labels;
  blocks: SampleBlocks;
  past: Past | undefined;
  byRule: boolean;
  lastTick: number;
  ended: number[];
};

/** The series of the first scrape go back `pastMs` before it. */
export function createSeriesStore(options: { pastMs: number; pastOf: PastOf }): SeriesStore {
  const byKey = new Map<string, Stored>();
  const byName = new Map<string, Set<Stored>>();
  let firstAt: number | undefined;
  const lastTicks = { scrape: Number.NEGATIVE_INFINITY, rules: Number.NEGATIVE_INFINITY };

  const add = (key: string, sample: Sample, at: number, byRule: boolean): Stored => {
    const { name, labels, value } = sample;
    const past = at === firstAt && !byRule ? options.pastOf(name, labels, value) : undefined;
    const stored: Stored = {
      labels: { __name__: name, ...labels },
      blocks: createSampleBlocks(),
      byRule,
      past: past && { fromMs: at - options.pastMs, toMs: at - SCRAPE_MS, at: past },
      lastTick: 0,
      ended: [],
    };
    byKey.set(key, stored);
    const named = byName.get(name) ?? new Set();
    byName.set(name, named.add(stored));
    return stored;
  };

  const forget = (key: string, stored: Stored): void => {
    byKey.delete(key);
    byName.get(stored.labels.__name__ ?? '')?.delete(stored);
  };

  const sweep = (tick: number, lastTick: number, byRule: boolean): void => {
    const thinBefore = tick - KEEP_FULL_MS / SCRAPE_MS;
    const dropBefore = tick - KEEP_MS / SCRAPE_MS;
    const isTimeToAge = Math.floor(tick / AGE_EVERY) !== Math.floor(lastTick / AGE_EVERY);
    for (const [key, stored] of byKey) {
      if (stored.byRule !== byRule) continue;
      if (stored.lastTick === lastTick) stored.ended.push(tick);
      if (!isTimeToAge) continue;
      stored.blocks.age(thinBefore, dropBefore, THIN_EVERY);
      if (stored.blocks.empty()) forget(key, stored);
    }
  };

  const put = (at: number, samples: Iterable<Sample>, from: keyof typeof lastTicks): void => {
    const tick = Math.round(at / SCRAPE_MS);
    const byRule = from === 'rules';
    if (tick <= lastTicks[from]) return;
    for (const sample of samples) {
      const key = sample.key ?? keyOf(sample);
      const stored = byKey.get(key) ?? add(key, sample, at, byRule);
      stored.blocks.put(tick, sample.value);
      stored.lastTick = tick;
    }
    sweep(tick, lastTicks[from], byRule);
    lastTicks[from] = tick;
  };

  return {
    record(at, samples) {
      firstAt ??= at;
      put(at, samples, 'scrape');
    },
    recordRules: (at, samples) => put(at, samples, 'rules'),
    select(matchers) {
      const named = matchers.find((m) => m.name === '__name__' && m.kind === '=');
      const candidates = named ? (byName.get(named.value) ?? []) : byKey.values();
      const found: Series[] = [];
      for (const stored of candidates) if (matchesAll(stored.labels, matchers)) found.push(asSeries(stored));
      return found;
    },
    all: () => [...byKey.values()].map((s) => s.labels),
  };
}

/** What tells one scraped series from another. Whoever scrapes gives its labels in the same order each time: no need to sort them. */
export function keyOf({ name, labels }: Pick<Sample, 'name' | 'labels'>): string {
  let key = name;
  for (const label in labels) key += `\u0001${label}\u0002${labels[label]}`;
  return key;
}

function asSeries(stored: Stored): Series {
  return {
    labels: stored.labels,
    each: (fromMs, toMs, fn) => each(stored, fromMs, toMs, fn),
    stale: (afterMs, untilMs) => stored.ended.some((tick) => tick * SCRAPE_MS > afterMs && tick * SCRAPE_MS <= untilMs),
  };
}

type Visit = (time: number, value: number) => void;

function each(stored: Stored, fromMs: number, toMs: number, fn: Visit): void {
  if (stored.past && fromMs <= stored.past.toMs) eachPast(stored.past, fromMs, toMs, fn);
  stored.blocks.each(Math.ceil(fromMs / SCRAPE_MS), Math.floor(toMs / SCRAPE_MS), (tick, value) =>
    fn(tick * SCRAPE_MS, value),
  );
}

function eachPast(past: Past, fromMs: number, toMs: number, fn: Visit): void {
  const start = past.toMs + SCRAPE_MS;
  let begin = past.fromMs;
  for (const { untilBeforeMs, stepMs } of PAST_SPACING) {
    const end = start - untilBeforeMs;
    const first = Math.ceil(Math.max(fromMs, begin) / stepMs) * stepMs;
    for (let t = first; t <= toMs && t < end; t += stepMs) fn(t, past.at(t));
    begin = Math.max(begin, end);
  }
}
