import { createServiceQueries } from '../../src/adapters/prometheus/service-queries.ts';
import type { Deps } from '../../src/app/deps.ts';
import { unreachableCluster } from '../../src/app/missing-parts.ts';
import type { PodInfo, Workload } from '../../src/ports/cluster-objects.ts';
import type { ClusterResult } from '../../src/ports/cluster-result.ts';
import type { MetricName } from '../../src/ports/metrics.ts';
import { T0 } from '../domain/examples.ts';
import { KINDS } from '../kinds/all-kinds.ts';

type Values = { latency?: number | null; errors?: number | null; memory?: number | null };

/** What a look finds. Values by vital are of every service, unless `of` says otherwise; null: no value, though a baseline knows of one. */
export type Around = {
  metrics: Values | 'unreachable';
  of?: Record<string, Values>;
  workload?: 'unreachable' | 'forbidden' | 'not_found';
  nodes?: 'unreachable';
  pods?: Partial<PodInfo>[];
  replicas?: number;
  ready?: number;
};

const METRICS: Partial<Record<MetricName, keyof Values>> = {
  latency_p99: 'latency',
  error_ratio: 'errors',
  memory_ratio: 'memory',
};
const failed = (kind: 'unreachable' | 'forbidden' | 'not_found'): ClusterResult<never> => ({
  ok: false,
  failure: { kind, message: `The API server: ${kind}`, retryAfterMs: null },
});

export const podOf = (over: Partial<PodInfo> = {}): PodInfo => ({
  namespace: 'shop',
  name: 'payment-api-0',
  uid: 'uid',
  resourceVersion: '1',
  node: 'node-a',
  phase: 'Running',
  ready: true,
  deleting: false,
  createdAt: T0 - 3_600_000,
  owner: null,
  templateHash: null,
  containers: [{ name: 'app', restarts: 0, ready: true, waiting: null, lastExit: null }],
  ...over,
});

/** Only what measuring asks of the world: everything answers at once, as `around` says. */
export function lookingAt({ metrics, of = {}, ...around }: Around): Deps {
  const asked = new Map<string, { metric: MetricName; service: string }>();
  const given = ({ metric, service }: { metric: MetricName; service: string }) => {
    const name = METRICS[metric];
    const values = of[service] ?? (metrics === 'unreachable' ? {} : metrics);
    return name === undefined ? undefined : values[name];
  };
  const parts: Partial<Deps> = {
    clock: { now: () => T0, realDelay: (ms) => ms },
    kinds: KINDS,
    playbooks: new Map(),
    actions: new Map(),
    protectedNamespaces: [],
    policy: () => ({
      listed: true,
      critical: false,
      autonomy: 'auto',
      timeoutMs: 1,
      atTimeout: null,
      approvers: [],
    }),
    queries: {
      ...createServiceQueries(),
      quickOfService: (metric, _namespace, service) => {
        asked.set(`${metric} ${service}`, { metric, service });
        return `${metric} ${service}`;
      },
    },
    metrics: {
      range: async () => ({ ok: true, value: [] }),
      ping: async () => {},
      instant: async (query) => {
        if (metrics === 'unreachable')
          return { ok: false, failure: { kind: 'unreachable', message: "Prometheus can't be reached" } };
        const value = given(asked.get(query)!);
        return { ok: true, value: typeof value === 'number' ? [{ labels: {}, value }] : [] };
      },
    },
    baselines: {
      get: async () => null,
      size: () => 0,
      // A metric that is null was learned of: only that counts here, and a band wider than all.
      atHand: (metric, _namespace, service) =>
        given({ metric, service }) === null ? ({} as ReturnType<Deps['baselines']['atHand']>) : null,
    },
    cluster: {
      ...unreachableCluster('test'),
      workload: async (namespace, name) =>
        around.workload
          ? failed(around.workload)
          : { ok: true, value: workloadOf(namespace, name, around.replicas ?? 3, around.ready ?? 3) },
      pods: async () => ({ ok: true, value: (around.pods ?? [{}, {}, {}]).map(podOf) }),
      nodes: async () => (around.nodes ? failed(around.nodes) : { ok: true, value: [] }),
    },
  };
  return parts as Deps;
}

const workloadOf = (namespace: string, name: string, replicas: number, readyReplicas: number): Workload => ({
  kind: 'Deployment',
  namespace,
  name,
  uid: 'uid',
  resourceVersion: '1',
  generation: 1,
  observedGeneration: 1,
  replicas,
  readyReplicas,
  updatedReplicas: replicas,
  unavailableReplicas: replicas - readyReplicas,
  paused: false,
  selector: { app: name },
  labels: {},
  annotations: {},
  containers: [],
  revision: 1,
  stuck: false,
  managers: [],
});
