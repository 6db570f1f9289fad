import { blastRadius, planDigest } from '../domain/plan.ts';
import type { Finding } from '../domain/types/finding.ts';
import type { FieldChange, Plan } from '../domain/types/plan.ts';
import type { Refusal } from '../domain/types/refusal.ts';
import type { Action, ActionContext, Applied, Planned, Settled } from '../extension-points.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { PodInfo } from '../ports/cluster-objects.ts';
import type { Metrics } from '../ports/metrics.ts';
import { cannotTell } from './edit/attempts.ts';
import {
  cannotLook,
  inTheWay,
  lookAt,
  lookAtTarget,
  refusalOf,
  troubledPods,
  type WorkloadLook,
} from './workload/look.ts';
import { podsAway } from './workload/pods-away.ts';

const OWNERS = ['ReplicaSet', 'StatefulSet', 'DaemonSet'];

/** Evicts one pod, the worst, so that its owner makes a new one. Through the eviction API, which respects PodDisruptionBudgets; the pod's uid is the mark. */
const restartPod: Action = {
  name: 'restart_pod',
  title: 'Restart a pod',
  rungs: ['remediate', 'mitigate'],
  reversible: false,
  cures: {
    leak: [19, 1],
    memory: [18, 2],
    oom_killed: [14, 3],
    deadlock: [18, 2],
    blocked_on_dependency: [1, 8],
    rollout: [1, 8],
    '*': [3, 4],
  },
  against: { namespace: [], workload: [] },
  permissions: [
    { group: 'apps', resource: 'deployments', verbs: ['get', 'list'] },
    { group: 'apps', resource: 'statefulsets', verbs: ['get', 'list'] },
    { group: 'apps', resource: 'daemonsets', verbs: ['get', 'list'] },
    { group: 'apps', resource: 'replicasets', verbs: ['list'] },
    { group: 'apps', resource: 'controllerrevisions', verbs: ['list'] },
    { group: '', resource: 'pods', verbs: ['get', 'list'] },
    { group: '', resource: 'pods/eviction', verbs: ['create'] },
  ],
  async plan(context) {
    const looked = await lookAtTarget(context);
    if (!looked.ok) return looked;
    const { look } = looked;
    const busy = inTheWay(look, 'restarting a pod');
    if (busy) return { ok: false, refusal: busy };
    const pod = await worstPod(context, look);
    const refusal = refuse(look, pod);
    return pod === null || refusal ? { ok: false, refusal: refusal ?? gone(look) } : planEviction(context, look, pod);
  },
  wasApplied: ({ cluster }, plan) => wasEvicted(cluster, plan),
  async apply({ cluster }, { plan }): Promise<Applied> {
    const { namespace, name, uid } = plan.target;
    const answer = await cluster.evictPod(namespace, name, { uid, dryRun: false });
    if (answer.ok) return { kind: 'done', undo: null, message: plan.summary };
    const refusal = refusalOf(answer.failure, `Pod ${name}`);
    const failed: Applied = { kind: 'failed', changed: false, refusal, message: refusal.message };
    // The answer got lost: whether the pod goes is read from the pod.
    return answer.failure.kind === 'unreachable' ? ((await wasEvicted(cluster, plan)) ?? failed) : failed;
  },
  settled: ({ cluster }, { recommendation }) => settled(cluster, recommendation.plan),
  undo: async () => {
    const message = "A restart can't be undone.";
    return { kind: 'failed', changed: false, refusal: { code: 'unsupported', message }, message };
  },
};

/** Done when the pod with the plan's uid is gone or going; unknown (failed, perhaps changed) when nobody can say. */
async function wasEvicted(cluster: Cluster, { data, target, summary }: Plan): Promise<Applied | null> {
  const pod = await cluster.pod(target.namespace, target.name);
  if (!pod.ok && pod.failure.kind !== 'not_found')
    return cannotTell('the pod was evicted', refusalOf(pod.failure, `Pod ${target.name}`));
  const there = pod.ok && pod.value.uid === data.uid && !pod.value.deleting;
  return there ? null : { kind: 'done', undo: null, message: summary };
}

/**
 * The pod itself when it is the target. Else the one whose metrics are odd, then the one that uses most memory: a pod that was killed for its memory
 * has started afresh, so that a state in the past counts only after these, and last a pod that can't run.
 */
async function worstPod(
  { findings, metrics, clock, target }: ActionContext,
  { pods }: WorkloadLook,
): Promise<PodInfo | null> {
  if (target.kind === 'Pod') return pods.find((pod) => pod.name === target.name) ?? null;
  const odd = strongest(findings, 'anomaly', pods);
  if (odd) return odd;
  const memory = await memoryByPod(metrics, pods, clock.now());
  const [fullest] = pods
    .filter((pod) => memory.has(pod.name))
    .sort((left, right) => (memory.get(right.name) ?? 0) - (memory.get(left.name) ?? 0) || byAge(left, right));
  return fullest ?? strongest(findings, 'state', pods) ?? troubledPods(pods)[0]?.pod ?? null;
}

function byAge(left: PodInfo, right: PodInfo): number {
  return left.createdAt - right.createdAt || (left.name < right.name ? -1 : 1);
}

