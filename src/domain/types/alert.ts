/** Plain JSON, as all of this folder: it is what Redis holds and what `/api` shows. Instants are epoch milliseconds. */

/** What a rule measures: requests that are slow, fail or are many travel along calls; who isn't there hurts its callers; all else stays where it is. */
export type AlertVital = 'latency' | 'errors' | 'traffic' | 'absence' | 'other';

/** One normalised signal from outside. */
export type Alert = {
  /** Alertmanager's fingerprint, or one of the same kind worked out from the labels. */
  fingerprint: string;
  name: string;
  status: 'firing' | 'resolved';
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: number;
  endsAt: number | null;
  generatorUrl: string;
  /** What its rule measures, by the metrics that the rule reads; absent or null: not known. */
  vital?: AlertVital | null;
  /** When its end was heard; absent while it fires. */
  endHeardAt?: number;
  source: 'alertmanager' | 'scan' | 'heartbeat';
};
