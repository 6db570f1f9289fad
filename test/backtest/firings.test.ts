import { describe, expect, it } from 'vitest';
import { recordedFirings, stepFor } from '../../src/backtest/firings.ts';
import type { LabelledSeries, Metrics } from '../../src/ports/metrics.ts';

const FROM = Date.UTC(2026, 5, 4, 18);
const MINUTE = 60_000;
const labels = { __name__: 'ALERTS', alertname: 'Hot', alertstate: 'firing', service: 'a' };

/** Prometheus' record of one alert that fired in the given minutes after FROM (half-open), active since `since`. */
function record(spans: [number, number][], since = FROM): Metrics {
  const at = (t: number) => spans.some(([from, to]) => t >= FROM + from * MINUTE && t < FROM + to * MINUTE);
  return {
    async range(_query, from, to, stepMs) {
      const points = [];
      for (let t = from; t <= to; t += stepMs) if (at(t)) points.push({ at: t, value: 1 });
      const value: LabelledSeries[] = points.length > 0 ? [{ labels, points }] : [];
      return { ok: true, value };
    },
    instant: async () => ({ ok: true, value: [{ labels: { alertname: 'Hot', service: 'a' }, value: since / 1000 }] }),
    ping: async () => {},
  };
}
const firings = async (metrics: Metrics, hours = 1) =>
  recordedFirings(metrics, FROM, FROM + hours * 60 * MINUTE, () => {});

describe('what fired by the record of Prometheus', () => {
  it('is a firing for each unbroken row, with the labels of the alert', async () => {
    const { firings: found } = await firings(
      record([
        [5, 10],
        [20, 25],
      ]),
    );
    expect(found).toEqual([
      { labels: { alertname: 'Hot', service: 'a' }, from: FROM + 5 * MINUTE, to: FROM + 10 * MINUTE },
      { labels: { alertname: 'Hot', service: 'a' }, from: FROM + 20 * MINUTE, to: FROM + 25 * MINUTE },
    ]);
  });

  it('has no end while it fires still', async () => {
    const { firings: found } = await firings(record([[50, 90]]));
    expect(found).toMatchObject([{ from: FROM + 50 * MINUTE, to: null }]);
  });

  it('began before what was looked at when it was active before', async () => {
    const { firings: found } = await firings(record([[0, 5]], FROM - 30 * MINUTE));
    expect(found).toMatchObject([{ from: FROM - 30 * MINUTE, to: FROM + 5 * MINUTE }]);
  });

  it('is one firing across the parts that are asked for', async () => {
    const { firings: found } = await firings(record([[350, 370]]), 12);
    expect(found).toMatchObject([{ from: FROM + 350 * MINUTE, to: FROM + 370 * MINUTE }]);
  });

  it('names the part that gave no answer, and goes on', async () => {
    const good = record([[400, 410]]);
    const metrics: Metrics = {
      ...good,
      range: async (query, from, to, stepMs) =>
        from === FROM
          ? { ok: false, failure: { kind: 'unreachable', message: 'away' } }
          : good.range(query, from, to, stepMs),
    };
    const { firings: found, missing } = await firings(metrics, 12);
    expect(found).toHaveLength(1);
    expect(missing).toEqual([expect.stringMatching(/^2026-06-04T18:00:00.000Z to .*: away$/)]);
  });

  it('is looked at as finely as its time allows', () => {
    expect([1, 12, 48, 24 * 30].map((hours) => stepFor(hours * 60 * MINUTE))).toEqual([1_000, 15_000, 30_000, 60_000]);
  });
});
