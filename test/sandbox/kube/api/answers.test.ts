import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, furnish, type Served, serveCluster } from '../serve.ts';

let served: Served;
beforeEach(async () => {
  served = await serveCluster();
  furnish(served);
});
afterEach(() => served.stop());

const PODS = '/api/v1/namespaces/shop/pods';

describe('what is not there', () => {
  it('is 404 with the name, as a Status', async () => {
    expect(await ask(served, 'GET', '/apis/apps/v1/namespaces/shop/deployments/ghost')).toMatchObject({
      code: 404,
      body: {
        kind: 'Status',
        reason: 'NotFound',
        message: 'deployments.apps "ghost" not found',
        details: { name: 'ghost', group: 'apps', kind: 'deployments' },
      },
    });
  });

  it('is 404 for a kind that no server knows, 501 by name for one that this server leaves out', async () => {
    expect(await ask(served, 'GET', '/apis/example.com/v1/gadgets')).toMatchObject({
      code: 404,
      body: { message: 'the server could not find the requested resource' },
    });
    expect(await ask(served, 'GET', '/apis/networking.k8s.io/v1/ingressclasses')).toMatchObject({
      code: 501,
      body: { message: expect.stringContaining('ingressclasses.networking.k8s.io/v1') },
    });
    const name = served.cluster.list('pods', 'shop')[0]?.metadata.name ?? '';
    expect(await ask(served, 'POST', `${PODS}/${name}/exec`)).toMatchObject({
      code: 501,
      body: { message: expect.stringContaining('pods/exec') },
    });
  });

  it('leaves paths outside the Kubernetes API to others', async () => {
    expect((await fetch(`${served.url}/sandbox`)).status).toBe(418);
  });

  it('is 405 for a verb that makes no sense', async () => {
    expect((await ask(served, 'POST', '/apis/apps/v1/namespaces/shop/deployments/payment-api', {})).code).toBe(405);
  });
});

describe('lists', () => {
  it('filter by labels and fields, and refuse a field that cannot be selected', async () => {
    const node = served.cluster.list('pods', 'shop')[0]?.spec.nodeName ?? '';
    const query = `?labelSelector=app+in+(payment-api),!legacy&fieldSelector=status.phase=Running,spec.nodeName=${node}`;
    const { body } = await ask(served, 'GET', PODS + query);
    expect(body.items.length).toBeGreaterThan(0);
    expect(body.items.every((pod) => pod.spec?.nodeName === node)).toBe(true);
    expect((await ask(served, 'GET', `${PODS}?labelSelector=app!=payment-api`)).body.items).toEqual([]);
    expect(await ask(served, 'GET', `${PODS}?fieldSelector=spec.color=red`)).toMatchObject({
      code: 400,
      body: { message: 'field label not supported: spec.color' },
    });
  });

  it('come in pages, and a page whose list has changed is expired', async () => {
    const { body: first } = await ask(served, 'GET', `${PODS}?limit=2`);
    expect(first.items).toHaveLength(2);
    expect(first.metadata).toMatchObject({ remainingItemCount: 1 });
    const token = (first.metadata as unknown as { continue: string }).continue;
    const { body: second } = await ask(served, 'GET', `${PODS}?limit=2&continue=${token}`);
    expect(second.items).toHaveLength(1);
    expect(second.metadata).not.toHaveProperty('continue');
    served.cluster.remove('pods', 'shop', second.items[0]?.metadata.name ?? '');
    expect(await ask(served, 'GET', `${PODS}?limit=2&continue=${token}`)).toMatchObject({
      code: 410,
      body: { reason: 'Expired' },
    });
  });

  it('name their kind and revision', async () => {
    const { body } = await ask(served, 'GET', PODS);
    expect(body).toMatchObject({
      kind: 'PodList',
      apiVersion: 'v1',
      metadata: { resourceVersion: expect.stringMatching(/^\d+$/) },
    });
  });
});

