import { lagWords, weightByLag } from '../domain/change-lag.ts';
import { ownerOf } from '../domain/pod-owner.ts';
import type { Finding } from '../domain/types.ts';
import type { Correlator, Surroundings } from '../extension-points.ts';
import type { Workload } from '../ports.ts';

const HALF_LIFE_MS = 30 * 60_000;
const AT_ONCE = 0.8;

/** Workloads without a CPU limit whose pods came onto the subject's nodes shortly before the trouble: they can take what their neighbours need. */
const noisyNeighbour: Correlator = {
  name: 'noisy_neighbour',
  correlate: (around) => {
    const { pods, workloads, revisions, subject } = around;
    const owned = pods.map((pod) => ({ pod, owner: ownerOf(pod, workloads, revisions) }));
    const own = owned.filter(({ owner, pod }) => owner?.name === subject.service && !pod.deleting);
    return workloads
      .filter((one) => one.name !== subject.service && unlimited(one))
      .flatMap((neighbour) => {
        const here = owned.filter(({ owner, pod }) => owner?.uid === neighbour.uid && pod.phase === 'Running');
        return intrusion(
          neighbour,
          here.map(({ pod }) => pod),
          own.map(({ pod }) => pod),
          around,
        );
      });
  },
};

const unlimited = (workload: Workload): boolean => workload.containers.some((container) => container.cpuLimit === null);

function intrusion(
  neighbour: Workload,
  theirs: Surroundings['pods'],
  own: Surroundings['pods'],
  { since }: Surroundings,
): Finding[] {
  const [newest] = theirs
    .filter((pod) => pod.node !== null && own.some((one) => one.node === pod.node))
    .sort((left, right) => right.createdAt - left.createdAt);
  const weight = newest ? weightByLag(newest.createdAt, since, HALF_LIFE_MS) : null;
  if (!newest || weight === null) return [];
  const beside = own.filter((pod) => pod.node === newest.node).length;
  const words = `Pod ${newest.name}, which has no CPU limit, came onto node ${newest.node} ${lagWords(newest.createdAt, since)}; ${beside} of the service's ${own.length} pods run there`;
  const about = { kind: neighbour.kind, namespace: neighbour.namespace, name: neighbour.name };
  return [{ kind: 'change', about, at: newest.createdAt, what: 'neighbour', words, strength: AT_ONCE * weight }];
}

export default noisyNeighbour;
