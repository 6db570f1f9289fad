import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../sandbox/kube/cluster.ts';
import { ask, deployment, furnish, type Reply, type Served, serveCluster } from '../serve.ts';

let served: Served;
beforeEach(async () => {
  served = await serveCluster();
  furnish(served);
});
afterEach(() => served.stop());

const apply = (manager: string, config: object, query = ''): Promise<Reply> =>
  ask(
    served,
    'PATCH',
    `/apis/apps/v1/namespaces/shop/deployments/web?fieldManager=${manager}${query}`,
    config,
    'apply',
  );

const web = (replicas?: number, env: { name: string; value: string }[] = []): KubeObject => {
  const object = deployment('web') as KubeObject & { spec: { template: { spec: { containers: object[] } } } };
  object.metadata = { name: 'web' } as KubeObject['metadata'];
  if (replicas === undefined) delete (object.spec as Record<string, unknown>).replicas;
  else (object.spec as Record<string, unknown>).replicas = replicas;
  object.spec.template.spec.containers = [{ name: 'app', image: 'shop/web:1', env }];
  return object;
};
const path = '/apis/apps/v1/namespaces/shop/deployments/web';
const envOf = (object: KubeObject): unknown =>
  (object.spec as { template: { spec: { containers: { env?: unknown }[] } } }).template.spec.containers[0]?.env;

describe('server-side apply', () => {
  it('creates with 201, then applies the same again without a new version', async () => {
    const first = await apply('gitops', web(2));
    expect(first.code).toBe(201);
    const second = await apply('gitops', web(2));
    expect(second.code).toBe(200);
    expect(second.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
    expect(first.body.metadata.managedFields).toEqual([
      expect.objectContaining({ manager: 'gitops', operation: 'Apply', apiVersion: 'apps/v1', fieldsType: 'FieldsV1' }),
    ]);
  });

  it('refuses to overwrite what another manager changed, names it, and does so when forced', async () => {
    await apply('gitops', web(2));
    await ask(served, 'PATCH', `${path}?fieldManager=nightshift`, { spec: { replicas: 5 } }, 'merge');
    const refused = await apply('gitops', web(2));
    expect(refused.code).toBe(409);
    expect(refused.body).toMatchObject({
      reason: 'Conflict',
      details: { causes: [{ reason: 'FieldManagerConflict', field: '.spec.replicas' }] },
    });
    expect(refused.body.message).toContain('conflict with "nightshift" using apps/v1: .spec.replicas');
    const forced = await apply('gitops', web(2), '&force=true');
    expect(forced.body.spec).toMatchObject({ replicas: 2 });
    expect(forced.body.metadata.managedFields?.map((entry) => entry.manager)).not.toContain('nightshift');
  });

  it('removes what its manager no longer names, and leaves what belongs to others', async () => {
    await apply(
      'gitops',
      web(2, [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ]),
    );
    const added = { spec: { template: { spec: { containers: [{ name: 'app', env: [{ name: 'C', value: '3' }] }] } } } };
    await ask(served, 'PATCH', `${path}?fieldManager=person`, added, 'strategic');
    const { body } = await apply('gitops', web(2, [{ name: 'A', value: '1' }]));
    expect((envOf(body) as { name: string }[]).map(({ name }) => name).sort()).toEqual(['A', 'C']);
  });

  it('shares a field that two managers apply with the same value, and drops it with the last of them', async () => {
    await apply('gitops', web(2));
    const labels = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { labels: { team: 'shop' } } };
    await apply('one', labels);
    await apply('two', labels);
    const none = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: {} };
    expect((await apply('one', none)).body.metadata.labels).toEqual({ team: 'shop' });
    expect((await apply('two', none)).body.metadata.labels?.team).toBeUndefined();
  });

  it('is told of an autoscaler in the way', async () => {
    await apply('gitops', web(2));
    served.cluster.setRuntime({
      observe: () => ({ kind: 'running', ready: true }),
      logs: () => [],
      usage: () => ({ cpuCores: 1, memoryBytes: 1 }),
    });
    const target = { type: 'AverageValue', averageValue: '250m' };
    served.cluster.apply({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'web' },
        maxReplicas: 6,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
      },
    });
    served.run(40);
    expect((await apply('gitops', web(2))).body.message).toContain('conflict with "kube-controller-manager"');
  });

  it('wants a manager, and takes a dry run', async () => {
    expect((await ask(served, 'PATCH', path, web(2), 'apply')).code).toBe(400);
    expect((await apply('gitops', web(2), '&dryRun=All')).code).toBe(201);
    expect((await ask(served, 'GET', path)).code).toBe(404);
  });

  it('reads YAML', async () => {
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  color: blue\n';
    const { code, body } = await ask(
      served,
      'PATCH',
      '/api/v1/namespaces/shop/configmaps/settings?fieldManager=x',
      yaml,
      'apply',
    );
    expect(code).toBe(201);
    expect(body.data).toEqual({ color: 'blue' });
  });
});
