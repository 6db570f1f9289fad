import type { z } from 'zod';
import type { Revision, Workload } from '../../ports/cluster-objects.ts';
import type { ClusterResult } from '../../ports/cluster-result.ts';
import type { Connection } from './connection.ts';
import { listObjects, selectorText } from './list.ts';
import { controllerRevisionSchema, type templateSchema, workloadSchema } from './object-schemas.ts';
import { REVISION_ANNOTATION } from './workloads.ts';

const HASH_LABEL = 'pod-template-hash';

/**
 * The revisions of a workload, newest first, by kubectl's own rules: the ReplicaSets that the Deployment controls (ownerReferences, not names),
 * numbered by their revision annotation. StatefulSets and DaemonSets keep theirs in ControllerRevisions, which know no replica counts (0).
 */
export async function listRevisions(connection: Connection, workload: Workload): Promise<ClusterResult<Revision[]>> {
  const revisions =
    workload.kind === 'Deployment'
      ? await fromReplicaSets(connection, workload)
      : await fromControllerRevisions(connection, workload);
  if (!revisions.ok) return revisions;
  return { ok: true, value: revisions.value.sort((left, right) => right.revision - left.revision) };
}

async function fromReplicaSets(connection: Connection, workload: Workload): Promise<ClusterResult<Revision[]>> {
  const resource = { group: 'apps', version: 'v1', plural: 'replicasets' };
  const items = await listObjects(connection, resource, workload.namespace, {
    labelSelector: selectorText(workload.selector, workload.expressions),
  });
  if (!items.ok) return items;
  const value = items.value
    .map((item) => workloadSchema.parse(item))
    .filter(({ metadata }) => isControlledBy(metadata.ownerReferences, workload.uid))
    .map(({ metadata, spec, status }) => ({
      revision: Number(metadata.annotations?.[REVISION_ANNOTATION] ?? 0) || 0,
      name: metadata.name,
      uid: metadata.uid,
      createdAt: Date.parse(metadata.creationTimestamp ?? '') || 0,
      replicas: status?.replicas ?? 0,
      readyReplicas: status?.readyReplicas ?? 0,
      images: imagesOf(spec.template),
      template: withoutHash(spec.template ?? {}),
    }));
  return { ok: true, value };
}

async function fromControllerRevisions(connection: Connection, workload: Workload): Promise<ClusterResult<Revision[]>> {
  const resource = { group: 'apps', version: 'v1', plural: 'controllerrevisions' };
  const items = await listObjects(connection, resource, workload.namespace, {
    labelSelector: selectorText(workload.selector, workload.expressions),
  });
  // A server without ControllerRevisions keeps no history; that isn't a failure.
  if (!items.ok) return items.failure.kind === 'not_found' ? { ok: true, value: [] } : items;
  const value = items.value
    .map((item) => controllerRevisionSchema.parse(item))
    .filter(({ metadata }) => isControlledBy(metadata.ownerReferences, workload.uid))
    .map(({ metadata, revision, data }) => ({
      revision,
      name: metadata.name,
      uid: metadata.uid,
      createdAt: Date.parse(metadata.creationTimestamp ?? '') || 0,
      replicas: 0,
      readyReplicas: 0,
      images: imagesOf(data?.spec?.template),
      template: withoutHash(data?.spec?.template ?? {}),
    }));
  return { ok: true, value };
}

type Owners = { uid: string; controller?: boolean | null | undefined }[] | null | undefined;
type Template = z.infer<typeof templateSchema>;

function isControlledBy(owners: Owners, uid: string): boolean {
  return (owners ?? []).some((owner) => owner.uid === uid && owner.controller === true);
}

function imagesOf(template: Template | null | undefined): Record<string, string> {
  return Object.fromEntries(
    (template?.spec?.containers ?? []).map((container) => [container.name, container.image ?? '']),
  );
}

/** The hash label belongs to the ReplicaSet; in a Deployment's template it would make a new revision. */
function withoutHash(template: Template): Record<string, unknown> {
  const { [HASH_LABEL]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}
