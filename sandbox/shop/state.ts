import type { SandboxState, ServiceState } from '../chat/sandbox-state.ts';
import type { SandboxClock } from '../clock.ts';
import { at, listAt, numberAt, type ShopCluster, textAt } from './cluster-port.ts';
import { FAULT_KINDS } from './faults/kinds.ts';
import type { SignalPoint } from './golden-signals.ts';
import { quantile99 } from './latency.ts';
import { podReason } from './pods.ts';
import type { ServiceSpec } from './service-spec.ts';
import { NAMESPACE, SERVICES } from './services.ts';
import type { Shop } from './shop.ts';

export type StateSources = {
  shop: Shop;
  cluster: ShopCluster;
  clock: SandboxClock;
  signals: (now: number) => Record<string, SignalPoint[]>;
};

/** Everything that the page shows of the shop at this moment. */
export function sandboxState({ shop, cluster, clock, signals }: StateSources): SandboxState {
  const now = clock.now();
  return {
    now,
    speed: clock.speed(),
    services: SERVICES.map((s) => serviceState(s, shop, cluster, now)),
    nodes: cluster.list('nodes').map((node) => nodeState(node, shop)),
    pods: shop.pods().map((p) => ({
      namespace: p.namespace,
      name: p.name,
      service: p.service.name,
      node: p.node,
      phase: p.phase,
      reason: podReason(p),
      ready: p.ready,
      restarts: p.restarts,
    })),
    faults: shop.faults.list().map(({ id, kind, service, since, truth }) => ({ id, kind, service, since, truth })),
    faultKinds: FAULT_KINDS.map((k) => ({
      kind: k.kind,
      title: k.title,
      description: k.description,
      services: [...k.services],
    })),
    history: signals(now),
  };
}

function nodeState(node: unknown, shop: Shop): SandboxState['nodes'][number] {
  const name = textAt(node, 'metadata', 'name');
  const conditions = listAt(node, 'status', 'conditions');
  const holds = (c: unknown): boolean => textAt(c, 'status') === 'True';
  return {
    name,
    ready: conditions.some((c) => textAt(c, 'type') === 'Ready' && holds(c)),
    pressure: conditions
      .filter((c) => textAt(c, 'type').endsWith('Pressure') && holds(c))
      .map((c) => textAt(c, 'type')),
    unschedulable: at(node, 'spec', 'unschedulable') === true,
    pods: shop.pods().filter((p) => p.node === name).length,
  };
}

function serviceState(spec: ServiceSpec, shop: Shop, cluster: ShopCluster, now: number): ServiceState {
  const deployment = cluster.get('deployments', NAMESPACE, spec.name);
  const flow = shop.flows().get(spec.name);
  const pods = shop.pods().filter((p) => p.service.name === spec.name && !p.terminating);
  const runs = shop.processes.runs().filter((r) => r.view.service.name === spec.name && !r.exited);
  const largest = (values: number[]): number => values.reduce((a, b) => Math.max(a, b), 0);
  const state = {
    namespace: NAMESPACE,
    name: spec.name,
    critical: spec.critical,
    replicas: numberAt(deployment, 'spec', 'replicas'),
    ready: pods.filter((p) => p.ready).length,
    revision: Number(textAt(deployment, 'metadata', 'annotations', 'deployment.kubernetes.io/revision')) || 0,
    image: textAt(deployment, 'spec', 'template', 'spec', 'containers', 0, 'image'),
    requestsPerSecond: flow?.offeredRps ?? 0,
    errorRatio: flow?.errorRatio ?? 0,
    p99Seconds: flow ? quantile99(flow.latency) : 0,
    memoryRatio: largest(runs.map((r) => shop.processes.workingSet(r, now) / r.view.memoryLimitBytes)),
    cpuRatio: largest(runs.map((r) => (shop.processes.usage(r.view.object)?.cpuCores ?? 0) / r.view.cpuLimitCores)),
    calls: spec.calls.map((c) => c.to),
    restarts: pods.reduce((sum, p) => sum + p.restarts, 0),
  };
  return { ...state, health: healthOf(state) };
}

type Measured = Pick<ServiceState, 'ready' | 'replicas' | 'errorRatio' | 'p99Seconds' | 'memoryRatio'>;

function healthOf(s: Measured): ServiceState['health'] {
  if (s.ready === 0 || s.errorRatio > 0.5) return 'down';
  return s.errorRatio > 0.05 || s.p99Seconds > 1 || s.ready < s.replicas || s.memoryRatio > 0.9 ? 'degraded' : 'ok';
}
