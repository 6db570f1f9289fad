import type { CauseKind } from '../../domain/cause-kinds.ts';
import type { ClusterState } from '../../domain/snapshot/cluster-state.ts';
import type { StateEvent } from '../../domain/snapshot/event.ts';
import { describe, editCommand } from '../../domain/snapshot/kubectl.ts';
import type { ObjectRef } from '../../domain/snapshot/snapshot.ts';
import { fact, refOf, type StateCause } from '../../domain/snapshot/state-cause.ts';
import { unready } from '../../domain/snapshot/trouble.ts';
import { type StateWorkload, templatePath } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** What the kubelet could not do before a container could start: attach, mount, make the sandbox. */
const volumesAndSandboxes: StateCorrelator = {
  name: 'volumes_and_sandboxes',
  finds: {
    volume_attached_elsewhere: {
      area: 'storage',
      title: 'the volume is attached to another node',
      object: 'PersistentVolumeClaim',
      whose: 'storage',
      should: 'detached from the other node (nothing forces that here: two writers lose data)',
    },
    volume_mount_failed: {
      area: 'storage',
      title: "a volume can't be mounted",
      object: 'workload',
      whose: 'storage',
      should: 'mountable: the message says what is in the way',
    },
    cni_failed: {
      area: 'start',
      title: "the pod's network can't be set up",
      object: 'Node or DaemonSet',
      whose: 'cluster',
      should: "set up by the node's network plugin",
    },
    sandbox_failed: {
      area: 'start',
      title: "the kubelet can't make the pod's sandbox",
      object: 'workload',
      whose: 'cluster',
      should: 'made by the kubelet: its message says what is in the way',
    },
    init_container_waits: {
      area: 'start',
      title: 'an init container waits',
      object: 'workload',
      whose: 'author',
      symptom: true,
      should: 'at its end: what it waits for must be there',
    },
    container_config_error: {
      area: 'configuration',
      title: "the container can't be made from its configuration",
      object: 'workload',
      whose: 'author',
      symptom: true,
      should: 'a configuration from which the container can be made',
    },
    run_as_non_root: {
      area: 'start',
      title: 'the image runs as root and the pod forbids it',
      object: 'workload',
      whose: 'author',
      should: 'a user other than 0 (runAsUser, or USER in the image)',
    },
  },
  find: (state) =>
    byNetworkAgents(
      state,
      state.workloads.flatMap((workload) =>
        workload.desired === 0
          ? []
          : unready(workload)
              .slice(0, 5)
              .flatMap((pod) => {
                const events = workload.events.filter(({ about }) => about.name === pod.name);
                const started = pod.containers.some(
                  ({ runningSince, ended, last, init }) =>
                    !init && (runningSince !== null || ended !== null || last !== null),
                );
                return [
                  ...(started ? [] : plainest(events.flatMap((event) => ofEvent(workload, event)))),
                  ...waiting(workload, pod, state.at),
                ];
              }),
      ),
    ),
};

const NETWORK_AGENT =
  /calico|cilium|flannel|weave|canal|aws-node|azure-cni|kube-router|antrea|multus|ovn|kindnet|\bcni\b/i;

/** Where a node's network agent is itself ill, it is the cause, and the pods that get no network there are its victims. */
function byNetworkAgents(state: ClusterState, causes: StateCause[]): StateCause[] {
  const without = causes.filter(({ what }) => what === 'cni_failed');
  if (without.length === 0) return causes;
  const nodes = new Set(
    without.flatMap(({ facts }) =>
      facts.flatMap(({ object }) => state.pods.find(({ name }) => name === object.name)?.node || []),
    ),
  );
  const agent = state.workloads.find(
    (one) =>
      one.kind === 'DaemonSet' &&
      NETWORK_AGENT.test(one.name) &&
      unready(one).some(({ node, phase }) => nodes.has(node) && phase !== 'Pending'),
  );
  if (!agent) return causes;
  const ill = unready(agent).filter(({ node }) => nodes.has(node));
  const object = refOf(agent);
  const cause: StateCause = {
    what: 'cni_failed',
    object,
    strength: 0.96,
    facts: [
      ...ill
        .slice(0, 3)
        .map(({ namespace, name, node, containers }) =>
          fact(
            { kind: 'Pod', namespace, name },
            `status on node ${node}`,
            containers.map((one) => one.waiting?.reason ?? one.ended?.reason ?? `ready ${one.ready}`).join(),
          ),
        ),
      ...without.slice(0, 2).flatMap(({ facts }) => facts.slice(0, 1)),
    ],
    hurts: without.map(({ object: hurt }) => hurt),
    command: describe(object),
  };
  return [...causes.filter(({ what }) => what !== 'cni_failed'), cause];
}

