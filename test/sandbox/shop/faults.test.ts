import { beforeEach, describe, expect, it } from 'vitest';
import { MINUTE, type VirtualSandbox, virtualSandbox } from '../virtual-sandbox.ts';

let world: VirtualSandbox;
beforeEach(() => {
  world = virtualSandbox();
  world.advance(2 * MINUTE);
});

function template(deployment: string): Record<string, unknown> {
  return world.cluster.get('deployments', 'shop', deployment)?.spec.template as unknown as Record<string, unknown>;
}

/** What `kubectl rollout undo` does: the template of the revision before. */
function rollBack(deployment: string, image: string): void {
  world.cluster.mutate('deployments', 'shop', deployment, (d) => {
    d.spec.template.spec.containers[0]!.image = image;
  });
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

function podsOf(service: string) {
  return world.shop.pods().filter((p) => p.service.name === service && !p.terminating);
}

function fullest(service: string): { name: string; ratio: number } {
  const runs = world.shop.processes.runs().filter((r) => r.view.service.name === service && !r.exited);
  const rated = runs.map((r) => ({
    name: r.view.name,
    ratio: world.shop.processes.workingSet(r, world.now()) / r.view.memoryLimitBytes,
  }));
  return rated.sort((a, b) => b.ratio - a.ratio)[0]!;
}

const p99 = (service: string) =>
  `histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{service="${service}"}[2m])))`;
const errors = (service: string) =>
  `sum(rate(http_requests_total{service="${service}",code=~"5.."}[2m])) / sum(rate(http_requests_total{service="${service}"}[2m]))`;

describe('a healthy shop', () => {
  it('fires no alert', () => {
    world.advance(40 * MINUTE);
    expect(world.fired()).toEqual([]);
  });
});

describe('bad-deploy', () => {
  it('is a real second revision whose pods crash with a telling log, while old pods serve', () => {
    world.fault('bad-deploy', 'payment-api');
    world.advance(3 * MINUTE);
    expect(world.firing()).toContain('KubePodCrashLooping payment-api');
    const bad = podsOf('payment-api').filter((p) => p.image === 'shop/payment-api:2.4.0');
    expect(bad.length).toBeGreaterThan(0);
    expect(bad.every((p) => !p.ready)).toBe(true);
    expect(podsOf('payment-api').filter((p) => p.ready).length).toBeGreaterThanOrEqual(2);
    const annotations = world.cluster.get('deployments', 'shop', 'payment-api')?.metadata.annotations;
    expect(annotations?.['deployment.kubernetes.io/revision']).toBe('3');
    const log = world.shop.processes
      .logs(bad[0]!.object, true)
      .concat(world.shop.processes.logs(bad[0]!.object, false));
    expect(log.join('\n')).toContain('configuration is invalid');
    expect(world.value(errors('payment-api'))).toBeLessThan(0.05);
  });

  it('is cured by a rollback, and only then', () => {
    world.fault('bad-deploy', 'payment-api');
    world.advance(2 * MINUTE);
    restart('payment-api');
    scale('payment-api', 5);
    world.advance(5 * MINUTE);
    expect(world.shop.faults.list()).toHaveLength(1);
    expect(world.firing()).toContain('KubePodCrashLooping payment-api');
    rollBack('payment-api', 'shop/payment-api:2.3.0');
    world.advance(3 * MINUTE);
    expect(world.shop.faults.list()).toEqual([]);
    expect(world.shop.faults.past()).toMatchObject([{ kind: 'bad-deploy', ended: 'cured' }]);
    expect(podsOf('payment-api').every((p) => p.ready)).toBe(true);
    world.advance(MINUTE);
    expect(world.firing()).toEqual([]);
  });

  it('is gone as if it never was when it is taken back', () => {
    const before = template('payment-api');
    const id = world.fault('bad-deploy', 'payment-api');
    world.advance(2 * MINUTE);
    expect(world.shop.faults.remove(id)).toBe(true);
    world.advance(3 * MINUTE);
    expect(template('payment-api')).toEqual(before);
    expect(world.firing()).toEqual([]);
    expect(world.shop.faults.remove(id)).toBe(false);
  });
});

describe('memory-leak', () => {
  it('fills the worst pod steadily to nine tenths in a quarter of an hour and to the limit in 24 minutes, with no deploy', () => {
    const generation = world.cluster.get('deployments', 'shop', 'payment-api')?.metadata.generation;
    world.fault('memory-leak', 'payment-api');
    world.advance(8 * MINUTE);
    expect(fullest('payment-api').ratio).toBeGreaterThan(0.65);
    expect(fullest('payment-api').ratio).toBeLessThan(0.75);
    world.advance(10 * MINUTE);
    expect(fullest('payment-api').ratio).toBeGreaterThan(0.9);
    world.advance(5 * MINUTE);
    expect(podsOf('payment-api').every((p) => p.restarts === 0)).toBe(true);
    expect(world.firing()).toContain('ContainerMemoryHigh payment-api');
    world.advance(2 * MINUTE);
    const killed = podsOf('payment-api').filter((p) => p.restarts > 0);
    expect(killed).toHaveLength(1);
    const status = killed[0]!.object.status as {
      containerStatuses: { lastState: { terminated: { reason: string } } }[];
    };
    expect(status.containerStatuses[0]!.lastState.terminated.reason).toBe('OOMKilled');
    expect(world.cluster.get('deployments', 'shop', 'payment-api')?.metadata.generation).toBe(generation);
  });

  it('goes on in the same pod after the kill, and ends in a new pod', () => {
    world.fault('memory-leak', 'payment-api', 2);
    world.advance(21 * MINUTE);
    const leaking = fullest('payment-api');
    expect(leaking.ratio).toBeGreaterThan(0.9);
    world.cluster.remove('pods', 'shop', leaking.name);
    world.advance(6 * MINUTE);
    expect(podsOf('payment-api')).toHaveLength(3);
    expect(fullest('payment-api').ratio).toBeLessThan(0.9);
  });

  it('is only delayed by a higher limit, and untouched by more pods', () => {
    world.fault('memory-leak', 'catalog-api', 2);
    world.advance(6 * MINUTE);
    const leaking = fullest('catalog-api').name;
    scale('catalog-api', 5);
    world.advance(4 * MINUTE);
    expect(fullest('catalog-api')).toMatchObject({ name: leaking });
    expect(fullest('catalog-api').ratio).toBeGreaterThan(0.9);
  });

  it('is cured by a restart of the deployment', () => {
    world.fault('memory-leak', 'catalog-api');
    world.advance(6 * MINUTE);
    restart('catalog-api');
    world.advance(3 * MINUTE);
    expect(world.shop.faults.past()).toMatchObject([{ kind: 'memory-leak', ended: 'cured' }]);
    world.advance(20 * MINUTE);
    expect(world.firing()).toEqual([]);
  });
});

describe('latency', () => {
  it('makes the service and its callers slow, and more pods cure it', () => {
    world.fault('latency', 'payment-api');
    world.advance(3 * MINUTE);
    expect(world.value(p99('payment-api'))).toBeGreaterThan(2);
    expect(world.value(p99('checkout-api'))).toBeGreaterThan(2);
    expect(world.firing()).toContain('HighLatencyP99 payment-api');
    restart('payment-api');
    world.advance(5 * MINUTE);
    expect(world.value(p99('payment-api'))).toBeGreaterThan(2);
    scale('payment-api', 5);
    world.advance(5 * MINUTE);
    expect(world.value(p99('payment-api'))).toBeLessThan(1);
    expect(world.firing()).toEqual([]);
    world.advance(10 * MINUTE);
    expect(world.shop.faults.past()).toMatchObject([{ kind: 'latency', ended: 'cured' }]);
  });
});

describe('traffic-surge', () => {
  it('overloads the service until there are more pods, and passes in the end', () => {
    world.fault('traffic-surge', 'catalog-api');
    world.advance(8 * MINUTE);
    expect(world.firing()).toEqual([]);
    world.advance(12 * MINUTE);
    expect(world.firing()).toContain('HighLatencyP99 catalog-api');
    scale('catalog-api', 6);
    world.advance(4 * MINUTE);
    expect(world.firing()).toEqual([]);
    expect(world.value('sum(rate(http_requests_total{service="catalog-api"}[2m]))')).toBeGreaterThan(400);
    world.advance(26 * MINUTE);
    expect(world.value('sum(rate(http_requests_total{service="catalog-api"}[2m]))')).toBeLessThan(200);
    expect(world.shop.faults.list()).toEqual([]);
  });
});

describe('dependency-down', () => {
  it('shows in the callers; scaling in front of it makes nothing better, a restart of it cures', () => {
    world.fault('dependency-down', 'ledger-db');
    world.advance(3 * MINUTE);
    expect(world.value(errors('payment-api'))).toBeGreaterThan(0.9);
    expect(world.value(errors('checkout-api'))).toBeGreaterThan(0.9);
    expect(world.value(errors('catalog-api'))).toBeLessThan(0.01);
    const sent = world.value('sum(rate(http_requests_total{service="ledger-db"}[2m]))');
    scale('payment-api', 6);
    world.advance(4 * MINUTE);
    expect(world.value(errors('payment-api'))).toBeGreaterThan(0.9);
    expect(world.value('sum(rate(http_requests_total{service="ledger-db"}[2m]))')).toBeGreaterThanOrEqual(0.95 * sent);
    restart('ledger-db');
    world.advance(5 * MINUTE);
    expect(world.value(errors('payment-api'))).toBeLessThan(0.01);
    expect(world.firing()).toEqual([]);
  });
});

describe('node-pressure', () => {
  it('marks the node, slows its pods, and ends when the node is drained', () => {
    world.fault('node-pressure', 'catalog-api');
    world.advance(2 * MINUTE);
    const [pressed] = world.firing().filter((a) => a.startsWith('KubeNodePressure'));
    const name = pressed?.split(' ')[1] ?? '';
    expect(world.cluster.get('nodes', undefined, name)?.spec.taints?.map((t) => t.key)).toContain(
      'node.kubernetes.io/memory-pressure',
    );
    expect(world.value(`node_memory_MemAvailable_bytes{node="${name}"} / node_memory_MemTotal_bytes`)).toBeLessThan(
      0.04,
    );
    world.cluster.mutate('nodes', undefined, name, (node) => {
      node.spec.unschedulable = true;
    });
    for (const pod of world.shop.pods().filter((p) => p.node === name)) world.cluster.remove('pods', 'shop', pod.name);
    world.advance(5 * MINUTE);
    expect(world.firing()).toEqual([]);
    expect(world.shop.faults.past()).toMatchObject([{ kind: 'node-pressure', ended: 'cured' }]);
  });
});

describe('asking for a fault', () => {
  it('refuses what is none, naming the field and what is allowed', () => {
    const refused: [unknown, string][] = [
      [{}, 'kind'],
      [{ kind: 'gremlins', service: 'payment-api' }, 'kind'],
      [{ kind: 'bad-deploy' }, 'service'],
      [{ kind: 'bad-deploy', service: 'toString' }, 'service'],
      [{ kind: 'dependency-down', service: 'storefront' }, 'service'],
      [{ kind: 'bad-deploy', service: 'payment-api', severity: 'much' }, 'severity'],
      [{ kind: 'bad-deploy', service: 'payment-api', onset_ms: -1 }, 'onset_ms'],
      [{ kind: 'memory-leak', service: 'payment-api', build_up_ms: 'slowly' }, 'build_up_ms'],
      [{ kind: 'bad-deploy', service: 'payment-api', build_up_ms: MINUTE }, 'build_up_ms'],
      [null, 'kind'],
    ];
    for (const [body, field] of refused) {
      const result = world.shop.faults.add(body);
      expect(result, JSON.stringify(body)).toMatchObject({ ok: false, field });
      if (!result.ok) expect(result.allowed.length).toBeGreaterThan(0);
      expect(world.shop.faults.list()).toEqual([]);
    }
  });

  it('begins later when it has an onset, and not at all when it is taken back before', () => {
    const add = () => world.shop.faults.add({ kind: 'bad-deploy', service: 'payment-api', onset_ms: 2 * MINUTE });
    add();
    const second = add();
    world.advance(MINUTE);
    expect(world.shop.faults.list()).toEqual([]);
    expect(world.shop.faults.planned()).toHaveLength(2);
    expect(second.ok && world.shop.faults.remove(second.fault.id)).toBe(true);
    world.advance(2 * MINUTE);
    expect(world.shop.faults.list()).toMatchObject([
      { kind: 'bad-deploy', truth: { remedies: ['rollback_deployment'] } },
    ]);
    expect(world.shop.faults.planned()).toEqual([]);
  });

  it('builds up over as long as is asked for', () => {
    world.fault('memory-leak', 'catalog-api', 1, { build_up_ms: 6 * MINUTE });
    world.fault('latency', 'payment-api', 1, { build_up_ms: 20 * MINUTE });
    world.advance(5 * MINUTE);
    expect(fullest('catalog-api').ratio).toBeGreaterThan(0.9);
    expect(world.value(p99('payment-api'))).toBeLessThan(0.5);
    world.advance(19 * MINUTE);
    expect(world.value(p99('payment-api'))).toBeGreaterThan(2);
  });

  it('allows several at once, each with its truth', () => {
    world.fault('bad-deploy', 'payment-api');
    world.fault('memory-leak', 'catalog-api', 4);
    world.advance(6 * MINUTE);
    expect(world.firing().sort()).toEqual(
      expect.arrayContaining(['ContainerMemoryHigh catalog-api', 'KubePodCrashLooping payment-api']),
    );
    for (const fault of world.shop.faults.list()) expect(fault.truth.remedies.length).toBeGreaterThan(0);
  });
});
