import type { Pod } from '../kinds.ts';
import { isReady } from '../pods.ts';
import { cpuQuantity, parseQuantity } from '../quantity.ts';
import type { HorizontalPodAutoscaler } from '../workload-kinds.ts';

/** How many replicas one look at the metrics asked for. `at`: epoch ms. */
export type Proposal = { at: number; replicas: number };
type Usage = { cpuCores: number; memoryBytes: number };
type Metric = HorizontalPodAutoscaler['spec']['metrics'] extends (infer M)[] | undefined ? M : never;

export type Measured = {
  replicas: number;
  /** What the count came from, in the controller's words. */
  reason: string;
  current: object[];
  failure?: { reason: string; message: string };
};

const TOLERANCE = 0.1;

export type MetricSources = {
  usageOf(pod: Pod): Usage | undefined;
  external(metric: string, labels: Record<string, string>): number | undefined;
};

/** The replicas that each metric asks for; the highest counts. With one that can't be had, the others may still ask for more pods, but not for fewer. Only Resource and External metrics are served here. */
export function measure(scaler: HorizontalPodAutoscaler, pods: readonly Pod[], sources: MetricSources): Measured {
  let best: Measured = { replicas: 0, reason: '', current: [] };
  let failure: Measured | undefined;
  const current: object[] = [];
  for (const metric of scaler.spec.metrics ?? []) {
    const one = metric.external
      ? measureExternal(metric.external, pods, sources)
      : measureOne(metric, pods, sources.usageOf);
    current.push(...one.current);
    if (one.failure !== undefined) failure ??= one;
    else if (one.replicas > best.replicas) best = one;
  }
  return failure !== undefined && best.replicas <= pods.length ? { ...failure, current } : { ...best, current };
}

type External = NonNullable<Metric['external']>;

function measureExternal({ metric, target }: External, pods: readonly Pod[], { external }: MetricSources): Measured {
  const value = external(metric.name, metric.selector?.matchLabels ?? {});
  const wished = parseQuantity(target.averageValue);
  if (value === undefined || !(wished > 0)) {
    const why = `unable to get external metric ${metric.name}: no metrics returned from external metrics API`;
    return failed('FailedGetExternalMetric', `${NO_COUNT} ${why}`);
  }
  const ratio = value / (wished * pods.length);
  const averageValue = cpuQuantity(value / Math.max(1, pods.length));
  return {
    replicas: Math.abs(ratio - 1) <= TOLERANCE ? pods.length : Math.ceil(value / wished),
    reason: `external metric ${metric.name}`,
    current: [{ type: 'External', external: { metric, current: { averageValue } } }],
  };
}

function failed(reason: string, message: string): Measured {
  return { replicas: 0, reason: '', current: [], failure: { reason, message } };
}

type UsageOf = (pod: Pod) => Usage | undefined;

const NO_COUNT = 'the HPA was unable to compute the replica count:';

function measureOne(metric: Metric, pods: readonly Pod[], usageOf: UsageOf): Measured {
  if (metric.type !== 'Resource' || metric.resource === undefined) {
    return failed(`FailedGet${metric.type}Metric`, `${NO_COUNT} no ${metric.type} metrics in the sandbox`);
  }
  const { name, target } = metric.resource;
  const measured = pods.filter(isReady).flatMap((pod) => {
    const usage = usageOf(pod);
    return usage === undefined ? [] : [{ pod, value: name === 'cpu' ? usage.cpuCores : usage.memoryBytes }];
  });
  const noUtilization = `${NO_COUNT} failed to get ${name} utilization:`;
  if (measured.length === 0) {
    const why = `unable to get metrics for resource ${name}: no metrics returned from resource metrics API`;
    return failed('FailedGetResourceMetric', `${noUtilization} ${why}`);
  }
  const total = measured.reduce((sum, { value }) => sum + value, 0);
  const average = total / measured.length;
  const averageValue = name === 'cpu' ? cpuQuantity(average) : String(Math.round(average));
  const counted = (ratio: number, reason: string, current: object): Measured => ({
    replicas: sized(ratio, measured.length, pods.length),
    reason,
    current: [{ type: 'Resource', resource: { name, current } }],
  });
  if (target.averageUtilization === undefined) {
    return counted(average / parseQuantity(target.averageValue), `${name} resource`, { averageValue });
  }
  const requested = measured.reduce((sum, { pod }) => sum + requestOf(pod, name), 0);
  if (requested === 0) return failed('FailedGetResourceMetric', `${noUtilization} missing request for ${name}`);
  const averageUtilization = Math.floor((total / requested) * 100);
  const reason = `${name} resource utilization (percentage of request)`;
  return counted(averageUtilization / target.averageUtilization, reason, { averageUtilization, averageValue });
}

const requestOf = (pod: Pod, name: string): number =>
  pod.spec.containers.reduce((sum, container) => sum + (parseQuantity(container.resources?.requests?.[name]) || 0), 0);

// Pods that aren't ready count as using nothing when growing, and not at all when shrinking, as in Kubernetes.
function sized(ratio: number, ready: number, all: number): number {
  if (Math.abs(ratio - 1) <= TOLERANCE) return all;
  if (ratio < 1 || ready === all) return Math.ceil(ratio * ready);
  const spread = (ratio * ready) / all;
  return spread <= 1 + TOLERANCE ? all : Math.ceil(spread * all);
}
