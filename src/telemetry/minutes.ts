import { emptyTiming } from '../analysis/rank-traces.ts';
import {
  type EdgeMinute,
  emptyMinute,
  emptyService,
  MINUTE_LIMITS,
  type Minute,
  type MinuteLimits,
  type ServiceMinute,
} from './service-minute.ts';

export const MINUTE_MS = 60_000;
/** Clocks of senders may be fast by this much; what is further ahead would push out what is true. */
const AHEAD_MS = 5 * 60_000;
export type Refused = 'too_late' | 'from_the_future' | 'too_many_services' | 'too_many_edges';

/** Aggregates by minute, bounded in every direction: the memory of a busy cluster is that of a quiet one times its limits. */
export type Minutes = {
  limits: MinuteLimits;
  now: () => number;
  byStart: Map<number, Minute>;
  /** Services and edges are counted over all minutes: the first ones stay, so that a flood of new names pushes nobody out. */
  services: Map<string, number>;
  edges: Map<string, number>;
};

export function createMinutes(now: () => number, limits: MinuteLimits = MINUTE_LIMITS): Minutes {
  return { limits, now, byStart: new Map(), services: new Map(), edges: new Map() };
}

/** The minute that an instant belongs to; late ones count where they belong as long as that is remembered. */
export function minuteOf(minutes: Minutes, at: number): Minute | Refused {
  const start = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const known = minutes.byStart.get(start);
  if (known) return known;
  const now = minutes.now();
  if (start > now + AHEAD_MS) return 'from_the_future';
  if (start <= now - minutes.limits.minutes * MINUTE_MS) return 'too_late';
  const minute = emptyMinute(start);
  minutes.byStart.set(start, minute);
  forgetBefore(minutes, now - minutes.limits.minutes * MINUTE_MS);
  return minute;
}

function forgetBefore(minutes: Minutes, oldest: number): void {
  for (const start of minutes.byStart.keys()) if (start <= oldest) minutes.byStart.delete(start);
  for (const names of [minutes.services, minutes.edges])
    for (const [name, seen] of names) if (seen <= oldest) names.delete(name);
}

export function serviceIn(minutes: Minutes, at: number, key: string): ServiceMinute | Refused {
  const minute = minuteOf(minutes, at);
  if (typeof minute === 'string') return minute;
  const known = minute.services.get(key);
  if (known) return known;
  if (!admit(minutes.services, key, minute.at, minutes.limits.services)) return 'too_many_services';
  const service = emptyService(minute.used);
  minute.services.set(key, service);
  return service;
}

export function edgeIn(minutes: Minutes, at: number, key: string): EdgeMinute | Refused {
  const minute = minuteOf(minutes, at);
  if (typeof minute === 'string') return minute;
  const known = minute.edges.get(key);
  if (known) return known;
  if (!admit(minutes.edges, key, minute.at, minutes.limits.edges)) return 'too_many_edges';
  const edge: EdgeMinute = { calls: 0, failed: 0, wait: emptyTiming() };
  minute.edges.set(key, edge);
  return edge;
}

/** Takes a minute as it is, if there is none of its time yet and all its names find room; false when it has to be merged instead. */
export function takeMinute(minutes: Minutes, minute: Minute): boolean {
  if (minutes.byStart.has(minute.at) || typeof minuteOf(minutes, minute.at) === 'string') return false;
  const newNames = (names: Map<string, number>, more: Map<string, unknown>) =>
    [...more.keys()].filter((name) => !names.has(name)).length;
  const { services, edges, limits } = minutes;
  const isRoom =
    services.size + newNames(services, minute.services) <= limits.services &&
    edges.size + newNames(edges, minute.edges) <= limits.edges;
  if (!isRoom) return false;
  for (const name of minute.services.keys()) admit(services, name, minute.at, limits.services);
  for (const name of minute.edges.keys()) admit(edges, name, minute.at, limits.edges);
  minutes.byStart.set(minute.at, minute);
  return true;
}

function admit(names: Map<string, number>, name: string, at: number, limit: number): boolean {
  const seen = names.get(name);
  if (seen === undefined && names.size >= limit) return false;
  if (seen === undefined || seen < at) names.set(name, at);
  return true;
}

/** Minutes with `from <= start < to`, oldest first. */
export function minutesBetween(minutes: Minutes, from: number, to: number): Minute[] {
  return [...minutes.byStart.values()].filter(({ at }) => at >= from && at < to).sort((a, b) => a.at - b.at);
}
