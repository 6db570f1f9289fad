import { planDigest } from '../domain/plan.ts';
import type { FieldChange, Plan } from '../domain/types/plan.ts';
import type { Refusal } from '../domain/types/refusal.ts';
import type { Action, ActionContext, Applied, Planned, Settled } from '../extension-points.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { NodePod } from '../ports/cluster-objects.ts';
import type { Metrics } from '../ports/metrics.ts';
import { cannotTell } from './edit/attempts.ts';
import { lookAtNode, type NodeLook, nodeBlastRadius, podKeyOf, type WorkloadPods } from './node/look.ts';
import { cannotLook, refusalOf } from './workload/look.ts';
import { podsAway } from './workload/pods-away.ts';

/** As the kubelet would by itself, but sooner, by choice, and as the budgets allow; more than this at once is a drain. One of a workload: two at once would be an outage of its own. */
const MOST_PODS = 3;

/**
 * Makes room on a node: evicts the pods of its lowest priority, those that use most memory first, where others there have a higher one. Through the eviction API, which respects PodDisruptionBudgets; their uids
 * are the mark. They may wait for room elsewhere: that is what a low priority means.
 */
const evictLowPriority: Action = {
  name: 'evict_low_priority',
  title: 'Evict low-priority pods from a node',
  rungs: ['mitigate', 'remediate'],
  reversible: false,
  cures: { node_pressure: [8, 2], '*': [2, 4] },
  against: { namespace: [], workload: [] },
  optIn: 'nodes',
  permissions: [
    { group: '', resource: 'nodes', verbs: ['get', 'list'] },
    { group: '', resource: 'pods', verbs: ['get', 'list'] },
    { group: '', resource: 'pods/eviction', verbs: ['create'] },
    ...['deployments', 'statefulsets'].map((resource) => ({ group: 'apps', resource, verbs: ['get', 'list'] })),
  ],
  async plan(context) {
    const looked = await lookAtNode(context);
    if (!looked.ok) return looked;
    const chosen = await lowest(context, looked.look);
    const refusal = refuse(looked.look, chosen);
    return refusal ? { ok: false, refusal } : planEvictions(context, looked.look, chosen);
  },
  async wasApplied({ cluster }, plan) {
    const there = await stillThere(cluster, plan);
    if (!there.ok) return unknown(there.refusal);
    const all = podsOf(plan).length;
    if (there.left.length === all) return null;
    if (there.left.length === 0) return { kind: 'done', undo: null, message: plan.summary };
    const message = `${all - there.left.length} of ${all} pods were evicted before it was interrupted.`;
    return { kind: 'failed', changed: true, refusal: null, message };
  },
  async apply({ cluster }, { plan }) {
    let evicted = 0;
    let refusal: Refusal | null = null;
    for (const { namespace, name, uid } of podsOf(plan)) {
      const answer = await cluster.evictPod(namespace, name, { uid, dryRun: false });
      if (answer.ok || answer.failure.kind === 'not_found') evicted += 1;
      else refusal = refusalOf(answer.failure, `Pod ${name}`);
    }
    if (refusal === null) return { kind: 'done', undo: null, message: plan.summary };
    // Some of them make room too; how much is seen when it is verified.
    if (evicted > 0)
      return {
        kind: 'done',
        undo: null,
        message: `${evicted} of ${podsOf(plan).length} pods were evicted: ${refusal.message}`,
      };
    return refusal.code === 'unreachable'
      ? unknown(refusal)
      : { kind: 'failed', changed: false, refusal, message: refusal.message };
  },
  async settled({ cluster }, { recommendation }): Promise<Settled> {
    const there = await stillThere(cluster, recommendation.plan);
    if (!there.ok) return { kind: 'unknown', message: there.refusal.message };
    return there.left.length > 0
      ? { kind: 'in_progress', message: `${there.left.map(({ name }) => name).join(', ')} still going.` }
      : { kind: 'settled', message: 'The evicted pods have left the node.' };
  },
  undo: async () => {
    const message = "An eviction can't be undone.";
    return { kind: 'failed', changed: false, refusal: { code: 'unsupported', message }, message };
  },
};

