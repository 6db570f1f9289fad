/** A service of the shop. Seconds, bytes, cores, requests per second. */

export type Edge = {
  to: string;
  /** Calls per request of the caller. */
  calls: number;
  timeoutSeconds: number;
  /** Further tries when a call fails: they amplify the load on what is failing. */
  retries: number;
  /** `required`: a failed call fails the request. `optional`: the caller goes on without. `queue`: nobody waits for the answer. */
  kind: 'required' | 'optional' | 'queue';
  /** An optional call that fails is made good by calling this one instead. */
  instead?: string;
};

export type ServiceSpec = {
  name: string;
  title: string;
  critical: boolean;
  replicas: number;
  version: string;
  pool: 'general' | 'data';
  /** Median of the time that the service itself takes for a request, and the deviation of its logarithm. */
  medianSeconds: number;
  sigma: number;
  /** Requests per second at which one pod is full. */
  capacityPerPod: number;
  baseErrorRatio: number;
  memoryBytes: number;
  memoryLimitBytes: number;
  cpuCoresAtCapacity: number;
  cpuLimitCores: number;
  calls: readonly Edge[];
  /** A consumer of a queue: what waits is a backlog, never an error. */
  consumer?: boolean;
  priority?: 'low';
};
