import type { CauseKind } from '../../domain/cause-kinds.ts';
import { type ClusterState, eventsAbout, ownWorkload } from '../../domain/snapshot/cluster-state.ts';
import type { Node } from '../../domain/snapshot/node.ts';
import type { Pod } from '../../domain/snapshot/pod.ts';
import type { ObjectRef } from '../../domain/snapshot/snapshot.ts';
import { fact, refOf, type StateCause } from '../../domain/snapshot/state-cause.ts';
import type { StateCorrelator } from '../../extension-points.ts';

/** Nodes in trouble, by the reasons of their own conditions, and by what pods there could not be given. */
const nodes: StateCorrelator = {
  name: 'nodes',
  finds: {
    node_kubelet_silent: {
      area: 'node',
      title: 'the kubelet has stopped posting',
      object: 'Node',
      whose: 'cluster',
      should: 'posted by a kubelet that runs',
    },
    node_runtime_down: {
      area: 'node',
      title: 'the container runtime is down',
      object: 'Node',
      whose: 'cluster',
      should: 'True: the container runtime must run',
    },
    node_network_down: {
      area: 'node',
      title: "the node's network is not ready",
      object: 'Node',
      whose: 'cluster',
      should: 'True: the network plugin must run on the node',
    },
    node_not_ready: { area: 'node', title: 'the node is not ready', object: 'Node', whose: 'cluster', should: 'True' },
    node_disk_pressure: {
      area: 'node',
      title: 'the node runs out of disk',
      object: 'Node',
      whose: 'cluster',
      should: 'False: images, logs or pods must go, or the disk grow',
    },
    node_memory_pressure: {
      area: 'node',
      title: 'the node runs out of memory',
      object: 'Node',
      whose: 'cluster',
      should: 'False: pods must go, or be given honest requests',
    },
    node_pid_pressure: {
      area: 'node',
      title: 'the node runs out of process ids',
      object: 'Node',
      whose: 'cluster',
      should: 'False: something on it starts processes without end',
    },
  },
  find: (state) =>
    state.nodes.flatMap((node) => [
      ...notReady(state, node),
      ...pressures(state, node),
      ...runtimeByEvents(state, node),
      ...evictedThere(state, node),
    ]),
};

const NOT_READY: [CauseKind, RegExp][] = [
  ['node_kubelet_silent', /stopped posting|NodeStatusUnknown|NodeStatusNeverUpdated/i],
  ['node_network_down', /network plugin|NetworkPluginNotReady|cni/i],
  ['node_runtime_down', /container runtime|PLEG|containerd|docker|crio|runtime\.v1/i],
];

const asRef = ({ name }: Node): ObjectRef => ({ kind: 'Node', namespace: '', name });

function notReady(state: ClusterState, node: Node): StateCause[] {
  const ready = node.conditions.find(({ type }) => type === 'Ready');
  const network = node.conditions.find(({ type, status }) => type === 'NetworkUnavailable' && status === 'True');
  if (network) return [causeOf(state, node, 'node_network_down', 'NetworkUnavailable', network)];
  if (!ready || ready.status === 'True') return [];
  const text = `${ready.reason} ${ready.message}`;
  const what =
    ready.status === 'Unknown'
      ? 'node_kubelet_silent'
      : (NOT_READY.find(([, pattern]) => pattern.test(text))?.[0] ?? 'node_not_ready');
  return [causeOf(state, node, what, 'Ready', ready)];
}

const PRESSURES: Record<string, CauseKind> = {
  DiskPressure: 'node_disk_pressure',
  MemoryPressure: 'node_memory_pressure',
  PIDPressure: 'node_pid_pressure',
};

const pressures = (state: ClusterState, node: Node): StateCause[] =>
  node.conditions.flatMap((condition) => {
    const what = PRESSURES[condition.type];
    return what && condition.status === 'True' ? [causeOf(state, node, what, condition.type, condition)] : [];
  });

