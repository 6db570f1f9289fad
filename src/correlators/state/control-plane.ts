import type { CauseKind } from '../../domain/cause-kinds.ts';
import { type ClusterState, ownWorkload } from '../../domain/snapshot/cluster-state.ts';
import { numberAt, recordAt } from '../../domain/snapshot/fields.ts';
import { describe } from '../../domain/snapshot/kubectl.ts';
import type { Pod } from '../../domain/snapshot/pod.ts';
import type { ObjectRef } from '../../domain/snapshot/snapshot.ts';
import { fact, refOf, type StateCause, type StateFact } from '../../domain/snapshot/state-cause.ts';
import { standingPods, unready } from '../../domain/snapshot/trouble.ts';
import type { StateWorkload } from '../../domain/snapshot/workload.ts';
import type { StateCorrelator } from '../../extension-points.ts';

const NAMESPACE = 'kube-system';
/** Scheduling takes moments. */
const PATIENCE_MS = 20_000;

/** Nobody schedules, nobody reconciles, nobody routes: by the pods of the control plane, and by what is left undone. */
const controlPlane: StateCorrelator = {
  name: 'control_plane',
  finds: {
    scheduler_down: {
      area: 'control plane',
      title: 'nobody schedules',
      object: 'Pod',
      whose: 'cluster',
      should: 'Running',
    },
    scheduler_unknown: {
      area: 'scheduling',
      title: 'the pods ask for a scheduler that is not there',
      object: 'workload',
      whose: 'author',
      should: 'default-scheduler, or one that runs',
    },
    controller_manager_down: {
      area: 'control plane',
      title: 'nobody reconciles',
      object: 'Pod',
      whose: 'cluster',
      should: 'Running',
    },
    kube_proxy_down: {
      area: 'control plane',
      title: 'kube-proxy does not run',
      object: 'DaemonSet',
      whose: 'cluster',
      should: 'on every node',
    },
    control_plane_unwell: {
      area: 'control plane',
      title: 'a part of the control plane is unwell',
      object: 'Pod',
      whose: 'cluster',
      should: 'well',
    },
  },
  find: (state) => [...scheduler(state), ...controllerManager(state), ...kubeProxy(state), ...others(state)],
};

type Part = { ref: ObjectRef; pods: Pod[]; well: boolean; known: boolean; facts: StateFact[] };

/** As kubeadm, OpenShift's and others' static pods say it, whatever they are called. */
const componentOf = ({ template: { labels } }: Pod): string =>
  labels.component ?? labels['k8s-app'] ?? labels.app ?? labels['app.kubernetes.io/name'] ?? '';

/** `known`: the control plane's pods are in the snapshot, so that one that is absent doesn't run. */
function part(state: ClusterState, name: string): Part {
  const own = state.pods.filter(
    (pod) =>
      pod.namespace === NAMESPACE &&
      (componentOf(pod) === name || pod.name === name || pod.name.startsWith(`${name}-`)),
  );
  const known =
    own.length > 0 ||
    state.pods.some(
      (pod) =>
        pod.namespace === NAMESPACE && (componentOf(pod) === 'kube-apiserver' || pod.name.startsWith('kube-apiserver')),
    );
  const [first] = own;
  const ref = { kind: 'Pod', namespace: NAMESPACE, name: first?.name ?? name };
  const facts = first
    ? [
        fact(ref, 'status.phase', first.phase),
        ...first.containers.map((one) =>
          fact(
            ref,
            `status.containerStatuses[${one.name}]`,
            `ready ${one.ready}${one.waiting ? `, waiting: ${one.waiting.reason} ${one.waiting.message}` : ''}${one.last ? `, last exit ${one.last.reason} (${one.last.code})` : ''}, ${one.restarts} restarts`,
          ),
        ),
        ...(ownWorkload(state, first)?.signs ?? [])
          .filter(({ log, late }) => log.pod === first.name && late)
          .slice(0, 1)
          .map(({ line }) => fact(ref, 'log', line)),
      ]
    : [fact(ref, 'metadata.name', 'no such pod')];
  return { ref, pods: own, well: own.some((pod) => pod.ready), known, facts };
}

