import { expect } from 'vitest';
import { queryInstant, queryRange } from '../../../sandbox/prometheus/query.ts';
import type { SeriesSource } from '../../../sandbox/prometheus/series.ts';

/** Key of labels and instant → value. */
type Flat = Map<string, number>;

type Answered = { resultType: string; result: unknown };

const TOLERANCE = 1e-9;

/** Both answer the same label sets with the same values (relative difference at most 1e-9) at the instant `atMs`. Answers how many. */
export async function compareInstant(source: SeriesSource, url: string, query: string, atMs: number): Promise<number> {
  const answered = queryInstant(source, query, atMs);
  if (!answered.ok) throw new Error(answered.error);
  const flat: Flat = new Map();
  const { result } = answered;
  if (result.resultType === 'scalar') flat.set('scalar', result.value);
  if (result.resultType === 'vector') {
    for (const s of result.samples) flat.set(`${sameLabels(s.labels)} ${atMs / 1000}`, s.value);
  }
  expectSame(flat, flatReal(await ask(url, '/api/v1/query', { query, time: String(atMs / 1000) })), query);
  return flat.size;
}

/** The same for a range. */
export async function compareRange(
  source: SeriesSource,
  url: string,
  query: string,
  window: { from: number; to: number; step: number },
): Promise<number> {
  const { from, to, step } = window;
  const answered = queryRange(source, query, from, to, step);
  if (!answered.ok) throw new Error(answered.error);
  const flat: Flat = new Map();
  for (const s of answered.result.series) {
    s.times.forEach((t, i) => {
      flat.set(`${sameLabels(s.labels)} ${t / 1000}`, s.values[i]!);
    });
  }
  const parameters = { query, start: String(from / 1000), end: String(to / 1000), step: String(step / 1000) };
  expectSame(flat, flatReal(await ask(url, '/api/v1/query_range', parameters)), query);
  return flat.size;
}

async function ask(url: string, path: string, parameters: Record<string, string>): Promise<Answered> {
  const response = await fetch(`${url}${path}?${new URLSearchParams(parameters)}`);
  const body = (await response.json()) as { status: string; data: Answered; error?: string };
  if (body.status !== 'success') throw new Error(`${parameters.query}: ${body.error}`);
  return body.data;
}

function sameLabels(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort());
}

function flatReal(data: Answered): Flat {
  const flat: Flat = new Map();
  const value = (text: string): number => Number(text.replace('Inf', 'Infinity'));
  if (data.resultType === 'scalar') flat.set('scalar', value((data.result as [number, string])[1]));
  else {
    type Entry = { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] };
    for (const entry of data.result as Entry[]) {
      for (const [t, v] of entry.values ?? [entry.value!]) flat.set(`${sameLabels(entry.metric)} ${t}`, value(v));
    }
  }
  return flat;
}

function expectSame(ours: Flat, real: Flat, query: string): void {
  expect([...ours.keys()].sort(), query).toEqual([...real.keys()].sort());
  for (const [key, value] of real) {
    const mine = ours.get(key)!;
    const close = Math.abs(mine - value) <= TOLERANCE * Math.max(Math.abs(mine), Math.abs(value));
    const same = close || Object.is(mine, value) || (Number.isNaN(mine) && Number.isNaN(value));
    expect(same, `${query}\n${key}: ours ${mine}, Prometheus ${value}`).toBe(true);
  }
}
