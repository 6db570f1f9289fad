import {
  ApiException,
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  makeInformer,
  PatchStrategy,
  PolicyV1Api,
  setHeaderOptions,
  Watch,
} from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { furnish, type Served, serveCluster } from './serve.ts';

let served: Served;
let config: KubeConfig;

beforeEach(async () => {
  served = await serveCluster();
  furnish(served);
  config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'sandbox', server: served.url, skipTLSVerify: true }, { name: 'anyone' });
});
afterEach(() => served.stop());

const NAMED = { name: 'payment-api', namespace: 'shop' };

describe("the official client's view of the sandbox", () => {
  it('lists pods by label and reads their status', async () => {
    const pods = await config
      .makeApiClient(CoreV1Api)
      .listNamespacedPod({ namespace: 'shop', labelSelector: 'app=payment-api' });
    expect(pods.items).toHaveLength(3);
    expect(pods.items[0]?.status?.containerStatuses?.[0]?.ready).toBe(true);
    expect(pods.items[0]?.metadata?.creationTimestamp).toBeInstanceOf(Date);
  });

  it('tries a strategic merge patch without changing anything, then does it', async () => {
    const apps = config.makeApiClient(AppsV1Api);
    const body = {
      spec: { template: { spec: { containers: [{ name: 'app', resources: { limits: { memory: '256Mi' } } }] } } },
    };
    const strategic = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
    const planned = await apps.patchNamespacedDeployment(
      { ...NAMED, body, dryRun: 'All', fieldManager: 'nightshift' },
      strategic,
    );
    expect(planned.spec?.template.spec?.containers[0]?.resources?.limits?.memory).toBe('256Mi');
    expect(
      (await apps.readNamespacedDeployment(NAMED)).spec?.template.spec?.containers[0]?.resources?.limits?.memory,
    ).toBe('128Mi');
    const done = await apps.patchNamespacedDeployment({ ...NAMED, body, fieldManager: 'nightshift' }, strategic);
    expect(done.metadata?.generation).toBe(2);
    expect(done.metadata?.managedFields?.map((entry) => entry.manager)).toContain('nightshift');
    const again = await apps.patchNamespacedDeployment({ ...NAMED, body, fieldManager: 'nightshift' }, strategic);
    expect(again.metadata?.resourceVersion).toBe(done.metadata?.resourceVersion);
  });

  it('scales through the scale subresource', async () => {
    const apps = config.makeApiClient(AppsV1Api);
    const scale = await apps.readNamespacedDeploymentScale(NAMED);
    expect(scale.spec?.replicas).toBe(3);
    await apps.replaceNamespacedDeploymentScale({ ...NAMED, body: { ...scale, spec: { replicas: 5 } } });
    served.run(10);
    expect((await apps.readNamespacedDeployment(NAMED)).status?.readyReplicas).toBe(5);
  });

  it('evicts a pod, and is told 404 as an ApiException for one that is not there', async () => {
    const name = served.cluster.list('pods', 'shop')[0]?.metadata.name ?? '';
    const core = config.makeApiClient(CoreV1Api);
    const body = { metadata: { name, namespace: 'shop' } };
    await core.createNamespacedPodEviction({ name, namespace: 'shop', body });
    served.run(5);
    await expect(core.readNamespacedPod({ name, namespace: 'shop' })).rejects.toSatisfy(
      (error) => error instanceof ApiException && error.code === 404 && String(error.body).includes('"NotFound"'),
    );
  });

  it('deletes with a uid precondition', async () => {
    const pod = served.cluster.list('pods', 'shop')[0];
    const core = config.makeApiClient(CoreV1Api);
    const target = { name: pod?.metadata.name ?? '', namespace: 'shop' };
    await expect(
      core.deleteNamespacedPod({ ...target, body: { preconditions: { uid: 'another' } } }),
    ).rejects.toMatchObject({ code: 409 });
    await core.deleteNamespacedPod({ ...target, body: { preconditions: { uid: pod?.metadata.uid ?? '' } } });
    served.run(5);
    expect(served.cluster.get('pods', 'shop', target.name)).toBeUndefined();
  });

  it('writes a PodDisruptionBudget and reads its status', async () => {
    const policy = config.makeApiClient(PolicyV1Api);
    const body = {
      metadata: { name: 'web' },
      spec: { minAvailable: 3, selector: { matchLabels: { app: 'payment-api' } } },
    };
    await policy.createNamespacedPodDisruptionBudget({ namespace: 'shop', body });
    served.run(1);
    const budget = await policy.readNamespacedPodDisruptionBudget({ name: 'web', namespace: 'shop' });
    expect(budget.status).toMatchObject({
      currentHealthy: 3,
      desiredHealthy: 3,
      disruptionsAllowed: 0,
      expectedPods: 3,
    });
  });

  it('keeps an informer up to date', async () => {
    const core = config.makeApiClient(CoreV1Api);
    const informer = makeInformer(config, '/api/v1/namespaces/shop/pods', () =>
      core.listNamespacedPod({ namespace: 'shop' }),
    );
    await informer.start();
    expect(informer.list('shop')).toHaveLength(3);
    served.cluster.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.replicas = 4;
    });
    served.run(2);
    await expect.poll(() => informer.list('shop').length).toBe(4);
    await informer.stop();
  });

  it('is told 410 in an ERROR event when it watches from a forgotten revision', async () => {
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      void new Watch(config).watch(
        '/api/v1/namespaces/shop/pods',
        { resourceVersion: '1' },
        (phase, object: { code?: number }) => seen.push(`${phase} ${object.code ?? ''}`),
        () => resolve(),
      );
    });
    expect(seen).toEqual(['ERROR 410']);
  });
});
