import { expectedAt } from '../analysis/baseline.ts';
import { nextInLine } from '../domain/bottleneck.ts';
import { calleesOf } from '../domain/callees.ts';
import type { Incident } from '../domain/incident.ts';
import type { State } from '../domain/incident-state.ts';
import { isImproving } from '../domain/judge.ts';
import { nameIssue } from '../domain/name-issue.ts';
import type { EntityRef } from '../domain/types/entity.ts';
import type { Execution } from '../domain/types/execution.ts';
import type { KindName } from '../domain/vocabulary.ts';
import type { EvidenceDeps } from './deps.ts';
import { readHealth } from './health.ts';
import { measuredOf } from './measure.ts';

/** What single pods are restarted for. */
const BY_MEMORY: KindName = 'high_memory_usage';

type Verifying = Pick<Extract<State, { name: 'verifying' }>, 'execution' | 'since' | 'samples'>;

/** What is left when a step has done what it was for, though its service still hurts, in words; null when that can't be said. No answer is null. */
export async function whatIsElsewhere(
  deps: EvidenceDeps,
  incident: Incident,
  { execution, since, samples }: Verifying,
): Promise<string | null> {
  const { step, plan } = execution.recommendation;
  if (deps.actions.get(step.action)?.relieves === 'load') {
    // Before, what is measured is the bottleneck that the step was for; and what gets better by itself gets its time.
    if (deps.clock.now() - since < deps.queries.quickWindowMs || isImproving(samples)) return null;
    const { bottleneck, causes } = incident.diagnosis ?? {};
    return bottleneckBelow(deps, (bottleneck && causes?.[0]?.entity) ?? plan.target, plan.target.name);
  }
  return (await isInOtherPods(deps, incident, execution))
    ? 'what is left is in pods that the step did not touch'
    : null;
}

/**
 * A step aimed at one pod has cured what it was aimed at: the pods made since then are ready and under the step's threshold, so that what is left is in pods that it didn't touch.
 * By memory.
 */
async function isInOtherPods(deps: EvidenceDeps, incident: Incident, execution: Execution): Promise<boolean> {
  const { plan, step, issue } = execution.recommendation;
  if (plan.target.kind !== 'Pod' || issue !== BY_MEMORY) return false;
  const { namespace, service } = measuredOf(incident);
  const workload = await deps.cluster.workload(namespace, service);
  const pods = workload.ok
    ? await deps.cluster.pods(namespace, workload.value.selector, workload.value.expressions)
    : workload;
  const memory = await deps.metrics.instant(deps.queries.memoryByPod(namespace, service), deps.clock.now());
  if (!pods.ok || !memory.ok) return false;
  const ratios = new Map(memory.value.map(({ labels, value }) => [labels.pod, value]));
  const since = pods.value.filter((pod) => !pod.deleting && pod.createdAt >= execution.startedAt);
  return since.length > 0 && since.every((pod) => pod.ready && (ratios.get(pod.name) ?? 1) < step.threshold);
}

/**
 * Those besides the target that `from` calls, directly or through others, which get more requests than this hour is used to and are in trouble: not ill, but next in line. Of
 * these, the ones that no other explains; where they are many, the whole is overloaded, and it isn't said that a step more would do.
 */
async function bottleneckBelow(
  deps: EvidenceDeps,
  { namespace, name }: Pick<EntityRef, 'namespace' | 'name'>,
  target: string,
): Promise<string | null> {
  const calls = await deps.metrics.instant(deps.queries.calls(namespace), deps.clock.now());
  if (!calls.ok) return null;
  const edges = calls.value.map(({ labels }) => ({ from: labels.client ?? '', to: labels.server ?? '' }));
  const callees = calleesOf(edges, name).filter((callee) => callee !== target);
  const looks = await Promise.all(callees.map((callee) => overwhelmed(deps, namespace, callee)));
  const jammed = new Map(looks.flatMap((look) => (look ? [[look.service, look.message]] : [])));
  const [next] = nextInLine(new Set(jammed.keys()), edges);
  return next === undefined ? null : `the load has moved on: ${jammed.get(next)}`;
}

/** In trouble, with more requests than usual; null when it isn't, or that can't be said. */
async function overwhelmed(deps: EvidenceDeps, namespace: string, service: string) {
  const now = deps.clock.now();
  const usual = deps.baselines.atHand('request_rate', namespace, service);
  const rate = await deps.metrics.instant(deps.queries.quickOfService('request_rate', namespace, service), now);
  const requests = rate.ok ? rate.value[0]?.value : undefined;
  if (!usual || requests === undefined || !(requests > expectedAt(usual, now).high)) return null;
  const health = await readHealth(deps, { namespace, service });
  const { nodes: _, ...vitals } = health.vitals;
  const { issue, measured } = nameIssue(deps.kinds, { health: { ...health, vitals }, findings: [] });
  return measured ? { service, message: issue.message } : null;
}
