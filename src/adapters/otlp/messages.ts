import { fileURLToPath } from 'node:url';
import { loadSync } from '@grpc/proto-loader';

/**
 * OTLP's messages as objects, alike from protobuf and from JSON: everything may be missing, 64-bit integers are numbers
 * or decimal text, enumerations numbers or names, ids bytes or hexadecimal text.
 */
export type Whole = number | string;
export type AnyValue = {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: Whole;
  doubleValue?: number;
  arrayValue?: { values?: AnyValue[] };
  kvlistValue?: { values?: KeyValue[] };
};
export type KeyValue = { key?: string; value?: AnyValue };
export type OtlpResource = { attributes?: KeyValue[] };

export type OtlpSpan = {
  spanId?: Uint8Array | string;
  parentSpanId?: Uint8Array | string;
  name?: string;
  kind?: Whole;
  startTimeUnixNano?: Whole;
  endTimeUnixNano?: Whole;
  attributes?: KeyValue[];
  status?: { code?: Whole };
};
export type TracesRequest = { resourceSpans?: { resource?: OtlpResource; scopeSpans?: { spans?: OtlpSpan[] }[] }[] };

export type OtlpLog = {
  timeUnixNano?: Whole;
  observedTimeUnixNano?: Whole;
  severityNumber?: Whole;
  severityText?: string;
  body?: AnyValue;
  attributes?: KeyValue[];
};
export type LogsRequest = { resourceLogs?: { resource?: OtlpResource; scopeLogs?: { logRecords?: OtlpLog[] }[] }[] };

export type DataPoint = {
  startTimeUnixNano?: Whole;
  timeUnixNano?: Whole;
  asDouble?: number;
  asInt?: Whole;
  count?: Whole;
  sum?: number;
  /** Explicit bounds have one count more than bounds. */
  bucketCounts?: Whole[];
  explicitBounds?: number[];
  /** Exponential: bucket i reaches from base^(offset+i), base = 2^(2^-scale), to the next. */
  scale?: number;
  zeroCount?: Whole;
  positive?: { offset?: number; bucketCounts?: Whole[] };
  attributes?: KeyValue[];
};
type Points = { dataPoints?: DataPoint[]; aggregationTemporality?: Whole; isMonotonic?: boolean };
export type Metric = {
  name?: string;
  unit?: string;
  gauge?: Points;
  sum?: Points;
  histogram?: Points;
  exponentialHistogram?: Points;
};
export type MetricsRequest = {
  resourceMetrics?: { resource?: OtlpResource; scopeMetrics?: { metrics?: Metric[] }[] }[];
};

export type Signal = 'traces' | 'logs' | 'metrics';
export type Requests = { traces: TracesRequest; logs: LogsRequest; metrics: MetricsRequest };

type Codec = {
  requestDeserialize(bytes: Buffer): object;
  requestSerialize(message: object): Buffer;
  responseSerialize(message: object): Buffer;
};

const definition = loadSync(fileURLToPath(new URL('otlp.proto', import.meta.url)), { longs: Number });
const receiver = definition['nightshift.otlp.Receiver'] as unknown as Record<'Traces' | 'Logs' | 'Metrics', Codec>;
const CODECS: Record<Signal, Codec> = { traces: receiver.Traces, logs: receiver.Logs, metrics: receiver.Metrics };

/** Throws when the bytes are no such message. */
export function decodeProtobuf<S extends Signal>(signal: S, bytes: Buffer): Requests[S] {
  return CODECS[signal].requestDeserialize(bytes) as Requests[S];
}

/** Throws when the text is no JSON object. What is inside is judged field by field, as it is read. */
export function decodeJson<S extends Signal>(_signal: S, text: string): Requests[S] {
  const message: unknown = JSON.parse(text);
  if (typeof message !== 'object' || message === null || Array.isArray(message)) throw new Error('not a JSON object');
  return message as Requests[S];
}

/** For whoever sends OTLP, such as the tests and the bench. @public */
export function encodeProtobuf<S extends Signal>(signal: S, message: Requests[S]): Buffer {
  return CODECS[signal].requestSerialize(message);
}

/** The answer: empty when all was taken, else how much was not and why. */
export function encodeResponse(rejected: number, why: string): Buffer {
  return CODECS.traces.responseSerialize(rejected > 0 ? { partialSuccess: { rejected, errorMessage: why } } : {});
}
