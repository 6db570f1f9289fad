import { blastRadius, planDigest } from '../domain/plan.ts';
import type { FieldChange, Plan } from '../domain/types/plan.ts';
import type { Refusal, RefusalCode } from '../domain/types/refusal.ts';
import type { Action, ActionContext, Applied, Planned } from '../extension-points.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { PodInfo } from '../ports/cluster-objects.ts';
import { cannotTell } from './edit/attempts.ts';
import { PODS } from './edit/edited-kinds.ts';
import { cannotLook, refusalOf } from './workload/look.ts';
import { podsAway } from './workload/pods-away.ts';

const MOST_PODS = 50;
/** What has their work done anew; a Job's failed pods are its record. */
const OWNERS = ['ReplicaSet', 'StatefulSet', 'DaemonSet'];

/** Takes away what evicted and failed pods of a namespace leave behind, of workloads that have made others in their place. No program runs in them any more; their uids are the mark. */
const deleteFailedPods: Action = {
  name: 'delete_failed_pods',
  title: 'Take failed pods away',
  rungs: ['mitigate', 'remediate'],
  reversible: false,
  cures: { failed_pods_left: [16, 3], quota_exceeded_pods: [6, 4], '*': [1, 6] },
  against: { namespace: [], workload: [] },
  permissions: [{ group: '', resource: 'pods', verbs: ['get', 'list', 'delete'] }],
  async plan(context) {
    const { namespace } = context.target;
    if (context.protectedNamespaces.includes(namespace))
      return no('protected_namespace', `${namespace} is a protected namespace: nothing is changed there.`);
    const pods = await context.cluster.pods(namespace, {});
    if (!pods.ok) return cannotLook(pods.failure, `The pods of ${namespace}`);
    const over = pods.value.filter(
      (pod) => pod.phase === 'Failed' && !pod.deleting && OWNERS.includes(pod.owner?.kind ?? ''),
    );
    const chosen = over.sort((left, right) => left.createdAt - right.createdAt).slice(0, MOST_PODS);
    if (chosen.length === 0) return no('not_needed', `No pod of ${namespace} has failed and been replaced.`);
    const refusal = await tryAll(context.cluster, chosen);
    return refusal ? { ok: false, refusal } : planFor(context, chosen);
  },
  async wasApplied({ cluster }, plan) {
    const there = await stillThere(cluster, plan);
    if (!there.ok) return unknown(there.refusal);
    const all = podsOf(plan).length;
    if (there.left.length === all) return null;
    // The rest may be taken away, too: each is known by its uid.
    return there.left.length === 0 ? done(plan.summary) : null;
  },
  async apply({ cluster }, { plan }) {
    let away = 0;
    let refusal: Refusal | null = null;
    for (const { namespace, name, uid } of podsOf(plan)) {
      const answer = await cluster.custom.delete({ kind: PODS, namespace, name }, { uid });
      if (answer.ok || answer.failure.kind === 'not_found') away += 1;
      else refusal ??= refusalOf(answer.failure, `Pod ${name}`);
    }
    if (refusal === null) return done(plan.summary);
    return { kind: 'failed', changed: away > 0 || refusal.code === 'unreachable', refusal, message: refusal.message };
  },
  async settled({ cluster }, { recommendation }) {
    const there = await stillThere(cluster, recommendation.plan);
    if (!there.ok) return { kind: 'in_progress', message: there.refusal.message };
    return there.left.length > 0
      ? { kind: 'in_progress', message: `${there.left.length} failed pods are still there.` }
      : { kind: 'settled', message: 'The failed pods are gone.' };
  },
  undo: async () => {
    const message = 'Failed pods that were taken away do not come back.';
    return { kind: 'failed', changed: false, refusal: { code: 'unsupported', message }, message };
  },
};

function planFor({ clock, target }: ActionContext, pods: PodInfo[]): Planned {
  const changes: FieldChange[] = pods.map(({ name, uid }) => ({
    path: `pod ${name}`,
    before: `uid ${uid}, failed`,
    after: 'taken away',
  }));
  const uid = `failed-pods/${target.namespace}`;
  const count = `${pods.length} failed ${pods.length === 1 ? 'pod' : 'pods'}`;
  return {
    ok: true,
    plan: {
      action: 'delete_failed_pods',
      target: { ...target, uid },
      changes,
      diff: podsAway(target.namespace, pods),
      summary: `Take ${count} of ${target.namespace} away`,
      reversible: false,
      blastRadius: blastRadius({
        namespace: target.namespace,
        service: target.name,
        podsTotal: pods.length,
        podsReady: 0,
        podsAffected: 0,
        readyAffected: 0,
        readyAwayAtOnce: 0,
        message: 'No pod that runs is touched.',
      }),
      notes: ['What they logged is lost with them.'],
      digest: planDigest('delete_failed_pods', uid, changes),
      data: { pods: pods.map(({ namespace, name, uid: own }) => ({ namespace, name, uid: own })) },
      plannedAt: clock.now(),
    },
  };
}

/** As the server would take it: by whether each may be taken away, asked without doing it. */
async function tryAll(cluster: Cluster, pods: PodInfo[]): Promise<Refusal | null> {
  for (const { namespace, name, uid } of pods) {
    const dry = await cluster.custom.delete({ kind: PODS, namespace, name }, { uid, dryRun: true });
    if (!dry.ok && dry.failure.kind !== 'not_found') return refusalOf(dry.failure, `Pod ${name}`);
  }
  return null;
}

type Gone = { namespace: string; name: string; uid: string };
const podsOf = ({ data }: Plan): Gone[] => (Array.isArray(data.pods) ? data.pods : []);

async function stillThere(
  cluster: Cluster,
  plan: Plan,
): Promise<{ ok: true; left: Gone[] } | { ok: false; refusal: Refusal }> {
  const pods = await cluster.pods(plan.target.namespace, {});
  if (!pods.ok) return cannotLook(pods.failure, `The pods of ${plan.target.namespace}`);
  const uids = new Set(pods.value.filter((pod) => !pod.deleting).map((pod) => pod.uid));
  return { ok: true, left: podsOf(plan).filter(({ uid }) => uids.has(uid)) };
}

const done = (message: string): Applied => ({ kind: 'done', undo: null, message });
const unknown = (refusal: Refusal): Applied => cannotTell('failed pods were taken away', refusal);
const no = (code: RefusalCode, message: string): Planned => ({ ok: false, refusal: { code, message } });

export default deleteFailedPods;