/** Those of the lowest priority, if somebody else there has a higher one. */
async function lowest({ metrics, clock }: ActionContext, { movable, workloads }: NodeLook): Promise<NodePod[]> {
  const priorities = movable.map((pod) => pod.priority);
  const least = Math.min(...priorities);
  if (least === Math.max(...priorities)) return [];
  const candidates = movable.filter((pod) => pod.priority === least && pod.owner !== null);
  const memory = await memoryOf(metrics, candidates, clock.now());
  return candidates
    .toSorted(
      (one, other) => (memory.get(other.name) ?? 0) - (memory.get(one.name) ?? 0) || (one.name < other.name ? -1 : 1),
    )
    .filter((pod, index, all) => all.findIndex((other) => podKeyOf(other) === podKeyOf(pod)) === index)
    .filter((pod) => !pod.ready || canSpare(workloads.get(podKeyOf(pod))))
    .slice(0, MOST_PODS);
}

/** One that is short of pods, or has one going already, gives up no other. */
const canSpare = (pods: WorkloadPods | undefined): boolean =>
  pods === undefined || pods.replicas === null || pods.all.filter((pod) => pod.ready).length >= pods.replicas;

/** Working sets in steps of about 5 %, so that two pods that are alike don't change places between plan and fresh look. */
async function memoryOf(metrics: Metrics, pods: NodePod[], now: number): Promise<Map<string, number>> {
  if (pods.length < 2) return new Map();
  const names = pods.map((pod) => pod.name.replaceAll('.', '\\\\.')).join('|');
  const answer = await metrics.instant(
    `max by (pod) (container_memory_working_set_bytes{pod=~"${names}",container!=""})`,
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

function refuse({ node, movable }: NodeLook, chosen: NodePod[]): Refusal | null {
  if (chosen.length > 0) return null;
  const message =
    movable.length === 0
      ? `No pod on ${node.name} can be moved.`
      : `No pod on ${node.name} is less important than the others there, of a workload that can spare one: they have no PriorityClass, or all the same, or pods of theirs are missing already.`;
  return { code: 'not_needed', message };
}

async function planEvictions(
  { cluster, clock, target }: ActionContext,
  look: NodeLook,
  chosen: NodePod[],
): Promise<Planned> {
  for (const pod of chosen) {
    const dry = await cluster.evictPod(pod.namespace, pod.name, { uid: pod.uid, dryRun: true });
    if (!dry.ok) return cannotLook(dry.failure, `Pod ${pod.name}`);
  }
  const { node } = look;
  const uids = new Set(chosen.map((pod) => pod.uid));
  const keys = new Set(chosen.map(podKeyOf));
  const workloads = new Map([...look.workloads].filter(([key]) => keys.has(key)));
  const changes: FieldChange[] = chosen.map((pod) => ({
    path: `pod ${pod.namespace}/${pod.name}`,
    before: `uid ${pod.uid} on ${node.name}`,
    after: `evicted (priority ${pod.priority})`,
  }));
  return {
    ok: true,
    plan: {
      action: 'evict_low_priority',
      target: { kind: 'Node', namespace: target.namespace, name: node.name, uid: node.uid },
      changes,
      diff: podsAway(node.name, chosen),
      summary: `Evict ${chosen.length} low-priority ${chosen.length === 1 ? 'pod' : 'pods'} from node ${node.name}`,
      reversible: false,
      blastRadius: nodeBlastRadius(workloads, ({ here }) => here.filter((pod) => uids.has(pod.uid))),
      notes: ['What is evicted may have to wait for room elsewhere, and may be placed on this node again.'],
      digest: planDigest('evict_low_priority', node.uid, changes),
      data: { pods: chosen.map(({ namespace, name, uid }) => ({ namespace, name, uid })) },
      plannedAt: clock.now(),
    },
  };
}

type Evicted = { namespace: string; name: string; uid: string };

const podsOf = ({ data }: Plan): Evicted[] => (Array.isArray(data.pods) ? data.pods : []);

/** Those of the plan's pods that are there and aren't going. */
async function stillThere(
  cluster: Cluster,
  plan: Plan,
): Promise<{ ok: true; left: Evicted[] } | { ok: false; refusal: Refusal }> {
  const left: Evicted[] = [];
  for (const pod of podsOf(plan)) {
    const now = await cluster.pod(pod.namespace, pod.name);
    if (!now.ok && now.failure.kind !== 'not_found') return cannotLook(now.failure, `Pod ${pod.name}`);
    if (now.ok && now.value.uid === pod.uid && !now.value.deleting) left.push(pod);
  }
  return { ok: true, left };
}

const unknown = (refusal: Refusal): Applied => cannotTell('pods were evicted', refusal);

export default evictLowPriority;