describe('deleting', () => {
  it('lets a running pod stop in its own time, and a second one take its place', async () => {
    const name = served.cluster.list('pods', 'shop')[0]?.metadata.name ?? '';
    const { code, body } = await ask(served, 'DELETE', `${PODS}/${name}`);
    expect(code).toBe(200);
    expect(body.metadata).toMatchObject({ deletionGracePeriodSeconds: 30 });
    served.run(10);
    expect(served.cluster.get('pods', 'shop', name)).toBeUndefined();
    expect(served.cluster.list('pods', 'shop')).toHaveLength(3);
  });

  it('ends a pod at once with gracePeriodSeconds=0', async () => {
    const name = served.cluster.list('pods', 'shop')[0]?.metadata.name ?? '';
    expect((await ask(served, 'DELETE', `${PODS}/${name}?gracePeriodSeconds=0`)).body).toMatchObject({
      kind: 'Status',
      status: 'Success',
    });
    expect(served.cluster.get('pods', 'shop', name)).toBeUndefined();
  });

  it('takes dependents along in the background, waits for them in the foreground, or leaves them orphaned', async () => {
    const path = '/apis/apps/v1/namespaces/shop/deployments/payment-api';
    const set = served.cluster.list('replicasets', 'shop')[0]?.metadata.name ?? '';
    await ask(served, 'DELETE', path, { propagationPolicy: 'Orphan' });
    served.run(5);
    expect(served.cluster.get('replicasets', 'shop', set)?.metadata.ownerReferences).toBeUndefined();
    const setPath = `/apis/apps/v1/namespaces/shop/replicasets/${set}`;
    const { body } = await ask(served, 'DELETE', setPath, { propagationPolicy: 'Foreground' });
    expect(body.metadata.finalizers).toContain('foregroundDeletion');
    served.run(1);
    expect(served.cluster.get('replicasets', 'shop', set)).toBeDefined();
    served.run(10);
    expect(served.cluster.get('replicasets', 'shop', set)).toBeUndefined();
    expect(served.cluster.list('pods', 'shop')).toEqual([]);
  });

  it('keeps an object until its finalizers are gone', async () => {
    const configmaps = '/api/v1/namespaces/shop/configmaps';
    await ask(served, 'POST', configmaps, {
      metadata: { name: 'kept', finalizers: ['example.com/hold'] },
      data: { a: '1' },
    });
    await ask(served, 'DELETE', `${configmaps}/kept`);
    expect(served.cluster.get('configmaps', 'shop', 'kept')?.metadata.deletionTimestamp).toBeDefined();
    await ask(served, 'PATCH', `${configmaps}/kept`, { metadata: { finalizers: null } }, 'merge');
    expect(served.cluster.get('configmaps', 'shop', 'kept')).toBeUndefined();
  });

  it('empties a namespace before it goes, and refuses new content meanwhile', async () => {
    await ask(served, 'DELETE', '/api/v1/namespaces/shop');
    const refused = await ask(served, 'POST', '/api/v1/namespaces/shop/configmaps', { metadata: { name: 'late' } });
    expect(refused).toMatchObject({ code: 403, body: { reason: 'Forbidden' } });
    served.run(15);
    expect(served.cluster.get('namespaces', undefined, 'shop')).toBeUndefined();
    expect(served.cluster.list('pods')).toEqual([]);
  });
});

describe('logs', () => {
  it('give the last lines, and say why there are none', async () => {
    served.cluster.setRuntime({
      observe: () => ({ kind: 'running', ready: true }),
      logs: () => ['2026-01-05T09:00:01Z one', '2026-01-05T09:00:02Z two', '2026-01-05T09:00:14Z three'],
    });
    const name = served.cluster.list('pods', 'shop')[0]?.metadata.name ?? '';
    const read = async (query: string): Promise<string> =>
      (await fetch(`${served.url}${PODS}/${name}/log${query}`)).text();
    expect(await read('?tailLines=2')).toBe('2026-01-05T09:00:02Z two\n2026-01-05T09:00:14Z three\n');
    expect(await read('?sinceSeconds=5')).toBe('2026-01-05T09:00:14Z three\n');
    expect(await ask(served, 'GET', `${PODS}/${name}/log?previous=true`)).toMatchObject({
      code: 400,
      body: { message: `previous terminated container "app" in pod "${name}" not found` },
    });
    expect(await ask(served, 'GET', `${PODS}/${name}/log?container=web`)).toMatchObject({
      code: 400,
      body: { message: `container web is not valid for pod ${name}` },
    });
  });
});

describe('the request log', () => {
  it('keeps changes with their bodies apart from the many reads', async () => {
    await ask(
      served,
      'PATCH',
      '/apis/apps/v1/namespaces/shop/deployments/payment-api?fieldManager=test',
      { spec: { replicas: 2 } },
      'merge',
    );
    for (let i = 0; i < 1200; i += 1) await fetch(`${served.url}/version`);
    const changes = served.cluster.requests().filter((request) => request.method !== 'GET');
    expect(changes).toEqual([
      expect.objectContaining({
        method: 'PATCH',
        code: 200,
        query: 'fieldManager=test',
        body: '{"spec":{"replicas":2}}',
        at: served.now(),
      }),
    ]);
    expect(served.cluster.requests().length).toBeLessThanOrEqual(501);
  });
});
