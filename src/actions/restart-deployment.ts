import { managerNotes } from '../domain/managed-by.ts';
import { objectDiff } from '../domain/object-diff.ts';
import { pathText, readPath } from '../domain/object-path.ts';
import { planDigest } from '../domain/plan.ts';
import type { FieldChange } from '../domain/types.ts';
import type { Action, ActionContext, Planned } from '../extension-points.ts';
import { applyField, type FieldWrite, fieldWasApplied, setField, writeOf } from './workload/field-change.ts';
import { inTheWay, type Look, lookAtTarget, refused } from './workload/look.ts';
import { ROLLING_PERMISSIONS, rollingBlastRadius } from './workload/rolling.ts';
import { settleRollout } from './workload/settle.ts';

/** What `kubectl rollout restart` writes: the pods are replaced as the rollout strategy and the budgets say, with the same template but for this. */
const RESTARTED_AT = ['spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt'];

/** Replaces all pods of a workload in a rolling restart. For processes that hang or hold on to something that a new one doesn't. */
const restartDeployment: Action = {
  name: 'restart_deployment',
  title: 'Restart all pods, rolling',
  rungs: ['remediate'],
  reversible: false,
  cures: {
    leak: [10, 1],
    deadlock: [18, 2],
    blocked_on_dependency: [1, 8],
    latency: [3, 3],
    rollout: [1, 8],
    '*': [3, 4],
  },
  // A rolling change starts with a pod more.
  against: { namespace: [], workload: ['quota_exceeded', 'unschedulable'] },
  permissions: ROLLING_PERMISSIONS,
  async plan(context) {
    const looked = await lookAtTarget(context);
    if (!looked.ok) return looked;
    const { workload, raw } = looked.look;
    const busy = inTheWay(looked.look, 'restarting it');
    if (busy) return { ok: false, refusal: busy };
    if (readPath(raw, ['spec', 'updateStrategy', 'type']) === 'OnDelete') {
      const message = `${workload.kind} ${workload.name} replaces pods only when they are deleted (updateStrategy OnDelete), so a rolling restart would do nothing.`;
      return { ok: false, refusal: { code: 'unsupported', message } };
    }
    return planRestart(context, looked.look);
  },
  wasApplied: fieldWasApplied,
  apply: (context, authorised) => applyField(restartDeployment, context, authorised),
  async settled(context, execution) {
    const write = writeOf(execution.undo ?? execution.recommendation.plan.data);
    if (!write) return { kind: 'failed', message: 'The plan holds no change.' };
    return settleRollout(context, write, execution.startedAt, () => null);
  },
  undo: async () => {
    const message = "A restart can't be undone.";
    return { kind: 'failed', changed: false, refusal: { code: 'unsupported', message }, message };
  },
};

async function planRestart({ cluster, clock }: ActionContext, look: Look): Promise<Planned> {
  const { workload, raw } = look;
  const { kind, namespace, name, uid, resourceVersion } = workload;
  const before = readPath(raw, RESTARTED_AT) ?? null;
  const wrote = new Date(clock.now()).toISOString();
  const write: FieldWrite = {
    kind,
    namespace,
    name,
    uid,
    resourceVersion,
    path: RESTARTED_AT,
    before,
    wrote,
    annotations: {},
  };
  const setting = { value: wrote, annotations: {}, resourceVersion: null, dryRun: true };
  const dry = await setField(cluster, write, setting, raw);
  if (!dry.ok) return refused(dry.failure, `${kind} ${name}`);
  // The instant is not part of what is agreed to: the same restart a minute later is the same plan.
  const changes: FieldChange[] = [
    { path: pathText(RESTARTED_AT), before: String(before ?? 'never'), after: 'when it runs' },
  ];
  return {
    ok: true,
    plan: {
      action: 'restart_deployment',
      target: { kind, namespace, name, uid },
      changes,
      diff: objectDiff(`${namespace}/${name}`, raw, dry.value.object),
      summary: `Restart all pods of ${name}, a few at a time`,
      reversible: false,
      blastRadius: rollingBlastRadius(look, () => false),
      notes: managerNotes(workload, pathText(RESTARTED_AT)),
      digest: planDigest('restart_deployment', uid, changes),
      data: { write },
      plannedAt: clock.now(),
    },
  };
}

export default restartDeployment;
