import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, furnish, type Served, serveCluster } from '../serve.ts';

let served: Served;
beforeEach(async () => {
  served = await serveCluster();
  furnish(served);
});
afterEach(() => served.stop());

const PARTIAL = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const secret = (value: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db', namespace: 'shop' },
  stringData: { password: value },
});

describe('metadata alone', () => {
  it('comes without what a Secret holds, for one and for many', async () => {
    await ask(served, 'POST', '/api/v1/namespaces/shop/secrets', secret('hunter2'));
    for (const path of ['/api/v1/namespaces/shop/secrets/db', '/api/v1/namespaces/shop/secrets']) {
      const text = await (await fetch(served.url + path, { headers: { accept: PARTIAL } })).text();
      expect(text).toContain('PartialObjectMetadata');
      expect(text).not.toContain('"data"');
      expect(text).not.toContain(Buffer.from('hunter2').toString('base64'));
    }
  });

  it('tells when the object was written last, and by whom', async () => {
    served.cluster.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'shop' },
      data: { level: 'info' },
    });
    served.run(60);
    const edit = (map: Record<string, unknown>) => {
      map.data = { level: 'debug' };
    };
    served.cluster.mutate('configmaps', 'shop', 'settings', edit, 'kubectl-edit');
    const { body } = await ask(served, 'GET', '/api/v1/namespaces/shop/configmaps/settings');
    expect(body.metadata.managedFields).toMatchObject([
      { manager: 'kubectl-edit', operation: 'Update', time: `${new Date(served.now()).toISOString().slice(0, 19)}Z` },
    ]);
  });
});

describe('network policies', () => {
  const path = '/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies';
  const policy = (spec: object) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'deny', namespace: 'shop' },
    spec,
  });

  it('are created with the directions that a real server works out, changed and listed', async () => {
    const created = await ask(served, 'POST', path, policy({ podSelector: { matchLabels: { app: 'payment-api' } } }));
    expect(created).toMatchObject({
      code: 201,
      body: { spec: { policyTypes: ['Ingress'] }, metadata: { generation: 1 } },
    });
    const changed = await ask(served, 'PATCH', `${path}/deny`, { spec: { policyTypes: ['Egress'] } }, 'merge');
    expect(changed.body.metadata.generation).toBe(2);
    expect((await ask(served, 'GET', path)).body.items).toHaveLength(1);
  });

  it('count outgoing traffic too when they have rules for it', async () => {
    const { body } = await ask(served, 'POST', path, policy({ podSelector: {}, egress: [] }));
    expect(body.spec?.policyTypes).toEqual(['Ingress', 'Egress']);
  });

  it('are shown by what they select', async () => {
    await ask(served, 'POST', path, policy({ podSelector: { matchLabels: { app: 'payment-api' } } }));
    await ask(served, 'POST', path, {
      ...policy({ podSelector: {} }),
      metadata: { name: 'everybody', namespace: 'shop' },
    });
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const table = (await (await fetch(served.url + path, { headers: { accept } })).json()) as {
      rows: { cells: unknown[] }[];
    };
    expect(table.rows.map(({ cells }) => cells.slice(0, 2))).toEqual([
      ['deny', 'app=payment-api'],
      ['everybody', '<none>'],
    ]);
  });
});
