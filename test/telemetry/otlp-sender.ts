import {
  type DataPoint,
  decodeProtobuf,
  encodeProtobuf,
  type KeyValue,
  type Metric,
} from '../../src/adapters/otlp/messages.ts';
import { readPoints } from '../../src/adapters/otlp/records.ts';
import { sourceOf } from '../../src/adapters/otlp/source.ts';
import type { PointRecord } from '../../src/domain/telemetry.ts';

export const MINUTE = 60_000;
export const START = Math.floor(1_780_000_000_000 / (5 * MINUTE)) * 5 * MINUTE;

export const text = (key: string, stringValue: string): KeyValue => ({ key, value: { stringValue } });
export const nanos = (ms: number) => `${Math.round(ms)}000000`;
export const ofPod = (service: string, pod: string, container?: string): KeyValue[] => [
  text('k8s.namespace.name', 'shop'),
  text('k8s.deployment.name', service),
  text('k8s.pod.name', `${service}-7d4b9c-${pod}`),
  ...(container ? [text('k8s.container.name', container)] : []),
];

/** Metrics of a resource as the records that a receiver makes of their bytes. */
export function received(attributes: KeyValue[], metrics: Metric[]): PointRecord[] {
  const request = { resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ metrics }] }] };
  const bytes = encodeProtobuf('metrics', request);
  return readPoints(decodeProtobuf('metrics', bytes), (resource) => sourceOf(resource, null, () => null)).records;
}

export const gauge = (name: string, at: number, asDouble: number, attributes: KeyValue[] = []): Metric => ({
  name,
  gauge: { dataPoints: [{ timeUnixNano: nanos(at), asDouble, attributes }] },
});
export const total = (name: string, at: number, asDouble: number, more: Partial<DataPoint> = {}): Metric => ({
  name,
  sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ timeUnixNano: nanos(at), asDouble, ...more }] },
});

/** A share of requests in each range of seconds that an explicit histogram has. */
export const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

export type Served = { at: number; since: number; durations: number[]; delta: boolean; status: number };

/** `http.server.request.duration` with explicit buckets. */
export function explicitHistogram({ at, since, durations, delta, status }: Served): Metric {
  const bucketCounts = Array.from({ length: BOUNDS.length + 1 }, () => 0);
  for (const seconds of durations) {
    const index = BOUNDS.findIndex((bound) => seconds <= bound);
    bucketCounts[index < 0 ? BOUNDS.length : index]! += 1;
  }
  const point = { ...common(at, since, durations, status), bucketCounts, explicitBounds: BOUNDS };
  return {
    name: 'http.server.request.duration',
    unit: 's',
    histogram: { aggregationTemporality: delta ? 1 : 2, dataPoints: [point] },
  };
}

/** The same with exponential buckets. */
export function exponentialHistogram({ at, since, durations, delta, status }: Served, scale: number): Metric {
  const indices = durations.map((seconds) => Math.ceil(Math.log2(seconds) * 2 ** scale) - 1);
  const offset = Math.min(...indices);
  const bucketCounts: number[] = Array.from({ length: Math.max(...indices) - offset + 1 }, () => 0);
  for (const index of indices) bucketCounts[index - offset]! += 1;
  const point = { ...common(at, since, durations, status), scale, zeroCount: 0, positive: { offset, bucketCounts } };
  return {
    name: 'http.server.request.duration',
    unit: 's',
    exponentialHistogram: { aggregationTemporality: delta ? 1 : 2, dataPoints: [point] },
  };
}

const common = (at: number, since: number, durations: number[], status: number): DataPoint => ({
  timeUnixNano: nanos(at),
  startTimeUnixNano: nanos(since),
  count: durations.length,
  sum: durations.reduce((sum, seconds) => sum + seconds, 0),
  attributes: [{ key: 'http.response.status_code', value: { intValue: status } }, text('http.route', '/pay')],
});
