import { type LabelSelector, selects } from './label-selector.ts';

/** What of a pod decides where it can go; `ports.PodPlacing` has it all. */
export type Placing = {
  namespace: string;
  labels: Record<string, string>;
  /** Cores and bytes that the scheduler sets aside for it. */
  requests: { cpu: number; memory: number };
  tolerations: { key: string | null; operator: string; value: string; effect: string | null }[];
  nodeSelector: Record<string, string>;
  /** Required node affinity: any of these; null when there is none. */
  nodeTerms: LabelSelector['matchExpressions'][] | null;
  /** Required anti-affinity to other pods of its namespace. */
  apartFrom: { selector: LabelSelector; topologyKey: string }[];
};

/** A node that could take pods, with those that it has. */
export type Room = {
  name: string;
  labels: Record<string, string>;
  taints: { key: string; value: string; effect: string }[];
  allocatable: { cpu: number; memory: number; pods: number };
  pods: Placing[];
};

/**
 * The first of the pods that no room can take, with why, in the scheduler's own terms; null when all find one. The largest are placed first, each where most memory is left: a scheduler may do better,
 * so that what is refused here may just fit, and what passes fits.
 */
export function withoutRoom<P extends Placing>(moving: P[], rooms: Room[]): { pod: P; why: string } | null {
  const taken = rooms.map((room) => ({ ...room, pods: [...room.pods] }));
  const largestFirst = moving.toSorted(
    (left, right) => right.requests.memory - left.requests.memory || right.requests.cpu - left.requests.cpu,
  );
  for (const pod of largestFirst) {
    const refusals = taken.map((room) => ({ room, why: whyNot(pod, room, taken) }));
    const [best] = refusals
      .filter(({ why }) => why === null)
      .toSorted((left, right) => freeOf(right.room).memory - freeOf(left.room).memory);
    if (!best) return { pod, why: reasonsOf(refusals) };
    best.room.pods.push(pod);
  }
  return null;
}

/** Of a pod that has to satisfy these, too, as of a volume that it mounts: any of its own together with any of them. */
export function withTerms(pod: Placing, terms: NonNullable<Placing['nodeTerms']>): Placing {
  const own = pod.nodeTerms ?? [[]];
  return { ...pod, nodeTerms: own.flatMap((mine) => terms.map((theirs) => [...mine, ...theirs])) };
}

/** Whether a node is one of those. */
export const isPlacedBy = (terms: NonNullable<Placing['nodeTerms']>, { labels }: Pick<Room, 'labels'>): boolean =>
  terms.some((term) => selects({ matchLabels: {}, matchExpressions: term }, labels));

function whyNot(pod: Placing, room: Room, all: Room[]): string | null {
  const taint = room.taints.find((one) => one.effect !== 'PreferNoSchedule' && !isTolerated(one, pod));
  if (taint) return `its taint ${taint.key} isn't tolerated`;
  const selected =
    selects({ matchLabels: pod.nodeSelector, matchExpressions: [] }, room.labels) &&
    (pod.nodeTerms === null || isPlacedBy(pod.nodeTerms, room));
  if (!selected) return 'its labels are not those that the pod asks for';
  if (pod.apartFrom.some((rule) => isNear(pod, rule, room, all))) return 'a pod that it has to be apart from is there';
  const free = freeOf(room);
  if (free.pods < 1) return 'it has as many pods as it may';
  if (free.memory < pod.requests.memory) return 'too little memory is free';
  return free.cpu < pod.requests.cpu ? 'too little CPU is free' : null;
}

function isNear(
  { namespace }: Placing,
  { selector, topologyKey }: Placing['apartFrom'][number],
  room: Room,
  all: Room[],
): boolean {
  const near = all.filter((one) => one.labels[topologyKey] === room.labels[topologyKey]);
  return near.some(({ pods }) =>
    pods.some((other) => other.namespace === namespace && selects(selector, other.labels)),
  );
}

/** After the API's own rules: no key with Exists tolerates everything, no effect every effect. */
function isTolerated({ key, value, effect }: Room['taints'][number], { tolerations }: Placing): boolean {
  return tolerations.some((one) => {
    if (one.effect !== null && one.effect !== effect) return false;
    if (one.operator === 'Exists') return one.key === null || one.key === key;
    return one.key === key && one.value === value;
  });
}

function freeOf({ allocatable, pods }: Room): Room['allocatable'] {
  return {
    cpu: allocatable.cpu - pods.reduce((sum, { requests }) => sum + requests.cpu, 0),
    memory: allocatable.memory - pods.reduce((sum, { requests }) => sum + requests.memory, 0),
    pods: allocatable.pods - pods.length,
  };
}

function reasonsOf(refusals: { room: Room; why: string | null }[]): string {
  if (refusals.length === 0) return 'there is no other node that is well and open';
  const shown = refusals.slice(0, 3).map(({ room, why }) => `${room.name}: ${why}`);
  return refusals.length > shown.length ? `${shown.join('; ')}; …` : shown.join('; ');
}
