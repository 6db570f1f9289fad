import { objects } from '../change.ts';
import type { Pod } from '../kinds.ts';
import { timestamp } from '../objects.ts';
import { matches, parseLabelSelector } from '../selectors.ts';
import type { World } from '../world.ts';
import type { Target } from './request.ts';

const GROUP_VERSION = 'metrics.k8s.io/v1beta1';
type Usage = { cpu: string; memory: string };

const usageText = (cpuCores: number, memoryBytes: number): Usage => ({
  cpu: `${Math.round(cpuCores * 1e9)}n`,
  memory: `${Math.round(memoryBytes / 1024)}Ki`,
});

/** The resource metrics API (`kubectl top`), from what the runtime says that pods use. undefined: no such path. */
export function podMetrics(world: World, target: Target, query: URLSearchParams): unknown {
  if (target.version !== 'v1beta1') return undefined;
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  const wanted = (object: { metadata: { name: string; labels?: Record<string, string> } }): boolean =>
    (target.name === undefined || object.metadata.name === target.name) &&
    (!labels.ok || matches(labels.value, object.metadata.labels));
  const shared = { timestamp: timestamp(world.now()), window: '15s' };
  const items =
    target.plural === 'pods'
      ? objects(world, 'pods', target.namespace)
          .filter(wanted)
          .flatMap((pod) => podItem(world, pod, shared))
      : target.plural === 'nodes'
        ? objects(world, 'nodes')
            .filter(wanted)
            .map((node) => ({
              kind: 'NodeMetrics',
              apiVersion: GROUP_VERSION,
              metadata: { name: node.metadata.name, labels: node.metadata.labels },
              ...shared,
              usage: nodeUsage(world, node.metadata.name),
            }))
        : undefined;
  if (items === undefined || (target.name !== undefined && items.length === 0)) return undefined;
  if (target.name !== undefined) return items[0];
  const kind = target.plural === 'pods' ? 'PodMetricsList' : 'NodeMetricsList';
  return { kind, apiVersion: GROUP_VERSION, metadata: {}, items };
}

function podItem(world: World, pod: Pod, shared: object): unknown[] {
  const usage = pod.status.phase === 'Running' ? world.runtime().usage?.(pod) : undefined;
  if (usage === undefined) return [];
  const { name, namespace, labels } = pod.metadata;
  const containers = [{ name: pod.spec.containers[0]?.name, usage: usageText(usage.cpuCores, usage.memoryBytes) }];
  return [
    { kind: 'PodMetrics', apiVersion: GROUP_VERSION, metadata: { name, namespace, labels }, ...shared, containers },
  ];
}

function nodeUsage(world: World, nodeName: string): Usage {
  let [cpu, memory] = [0, 0];
  for (const pod of objects(world, 'pods')) {
    if (pod.spec.nodeName !== nodeName || pod.status.phase !== 'Running') continue;
    const usage = world.runtime().usage?.(pod);
    cpu += usage?.cpuCores ?? 0;
    memory += usage?.memoryBytes ?? 0;
  }
  return usageText(cpu, memory);
}
