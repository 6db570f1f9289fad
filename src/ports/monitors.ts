import type { IntervalChange, Monitor } from '../domain/monitor.ts';
import type { ServiceInfo } from './cluster-objects.ts';
import type { ClusterResult } from './cluster-result.ts';

/** The Prometheus Operator's monitors. `write` sets intervals and our mark (null: takes it away) in one patch, if the object is still the one that was listed. */
export type Monitors = {
  /** Of the whole cluster; none where the operator isn't installed. */
  list(): Promise<ClusterResult<Monitor[]>>;
  services(namespace: string): Promise<ClusterResult<ServiceInfo[]>>;
  write(monitor: Monitor, changes: IntervalChange[], mark: string | null): Promise<ClusterResult<void>>;
};
