import { pending, roll, standing, waits } from './breaks.ts';
import { type Cluster, deploymentStatus, type Raw } from './cluster.ts';
import { callersComplain } from './complaints.ts';
import { type DumpFault, either, isDatabase, isProgram, truth, victim } from './fault.ts';

/** Pods that find no node or no volume, and nodes that are unwell. */

const TAINTED = '1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }';
const anyProgram = (c: Cluster) => victim(c, isProgram)!;
/** As the scheduler counts the nodes. */
const says = (c: Cluster, why: string) =>
  `0/${c.nodes.length} nodes are available: ${TAINTED}, ${why}. preemption: 0/${c.nodes.length} nodes are available: ${c.pick([`${c.nodes.length} Preemption is not helpful for scheduling.`, `1 Preemption is not helpful for scheduling, ${c.nodes.length - 1} No preemption victims found for incoming pod.`])}`;
const workers = (c: Cluster) => c.nodes.length - 1;

function unplaced(
  kind: string,
  what: Parameters<typeof truth>[1],
  change: (spec: Raw, container: Raw, c: Cluster, name: string) => void,
  why: (c: Cluster) => string,
): DumpFault {
  return {
    kind,
    make(c) {
      const { name } = anyProgram(c);
      pending(
        c,
        roll(c, name, (container, spec) => change(spec, container, c, name)),
        says(c, why(c)),
      );
      return truth(c.get('Deployment', name), what);
    },
  };
}
const affinity = (values: string[]) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values }] }],
    },
  },
});

