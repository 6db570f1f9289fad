import { managerNotes } from '../domain/managed-by.ts';
import { objectDiff } from '../domain/object-diff.ts';
import { blastRadius, planDigest } from '../domain/plan.ts';
import type { FieldChange, Refusal } from '../domain/types.ts';
import type { Action, ActionContext, ActionLimits, Planned } from '../extension-points.ts';
import type { Scaler, Workload } from '../ports/cluster.ts';
import { applyField, type FieldWrite, fieldWasApplied, setField, undoField, writeOf } from './workload/field-change.ts';
import { inTheWay, type Look, lookAtTarget, refused } from './workload/look.ts';
import { settleRollout } from './workload/settle.ts';

const DEFAULT_FACTOR = 1.5;

/** More replicas: half as many again (`params.factor`), at least one more, at most the limit. A wished-for number, so that doing it twice is doing it once. */
const scaleHorizontal: Action = {
  name: 'scale_horizontal',
  title: 'Add replicas',
  rungs: ['mitigate', 'remediate'],
  reversible: true,
  relieves: 'load',
  cures: {
    overload: [18, 2],
    saturation: [18, 2],
    cpu: [9, 3],
    traffic: [18, 2],
    memory: [3, 4],
    leak: [1, 5],
    // Requests that hang hang in new pods' callers too, and more pods open more connections to what hangs.
    deadlock: [1, 8],
    blocked_on_dependency: [1, 8],
    rollout: [1, 8],
    '*': [2, 4],
  },
  against: { namespace: ['quota_full'], workload: ['quota_exceeded', 'autoscaler_limit', 'unschedulable'] },
  params: { factor: 'how many times as many replicas, over 1 (1.5); at least one more, at most `limits.max_replicas`' },
  permissions: [
    { group: 'apps', resource: 'deployments', verbs: ['get', 'list', 'patch'] },
    { group: 'apps', resource: 'replicasets', verbs: ['list'] },
    { group: '', resource: 'pods', verbs: ['get', 'list'] },
    { group: 'autoscaling', resource: 'horizontalpodautoscalers', verbs: ['list'] },
    { group: 'keda.sh', resource: 'scaledobjects', verbs: ['list'] },
  ],
  async plan(context) {
    const looked = await lookAtTarget(context);
    if (!looked.ok) return looked;
    const { workload } = looked.look;
    const scalers = await context.cluster.scalers(workload.namespace, workload.name);
    if (!scalers.ok) return refused(scalers.failure, workload.name);
    const refusal = refuse(looked.look, scalers.value, context.limits);
    return refusal ? { ok: false, refusal } : planReplicas(context, looked.look);
  },
  wasApplied: fieldWasApplied,
  apply: (context, authorised) => applyField(scaleHorizontal, context, authorised),
  async settled(context, execution) {
    const write = writeOf(execution.recommendation.plan.data);
    if (!write) return { kind: 'failed', message: 'The plan holds no change.' };
    return settleRollout(context, write, execution.startedAt, ({ workload }) =>
      workload.replicas === write.wrote
        ? null
        : `${workload.name}: somebody else set the replicas to ${workload.replicas} since.`,
    );
  },
  undo: undoField,
};

function refuse(look: Look, scalers: Scaler[], limits: ActionLimits): Refusal | null {
  const { workload } = look;
  const name = `${workload.kind} ${workload.name}`;
  if (workload.kind === 'StatefulSet')
    return {
      code: 'unsupported',
      message: `${name}: replicas of a StatefulSet hold data of their own; adding some takes more than a number.`,
    };
  if (workload.kind === 'DaemonSet')
    return { code: 'unsupported', message: `${name}: a DaemonSet has one pod a node; there is nothing to scale.` };
  const scaler = scalers[0];
  if (scaler) return { code: 'managed_elsewhere', message: scalerWords(scaler) };
  const busy = inTheWay(look, 'scaling');
  if (busy) return busy;
  if (workload.replicas === 0)
    return { code: 'not_needed', message: `${name} is scaled to zero: somebody switched it off.` };
  if (workload.replicas >= limits.maxReplicas)
    return {
      code: 'at_limit',
      message: `${name} has ${workload.replicas} replicas, and Nightshift may set at most ${limits.maxReplicas} (\`limits.maxReplicas\`).`,
    };
  return null;
}

function scalerWords({ kind, name, min, max }: Scaler): string {
  const field = kind === 'ScaledObject' ? 'maxReplicaCount' : 'maxReplicas';
  return `${kind} ${name} sets the replicas (${min} to ${max}) and would undo another number. Raise its ${field} (${max}) or lower its target instead.`;
}

async function planReplicas(
  { cluster, step, limits, clock }: ActionContext,
  { workload, raw }: Look,
): Promise<Planned> {
  const wished = wishedReplicas(workload.replicas, step.params.factor, limits.maxReplicas);
  const write: FieldWrite = {
    ...identity(workload),
    path: ['spec', 'replicas'],
    before: workload.replicas,
    wrote: wished,
    annotations: {},
  };
  const dry = await setField(
    cluster,
    write,
    { value: wished, annotations: {}, resourceVersion: null, dryRun: true },
    raw,
  );
  if (!dry.ok) return refused(dry.failure, `${workload.kind} ${workload.name}`);
  const changes: FieldChange[] = [{ path: 'spec.replicas', before: String(workload.replicas), after: String(wished) }];
  const message = `No pod is touched; ${wished - workload.replicas} more ${wished - workload.replicas === 1 ? 'is' : 'are'} started.`;
  return {
    ok: true,
    plan: {
      action: 'scale_horizontal',
      target: { kind: workload.kind, namespace: workload.namespace, name: workload.name, uid: workload.uid },
      changes,
      diff: objectDiff(`${workload.namespace}/${workload.name}`, raw, dry.value.object),
      summary: `Scale ${workload.name} from ${workload.replicas} to ${wished} replicas`,
      reversible: true,
      blastRadius: blastRadius({
        namespace: workload.namespace,
        service: workload.name,
        podsTotal: workload.replicas,
        podsAffected: 0,
        readyAffected: 0,
        readyAwayAtOnce: 0,
        podsReady: workload.readyReplicas,
        message,
      }),
      notes: managerNotes(workload, 'spec.replicas'),
      digest: planDigest('scale_horizontal', workload.uid, changes),
      data: { write },
      plannedAt: clock.now(),
    },
  };
}

function wishedReplicas(current: number, factor: string | number | boolean | undefined, max: number): number {
  const by = typeof factor === 'number' && factor > 1 ? factor : DEFAULT_FACTOR;
  return Math.min(max, Math.max(current + 1, Math.ceil(current * by)));
}

function identity({ kind, namespace, name, uid, resourceVersion }: Workload) {
  return { kind, namespace, name, uid, resourceVersion };
}

export default scaleHorizontal;
