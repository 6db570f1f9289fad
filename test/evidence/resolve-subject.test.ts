import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sandbox/kube/cluster.ts';
import type { Named } from '../../src/domain/named-by-labels.ts';
import type { Alert } from '../../src/domain/types/alert.ts';
import { resolveSubject } from '../../src/evidence/resolve-subject.ts';
import { type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';

let small: SmallCluster;
beforeAll(async () => {
  small = await startSmallCluster();
  for (const object of MORE) small.kube.apply(object);
  small.run(330);
});
afterAll(() => small.stop());

const ns = (name: string) => ({ name, namespace: 'shop' });
const container = { name: 'app', image: 'shop/x:1' };
const app = (name: string, kind = 'Deployment', spec: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: ns(name),
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [container], ...spec } },
  },
});
const MORE: KubeObject[] = [
  app('cart'),
  app('cart-api'),
  app('books', 'Deployment', { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'books-data' } }] }),
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: ns('books-data'),
    spec: { resources: { requests: { storage: '1Gi' } } },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: ns('front'),
    spec: { selector: { app: 'cart-api' }, ports: [{ port: 80 }] },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: ns('public'),
    spec: {
      rules: [
        {
          host: 'cart.example',
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'front', port: { number: 80 } } } }],
          },
        },
      ],
    },
  },
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: ns('by-load'),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart-api' },
      minReplicas: 1,
      maxReplicas: 3,
    },
  },
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: ns('keep'),
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'cart' } } },
  },
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: ns('report'),
    spec: {
      schedule: '*/5 * * * *',
      jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } } },
    },
  },
];

const ALERT: Alert = {
  fingerprint: 'f',
  name: 'Something',
  status: 'firing',
  labels: { namespace: 'shop' },
  annotations: {},
  startsAt: 0,
  endsAt: null,
  generatorUrl: '',
  source: 'alertmanager',
};
const resolve = (...named: Named[]) => resolveSubject(small.cluster, ALERT, named);
const workload = (name: string, kind: 'Deployment' | 'StatefulSet' = 'Deployment') => ({
  cluster: 'test',
  namespace: 'shop',
  service: name,
  entity: { kind, namespace: 'shop', name },
});
const object = (
  kind: 'HorizontalPodAutoscaler' | 'PersistentVolumeClaim' | 'PodDisruptionBudget',
  name: string,
): Named => ({
  by: 'object',
  entity: { kind, namespace: 'shop', name },
});

