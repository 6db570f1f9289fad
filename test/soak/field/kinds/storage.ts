import { type Cluster, roll, startEvents, waiting } from '../cluster.ts';
import type { ContainerSpec } from '../model.ts';
import { blame, type Kind, truth, victim, wlTruth } from '../words.ts';
import { fit, pendingPod } from './scheduling.ts';

const claimYaml = (
  c: Cluster,
  name: string,
  spec: Record<string, unknown>,
  status: Record<string, unknown> = { phase: 'Pending' },
) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: c.ns, uid: c.uid(), creationTimestamp: c.at(20) },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '10Gi' } },
    volumeMode: 'Filesystem',
    ...spec,
  },
  status,
});
const volumeYaml = (c: Cluster, name: string, spec: Record<string, unknown>) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name, uid: c.uid(), creationTimestamp: c.at(6000) },
  spec: {
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '5Gi' },
    hostPath: { path: `/mnt/${name}` },
    persistentVolumeReclaimPolicy: 'Retain',
    storageClassName: 'manual',
    volumeMode: 'Filesystem',
    ...spec,
  },
  status: { phase: 'Available' },
});

const claimKind = (
  name: string,
  what: string[],
  cause: string,
  make: (c: Cluster, claim: string) => { event?: [string, string, string] },
  unbound = true,
): Kind => ({
  name,
  full: true,
  apply: (c) => {
    const v = victim(c, { langs: ['redis', 'mongo', 'rabbit', 'go', 'java', 'python'] });
    const wl = c.workload(v.name);
    const claim = `${v.name}-data`;
    c.add('storageclasses', {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'local-path', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'rancher.io/local-path',
      volumeBindingMode: 'WaitForFirstConsumer',
      reclaimPolicy: 'Delete',
    });
    const { event } = make(c, claim);
    for (const pod of roll(
      c,
      wl,
      (spec) => {
        spec.volumes = [{ name: 'data', persistentVolumeClaim: { claimName: claim } }];
        (spec.containers[0] as ContainerSpec).volumeMounts = [{ name: 'data', mountPath: '/data' }];
      },
      { node: null },
    ))
      pendingPod(
        c,
        pod,
        unbound
          ? fit(c, 'pod has unbound immediate PersistentVolumeClaims').replace(
              /^0\/(\d+) nodes are available: .*?\. preemption/,
              '0/$1 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption',
            )
          : `0/${c.nodeNames.length} nodes are available: persistentvolumeclaim "${claim}" not found. preemption: 0/${c.nodeNames.length} nodes are available: ${c.nodeNames.length} Preemption is not helpful for scheduling.`,
      );
    if (event)
      c.event({ kind: 'PersistentVolumeClaim', name: claim }, event[0] as 'Normal', event[1], event[2], {
        from: 'persistentvolume-controller',
        first: 20,
        last: 0.3,
        count: 40,
      });
    blame(c, v.name, 'refused');
    return truth(
      [
        ['Deployment', wl.name],
        ['PersistentVolumeClaim', claim],
      ],
      what,
      cause,
    );
  },
});

