import { describe, editCommand } from '../../domain/snapshot/kubectl.ts';
import type { Pod } from '../../domain/snapshot/pod.ts';
import { fact, refOf, type StateCause } from '../../domain/snapshot/state-cause.ts';
import { type StateWorkload, templatePath } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

const RECENT_MS = 60 * 60_000;

/** Pods that were put out: for what they wrote, for a pod of higher priority, by the vertical autoscaler. */
const evictions: StateCorrelator = {
  name: 'evictions',
  finds: {
    ephemeral_storage_exceeded: {
      area: 'storage',
      title: 'evicted for its ephemeral storage',
      object: 'workload',
      whose: 'author',
      should: 'larger than what the program writes',
    },
    failed_pods_left: {
      area: 'workload',
      title: 'failed pods were left behind, and others run in their place',
      object: 'workload',
      whose: 'author',
      should: 'taken away: nothing runs in them any more',
    },
    preempted: {
      area: 'scheduling',
      title: 'preempted by a pod of higher priority',
      object: 'workload',
      whose: 'author',
      should: 'of a class as high as it matters',
    },
    vpa_evicts: {
      area: 'workload',
      title: 'the vertical autoscaler evicts the pods',
      object: 'workload',
      whose: 'author',
      should: 'in mode Initial or Off while it is needed, or with a minimum that fits',
    },
  },
  find: (state) =>
    state.workloads.flatMap((workload) => [
      ...evicted(workload, state.at),
      ...byEvent(workload, state.at),
      ...leftBehind(workload, state.at),
    ]),
};

function evicted(workload: StateWorkload, at: number): StateCause[] {
  const out = [...workload.pods, ...workload.olderPods].filter(
    (pod) => pod.phase === 'Failed' && pod.reason === 'Evicted' && at - outSince(workload, pod) < 24 * RECENT_MS,
  );
  const forDisk = out.find(({ message }) => /ephemeral|EmptyDir volume|local storage/i.test(message));
  return forDisk ? [diskCause(workload, forDisk, isTheNodes(workload, forDisk, at))] : [];
}

const MAKE_ANEW = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'];

/** Nothing hurts: only whoever counts failed pods is told of them for ever. */
function leftBehind(workload: StateWorkload, at: number): StateCause[] {
  const { kind, namespace, pods, olderPods, desired, ready, selector } = workload;
  const failed = [...pods, ...olderPods].filter(({ phase }) => phase === 'Failed');
  const [first] = failed;
  if (!first || !MAKE_ANEW.includes(kind) || desired === 0 || ready < desired) return [];
  const pod = { kind: 'Pod', namespace, name: first.name };
  const labels = Object.entries(selector ?? {}).map(([key, value]) => `${key}=${value}`);
  return [
    {
      what: 'failed_pods_left',
      object: refOf(workload),
      // What is left of today's shortage on a node is not what is wrong.
      strength: failed.some((pod) => isTheNodes(workload, pod, at)) ? 0.4 : 0.9,
      facts: [
        fact(pod, 'status.phase', `${first.phase}${first.reason === '' ? '' : ` (${first.reason})`}`),
        ...(first.message === '' ? [] : [fact(pod, 'status.message', first.message)]),
        fact(refOf(workload), 'status.readyReplicas', `${ready} of ${desired}, beside ${failed.length} failed`),
      ],
      hurts: [],
      command: `kubectl delete pods -n ${namespace} --field-selector status.phase=Failed${labels.length > 0 ? ` -l ${labels.join(',')}` : ''}`,
    },
  ];
}

/** Put out lately, for what its node lacked. */
const isTheNodes = (workload: StateWorkload, pod: Pod, at: number): boolean =>
  /low on resource/i.test(pod.message) && at - outSince(workload, pod) < RECENT_MS;

/** An old pod may be put out today. */
const outSince = ({ events }: StateWorkload, pod: Pod): number =>
  Math.max(
    pod.createdAt,
    ...pod.conditions.map(({ since }) => since),
    ...events.filter(({ reason, about }) => reason === 'Evicted' && about.name === pod.name).map(({ last }) => last),
  );

/** The node's own shortage is the node's; a limit that the pod passed is its own. */
const diskCause = (workload: StateWorkload, pod: Pod, isNodes: boolean): StateCause => ({
  what: 'ephemeral_storage_exceeded',
  object: refOf(workload),
  strength: /exceed/.test(pod.message) ? 0.95 : isNodes ? 0.3 : 0.5,
  facts: [
    fact({ kind: 'Pod', namespace: pod.namespace, name: pod.name }, 'status.message', pod.message),
    ...workload.template.containers.map(({ name, limits }) =>
      fact(
        workload,
        `${templatePath(workload)}.containers[${name}].resources.limits.ephemeral-storage`,
        String(limits['ephemeral-storage'] ?? 'none'),
      ),
    ),
  ],
  hurts: [],
  command: editCommand(workload),
});

function byEvent(workload: StateWorkload, at: number): StateCause[] {
  const recent = workload.events.filter(({ last }) => at - last < RECENT_MS);
  const preempted =
    recent.find(({ reason, type }) => reason === 'Preempted' && type !== 'Normal') ??
    recent.find(({ reason }) => reason === 'Preempted');
  const vpa = recent.find(({ reason, message }) => reason === 'EvictedByVPA' || /evicted by VPA/i.test(message));
  const own = refOf(workload);
  return [
    ...(preempted && workload.ready < workload.desired
      ? [
          {
            what: 'preempted' as const,
            object: own,
            // It had a place until then: what the scheduler lacks for it is what was taken.
            strength: 0.985,
            facts: [
              fact(preempted.about, `event ${preempted.reason}`, preempted.message),
              fact(own, `${templatePath(own)}.priorityClassName`, workload.template.priorityClass || 'none'),
            ],
            hurts: [],
            command: editCommand(own),
          },
        ]
      : []),
    ...(vpa
      ? [
          {
            what: 'vpa_evicts' as const,
            object: own,
            strength: 0.7,
            facts: [fact(vpa.about, `event ${vpa.reason}`, vpa.message)],
            hurts: [],
            command: describe(own),
          },
        ]
      : []),
  ];
}

export default evictions;
