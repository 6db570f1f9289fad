import { lagWords, weightByLag } from '../domain/change-lag.ts';
import { percent } from '../domain/figures.ts';
import { ownerOf } from '../domain/pod-owner.ts';
import { target } from '../domain/snapshot/kubectl.ts';
import type { Told } from '../domain/types/finding.ts';
import type { IncidentContext } from '../extension-points/incident-context.ts';
import type { Correlator, Found } from '../extension-points.ts';
import type { Workload } from '../ports/cluster-objects.ts';

const HALF_LIFE_MS = 30 * 60_000;
const AT_ONCE = 0.8;
/** Of the CPU that the pods on the node take: from so much on it is what the others lack, below so little it isn't. */
const MOST = 0.5;
const LITTLE = 0.15;
const TAKES_MOST = 0.99;
const TAKES_LITTLE = 0.3;

/** Workloads without a CPU limit whose pods came onto the subject's nodes shortly before the trouble: they can take what their neighbours need. */
const noisyNeighbour: Correlator = {
  name: 'noisy_neighbour',
  finds: {
    neighbour: { chart: null, shownByPods: false, isContext: false },
  },
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
  theirs: IncidentContext['pods'],
  own: IncidentContext['pods'],
  { since, pods, cpuByPod }: IncidentContext,
): Found[] {
  const [newest] = theirs
    .filter((pod) => pod.node !== null && own.some((one) => one.node === pod.node))
    .sort((left, right) => right.createdAt - left.createdAt);
  const weight = newest ? weightByLag(newest.createdAt, since, HALF_LIFE_MS) : null;
  if (!newest || weight === null) return [];
  const { share, message: taken } = cpuOn(newest, pods, cpuByPod);
  const beside = own.filter((pod) => pod.node === newest.node).length;
  const message = `Pod ${newest.name}, which has no CPU limit${taken}, came onto node ${newest.node} ${lagWords(newest.createdAt, since)}; ${beside} of the service's ${own.length} pods run there`;
  const about = { kind: neighbour.kind, namespace: neighbour.namespace, name: neighbour.name };
  const strength = strengthOf(share) * weight;
  return [{ kind: 'change', about, at: newest.createdAt, what: 'neighbour', message, strength, ...toldOf(neighbour) }];
}

function toldOf(neighbour: Workload) {
  const { kind, namespace, name, containers } = neighbour;
  const object = { kind, namespace, name };
  const open = containers.filter(({ cpuLimit }) => cpuLimit === null);
  const told: Told = {
    title: 'it may take the CPU that its neighbours on the node need',
    facts: open.slice(0, 3).map((container) => ({
      field: `spec.template.spec.containers[${container.name}].resources.limits.cpu`,
      value: 'none',
    })),
    should: 'a limit that leaves its neighbours theirs, or a node of its own',
    whose: 'author',
  };
  const command = `kubectl set resources ${target(object)} -c ${open[0]?.name ?? '*'} --limits cpu=1`;
  return { object, told, command };
}

const strengthOf = (share: number | null): number =>
  share === null ? AT_ONCE : share >= MOST ? TAKES_MOST : share < LITTLE ? TAKES_LITTLE : AT_ONCE;

/** The pod's part of what all pods of the namespace on its node take; null where nobody measures it. */
function cpuOn(
  { name, node }: IncidentContext['pods'][number],
  pods: IncidentContext['pods'],
  cpuByPod: IncidentContext['cpuByPod'],
): { share: number | null; message: string } {
  const cores = cpuByPod?.get(name);
  if (cores === undefined) return { share: null, message: '' };
  const here = pods.filter((pod) => pod.node === node).reduce((sum, pod) => sum + (cpuByPod?.get(pod.name) ?? 0), 0);
  if (here <= 0) return { share: null, message: '' };
  const share = cores / here;
  return { share, message: ` and takes ${percent(share)} of the CPU that pods there take` };
}

export default noisyNeighbour;
