import { describe, expect, it } from 'vitest';
import type { Matcher } from '../../../sandbox/prometheus/series.ts';
import { createSeriesStore, type Sample, SCRAPE_MS } from '../../../sandbox/prometheus/store.ts';
import { samplesOf } from './sample-set.ts';

const AT = Math.ceil(Date.UTC(2026, 5, 1) / 60_000) * 60_000;
const named = (value: string): Matcher[] => [{ name: '__name__', kind: '=', value, matches: (v) => v === value }];
const sample = (value: number): Sample => ({ name: 'a', labels: { pod: 'p' }, value });

describe('the series store', () => {
  it('answers past and live samples as one series', () => {
    const store = createSeriesStore({
      pastMs: 3_600_000,
      pastOf: (_, __, value) => (t) => value + (t - AT) / SCRAPE_MS,
    });
    store.record(AT, [sample(1_000)]);
    store.record(AT + SCRAPE_MS, [sample(1_001)]);
    const [series] = store.select(named('a'), 0, AT);
    const samples = samplesOf(series!, AT - 2 * SCRAPE_MS, AT + SCRAPE_MS);
    expect(samples.values).toEqual([998, 999, 1_000, 1_001]);
    expect(samples.times).toEqual([-2, -1, 0, 1].map((n) => AT + n * SCRAPE_MS));
    expect(samplesOf(series!, AT - 7_200_000, AT - 3_700_000).times).toEqual([]);
  });

  it('has a denser past the nearer it is, without gap or overlap', () => {
    const day = 86_400_000;
    const store = createSeriesStore({ pastMs: 2 * day, pastOf: () => () => 1 });
    store.record(AT, [sample(1)]);
    const { times } = samplesOf(store.select(named('a'), 0, AT)[0]!, 0, AT);
    expect(times).toHaveLength(1_440 + 1_440 + 2_880 + 1);
    const gaps = new Set(times.slice(1).map((t, i) => t - times[i]!));
    expect(gaps).toEqual(new Set([60_000, 30_000, SCRAPE_MS]));
  });

  it('gives no past to what appears later', () => {
    const store = createSeriesStore({ pastMs: 3_600_000, pastOf: () => () => 1 });
    store.record(AT, []);
    store.record(AT + SCRAPE_MS, [sample(5)]);
    expect(samplesOf(store.select(named('a'), 0, AT)[0]!, 0, AT + SCRAPE_MS).values).toEqual([5]);
  });

  it('marks a series as ended when a scrape no longer has it, and lets it come back', () => {
    const store = createSeriesStore({ pastMs: 0, pastOf: () => undefined });
    store.record(AT, [sample(1)]);
    store.record(AT + SCRAPE_MS, []);
    store.record(AT + 2 * SCRAPE_MS, []);
    store.record(AT + 3 * SCRAPE_MS, [sample(2)]);
    const [series] = store.select(named('a'), 0, AT);
    expect(series!.stale(AT, AT + SCRAPE_MS - 1)).toBe(false);
    expect(series!.stale(AT, AT + SCRAPE_MS)).toBe(true);
    expect(series!.stale(AT + 3 * SCRAPE_MS, AT + 9 * SCRAPE_MS)).toBe(false);
  });

  it('keeps what rules made beside the scrape, and ends it by itself', () => {
    const store = createSeriesStore({ pastMs: 3_600_000, pastOf: () => () => 1 });
    const alert = { name: 'ALERTS', labels: { alertname: 'Hot' }, value: 1 };
    store.record(AT, [sample(1)]);
    store.recordRules(AT, [alert]);
    store.record(AT + SCRAPE_MS, [sample(2)]);
    store.recordRules(AT + SCRAPE_MS, []);
    const [alerts] = store.select(named('ALERTS'), 0, AT);
    expect(samplesOf(alerts!, 0, AT + SCRAPE_MS)).toEqual({ times: [AT], values: [1] });
    expect(alerts!.stale(AT, AT + SCRAPE_MS)).toBe(true);
    expect(store.select(named('a'), 0, AT)[0]!.stale(AT - 1, AT + SCRAPE_MS)).toBe(false);
  });

  it('thins what is older than half a day and drops what is older than fifteen days', () => {
    const store = createSeriesStore({ pastMs: 0, pastOf: () => undefined });
    const hours = 14;
    const last = AT + hours * 3_600_000;
    for (let t = AT; t <= last; t += SCRAPE_MS) store.record(t, [sample(t)]);
    const [series] = store.select(named('a'), 0, last);
    expect(samplesOf(series!, last - 3_600_000, last).times).toHaveLength(241);
    const old = samplesOf(series!, AT, AT + 3_600_000 - SCRAPE_MS);
    expect(old.times).toHaveLength(30);
    expect(old.values).toEqual(old.times);
    store.record(last + 16 * 86_400_000, []);
    expect(store.select(named('a'), 0, last)).toEqual([]);
  });
});
