import type { Metrics, MetricsResult } from '../ports.ts';

/** PromQL that can see past its own time: `@`, and offsets below zero. Text inside quotes doesn't count. */
const AHEAD = /@\s*(\d|start\s*\(|end\s*\()|\boffset\s*-/i;
const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g;
const MOST_KEPT = 4_000;

/**
 * Metrics as they were known at `now()`: what is asked of a later time is answered as of then, and a query that would look ahead by itself is refused. Answers about the past never change, so
 * the newest 4,000 are kept: a second run over the same incidents, with other playbooks, asks nothing anew.
 */
export function pastMetrics(metrics: Metrics, now: () => number): Metrics {
  const kept = new Map<string, Promise<MetricsResult<unknown>>>();
  const once = <T>(key: string, ask: () => Promise<MetricsResult<T>>): Promise<MetricsResult<T>> => {
    const known = kept.get(key);
    if (known) return known as Promise<MetricsResult<T>>;
    const answer = ask().then((result) => {
      if (!result.ok) kept.delete(key);
      return result;
    });
    kept.set(key, answer);
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    return answer;
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

const looksAhead = (query: string): boolean => AHEAD.test(query.replace(QUOTED, '""'));

const refused = {
  ok: false as const,
  failure: {
    kind: 'bad_query' as const,
    words: 'the query looks past its own time (@ or a negative offset), which the past must not',
  },
};
