import type { Named } from './named-by-labels.ts';
import { deploymentOf, workloadOfPod } from './pod-names.ts';
import { aboutObject, unnamed } from './subject.ts';
import type { Alert } from './types/alert.ts';
import type { Subject } from './types/entity.ts';

/** By the labels alone: what is said while the cluster gives no answer, or of what it doesn't have. */
export function subjectByName(cluster: string, named: Named): Subject {
  switch (named.by) {
    case 'object':
      return aboutObject(cluster, named.entity);
    case 'host':
      return aboutObject(cluster, { kind: 'Probe', namespace: '', name: named.host });
    case 'address':
      return aboutObject(cluster, { kind: 'Node', namespace: '', name: named.host });
    case 'pod':
      return { cluster, namespace: named.namespace, service: workloadOfPod(named.name) };
    case 'service': {
      const { namespace, name } = named;
      return { cluster, namespace, service: name, entity: { kind: 'Service', namespace, name } };
    }
    case 'workload': {
      const { kind, namespace, name } = named;
      const service = kind === 'ReplicaSet' ? deploymentOf(name) : name;
      return {
        cluster,
        namespace,
        service,
        ...(kind && kind !== 'ReplicaSet' ? { entity: { kind, namespace, name } } : {}),
      };
    }
  }
}

export const unnamedSubject = (cluster: string, { name, labels }: Pick<Alert, 'name' | 'labels'>): Subject => ({
  cluster,
  namespace: labels.namespace ?? '',
  service: unnamed(name),
});
