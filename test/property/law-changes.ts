import type { Cluster as Simulated } from '../../sandbox/kube/cluster.ts';
import type { Request } from '../../src/adapters/kubernetes/rest.ts';

/** A change of the cluster as it is sent. `by`: the execution that is named in it, as its own or as one that is undone. */
export type Change = { kind: 'apply' | 'undo'; verb: 'patch' | 'evict'; object: string; by: string | null };

const MARKS = /nightshift\.dev\/(execution|undo)[^"]*"\s*:\s*"([^"]+)"/;
const ESCAPED = /nightshift\.dev~1(execution|undo)"[^}]*?"value"\s*:\s*"([^"]+)"/;

export function changeOf({ path, body, method }: Request): Change {
  const text = JSON.stringify(body ?? '');
  const [, what, by = null] = MARKS.exec(text) ?? ESCAPED.exec(text) ?? [];
  const parts = path.split('/');
  const at = parts.findIndex((part) => ['deployments', 'nodes', 'pods'].includes(part));
  const isEviction = parts.at(-1) === 'eviction';
  return {
    kind: what === 'undo' ? 'undo' : 'apply',
    verb: isEviction || method === 'DELETE' ? 'evict' : 'patch',
    object: `${parts[at]}/${parts[at + 1]}`,
    by,
  };
}

/** A reading of what a change is about that changes when it is made, and not when it is made again. */
export function doneBy(kube: Simulated, { object, verb }: Change): string {
  const [plural = '', name = ''] = object.split('/');
  if (verb === 'evict') {
    const pod = kube.get('pods', 'shop', name);
    return `${pod?.metadata.uid} ${pod?.metadata.deletionTimestamp !== undefined}`;
  }
  if (plural === 'nodes') return String(kube.get('nodes', undefined, name)?.spec.unschedulable);
  return String(kube.get('deployments', 'shop', name)?.metadata.generation);
}

/** What a step of ours writes there, as it stands. */
export function fieldOf(kube: Simulated, { object }: Change): string {
  const [plural = '', name = ''] = object.split('/');
  if (plural === 'nodes') return String(kube.get('nodes', undefined, name)?.spec.unschedulable === true);
  const { replicas, template } = kube.get('deployments', 'shop', name)?.spec ?? {};
  return name === 'b-api' ? String(replicas) : String(template?.spec.containers[0]?.image);
}
