import type { KubeObject } from '../objects.ts';
import { isTree, type Tree } from '../tree.ts';

/** autoscaling/v1 in terms of v2, which is what is stored. What v1 has no fields for is in annotations, under a real server's names. */

const CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions';
const METRICS = 'autoscaling.alpha.kubernetes.io/metrics';
const CURRENT = 'autoscaling.alpha.kubernetes.io/current-metrics';
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior';
const OURS = [CONDITIONS, METRICS, CURRENT, BEHAVIOR];

type Amount = { type?: string; averageUtilization?: number; averageValue?: string };
type Metric = { type: string; resource?: { name: string; target?: Amount; current?: Amount } };

/** A stored v2 object as v1 shows it. */
export function hpaAsV1(object: KubeObject): KubeObject {
  const { metrics, behavior, ...spec }: Tree = object.spec ?? {};
  const { currentMetrics, conditions, ...status }: Tree = object.status ?? {};
  const wanted = split(metrics);
  const seen = split(currentMetrics);
  const annotations = {
    ...object.metadata.annotations,
    ...(Array.isArray(conditions) && conditions.length > 0 ? { [CONDITIONS]: JSON.stringify(conditions) } : {}),
    ...(wanted.others.length > 0 ? { [METRICS]: JSON.stringify(wanted.others) } : {}),
    ...(seen.others.length > 0 ? { [CURRENT]: JSON.stringify(seen.others) } : {}),
    ...(behavior === undefined ? {} : { [BEHAVIOR]: JSON.stringify(behavior) }),
  };
  const target = wanted.cpu?.resource?.target?.averageUtilization;
  const current = seen.cpu?.resource?.current?.averageUtilization;
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata: { ...object.metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    status: { ...status, ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }) },
  };
}

/** The one metric that v1 has a field for, and the rest. */
function split(metrics: unknown): { cpu: Metric | undefined; others: Metric[] } {
  const all = Array.isArray(metrics) ? (metrics as Metric[]) : [];
  const cpu = all.find(
    ({ type, resource }) =>
      type === 'Resource' &&
      resource?.name === 'cpu' &&
      (resource.target ?? resource.current)?.averageUtilization !== undefined,
  );
  return { cpu, others: all.filter((metric) => metric !== cpu) };
}

/** A v1 body as the v2 object that it means; what was in annotations goes back to its fields. */
export function hpaFromV1(body: Tree): Tree {
  const { targetCPUUtilizationPercentage: cpu, ...spec } = isTree(body.spec) ? body.spec : ({} as Tree);
  const metadata = isTree(body.metadata) ? body.metadata : {};
  const annotations = isTree(metadata.annotations) ? metadata.annotations : {};
  const kept = Object.fromEntries(Object.entries(annotations).filter(([name]) => !OURS.includes(name)));
  const others = parsed(annotations[METRICS]);
  const behavior = parsed(annotations[BEHAVIOR]);
  const metrics = [...(typeof cpu === 'number' ? [cpuMetric(cpu)] : []), ...(Array.isArray(others) ? others : [])];
  return {
    ...body,
    apiVersion: 'autoscaling/v2',
    metadata: { ...metadata, ...(metadata.annotations === undefined ? {} : { annotations: kept }) },
    spec: {
      ...spec,
      ...(metrics.length > 0 ? { metrics } : {}),
      ...(isTree(behavior) ? { behavior } : {}),
    },
    status: undefined,
  };
}

const cpuMetric = (averageUtilization: number): Tree => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? (JSON.parse(text) as unknown) : undefined;
  } catch {
    return undefined;
  }
}
