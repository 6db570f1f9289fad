import type { NodeInfo } from '../ports/cluster-objects.ts';
import type { LabelledSeries, Metrics, MetricsResult } from '../ports/metrics.ts';

const LOOK_BACK_MS = 90 * 60_000;
const STEP_MS = 60_000;
const SICK =
  'kube_node_status_condition{condition=~".+Pressure",status="true"} == 1 or kube_node_status_condition{condition="Ready",status="true"} == 0';

/** Nodes and their conditions as kube-state-metrics told of them at `at`. Taints are recorded by few, and are left out. */
export async function pastNodes(metrics: Metrics, at: number): Promise<MetricsResult<NodeInfo[]>> {
  const [all, unschedulable, sick] = await Promise.all([
    metrics.instant('kube_node_info', at),
    metrics.instant('kube_node_spec_unschedulable == 1', at),
    metrics.range(SICK, at - LOOK_BACK_MS, at, STEP_MS),
  ]);
  if (!all.ok) return all;
  if (!unschedulable.ok) return unschedulable;
  if (!sick.ok) return sick;
  const cordoned = new Set(unschedulable.value.map(({ labels }) => labels.node));
  const names = [...new Set(all.value.map(({ labels }) => labels.node ?? ''))].filter((name) => name !== '');
  const present = sick.value.filter(({ points }) => (points.at(-1)?.at ?? 0) > at - STEP_MS);
  return {
    ok: true,
    value: names.map((name) => {
      const own = present.filter(({ labels }) => labels.node === name);
      return {
        name,
        uid: `node/${name}`,
        ready: !own.some(({ labels }) => labels.condition === 'Ready'),
        pressures: own.flatMap(({ labels }) => (labels.condition === 'Ready' ? [] : [labels.condition ?? ''])),
        unschedulable: cordoned.has(name),
        troubledSince: own.length === 0 ? null : Math.min(...own.map((series) => beganAt(series))),
      };
    }),
  };
}

/** When the last unbroken row of points began. */
function beganAt({ points }: LabelledSeries): number {
  let began = points.at(-1)?.at ?? 0;
  for (const { at } of [...points].reverse()) {
    if (began - at > 2 * STEP_MS) break;
    began = at;
  }
  return began;
}