function condition(c: Cluster, node: string, type: string, status: string, reason: string, message: string) {
  const raw = c.get('Node', node);
  raw.status.conditions = raw.status.conditions.map((one: Raw) =>
    one.type === type ? { ...one, status, reason, message, lastTransitionTime: c.iso(9) } : one,
  );
  return raw;
}
function lost(c: Cluster, node: string) {
  const raw = c.get('Node', node);
  raw.spec.taints = [
    ...(raw.spec.taints ?? []),
    { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
    { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' },
  ];
  for (const pod of c.all('Pod').filter((one) => one.spec.nodeName === node)) {
    pod.status.conditions = pod.status.conditions.map((one: Raw) =>
      one.type === 'Ready' ? { ...one, status: 'False', lastTransitionTime: c.iso(9) } : one,
    );
    c.event(pod, 'NodeNotReady', 'Node is not ready', { from: 'node-controller', count: 1, ago: 9 });
  }
  for (const made of c.all('Deployment', c.namespace)) {
    const pods = c.podsOf(made.metadata.name);
    const ready = pods.filter((one) => one.spec.nodeName !== node).length;
    if (ready < pods.length) made.status = deploymentStatus(made.spec.replicas, ready, c.iso(9));
  }
}
const busyNode = (c: Cluster) => c.podsOf(c.pick(c.shop.services).name)[0]?.spec.nodeName ?? c.nodes[1]!;

/** A claim that waits, with the pod that waits for it. */
function unbound(
  kind: string,
  what: Parameters<typeof truth>[1],
  change: (claim: Raw, volume: Raw, c: Cluster) => string | null,
): DumpFault {
  return {
    kind,
    make(c) {
      const one = victim(c, ({ claim }) => claim !== undefined);
      if (!one?.claim) return null;
      const claim = c.get('PersistentVolumeClaim', one.claim);
      const volume = c.get('PersistentVolume', claim.spec.volumeName);
      claim.metadata.creationTimestamp = c.iso(15);
      claim.spec.volumeName = undefined;
      claim.status = { phase: 'Pending' };
      claim.spec.storageClassName = 'manual';
      volume.spec.storageClassName = 'manual';
      volume.spec.claimRef = undefined;
      volume.status = { phase: 'Available' };
      const said = change(claim, volume, c);
      if (said)
        c.event(
          claim,
          said.startsWith('storageclass')
            ? 'ProvisioningFailed'
            : said.startsWith('Cannot bind')
              ? 'VolumeMismatch'
              : 'FailedBinding',
          said,
          {
            from: 'persistentvolume-controller',
            count: 30,
            type: said.startsWith('no persistent') ? 'Normal' : 'Warning',
          },
        );
      pending(
        c,
        roll(c, one.name, () => {}, false),
        `0/${c.nodes.length} nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/${c.nodes.length} nodes are available: ${c.nodes.length} Preemption is not helpful for scheduling.`,
      );
      callersComplain(c, one.name, 'refused');
      return truth(claim, what);
    },
  };
}

export const PLACE_FAULTS: DumpFault[] = [
  unplaced(
    'node-selector-wrong',
    'node_selector_mismatch',
    (spec) => {
      spec.nodeSelector = { disktype: 'ssd' };
    },
    (c) => `${workers(c)} node(s) didn't match Pod's node affinity/selector`,
  ),
  unplaced(
    'node-affinity-wrong',
    'node_affinity_mismatch',
    (spec) => {
      spec.affinity = affinity(['us-east-1z']);
    },
    (c) => `${workers(c)} node(s) didn't match Pod's node affinity/selector`,
  ),
  unplaced(
    'pod-affinity-wrong',
    'pod_affinity_mismatch',
    (spec) => {
      spec.affinity = {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'cache-master' } } },
          ],
        },
      };
    },
    (c) => `${workers(c)} node(s) didn't match pod affinity rules`,
  ),
  {
    kind: 'pod-anti-affinity-excludes',
    make(c) {
      const { name } = anyProgram(c);
      for (const [index, one] of c.shop.services.slice(0, 3).entries())
        for (const pod of c.podsOf(one.name)) pod.spec.nodeName = c.nodes[1 + index];
      for (const one of c.all('Pod', c.namespace)) one.metadata.labels.tier = 'shop';
      const pods = roll(c, name, (_, spec) => {
        spec.affinity = {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { tier: 'shop' } } },
            ],
          },
        };
      });
      pending(c, pods, says(c, `${workers(c)} node(s) didn't match pod anti-affinity rules`));
      return truth(c.get('Deployment', name), 'pod_anti_affinity_conflict');
    },
  },
  unplaced(
    'topology-spread-label-missing',
    'topology_spread_unsatisfiable',
    (spec, _, __, name) => {
      spec.topologySpreadConstraints = [
        {
          maxSkew: 1,
          topologyKey: 'example.com/rack',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: name } },
        },
      ];
    },
    (c) => `${workers(c)} node(s) didn't match pod topology spread constraints (missing required label)`,
  ),
  unplaced(
    'cpu-request-too-large',
    'insufficient_cpu',
    (_, container) => {
      container.resources = { requests: { cpu: '64', memory: '64Mi' }, limits: { cpu: '64' } };
    },
    (c) => `${workers(c)} Insufficient cpu`,
  ),
  unplaced(
    'memory-request-too-large',
    'insufficient_memory',
    (_, container) => {
      container.resources = { requests: { cpu: '100m', memory: '200Gi' } };
    },
    (c) => `${workers(c)} Insufficient memory`,
  ),
  unplaced(
    'gpu-request-unknown',
    'insufficient_resource',
    (_, container) => {
      container.resources.limits['nvidia.com/gpu'] = '1';
    },
    (c) => `${workers(c)} Insufficient nvidia.com/gpu`,
  ),
  unplaced(
    'host-port-taken',
    'host_port_conflict',
    (_, container) => {
      container.ports[0].hostPort = 10249;
    },
    (c) => `${workers(c)} node(s) didn't have free ports for the requested pod ports`,
  ),
  {
    kind: 'taint-not-tolerated',
    make(c) {
      const { name } = anyProgram(c);
      for (const node of c.nodes.slice(1))
        c.get('Node', node).spec.taints = [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' }];
      pending(
        c,
        standing(c, name).map((pod) => {
          pod.metadata.creationTimestamp = c.iso(12);
          return pod;
        }),
        `0/${c.nodes.length} nodes are available: ${TAINTED}, ${workers(c)} node(s) had untolerated taint {dedicated: batch}. preemption: 0/${c.nodes.length} nodes are available: ${c.nodes.length} Preemption is not helpful for scheduling.`,
      );
      return either(
        [c.get('Deployment', name), ...c.nodes.slice(1).map((node) => c.get('Node', node))],
        'taint_not_tolerated',
      );
    },
  },
  {
    kind: 'one-node-tainted-that-is-selected',
    make(c) {
      const { name } = anyProgram(c);
      const node = c.get('Node', c.nodes[1]!);
      node.metadata.labels.disktype = 'ssd';
      node.spec.taints = [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }];
      pending(
        c,
        roll(c, name, (_, spec) => {
          spec.nodeSelector = { disktype: 'ssd' };
        }),
        `0/${c.nodes.length} nodes are available: 1 node(s) had untolerated taint {dedicated: db}, ${c.nodes.length - 1} node(s) didn't match Pod's node affinity/selector. preemption: 0/${c.nodes.length} nodes are available: ${c.nodes.length} Preemption is not helpful for scheduling.`,
      );
      return either([c.get('Deployment', name), node], 'taint_not_tolerated');
    },
  },
  {
    kind: 'node-cordoned',
    make(c) {
      const { name } = anyProgram(c);
      const node = c.get('Node', c.nodes[2]!);
      node.spec.unschedulable = true;
      node.spec.taints = [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule', timeAdded: c.iso(20) }];
      pending(
        c,
        roll(c, name, (_, spec) => {
          spec.nodeSelector = { 'kubernetes.io/hostname': c.nodes[2] };
        }),
        `0/${c.nodes.length} nodes are available: 1 node(s) were unschedulable, ${c.nodes.length - 1} node(s) didn't match Pod's node affinity/selector. preemption: 0/${c.nodes.length} nodes are available: ${c.nodes.length} Preemption is not helpful for scheduling.`,
      );
      return either([node], 'node_cordoned');
    },
  },
  {
    kind: 'all-nodes-cordoned',
    make(c) {
      const { name } = anyProgram(c);
      for (const node of c.nodes.slice(1)) {
        const raw = c.get('Node', node);
        raw.spec.unschedulable = true;
        raw.spec.taints = [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }];
        c.event(raw, 'NodeNotSchedulable', `Node ${node} status is now: NodeNotSchedulable`, { type: 'Normal' });
      }
      pending(
        c,
        roll(c, name, () => {}),
        `0/${c.nodes.length} nodes are available: ${TAINTED}, ${workers(c)} node(s) were unschedulable. preemption: 0/${c.nodes.length} nodes are available: ${c.nodes.length} Preemption is not helpful for scheduling.`,
      );
      return either(
        c.nodes.slice(1).map((node) => c.get('Node', node)),
        'node_cordoned',
      );
    },
  },
  {
    kind: 'kubelet-silent',
    make(c) {
      const node = busyNode(c);
      const raw = condition(c, node, 'Ready', 'Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.');
      for (const one of ['MemoryPressure', 'DiskPressure', 'PIDPressure'])
        condition(c, node, one, 'Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.');
      lost(c, node);
      c.event(raw, 'NodeNotReady', `Node ${node} status is now: NodeNotReady`, {
        type: 'Normal',
        from: 'node-controller',
      });
      return truth(raw, 'node_kubelet_silent');
    },
  },
  {
    kind: 'containerd-down',
    make(c) {
      const node = busyNode(c);
      const raw = condition(
        c,
        node,
        'Ready',
        'False',
        'KubeletNotReady',
        c.pick([
          'container runtime is down',
          '[container runtime is down, PLEG is not healthy: pleg was last seen active 4m3.2s ago; threshold is 3m0s]',
          'PLEG is not healthy: pleg was last seen active 5m12.8s ago; threshold is 3m0s',
          'container runtime status check may not have completed yet',
        ]),
      );
      lost(c, node);
      return truth(raw, 'node_runtime_down');
    },
  },
  {
    kind: 'node-network-plugin-down',
    make(c) {
      const node = busyNode(c);
      const raw = condition(
        c,
        node,
        'Ready',
        'False',
        'KubeletNotReady',
        'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
      );
      lost(c, node);
      return truth(raw, 'node_network_down');
    },
  },
  ...(
    [
      [
        'disk',
        'DiskPressure',
        'KubeletHasDiskPressure',
        'kubelet has disk pressure',
        'The node was low on resource: ephemeral-storage. Threshold quantity: 9555167912, available: 5012Mi. ',
      ],
      [
        'memory',
        'MemoryPressure',
        'KubeletHasInsufficientMemory',
        'kubelet has insufficient memory available',
        'The node was low on resource: memory. Threshold quantity: 100Mi, available: 62Mi. ',
      ],
      [
        'pid',
        'PIDPressure',
        'KubeletHasInsufficientPID',
        'kubelet has insufficient PID available',
        'The node was low on resource: pids. Threshold quantity: 6553, available: 1211. ',
      ],
    ] as const
  ).map(
    ([short, type, reason, message, evicted]): DumpFault => ({
      kind: `node-${short}-pressure`,
      make(c) {
        const node = busyNode(c);
        const raw = condition(c, node, type, 'True', reason, message);
        raw.spec.taints = [{ key: `node.kubernetes.io/${short}-pressure`, effect: 'NoSchedule' }];
        c.event(
          raw,
          'EvictionThresholdMet',
          `Attempting to reclaim ${short === 'disk' ? 'ephemeral-storage' : short === 'pid' ? 'pids' : 'memory'}`,
          { count: 30 },
        );
        const [pod] = c.all('Pod', c.namespace).filter((one) => one.spec.nodeName === node);
        if (pod) {
          const text = `${evicted}Container ${c.container} was using 4512Mi, request is 0, has larger consumption of it. `;
          pod.status = {
            phase: 'Failed',
            reason: 'Evicted',
            message: text,
            startTime: pod.status.startTime,
            conditions: [
              {
                type: 'DisruptionTarget',
                status: 'True',
                reason: 'TerminationByKubelet',
                message: 'The node was low on resource',
                lastTransitionTime: c.iso(6),
              },
            ],
          };
          c.event(pod, 'Evicted', text, { count: 1 });
        }
        return truth(raw, `node_${short}_pressure`);
      },
    }),
  ),
  {
    kind: 'preempted',
    make(c) {
      const { name } = anyProgram(c);
      c.add('PriorityClass', '', 'batch-high', { value: 1_000_000 });
      c.deployment(
        'default',
        'batch-crunch',
        { app: 'batch-crunch' },
        {
          priorityClassName: 'batch-high',
          priority: 1_000_000,
          containers: [{ name: 'crunch', image: 'crunch:1', resources: { requests: { cpu: '7' } } }],
          schedulerName: 'default-scheduler',
          dnsPolicy: 'ClusterFirst',
        },
        3,
      );
      const pods = standing(c, name);
      for (const pod of pods) {
        pod.metadata.creationTimestamp = c.iso(5);
        c.event(
          { ...pod, metadata: { ...pod.metadata, name: `${pod.metadata.name.slice(0, -5)}${c.word(5)}` } },
          'Preempted',
          `Preempted by pod ${c.word(8)}-${c.word(4)} on node ${c.nodes[1]}`,
          { from: 'default-scheduler', count: 1, ago: 5 },
        );
      }
      pending(c, pods, says(c, `${workers(c)} Insufficient cpu`));
      return truth(c.get('Deployment', name), 'preempted');
    },
  },
  unbound('claim-class-wrong', 'storage_class_mismatch', (claim) => {
    claim.spec.storageClassName = 'fast-ssd';
    return 'storageclass.storage.k8s.io "fast-ssd" not found';
  }),
  unbound('claim-no-class', 'storage_class_mismatch', (claim, volume) => {
    claim.spec.storageClassName = '';
    volume.spec.storageClassName = 'local';
    return 'no persistent volumes available for this claim and no storage class is set';
  }),
  unbound('claim-too-large', 'claim_size_mismatch', (claim, _, c) => {
    claim.spec.resources.requests.storage = '500Gi';
    return c.random() < 0.5
      ? 'storageclass.storage.k8s.io "manual" not found'
      : 'no persistent volumes available for this claim and no storage class is set';
  }),
  unbound('claim-access-mode-wrong', 'claim_access_mode_mismatch', (claim, _, c) => {
    claim.spec.accessModes = ['ReadWriteMany'];
    return c.random() < 0.5
      ? 'storageclass.storage.k8s.io "manual" not found'
      : 'no persistent volumes available for this claim and no storage class is set';
  }),
  unbound('claim-selector-wrong', 'claim_selector_mismatch', (claim, volume) => {
    claim.spec.selector = { matchLabels: { tier: 'gold' } };
    volume.metadata.labels = { tier: 'silver' };
    return 'storageclass.storage.k8s.io "manual" not found';
  }),
  unbound('claim-volume-taken', 'claim_volume_taken', (claim, volume) => {
    claim.spec.volumeName = volume.metadata.name;
    volume.spec.claimRef = { kind: 'PersistentVolumeClaim', namespace: 'legacy', name: 'old-data', uid: 'x' };
    volume.status.phase = 'Bound';
    return `volume "${volume.metadata.name}" already bound to a different claim.`;
  }),
  unbound('provisioner-fails', 'provisioning_failed', (claim, volume, c) => {
    c.remove(volume);
    claim.spec.storageClassName = 'ebs';
    c.add('StorageClass', '', 'ebs', { provisioner: 'ebs.csi.aws.com', volumeBindingMode: 'Immediate' });
    c.event(
      claim,
      'ProvisioningFailed',
      'failed to provision volume with StorageClass "ebs": rpc error: code = Internal desc = Could not create volume "pvc-1": could not create volume in EC2: UnauthorizedOperation: You are not authorized to perform this operation',
      { from: 'ebs.csi.aws.com_ebs-csi-controller-0' },
    );
    return null;
  }),
  {
    kind: 'claim-missing',
    make(c) {
      const one = victim(c, isDatabase);
      if (!one) return null;
      const pods = roll(
        c,
        one.name,
        (container, spec) => {
          spec.volumes = [{ name: 'data', persistentVolumeClaim: { claimName: `${one.name}-vol` } }];
          container.volumeMounts = [{ name: 'data', mountPath: '/data' }];
        },
        false,
      );
      pending(
        c,
        pods,
        `0/${c.nodes.length} nodes are available: persistentvolumeclaim "${one.name}-vol" not found. preemption: 0/${c.nodes.length} nodes are available: ${c.nodes.length} Preemption is not helpful for scheduling.`,
      );
      return truth(c.get('Deployment', one.name), 'claim_missing');
    },
  },
  {
    kind: 'volume-in-another-zone',
    make(c) {
      const one = victim(c, ({ claim }) => claim !== undefined);
      if (!one?.claim) return null;
      const claim = c.get('PersistentVolumeClaim', one.claim);
      c.get('PersistentVolume', claim.spec.volumeName).spec.nodeAffinity = {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['eu-west-1z'] }] },
          ],
        },
      };
      pending(
        c,
        roll(c, one.name, () => {}, false),
        says(c, `${workers(c)} node(s) had volume node affinity conflict`),
      );
      return either([claim], 'volume_node_conflict');
    },
  },
  {
    kind: 'volume-attached-elsewhere',
    make(c) {
      const one = victim(c, ({ claim }) => claim !== undefined);
      if (!one?.claim) return null;
      const claim = c.get('PersistentVolumeClaim', one.claim);
      const pods = roll(c, one.name, () => {}, true);
      waits(c, pods, 'ContainerCreating', null);
      for (const pod of pods)
        c.event(
          pod,
          'FailedAttachVolume',
          `Multi-Attach error for volume "${claim.spec.volumeName}" Volume is already used by pod(s) ${c.podsOf(one.name)[0]?.metadata.name}`,
          { from: 'attachdetach-controller' },
        );
      return either([claim, c.get('Deployment', one.name)], 'volume_attached_elsewhere');
    },
  },
  {
    kind: 'mount-fails',
    make(c) {
      const one = anyProgram(c);
      const pods = roll(c, one.name, (container, spec) => {
        spec.volumes = [...(spec.volumes ?? []), { name: 'nfs', nfs: { server: '10.4.4.4', path: '/exports/x' } }];
        container.volumeMounts = [...(container.volumeMounts ?? []), { name: 'nfs', mountPath: '/nfs' }];
      });
      waits(c, pods, 'ContainerCreating', null);
      for (const pod of pods)
        c.event(
          pod,
          'FailedMount',
          'MountVolume.SetUp failed for volume "nfs" : mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t nfs 10.4.4.4:/exports/x /var/lib/kubelet/pods/x/volumes/kubernetes.io~nfs/nfs\nOutput: mount.nfs: access denied by server while mounting 10.4.4.4:/exports/x',
          { count: 9 },
        );
      return truth(c.get('Deployment', one.name), 'volume_mount_failed');
    },
  },
  {
    kind: 'ephemeral-storage-exceeded',
    make(c) {
      const one = anyProgram(c);
      const pods = standing(c, one.name);
      for (const pod of pods) {
        const message = c.pick([
          'Pod ephemeral local storage usage exceeds the total limit of containers 256Mi. ',
          `Container ${c.container} exceeded its local ephemeral storage limit "256Mi". `,
          'Usage of EmptyDir volume "cache" exceeds the limit "64Mi". ',
        ]);
        pod.status = {
          phase: 'Failed',
          reason: 'Evicted',
          message,
          startTime: pod.status.startTime,
          conditions: [
            {
              type: 'DisruptionTarget',
              status: 'True',
              reason: 'TerminationByKubelet',
              message: 'The node was low on resource',
              lastTransitionTime: c.iso(6),
            },
          ],
        };
        c.event(pod, 'Evicted', message, { count: 1 });
      }
      c.get('Deployment', one.name).spec.template.spec.containers[0].resources.limits['ephemeral-storage'] = '256Mi';
      return truth(c.get('Deployment', one.name), 'ephemeral_storage_exceeded');
    },
  },
];
