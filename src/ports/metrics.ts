import type { AlertingRule } from '../domain/own-rule.ts';

export type Point = { at: number; value: number };

export type LabelledSeries = { labels: Record<string, string>; points: Point[] };

/** `forbidden`: the server is there and won't have us. */
export type MetricsFailure = {
  kind: 'unreachable' | 'forbidden' | 'bad_query' | 'no_data' | 'too_many';
  /** Of an unreachable one: it was asked, and was silent. */
  timedOut?: true;
  message: string;
};

export type MetricsResult<T> = { ok: true; value: T } | { ok: false; failure: MetricsFailure };

export type Metrics = {
  /** Points at `stepMs` from `fromMs` to `toMs`; NaN and Inf are dropped; chunked under the server's limit. Empty result: ok with []. */
  range(query: string, fromMs: number, toMs: number, stepMs: number): Promise<MetricsResult<LabelledSeries[]>>;
  instant(query: string, atMs: number): Promise<MetricsResult<{ labels: Record<string, string>; value: number }[]>>;
  /** The alerting rules of these names, as the server lists them; templates as they are written. Absent: nobody lists rules. */
  rules?(names: string[]): Promise<MetricsResult<AlertingRule[]>>;
  ping(): Promise<void>;
};

/** The PromQL for what a service does; values are escaped by whoever makes it. */
export type MetricName =
  | 'request_rate'
  | 'error_ratio'
  | 'latency_p99'
  | 'latency_p50'
  | 'cpu_ratio'
  | 'memory_ratio'
  | 'restarts'
  | 'ready_ratio'
  /** What waits for the service: messages of its queue, or requests in line. Only where somebody measures it. */
  | 'queue_depth';

export type ServiceQueries = {
  /** The same of what services say themselves alone, where others may speak for them, too: what an action must be founded on. */
  own?: ServiceQueries;
  unit(metric: MetricName): string;
  /** The window of rates in `quickOfService` and `byService`, in ms. */
  quickWindowMs: number;
  /** One series, for one service. */
  ofService(metric: MetricName, namespace: string, service: string): string;
  /** The same over a short window: what it does right now. */
  quickOfService(metric: MetricName, namespace: string, service: string): string;
  /** One series a service, labelled `service`, for a namespace. */
  byService(metric: MetricName, namespace: string): string;
  /** Working set over limit, one series a pod, labelled `pod`. */
  memoryByPod(namespace: string, service: string): string;
  /** Cores that each pod of a namespace takes, labelled `pod`. */
  cpuByPod(namespace: string): string;
  /** Share of CFS periods that were throttled, labelled `pod` and `container`. Absent: nobody asks. */
  throttling?(namespace: string): string;
  /** How full volumes are, as a share of their size, labelled `persistentvolumeclaim`. */
  volumes(namespace: string): string;
  /** When certificates end, Unix seconds, labelled `secret` (that holds it) or `certificate` (its object). Absent: nobody asks. */
  certificates?(namespace: string): string;
  /** For pictures. Ready pods and those wanted, labelled `line`. These are absent where nobody draws. */
  pods?(namespace: string, service: string): string;
  /** How often each pod's containers have started again, counted, labelled `pod`. */
  restartsByPod?(namespace: string, service: string): string;
  /** An autoscaler's replicas now, wanted and at most, labelled `line`. */
  autoscaler?(namespace: string, name: string): string;
  /** A node's conditions, 1 where one holds, labelled `condition`. */
  node?(name: string): string;
  /** Who calls whom, labelled `client` and `server`. */
  calls(namespace: string): string;
};
