import { ownerOf } from '../domain/pod-owner.ts';
import type { Finding } from '../domain/types.ts';
import type { Correlator, Surroundings } from '../extension-points.ts';
import type { PodInfo, Workload } from '../ports.ts';

/** Trouble follows a newcomer within this time. */
const HORIZON_MS = 30 * 60_000;
/** Trouble is told a little late, and clocks differ. */
const SLACK_MS = 2 * 60_000;
const STRENGTH = 0.9;

/** A workload that is new to a node, with nothing that limits its CPU: everybody else on the node has less since. */
const newNeighbour: Correlator = {
  name: 'new_neighbour',
  correlate: (around) => around.workloads.flatMap((workload) => newcomer(workload, around)),
};

function newcomer(workload: Workload, around: Surroundings): Finding[] {
  if (workload.name === around.subject.service || workload.containers.every((one) => one.cpuLimit !== null)) return [];
  const own = around.pods.filter((pod) => isOf(pod, workload, around));
  const first = own.find((pod) => pod.node !== null && isRecent(pod, around));
  // A workload with older pods was there before; what is new of it is a rollout.
  if (!first || own.some((pod) => !isRecent(pod, around)) || wasThere(workload, around)) return [];
  const others = around.pods.filter((pod) => pod.node === first.node && !own.includes(pod)).length;
  if (others === 0) return [];
  const minutes = Math.max(0, Math.round((around.since - first.createdAt) / 60_000));
  const words = `${workload.name}, which has no CPU limit, came to node ${first.node} ${minutes} min before the trouble; ${others} other pods are on it`;
  const about = { kind: workload.kind, namespace: workload.namespace, name: workload.name };
  return [{ kind: 'change', about, at: first.createdAt, what: 'new_neighbour', words, strength: STRENGTH }];
}

const isOf = (pod: PodInfo, workload: Workload, { workloads, revisions }: Surroundings): boolean =>
  !pod.deleting && ownerOf(pod, workloads, revisions)?.uid === workload.uid;

const isRecent = (pod: PodInfo, { since }: Surroundings): boolean =>
  pod.createdAt >= since - HORIZON_MS && pod.createdAt <= since + SLACK_MS;

const wasThere = (workload: Workload, { revisions, since }: Surroundings): boolean =>
  (revisions[workload.name] ?? []).some((revision) => revision.createdAt < since - HORIZON_MS);

export default newNeighbour;
