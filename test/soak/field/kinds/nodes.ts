import { type Cluster, crash, startEvents, unready, waiting, workers } from '../cluster.ts';
import type { Pod, Workload } from '../model.ts';
import { blame, type Kind, truth, victim } from '../words.ts';

const cond = (
  c: Cluster,
  name: string,
  type: string,
  status: string,
  reason: string,
  message: string,
  ago = 15,
): void => {
  const node = c.nodes.find((one) => (one.metadata as { name: string }).name === name) as {
    status: { conditions: Record<string, unknown>[] };
  };
  node.status.conditions = node.status.conditions.map((one) =>
    one.type === type ? { ...one, status, reason, message, lastTransitionTime: c.at(ago) } : one,
  );
};
const taint = (c: Cluster, name: string, ...keys: [string, string][]): void => {
  const node = c.nodes.find((one) => (one.metadata as { name: string }).name === name) as {
    spec: Record<string, unknown>;
  };
  node.spec.taints = [
    ...((node.spec.taints as unknown[]) ?? []),
    ...keys.map(([key, effect]) => ({ key, effect, timeAdded: c.at(14) })),
  ];
};

/** Pods of a lost node: their last word is old, the node controller marks them unready. */
const lose = (c: Cluster, name: string, evict: boolean): Pod[] => {
  c.lostNodes.add(name);
  const on = c.pods.filter((pod) => pod.node === name);
  for (const pod of on) {
    pod.conditions = [
      { type: 'Initialized', status: 'True', lastTransitionTime: c.at(pod.made) },
      { type: 'Ready', status: 'False', lastTransitionTime: c.at(14) },
      { type: 'ContainersReady', status: 'True', lastTransitionTime: c.at(pod.made) },
      { type: 'PodScheduled', status: 'True', lastTransitionTime: c.at(pod.made) },
    ];
    c.podEvent(pod, 'Warning', 'NodeNotReady', 'Node is not ready', { from: 'node-controller', first: 14 });
    pod.noLog = `Request log error: Get "https://192.168.10.${c.nodeNames.indexOf(name) + 10}:10250/containerLogs/${pod.ns}/${pod.name}/x": dial tcp 192.168.10.${c.nodeNames.indexOf(name) + 10}:10250: connect: connection refused`;
    const owner = c.workloads.find(
      (one) => pod.annotations['field/of'] === `${one.kind}/${one.name}` && one.ns === pod.ns,
    );
    if (evict && owner && owner.kind === 'Deployment') {
      pod.extraMeta = { deletionTimestamp: c.at(9), deletionGracePeriodSeconds: 30 };
      c.podEvent(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${pod.ns}/${pod.name}`, {
        from: 'taint-eviction-controller',
        first: 9,
      });
      if (c.rng.chance(0.6)) startEvents(c, c.makePod(owner, 0, 8.8, c.rng.pick(workers(c))));
    }
  }
  return on;
};

const UNKNOWN = 'Kubelet stopped posting node status.';
const silent = (c: Cluster, name: string): void => {
  for (const type of ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'])
    cond(c, name, type, 'Unknown', 'NodeStatusUnknown', UNKNOWN);
  taint(c, name, ['node.kubernetes.io/unreachable', 'NoSchedule'], ['node.kubernetes.io/unreachable', 'NoExecute']);
  c.event({ kind: 'Node', name, ns: 'default' }, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`, {
    from: 'node-controller',
    first: 14,
  });
};

const nodeTruth = (name: string, what: string[], cause: string) => truth([['Node', name]], what, cause);
const shopNode = (c: Cluster): string =>
  c.rng.pick([
    ...new Set(
      c.pods
        .filter((pod) => pod.ns === c.ns && c.callersOf(pod.labels.app ?? '').length > 0)
        .map((pod) => pod.node as string),
    ),
  ]);

export const NODES: Kind[] = [
  {
    name: 'kubelet-down',
    apply: (c) => {
      const name = shopNode(c);
      silent(c, name);
      lose(c, name, c.rng.chance(0.6));
      return nodeTruth(name, ['node_kubelet_silent', 'node_not_ready'], 'the kubelet no longer reports');
    },
  },
  {
    name: 'node-network-down',
    apply: (c) => {
      const name = shopNode(c);
      silent(c, name);
      const on = lose(c, name, c.rng.chance(0.6));
      for (const pod of on.filter((one) => one.ns === c.ns).slice(0, 3)) blame(c, pod.labels.app ?? '', 'noroute');
      return nodeTruth(
        name,
        ['node_network_down', 'node_kubelet_silent', 'node_not_ready'],
        'the node is cut off from the network',
      );
    },
  },
  {
    name: 'containerd-down',
    apply: (c) => {
      const name = shopNode(c);
      cond(
        c,
        name,
        'Ready',
        'False',
        'KubeletNotReady',
        c.rng.pick([
          '[container runtime is down, PLEG is not healthy: pleg was last seen active 5m12.2s ago; threshold is 3m0s]',
          'container runtime is down',
          'container runtime status check may not have completed yet, PLEG is not healthy: pleg was last seen active 4m1s ago; threshold is 3m0s',
        ]),
      );
      taint(c, name, ['node.kubernetes.io/not-ready', 'NoSchedule'], ['node.kubernetes.io/not-ready', 'NoExecute']);
      lose(c, name, c.rng.chance(0.6));
      c.event(
        { kind: 'Node', name, ns: 'default' },
        'Normal',
        'NodeNotReady',
        `Node ${name} status is now: NodeNotReady`,
        { host: name, first: 14 },
      );
      if (c.rng.chance(0.5))
        c.event(
          { kind: 'Node', name, ns: 'default' },
          'Warning',
          'ContainerGCFailed',
          'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"',
          { host: name, first: 12, last: 1, count: 11 },
        );
      return nodeTruth(name, ['node_runtime_down'], 'the container runtime is down');
    },
  },
  {
    name: 'cni-not-ready',
    apply: (c) => {
      const name = shopNode(c);
      cond(
        c,
        name,
        'Ready',
        'False',
        'KubeletNotReady',
        'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
      );
      taint(c, name, ['node.kubernetes.io/not-ready', 'NoSchedule'], ['node.kubernetes.io/not-ready', 'NoExecute']);
      for (const pod of c.pods.filter(
        (one) => one.node === name && one.ns === 'kube-system' && /calico|kindnet|cilium/.test(one.name),
      )) {
        crash(c, pod, 1, { ranSec: 5 });
        pod.log.push('level=fatal msg="failed to start: unable to connect to datastore"');
      }
      return nodeTruth(
        name,
        ['node_network_down', 'cni_failed', 'node_not_ready'],
        'the network plugin of the node is not ready',
      );
    },
  },
  {
    name: 'disk-pressure',
    apply: (c) => {
      const name = shopNode(c);
      cond(c, name, 'DiskPressure', 'True', 'KubeletHasDiskPressure', 'kubelet has disk pressure');
      taint(c, name, ['node.kubernetes.io/disk-pressure', 'NoSchedule']);
      c.event(
        { kind: 'Node', name, ns: 'default' },
        'Warning',
        'EvictionThresholdMet',
        'Attempting to reclaim ephemeral-storage',
        { host: name, first: 14, last: 1, count: 9 },
      );
      c.event(
        { kind: 'Node', name, ns: 'default' },
        'Normal',
        'NodeHasDiskPressure',
        `Node ${name} status is now: NodeHasDiskPressure`,
        { host: name, first: 14 },
      );
      if (c.rng.chance(0.5))
        c.event(
          { kind: 'Node', name, ns: 'default' },
          'Warning',
          'FreeDiskSpaceFailed',
          'Failed to garbage collect required amount of images. Attempted to free 10180245913 bytes, but only found 0 bytes eligible to free.',
          { host: name, first: 13 },
        );
      evictSome(
        c,
        name,
        'The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: 8102456Ki. Container server was using 1210Mi, request is 0, has larger consumption of ephemeral-storage. ',
      );
      return nodeTruth(name, ['node_disk_pressure', 'node_pressure', 'disk_full'], 'the disk of the node is full');
    },
  },
  {
    name: 'memory-pressure',
    apply: (c) => {
      const name = shopNode(c);
      cond(
        c,
        name,
        'MemoryPressure',
        'True',
        'KubeletHasInsufficientMemory',
        'kubelet has insufficient memory available',
      );
      taint(c, name, ['node.kubernetes.io/memory-pressure', 'NoSchedule']);
      c.event(
        { kind: 'Node', name, ns: 'default' },
        'Warning',
        'EvictionThresholdMet',
        'Attempting to reclaim memory',
        { host: name, first: 10, last: 1, count: 6 },
      );
      evictSome(
        c,
        name,
        'The node was low on resource: memory. Threshold quantity: 100Mi, available: 71120Ki. Container server was using 402164Ki, request is 64Mi, has larger consumption of memory. ',
      );
      return nodeTruth(name, ['node_memory_pressure', 'node_pressure'], 'the node is short of memory');
    },
  },
  {
    name: 'pid-pressure',
    apply: (c) => {
      const name = shopNode(c);
      cond(c, name, 'PIDPressure', 'True', 'KubeletHasInsufficientPID', 'kubelet has insufficient PID available');
      taint(c, name, ['node.kubernetes.io/pid-pressure', 'NoSchedule']);
      c.event({ kind: 'Node', name, ns: 'default' }, 'Warning', 'EvictionThresholdMet', 'Attempting to reclaim pids', {
        host: name,
        first: 10,
        last: 1,
        count: 6,
      });
      evictSome(c, name, 'The node was low on resource: pids. Threshold quantity: 3276, available: 2901. ');
      return nodeTruth(name, ['node_pid_pressure', 'node_pressure'], 'the node is short of process ids');
    },
  },
  {
    name: 'kube-proxy-down',
    apply: (c) => {
      const ds = c.workload('kube-proxy', 'kube-system');
      const some = c.rng.chance(0.5);
      const on = c.podsOf(ds);
      for (const pod of on)
        if (!some || pod === on[1]) {
          if (c.rng.chance(0.5)) {
            crash(c, pod, 1, { ranSec: 1 });
            pod.log.push(
              'E0301 10:00:00.000000       1 run.go:74] "command failed" err="failed complete: open /var/lib/kube-proxy/config.conf: no such file or directory"',
            );
          } else {
            waiting(pod, 'ImagePullBackOff', 'Back-off pulling image "registry.k8s.io/kube-proxy:v9.9.9"');
            c.podEvent(
              pod,
              'Warning',
              'Failed',
              'Failed to pull image "registry.k8s.io/kube-proxy:v9.9.9": rpc error: code = NotFound desc = failed to pull and unpack image "registry.k8s.io/kube-proxy:v9.9.9": failed to resolve reference "registry.k8s.io/kube-proxy:v9.9.9": registry.k8s.io/kube-proxy:v9.9.9: not found',
              { first: 10, last: 1, count: 6 },
            );
          }
        }
      const v = victim(c);
      blame(c, v.name, 'timeout');
      return truth(
        [['DaemonSet', 'kube-proxy'], ...c.nodeNames.map((one) => ['Node', one] as [string, string])],
        ['kube_proxy_down', 'image_not_found', 'crash_loop', 'file_missing'],
        'kube-proxy is down',
      );
    },
  },
  {
    name: 'coredns-down',
    apply: (c) => {
      const wl = c.workload('coredns', 'kube-system');
      const way = c.rng.int(0, 2);
      if (way === 0) {
        for (const pod of c.podsOf(wl)) c.drop(pod);
        wl.replicas = 0;
      } else
        for (const pod of c.podsOf(wl)) {
          if (way === 1) {
            crash(c, pod, 1, { ranSec: 1 });
            pod.log.push("/etc/coredns/Corefile:7 - Error during parsing: Unknown directive 'kubernets'");
          } else {
            unready(pod);
            c.podEvent(pod, 'Warning', 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503', {
              first: 20,
              last: 0.2,
              count: 90,
            });
            pod.log.push(
              '[FATAL] plugin/loop: Loop (127.0.0.1:47612 -> :53) detected for zone ".", see https://coredns.io/plugins/loop#troubleshooting. Query: "HINFO 3213.132."',
            );
          }
        }
      for (let i = 0; i < 4; i += 1) blame(c, victim(c).name, 'nohost');
      return truth(
        [
          ['Deployment', 'coredns'],
          ['Service', 'kube-dns'],
        ],
        ['cluster_dns_down', 'zero_replicas', 'config_invalid'],
        "the cluster's DNS is down",
      );
    },
  },
];

function evictSome(c: Cluster, name: string, says: string): void {
  for (const pod of c.pods.filter((one) => one.node === name && one.ns === c.ns).slice(0, 2)) {
    const owner = c.workloads.find((one) => one.name === pod.labels.app && one.ns === c.ns) as Workload;
    pod.phase = 'Failed';
    pod.reason = 'Evicted';
    pod.message = says;
    pod.cs = pod.cs.map((one) => ({ ...one, ready: false }));
    pod.conditions = [
      {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'TerminationByKubelet',
        message: says,
        lastTransitionTime: c.at(9),
      },
      { type: 'Ready', status: 'False', reason: 'PodFailed', lastTransitionTime: c.at(9) },
    ];
    c.podEvent(pod, 'Warning', 'Evicted', says, { first: 9 });
    startEvents(c, c.makePod(owner, 0, 8.5, c.rng.pick(workers(c).filter((one) => one !== name))));
  }
}
