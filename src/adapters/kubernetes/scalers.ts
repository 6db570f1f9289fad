import type { z } from 'zod';
import type { Scaler } from '../../ports/cluster-objects.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { Connection } from './connection.ts';
import { listObjects } from './list.ts';
import { badName } from './names.ts';
import { scalerSchema } from './object-schemas.ts';

type Raw = z.infer<typeof scalerSchema>;

/** What else sets the replicas of a workload. An HPA that KEDA made is told as its ScaledObject, which is where its bounds are written. */
export async function listScalers(
  connection: Connection,
  namespace: string,
  workload: string,
): Promise<ClusterResult<Scaler[]>> {
  const bad = badName(namespace);
  if (bad) return bad;
  const autoscalers = await read(connection, 'autoscaling', 'v2', 'horizontalpodautoscalers', namespace);
  if (!autoscalers.ok) return autoscalers;
  const scaled = await read(connection, 'keda.sh', 'v1alpha1', 'scaledobjects', namespace);
  // Without KEDA, or without the right to look at it, an HPA of KEDA's is still seen as an HPA.
  if (!scaled.ok && scaled.failure.kind === 'unreachable') return scaled;
  const scaledObjects = scaled.ok ? scaled.value.filter((raw) => raw.spec.scaleTargetRef.name === workload) : [];
  const known = new Set(scaledObjects.map((raw) => raw.metadata.uid));
  const own = autoscalers.value.filter((raw) => raw.spec.scaleTargetRef.name === workload && !ownedBy(raw, known));
  return { ok: true, value: [...scaledObjects.map(fromScaledObject), ...own.map(fromAutoscaler)] };
}

async function read(
  connection: Connection,
  group: string,
  version: string,
  plural: string,
  namespace: string,
): Promise<ClusterResult<Raw[]>> {
  const items = await listObjects(connection, { group, version, plural }, namespace);
  if (items.ok) return { ok: true, value: items.value.map((item) => scalerSchema.parse(item)) };
  return items.failure.kind === 'not_found' ? { ok: true, value: [] } : items;
}

function ownedBy(raw: Raw, uids: Set<string>): boolean {
  return (raw.metadata.ownerReferences ?? []).some((owner) => uids.has(owner.uid));
}

/** Absent bounds are the API's own defaults. */
function fromAutoscaler({ metadata, spec }: Raw): Scaler {
  return {
    kind: 'HorizontalPodAutoscaler',
    name: metadata.name,
    min: spec.minReplicas ?? 1,
    max: spec.maxReplicas ?? 1,
  };
}

function fromScaledObject({ metadata, spec }: Raw): Scaler {
  return {
    kind: 'ScaledObject',
    name: metadata.name,
    min: spec.minReplicaCount ?? 0,
    max: spec.maxReplicaCount ?? 100,
  };
}
