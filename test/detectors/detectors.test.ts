import { describe, expect, it } from 'vitest';
import { type Baseline, expectedAt, fitBaseline } from '../../src/analysis/baseline.ts';
import flatLine from '../../src/detectors/flat-line.ts';
import leak from '../../src/detectors/leak.ts';
import levelShift from '../../src/detectors/level-shift.ts';
import seasonalDeviation from '../../src/detectors/seasonal-deviation.ts';
import type { DetectorInput } from '../../src/extension-points.ts';
import { DAY_MS, daily, endingAt, madeUp, START, STEP_MS } from '../analysis/made-up-series.ts';

const NOW = START + 14.4 * DAY_MS;
const MINUTE_MS = 60_000;
const ABOUT = { kind: 'Deployment', namespace: 'shop', name: 'payment-api' } as const;

function learned(shape: (at: number, noise: number) => number): Baseline {
  const fitted = fitBaseline(madeUp(14, 1, shape), { now: NOW, stepMs: STEP_MS });
  if ('refused' in fitted) throw new Error(fitted.refused);
  return fitted;
}
const latency = learned((at, noise) => 0.2 * daily(at) * Math.exp(0.06 * noise));
const memory = learned((_, noise) => 0.45 + 0.005 * noise);
const errors = learned(() => 0);

function input(
  metric: string,
  values: number[],
  baseline: Baseline | null,
  more: Partial<DetectorInput> = {},
): DetectorInput {
  const unit = metric === 'latency_p99' ? 's' : 'of limit';
  return {
    about: ABOUT,
    metric,
    unit,
    at: NOW,
    stepMs: MINUTE_MS,
    recent: endingAt(NOW, values),
    baseline,
    limit: null,
    ...more,
  };
}
const usual = (factor: (minute: number) => number) =>
  Array.from({ length: 60 }, (_, m) => expectedAt(latency, NOW - (59 - m) * MINUTE_MS).expected * factor(m));
const wobble = (minute: number) => 1 + 0.03 * Math.sin(minute * 2.3);

describe('seasonal deviation', () => {
  it('tells the value and the band in the operator’s units, and how sure it is', () => {
    const [finding] = seasonalDeviation.detect(
      input(
        'latency_p99',
        usual((m) => (m > 54 ? 10 : 1) * wobble(m)),
        latency,
      ),
    );
    expect(finding).toMatchObject({ kind: 'anomaly', what: 'latency', about: ABOUT, at: NOW });
    expect(finding!.strength).toBeGreaterThan(0.99);
    expect(finding!.message).toMatch(/^payment-api: p99 latency 2\.\d s; at this hour \d+ ms to \d+ ms$/);
    expect(finding!.value!.observed).toBeGreaterThan(finding!.value!.high);
  });

  it('says nothing of what is usual, of what is better than usual, or without a baseline', () => {
    expect(seasonalDeviation.detect(input('latency_p99', usual(wobble), latency))).toEqual([]);
    expect(
      seasonalDeviation.detect(
        input(
          'latency_p99',
          usual((m) => (m > 50 ? 0.2 : 1)),
          latency,
        ),
      ),
    ).toEqual([]);
    expect(
      seasonalDeviation.detect(
        input(
          'latency_p99',
          usual(() => 10),
          null,
        ),
      ),
    ).toEqual([]);
    expect(seasonalDeviation.detect(input('latency_p99', [], latency))).toEqual([]);
  });

  it('says nothing of what nobody would act on: a first error among thousands', () => {
    expect(seasonalDeviation.detect(input('error_ratio', [0.002, 0.003, 0.002], errors))).toEqual([]);
    const [finding] = seasonalDeviation.detect(input('error_ratio', [0.2, 0.22, 0.21], errors));
    expect(finding).toMatchObject({ what: 'errors' });
    expect(finding!.message).toContain('21 %');
  });

  it('tells a fall of traffic too', () => {
    const traffic = learned((at, noise) => 100 * daily(at) + 2 * noise);
    const [finding] = seasonalDeviation.detect(input('request_rate', [5, 5, 5], traffic));
    expect(finding).toMatchObject({ what: 'traffic' });
  });
});

