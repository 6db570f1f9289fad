import { describe, expect, test } from 'vitest';
import { type ForecastModel, fitForecast, lookAhead } from '../../src/analysis/forecast.ts';
import { between, type Series } from '../../src/analysis/series.ts';
import { forecastAt } from './forecast-at.ts';
import { DAY_MS, daily, firstDays, isWeekend, madeUp, START, STEP_MS } from './made-up-series.ts';

const HOUR_MS = 3_600_000;
const week = (at: number) => daily(at) * (isWeekend(at) ? 0.5 : 1);
const busy = madeUp(31, 3, (at, noise) => 100 * week(at) * (1 + 0.05 * noise));

function learned(series: Series, days: number, exclude: { from: number; to: number }[] = []): ForecastModel {
  const now = START + days * DAY_MS;
  const model = fitForecast(firstDays(series, days), { now, stepMs: STEP_MS, exclude });
  if (model === null) throw new Error('not learned');
  return model;
}

function dayBefore(series: Series, now: number): Series {
  return between(series, now - 26 * HOUR_MS, now - 1);
}

describe('a rate with a rhythm of days and weeks', () => {
  test('is foretold a day ahead, on working days and weekends', () => {
    const friday = 25;
    const model = learned(busy, friday);
    for (let hour = 0; hour < 72; hour++) {
      const now = START + friday * DAY_MS + hour * HOUR_MS;
      const at = now + 20.5 * HOUR_MS;
      const [answer] = forecastAt(model, dayBefore(busy, now), [at]);
      expect(Math.abs(answer!.median / (100 * week(at)) - 1)).toBeLessThan(0.12);
    }
  });

  test('lies within the interval about 95 times in 100, at every horizon', () => {
    const model = learned(busy, 21);
    for (const ahead of [STEP_MS, 4 * STEP_MS, HOUR_MS, 5 * HOUR_MS, 20 * HOUR_MS]) {
      let covered = 0;
      let asked = 0;
      for (let now = START + 21 * DAY_MS; now < START + 28 * DAY_MS; now += HOUR_MS) {
        const last = now - STEP_MS;
        const [answer] = forecastAt(model, dayBefore(busy, now), [last + ahead]);
        const truth = busy.values[(last + ahead - START) / STEP_MS]!;
        asked += 1;
        covered += Number(truth >= answer!.low && truth <= answer!.high);
      }
      expect(covered / asked).toBeGreaterThan(0.9);
      expect(covered / asked).toBeLessThan(0.995);
    }
  });

  test('is known more narrowly minutes ahead than hours ahead', () => {
    const slow = madeUp(21, 4, (at, noise, i) => 100 * week(at) * (1 + 0.1 * Math.sin(i / 70) + 0.01 * noise));
    const now = START + 21 * DAY_MS;
    const [soon, later] = forecastAt(learned(slow, 21), dayBefore(slow, now), [now, now + 12 * HOUR_MS]);
    expect((soon!.high - soon!.low) / soon!.median).toBeLessThan(0.7 * ((later!.high - later!.low) / later!.median));
  });
});

test('a new level is followed, though the season was learned at the old one', () => {
  const risen = madeUp(
    31,
    5,
    (at, noise) => 100 * week(at) * (1 + 0.03 * noise) * (at > START + 26 * DAY_MS ? 1.6 : 1),
  );
  const now = START + 28 * DAY_MS;
  const [answer] = forecastAt(learned(risen, 28), dayBefore(risen, now), [now + 6 * HOUR_MS]);
  expect(Math.abs(answer!.median / (160 * week(now + 6 * HOUR_MS)) - 1)).toBeLessThan(0.12);
});

test('outages and floods of the past leave the forecast as it was', () => {
  const hurt = (at: number) => {
    const day = Math.floor((at - START) / DAY_MS);
    const hour = (at % DAY_MS) / HOUR_MS;
    if (day % 5 === 2 && hour > 9 && hour < 12) return 0;
    return day % 6 === 4 && hour > 14 && hour < 16 ? 8 : 1;
  };
  const troubled = madeUp(28, 3, (at, noise) => 100 * week(at) * (1 + 0.05 * noise) * hurt(at));
  const now = START + 28 * DAY_MS;
  const model = learned(troubled, 28);
  for (let hour = 1; hour < 24; hour++) {
    const at = now + hour * HOUR_MS - STEP_MS;
    const [answer] = forecastAt(model, dayBefore(troubled, now), [at]);
    expect(Math.abs(answer!.median / (100 * week(at)) - 1)).toBeLessThan(0.15);
  }
});

