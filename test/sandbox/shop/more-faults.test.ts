import { readdirSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Culprit } from '../../../sandbox/shop/faults/kind.ts';
import { FAULT_KINDS } from '../../../sandbox/shop/faults/kinds.ts';
import { SERVICE_NAMES } from '../../../sandbox/shop/services.ts';
import { MINUTE, type VirtualSandbox, virtualSandbox } from '../virtual-sandbox.ts';

let world: VirtualSandbox;
beforeEach(() => {
  world = virtualSandbox();
  world.advance(2 * MINUTE);
});

type Container = { image: string; resources: { limits: Record<string, string> } };

function change(deployment: string, edit: (container: Container) => void): void {
  world.cluster.mutate('deployments', 'shop', deployment, (d) =>
    edit(d.spec.template.spec.containers[0] as unknown as Container),
  );
}

function restart(deployment: string): void {
  world.cluster.mutate('deployments', 'shop', deployment, (d) => {
    d.spec.template.metadata = { ...d.spec.template.metadata, annotations: { restartedAt: String(world.now()) } };
  });
}

function scale(deployment: string, replicas: number): void {
  world.cluster.mutate('deployments', 'shop', deployment, (d) => {
    d.spec.replicas = replicas;
  });
}

const podsOf = (service: string) => world.shop.pods().filter((p) => p.service.name === service && !p.terminating);

function isThere(culprit: Culprit | null): boolean {
  if (!culprit) return false;
  const resource = `${culprit.kind.toLowerCase()}s`;
  return world.cluster.get(resource, culprit.namespace || undefined, culprit.name) !== undefined;
}

/** Steps that no fault asks for: the shop has no StatefulSet, DaemonSet, Argo CD or Argo Rollouts, and the others are proposals where nothing is broken. */
const NO_FAULT = [
  ...['abort_rollout', 'restart_daemonset', 'restart_statefulset', 'revert_in_git', 'suspend_reconciliation'],
  ...['apply_kyverno_policy', 'apply_scaled_object', 'give_back', 'run_keptn_task'],
];

describe('every kind of fault', () => {
  it('says what is true, in words and remedies, and which services it happens to', () => {
    expect(new Set(FAULT_KINDS.map((k) => k.kind)).size).toBe(FAULT_KINDS.length);
    const remedies = new Set<string>();
    for (const kind of FAULT_KINDS) {
      expect(kind.services.length, kind.kind).toBeGreaterThan(0);
      for (const service of kind.services) expect(SERVICE_NAMES).toContain(service);
      const id = world.fault(kind.kind, kind.services[0]!);
      const { truth } = world.shop.faults.list().find((f) => f.id === id)!;
      expect(truth.cause.length, kind.kind).toBeGreaterThan(10);
      expect(isThere(truth.culprit), kind.kind).toBe(kind.kind !== 'lying-alert');
      expect(
        truth.remedies.filter((r) => truth.harmful.includes(r)),
        kind.kind,
      ).toEqual([]);
      for (const remedy of truth.remedies) remedies.add(remedy);
      world.shop.faults.remove(id);
    }
    const steps = readdirSync('src/actions').filter((file) => file.endsWith('.ts'));
    const names = steps.map((file) => file.slice(0, -3).replaceAll('-', '_'));
    expect(names.filter((name) => !remedies.has(name)).sort()).toEqual(NO_FAULT.toSorted());
  });

  it.each(rows().map((row) => [row]))('%j leave a healthy shop when they are taken back', (row) => {
    const ids = Object.entries(row).map(([service, kind]) => world.fault(kind, service));
    world.advance(3 * MINUTE);
    for (const id of ids) world.shop.faults.remove(id);
    world.advance(7 * MINUTE);
    expect(world.firing()).toEqual([]);
    expect(world.shop.faults.list()).toEqual([]);
  });
});

/** All kinds, four at a time and each by a service of its own, which what it left behind would name. */
function rows(): Record<string, string>[] {
  const found: Record<string, string>[] = [];
  for (const { kind, services } of FAULT_KINDS) {
    const free = (row: Record<string, string>) => services.findLast((service) => !(service in row));
    const row = found.find((one) => Object.keys(one).length < 4 && free(one) !== undefined) ?? {};
    if (Object.keys(row).length === 0) found.push(row);
    row[free(row)!] = kind;
  }
  return found;
}