describe('leak', () => {
  const climbing = Array.from({ length: 60 }, (_, m) => 0.45 + 0.004 * m + 0.004 * Math.sin(m * 1.7));

  it('tells how long until the limit, with and without a baseline, sure enough to act on', () => {
    for (const baseline of [memory, null]) {
      const [finding] = leak.detect(input('memory_ratio', climbing, baseline, { limit: 1 }));
      expect(finding).toMatchObject({ kind: 'anomaly', what: 'leak' });
      expect(finding!.strength).toBeGreaterThan(0.99);
      const minutes = Number(/full in about (\d+) min/.exec(finding!.message)![1]);
      expect(minutes).toBeGreaterThan(68);
      expect(minutes).toBeLessThan(88);
    }
  });

  it('says nothing of steady memory, of a fall, of a limitless metric, or of a climb far from its limit', () => {
    const steady = Array.from({ length: 60 }, (_, m) => 0.7 + 0.01 * Math.sin(m * 1.7));
    expect(leak.detect(input('memory_ratio', steady, null, { limit: 1 }))).toEqual([]);
    expect(leak.detect(input('memory_ratio', [...climbing].reverse(), null, { limit: 1 }))).toEqual([]);
    expect(leak.detect(input('latency_p99', climbing, null))).toEqual([]);
    expect(leak.detect(input('memory_ratio', climbing, null, { limit: 10 }))).toEqual([]);
  });

  it('takes off what the hour of the day explains', () => {
    const warm = learned((at, noise) => 0.4 + 0.5 * (daily(at) - 0.5) + 0.002 * noise);
    const morning = START + 14.05 * DAY_MS;
    const values = Array.from({ length: 60 }, (_, m) => expectedAt(warm, morning - (59 - m) * MINUTE_MS).expected);
    const rising = { at: morning, recent: endingAt(morning, values), limit: 0.8 };
    expect(values.at(-1)! - values[0]!).toBeGreaterThan(0.04);
    expect(leak.detect(input('memory_ratio', [], null, rising))).toHaveLength(1);
    expect(leak.detect(input('memory_ratio', [], warm, rising))).toEqual([]);
  });
});

describe('level shift', () => {
  it('tells when the metric stepped and between which levels', () => {
    const [finding] = levelShift.detect(
      input(
        'latency_p99',
        usual((m) => (m >= 40 ? 6 : 1) * wobble(m)),
        latency,
      ),
    );
    expect(finding).toMatchObject({ what: 'level_shift', at: NOW - 19 * MINUTE_MS });
    expect(finding!.message).toMatch(/p99 latency stepped from \d+ ms to \d(\.\d)? s and stayed there/);
  });

  it('says nothing without a step, of a step back to normal, or without a baseline', () => {
    expect(levelShift.detect(input('latency_p99', usual(wobble), latency))).toEqual([]);
    expect(
      levelShift.detect(
        input(
          'latency_p99',
          usual((m) => (m < 30 ? 6 : 1) * wobble(m)),
          latency,
        ),
      ),
    ).toEqual([]);
    expect(
      levelShift.detect(
        input(
          'latency_p99',
          usual((m) => (m >= 40 ? 6 : 1)),
          null,
        ),
      ),
    ).toEqual([]);
  });
});

describe('flat line', () => {
  it('tells of a metric that stands still though it normally moves, and since when', () => {
    const stuck = usual((m) => (m < 30 ? wobble(m) : 0)).map((value, m) => (m < 30 ? value : 0.231));
    const [finding] = flatLine.detect(input('latency_p99', stuck, latency));
    expect(finding).toMatchObject({ what: 'flat_line', at: NOW - 29 * MINUTE_MS });
  });

  it('tells of a metric that stopped coming', () => {
    const gone = usual((m) => (m < 40 ? wobble(m) : Number.NaN));
    const [finding] = flatLine.detect(input('latency_p99', gone, latency));
    expect(finding).toMatchObject({ what: 'no_data', at: NOW - 20 * MINUTE_MS });
  });

  it('says nothing of a moving metric, of zeros, of one that always stands still, or without a baseline', () => {
    expect(flatLine.detect(input('latency_p99', usual(wobble), latency))).toEqual([]);
    expect(flatLine.detect(input('error_ratio', Array(60).fill(0), errors))).toEqual([]);
    const constant = learned(() => 3);
    expect(flatLine.detect(input('cpu_ratio', Array(60).fill(3), constant))).toEqual([]);
    expect(flatLine.detect(input('latency_p99', Array(60).fill(0.2), null))).toEqual([]);
    expect(flatLine.detect(input('latency_p99', [], latency))).toEqual([]);
  });
});
