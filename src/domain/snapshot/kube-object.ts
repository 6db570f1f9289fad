import { isRecord } from '../object-path.ts';
import { instantAt, textAt } from './fields.ts';
import type { KubeObject } from './snapshot.ts';

export const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  'Node',
  'Namespace',
  'PersistentVolume',
  'StorageClass',
  'ClusterRole',
  'ClusterRoleBinding',
  'PriorityClass',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'CustomResourceDefinition',
  'VolumeAttachment',
]);

/** One object as the API server writes it; null for what is none. Items of typed lists don't say their kind: `kind` does. */
export function kubeObject(item: unknown, kind: string | null): KubeObject | null {
  if (!isRecord(item) || !isRecord(item.metadata)) return null;
  const own = textAt(item, 'kind') || kind;
  const name = textAt(item, 'metadata', 'name');
  if (!own || !name) return null;
  return {
    kind: own,
    metadata: {
      name,
      namespace: CLUSTER_SCOPED.has(own) ? '' : textAt(item, 'metadata', 'namespace'),
      uid: textAt(item, 'metadata', 'uid'),
      createdAt: instantAt(item, 'metadata', 'creationTimestamp'),
    },
    raw: item,
  };
}
