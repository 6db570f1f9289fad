import type { PointRecord } from '../domain/telemetry.ts';
import { MINUTE_MS, type Minutes, type Refused, type ServiceMinute, serviceIn } from './telemetry-minutes.ts';
import { keyOf } from './telemetry-traces.ts';

/** What is known of running totals, to tell by how much they grew. Bounded: streams not heard of for longest are forgotten. */
export type Gauger = {
  minutes: Minutes;
  totals: Map<string, { value: number; sum: number; at: number }>;
  streams: number;
  refused: (why: Refused | 'too_many_metrics') => void;
};

const STREAMS = 50_000;
/** A total that was away for so long starts anew. */
const GAP_MS = 10 * MINUTE_MS;

export function createGauger(minutes: Minutes, refused: Gauger['refused'], streams = STREAMS): Gauger {
  return { minutes, totals: new Map(), streams, refused };
}

/**
 * Levels are averaged within their minute over pods and attributes; totals and changes are added up, so that a minute holds
 * what the service's metric grew by in 60 s. Of histograms the mean (`name`) and the rate (`name.count`) remain.
 */
export function addPoints(gauger: Gauger, records: readonly PointRecord[]): void {
  for (const record of records) {
    const grown = record.kind === 'total' ? growth(gauger, record) : { value: record.value, sum: record.sum };
    if (!grown) continue;
    const service = serviceIn(gauger.minutes, record.at, keyOf(record.source));
    if (typeof service === 'string') {
      gauger.refused(service);
      continue;
    }
    if (record.kind === 'gauge') add(gauger, service, record.name, grown.value, 1);
    else if (record.sum === null) add(gauger, service, record.name, grown.value, 0);
    else {
      add(gauger, service, `${record.name}.count`, grown.value, 0);
      if (grown.value > 0) add(gauger, service, record.name, grown.sum ?? 0, grown.value);
    }
  }
}

function add(gauger: Gauger, { metrics }: ServiceMinute, name: string, sum: number, n: number): void {
  const known = metrics.get(name);
  if (known) {
    known.sum += sum;
    known.n += n;
  } else if (metrics.size < gauger.minutes.limits.metrics) metrics.set(name, { sum, n });
  else gauger.refused('too_many_metrics');
}

/** By how much a total grew since it was last heard of; a smaller total has started from zero. Null for a first or late one. */
function growth(gauger: Gauger, record: PointRecord): { value: number; sum: number | null } | null {
  const { totals } = gauger;
  const known = totals.get(record.stream);
  if (known && record.at <= known.at) return null;
  totals.delete(record.stream);
  totals.set(record.stream, { value: record.value, sum: record.sum ?? 0, at: record.at });
  if (totals.size > gauger.streams) totals.delete(totals.keys().next().value!);
  if (!known || record.at - known.at > GAP_MS) return null;
  const restarted = record.value < known.value;
  const sum = record.sum === null ? null : restarted ? record.sum : record.sum - known.sum;
  return { value: restarted ? record.value : record.value - known.value, sum };
}