describe('image-pull', () => {
  it('keeps new pods from starting until the image is put right', () => {
    world.fault('image-pull', 'catalog-api');
    world.advance(3 * MINUTE);
    expect(world.firing()).toContain('KubePodNotStarting catalog-api');
    change('catalog-api', (c) => {
      c.image = 'shop/catalog-api:4.1.3';
    });
    world.advance(3 * MINUTE);
    expect(world.firing()).toEqual([]);
    expect(world.shop.faults.past()).toMatchObject([{ kind: 'image-pull', ended: 'cured' }]);
  });
});

describe('memory-limit', () => {
  it('lets the rollout through, then kills warm pods again and again, until the limit is raised', () => {
    world.fault('memory-limit', 'payment-api');
    world.advance(6 * MINUTE);
    expect(podsOf('payment-api').some((p) => p.restarts > 0)).toBe(true);
    expect(world.firing()).toContain('ContainerOOMKilled payment-api');
    change('payment-api', (c) => {
      c.resources.limits.memory = '512Mi';
    });
    world.advance(14 * MINUTE);
    expect(world.firing()).toEqual([]);
    expect(world.shop.faults.past()).toMatchObject([{ kind: 'memory-limit', ended: 'cured' }]);
  });
});

describe('cpu-throttling', () => {
  it('slows the service by its CPU limit, and shows as throttling', () => {
    world.fault('cpu-throttling', 'payment-api');
    world.advance(5 * MINUTE);
    expect(world.firing()).toEqual(
      expect.arrayContaining(['HighLatencyP99 payment-api', 'CPUThrottlingHigh payment-api']),
    );
  });
});

describe('bad-config', () => {
  it('is touched by neither restart nor rollback, but by the config map', () => {
    world.fault('bad-config', 'payment-api');
    world.advance(3 * MINUTE);
    restart('payment-api');
    world.advance(4 * MINUTE);
    expect(world.firing()).toContain('HighErrorRate payment-api');
    world.cluster.mutate('configmaps', 'shop', 'payment-api-config', (map) => {
      map.data = { upstream_timeout_ms: '3000' };
    });
    world.advance(4 * MINUTE);
    expect(world.firing()).toEqual([]);
  });
});

describe('noisy-neighbour', () => {
  it('ends when the batch workload is gone, while the service was never changed', () => {
    world.fault('noisy-neighbour', 'payment-api');
    world.advance(4 * MINUTE);
    expect(world.firing()).toContain('HighLatencyP99 payment-api');
    expect(world.value('sum(rate(container_cpu_usage_seconds_total{pod=~"nightly-report-.+"}[2m]))')).toBeCloseTo(6, 5);
    scale('nightly-report', 0);
    world.advance(6 * MINUTE);
    expect(world.firing().filter((a) => !a.startsWith('Queue'))).toEqual([]);
  });
});

describe('node-not-ready', () => {
  it('takes the pods of the node out of service, and Kubernetes moves them after five minutes', () => {
    world.fault('node-not-ready', 'payment-api');
    world.advance(2 * MINUTE);
    const node = world
      .firing()
      .find((a) => a.startsWith('KubeNodeNotReady'))
      ?.split(' ')[1];
    expect(podsOf('payment-api').filter((p) => p.ready)).toHaveLength(2);
    world.advance(6 * MINUTE);
    const ready = podsOf('payment-api').filter((p) => p.ready);
    expect(ready).toHaveLength(3);
    expect(ready.every((p) => p.node !== node)).toBe(true);
  });
});

describe('connection-leak', () => {
  it('wears the running pods out, and a restart cures it', () => {
    world.fault('connection-leak', 'payment-api', 4);
    world.advance(8 * MINUTE);
    expect(world.firing()).toContain('HighLatencyP99 payment-api');
    restart('payment-api');
    world.advance(6 * MINUTE);
    expect(world.firing()).toEqual([]);
    expect(world.shop.faults.past()).toMatchObject([{ ended: 'cured' }]);
  });
});

