import { describe, expect, it } from 'vitest';
import { pastMetrics } from '../../src/backtest/past-metrics.ts';
import type { Metrics } from '../../src/ports/metrics.ts';

const NOW = Date.UTC(2026, 5, 4, 18);
const MINUTE = 60_000;

/** Metrics that answer with the latest instant that they were asked about. */
function spy(): { metrics: Metrics; asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    metrics: {
      async range(_query, _from, to) {
        asked.push(to);
        return { ok: true, value: [{ labels: {}, points: [{ at: to, value: 1 }] }] };
      },
      async instant(_query, at) {
        asked.push(at);
        return { ok: true, value: [{ labels: {}, value: at }] };
      },
      ping: async () => {},
    },
  };
}

describe('metrics of the past', () => {
  it('know nothing past the instant of the decision', async () => {
    const { metrics, asked } = spy();
    const past = pastMetrics(metrics, () => NOW);
    const range = await past.range('up', NOW - 10 * MINUTE, NOW + 10 * MINUTE, MINUTE);
    expect(range).toMatchObject({ ok: true, value: [{ points: [{ at: NOW }] }] });
    expect(await past.instant('up', NOW + 1)).toMatchObject({ ok: true, value: [{ value: NOW }] });
    expect(await past.range('up', NOW + 1, NOW + 10 * MINUTE, MINUTE)).toEqual({ ok: true, value: [] });
    expect(Math.max(...asked)).toBe(NOW);
  });

  it.each(['up offset -5m', 'up @ end()', 'sum(up @ 1780000000)', 'rate(x[5m] offset  -1h)'])(
    'refuse a query that looks ahead by itself: %s',
    async (query) => {
      const { metrics, asked } = spy();
      const past = pastMetrics(metrics, () => NOW);
      expect(await past.instant(query, NOW)).toMatchObject({ ok: false, failure: { kind: 'bad_query' } });
      expect(await past.range(query, NOW - MINUTE, NOW, MINUTE)).toMatchObject({ ok: false });
      expect(asked).toEqual([]);
    },
  );

  it('take text in quotes for text', async () => {
    const past = pastMetrics(spy().metrics, () => NOW);
    expect(await past.instant('up{a="x @ 1 offset -5m"} offset 5m', NOW)).toMatchObject({ ok: true });
  });

  it('ask once for what was asked before, and anew for a failure', async () => {
    const { metrics, asked } = spy();
    let failing = true;
    const past = pastMetrics(
      {
        ...metrics,
        instant: async (query, at) =>
          failing ? { ok: false, failure: { kind: 'unreachable', message: '' } } : metrics.instant(query, at),
      },
      () => NOW,
    );
    expect(await past.instant('up', NOW)).toMatchObject({ ok: false });
    failing = false;
    await past.instant('up', NOW);
    await past.instant('up', NOW + MINUTE);
    expect(asked).toEqual([NOW]);
  });
});
