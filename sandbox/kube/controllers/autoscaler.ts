import { change, object, objects, setStatus } from '../change.ts';
import { recordEvent } from '../events.ts';
import type { Condition, Pod } from '../kinds.ts';
import { type KubeObject, timestamp } from '../objects.ts';
import { condition, isActive, setCondition } from '../pods.ts';
import { selects } from '../selectors.ts';
import { clone } from '../tree.ts';
import type { HorizontalPodAutoscaler } from '../workload-kinds.ts';
import type { World } from '../world.ts';
import { type Measured, measure, type Proposal } from './autoscaler-metrics.ts';

const PERIOD_MS = 15_000;
const DEFAULT_DOWN_WINDOW_S = 300;
const COMPONENT = 'horizontal-pod-autoscaler';
const TARGETS: Record<string, string> = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  ReplicaSet: 'replicasets',
};

/** Sizes what HorizontalPodAutoscalers (autoscaling/v2) point at, every 15 s, from what the runtime says pods use. */
export function stepAutoscalers(world: World): void {
  const now = world.now();
  const scalers = objects(world, 'horizontalpodautoscalers');
  const present = new Set(scalers.map((scaler) => scaler.metadata.uid));
  for (const uid of [...world.autoscalers.keys()]) if (!present.has(uid)) world.autoscalers.delete(uid);
  for (const scaler of scalers) {
    const uid = scaler.metadata.uid ?? '';
    const memory = world.autoscalers.get(uid) ?? { nextAt: 0, proposals: [] };
    world.autoscalers.set(uid, memory);
    if (now < memory.nextAt) continue;
    memory.nextAt = now + PERIOD_MS;
    stepOne(world, scaler, memory.proposals);
  }
}

type Say = (type: string, holds: boolean, reason: string, message: string) => void;

function stepOne(world: World, scaler: HorizontalPodAutoscaler, proposals: Proposal[]): void {
  const { kind, name } = scaler.spec.scaleTargetRef;
  const resource = TARGETS[kind];
  const target = resource === undefined ? undefined : object(world, resource, scaler.metadata.namespace, name);
  const conditions = clone((scaler.status?.conditions ?? []) as Condition[]);
  const say: Say = (type, holds, reason, message) =>
    setCondition(conditions, condition(type, holds, reason, message), world.now());
  const report: Report = { conditions, current: 0, desired: 0, metrics: [], rescaled: false };
  if (resource === undefined || target === undefined) {
    const why = `unable to get the target's current scale: ${kind} "${name}" not found`;
    say('AbleToScale', false, 'FailedGetScale', `the HPA controller was ${why}`);
    writeStatus(world, scaler, report);
    return;
  }
  const current = Number(target.spec?.replicas ?? 0);
  say('AbleToScale', true, 'ReadyForNewScale', 'recommended size matches current size');
  if (current === 0) {
    say('ScalingActive', false, 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero');
    writeStatus(world, scaler, report);
    return;
  }
  const pods = podsOf(world, target);
  const measured = measure(scaler, pods, {
    usageOf: (pod) => world.runtime().usage?.(pod),
    external: (metric, labels) => world.externalMetrics()(scaler.metadata.namespace ?? '', metric, labels),
  });
  sayMeasured(world, scaler, measured, say);
  const wished = measured.failure === undefined ? measured.replicas : current;
  const { size, limited } = bounded(world, scaler, current, wished, proposals);
  const within = ['DesiredWithinRange', 'the desired count is within the acceptable range'] as const;
  say('ScalingLimited', limited !== undefined, ...(limited ?? within));
  if (size !== current) {
    rescale(world, scaler, resource, name, size, `${measured.reason} ${size > current ? 'above' : 'below'} target`);
    say('AbleToScale', true, 'SucceededRescale', `the HPA controller was able to update the target scale to ${size}`);
  }
  const metrics = measured.current;
  writeStatus(world, scaler, { ...report, current: pods.length, desired: size, metrics, rescaled: size !== current });
}

function sayMeasured(world: World, scaler: HorizontalPodAutoscaler, { failure, reason }: Measured, say: Say): void {
  if (failure === undefined) {
    const how = `able to successfully calculate a replica count from ${reason}`;
    say('ScalingActive', true, 'ValidMetricFound', `the HPA was ${how}`);
    return;
  }
  say('ScalingActive', false, failure.reason, failure.message);
  recordEvent(world, scaler, 'Warning', failure.reason, failure.message, { component: COMPONENT });
}

function podsOf(world: World, target: KubeObject): Pod[] {
  const selector = target.spec?.selector as Record<string, never> | undefined;
  return objects(world, 'pods', target.metadata.namespace).filter(
    (pod) => isActive(pod) && selects(selector, pod.metadata.labels),
  );
}

type Bounded = { size: number; limited?: readonly [reason: string, message: string] };

// Down only as far as the highest wish within the stabilisation window; up by at most doubling or four pods.
function bounded(
  world: World,
  scaler: HorizontalPodAutoscaler,
  current: number,
  wished: number,
  proposals: Proposal[],
): Bounded {
  const now = world.now();
  const { minReplicas = 1, maxReplicas, behavior } = scaler.spec;
  const windowMs = (behavior?.scaleDown?.stabilizationWindowSeconds ?? DEFAULT_DOWN_WINDOW_S) * 1000;
  // What there was when the autoscaler came counts as a wish: it doesn't shrink anything at once.
  if (proposals.length === 0) proposals.push({ at: now, replicas: current });
  proposals.push({ at: now, replicas: wished });
  while (proposals[0] !== undefined && now - proposals[0].at > windowMs) proposals.shift();
  const steady = wished < current ? Math.min(current, Math.max(...proposals.map((p) => p.replicas))) : wished;
  const fastest = Math.max(2 * current, current + 4);
  const wish = 'the desired replica count is';
  if (steady > maxReplicas) {
    const limited = ['TooManyReplicas', `${wish} more than the maximum replica count`] as const;
    return { size: Math.min(maxReplicas, fastest), limited };
  }
  if (steady < minReplicas) {
    return { size: minReplicas, limited: ['TooFewReplicas', `${wish} less than the minimum replica count`] };
  }
  if (steady <= fastest) return { size: steady };
  return { size: fastest, limited: ['ScaleUpLimit', `${wish} increasing faster than the maximum scale rate`] };
}

function rescale(
  world: World,
  scaler: HorizontalPodAutoscaler,
  resource: string,
  name: string,
  size: number,
  reason: string,
): void {
  const edit = (copy: KubeObject): void => {
    copy.spec = { ...copy.spec, replicas: size };
  };
  change<string>(world, resource, scaler.metadata.namespace, name, edit, 'kube-controller-manager');
  recordEvent(world, scaler, 'Normal', 'SuccessfulRescale', `New size: ${size}; reason: ${reason}`, {
    component: COMPONENT,
  });
}

type Report = { conditions: Condition[]; current: number; desired: number; metrics: object[]; rescaled: boolean };

function writeStatus(world: World, scaler: HorizontalPodAutoscaler, report: Report): void {
  const { namespace, name } = scaler.metadata;
  setStatus(world, 'horizontalpodautoscalers', namespace, name, (copy) => {
    const lastScaleTime = report.rescaled ? timestamp(world.now()) : copy.status?.lastScaleTime;
    return {
      ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
      currentReplicas: report.current,
      desiredReplicas: report.desired,
      ...(report.metrics.length > 0 ? { currentMetrics: report.metrics } : {}),
      conditions: report.conditions,
    };
  });
}
