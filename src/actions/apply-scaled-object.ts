import { gitOpsTool, managerNotes } from '../domain/managed-by.ts';
import { objectDiff } from '../domain/object-diff.ts';
import { isRecord, readPath } from '../domain/object-path.ts';
import { blastRadius, planDigest } from '../domain/plan.ts';
import type { ScaledObject } from '../domain/scaled-object.ts';
import type { FieldChange } from '../domain/types/plan.ts';
import type { RefusalCode } from '../domain/types/refusal.ts';
import type { Action, ActionContext, Planned, Settled } from '../extension-points.ts';
import type { CustomKind, CustomObject } from '../ports/custom-objects.ts';
import { applyObject, settledObject, undoObject } from './custom/object-change.ts';
import { applyWrite, type ObjectWrite, writeWasApplied } from './custom/object-write.ts';
import { cannotLook, lookAtTarget, type WorkloadLook } from './workload/look.ts';

const SCALED_OBJECTS: CustomKind = {
  group: 'keda.sh',
  version: 'v1alpha1',
  plural: 'scaledobjects',
  kind: 'ScaledObject',
};
/** What KEDA itself writes to it (finalizer, label, status) doesn't make it somebody else's. */
const KEDAS_MANAGERS = ['keda', 'keda-operator'];
/** KEDA's first look at its triggers may fail while it starts. */
const PATIENCE_MS = 60_000;

/** KEDA scales the workload by its rate, its week and what is foretold: a ScaledObject where nothing scales it yet. */
const applyScaledObject: Action = {
  name: 'apply_scaled_object',
  title: 'Scale by demand with KEDA',
  rungs: ['mitigate'],
  reversible: true,
  cures: { demand: [18, 2], '*': [2, 4] },
  against: { namespace: [], workload: [] },
  permissions: [
    { group: 'keda.sh', resource: 'scaledobjects', verbs: ['get', 'list', 'create', 'patch', 'delete'] },
    { group: 'autoscaling', resource: 'horizontalpodautoscalers', verbs: ['list'] },
    { group: 'apps', resource: 'deployments', verbs: ['get', 'list'] },
    { group: 'apps', resource: 'statefulsets', verbs: ['get', 'list'] },
    { group: 'apps', resource: 'replicasets', verbs: ['list'] },
    { group: '', resource: 'pods', verbs: ['get', 'list'] },
  ],
  async plan(context) {
    const looked = await lookAtTarget(context);
    if (!looked.ok) return looked;
    const { workload } = looked.look;
    const { cluster } = context;
    const served = await cluster.custom.served(SCALED_OBJECTS);
    if (!served.ok) return cannotLook(served.failure, 'ScaledObjects');
    if (!served.value)
      return refuse(
        'unsupported',
        "KEDA isn't installed: the API server knows no ScaledObjects (keda.sh/v1alpha1). Install it (https://keda.sh), then propose it again.",
      );
    if (workload.replicas === 0)
      return refuse('not_needed', `${workload.kind} ${workload.name} is scaled to zero: somebody switched it off.`);
    const scalers = await cluster.scalers(workload.namespace, workload.name);
    if (!scalers.ok) return cannotLook(scalers.failure, workload.name);
    const [scaler] = scalers.value;
    if (scaler)
      return refuse(
        'managed_elsewhere',
        `${scaler.kind} ${scaler.name} scales it already (${scaler.min} to ${scaler.max}).`,
      );
    const made = await context.scaledObjectFor(workload);
    if (!made.ok) return refuse('no_data', made.message);
    return planObject(context, looked.look, made.object);
  },
  wasApplied: writeWasApplied,
  apply: (context, authorised) => applyObject(applyScaledObject, context, authorised),
  settled: (context, execution) =>
    settledObject(context, execution, (found, name) =>
      standingOf(found, name, context.clock.now() - execution.startedAt),
    ),
  undo: undoObject,
};

