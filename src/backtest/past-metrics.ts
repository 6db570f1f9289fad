import type { Metrics, MetricsResult } from '../ports/metrics.ts';

/** PromQL that can see past its own time: `@`, and offsets below zero. Text inside quotes doesn't count. */
const AHEAD = /@\s*(\d|start\s*\(|end\s*\()|\boffset\s*-/i;
const QUOTED = /(?<!\\)"(?:[^"\\]|\\.)*"|(?<!\\)'(?:[^'\\]|\\.)*'|`[^`]*`/g;
/** Points of all answers together, some 60 bytes each. */
const MOST_POINTS = 3_000_000;

/**
 * Metrics as they were known at `now()`: what is asked of a later time is answered as of then, and a query that would look ahead by itself is refused. Answers about the past never change, so
 * the newest are kept, up to three million points: a second run over the same incidents, with other playbooks, asks nothing anew.
 */
export function pastMetrics(metrics: Metrics, now: () => number): Metrics {
  const kept = new Map<string, { answer: Promise<MetricsResult<unknown>>; points: number }>();
  let points = 0;
  const forget = (key: string): void => {
    points -= kept.get(key)?.points ?? 0;
    kept.delete(key);
  };
  const once = <T>(key: string, ask: () => Promise<MetricsResult<T[]>>): Promise<MetricsResult<T[]>> => {
    const known = kept.get(key);
    if (known) return known.answer as Promise<MetricsResult<T[]>>;
    const entry = { answer: ask(), points: 0 };
    kept.set(key, entry);
    entry.answer.then(
      (result) => {
        if (!result.ok) return forget(key);
        entry.points = 1 + result.value.reduce((sum, one) => sum + sizeOf(one), 0);
        points += entry.points;
        for (const oldest of kept.keys()) {
          if (points <= MOST_POINTS) break;
          forget(oldest);
        }
      },
      () => forget(key),
    );
    return entry.answer;
  };
  return {
    async range(query, fromMs, toMs, stepMs) {
      if (looksAhead(query)) return refused;
      const until = Math.min(toMs, now());
      if (until < fromMs) return { ok: true, value: [] };
      return once(`range ${query} ${fromMs} ${until} ${stepMs}`, () => metrics.range(query, fromMs, until, stepMs));
    },
    async instant(query, atMs) {
      if (looksAhead(query)) return refused;
      const at = Math.min(atMs, now());
      return once(`instant ${query} ${at}`, () => metrics.instant(query, at));
    },
    ping: () => metrics.ping(),
  };
}

/** A series by its points, a single value as one. */
const sizeOf = (one: unknown): number =>
  typeof one === 'object' && one !== null && 'points' in one && Array.isArray(one.points) ? one.points.length : 1;

const looksAhead = (query: string): boolean => AHEAD.test(query.replace(QUOTED, '""'));

const refused = {
  ok: false as const,
  failure: {
    kind: 'bad_query' as const,
    message: 'the query looks past its own time (@ or a negative offset), which the past must not',
  },
};
