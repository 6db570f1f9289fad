import { keepNewest } from '../domain/keep-newest.ts';
import type { PointRecord } from '../domain/telemetry.ts';
import { addBuckets } from './buckets.ts';
import { changed, type Growth, growth, sharesOf, type Total } from './growth.ts';
import { MINUTE_MS, type Minutes, minuteOf, type Refused, serviceIn } from './minutes.ts';
import { keyOf } from './peers.ts';
import { levelIn, type MeasuredVital, type ServiceMinute } from './service-minute.ts';
import { emptySketch } from './sketch.ts';
import { type Reading, readingOf, unitMsOf } from './vitals.ts';

/** What is known of running totals, to tell by how much they grew. Bounded: streams not heard of for longest are forgotten. */
export type MetricAggregator = {
  minutes: Minutes;
  totals: Map<string, Total>;
  /** In which minute a level's stream was last counted. */
  counted: Map<string, number>;
  /** Bytes, by pod and container. */
  memoryLimits: Map<string, number>;
  /** Services whose requests come under today's names: those before, sent beside them, would count twice. */
  modern: Map<string, true>;
  streams: number;
  refused: (why: Refused | 'too_many_metrics') => void;
};

const STREAMS = 50_000;

export function createMetricAggregator(
  minutes: Minutes,
  refused: MetricAggregator['refused'],
  streams = STREAMS,
): MetricAggregator {
  const empty = { totals: new Map(), counted: new Map(), memoryLimits: new Map(), modern: new Map() };
  return { minutes, ...empty, streams, refused };
}

/**
 * Levels are averaged within their minute over pods and attributes; totals and changes are added up, each minute getting its
 * share, so that a minute holds what the service's metric grew by in 60 s. Of histograms the mean (`name`) and the rate (`name.count`) remain; of requests also the durations.
 */
export function addPoints(aggregator: MetricAggregator, records: readonly PointRecord[]): void {
  for (const record of records) {
    // One total from the future would make all that follow look late.
    const place = minuteOf(aggregator.minutes, record.at);
    if (typeof place === 'string') {
      aggregator.refused(place);
      continue;
    }
    const reading = readingOf(record);
    if (reading?.as === 'limit') remember(aggregator, aggregator.memoryLimits, containerOf(record), record.value);
    if (record.kind === 'gauge' && reading?.as !== 'rise') addLevel(aggregator, record, reading);
    else addGrowth(aggregator, record, reading);
  }
}

const containerOf = ({ source, container }: PointRecord) =>
  `${source.namespace}/${source.pod ?? source.service}/${container ?? ''}`;

function addLevel(aggregator: MetricAggregator, record: PointRecord, reading: Reading | null): void {
  const service = placeOf(aggregator, record, record.at);
  if (!service) return;
  add(aggregator, service, record.name, record.value, 1);
  if (!reading || reading.as === 'limit' || reading.as === 'rate') return;
  const limit = reading.as === 'of_limit' ? aggregator.memoryLimits.get(containerOf(record)) : 1;
  if (!limit) return;
  const value = record.value / limit;
  const level = levelIn(service, reading.vital);
  level.sum += value;
  level.n += 1;
  level.max = Math.max(level.max, value);
  const minute = Math.floor(record.at / MINUTE_MS);
  if (aggregator.counted.get(record.stream) === minute) return;
  level.streams += 1;
  remember(aggregator, aggregator.counted, record.stream, minute);
}

function addGrowth(aggregator: MetricAggregator, record: PointRecord, reading: Reading | null): void {
  const grown = record.kind === 'change' ? changed(record) : grownSince(aggregator, record);
  if (!grown) return;
  // A change that comes late belongs where it was; what it covers of time that is forgotten is lost with that.
  for (const { at, share } of sharesOf(grown.from, record.at)) {
    const service = placeOf(aggregator, record, at);
    if (!service) continue;
    const value = grown.value * share;
    if (record.sum === null) add(aggregator, service, record.name, value, 0);
    else {
      add(aggregator, service, `${record.name}.count`, value, 0);
      if (value > 0) add(aggregator, service, record.name, (grown.sum ?? 0) * share, value);
    }
    if (reading?.as === 'rate') grow(service, reading.vital, value / (MINUTE_MS / 1000));
    if (reading?.as === 'rise') grow(service, reading.vital, value);
    if (isCounted(aggregator, record)) grow(service, 'requests', value);
    if (isCounted(aggregator, record) && record.requests?.failed) grow(service, 'failed', value);
  }
  if (grown.buckets && isCounted(aggregator, record)) addServed(aggregator, record, grown);
}

function grownSince(aggregator: MetricAggregator, record: PointRecord): Growth | null {
  const known = aggregator.totals.get(record.stream);
  if (known && record.at <= known.at) return null;
  const { value, sum, at, requests } = record;
  remember(aggregator, aggregator.totals, record.stream, {
    value,
    sum: sum ?? 0,
    at,
    buckets: requests?.buckets ?? null,
  });
  return growth(record, known);
}

function grow(service: ServiceMinute, vital: MeasuredVital, by: number): void {
  levelIn(service, vital).grown += by;
}

/** Durations are whole numbers and stay together, in the middle of their time. */
function addServed(aggregator: MetricAggregator, record: PointRecord, { from, buckets }: Growth): void {
  const service = placeOf(aggregator, record, (from + record.at) / 2);
  if (!service || !buckets) return;
  service.served ??= emptySketch();
  addBuckets(service.served, buckets, unitMsOf(record));
}

function isCounted(aggregator: MetricAggregator, record: PointRecord): boolean {
  if (!record.requests) return false;
  const key = keyOf(record.source);
  if (/\.(?:request|call)\.duration$/.test(record.name)) remember(aggregator, aggregator.modern, key, true);
  else if (aggregator.modern.has(key)) return false;
  return true;
}

function placeOf(aggregator: MetricAggregator, record: PointRecord, at: number): ServiceMinute | null {
  const service = serviceIn(aggregator.minutes, at, keyOf(record.source));
  if (typeof service !== 'string') return service;
  aggregator.refused(service);
  return null;
}

function add(aggregator: MetricAggregator, { metrics }: ServiceMinute, name: string, sum: number, n: number): void {
  const known = metrics.get(name);
  if (known) {
    known.sum += sum;
    known.n += n;
  } else if (metrics.size < aggregator.minutes.limits.metrics) metrics.set(name, { sum, n });
  else aggregator.refused('too_many_metrics');
}

/** As what was heard of last: the longest unheard of goes first. */
function remember<T>(aggregator: MetricAggregator, map: Map<string, T>, key: string, value: T): void {
  keepNewest(map, key, value, aggregator.streams);
}
