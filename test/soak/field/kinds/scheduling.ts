import { type Cluster, roll, startEvents, workers } from '../cluster.ts';
import type { ContainerSpec, Pod, PodSpec, Workload } from '../model.ts';
import { blame, type Kind, truth, victim, wlTruth } from '../words.ts';

export const pendingPod = (c: Cluster, pod: Pod, says: string): void => {
  pod.phase = 'Pending';
  pod.cs = pod.cs.map((one) => ({ ...one, state: {}, ready: false, started: false }));
  pod.conditions = [
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: says,
      lastProbeTime: null,
      lastTransitionTime: c.at(pod.made),
    },
  ];
  pod.noLog = '';
  c.podEvent(pod, 'Warning', 'FailedScheduling', says, {
    from: 'default-scheduler',
    first: pod.made,
    last: 1,
    count: c.rng.pick([1, 2, 5]),
  });
};

/** The scheduler's own sentence: reasons by number of nodes, then what preemption could do. */
export const fit = (c: Cluster, reason: string, helpful = false): string => {
  const n = c.nodeNames.length;
  const control = c.nodeNames.some((one) => /control|master/.test(one)) ? 1 : 0;
  const parts = [
    ...(control ? [`1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }`] : []),
    `${n - control} ${reason}`,
  ];
  const pre =
    c.minor < 24
      ? ''
      : helpful
        ? ` preemption: 0/${n} nodes are available: ${control ? `1 Preemption is not helpful for scheduling, ` : ''}${n - control} No preemption victims found for incoming pod.`
        : ` preemption: 0/${n} nodes are available: ${n} Preemption is not helpful for scheduling.`;
  return `0/${n} nodes are available: ${parts.join(', ')}.${pre}`;
};

const placeKind = (
  name: string,
  what: string[],
  cause: string,
  change: (spec: PodSpec, c: Cluster, wl: Workload) => void,
  says: (c: Cluster) => string,
  before?: (c: Cluster) => void,
): Kind => ({
  name,
  apply: (c) => {
    before?.(c);
    const v = victim(c);
    const wl = c.workload(v.name);
    const pods = roll(c, wl, (spec) => change(spec, c, wl), { node: null });
    for (const pod of pods) pendingPod(c, pod, says(c));
    if (c.podsOf(wl).length === pods.length) blame(c, v.name, 'refused');
    return wlTruth(wl, what, cause);
  },
});

const requests = (spec: PodSpec, more: Record<string, string>) => {
  const one = spec.containers[0] as ContainerSpec;
  one.resources = { ...one.resources, requests: { ...one.resources.requests, ...more } };
};

