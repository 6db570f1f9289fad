import { objectDiff } from '../domain/object-diff.ts';
import { isRecord, readPath } from '../domain/object-path.ts';
import { planDigest } from '../domain/plan.ts';
import type { FieldChange } from '../domain/types/plan.ts';
import type { Refusal, RefusalCode } from '../domain/types/refusal.ts';
import type { Action, ActionContext, Applied, Planned, Settled } from '../extension-points.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { ClusterResult } from '../ports/cluster-result.ts';
import type { CustomObject } from '../ports/custom-objects.ts';
import { failedWith } from './edit/attempts.ts';
import { ROLLOUTS } from './edit/edited-kinds.ts';
import { cannotLook, refusalOf } from './workload/look.ts';
import { settleAbort } from './workload/settle-argo.ts';

/** Ends an update of an Argo Rollout: all traffic goes back to the stable version, as `kubectl argo rollouts abort` has it. It is a field of the status, which takes no mark: whether it is set is the mark. */
const abortRollout: Action = {
  name: 'abort_rollout',
  title: 'Abort an Argo Rollout',
  rungs: ['rollback', 'mitigate'],
  reversible: true,
  cures: { rollout: [36, 3], crash_loop: [6, 4], '*': [1, 6] },
  against: { namespace: [], workload: [] },
  permissions: [
    { group: 'argoproj.io', resource: 'rollouts', verbs: ['get', 'list'] },
    { group: 'argoproj.io', resource: 'rollouts/status', verbs: ['patch'] },
  ],
  async plan(context) {
    const { cluster, target } = context;
    const found = await rolloutOf(cluster, target);
    if (!found.ok) return cannotLook(found.failure, `Rollout ${target.name}`);
    const refusal = refuse(found.value);
    if (refusal) return { ok: false, refusal };
    const dry = await patchAbort(cluster, found.value, true, true);
    return dry.ok ? planAbort(context, found.value, dry.value) : cannotLook(dry.failure, `Rollout ${target.name}`);
  },
  async wasApplied({ cluster }, { target, summary }) {
    const found = await rolloutOf(cluster, target);
    if (!found.ok)
      return found.failure.kind === 'not_found'
        ? null
        : failedWith(refusalOf(found.failure, `Rollout ${target.name}`), true);
    const isSet = found.value.uid === target.uid && readPath(found.value.object, ['status', 'abort']) === true;
    return isSet ? { kind: 'done', undo: {}, message: summary } : null;
  },
  apply: ({ cluster }, { plan }) => setAbort(cluster, plan.target, true, plan.summary),
  async settled({ cluster }, { recommendation }): Promise<Settled> {
    const { target } = recommendation.plan;
    const found = await rolloutOf(cluster, target);
    if (!found.ok)
      return { kind: found.failure.kind === 'not_found' ? 'failed' : 'unknown', message: found.failure.message };
    if (found.value.uid !== target.uid)
      return { kind: 'failed', message: `Rollout ${target.name} is another object now.` };
    return settleAbort(found.value);
  },
  undo: ({ cluster }, { recommendation }) =>
    setAbort(
      cluster,
      recommendation.plan.target,
      false,
      `Rollout ${recommendation.plan.target.name} goes on with its update.`,
    ),
};

const rolloutOf = (
  cluster: Cluster,
  { namespace, name }: { namespace: string; name: string },
): Promise<ClusterResult<CustomObject>> => cluster.custom.get({ kind: ROLLOUTS, namespace, name });

function refuse({ name, object }: CustomObject): Refusal | null {
  const no = (code: RefusalCode, message: string): Refusal => ({ code, message });
  if (readPath(object, ['status', 'abort']) === true) return no('not_needed', `Rollout ${name} is aborted already.`);
  const [stable, current] = [readPath(object, ['status', 'stableRS']), readPath(object, ['status', 'currentPodHash'])];
  if (typeof stable !== 'string' || stable === '')
    return no('no_history', `Rollout ${name} has no stable version to go back to.`);
  return stable === current
    ? no('not_needed', `Rollout ${name} isn't being updated: all of it is the stable version.`)
    : null;
}

function planAbort({ clock, target }: ActionContext, rollout: CustomObject, dry: CustomObject): Planned {
  const { uid, name, object } = rollout;
  const changes: FieldChange[] = [
    {
      path: 'status.abort',
      before: 'false',
      after: `true: back to ${String(readPath(object, ['status', 'stableRS']))}`,
    },
  ];
  const total = number(object, ['spec', 'replicas']);
  const step = number(object, ['status', 'currentStepIndex']);
  return {
    ok: true,
    plan: {
      action: 'abort_rollout',
      target: { kind: 'Rollout', namespace: target.namespace, name, uid },
      changes,
      diff: objectDiff(`${target.namespace}/${name} (status)`, abortOf(rollout), abortOf(dry)),
      summary: `Abort the update of Rollout ${name} and go back to its stable version`,
      reversible: true,
      blastRadius: {
        level: 'medium',
        podsAffected: number(object, ['status', 'updatedReplicas']),
        podsTotal: total,
        services: [`${target.namespace}/${name}`],
        message: 'The pods of the new version go; those of the stable one take all requests.',
      },
      notes: [
        `It stands at step ${step}. Its template stays as it is: change it (in Git, where that keeps it), or it is degraded until then.`,
      ],
      digest: planDigest('abort_rollout', uid, changes),
      data: {},
      plannedAt: clock.now(),
    },
  };
}

/** Sets or takes away `status.abort`. Done twice is done once. */
async function setAbort(
  cluster: Cluster,
  target: { namespace: string; name: string; uid: string },
  abort: boolean,
  message: string,
): Promise<Applied> {
  const subject = `Rollout ${target.name}`;
  const found = await rolloutOf(cluster, target);
  if (!found.ok) return failedWith(refusalOf(found.failure, subject), false);
  const { uid, object } = found.value;
  if (uid !== target.uid)
    return failedWith({ code: 'target_gone', message: `${subject} is another object now.` }, false);
  if ((readPath(object, ['status', 'abort']) === true) === abort) return { kind: 'done', undo: {}, message };
  const answer = await patchAbort(cluster, found.value, abort, false);
  if (answer.ok) return { kind: 'done', undo: {}, message };
  return failedWith(refusalOf(answer.failure, subject), answer.failure.kind === 'unreachable');
}

const abortOf = ({ object }: CustomObject) => ({ abort: readPath(object, ['status', 'abort']) === true });

function patchAbort(
  cluster: Cluster,
  { namespace, name, uid, resourceVersion }: CustomObject,
  abort: boolean,
  dryRun: boolean,
): Promise<ClusterResult<CustomObject>> {
  const how = { uid, resourceVersion, dryRun, subresource: 'status' as const };
  return cluster.custom.patch(
    { kind: ROLLOUTS, namespace, name },
    [{ op: 'add', path: '/status/abort', value: abort }],
    how,
  );
}

function number(object: unknown, path: string[]): number {
  const value = isRecord(object) ? readPath(object, path) : undefined;
  return typeof value === 'number' ? value : 0;
}

export default abortRollout;
