import { durationMs } from './duration.ts';
import type { LabelSelector } from './label-selector.ts';

/** Monitors of the Prometheus Operator: who scrapes what, how often. Pure judgement on whether one may be scraped more often for a while. */

/** `interval` and `scrapeTimeout` as Prometheus writes durations; null: the server's default. */
export type MonitorEndpoint = { port: string; path: string; interval: string | null; scrapeTimeout: string | null };
export type Monitor = {
  kind: 'ServiceMonitor' | 'PodMonitor';
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  managers: { manager: string; operation: string; fields: string[] }[];
  selector: LabelSelector;
  /** Where it looks; `*`: everywhere. */
  namespaces: string[];
  endpoints: MonitorEndpoint[];
};

/** Says on the monitor who tightened it and what was there before; goes with the change in one patch. */
export const TIGHTENED = 'nightshift.dev/tightened';
export const CLOSE_INTERVAL = '15s';
const CLOSE_MS = 15_000;

/** An endpoint's `interval` to be set; null: to be taken away, as it was. */
export type IntervalChange = { index: number; interval: string | null };
type MarkedEndpoint = { index: number; port: string; path: string; was: string | null };
export type MonitorMark = { incident: string; endpoints: MarkedEndpoint[] };

export type Tightening =
  | { kind: 'tighten'; changes: IntervalChange[]; mark: string; before: string }
  /** It is scraped as often already. */
  | { kind: 'close_enough' }
  /** What keeps it as it is, in words. */
  | { kind: 'leave'; message: string };

/** What to write so that the monitor is scraped every 15 s. A scrape that may take longer than that can't be repeated so soon: the operator would drop it. */
export function tightening(monitor: Monitor, incident: string): Tightening {
  const slow = [...monitor.endpoints.entries()].filter(([, { interval }]) => isLonger(interval));
  if (slow.length === 0) return { kind: 'close_enough' };
  const unfit = slow.find(([, { scrapeTimeout }]) => scrapeTimeout !== null && isLonger(scrapeTimeout));
  if (unfit) return { kind: 'leave', message: `a scrape of it may take ${unfit[1].scrapeTimeout}` };
  const endpoints = slow.map(([index, { port, path, interval }]) => ({ index, port, path, was: interval }));
  const mark: MonitorMark = { incident, endpoints };
  return {
    kind: 'tighten',
    changes: slow.map(([index]) => ({ index, interval: CLOSE_INTERVAL })),
    mark: JSON.stringify(mark),
    before: everyWords(slow[0]?.[1].interval ?? null),
  };
}

/** What to write so that all is as before: only what still holds what was written. `kept` counts what somebody else changed since. */
export function puttingBack(
  monitor: Monitor,
  mark: MonitorMark,
): { changes: IntervalChange[]; kept: number; after: string } {
  const taken = new Set<number>();
  const changes = mark.endpoints.flatMap((marked) => {
    const index = placeOf(monitor, marked, taken);
    if (index === null) return [];
    taken.add(index);
    return [{ index, interval: marked.was }];
  });
  return {
    changes,
    kept: mark.endpoints.length - changes.length,
    after: everyWords(mark.endpoints[0]?.was ?? null),
  };
}

/** The mark that the monitor carries; null when there is none, or none that can be read. */
export function markOf(monitor: Monitor): MonitorMark | null {
  try {
    const mark = JSON.parse(monitor.annotations[TIGHTENED] ?? 'null') as Partial<MonitorMark> | null;
    if (!mark || typeof mark.incident !== 'string' || !Array.isArray(mark.endpoints)) return null;
    const endpoints = mark.endpoints.filter(
      (one) => Number.isInteger(one?.index) && (one.was === null || typeof one.was === 'string'),
    );
    return { incident: mark.incident, endpoints };
  } catch {
    return null;
  }
}

/** The endpoint that was meant: where it was, or wherever its port and path are now; null when none of them holds what was written. */
function placeOf(monitor: Monitor, marked: MarkedEndpoint, taken: Set<number>): number | null {
  const isIt = (index: number) => {
    const endpoint = monitor.endpoints[index];
    const same = endpoint?.port === marked.port && endpoint.path === marked.path;
    return same && endpoint.interval === CLOSE_INTERVAL && !taken.has(index);
  };
  if (isIt(marked.index)) return marked.index;
  const found = monitor.endpoints.findIndex((_, index) => isIt(index));
  return found < 0 ? null : found;
}

export const looksInto = (monitor: Monitor, namespace: string): boolean =>
  monitor.namespaces.includes('*') || monitor.namespaces.includes(namespace);

const everyWords = (interval: string | null): string =>
  interval === null ? 'at the server’s default' : `every ${interval}`;

/** Than what is wished for. The server's default is taken for longer. */
function isLonger(duration: string | null): boolean {
  if (duration === null) return true;
  return durationMs(duration) > CLOSE_MS;
}
