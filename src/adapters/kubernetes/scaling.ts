import type { z } from 'zod';
import { headOf } from '../../domain/cut-text.ts';
import type { Scaling } from '../../ports/cluster-objects.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { Connection } from './connection.ts';
import { EVENTS } from './events.ts';
import { listObjects } from './list.ts';
import { badName } from './names.ts';
import { autoscalerSchema, eventSchema } from './object-schemas.ts';

type Raw = z.infer<typeof autoscalerSchema>;
type Told = { at: number; message: string; kind: string; name: string };

const MAX_AUTOSCALERS = 500;
const MAX_RESCALED = 5;
const LONGEST_MESSAGE = 300;
const REASONS = ['SuccessfulRescale', 'KEDAScaleTargetActivated', 'KEDAScaleTargetDeactivated'];

/** The HorizontalPodAutoscalers of a namespace (KEDA's under their ScaledObject's name): where they stand, and what they did since `sinceMs`. */
export async function listScaling(
  connection: Connection,
  namespace: string,
  sinceMs: number,
): Promise<ClusterResult<Scaling[]>> {
  const bad = badName(namespace);
  if (bad) return bad;
  const resource = { group: 'autoscaling', version: 'v2', plural: 'horizontalpodautoscalers' };
  const items = await listObjects(connection, resource, namespace);
  if (!items.ok) return items.failure.kind === 'not_found' ? { ok: true, value: [] } : items;
  const found = items.value.slice(0, MAX_AUTOSCALERS).flatMap((item) => autoscalerSchema.safeParse(item).data ?? []);
  if (found.length === 0) return { ok: true, value: [] };
  const told = [
    ...(await eventsOf(connection, namespace, 'HorizontalPodAutoscaler', sinceMs)),
    ...(await eventsOf(connection, namespace, 'ScaledObject', sinceMs)),
  ];
  return { ok: true, value: found.map((raw) => toScaling(raw, told)) };
}

/** Without the right to see events the autoscalers are still told. */
async function eventsOf(connection: Connection, namespace: string, kind: string, sinceMs: number): Promise<Told[]> {
  const fieldSelector = `involvedObject.kind=${kind}`;
  const items = await listObjects(connection, EVENTS, namespace, { fieldSelector });
  if (!items.ok) return [];
  const found = items.value.flatMap((item): Told[] => {
    const { reason, message, involvedObject, lastTimestamp, eventTime } = eventSchema.parse(item);
    const at = Date.parse(lastTimestamp ?? eventTime ?? '') || 0;
    if (at < sinceMs || !REASONS.includes(reason ?? '')) return [];
    return [{ at, message: headOf(message ?? '', LONGEST_MESSAGE), kind, name: involvedObject?.name ?? '' }];
  });
  return found.sort((left, right) => right.at - left.at);
}

function toScaling({ metadata, spec, status }: Raw, told: Told[]): Scaling {
  const keda = metadata.ownerReferences?.find((owner) => owner.kind === 'ScaledObject');
  const condition = (type: string) => status?.conditions?.find((one) => one.type === type);
  const [limited, active] = [condition('ScalingLimited'), condition('ScalingActive')];
  const isOff = active?.status === 'False' && active.reason !== 'ScalingDisabled';
  return {
    kind: keda ? 'ScaledObject' : 'HorizontalPodAutoscaler',
    namespace: metadata.namespace ?? '',
    name: keda?.name ?? metadata.name,
    target: { kind: spec.scaleTargetRef.kind ?? 'Deployment', name: spec.scaleTargetRef.name },
    min: spec.minReplicas ?? 1,
    max: spec.maxReplicas ?? 1,
    current: status?.currentReplicas ?? 0,
    desired: status?.desiredReplicas ?? 0,
    limited: limited?.status === 'True' ? (LIMITS[limited.reason ?? ''] ?? null) : null,
    inactive: isOff
      ? {
          reason: active.reason ?? '',
          message: headOf(active.message ?? '', LONGEST_MESSAGE),
          since: Date.parse(active.lastTransitionTime ?? '') || null,
        }
      : null,
    rescaled: told
      .filter(({ name }) => name === metadata.name || name === keda?.name)
      .slice(0, MAX_RESCALED)
      .map(({ at, message }) => ({ at, message })),
  };
}

const LIMITS: Record<string, Scaling['limited']> = { TooManyReplicas: 'maximum', TooFewReplicas: 'minimum' };
