import { describe, expect, it } from 'vitest';
import { featureRows } from '../../src/analysis/features.ts';
import type { Series } from '../../src/analysis/series.ts';
import { fitServiceModel, type ServiceModel, scoreService } from '../../src/analysis/service-model.ts';
import { DAY_MS, daily, firstDays, lastPoints, madeUp, START, STEP_MS } from './made-up-series.ts';

type Metrics = Record<string, Series>;

/** A service's three metrics for 16 days; from `badFrom` on its latency is `factor` times the usual. */
function service(badFrom: number, factor: number): Metrics {
  return {
    request_rate: madeUp(16, 1, (at, noise) => 100 * daily(at) + 3 * noise),
    latency_p99: madeUp(16, 2, (at, noise) => (at >= badFrom ? factor : 1) * 0.2 * daily(at) * Math.exp(0.06 * noise)),
    cpu_ratio: madeUp(16, 3, (at, noise) => 0.3 * daily(at) + 0.01 * noise),
  };
}
const NEVER = Number.POSITIVE_INFINITY;
const mapped = (metrics: Metrics, of: (series: Series) => Series): Metrics =>
  Object.fromEntries(Object.entries(metrics).map(([name, series]) => [name, of(series)]));

function fit(metrics: Metrics): ServiceModel {
  const model = fitServiceModel(metrics, { now: START + 14 * DAY_MS, stepMs: STEP_MS });
  if ('refused' in model) throw new Error(model.refused);
  return model;
}
const model = fit(service(NEVER, 1));
const scoreAt = (metrics: Metrics, index: number) =>
  scoreService(
    model,
    mapped(metrics, (s) => lastPoints(s, index, 12)),
  )!;

describe('a service model', () => {
  it('calls about one normal step in twenty an outlier, and hardly any of them likely', () => {
    const fresh = service(NEVER, 1);
    let outliers = 0;
    let likely = 0;
    let count = 0;
    for (let index = 14 * 288 + 20; index < 16 * 288; index += 2) {
      const score = scoreAt(fresh, index);
      count += 1;
      if (score.label === -1) outliers += 1;
      if (score.probability > 0.95) likely += 1;
      expect(score.label === -1).toBe(score.decision < 0);
    }
    expect(outliers / count).toBeLessThan(0.15);
    expect(likely / count).toBeLessThan(0.01);
  });

  it('finds the bad hour, and says which metric carried it, by how much and against what band', () => {
    const bad = START + 15 * DAY_MS;
    const score = scoreAt(service(bad, 4), 15 * 288 + 6);
    expect(score.label).toBe(-1);
    expect(score.probability).toBeGreaterThan(scoreAt(service(NEVER, 1), 15 * 288 + 6).probability);
    expect(score.carriers[0]!.metric).toBe('latency_p99');
    expect(score.carriers[0]!.observed).toBeGreaterThan(score.carriers[0]!.band.high);
    expect(score.carriers.reduce((sum, carrier) => sum + carrier.share, 0)).toBeCloseTo(1, 10);
  });

  it('scores with a metric missing, and has nothing to say without any', () => {
    const { latency_p99: latency, ...rest } = service(NEVER, 1);
    expect(latency!.times.length).toBeGreaterThan(0);
    const score = scoreAt(rest, 15 * 288 + 6);
    expect(Number.isFinite(score.decision)).toBe(true);
    expect(score.carriers.find((carrier) => carrier.metric === 'latency_p99')!.observed).toBeNaN();
    expect(scoreService(model, {})).toBeNull();
  });

  it('is the same for the same history, and refuses too little', () => {
    expect(fit(service(NEVER, 1))).toEqual(model);
    const short = mapped(service(NEVER, 1), (series) => firstDays(series, 0.5));
    expect(fitServiceModel(short, { now: START + DAY_MS, stepMs: STEP_MS })).toEqual({ refused: 'too_little_history' });
  });
});

describe('feature rows', () => {
  it('have a column for each metric and feature, a row for each step, and NaN for gaps', () => {
    const recent = mapped(service(NEVER, 1), (series) => lastPoints(series, 15 * 288, 10));
    recent.cpu_ratio!.values[9] = Number.NaN;
    const rows = featureRows(model.metrics, recent);
    const names = model.metrics.flatMap(({ metric }) =>
      ['oddness', 'change', 'unsteadiness', 'value'].map((feature) => `${metric} ${feature}`),
    );
    expect(rows.features).toBe(names.length);
    expect(rows.rows).toBe(10);
    const last = rows.values.subarray(9 * rows.features);
    expect(last[names.indexOf('cpu_ratio oddness')]).toBeNaN();
    expect(Math.abs(last[names.indexOf('latency_p99 oddness')]!)).toBeLessThan(5);
    expect(rows.values[names.indexOf('latency_p99 change')]).toBeNaN();
  });
});
