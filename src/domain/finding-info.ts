/** Metrics of a service that a picture may show. */
export type ChartMetric = 'memory_ratio' | 'latency_p99' | 'error_ratio' | 'request_rate' | 'cpu_ratio' | 'queue_depth';

/**
 * What a picture may show: a metric; ready pods against those wanted, with restarts; how full the volume is; the autoscaler's replicas against
 * their bound; how much containers are throttled; the node's conditions.
 */
export type ChartName = ChartMetric | 'pods' | 'volume' | 'autoscaler' | 'throttling' | 'node';

/** What is known of a finding's word, whatever was found. */
export type FindingInfo = {
  /** What the picture of an incident with it shows; null: nothing of its own. */
  chart: ChartName | null;
  /** Pods show it when something is wrong with them, whatever that is: no change or state that explains it. */
  shownByPods: boolean;
  /** It explains to a person why something doesn't help, and is often so without any trouble: neither for nor against anybody. */
  isContext: boolean;
};

/** The same of what a detector finds in a series. */
export type AnomalyInfo = FindingInfo & {
  /** What the scan makes of it: it hurts by itself, and opens an incident; it is worth a closer look at once; or it only counts beside others. */
  scan: 'opens' | 'looks_closer' | 'counts';
  /** How long it must last to be told: rates see the last two minutes, so that neighbours aren't independent; what is a level isn't averaged. */
  mustLast: 'short' | 'long';
};
