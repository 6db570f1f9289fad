import type { Pod } from './pod.ts';
import { fits } from './service.ts';
import type { StateWorkload } from './workload.ts';

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
  // `name-hash-random`: what is before the random part is the ReplicaSet's.
  const set = pod.name.slice(0, pod.name.lastIndexOf('-'));
  return found.kind === 'Deployment' && set.length > found.name.length
    ? { kind: 'ReplicaSet', name: set, uid: '' }
    : { kind: found.kind, name: found.name, uid: found.uid };
}

const isNameOf = (kind: string, name: string, pod: string): boolean =>
  pod.startsWith(`${name}-`) && (kind !== 'StatefulSet' || /^-\d+$/.test(pod.slice(name.length)));
