import { headOf } from '../../domain/cut-text.ts';
import type { LogRecord, PointRecord, SpanRecord, TelemetrySource } from '../../domain/telemetry.ts';
import type {
  DataPoint,
  LogsRequest,
  Metric,
  MetricsRequest,
  OtlpLog,
  OtlpResource,
  OtlpSpan,
  TracesRequest,
} from './messages.ts';
import { requestsOf } from './requests.ts';
import { pointSource, type SpeaksFor } from './source.ts';
import { attribute, list, toEnum, toKey, toMs, toText } from './values.ts';

/** Records of a request, and how many had no usable sender or time. */
export type ReadRecords<T> = { records: T[]; unreadable: number };
export type SourceOf = (resource: OtlpResource | undefined) => TelemetrySource | null;

const KINDS = [
  'SPAN_KIND_UNSPECIFIED',
  'SPAN_KIND_INTERNAL',
  'SPAN_KIND_SERVER',
  'SPAN_KIND_CLIENT',
  'SPAN_KIND_PRODUCER',
  'SPAN_KIND_CONSUMER',
];
const STATUSES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];
const TEMPORALITIES = [
  'AGGREGATION_TEMPORALITY_UNSPECIFIED',
  'AGGREGATION_TEMPORALITY_DELTA',
  'AGGREGATION_TEMPORALITY_CUMULATIVE',
];
const PEERS = ['peer.service', 'server.address', 'net.peer.name', 'db.name', 'db.system'];
const MAX_NAME = 120;
/** Severity numbers from ERROR on. */
const SEVERE = 17;

export function readSpans(request: TracesRequest, sourceOf: SourceOf): ReadRecords<SpanRecord> {
  const read: ReadRecords<SpanRecord> = { records: [], unreadable: 0 };
  for (const { resource, scopeSpans } of list(request.resourceSpans)) {
    const source = sourceOf(resource);
    for (const scope of list(scopeSpans)) {
      const spans = list(scope.spans);
      if (!source) read.unreadable += spans.length;
      else for (const span of spans) push(read, spanOf(span, source));
    }
  }
  return read;
}

function push<T>(read: ReadRecords<T>, record: T | null): void {
  if (record) read.records.push(record);
  else read.unreadable += 1;
}

function spanOf(span: OtlpSpan, source: TelemetrySource): SpanRecord | null {
  const startMs = toMs(span.startTimeUnixNano);
  const endMs = toMs(span.endTimeUnixNano);
  const spanKey = toKey(span.spanId);
  if (startMs === 0 || endMs < startMs || spanKey === 0) return null;
  const kind = toEnum(span.kind, KINDS);
  const client = kind === 3 || kind === 4;
  return {
    source,
    spanKey,
    parentKey: toKey(span.parentSpanId),
    operation: headOf(String(span.name ?? ''), MAX_NAME),
    kind: client ? 'client' : kind === 2 || kind === 5 ? 'server' : 'internal',
    startMs,
    durationMs: endMs - startMs,
    failed: toEnum(span.status?.code, STATUSES) === 2,
    peer: client ? peerOf(span) : null,
  };
}

function peerOf(span: OtlpSpan): string | null {
  for (const key of PEERS) {
    const peer = attribute(span.attributes, key);
    if (peer) return headOf(peer, MAX_NAME);
  }
  return null;
}

export function readLogRecords(request: LogsRequest, sourceOf: SourceOf): ReadRecords<LogRecord> {
  const read: ReadRecords<LogRecord> = { records: [], unreadable: 0 };
  for (const { resource, scopeLogs } of list(request.resourceLogs)) {
    const source = sourceOf(resource);
    for (const scope of list(scopeLogs)) {
      const logs = list(scope.logRecords);
      if (!source) read.unreadable += logs.length;
      else for (const log of logs) push(read, logOf(log, source));
    }
  }
  return read;
}