export const SCHEDULING: Kind[] = [
  placeKind(
    'node-selector',
    ['node_selector_mismatch', 'node_affinity_mismatch'],
    'no node has the label',
    (spec) => {
      spec.nodeSelector = { disktype: 'nvme' };
    },
    (c) => fit(c, "node(s) didn't match Pod's node affinity/selector"),
  ),
  placeKind(
    'node-affinity',
    ['node_affinity_mismatch', 'node_selector_mismatch'],
    'required node affinity fits no node',
    (spec) => {
      spec.affinity = {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['zone-x'] }] },
            ],
          },
        },
      };
    },
    (c) => fit(c, "node(s) didn't match Pod's node affinity/selector"),
  ),
  placeKind(
    'pod-anti-affinity',
    ['pod_anti_affinity_conflict'],
    'required anti-affinity to every node',
    (spec) => {
      spec.affinity = {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            {
              labelSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] },
              topologyKey: 'kubernetes.io/hostname',
            },
          ],
        },
      };
    },
    (c) => fit(c, "node(s) didn't match pod anti-affinity rules", true),
  ),
  placeKind(
    'pod-affinity',
    ['pod_affinity_mismatch'],
    'required affinity to pods that do not exist',
    (spec) => {
      spec.affinity = {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { labelSelector: { matchLabels: { app: 'no-such-cache' } }, topologyKey: 'kubernetes.io/hostname' },
          ],
        },
      };
    },
    (c) => fit(c, "node(s) didn't match pod affinity rules"),
  ),
  placeKind(
    'too-much-cpu',
    ['insufficient_cpu'],
    'asks for more CPU than any node has',
    (spec) => requests(spec, { cpu: '64' }),
    (c) => fit(c, 'Insufficient cpu', true),
  ),
  placeKind(
    'too-much-memory',
    ['insufficient_memory'],
    'asks for more memory than any node has',
    (spec) => requests(spec, { memory: '200Gi' }),
    (c) => fit(c, 'Insufficient memory', true),
  ),
  placeKind(
    'no-gpu',
    ['insufficient_resource'],
    'asks for a GPU that no node has',
    (spec) => requests(spec, { 'nvidia.com/gpu': '1' }),
    (c) => fit(c, 'Insufficient nvidia.com/gpu'),
  ),
  placeKind(
    'taint',
    ['node_tainted', 'taint_not_tolerated'],
    'every node has a taint that the pod does not tolerate',
    () => undefined,
    (c) => fit(c, 'node(s) had untolerated taint {dedicated: batch}'),
    (c) => {
      for (const node of c.nodes) {
        const name = (node.metadata as { name: string }).name;
        if (!/control|master/.test(name))
          (node.spec as Record<string, unknown>).taints = [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' }];
      }
    },
  ),
  {
    name: 'cordoned',
    apply: (c) => {
      for (const node of c.nodes) {
        const name = (node.metadata as { name: string }).name;
        if (!/control|master/.test(name))
          Object.assign(node.spec as object, {
            unschedulable: true,
            taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule', timeAdded: c.at(30) }],
          });
      }
      for (const name of workers(c))
        c.event(
          { kind: 'Node', name, ns: 'default' },
          'Normal',
          'NodeNotSchedulable',
          `Node ${name} status is now: NodeNotSchedulable`,
          { host: name, first: 30 },
        );
      const wl = c.workload(victim(c).name);
      for (const pod of roll(c, wl, () => undefined, { node: null }))
        pendingPod(c, pod, fit(c, 'node(s) were unschedulable'));
      return truth(
        [['Deployment', wl.name], ...workers(c).map((one) => ['Node', one] as [string, string])],
        ['node_cordoned', 'node_tainted', 'taint_not_tolerated'],
        'all nodes are cordoned',
      );
    },
  },
  placeKind(
    'host-port',
    ['host_port_conflict'],
    'the host port is taken on every node',
    (spec) => {
      const one = spec.containers[0] as ContainerSpec;
      one.ports = [{ containerPort: 8080, hostPort: 9100, protocol: 'TCP' }];
    },
    (c) => fit(c, "node(s) didn't have free ports for the requested pod ports", true),
  ),
  placeKind(
    'topology-spread',
    ['topology_spread_unsatisfiable'],
    'the spread constraint cannot be met',
    (spec, _c, wl) => {
      spec.topologySpreadConstraints = [
        {
          maxSkew: 1,
          topologyKey: 'example.com/rack',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: wl.labels },
        },
      ];
    },
    (c) => fit(c, "node(s) didn't match pod topology spread constraints (missing required label)"),
  ),
  {
    name: 'scheduler-unknown',
    apply: (c) => {
      const wl = c.workload(victim(c).name);
      for (const pod of roll(
        c,
        wl,
        (spec) => {
          spec.schedulerName = 'my-scheduler';
        },
        { node: null, ago: 20 },
      )) {
        pod.phase = 'Pending';
        pod.cs = pod.cs.map((one) => ({ ...one, state: {}, ready: false }));
        pod.conditions = [];
        pod.noLog = '';
      }
      return wlTruth(wl, ['scheduler_unknown'], 'schedulerName names nobody');
    },
  },
  {
    name: 'preempted',
    apply: (c) => {
      const v = victim(c);
      const wl = c.workload(v.name);
      const [old] = c.podsOf(wl);
      if (old) {
        c.podEvent(
          old,
          'Normal',
          'Preempted',
          c.minor >= 26
            ? `Preempted by pod ${c.uid()} on node ${old.node}`
            : `Preempted by ${c.ns}/batch-analytics-0 on node ${old.node}`,
          { from: 'default-scheduler', first: 8 },
        );
        c.drop(old);
      }
      const batch: Workload = {
        ...structuredClone(wl),
        name: 'batch-analytics',
        labels: { app: 'batch-analytics' },
        hash: c.rng.word(10),
        uid: c.uid(),
        made: 9,
        changed: 9,
      };
      batch.template.priorityClassName = 'high-priority';
      batch.template.priority = 1_000_000;
      requests(batch.template, { cpu: '6' });
      c.workloads.push(batch);
      startEvents(c, c.makePod(batch, 0, 9, workers(c)[0]));
      const pod = c.makePod(wl, 0, 8, undefined);
      pendingPod(c, pod, fit(c, 'Insufficient cpu', true));
      blame(c, v.name, 'refused');
      return truth(
        [
          ['Deployment', wl.name],
          ['Deployment', 'batch-analytics'],
        ],
        ['preempted', 'insufficient_cpu'],
        'pushed out by a pod of higher priority',
      );
    },
  },
];
