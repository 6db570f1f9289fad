import { describe, expect, it } from 'vitest';
import { type MetricHistory, metricEvidence } from '../../src/analysis/rank-metrics.ts';

const steady = Float64Array.from({ length: 200 }, (_, i) => 0.1 + 0.002 * (i % 5));
const base: MetricHistory = {
  entity: 'orders',
  what: 'latency',
  shape: 'amount',
  worse: 'rise',
  unit: 's',
  stepMs: 60_000,
  start: 1_000_000,
  normal: { values: steady },
  recent: { values: steady.slice(0, 5) },
  incident: { values: [0.1, 0.5, 0.5], counts: [60, 60, 60] },
};

describe('metricEvidence', () => {
  it('says what rose, from when, and how much waiting it added', () => {
    const evidence = metricEvidence(base)!;
    expect(evidence.strength).toBeGreaterThan(0.95);
    expect(evidence.at).toBe(1_060_000);
    expect(evidence.message).toMatch(/^latency 10\d ms → 500 ms$/);
    expect(evidence.excess).toBeCloseTo((0.396 * 120) / 180, 1);
  });

  it('takes a fall of availability for the rise of failures that it is', () => {
    const evidence = metricEvidence({
      ...base,
      what: 'availability',
      shape: 'fraction',
      worse: 'fall',
      unit: 'fraction',
      normal: { values: new Float64Array(200).fill(1) },
      recent: { values: [1, 1], counts: [500, 500] },
      incident: { values: [0.9, 0.9], counts: [500, 500] },
    })!;
    expect(evidence.strength).toBeGreaterThan(0.9);
    expect(evidence.message).toBe('availability 100.0 % → 90.0 %');
  });

  it('gives a low strength to what is normal, and none to what has no values', () => {
    expect(metricEvidence({ ...base, incident: { values: [0.104, 0.102] } })!.strength).toBeLessThan(0.5);
    expect(metricEvidence({ ...base, incident: { values: [] } })).toBeNull();
  });

  it('sees a fall of an amount when falling is what is bad', () => {
    const fallen = { ...base, what: 'traffic', worse: 'fall' as const, unit: '', incident: { values: [0.01, 0.01] } };
    expect(metricEvidence(fallen)!.strength).toBeGreaterThan(0.95);
    expect(metricEvidence({ ...fallen, incident: { values: [5, 5] } })!.strength).toBeLessThan(0.5);
  });
});
