import type { Incident } from '../domain/incident.ts';
import type { Execution } from '../domain/types.ts';
import type { Deps } from './deps.ts';
import { measuredOf } from './measure.ts';

/**
 * Whether a step aimed at one pod has cured what it was aimed at, though its service still hurts: the pods made since then are ready and under the step's threshold, so that what is left is in pods that it didn't touch.
 * By memory, which is what single pods are restarted for. No answer is no.
 */
export async function isElsewhere(deps: Deps, incident: Incident, execution: Execution): Promise<boolean> {
  const { plan, step, issue } = execution.recommendation;
  if (plan.target.kind !== 'Pod' || issue !== 'high_memory_usage') return false;
  const { namespace, service } = measuredOf(incident);
  const workload = await deps.cluster.workload(namespace, service);
  const pods = workload.ok ? await deps.cluster.pods(namespace, workload.value.selector) : workload;
  const memory = await deps.metrics.instant(deps.queries.memoryByPod(namespace, service), deps.clock.now());
  if (!pods.ok || !memory.ok) return false;
  const ratios = new Map(memory.value.map(({ labels, value }) => [labels.pod, value]));
  const since = pods.value.filter((pod) => !pod.deleting && pod.createdAt >= execution.startedAt);
  return since.length > 0 && since.every((pod) => pod.ready && (ratios.get(pod.name) ?? 1) < step.threshold);
}
