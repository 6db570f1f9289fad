/** What services send of themselves, one record at a time, as a receiver hands it on. Instants and durations are ms. */

/** Who sent it: a workload (or what calls itself a service) and, where known, its pod. */
export type TelemetrySource = { namespace: string; service: string; pod: string | null };

export type SpanRecord = {
  source: TelemetrySource;
  /** 48 bits of the span's id as a number: enough to tell apart the spans of the last minutes. */
  spanKey: number;
  /** The same of its parent; 0 without one. */
  parentKey: number;
  operation: string;
  kind: 'server' | 'client' | 'internal';
  startMs: number;
  durationMs: number;
  failed: boolean;
  /** What a client's call was for by its own words: a peer service, a host, a database. */
  peer: string | null;
};

export type LogRecord = {
  source: TelemetrySource;
  at: number;
  severe: boolean;
  /** As it came, not yet masked: it must not be kept. */
  body: string;
};

/** One point of a metric. A histogram is reduced to its count and its sum, which is what rates and means are made of. */
export type PointRecord = {
  source: TelemetrySource;
  /** Name and attributes: whose running total it is. */
  stream: string;
  name: string;
  unit: string;
  at: number;
  kind: 'gauge' | 'total' | 'change';
  value: number;
  /** Of a histogram, the sum of what was observed; `value` is then the number of observations. */
  sum: number | null;
};

/** How many records of a batch were not taken, and why. */
export type Dropped = { count: number; why: string };

export type TelemetrySink = {
  spans(records: readonly SpanRecord[]): Dropped;
  logs(records: readonly LogRecord[]): Dropped;
  points(records: readonly PointRecord[]): Dropped;
};
