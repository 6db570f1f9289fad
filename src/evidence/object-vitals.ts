import type { Health, Vital } from '../domain/health.ts';
import { makesFor } from '../domain/pod-maker.ts';
import type { PodInfo, Workload } from '../ports/cluster-objects.ts';
import { nodeVital } from './node-vital.ts';
import type { ObjectsLook } from './objects-look.ts';
import { POD_COUNTS, podCounts } from './pod-counts.ts';
import { unknownBy } from './unknown-by.ts';

export type Objects = { object: Health['object']; vitals: Record<string, Vital> };

/** Told by the workload itself; the others are counted over its pods. */
const WORKLOAD = ['not_ready', 'pods', 'stuck'] as const;

/** What the objects of a workload say of it; of a name that is none, only the node of that name. `wasThere`: there was a workload of this name before. */
export async function objectVitals(
  look: ObjectsLook,
  { namespace, service, now }: { namespace: string; service: string; now: number },
  wasThere: boolean,
): Promise<Objects> {
  const nodes = look.cluster.nodes();
  if (namespace === '')
    return { object: 'none', vitals: { nodes: await nodeVital(look, await nodes, service, [], now) } };
  const workload = await look.cluster.workload(namespace, service);
  if (!workload.ok) {
    const none = ['not_found', 'invalid'].includes(workload.failure.kind);
    if (!none)
      return { object: 'unknown', vitals: all([...POD_COUNTS, ...WORKLOAD, 'nodes'], unknownBy(workload.failure)) };
    const vital: Vital = wasThere
      ? { kind: 'unknown', why: 'stale', message: `${service} was deleted` }
      : { kind: 'not_measured' };
    const made = await madeByOthers(look, { namespace, service });
    if (made === null) return { object: 'unknown', vitals: all([...POD_COUNTS, ...WORKLOAD, 'nodes'], NOT_LISTED) };
    if (made.length > 0) return othersVitals(look, made, { nodes: await nodes, service, now });
    const node = await nodeVital(look, await nodes, service, [], now);
    return {
      object: wasThere ? 'deleted' : 'none',
      vitals: { ...all([...POD_COUNTS, ...WORKLOAD], vital), nodes: node },
    };
  }
  const pods = await look.cluster.pods(namespace, workload.value.selector, workload.value.expressions);
  const own = workloadVitals(workload.value, now);
  if (!pods.ok)
    return { object: 'there', vitals: { ...own, ...all([...POD_COUNTS, 'nodes'], unknownBy(pods.failure)) } };
  const there = pods.value.filter(isThere);
  const counts = podCounts(there, now);
  const counted = Object.fromEntries(POD_COUNTS.map((name) => [name, known(counts[name], now)]));
  return {
    object: 'there',
    vitals: { ...own, ...counted, nodes: await nodeVital(look, await nodes, service, there, now) },
  };
}

const NOT_LISTED: Vital = { kind: 'unknown', why: 'no_answer', message: 'its pods could not be listed' };

/** Of a name that is no workload: the pods that somebody else's controller made for it, or the pod itself; null: nobody can say. */
async function madeByOthers(
  { cluster }: ObjectsLook,
  { namespace, service }: { namespace: string; service: string },
): Promise<PodInfo[] | null> {
  const pod = service.startsWith(BARE_POD) ? service.slice(BARE_POD.length) : null;
  // What stands for a quota, a claim or a Job has no pods of its own.
  if (pod === null && service.includes('/')) return [];
  const pods = await cluster.pods(namespace, {});
  if (!pods.ok) return null;
  const isIts = (one: PodInfo) =>
    pod === null ? makesFor(one.owner, service) : one.owner === null && one.name === pod;
  return pods.value.filter((one) => isThere(one) && isIts(one));
}

const BARE_POD = 'pod/';

/** How many there should be isn't known: only of those that are there it is told how they are. */
async function othersVitals(
  look: ObjectsLook,
  pods: PodInfo[],
  {
    nodes,
    service,
    now,
  }: { nodes: Awaited<ReturnType<ObjectsLook['cluster']['nodes']>>; service: string; now: number },
): Promise<Objects> {
  const counts = podCounts(pods, now);
  const ready = pods.filter((pod) => pod.ready).length;
  return {
    object: 'there',
    vitals: {
      not_ready: known(pods.length - ready, now),
      pods: known(ready, now),
      stuck: { kind: 'not_measured' },
      ...Object.fromEntries(POD_COUNTS.map((name) => [name, known(counts[name], now)])),
      nodes: await nodeVital(look, nodes, service, pods, now),
    },
  };
}

/** Pods that are going away or have ended stay in the list for a while. */
const isThere = (pod: PodInfo): boolean => !pod.deleting && pod.phase !== 'Failed' && pod.phase !== 'Succeeded';

function workloadVitals(workload: Workload, now: number): Record<string, Vital> {
  if (workload.observedGeneration < workload.generation) {
    const message = "its latest change isn't taken up yet";
    return all(WORKLOAD, { kind: 'unknown', why: 'stale', message });
  }
  const { replicas, readyReplicas, stuck } = workload;
  return {
    not_ready: known(Math.max(0, replicas - readyReplicas), now),
    pods: known(readyReplicas, now),
    stuck: known(stuck ? 1 : 0, now),
  };
}

const known = (value: number, at: number): Vital => ({ kind: 'known', value, band: null, at });
const all = (names: readonly string[], vital: Vital): Record<string, Vital> =>
  Object.fromEntries(names.map((name) => [name, vital]));
