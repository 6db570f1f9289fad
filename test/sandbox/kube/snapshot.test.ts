import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, furnish, type Served, serveCluster } from './serve.ts';

let before: Served;
let after: Served;
beforeEach(async () => {
  before = await serveCluster();
  furnish(before);
  after = await serveCluster(undefined, before.now());
});
afterEach(async () => {
  await before.stop();
  await after.stop();
});

describe('a cluster saved and restored', () => {
  it('is the same, goes on counting, and gives no name twice', async () => {
    await ask(
      before,
      'PATCH',
      '/apis/apps/v1/namespaces/shop/deployments/payment-api',
      { spec: { replicas: 4 } },
      'merge',
    );
    after.cluster.restore(JSON.parse(JSON.stringify(before.cluster.snapshot())));
    expect(after.cluster.list('pods')).toEqual(before.cluster.list('pods'));
    expect(after.cluster.requests()).toEqual(before.cluster.requests());
    before.run(20);
    after.run(20);
    expect(after.cluster.list('pods')).toEqual(before.cluster.list('pods'));
    expect(after.cluster.list('pods', 'shop')).toHaveLength(4);
  });

  it('stays as it was saved, whatever goes on after it was saved or taken back', async () => {
    const saved = before.cluster.snapshot();
    const text = JSON.stringify(saved);
    const pod = before.cluster.list('pods', 'shop')[0]?.metadata.name ?? '';
    for (const from of [before, after]) {
      from.cluster.restore(saved);
      await ask(from, 'DELETE', `/api/v1/namespaces/shop/pods/${pod}`);
      from.run(5);
      expect(from.cluster.get('pods', 'shop', pod)).toBeUndefined();
      expect(JSON.stringify(saved)).toBe(text);
    }
  });

  it('tells watchers of the old process to list again', async () => {
    const revision = before.cluster.list('nodes')[0]?.metadata.resourceVersion ?? '';
    after.cluster.restore(before.cluster.snapshot());
    const res = await fetch(`${after.url}/apis/apps/v1/deployments?watch=true&resourceVersion=${revision}`);
    expect(JSON.parse((await res.text()).trim())).toMatchObject({ type: 'ERROR', object: { code: 410 } });
  });

  it('knows its custom kinds again', async () => {
    const names = { plural: 'gadgets', singular: 'gadget', kind: 'Gadget' };
    const versions = [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ];
    before.cluster.apply({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gadgets.example.com' },
      spec: { group: 'example.com', scope: 'Namespaced', names, versions },
    });
    before.cluster.apply({
      apiVersion: 'example.com/v1',
      kind: 'Gadget',
      metadata: { name: 'g', namespace: 'shop' },
      spec: { size: 3 },
    });
    after.cluster.restore(before.cluster.snapshot());
    expect((await ask(after, 'GET', '/apis/example.com/v1/namespaces/shop/gadgets/g')).body.spec).toEqual({ size: 3 });
  });
});

describe('what the simulation is handed', () => {
  it('cannot be changed by accident', () => {
    const [pod] = before.cluster.list('pods', 'shop');
    expect(() => {
      if (pod) pod.spec.nodeName = 'elsewhere';
    }).toThrow(TypeError);
  });
});
