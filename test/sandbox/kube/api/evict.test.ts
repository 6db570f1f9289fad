import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, furnish, type Reply, type Served, serveCluster } from '../serve.ts';

let served: Served;
let broken: boolean;
beforeEach(async () => {
  broken = false;
  served = await serveCluster({
    observe: () => (broken ? { kind: 'running', ready: false } : { kind: 'running', ready: true }),
    logs: () => [],
  });
  furnish(served);
});
afterEach(() => served.stop());

const names = (): string[] => served.cluster.list('pods', 'shop').map((pod) => pod.metadata.name);
const evict = (name: string, query = ''): Promise<Reply> =>
  ask(served, 'POST', `/api/v1/namespaces/shop/pods/${name}/eviction${query}`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace: 'shop' },
  });
const budget = (name: string, spec: Record<string, unknown>): void => {
  served.cluster.apply({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'shop' },
    spec: { selector: { matchLabels: { app: 'payment-api' } }, ...spec },
  });
};
const BLOCKED = "Cannot evict pod as it would violate the pod's disruption budget.";

describe('eviction', () => {
  it('is 201 Success without a budget', async () => {
    const [name = ''] = names();
    expect(await evict(name)).toMatchObject({ code: 201, body: { kind: 'Status', status: 'Success' } });
    served.run(5);
    expect(names()).not.toContain(name);
  });

  it('is 429 with the cause and no Retry-After where the budget is used up, dry run or not', async () => {
    budget('web', { minAvailable: 3 });
    served.run(1);
    const [name = ''] = names();
    for (const query of ['', '?dryRun=All']) {
      const { code, body, headers } = await evict(name, query);
      expect(code).toBe(429);
      expect(body).toMatchObject({ reason: 'TooManyRequests', message: BLOCKED });
      expect((body.details as { causes: unknown[] }).causes).toEqual([
        { reason: 'DisruptionBudget', message: 'The disruption budget web needs 3 healthy pods and has 3 currently' },
      ]);
      expect(headers.get('retry-after')).toBeNull();
    }
  });

  it('is 429 with Retry-After while the budget has not been looked at yet', async () => {
    budget('web', { minAvailable: 1 });
    const { code, headers } = await evict(names()[0] ?? '');
    expect(code).toBe(429);
    expect(headers.get('retry-after')).toBe('10');
  });

  it('lets only as many go at once as the budget allows', async () => {
    budget('web', { maxUnavailable: 1 });
    served.run(1);
    const [first = '', second = ''] = names();
    expect((await evict(first)).code).toBe(201);
    expect((await evict(second)).code).toBe(429);
    served.run(15);
    expect((await evict(second)).code).toBe(201);
  });

  it('is 500 without a reason under two budgets', async () => {
    budget('web', { minAvailable: 1 });
    budget('api', { minAvailable: 1 });
    served.run(1);
    const { code, body } = await evict(names()[0] ?? '');
    expect(code).toBe(500);
    expect(body.reason).toBeUndefined();
    expect(body.message).toContain('more than one PodDisruptionBudget');
  });

  it('of a pod that serves nobody is blocked too, unless the budget always allows it', async () => {
    budget('web', { minAvailable: 2 });
    broken = true;
    served.run(5);
    expect((await evict(names()[0] ?? '')).code).toBe(429);
    budget('web', { minAvailable: 2, unhealthyPodEvictionPolicy: 'AlwaysAllow' });
    served.run(1);
    expect((await evict(names()[0] ?? '')).code).toBe(201);
  });

  it('is 404 for a pod that is gone and 400 for a name that differs from the path', async () => {
    expect((await evict('ghost')).code).toBe(404);
    const body = { metadata: { name: 'other' } };
    expect((await ask(served, 'POST', `/api/v1/namespaces/shop/pods/${names()[0] ?? ''}/eviction`, body)).code).toBe(
      400,
    );
  });
});