/** Whether KEDA has taken it in, as its condition Ready says. */
function standingOf(found: CustomObject, name: string, sinceMs: number): Settled {
  const conditions = readPath(found.object, ['status', 'conditions']);
  const ready = (Array.isArray(conditions) ? conditions : []).find((one) => isRecord(one) && one.type === 'Ready');
  if (isRecord(ready) && ready.status === 'True') return { kind: 'settled', message: `${name} is ready.` };
  const said = isRecord(ready) && typeof ready.message === 'string' ? `: ${ready.message.slice(0, 200)}` : '';
  const isRefused = isRecord(ready) && ready.status === 'False' && sinceMs > PATIENCE_MS;
  return isRefused
    ? { kind: 'failed', message: `KEDA can't use ${name}${said}` }
    : { kind: 'in_progress', message: `KEDA has not taken ${name} in yet${said}` };
}

async function planObject(
  { cluster, clock }: ActionContext,
  look: WorkloadLook,
  object: ScaledObject,
): Promise<Planned> {
  const { workload } = look;
  const { namespace, name } = object.metadata;
  const place = { kind: SCALED_OBJECTS, namespace, name };
  const taken = await cluster.custom.get(place);
  if (taken.ok) return refuse('managed_elsewhere', `There is a ScaledObject ${name} already, for something else.`);
  if (taken.failure.kind !== 'not_found') return cannotLook(taken.failure, `ScaledObject ${name}`);
  const body = { spec: object.spec };
  const write: ObjectWrite = { place, made: true, uid: null, resourceVersion: null, body, controllers: KEDAS_MANAGERS };
  const dry = await applyWrite(cluster, write, null);
  if (!dry.ok) return cannotLook(dry.failure, `ScaledObject ${name}`);
  const changes = changesOf(object);
  const { minReplicaCount: min, maxReplicaCount: max } = object.spec;
  const message = `No pod is touched now; from then on KEDA sets the replicas, ${min} to ${max}.`;
  const undisturbed = { podsAffected: 0, readyAffected: 0, readyAwayAtOnce: 0, podsReady: workload.readyReplicas };
  return {
    ok: true,
    plan: {
      action: 'apply_scaled_object',
      target: { kind: workload.kind, namespace, name: workload.name, uid: workload.uid },
      changes,
      diff: objectDiff(`${namespace}/${name}`, {}, dry.value.object),
      summary: `Let KEDA scale ${workload.name} by demand, ${min} to ${max} replicas`,
      reversible: true,
      blastRadius: blastRadius({
        namespace,
        service: workload.name,
        podsTotal: workload.replicas,
        ...undisturbed,
        message,
      }),
      notes: notesOf(look, object),
      digest: planDigest('apply_scaled_object', workload.uid, changes),
      data: { write },
      plannedAt: clock.now(),
    },
  };
}

/** All that would be written, so that an approval is for exactly that. */
function changesOf({ metadata: { name }, spec }: ScaledObject): FieldChange[] {
  const { triggers, ...rest } = spec;
  const fields = [
    ...Object.entries(rest).map(([field, value]) => [field, value] as const),
    ...triggers.map((trigger, index) => [`triggers[${index}]`, trigger] as const),
  ];
  return fields.map(([field, value]) => ({
    path: `ScaledObject ${name} spec.${field}`,
    before: 'none',
    after: typeof value === 'number' ? String(value) : JSON.stringify(value),
  }));
}

function notesOf({ workload }: WorkloadLook, { spec }: ScaledObject): string[] {
  const tool = gitOpsTool(workload);
  const less = workload.replicas > spec.minReplicaCount;
  return [
    ...(less
      ? [`It has ${workload.replicas} replicas; in quiet hours KEDA may go down to ${spec.minReplicaCount}.`]
      : []),
    ...(tool
      ? [`${tool} keeps this workload as written elsewhere: leave spec.replicas out there, and add the ScaledObject.`]
      : []),
    ...managerNotes(workload, 'spec.replicas'),
  ];
}

const refuse = (code: RefusalCode, message: string): Planned => ({ ok: false, refusal: { code, message } });

export default applyScaledObject;