describe('whose trouble it is', () => {
  it("is the pod's owner, told by uid and not by how it is called", async () => {
    const pods = await small.cluster.pods('shop', { app: 'cart-api' });
    const name = pods.ok ? pods.value[0]!.name : '';
    expect(await resolve({ by: 'pod', namespace: 'shop', name })).toEqual(workload('cart-api'));
  });

  it("is the workload whose pods were called so, of a pod that is gone: the whole name's", async () => {
    const gone = (name: string) => resolve({ by: 'pod', namespace: 'shop', name });
    expect(await gone('cart-6d5f7c9b8d-x2k4p')).toEqual(workload('cart'));
    expect(await gone('cart-api-6d5f7c9b8d-x2k4p')).toEqual(workload('cart-api'));
  });

  it('is whom an autoscaler, a claim or a budget is for, with the object itself as the subject', async () => {
    expect(await resolve(object('HorizontalPodAutoscaler', 'by-load'))).toMatchObject({
      service: 'cart-api',
      entity: { kind: 'HorizontalPodAutoscaler', name: 'by-load' },
    });
    expect(await resolve(object('PersistentVolumeClaim', 'books-data'))).toMatchObject({ service: 'books' });
    expect(await resolve(object('PodDisruptionBudget', 'keep'))).toMatchObject({ service: 'cart' });
    expect(await resolve(object('PersistentVolumeClaim', 'nobodys'))).toMatchObject({
      service: 'persistentvolumeclaim/nobodys',
    });
  });

  it('is the CronJob that made a Job, and the Job itself where nobody did or it is gone', async () => {
    const made = small.kube.list('jobs', 'shop').find(({ metadata }) => metadata.name.startsWith('report-'));
    const job = (name: string) => resolve({ by: 'object', entity: { kind: 'Job', namespace: 'shop', name } });
    expect(await job(made!.metadata.name)).toMatchObject({
      service: 'cronjob/report',
      entity: { kind: 'CronJob', namespace: 'shop', name: 'report' },
    });
    expect(await job('gone-1')).toMatchObject({ service: 'job/gone-1', entity: { kind: 'Job', name: 'gone-1' } });
    // Its name tells whose it was only while there is such a CronJob.
    expect(await job('report-29177885')).toMatchObject({ entity: { kind: 'CronJob', name: 'report' } });
    expect(await job('other-29177885')).toMatchObject({ entity: { kind: 'Job', name: 'other-29177885' } });
  });

  it('is whom the ingress, the host or the Service sends requests to', async () => {
    expect(await resolve({ by: 'object', entity: { kind: 'Ingress', namespace: 'shop', name: 'public' } })).toEqual(
      workload('cart-api'),
    );
    expect(await resolve({ by: 'host', host: 'cart.example' })).toEqual(workload('cart-api'));
    expect(await resolve({ by: 'host', host: 'front.shop.svc.cluster.local' })).toEqual(workload('cart-api'));
    expect(await resolve({ by: 'service', namespace: 'shop', name: 'front' })).toEqual(workload('cart-api'));
  });

  it('is what is named next where the cluster has no such ingress, and the host itself at last', async () => {
    const gone: Named = { by: 'object', entity: { kind: 'Ingress', namespace: 'shop', name: 'gone' } };
    expect(await resolve(gone, { by: 'service', namespace: 'shop', name: 'front' })).toEqual(workload('cart-api'));
    expect(await resolve({ by: 'host', host: 'elsewhere.example' })).toMatchObject({
      namespace: '',
      service: 'probe/elsewhere.example',
      entity: { kind: 'Probe', name: 'elsewhere.example' },
    });
  });

  it('is never what follows where a named object is gone: that is somebody else', async () => {
    const job: Named = { by: 'object', entity: { kind: 'Job', namespace: 'shop', name: 'gone-2' } };
    expect(await resolve(job, { by: 'pod', namespace: 'shop', name: 'cart-api-6d5f7c9b8d-x2k4p' })).toMatchObject({
      service: 'job/gone-2',
    });
  });

  it('is a node by the address of its exporter', async () => {
    small.kube.mutate('nodes', undefined, 'node-a', (node) => {
      node.status.addresses = [{ type: 'InternalIP', address: '10.9.8.7' }];
    });
    const address = (host: string) => resolve({ by: 'address', host, pod: null });
    expect(await address('10.9.8.7')).toMatchObject({
      namespace: '',
      service: 'node-a',
      entity: { kind: 'Node', name: 'node-a' },
    });
    expect(await address('node-b')).toMatchObject({ service: 'node-b' });
    expect(await address('10.1.1.1')).toMatchObject({ entity: { kind: 'Node', name: '10.1.1.1' } });
  });

  it('is the alert itself where nothing is named', async () => {
    expect(await resolve()).toEqual({ cluster: 'test', namespace: 'shop', service: 'alert:Something' });
  });

  it('is known by a look of a while ago, and looked for anew where it was not there then', async () => {
    let looks = 0;
    const counted = {
      ...small.cluster,
      workloads: (namespace: string | null) => {
        looks += 1;
        return small.cluster.workloads(namespace);
      },
    };
    const before = { ...small.cluster, workloads: small.cluster.workloads.bind(small.cluster, 'elsewhere') };
    const service: Named = { by: 'service', namespace: 'shop', name: 'cart-api' };
    const fresh = await resolveSubject(counted, ALERT, [service]);
    expect([fresh.entity?.name, looks]).toEqual(['cart-api', 1]);
    expect(await resolveSubject(counted, ALERT, [service], small.cluster)).toEqual(fresh);
    expect(looks).toBe(1);
    expect(await resolveSubject(counted, ALERT, [service], before)).toEqual(fresh);
    expect(looks).toBe(2);
  });

  it('goes by names alone while the cluster gives no answer', async () => {
    const away = await startSmallCluster();
    await away.stop();
    expect(
      await resolveSubject(away.cluster, ALERT, [{ by: 'pod', namespace: 'shop', name: 'cart-api-6d5f7c9b8d-x2k4p' }]),
    ).toMatchObject({ service: 'cart-api' });
  });
});

describe('on a dead node', () => {
  const lost = (name: string) =>
    small.kube.mutate('nodes', undefined, name, (node) => {
      node.status.conditions = [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }];
    });

  it('pods that are not ready are the trouble of the node, whatever told of them; what callers feel points there', async () => {
    const pods = await small.cluster.pods('shop', { app: 'cart' });
    const { name, node } = pods.ok ? pods.value[0]! : { name: '', node: '' };
    lost(node ?? '');
    small.run(5);
    const told = (alertName: string, named: Named) =>
      resolveSubject(small.cluster, { ...ALERT, name: alertName }, [named]);
    const onNode = { namespace: '', service: node, entity: { kind: 'Node', name: node } };
    expect(await told('KubePodNotReady', { by: 'pod', namespace: 'shop', name })).toMatchObject(onNode);
    expect(
      await told('KubeDeploymentReplicasMismatch', {
        by: 'workload',
        kind: 'Deployment',
        namespace: 'shop',
        name: 'cart',
      }),
    ).toMatchObject(onNode);
    expect(await told('HighErrorRate', { by: 'service', namespace: 'shop', name: 'cart' })).toMatchObject({
      service: 'cart',
      deadNode: node,
    });
    expect(
      await told('TargetDown', { by: 'object', entity: { kind: 'ControlPlane', namespace: '', name: 'kubelet' } }),
    ).toMatchObject(onNode);
  });
});
