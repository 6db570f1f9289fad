import type { HorizontalPodAutoscaler, Pod } from '../kinds.ts';
import { isReady } from '../pods.ts';
import { cpuQuantity, parseQuantity } from '../quantity.ts';

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

/** The replicas that each metric asks for; the highest counts. Only Resource metrics can be had here. */
export function measure(
  scaler: HorizontalPodAutoscaler,
  pods: readonly Pod[],
  usageOf: (pod: Pod) => Usage | undefined,
): Measured {
  const metrics = scaler.spec.metrics ?? [];
  let best: Measured = { replicas: 0, reason: '', current: [] };
  const current: object[] = [];
  for (const metric of metrics) {
    const one = measureOne(metric, pods, usageOf);
    current.push(...one.current);
    if (one.failure !== undefined) return { ...one, current };
    if (one.replicas > best.replicas) best = one;
  }
  return { ...best, current };
}

function failed(reason: string, message: string): Measured {
  return { replicas: 0, reason: '', current: [], failure: { reason, message } };
}

function measureOne(metric: Metric, pods: readonly Pod[], usageOf: (pod: Pod) => Usage | undefined): Measured {
  if (metric.type !== 'Resource' || metric.resource === undefined) {
    return failed(
      `FailedGet${metric.type}Metric`,
      `the HPA was unable to compute the replica count: no ${metric.type} metrics in the sandbox`,
    );
  }
  const { name, target } = metric.resource;
  const ready = pods.filter(isReady);
  const values = ready.flatMap((pod) => {
    const usage = usageOf(pod);
    if (usage === undefined) return [];
    return [{ pod, value: name === 'cpu' ? usage.cpuCores : usage.memoryBytes }];
  });
  if (values.length === 0) {
    return failed(
      'FailedGetResourceMetric',
      `the HPA was unable to compute the replica count: failed to get ${name} utilization: unable to get metrics for resource ${name}: no metrics returned from resource metrics API`,
    );
  }
  const total = values.reduce((sum, { value }) => sum + value, 0);
  const averageValue = name === 'cpu' ? cpuQuantity(total / values.length) : String(Math.round(total / values.length));
  if (target.averageUtilization === undefined) {
    const ratio = total / values.length / parseQuantity(target.averageValue);
    return {
      replicas: sized(ratio, ready.length, pods.length),
      reason: `${name} resource`,
      current: [currentMetric(name, { averageValue })],
    };
  }
  const requested = values.reduce((sum, { pod }) => sum + requestOf(pod, name), 0);
  if (requested === 0) {
    return failed(
      'FailedGetResourceMetric',
      `the HPA was unable to compute the replica count: failed to get ${name} utilization: missing request for ${name}`,
    );
  }
  const percent = Math.floor((total / requested) * 100);
  return {
    replicas: sized(percent / target.averageUtilization, ready.length, pods.length),
    reason: `${name} resource utilization (percentage of request)`,
    current: [currentMetric(name, { averageUtilization: percent, averageValue })],
  };
}

const currentMetric = (name: string, current: object): object => ({ type: 'Resource', resource: { name, current } });

const requestOf = (pod: Pod, name: string): number =>
  pod.spec.containers.reduce((sum, container) => sum + (parseQuantity(container.resources?.requests?.[name]) || 0), 0);

// Pods that aren't ready count as using nothing when growing, and not at all when shrinking, as in Kubernetes.
function sized(ratio: number, ready: number, all: number): number {
  if (Math.abs(ratio - 1) <= TOLERANCE) return all;
  if (ratio < 1 || ready === all) return Math.ceil(ratio * ready);
  const spread = (ratio * ready) / all;
  return spread <= 1 + TOLERANCE ? all : Math.ceil(spread * all);
}
