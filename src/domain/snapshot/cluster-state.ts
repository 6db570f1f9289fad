import { eventOf, type StateEvent } from './event.ts';
import { gatherWorkloads } from './gather-workloads.ts';
import { type Node, nodeOf } from './node.ts';
import { type Pod, podOf } from './pod.ts';
import { addressesIn, addressesOf, fits, type Service, serviceNameOf, serviceOf } from './service.ts';
import { type KubeObject, type ObjectRef, objectKey, type Snapshot } from './snapshot.ts';
import type { StateWorkload } from './workload.ts';

/** A snapshot, indexed: what belongs together is found at once. Pure, and as large as the snapshot. */
export type ClusterState = {
  at: number;
  snapshot: Snapshot;
  byKind: ReadonlyMap<string, KubeObject[]>;
  byKey: ReadonlyMap<string, KubeObject>;
  pods: Pod[];
  workloads: StateWorkload[];
  /** By the pod's namespace and name. */
  ownerOfPod: ReadonlyMap<string, StateWorkload>;
  services: Service[];
  nodes: Node[];
  /** Newest first. */
  events: StateEvent[];
  eventsByKey: ReadonlyMap<string, StateEvent[]>;
};

export function clusterState(snapshot: Snapshot): ClusterState {
  const byKind = Map.groupBy(snapshot.objects, ({ kind }) => kind);
  const byKey = new Map(
    snapshot.objects.map((one) => [
      objectKey({ kind: one.kind, namespace: one.metadata.namespace, name: one.metadata.name }),
      one,
    ]),
  );
  const events = (byKind.get('Event') ?? []).map(eventOf).sort((left, right) => right.last - left.last);
  const pods = (byKind.get('Pod') ?? []).map(podOf);
  const eventsByKey = Map.groupBy(events, ({ about }) => objectKey(about));
  const { workloads, ownerOfPod } = gatherWorkloads({ byKind, pods, events, logs: snapshot.logs, at: snapshot.at });
  return {
    at: snapshot.at,
    snapshot,
    byKind,
    byKey,
    pods,
    workloads,
    ownerOfPod,
    services: withPods((byKind.get('Service') ?? []).map(serviceOf), pods, workloads, byKind),
    nodes: (byKind.get('Node') ?? []).map(nodeOf),
    events,
    eventsByKey,
  };
}

function withPods(
  services: Service[],
  pods: Pod[],
  workloads: StateWorkload[],
  byKind: ReadonlyMap<string, KubeObject[]>,
): Service[] {
  const podsIn = Map.groupBy(pods, ({ namespace }) => namespace);
  const workloadsIn = Map.groupBy(workloads, ({ namespace }) => namespace);
  const told = [...(byKind.get('EndpointSlice') ?? []), ...(byKind.get('Endpoints') ?? [])];
  const slices = Map.groupBy(told, (one) => `${one.metadata.namespace}/${serviceNameOf(one)}`);
  return services.map((service) => {
    const own = slices.get(`${service.namespace}/${service.name}`) ?? [];
    const kind = own[0]?.kind;
    const counts = own.filter((one) => one.kind === kind).map(addressesIn);
    const sum = (field: 'ready' | 'notReady') => counts.reduce((total, one) => total + one[field], 0);
    return {
      ...service,
      pods: (podsIn.get(service.namespace) ?? []).filter((pod) => fits(service.selector, pod.template.labels)),
      workloads: (workloadsIn.get(service.namespace) ?? []).filter(({ template }) =>
        fits(service.selector, template.labels),
      ),
      endpoints: counts.length > 0 ? { ready: sum('ready'), notReady: sum('notReady') } : null,
      addresses: own.filter((one) => one.kind === kind).flatMap(addressesOf),
    };
  });
}

/** False: it could not be looked at, and what isn't here may be there. */
export const isListed = ({ snapshot: { listed } }: ClusterState, kind: string, namespace: string): boolean =>
  listed.has(kind) || listed.has(`${kind}/${namespace}`);

export const objectsOf = ({ byKind }: ClusterState, kind: string, namespace?: string): KubeObject[] => {
  const all = byKind.get(kind) ?? [];
  return namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
};

export const objectAt = ({ byKey }: ClusterState, ref: ObjectRef): KubeObject | undefined => byKey.get(objectKey(ref));

/** Known to be absent: its kind was listed there, and it wasn't among them. */
export const isAbsent = (state: ClusterState, ref: ObjectRef): boolean =>
  isListed(state, ref.kind, ref.namespace) && !objectAt(state, ref);

export const eventsAbout = ({ eventsByKey }: ClusterState, ref: ObjectRef): StateEvent[] =>
  eventsByKey.get(objectKey(ref)) ?? [];

export const ownWorkload = (
  { ownerOfPod }: ClusterState,
  { namespace, name }: { namespace: string; name: string },
): StateWorkload | undefined => ownerOfPod.get(`${namespace}/${name}`);