export const STORAGE: Kind[] = [
  claimKind('pvc-class-missing', ['storage_class_mismatch'], 'the storage class does not exist', (c, claim) => {
    c.add('persistentvolumeclaims', claimYaml(c, claim, { storageClassName: 'fast-ssd' }));
    return { event: ['Warning', 'ProvisioningFailed', 'storageclass.storage.k8s.io "fast-ssd" not found'] };
  }),
  claimKind('pvc-size', ['claim_size_mismatch'], 'no volume is large enough', (c, claim) => {
    c.add('persistentvolumes', volumeYaml(c, 'pv-shop-1', {}));
    c.add(
      'persistentvolumeclaims',
      claimYaml(c, claim, { storageClassName: 'manual', resources: { requests: { storage: '500Gi' } } }),
    );
    return {
      event: ['Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set'],
    };
  }),
  claimKind('pvc-mode', ['claim_access_mode_mismatch'], 'no volume has the access mode', (c, claim) => {
    c.add('persistentvolumes', volumeYaml(c, 'pv-shop-1', { capacity: { storage: '50Gi' } }));
    c.add(
      'persistentvolumeclaims',
      claimYaml(c, claim, { storageClassName: 'manual', accessModes: ['ReadWriteMany'] }),
    );
    return {
      event: ['Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set'],
    };
  }),
  claimKind('pvc-selector', ['claim_selector_mismatch'], 'no volume has the labels', (c, claim) => {
    c.add('persistentvolumes', volumeYaml(c, 'pv-shop-1', { capacity: { storage: '50Gi' } }));
    c.add(
      'persistentvolumeclaims',
      claimYaml(c, claim, { storageClassName: 'manual', selector: { matchLabels: { tier: 'gold' } } }),
    );
    return {
      event: ['Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set'],
    };
  }),
  claimKind(
    'pvc-volume-class',
    ['storage_class_mismatch'],
    "the volume has another class than the claim's",
    (c, claim) => {
      c.add(
        'persistentvolumes',
        volumeYaml(c, 'pv-shop-1', { capacity: { storage: '50Gi' }, storageClassName: 'slow' }),
      );
      c.add('persistentvolumeclaims', claimYaml(c, claim, { storageClassName: 'manual' }));
      return { event: ['Warning', 'ProvisioningFailed', 'storageclass.storage.k8s.io "manual" not found'] };
    },
  ),
  claimKind('pvc-missing', ['claim_missing'], 'the claim does not exist', () => ({}), false),
  claimKind('pvc-provisioner', ['provisioning_failed'], 'the provisioner fails', (c, claim) => {
    c.add('persistentvolumeclaims', claimYaml(c, claim, { storageClassName: 'local-path' }));
    return {
      event: [
        'Warning',
        'ProvisioningFailed',
        'failed to provision volume with StorageClass "local-path": rpc error: code = ResourceExhausted desc = insufficient disk space on any node',
      ],
    };
  }),
  {
    name: 'volume-zone',
    full: true,
    apply: (c) => {
      const v = victim(c, { langs: ['redis', 'mongo', 'rabbit', 'go', 'java'] });
      const wl = c.workload(v.name);
      const claim = `${v.name}-data`;
      c.add(
        'persistentvolumes',
        volumeYaml(c, 'pv-z', {
          capacity: { storage: '10Gi' },
          claimRef: { kind: 'PersistentVolumeClaim', namespace: c.ns, name: claim },
          nodeAffinity: {
            required: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['zone-q'] }] },
              ],
            },
          },
        }),
      );
      c.add(
        'persistentvolumeclaims',
        claimYaml(
          c,
          claim,
          { storageClassName: 'manual', volumeName: 'pv-z' },
          { phase: 'Bound', capacity: { storage: '10Gi' } },
        ),
      );
      for (const pod of roll(
        c,
        wl,
        (spec) => {
          spec.volumes = [{ name: 'data', persistentVolumeClaim: { claimName: claim } }];
        },
        { node: null },
      ))
        pendingPod(c, pod, fit(c, 'node(s) had volume node affinity conflict'));
      return truth(
        [
          ['Deployment', wl.name],
          ['PersistentVolumeClaim', claim],
          ['PersistentVolume', 'pv-z'],
        ],
        ['volume_node_conflict'],
        "the volume's zone has no node",
      );
    },
  },
  {
    name: 'volume-multi-attach',
    full: true,
    apply: (c) => {
      const v = victim(c, { langs: ['redis', 'mongo', 'rabbit', 'go', 'java'] });
      const wl = c.workload(v.name);
      const claim = `${v.name}-data`;
      c.add(
        'persistentvolumeclaims',
        claimYaml(
          c,
          claim,
          { storageClassName: 'ebs', volumeName: 'pvc-1' },
          { phase: 'Bound', capacity: { storage: '10Gi' } },
        ),
      );
      for (const pod of roll(
        c,
        wl,
        (spec) => {
          spec.volumes = [{ name: 'data', persistentVolumeClaim: { claimName: claim } }];
        },
        { keepOld: true },
      )) {
        waiting(pod, 'ContainerCreating');
        delete pod.ip;
        startEvents(c, pod, 'scheduled');
        c.podEvent(
          pod,
          'Warning',
          'FailedAttachVolume',
          `Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) ${c.podsOf(wl)[0]?.name}`,
          { from: 'attachdetach-controller', first: pod.made },
        );
        c.podEvent(
          pod,
          'Warning',
          'FailedMount',
          `Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data kube-api-access-x7k2p]: timed out waiting for the condition`,
          { first: pod.made - 2, last: 1, count: 4 },
        );
      }
      return truth(
        [
          ['Deployment', wl.name],
          ['PersistentVolumeClaim', claim],
        ],
        ['volume_attached_elsewhere'],
        'the volume is attached to another node',
      );
    },
  },
  {
    name: 'hostpath-type',
    apply: (c) => {
      const wl = c.workload(victim(c).name);
      for (const pod of roll(c, wl, (spec) => {
        spec.volumes = [{ name: 'host', hostPath: { path: '/opt/shop-data', type: 'Directory' } }];
      })) {
        waiting(pod, 'ContainerCreating');
        delete pod.ip;
        startEvents(c, pod, 'scheduled');
        c.podEvent(
          pod,
          'Warning',
          'FailedMount',
          'MountVolume.SetUp failed for volume "host" : hostPath type check failed: /opt/shop-data is not a directory',
          { first: pod.made, last: 0.4, count: 15 },
        );
      }
      return wlTruth(wl, ['volume_mount_failed'], 'the host path is not there');
    },
  },
  {
    name: 'nfs-mount',
    apply: (c) => {
      const wl = c.workload(victim(c).name);
      for (const pod of roll(c, wl, (spec) => {
        spec.volumes = [{ name: 'share', nfs: { server: 'nfs.corp.example', path: '/exports/shop' } }];
      })) {
        waiting(pod, 'ContainerCreating');
        delete pod.ip;
        startEvents(c, pod, 'scheduled');
        c.podEvent(
          pod,
          'Warning',
          'FailedMount',
          'MountVolume.SetUp failed for volume "share" : mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t nfs nfs.corp.example:/exports/shop /var/lib/kubelet/pods/1/volumes/kubernetes.io~nfs/share\nOutput: mount.nfs: Connection timed out',
          { first: pod.made, last: 0.4, count: 5 },
        );
      }
      return wlTruth(wl, ['volume_mount_failed'], "the NFS share can't be mounted");
    },
  },
];
