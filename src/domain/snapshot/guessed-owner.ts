import { TEMPLATE_HASH } from '../pod-names.ts';

import type { Pod } from './pod.ts';
import { fits } from './service.ts';
import type { StateWorkload } from './workload.ts';

const REPLICA_SET_POD = new RegExp(`^(.+-${TEMPLATE_HASH})-[a-z0-9]{5}$`);

/**
 * Whose a pod is where a recorder kept no owners at all: the workload that selects its labels and whose name its own begins with, the longest.
 * Null where there is none: it stands for itself.
 */
export function guessedOwner(pod: Pod, workloads: readonly StateWorkload[]): Pod['owner'] {
  const [found] = workloads
    .filter(
      ({ kind, name, selector }) =>
        kind !== 'Pod' && selector && isNameOf(kind, name, pod.name) && fits(selector, pod.template.labels),
    )
    .sort((left, right) => right.name.length - left.name.length);
  if (!found) return null;
  const set = found.kind === 'Deployment' ? REPLICA_SET_POD.exec(pod.name)?.[1] : undefined;
  return set ? { kind: 'ReplicaSet', name: set, uid: '' } : { kind: found.kind, name: found.name, uid: found.uid };
}

const isNameOf = (kind: string, name: string, pod: string): boolean =>
  pod.startsWith(`${name}-`) && (kind !== 'StatefulSet' || /^-\d+$/.test(pod.slice(name.length)));