/** One volume fails in several events, and one of them says why. */
const plainest = (causes: StateCause[]): StateCause[] =>
  causes.toSorted((left, right) => right.strength - left.strength).slice(0, 1);

/** References that are absent have a cause of their own. */
const TOLD_ELSEWHERE =
  /(?:configmap|secret)s? "[^"]{1,253}" not found|object "[^"]{1,253}"\/"[^"]{1,253}" not registered|references non-existent/i;
const RUNTIME_AWAY = /containerd\.sock|crio\.sock/;

function ofEvent(workload: StateWorkload, event: StateEvent): StateCause[] {
  const own = refOf(workload);
  const told = fact(event.about, `event ${event.reason}`, event.message);
  const make = (what: CauseKind, strength: number, object: ObjectRef = own): StateCause[] => [
    {
      what,
      object,
      strength,
      facts: [told, ...volumeFacts(workload, event.message)],
      hurts: [own],
      command: what === 'volume_mount_failed' ? editCommand(own) : describe(object),
    },
  ];
  if (event.reason === 'FailedAttachVolume') {
    const claim = workload.template.volumes.find(({ kind }) => kind === 'Claim');
    return /Multi-Attach/i.test(event.message)
      ? make(
          'volume_attached_elsewhere',
          0.95,
          claim && { kind: 'PersistentVolumeClaim', namespace: workload.namespace, name: claim.target },
        )
      : make('volume_mount_failed', 0.9);
  }
  if (event.reason === 'FailedMount')
    return TOLD_ELSEWHERE.test(event.message)
      ? []
      : make('volume_mount_failed', /timed out waiting|context deadline exceeded/.test(event.message) ? 0.7 : 0.93);
  if (
    event.reason !== 'FailedCreatePodSandBox' ||
    RUNTIME_AWAY.test(event.message) ||
    /OOM-killed|memory limit too low/i.test(event.message)
  )
    return [];
  return /network|cni|IPAM|failed to (?:setup|assign an IP)/i.test(event.message)
    ? make('cni_failed', 0.9)
    : make('sandbox_failed', 0.9);
}

function volumeFacts(workload: StateWorkload, message: string) {
  const name = /volume "([^"]{1,253})"/.exec(message)?.[1];
  const volume = workload.template.volumes.find((one) => one.name === name);
  return volume ? [fact(workload, `${templatePath(workload)}.volumes[${volume.name}]`, volume.target)] : [];
}

const PATIENCE_MS = 30_000;

/** An init container that runs and runs, and one that could not be made. */
function waiting(workload: StateWorkload, pod: StateWorkload['pods'][number], at: number): StateCause[] {
  return pod.containers.flatMap(({ name, init, runningSince, waiting: state }): StateCause[] => {
    const template = pod.template.containers.find((one) => one.name === name);
    const own = refOf(workload);
    const ref = { kind: 'Pod', namespace: pod.namespace, name: pod.name };
    if (init && template?.init && runningSince !== null && at - runningSince > PATIENCE_MS)
      return [
        {
          what: 'init_container_waits',
          object: own,
          strength: 0.75,
          facts: [
            fact(
              ref,
              `status.initContainerStatuses[${name}].state.running`,
              runningSince === 0 ? 'nothing of since when' : `for ${Math.round((at - runningSince) / 1_000)} s`,
            ),
            fact(own, `${templatePath(own)}.initContainers[${name}].command`, [...template.command, ...template.args]),
          ],
          hurts: [],
          command: `kubectl logs ${pod.name} -n ${pod.namespace} -c ${name}`,
        },
      ];
    if (state && /^Create(?:Container|Pod)(?:Config)?Error$/.test(state.reason) && !TOLD_ELSEWHERE.test(state.message))
      return [
        {
          what: /runAsNonRoot|non-numeric user/.test(state.message) ? 'run_as_non_root' : 'container_config_error',
          object: own,
          strength: 0.9,
          facts: [fact(ref, `status.containerStatuses[${name}].state.waiting`, `${state.reason}: ${state.message}`)],
          hurts: [],
          command: editCommand(own),
        },
      ];
    return [];
  });
}

export default volumesAndSandboxes;