test('what happened in an excluded span is not learned from', () => {
  const span = { from: START + 18 * DAY_MS, to: START + 20 * DAY_MS };
  const odd = madeUp(21, 3, (at, noise) => (at >= span.from && at < span.to ? 5 : 100 * week(at) * (1 + 0.05 * noise)));
  const now = START + 21 * DAY_MS;
  const width = (model: ForecastModel) => {
    const [answer] = forecastAt(model, dayBefore(odd, now), [now + 6 * HOUR_MS]);
    return answer!.high / answer!.low;
  };
  expect(width(learned(odd, 21, [span]))).toBeLessThan(width(learned(odd, 21)));
});

test('a service that sleeps at night is never foretold below zero', () => {
  const sleeping = madeUp(21, 6, (at, noise) => Math.max(0, 40 * (daily(at) - 1) * (1 + 0.2 * noise)));
  const now = START + 21 * DAY_MS;
  const ats = Array.from({ length: 24 }, (_, hour) => now + hour * HOUR_MS);
  for (const answer of forecastAt(learned(sleeping, 21), dayBefore(sleeping, now), ats)) {
    expect(answer!.low).toBeGreaterThanOrEqual(0);
    expect(answer!.median).toBeGreaterThanOrEqual(answer!.low);
    expect(answer!.high).toBeGreaterThanOrEqual(answer!.median);
  }
});

test('quantiles rise with the probability that is asked for', () => {
  const now = START + 21 * DAY_MS;
  const ahead = lookAhead(learned(busy, 21), dayBefore(busy, now));
  const answers = [0.01, 0.2, 0.5, 0.8, 0.9, 0.975, 0.99].map((quantile) => ahead(now + HOUR_MS, quantile)!);
  expect(answers).toEqual([...answers].sort((a, b) => a - b));
});

describe('no guess', () => {
  const now = START + 21 * DAY_MS;

  test('without two days of history', () => {
    expect(fitForecast(firstDays(busy, 1.9), { now: START + 2 * DAY_MS, stepMs: STEP_MS })).toBeNull();
    const gaps = { times: busy.times, values: busy.values.map(() => Number.NaN) };
    expect(fitForecast(gaps, { now, stepMs: STEP_MS })).toBeNull();
    expect(
      fitForecast({ times: new Float64Array(0), values: new Float64Array(0) }, { now, stepMs: STEP_MS }),
    ).toBeNull();
  });

  test('when the last hour is silent, though older gaps do no harm', () => {
    const model = learned(busy, 21);
    const silentSince = (ms: number, until: number): Series => {
      const recent = dayBefore(busy, now);
      const values = recent.values.map((value, i) =>
        recent.times[i]! >= now - ms && recent.times[i]! < now - until ? Number.NaN : value,
      );
      return { times: recent.times, values };
    };
    expect(forecastAt(model, silentSince(2 * HOUR_MS, 0), [now + HOUR_MS])).toEqual([null]);
    expect(forecastAt(model, silentSince(9 * HOUR_MS, HOUR_MS), [now + HOUR_MS])[0]?.median).toBeGreaterThan(0);
    expect(forecastAt(model, { times: new Float64Array(0), values: new Float64Array(0) }, [now])).toEqual([null]);
  });

  test('for the past, and more than a day ahead', () => {
    const model = learned(busy, 21);
    const recent = dayBefore(busy, now);
    expect(forecastAt(model, recent, [now - STEP_MS, now + 2 * DAY_MS])).toEqual([null, null]);
  });
});

test('a model survives JSON', () => {
  const now = START + 21 * DAY_MS;
  const model = learned(busy, 21);
  const again = JSON.parse(JSON.stringify(model)) as ForecastModel;
  expect(forecastAt(again, dayBefore(busy, now), [now])).toEqual(forecastAt(model, dayBefore(busy, now), [now]));
});