function causeOf(
  state: ClusterState,
  node: Node,
  what: CauseKind,
  type: string,
  condition: Node['conditions'][number],
): StateCause {
  const object = asRef(node);
  const events = eventsAbout(state, object)
    .filter((event) => event.type === 'Warning' || event.reason === 'NodeNotReady')
    .slice(0, 2);
  return {
    what,
    object,
    strength: 0.97,
    facts: [
      fact(object, `status.conditions[${type}]`, `${condition.status}, ${condition.reason}: ${condition.message}`),
      ...events.map((event) => fact(object, `event ${event.reason}`, event.message)),
    ],
    hurts: guestsOf(state, node),
    command: COMMANDS[what] ?? `kubectl describe node ${node.name}`,
  };
}

const COMMANDS: Partial<Record<CauseKind, string>> = {
  node_kubelet_silent: 'systemctl restart kubelet  # on the node',
  node_runtime_down: 'systemctl restart containerd  # on the node',
};

const guestsOf = (state: ClusterState, { name }: Node): ObjectRef[] => {
  const guests = state.pods.filter((pod) => pod.node === name).flatMap((pod) => ownWorkload(state, pod) ?? []);
  return [...new Set(guests)].map(refOf);
};

const RUNTIME =
  /containerd\.sock|crio\.sock|dockershim|runtime service|connection error: desc = "transport: .{0,80}dial unix/i;

/** The runtime is away, and the kubelet hasn't called the node not ready yet. */
function runtimeByEvents(state: ClusterState, node: Node): StateCause[] {
  if (!node.ready) return [];
  const told = state.pods
    .filter((pod) => pod.node === node.name && !pod.ready)
    .flatMap((pod) => state.eventsByKey.get(`Pod/${pod.namespace}/${pod.name}`) ?? [])
    .filter(({ type, message }) => type === 'Warning' && RUNTIME.test(message));
  const [first] = told;
  if (!first) return [];
  return [
    {
      what: 'node_runtime_down',
      object: asRef(node),
      strength: 0.9,
      facts: [fact(first.about, `event ${first.reason}`, first.message)],
      hurts: guestsOf(state, node),
      command: COMMANDS.node_runtime_down ?? '',
    },
  ];
}

const EVICTED_LATELY_MS = 60 * 60_000;
const LOW: [RegExp, CauseKind, string][] = [
  [/low on resource: memory/i, 'node_memory_pressure', 'MemoryPressure'],
  [/low on resource: (?:ephemeral-storage|nodefs|imagefs|inodes)/i, 'node_disk_pressure', 'DiskPressure'],
  [/low on resource: pids/i, 'node_pid_pressure', 'PIDPressure'],
];

/** Pods that it put out lately for what it lacked, though it has it again. */
function evictedThere(state: ClusterState, node: Node): StateCause[] {
  const out = state.pods
    .filter((pod) => pod.node === node.name && pod.phase === 'Failed' && pod.reason === 'Evicted')
    .filter((pod) => state.at - evictedAt(state, pod) <= EVICTED_LATELY_MS);
  return LOW.flatMap(([pattern, what, type]) => {
    const pods = out.filter(({ message }) => pattern.test(message));
    const condition = node.conditions.find((one) => one.type === type);
    if (pods.length === 0 || condition?.status === 'True') return [];
    const owners = new Set(pods.flatMap((pod) => ownWorkload(state, pod) ?? []));
    return [
      {
        what,
        object: asRef(node),
        strength: 0.82,
        facts: [
          ...pods
            .slice(0, 4)
            .map(({ namespace, name, message }) =>
              fact({ kind: 'Pod', namespace, name }, `status.message (evicted from ${node.name})`, message),
            ),
          fact(asRef(node), `status.conditions[${type}]`, `${condition?.status ?? 'not told'}: it has recovered`),
        ],
        hurts: [...owners].map(refOf),
        command: `kubectl describe node ${node.name}`,
      },
    ];
  });
}

const evictedAt = (state: ClusterState, { namespace, name, createdAt, conditions }: Pod): number =>
  Math.max(
    createdAt,
    ...conditions.map(({ since }) => since),
    ...eventsAbout(state, { kind: 'Pod', namespace, name })
      .filter(({ reason }) => reason === 'Evicted')
      .map(({ last }) => last),
  );

export default nodes;
