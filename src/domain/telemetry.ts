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

/** What a histogram counted, by bucket, in the metric's own unit. */
export type Buckets =
  /** `counts` has one more than `bounds`: the last is of what is above all bounds. */
  | { kind: 'explicit'; bounds: readonly number[]; counts: readonly number[] }
  /** `counts[i]` lies between base^(offset+i) and base^(offset+i+1), where base is 2^(2^-scale). */
  | { kind: 'exponential'; scale: number; zeros: number; offset: number; counts: readonly number[] };

/** One point of a metric. A histogram is reduced to its count and its sum, which is what rates and means are made of; of requests its buckets stay, for quantiles. */
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
  /** Since when a total or a change counts; 0 when the sender didn't say. */
  since: number;
  container: string | null;
  /** Of a histogram of requests; null of everything else. */
  requests: { buckets: Buckets | null; failed: boolean } | null;
};

/** How many records of a batch were not taken, and why. */
export type Dropped = { count: number; why: string };

export type TelemetrySink = {
  spans(records: readonly SpanRecord[]): Dropped;
  logs(records: readonly LogRecord[]): Dropped | Promise<Dropped>;
  points(records: readonly PointRecord[]): Dropped;
};
