import { objectDiff } from '../../domain/object-diff.ts';
import type { PodInfo } from '../../ports/cluster-objects.ts';

/** What a dry run of evictions or deletions comes to, as a diff of the pods that are there: one object goes whole, so none of its fields changes. */
export const podsAway = (where: string, pods: Pick<PodInfo, 'name' | 'node' | 'phase' | 'ready'>[]): string =>
  objectDiff(
    `${where} (pods)`,
    { pods: pods.map(({ name, node, phase, ready }) => ({ name, node: node ?? 'none', phase, ready })) },
    { pods: [] },
  );
