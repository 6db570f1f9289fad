import { describe, expect, it } from 'vitest';
import { Boutique, diagnose, type Raw, verdict } from './boutique.ts';

const none = (reasons: string) =>
  `0/3 nodes are available: ${reasons}. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.`;
const CONTROL_PLANE = '1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }';

function pending(message: string | null, change: (spec: Raw, shop: Boutique) => void = () => {}) {
  const shop = new Boutique();
  shop.change('cart', (spec) => change(spec, shop));
  shop.pending('cart', message);
  return shop;
}

describe('a pod that no node takes', () => {
  it('is told by the selector that fits no node', () => {
    expect(
      verdict(
        pending(none(`${CONTROL_PLANE}, 2 node(s) didn't match Pod's node affinity/selector`), (spec) =>
          Object.assign(spec, { nodeSelector: { disk: 'ssd' } }),
        ),
      ),
    ).toBe('node_selector_mismatch Deployment/cart');
  });

  it('is told by the node affinity', () => {
    const nodeAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['nowhere'] }] }],
      },
    };
    expect(
      verdict(
        pending(none(`${CONTROL_PLANE}, 2 node(s) didn't match Pod's node affinity/selector`), (spec) =>
          Object.assign(spec, { affinity: { nodeAffinity } }),
        ),
      ),
    ).toBe('node_affinity_mismatch Deployment/cart');
  });

  it('is told by the cordon of the node that was meant', () => {
    const shop = pending(
      none(`${CONTROL_PLANE}, 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) were unschedulable`),
      (spec) => Object.assign(spec, { nodeSelector: { 'kubernetes.io/hostname': 'worker-2' } }),
    );
    shop.get('Node', 'worker-2').spec = {
      unschedulable: true,
      taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }],
    };
    expect(verdict(shop)).toBe('node_cordoned Node/worker-2');
  });

  it('is told by the taint: of the one workload, or of the node where several wait', () => {
    const message = none(`${CONTROL_PLANE}, 2 node(s) had untolerated taint {dedicated: batch}`);
    const taint = (shop: Boutique) => {
      for (const node of ['worker-1', 'worker-2'])
        shop.get('Node', node).spec = { taints: [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' }] };
    };
    const one = pending(message);
    taint(one);
    expect(verdict(one)).toBe('taint_not_tolerated Deployment/cart');
    const several = pending(message);
    taint(several);
    several.pending('payment', message);
    expect(verdict(several)).toBe('taint_not_tolerated Node/worker-1');
  });

  it.each([
    ['insufficient_cpu', 'cpu', '64'],
    ['insufficient_memory', 'memory', '640Gi'],
  ])('is told by what it asks for: %s', (what, resource, amount) => {
    expect(
      verdict(
        pending(none(`${CONTROL_PLANE}, 2 Insufficient ${resource}`), (spec) =>
          Object.assign(spec.containers[0].resources.requests, { [resource]: amount }),
        ),
      ),
    ).toBe(`${what} Deployment/cart`);
  });

  it.each([
    ['pod_anti_affinity_conflict', "2 node(s) didn't match pod anti-affinity rules"],
    ['pod_affinity_mismatch', "2 node(s) didn't match pod affinity rules"],
    ['topology_spread_unsatisfiable', "2 node(s) didn't match pod topology spread constraints"],
    ['host_port_conflict', "2 node(s) didn't have free ports for the requested pod ports"],
  ])('is told by the scheduler alone: %s', (what, reason) => {
    expect(verdict(pending(none(`${CONTROL_PLANE}, ${reason}`)))).toBe(`${what} Deployment/cart`);
  });

  it('is told by the scheduler that is down, or that there is not', () => {
    const down = pending(null);
    down.remove('Pod', 'kube-scheduler-control-plane', 'kube-system');
    expect(verdict(down)).toBe('scheduler_down Pod/kube-scheduler');
    expect(verdict(pending(null, (spec) => Object.assign(spec, { schedulerName: 'batch-scheduler' })))).toBe(
      'scheduler_unknown Deployment/cart',
    );
  });
});

describe('a claim that is not bound', () => {
  const UNBOUND =
    '0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';
  const claimed = (message = UNBOUND) =>
    pending(message, (spec) =>
      Object.assign(spec, { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'cart-data' } }] }),
    );
  const claim = (shop: Boutique, spec: Raw) =>
    shop.add('PersistentVolumeClaim', 'boutique', 'cart-data', {
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: 'manual',
        ...spec,
      },
      status: { phase: 'Pending' },
    });
  const volume = (shop: Boutique, spec: Raw = {}, metadata: Raw = {}) =>
    shop.add('PersistentVolume', '', 'pv-1', {
      metadata,
      spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' }, storageClassName: 'manual', ...spec },
      status: { phase: 'Available' },
    });

  it('is not there', () => {
    expect(verdict(claimed('0/3 nodes are available: persistentvolumeclaim "cart-data" not found.'))).toBe(
      'claim_missing Deployment/cart',
    );
  });

  it.each<[string, Raw, Raw]>([
    ['claim_access_mode_mismatch', { accessModes: ['ReadWriteMany'] }, {}],
    ['claim_size_mismatch', { resources: { requests: { storage: '5Gi' } } }, {}],
    ['claim_selector_mismatch', { selector: { matchLabels: { tier: 'fast' } } }, {}],
    ['storage_class_mismatch', { storageClassName: 'fastest' }, {}],
  ])('is held against the volumes: %s', (what, spec, of) => {
    const shop = claimed();
    claim(shop, spec);
    volume(shop, of);
    expect(verdict(shop)).toBe(`${what} PersistentVolumeClaim/cart-data`);
  });

  it('names a volume that another claim has', () => {
    const shop = claimed();
    claim(shop, { volumeName: 'pv-1' });
    volume(shop, { claimRef: { name: 'other', namespace: 'boutique' } });
    expect(verdict(shop)).toBe('claim_volume_taken PersistentVolumeClaim/cart-data');
  });

  it('is refused by the quota', () => {
    const shop = claimed('0/3 nodes are available: persistentvolumeclaim "cart-data" not found.');
    shop.add('ResourceQuota', 'boutique', 'team', {
      status: { hard: { persistentvolumeclaims: '0' }, used: { persistentvolumeclaims: '0' } },
    });
    expect(verdict(shop)).toBe('quota_exceeded_storage ResourceQuota/team');
  });
});

it('is the claim by its own events, where the dump has no claims', () => {
  const shop = pending('0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.', (spec) =>
    Object.assign(spec, { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'cart-data' } }] }),
  );
  shop.unlisted.add('PersistentVolumeClaim');
  shop.event(
    { kind: 'PersistentVolumeClaim', name: 'cart-data' },
    'ProvisioningFailed',
    'storageclass.storage.k8s.io "fast" not found',
  );
  expect(verdict(shop)).toBe('storage_class_mismatch PersistentVolumeClaim/cart-data');
});

it('is the node that is away, not the pods that find no place', () => {
  const shop = pending(
    none('1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, 1 Insufficient cpu'),
    (spec) => Object.assign(spec.containers[0].resources.requests, { cpu: '3900m' }),
  );
  const { conditions } = shop.get('Node', 'worker-2').status;
  Object.assign(
    conditions.find((one: Raw) => one.type === 'Ready'),
    { status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' },
  );
  expect(diagnose(shop).causes[0]).toMatchObject({ what: 'node_kubelet_silent', object: { name: 'worker-2' } });
});