describe('volume-filling', () => {
  it('warns before it is full, then writes fail', () => {
    world.fault('volume-filling', 'ledger-db');
    world.advance(11 * MINUTE);
    expect(world.firing()).toEqual(['KubePersistentVolumeFillingUp ledger-db']);
    world.advance(4 * MINUTE);
    expect(world.firing()).toContain('HighErrorRate payment-api');
  });

  it('is cured by a larger volume, where the storage class lets it grow', () => {
    world.fault('volume-filling', 'ledger-db');
    world.advance(11 * MINUTE);
    world.cluster.mutate('persistentvolumeclaims', 'shop', 'data-ledger-db', (claim) => {
      claim.spec = { ...claim.spec, resources: { requests: { storage: '96Gi' } } };
    });
    world.advance(3 * MINUTE);
    expect(world.firing()).toEqual([]);
  });
});

describe('quota-exhausted', () => {
  it('makes scaling an empty gesture', () => {
    world.fault('quota-exhausted', 'payment-api');
    world.advance(2 * MINUTE);
    scale('payment-api', 6);
    world.advance(4 * MINUTE);
    expect(podsOf('payment-api')).toHaveLength(3);
    expect(world.firing()).toContain('HighLatencyP99 payment-api');
  });
});

describe('pdb-deadlock', () => {
  it('allows no disruption, but a rolling restart', () => {
    world.fault('pdb-deadlock', 'payment-api');
    world.advance(6 * MINUTE);
    const status = () => world.cluster.get('poddisruptionbudgets', 'shop', 'payment-api')?.status;
    expect(status()).toMatchObject({ disruptionsAllowed: 0 });
    restart('payment-api');
    world.advance(4 * MINUTE);
    expect(world.shop.faults.past()).toMatchObject([{ kind: 'pdb-deadlock', ended: 'cured' }]);
    expect(status()).toMatchObject({ disruptionsAllowed: 1 });
  });
});

describe('hpa-maximum', () => {
  it('takes back what somebody else scales', () => {
    world.fault('hpa-maximum', 'payment-api', 1, { build_up_ms: 3 * MINUTE });
    world.advance(4 * MINUTE);
    scale('payment-api', 6);
    world.advance(7 * MINUTE);
    expect(world.cluster.get('deployments', 'shop', 'payment-api')?.spec.replicas).toBe(3);
    expect(world.firing()).toContain('HighLatencyP99 payment-api');
  });
});

describe('trouble that passes', () => {
  it('resolves by itself after four minutes', () => {
    world.fault('resolves-by-itself', 'payment-api');
    world.advance(3 * MINUTE);
    expect(world.firing()).toContain('HighLatencyP99 payment-api');
    world.advance(5 * MINUTE);
    expect(world.firing()).toEqual([]);
  });

  it('comes and goes when it flaps', () => {
    world.fault('flapping', 'payment-api');
    const seen: boolean[] = [];
    for (let i = 0; i < 14; i++) {
      world.advance(MINUTE);
      seen.push(world.firing().includes('HighLatencyP99 payment-api'));
    }
    const turns = seen.filter((on, i) => i > 0 && on !== seen[i - 1]).length;
    expect(turns).toBeGreaterThanOrEqual(3);
  });
});

describe('red-herring', () => {
  it('deploys a caller harmlessly: rolling that back changes nothing, more pods of the service do', () => {
    world.fault('red-herring', 'payment-api');
    world.advance(3 * MINUTE);
    change('checkout-api', (c) => {
      c.image = 'shop/checkout-api:3.8.1';
    });
    world.advance(3 * MINUTE);
    expect(world.firing()).toContain('HighLatencyP99 payment-api');
    scale('payment-api', 5);
    world.advance(5 * MINUTE);
    expect(world.firing()).toEqual([]);
  });
});

describe('lying-alert', () => {
  it('fires while every figure of the service is well', () => {
    world.fault('lying-alert', 'payment-api');
    world.advance(3 * MINUTE);
    expect(world.firing()).toEqual(['ServiceCritical payment-api']);
    expect(podsOf('payment-api').every((p) => p.ready && p.restarts === 0)).toBe(true);
    world.advance(20 * MINUTE);
    expect(world.firing()).toEqual([]);
  });
});
