import { percent } from '../domain/figures.ts';
import { ownerOf } from '../domain/pod-owner.ts';
import { target } from '../domain/snapshot/kubectl.ts';
import type { Told } from '../domain/types/finding.ts';
import type { IncidentContext, Throttling } from '../extension-points/incident-context.ts';
import type { Correlator, Found } from '../extension-points.ts';
import type { Workload } from '../ports/cluster-objects.ts';

/** From so large a share of its time slices on a container waits for its limit; kube-prometheus' own alert asks for a quarter. */
const OFTEN = 0.25;
/** It tells what holds a workload back; whether that hurts is seen in its latency and errors. */
const WORTH_TELLING = 0.4;

/** Containers that the scheduler of the kernel (CFS) keeps waiting at their CPU limit: the worst of each workload, with the limit. */
const cpuThrottled: Correlator = {
  name: 'cpu_throttled',
  finds: { cpu_throttled: { chart: 'throttling', shownByPods: false, isContext: true } },
  correlate: (around) => {
    const worst = new Map<string, { workload: Workload; throttling: Throttling }>();
    for (const throttling of around.throttling ?? []) {
      const pod = around.pods.find(({ name }) => name === throttling.pod);
      const workload = pod && ownerOf(pod, around.workloads, around.revisions);
      if (!workload || !(throttling.share >= OFTEN)) continue;
      const known = worst.get(workload.uid);
      if (!known || known.throttling.share < throttling.share) worst.set(workload.uid, { workload, throttling });
    }
    return [...worst.values()].map(({ workload, throttling }) => found(workload, throttling, around));
  },
};

function found(workload: Workload, { pod, container, share }: Throttling, { since }: IncidentContext): Found {
  const { kind, namespace, name, containers } = workload;
  const object = { kind, namespace, name };
  const limit = containers.find((one) => one.name === container)?.cpuLimit ?? null;
  const value = limit === null ? 'not known' : `${limit}`;
  const told: Told = {
    title: 'its CPU limit keeps it waiting',
    facts: [
      { field: `spec.template.spec.containers[${container}].resources.limits.cpu`, value },
      { field: 'container_cpu_cfs_throttled_periods_total of container_cpu_cfs_periods_total', value: percent(share) },
    ],
    should: 'more than it needs at its busiest',
    whose: 'author',
  };
  return {
    kind: 'state',
    about: object,
    at: since,
    what: 'cpu_throttled',
    message: `Container ${container} of ${pod} waits for its CPU limit (${value}) in ${percent(share)} of its time slices`,
    strength: WORTH_TELLING,
    object,
    told,
    command: `kubectl set resources ${target(object)} -c ${container} --limits cpu=${limit === null ? 'MORE' : limit * 2}`,
  };
}

export default cpuThrottled;
