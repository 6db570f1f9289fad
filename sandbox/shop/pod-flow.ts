import type { Latency } from './latency.ts';

/** What one pod takes and does with it. */
export type PodFlow = {
  rps: number;
  failedRps: number;
  /** Turned away because the queue was full. */
  rejectedRps: number;
  latency: Latency;
  /** Offered over capacity. */
  load: number;
};
