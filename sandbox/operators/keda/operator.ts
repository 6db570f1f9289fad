import { isDeepStrictEqual } from 'node:util';
import type { Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { ScaledObject } from './definition.ts';
import { hpaFor, hpaName, isAsWished, targetOf } from './hpa.ts';
import { failedStatus, fallsBack, pausedStatus, workingStatus } from './status.ts';
import { BadTrigger, type Sources } from './triggers.ts';
import { type Watched, watchTriggers } from './watch-triggers.ts';

const OBJECTS = 'scaledobjects.keda.sh';
const DEFINITION = 'scaledobjects.keda.sh';
const FINALIZER = 'finalizer.keda.sh';
const NAME_LABEL = 'scaledobject.keda.sh/name';
const PAUSED = 'autoscaling.keda.sh/paused';
const PAUSED_REPLICAS = 'autoscaling.keda.sh/paused-replicas';
const MANAGER = 'keda';
const COOLDOWN_S = 300;
const NO_TARGET = "ScaledObject doesn't have correct scaleTargetRef specification";
const TARGETS: Record<string, string> = { Deployment: 'deployments', StatefulSet: 'statefulsets' };

type Door = Pick<Cluster, 'list' | 'get' | 'apply' | 'mutate' | 'remove' | 'event' | 'setExternalMetrics'>;

/** KEDA's operator and metrics server, as far as triggers `prometheus`, `cron` and `external` need them. `step`: about once a second of sandbox time. */
export function createKedaOperator(cluster: Door, sources: Sources): { step(now: number): void } {
  const triggers = watchTriggers(sources);
  const all = () =>
    cluster.get('customresourcedefinitions', undefined, DEFINITION)
      ? (cluster.list(OBJECTS) as readonly ScaledObject[])
      : [];
  cluster.setExternalMetrics((namespace, metric, labels) => {
    const scaled = all().find(
      ({ metadata }) => metadata.namespace === namespace && metadata.name.slice(0, 63) === labels[NAME_LABEL],
    );
    const standing = scaled && triggers.standing(scaled.metadata.uid ?? '', metric);
    if (!scaled || !standing) return undefined;
    if (fallsBack(scaled, standing)) return (standing.target ?? 0) * (scaled.spec.fallback?.replicas ?? 0);
    return standing.failures > 0 ? undefined : standing.metric?.value;
  });
  return {
    step(now) {
      const objects = all();
      triggers.forget(new Set(objects.map(({ metadata }) => metadata.uid ?? '')));
      for (const scaled of objects) {
        if (scaled.metadata.deletionTimestamp !== undefined) finalize(cluster, scaled);
        else reconcile(cluster, claimed(cluster, scaled), triggers, now);
      }
    },
  };
}

type Triggers = ReturnType<typeof watchTriggers>;

function reconcile(cluster: Door, scaled: ScaledObject, triggers: Triggers, now: number): void {
  const target = targetObject(cluster, scaled);
  const problem = problemOf(cluster, scaled);
  const paused = pausedAt(scaled);
  if (problem !== null || !target) fail(cluster, scaled, problem ?? NO_TARGET);
  else if (paused !== null) pause(cluster, scaled, target, paused);
  else work(cluster, scaled, target, triggers, now);
}

function work(cluster: Door, scaled: ScaledObject, target: KubeObject, triggers: Triggers, now: number): void {
  try {
    const watched = triggers.watch(scaled, now);
    ensureHpa(cluster, scaled, watched);
    scaleOutsideHpa(cluster, scaled, target, watched, now);
    const wasReady = scaled.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
    if (!wasReady) cluster.event(scaled, 'Normal', 'ScaledObjectReady', 'ScaledObject is ready for scaling');
    write(cluster, scaled, workingStatus(scaled, watched, replicasOf(target), now));
  } catch (error) {
    if (!(error instanceof BadTrigger)) throw error;
    fail(cluster, scaled, `failed to ensure HPA is correctly created for ScaledObject: ${error.message}`);
  }
}

/** With KEDA's finalizer and label. */
function claimed(cluster: Door, scaled: ScaledObject): ScaledObject {
  const { namespace, name, finalizers = [], labels } = scaled.metadata;
  const label = name.slice(0, 63);
  if (finalizers.includes(FINALIZER) && labels?.[NAME_LABEL] === label) return scaled;
  const edit = (copy: KubeObject): void => {
    copy.metadata.finalizers = [...new Set([...(copy.metadata.finalizers ?? []), FINALIZER])];
    copy.metadata.labels = { ...copy.metadata.labels, [NAME_LABEL]: label };
  };
  return (cluster.mutate<string>(OBJECTS, namespace, name, edit, MANAGER) ?? scaled) as ScaledObject;
}

/** Lets it go; its HPA is then collected, and the replicas stay as they are. */
function finalize(cluster: Door, { metadata: { namespace, name, finalizers = [] } }: ScaledObject): void {
  const left = finalizers.filter((one) => one !== FINALIZER);
  if (left.length === 0) {
    cluster.remove(OBJECTS, namespace, name);
    return;
  }
  cluster.mutate<string>(OBJECTS, namespace, name, (copy) => {
    copy.metadata.finalizers = left;
  });
}

function problemOf(cluster: Door, scaled: ScaledObject): string | null {
  const { minReplicaCount = 0, maxReplicaCount = 100 } = scaled.spec;
  if (minReplicaCount > maxReplicaCount)
    return "ScaledObject doesn't have correct Idle/Min/Max Replica Counts specification";
  const { apiVersion, kind, name } = targetOf(scaled);
  const rival = cluster.list('horizontalpodautoscalers', scaled.metadata.namespace).find(({ metadata, spec }) => {
    const ours = metadata.ownerReferences?.some(({ uid }) => uid === scaled.metadata.uid);
    return !ours && spec.scaleTargetRef.kind === kind && spec.scaleTargetRef.name === name;
  });
  const managed = `the workload '${name}' of type '${apiVersion}.${kind}' is already managed by the hpa`;
  return rival ? `${managed} '${rival.metadata.name}'` : null;
}

function targetObject(cluster: Door, scaled: ScaledObject): KubeObject | undefined {
  const { kind, name } = targetOf(scaled);
  const resource = TARGETS[kind];
  return resource === undefined ? undefined : cluster.get<string>(resource, scaled.metadata.namespace, name);
}

/** How many replicas it is to stand still at; `as_is` for as many as it has, null when it isn't paused. */
function pausedAt({ metadata: { annotations = {} } }: ScaledObject): number | 'as_is' | null {
  const replicas = annotations[PAUSED_REPLICAS];
  if (replicas !== undefined && /^\d+$/.test(replicas)) return Number(replicas);
  const paused = annotations[PAUSED];
  return paused === undefined || ['false', 'False', 'FALSE', 'f', 'F', '0'].includes(paused) ? null : 'as_is';
}

function pause(cluster: Door, scaled: ScaledObject, target: KubeObject, at: number | 'as_is'): void {
  cluster.remove('horizontalpodautoscalers', scaled.metadata.namespace, hpaName(scaled));
  if (at !== 'as_is') scale(cluster, target, at);
  write(cluster, scaled, pausedStatus(scaled, at === 'as_is' ? null : at));
}

function ensureHpa(cluster: Door, scaled: ScaledObject, watched: Watched): void {
  // An HPA without metrics would go by the CPU.
  if (![...watched.standings.values()].some(({ target: known }) => known !== null)) return;
  const wished = hpaFor(scaled, watched);
  const present = cluster.get('horizontalpodautoscalers', scaled.metadata.namespace, hpaName(scaled));
  if (!present || !isAsWished(present, wished)) cluster.apply(wished);
}

/** What an HPA can't do: to and from no replicas at all, and up to the least when nothing is active. */
function scaleOutsideHpa(
  cluster: Door,
  scaled: ScaledObject,
  target: KubeObject,
  { active }: Watched,
  now: number,
): void {
  const { minReplicaCount: least = 0, cooldownPeriod = COOLDOWN_S } = scaled.spec;
  const current = replicasOf(target);
  if (active && current === 0) {
    scale(cluster, target, Math.max(1, least));
    cluster.event(
      scaled,
      'Normal',
      'KEDAScaleTargetActivated',
      `Scaled ${labelOf(target)} from 0 to ${Math.max(1, least)}`,
    );
  } else if (!active && current < least) scale(cluster, target, least);
  else if (!active && least === 0 && current > 0) {
    const since = Date.parse(scaled.status?.lastActiveTime ?? '');
    if (now - since < cooldownPeriod * 1000) return;
    scale(cluster, target, 0);
    cluster.event(
      scaled,
      'Normal',
      'KEDAScaleTargetDeactivated',
      `Deactivated ${labelOf(target)} from ${current} to 0`,
    );
  }
}

const replicasOf = (target: KubeObject): number => Number(target.spec?.replicas ?? 0);

const labelOf = ({ apiVersion, kind, metadata }: KubeObject): string =>
  `${apiVersion}.${kind} ${metadata.namespace ?? ''}/${metadata.name}`;

function scale(cluster: Door, target: KubeObject, replicas: number): void {
  const edit = (copy: KubeObject): void => {
    copy.spec = { ...copy.spec, replicas };
  };
  cluster.mutate<string>(TARGETS[target.kind] ?? '', target.metadata.namespace, target.metadata.name, edit, MANAGER);
}

function fail(cluster: Door, scaled: ScaledObject, message: string): void {
  const known = scaled.status?.conditions?.find(({ type }) => type === 'Ready')?.message;
  if (known !== message) cluster.event(scaled, 'Warning', 'ScaledObjectCheckFailed', message);
  write(cluster, scaled, failedStatus(scaled, message));
}

function write(cluster: Door, { metadata: { namespace, name }, status: known }: ScaledObject, status: object): void {
  if (isDeepStrictEqual(known, status)) return;
  cluster.mutate<string>(OBJECTS, namespace, name, (copy) => {
    copy.status = { ...status };
  });
}