function logOf(log: OtlpLog, source: TelemetrySource): LogRecord | null {
  const at = toMs(log.timeUnixNano) || toMs(log.observedTimeUnixNano);
  const text = toText(log.body);
  const body = [text, ...exceptionOf(log)].join('\n');
  if (at === 0 || body.trim() === '') return null;
  const severe =
    Number(log.severityNumber ?? 0) >= SEVERE ||
    /^(err|fatal|crit|panic|alert|emerg)/i.test(String(log.severityText ?? ''));
  return { source, at, severe, body };
}

function exceptionOf({ attributes }: OtlpLog): string[] {
  if (!attributes || attributes.length === 0) return [];
  const stack = attribute(attributes, 'exception.stacktrace') ?? attribute(attributes, 'exception.message');
  return stack ? [stack] : [];
}

export function readPoints(
  request: MetricsRequest,
  sourceOf: SourceOf,
  speaksFor: SpeaksFor = () => true,
): ReadRecords<PointRecord> {
  const read: ReadRecords<PointRecord> = { records: [], unreadable: 0 };
  for (const { resource, scopeMetrics } of list(request.resourceMetrics)) {
    const source = sourceOf(resource);
    const container = attribute(resource?.attributes, 'k8s.container.name');
    for (const scope of list(scopeMetrics))
      for (const metric of list(scope.metrics)) readMetric(read, metric, { source, container, speaksFor });
  }
  return read;
}

type Of = Pick<PointRecord, 'source' | 'container' | 'name' | 'unit' | 'kind'>;

type Sender = { source: TelemetrySource | null; container: string | null; speaksFor: SpeaksFor };

function readMetric(read: ReadRecords<PointRecord>, metric: Metric, { source, container, speaksFor }: Sender): void {
  const data = metric.gauge ?? metric.sum ?? metric.histogram ?? metric.exponentialHistogram;
  const delta = toEnum(data?.aggregationTemporality, TEMPORALITIES) === 1;
  // A sum that may also fall (requests under way) is a level, unless it comes as differences.
  const level = metric.gauge !== undefined || (metric.sum !== undefined && !metric.sum.isMonotonic && !delta);
  const name = headOf(String(metric.name ?? ''), MAX_NAME);
  const of = { name, unit: String(metric.unit ?? ''), kind: level ? 'gauge' : delta ? 'change' : 'total' } as const;
  for (const point of list(data?.dataPoints)) {
    // What was scraped from the kubelet or kube-state-metrics is about the pod that the point names, not about who sends it.
    const scraped = pointSource(name, point.attributes);
    const about = scraped ? allowed(scraped, speaksFor, source) : source && { source, container };
    push(read, about && name ? pointOf(point, { ...of, ...about, name: nameOf(name, point) }) : null);
  }
}

/** Who may not speak for others may still say it of itself. */
const allowed = <T extends { source: TelemetrySource }>(
  about: T,
  speaksFor: SpeaksFor,
  sender: TelemetrySource | null,
) =>
  speaksFor(about.source.namespace) ||
  (sender?.namespace === about.source.namespace && sender.service === about.source.service)
    ? about
    : null;

/** kube-state-metrics has limits of CPU and of memory under one name. */
const nameOf = (name: string, { attributes }: DataPoint): string =>
  name === 'kube_pod_container_resource_limits' ? `${name}:${attribute(attributes, 'resource') ?? ''}` : name;

function pointOf(point: DataPoint, of: Of): PointRecord | null {
  const at = toMs(point.timeUnixNano);
  const histogram = point.count !== undefined;
  const value = Number(histogram ? point.count : (point.asDouble ?? point.asInt ?? Number.NaN));
  if (at === 0 || !Number.isFinite(value)) return null;
  const sum = histogram && Number.isFinite(point.sum) ? Number(point.sum) : null;
  const since = toMs(point.startTimeUnixNano);
  return { ...of, at, since, value, sum, requests: requestsOf(of.name, point), stream: streamOf(of, point) };
}

/** Senders may order attributes as they like from one export to the next. */
function streamOf({ source, container, name }: Of, { attributes }: DataPoint): string {
  const own = list(attributes).map((one) => `${one.key}=${toText(one.value)}`);
  if (own.length > 1) own.sort();
  return `${source.namespace}/${source.service}/${source.pod ?? ''}/${container ?? ''}/${name}/${own.join(',')}`;
}
