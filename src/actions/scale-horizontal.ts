import type { Refusal } from '../domain/types/refusal.ts';
import type { ActionLimits } from '../extension-points.ts';
import { editing, type Intended } from './edit/editing.ts';
import { ofWorkload } from './edit/intent-of-workload.ts';
import { numberFault } from './edit/number-fault.ts';
import { lookForScaler, noPodTouched, type ScalerLook } from './edit/scaler.ts';
import { inTheWay, lookAtTarget, type WorkloadLook } from './workload/look.ts';
import { settleRollout } from './workload/settle.ts';

const DEFAULT_FACTOR = 1.5;

/**
 * More replicas: half as many again (`params.factor`), at least one more, at most the limit. A wished-for number, so that doing it twice is doing it once. Where an autoscaler sets the replicas, its minimum becomes
 * that number: another number beside it would be undone.
 */
const scaleHorizontal = editing({
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
  // Who may not be reached isn't reached better, whatever runs behind the policy.
  against: {
    namespace: ['quota_full'],
    workload: ['quota_exceeded', 'autoscaler_limit', 'unschedulable', 'network_policy', 'network_policy_denies'],
  },
  params: { factor: 'how many times as many replicas, over 1 (1.5); at least one more, at most `limits.max_replicas`' },
  paramFault: numberFault('factor', (value) => value > 1, 'must be a number over 1'),
  permissions: [
    { group: 'apps', resource: 'deployments', verbs: ['get', 'list', 'patch'] },
    { group: 'apps', resource: 'replicasets', verbs: ['list'] },
    { group: '', resource: 'pods', verbs: ['get', 'list'] },
    { group: 'autoscaling', resource: 'horizontalpodautoscalers', verbs: ['get', 'list', 'patch'] },
    { group: 'keda.sh', resource: 'scaledobjects', verbs: ['get', 'list', 'patch'] },
  ],
  async intend(context): Promise<Intended> {
    const looked = await lookAtTarget(context);
    if (!looked.ok) return looked;
    const { look } = looked;
    const { workload } = look;
    const refusal = refuse(look, context.limits);
    if (refusal) return { ok: false, refusal };
    const scaler = await lookForScaler({ ...context, target: workload });
    if (!scaler.ok) return scaler;
    const wished = wishedReplicas(workload.replicas, context.step.params.factor, context.limits.maxReplicas);
    return scaler.look ? raisedMinimum(look, scaler.look, wished) : moreReplicas(look, wished);
  },
  async settled(context, { place, fields }, { startedAt, recommendation }) {
    const looked = await lookAtTarget(context);
    if (!looked.ok)
      return {
        kind: looked.refusal.code === 'target_gone' ? 'failed' : 'in_progress',
        message: looked.refusal.message,
      };
    const { workload } = looked.look;
    const wished = Number(fields[0]?.wrote);
    const byScaler = place.kind.kind !== workload.kind;
    if (byScaler && workload.replicas < wished)
      return {
        kind: 'in_progress',
        message: `${place.kind.kind} ${place.name} has asked for ${workload.replicas} of ${wished} pods.`,
      };
    const { namespace, name } = workload;
    return settleRollout(context, { namespace, name, uid: recommendation.plan.target.uid }, startedAt, () => null);
  },
});

function refuse(look: WorkloadLook, limits: ActionLimits): Refusal | null {
  const { workload } = look;
  const name = `${workload.kind} ${workload.name}`;
  if (workload.kind === 'StatefulSet')
    return {
      code: 'unsupported',
      message: `${name}: replicas of a StatefulSet hold data of their own; adding some takes more than a number.`,
    };
  if (workload.kind === 'DaemonSet')
    return { code: 'unsupported', message: `${name}: a DaemonSet has one pod a node; there is nothing to scale.` };
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

function moreReplicas(look: WorkloadLook, wished: number): Intended {
  const { workload } = look;
  return {
    ok: true,
    intent: {
      ...ofWorkload(look),
      fields: [{ path: ['spec', 'replicas'], value: wished }],
      summary: `Scale ${workload.name} from ${workload.replicas} to ${wished} replicas`,
      mitigates: `${wished} replicas of ${workload.name} (it had ${workload.replicas})`,
      blastRadius: radiusOf(look, wished),
      notes: [],
    },
  };
}

/** The minimum, and the maximum where it is lower. */
function raisedMinimum(look: WorkloadLook, scaler: ScalerLook, wished: number): Intended {
  const { workload } = look;
  const { min, max, minField, maxField } = scaler;
  const name = `${scaler.kind.kind} ${scaler.object.name}`;
  return {
    ok: true,
    intent: {
      kind: scaler.kind,
      object: scaler.object,
      target: { kind: workload.kind, namespace: workload.namespace, name: workload.name, uid: workload.uid },
      fields: [{ path: minField, value: wished }, ...(max < wished ? [{ path: maxField, value: wished }] : [])],
      summary: `Scale ${workload.name} from ${workload.replicas} to at least ${wished} replicas, through ${name}`,
      mitigates: `at least ${wished} replicas of ${workload.name} (${name} had ${min} to ${max})`,
      blastRadius: radiusOf(look, wished),
      notes: [`${name} sets the replicas (${min} to ${max}), so its minimum is raised; it may still add more.`],
    },
  };
}

function radiusOf({ workload }: WorkloadLook, wished: number) {
  const more = wished - workload.replicas;
  const message = `No pod is touched; ${more} more ${more === 1 ? 'is' : 'are'} started.`;
  return noPodTouched(workload.namespace, workload.name, workload.replicas, message);
}

function wishedReplicas(current: number, factor: string | number | boolean | undefined, max: number): number {
  const by = typeof factor === 'number' && factor > 1 ? factor : DEFAULT_FACTOR;
  return Math.min(max, Math.max(current + 1, Math.ceil(current * by)));
}

export default scaleHorizontal;
