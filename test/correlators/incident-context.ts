import type { IncidentContext } from '../../src/extension-points/incident-context.ts';
import type { PodInfo, Revision, Workload } from '../../src/ports/cluster-objects.ts';

export const AT = Date.parse('2026-03-02T03:30:00Z');
export const SINCE = AT - 10 * 60_000;
export const MINUTE = 60_000;

export function workload(name = 'payment-api', rest: Partial<Workload> = {}): Workload {
  return {
    kind: 'Deployment',
    namespace: 'shop',
    name,
    uid: `${name}-uid`,
    resourceVersion: '1',
    generation: 1,
    observedGeneration: 1,
    replicas: 3,
    readyReplicas: 3,
    updatedReplicas: 3,
    unavailableReplicas: 0,
    paused: false,
    selector: { app: name },
    labels: {},
    annotations: {},
    containers: [],
    revision: 2,
    stuck: false,
    managers: [],
    ...rest,
  };
}

export function revision(number: number, createdAt: number, container: Record<string, unknown> = {}): Revision {
  const image = `shop/payment-api:${number}`;
  const template = {
    metadata: { labels: { app: 'payment-api' } },
    spec: { containers: [{ name: 'app', image, ...container }] },
  };
  return {
    revision: number,
    name: `payment-api-hash${number}`,
    uid: `rs-${number}`,
    createdAt,
    replicas: 0,
    readyReplicas: 0,
    images: { app: image },
    template,
  };
}

export function pod(
  name: string,
  rest: Partial<PodInfo> = {},
  container: Partial<PodInfo['containers'][number]> = {},
): PodInfo {
  return {
    namespace: 'shop',
    name,
    uid: `${name}-uid`,
    resourceVersion: '1',
    node: 'node-a',
    phase: 'Running',
    ready: container.ready ?? true,
    deleting: false,
    createdAt: AT - 24 * 60 * MINUTE,
    owner: { kind: 'ReplicaSet', name: 'payment-api-hash2', uid: 'rs-2' },
    templateHash: 'hash2',
    containers: [{ name: 'app', restarts: 0, ready: true, waiting: null, lastExit: null, ...container }],
    ...rest,
  };
}

export function around(rest: Partial<IncidentContext> = {}): IncidentContext {
  return {
    at: AT,
    since: SINCE,
    subject: { cluster: 'test', namespace: 'shop', service: 'payment-api' },
    workloads: [workload()],
    revisions: { 'payment-api': [revision(2, AT - 48 * 60 * MINUTE), revision(1, AT - 96 * 60 * MINUTE)] },
    pods: [pod('payment-api-hash2-a'), pod('payment-api-hash2-b')],
    nodes: [],
    events: [],
    budgets: [],
    scalers: [],
    logs: {},
    ...rest,
  };
}