function scheduler(state: ClusterState): StateCause[] {
  const waiting = state.workloads.filter((workload) =>
    standingPods(workload).some((pod) => isIgnored(state, workload, pod)),
  );
  // The pods that wait say whom they wait for: a workload that wasn't recorded has its first pod's template.
  const awaited = (workload: StateWorkload): string =>
    standingPods(workload).find((pod) => isIgnored(state, workload, pod))?.template.schedulerName ?? '';
  const strange = waiting.filter((workload) => awaited(workload) !== 'default-scheduler');
  const unknown = strange
    .filter((workload) => !state.workloads.some((one) => one.name.includes(awaited(workload))))
    .map(
      (workload): StateCause => ({
        what: 'scheduler_unknown',
        object: refOf(workload),
        strength: 0.95,
        facts: [fact(workload, 'spec.template.spec.schedulerName', awaited(workload))],
        hurts: [],
        command: `kubectl edit ${workload.kind.toLowerCase()}/${workload.name} -n ${workload.namespace}`,
      }),
    );
  const usual = waiting.filter((one) => !strange.includes(one));
  const own = part(state, 'kube-scheduler');
  if (usual.length === 0 && (own.well || !own.known)) return unknown;
  const strength = own.known && !own.well ? (usual.length > 0 ? 0.98 : 0.93) : 0.9;
  const left = usual
    .slice(0, 4)
    .map((workload) =>
      fact(
        workload,
        'pods without the condition PodScheduled',
        standingPods(workload).filter((pod) => isIgnored(state, workload, pod)).length,
      ),
    );
  return [
    ...unknown,
    {
      what: 'scheduler_down',
      object: own.ref,
      strength,
      facts: [...own.facts, ...left],
      hurts: usual.map(refOf),
      command: describe(own.ref),
    },
  ];
}

const isIgnored = (state: ClusterState, workload: StateWorkload, pod: Pod): boolean =>
  pod.phase === 'Pending' &&
  pod.node === '' &&
  (pod.template.schedulerName !== 'default-scheduler' || state.at - pod.createdAt > PATIENCE_MS) &&
  !pod.conditions.some(({ type }) => type === 'PodScheduled') &&
  !workload.events.some(({ reason, about }) => about.name === pod.name && reason === 'FailedScheduling');

function controllerManager(state: ClusterState): StateCause[] {
  const own = part(state, 'kube-controller-manager');
  const undone = state.workloads.filter(
    ({ kind, raw }) => (kind === 'Deployment' || kind === 'StatefulSet' || kind === 'DaemonSet') && isUndone(raw),
  );
  if ((own.well || !own.known) && undone.length === 0) return [];
  if (own.well && undone.length > 0) return [];
  const strength = own.known && !own.well ? (undone.length > 0 ? 0.98 : 0.93) : 0.8;
  const left = undone
    .slice(0, 4)
    .map(({ raw, ...workload }) =>
      fact(
        workload,
        'status.observedGeneration',
        `${numberAt(raw, 'status', 'observedGeneration') ?? 'none'} of ${numberAt(raw, 'metadata', 'generation')}`,
      ),
    );
  return [
    {
      what: 'controller_manager_down',
      object: own.ref,
      strength,
      facts: [...own.facts, ...left],
      hurts: undone.map(refOf),
      command: describe(own.ref),
    },
  ];
}

/** Its newest form was seen by nobody. A status that tells anything else, but not which form it is of, tells nothing here. */
function isUndone(raw: Record<string, unknown>): boolean {
  const generation = numberAt(raw, 'metadata', 'generation') ?? 0;
  const observed = numberAt(raw, 'status', 'observedGeneration');
  return observed === null
    ? generation > 0 && Object.keys(recordAt(raw, 'status')).length === 0
    : generation > observed;
}

function kubeProxy(state: ClusterState): StateCause[] {
  const proxy = state.workloads.find(
    ({ namespace, name, kind, template: { labels } }) =>
      namespace === NAMESPACE &&
      kind === 'DaemonSet' &&
      (name === 'kube-proxy' || labels['k8s-app'] === 'kube-proxy' || labels.component === 'kube-proxy'),
  );
  if (!proxy) return [];
  const ill = unready(proxy);
  const nodes = state.nodes.filter((node) => node.ready && !standingPods(proxy).some((pod) => pod.node === node.name));
  if (ill.length === 0 && nodes.length === 0) return [];
  const strength =
    ill.some((pod) => state.nodes.find(({ name }) => name === pod.node)?.ready === false) && nodes.length === 0
      ? 0.4
      : 0.94;
  const facts = [
    ...ill
      .slice(0, 3)
      .map((pod) =>
        fact(
          { kind: 'Pod', namespace: NAMESPACE, name: pod.name },
          `status on node ${pod.node}`,
          pod.containers.map((one) => one.waiting?.reason ?? one.ended?.reason ?? `ready ${one.ready}`).join() ||
            pod.phase,
        ),
      ),
    ...nodes
      .slice(0, 3)
      .map(({ name }) => fact({ kind: 'Node', namespace: '', name }, 'kube-proxy', 'no pod of it there')),
    fact(proxy, 'spec.template.spec.nodeSelector', proxy.template.nodeSelector),
  ];
  return [
    {
      what: 'kube_proxy_down',
      object: refOf(proxy),
      strength,
      facts,
      hurts: [],
      command: `kubectl rollout restart daemonset/kube-proxy -n ${NAMESPACE}`,
    },
  ];
}

const others = (state: ClusterState): StateCause[] =>
  ['kube-apiserver', 'etcd'].flatMap((name) => {
    const own = part(state, name);
    const what: CauseKind = 'control_plane_unwell';
    return own.pods.length === 0 || own.well
      ? []
      : [{ what, object: own.ref, strength: 0.9, facts: own.facts, hurts: [], command: describe(own.ref) }];
  });

export default controlPlane;
