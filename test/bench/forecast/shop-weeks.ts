import { COLUMN } from '../../../sandbox/shop/counters.ts';
import { createHistory, HISTORY_MS } from '../../../sandbox/shop/history.ts';
import type { Counted } from './read-counts.ts';

const STEP_MS = 300_000;
const END = Date.UTC(2026, 0, 20, 12);
const PIECES = 3;
/** One at each depth of the shop's call graph, each with a seed of its own. */
const TRAFFIC: readonly [service: string, seed: number][] = [
  ['storefront', 42],
  ['checkout-api', 7],
  ['catalog-api', 11],
];

/** Six weeks of request rates (1/s) of the sandbox's shop, from the counters of its healthy past. */
export function shopWeeks(): [string, Counted][] {
  return TRAFFIC.map(([service, seed]) => [service, { series: ratesOf(service, seed), stepMs: STEP_MS }]);
}

function ratesOf(service: string, seed: number): Counted['series'] {
  const times: number[] = [];
  const values: number[] = [];
  for (let piece = PIECES - 1; piece >= 0; piece--) {
    const history = createHistory(seed, END - piece * HISTORY_MS, () => 1);
    const counted = history.reader(service, COLUMN.requests);
    for (let at = history.fromMs; at < history.toMs; at += STEP_MS) {
      times.push(at);
      values.push((counted(at + STEP_MS) - counted(at)) / (STEP_MS / 1000));
    }
  }
  return { times: Float64Array.from(times), values: Float64Array.from(values) };
}