/** Of several that stand out, the one that is furthest: how sure each is says nothing about who needs it first. */
function strongest(findings: Finding[], kind: Finding['kind'], pods: PodInfo[]): PodInfo | undefined {
  const about = findings
    .filter((finding) => finding.kind === kind && finding.about.kind === 'Pod' && finding.strength >= 0.5)
    .sort(
      (left, right) => (right.value?.observed ?? 0) - (left.value?.observed ?? 0) || right.strength - left.strength,
    );
  for (const { about: entity } of about) {
    const pod = pods.find((one) => one.name === entity.name && one.namespace === entity.namespace);
    if (pod) return pod;
  }
  return undefined;
}

/** Working sets in steps of about 5 %, so that two pods that are alike don't change places between plan and fresh look. */
async function memoryByPod(metrics: Metrics, pods: PodInfo[], now: number): Promise<Map<string, number>> {
  if (pods.length === 0) return new Map();
  const names = pods.map((pod) => pod.name.replaceAll('.', '\\\\.')).join('|');
  const answer = await metrics.instant(
    `max by (pod) (container_memory_working_set_bytes{namespace="${pods[0]?.namespace}",pod=~"${names}",container!=""})`,
    now,
  );
  if (!answer.ok) return new Map();
  return new Map(
    answer.value.map(({ labels, value }) => [
      labels.pod ?? '',
      Math.round(Math.log(Math.max(1, value)) / Math.log(1.05)),
    ]),
  );
}

function refuse({ workload }: WorkloadLook, pod: PodInfo | null): Refusal | null {
  if (pod === null) return null;
  if (!pod.owner || !OWNERS.includes(pod.owner.kind))
    return {
      code: 'unsupported',
      message: `Pod ${pod.name} belongs to ${pod.owner?.kind ?? 'nothing'}: nobody would make a new one.`,
    };
  if (workload.replicas === 0) return { code: 'not_needed', message: `${workload.name} is scaled to zero.` };
  return null;
}

function gone({ workload }: WorkloadLook): Refusal {
  return {
    code: 'target_gone',
    message: `${workload.kind} ${workload.name} has no pod that stands out or that is in trouble.`,
  };
}

async function planEviction(
  { cluster, clock }: ActionContext,
  { workload, pods }: WorkloadLook,
  pod: PodInfo,
): Promise<Planned> {
  const dry = await cluster.evictPod(pod.namespace, pod.name, { uid: pod.uid, dryRun: true });
  if (!dry.ok) return cannotLook(dry.failure, `Pod ${pod.name}`);
  const podsReady = pods.filter((one) => one.ready).length;
  const changes: FieldChange[] = [
    {
      path: `pod ${pod.name}`,
      before: 'runs',
      after: `evicted; ${pod.owner?.kind} ${pod.owner?.name} makes a new one`,
    },
  ];
  const message = pod.ready
    ? `1 of ${pods.length} pods restarts; ${podsReady - 1} serve meanwhile.`
    : `1 of ${pods.length} pods restarts; it isn't serving now.`;
  return {
    ok: true,
    plan: {
      action: 'restart_pod',
      target: { kind: 'Pod', namespace: pod.namespace, name: pod.name, uid: pod.uid },
      changes,
      diff: podsAway(pod.namespace, [pod]),
      summary: `Restart pod ${pod.name}`,
      reversible: false,
      blastRadius: blastRadius({
        namespace: workload.namespace,
        service: workload.name,
        podsTotal: pods.length,
        podsAffected: 1,
        readyAffected: pod.ready ? 1 : 0,
        readyAwayAtOnce: pod.ready ? 1 : 0,
        podsReady,
        message,
      }),
      notes:
        workload.replicas === 1 ? [`${workload.name} has only one replica: it is away while the pod restarts.`] : [],
      digest: planDigest('restart_pod', pod.uid, changes),
      data: { uid: pod.uid, workload: workload.name, others: pods.map((one) => one.uid) },
      plannedAt: clock.now(),
    },
  };
}

/** Settled once the pod is gone and all that are wanted are ready; failed when its successor can't run. */
async function settled(cluster: Cluster, { target, data }: Plan): Promise<Settled> {
  const looked = await lookAt(cluster, target.namespace, String(data.workload));
  if (!looked.ok)
    return { kind: looked.refusal.code === 'target_gone' ? 'failed' : 'unknown', message: looked.refusal.message };
  const { workload, pods } = looked.look;
  const old = await cluster.pod(target.namespace, target.name);
  if (!old.ok && old.failure.kind !== 'not_found') return { kind: 'unknown', message: old.failure.message };
  if (old.ok && old.value.uid === data.uid)
    return { kind: 'in_progress', message: `Pod ${target.name} is still going.` };
  const others = Array.isArray(data.others) ? data.others : [];
  const bad = troubledPods(pods.filter((pod) => !others.includes(pod.uid)))[0];
  if (bad) return { kind: 'failed', message: `${bad.message}.` };
  const ready = pods.filter((pod) => pod.ready).length;
  if (ready < workload.replicas)
    return { kind: 'in_progress', message: `${workload.name}: ${ready} of ${workload.replicas} pods are ready.` };
  return {
    kind: 'settled',
    message: `Pod ${target.name} was replaced; all ${workload.replicas} pods of ${workload.name} are ready.`,
  };
}

export default restartPod;
