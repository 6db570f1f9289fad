import type { Timing } from '../analysis/rank-traces.ts';
import { edgeIn, type Minutes, serviceIn } from './minutes.ts';
import {
  countTemplate,
  emptyMinute,
  emptyService,
  levelIn,
  MINUTE_LIMITS,
  type Minute,
  operationIn,
  type ServiceMinute,
} from './service-minute.ts';
import { mergeSketch } from './sketch.ts';

/** What a minute holds beyond its own limits is left out, and counted by who asks. */
type Told = (why: 'too_many_services' | 'too_many_edges' | 'too_late' | 'from_the_future') => void;

/**
 * Adds a minute of one receiver to what all have heard. Everything in a minute is a sum (the highest, of levels' tops), so the order doesn't matter and
 * nothing is lost in merging. `templateOf` gives a template's id where it goes to.
 */
export function mergeMinute(
  into: Minutes,
  from: Minute,
  templateOf: (key: string, id: number) => number,
  refused: Told,
): void {
  for (const [key, service] of from.services) {
    const place = serviceIn(into, from.at, key);
    if (typeof place === 'string') refused(place);
    else mergeService(place, service, into.limits, (id) => templateOf(key, id));
  }
  for (const [key, edge] of from.edges) {
    const place = edgeIn(into, from.at, key);
    if (typeof place === 'string') {
      refused(place);
      continue;
    }
    place.calls += edge.calls;
    place.failed += edge.failed;
    addTimings(place.wait, edge.wait);
  }
}

function mergeService(
  into: ServiceMinute,
  from: ServiceMinute,
  limits: Minutes['limits'],
  templateOf: (id: number) => number,
): void {
  into.requests += from.requests;
  into.failed += from.failed;
  into.logs += from.logs;
  into.latency = mergeSketch(into.latency, from.latency);
  into.served = mergeSketch(into.served, from.served);
  for (const [name, { latency, self }] of from.operations) {
    const operation = operationIn(into, name, limits);
    addTimings(operation.latency, latency);
    addTimings(operation.self, self);
  }
  for (const [id, count] of from.templates) countTemplate(into, templateOf(id), count, limits);
  for (const [name, { sum, n }] of from.metrics) {
    const known = into.metrics.get(name);
    if (!known && into.metrics.size >= limits.metrics) continue;
    into.metrics.set(name, { sum: (known?.sum ?? 0) + sum, n: (known?.n ?? 0) + n });
  }
  for (const [vital, level] of from.vitals) {
    const place = levelIn(into, vital);
    place.sum += level.sum;
    place.n += level.n;
    place.streams += level.streams;
    place.grown += level.grown;
    place.max = Math.max(place.max, level.max);
  }
}

/** Parts of one service's minute as one; null of none. */
export function mergedService(parts: readonly ServiceMinute[]): ServiceMinute | null {
  const [first, ...others] = parts;
  if (!first || others.length === 0) return first ?? null;
  const merged = emptyService();
  for (const part of parts) mergeService(merged, part, MINUTE_LIMITS, (id) => id);
  return merged;
}

export function addTimings(into: Timing, { n, logs, squares, totalMs }: Timing): void {
  into.n += n;
  into.logs += logs;
  into.squares += squares;
  into.totalMs += totalMs;
}

/** One minute out of two parts of it, which stay as they are. */
export function mergedMinute(minutes: Minutes, one: Minute, other: Minute): Minute {
  const merged: Minutes = {
    ...minutes,
    byStart: new Map([[one.at, emptyMinute(one.at)]]),
    services: new Map(),
    edges: new Map(),
  };
  for (const part of [one, other])
    mergeMinute(
      merged,
      part,
      (_, id) => id,
      () => undefined,
    );
  return merged.byStart.get(one.at)!;
}
