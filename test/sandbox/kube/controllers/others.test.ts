import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../sandbox/kube/cluster.ts';
import type { PodDisruptionBudget } from '../../../../sandbox/kube/kinds.ts';
import type { DaemonSet, HorizontalPodAutoscaler, Job, StatefulSet } from '../../../../sandbox/kube/workload-kinds.ts';
import { addNode, ask, deployment, furnish, type Served, serveCluster } from '../serve.ts';

let served: Served;
let cpuCores: number | undefined;
beforeEach(async () => {
  cpuCores = 0.1;
  served = await serveCluster({
    observe: () => ({ kind: 'running', ready: true }),
    logs: () => [],
    usage: () => (cpuCores === undefined ? undefined : { cpuCores, memoryBytes: 1e8 }),
  });
  furnish(served);
});
afterEach(() => served.stop());

const template = (app: string, spec: object = {}): object => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'app', image: `${app}:1` }], ...spec },
});
const put = (apiVersion: string, kind: string, name: string, spec: object): KubeObject =>
  served.cluster.apply({
    apiVersion,
    kind,
    metadata: { name, namespace: 'shop' },
    spec: spec as Record<string, unknown>,
  });
const podNames = (app: string): string[] =>
  served.cluster
    .list('pods', 'shop')
    .filter((pod) => pod.metadata.labels?.app === app)
    .map((pod) => pod.metadata.name);

describe('a StatefulSet', () => {
  const set = (): StatefulSet => served.cluster.get('statefulsets', 'shop', 'db') as StatefulSet;
  const selector = { matchLabels: { app: 'db' } };

  it('starts its pods one after the other and updates them from the last', () => {
    put('apps/v1', 'StatefulSet', 'db', { replicas: 3, serviceName: 'db', selector, template: template('db') });
    served.run(4);
    expect(podNames('db')).toEqual(['db-0']);
    served.run(20);
    expect(podNames('db')).toEqual(['db-0', 'db-1', 'db-2']);
    served.cluster.mutate('statefulsets', 'shop', 'db', (copy) => {
      copy.spec.template.spec.containers = [{ name: 'app', image: 'db:2' }];
    });
    served.run(2);
    expect(served.cluster.get('pods', 'shop', 'db-2')?.metadata.deletionTimestamp).toBeDefined();
    expect(served.cluster.get('pods', 'shop', 'db-0')?.metadata.deletionTimestamp).toBeUndefined();
    served.run(60);
    expect(set().status).toMatchObject({ readyReplicas: 3, updatedReplicas: 3, currentReplicas: 3 });
    expect(set().status?.currentRevision).toBe(set().status?.updateRevision);
    expect(served.cluster.list('controllerrevisions', 'shop')).toHaveLength(2);
  });

  it('scales down from the last', () => {
    put('apps/v1', 'StatefulSet', 'db', {
      replicas: 3,
      selector,
      template: template('db'),
      podManagementPolicy: 'Parallel',
    });
    served.run(10);
    served.cluster.mutate('statefulsets', 'shop', 'db', (copy) => {
      copy.spec.replicas = 1;
    });
    served.run(10);
    expect(podNames('db')).toEqual(['db-0']);
  });
});

describe('a DaemonSet', () => {
  it('has one pod on each node that it tolerates, cordoned or not, and rolls them one by one', () => {
    served.cluster.mutate('nodes', undefined, 'node-2', (copy) => {
      copy.spec.unschedulable = true;
    });
    served.cluster.mutate('nodes', undefined, 'node-3', (copy) => {
      copy.spec.taints = [{ key: 'pool', value: 'gpu', effect: 'NoSchedule' }];
    });
    put('apps/v1', 'DaemonSet', 'agent', { selector: { matchLabels: { app: 'agent' } }, template: template('agent') });
    served.run(10);
    const nodes = served.cluster
      .list('pods', 'shop')
      .filter((pod) => pod.metadata.labels?.app === 'agent')
      .map((pod) => pod.spec.nodeName);
    expect(nodes.sort()).toEqual(['node-1', 'node-2']);
    served.cluster.mutate('daemonsets', 'shop', 'agent', (copy) => {
      copy.spec.template.spec.containers = [{ name: 'app', image: 'agent:2' }];
    });
    served.run(30);
    const { status } = served.cluster.get('daemonsets', 'shop', 'agent') as DaemonSet;
    expect(status).toMatchObject({ desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 });
  });
});

describe('a Job', () => {
  const job = (): Job => served.cluster.get('jobs', 'shop', 'migrate') as Job;
  const run = (command: string[], spec: object = {}): void => {
    const containers = [{ name: 'app', image: 'migrate:1', command }];
    put('batch/v1', 'Job', 'migrate', {
      template: template('migrate', { restartPolicy: 'Never', containers }),
      ...spec,
    });
  };

  it('runs to its completions', () => {
    run(['migrate'], { completions: 3, parallelism: 2 });
    served.run(40);
    expect(job().status).toMatchObject({ succeeded: 3 });
    expect(job().status?.conditions).toContainEqual(expect.objectContaining({ type: 'Complete', status: 'True' }));
  });

  it('gives up after its backoff limit', () => {
    run(['sh', '-c', 'exit 3'], { backoffLimit: 1 });
    served.run(40);
    expect(job().status).toMatchObject({ failed: 2 });
    expect(job().status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Failed', reason: 'BackoffLimitExceeded' }),
    );
  });

  it('is cleaned up when its time to live is over', () => {
    run(['migrate'], { ttlSecondsAfterFinished: 20 });
    served.run(15);
    expect(job().status?.succeeded).toBe(1);
    served.run(30);
    expect(job()).toBeUndefined();
    expect(podNames('migrate')).toEqual([]);
  });
});

describe('a HorizontalPodAutoscaler', () => {
  const scaler = (): HorizontalPodAutoscaler =>
    served.cluster.get('horizontalpodautoscalers', 'shop', 'web') as HorizontalPodAutoscaler;
  const replicas = (): number | undefined => served.cluster.get('deployments', 'shop', 'payment-api')?.spec.replicas;
  const conditions = (): unknown => scaler().status?.conditions;
  beforeEach(() => {
    put('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'payment-api' },
      minReplicas: 2,
      maxReplicas: 8,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 100 } } },
      ],
    });
  });

  it('grows with the load, no further than its maximum', () => {
    served.run(20);
    expect(replicas()).toBe(3);
    cpuCores = 0.2;
    served.run(20);
    expect(replicas()).toBe(6);
    served.run(60);
    expect(replicas()).toBe(8);
    expect(conditions()).toContainEqual(
      expect.objectContaining({ type: 'ScalingLimited', status: 'True', reason: 'TooManyReplicas' }),
    );
    expect(served.cluster.list('events', 'shop')).toContainEqual(
      expect.objectContaining({
        reason: 'SuccessfulRescale',
        message: 'New size: 6; reason: cpu resource utilization (percentage of request) above target',
      }),
    );
  });

  it('shrinks only after five quiet minutes, no further than its minimum', () => {
    cpuCores = 0.2;
    served.run(60);
    cpuCores = 0.01;
    served.run(240);
    expect(replicas()).toBe(8);
    served.run(120);
    expect(replicas()).toBe(2);
  });

  it('says so when it has no metrics, and leaves the size alone', () => {
    cpuCores = undefined;
    served.run(20);
    expect(replicas()).toBe(3);
    expect(conditions()).toContainEqual(
      expect.objectContaining({ type: 'ScalingActive', status: 'False', reason: 'FailedGetResourceMetric' }),
    );
  });
});

describe('a PodDisruptionBudget', () => {
  it('counts what its Deployment wants, not only what is there', () => {
    put('policy/v1', 'PodDisruptionBudget', 'web', {
      minAvailable: '50%',
      selector: { matchLabels: { app: 'payment-api' } },
    });
    served.run(1);
    const { status } = served.cluster.get('poddisruptionbudgets', 'shop', 'web') as PodDisruptionBudget;
    expect(status).toMatchObject({
      expectedPods: 3,
      desiredHealthy: 2,
      currentHealthy: 3,
      disruptionsAllowed: 1,
      observedGeneration: 1,
    });
  });
});

describe('a ResourceQuota', () => {
  it('stops a Deployment at its limit, which shows in events, conditions and its own status', async () => {
    put('v1', 'ResourceQuota', 'tight', { hard: { pods: '4', 'requests.cpu': '1' } });
    served.cluster.apply(deployment('web'));
    served.run(15);
    expect(podNames('web')).toHaveLength(1);
    expect(served.cluster.get('resourcequotas', 'shop', 'tight')?.status).toEqual({
      hard: { pods: '4', 'requests.cpu': '1' },
      used: { pods: '4', 'requests.cpu': '400m' },
    });
    expect(served.cluster.get('deployments', 'shop', 'web')?.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' }),
    );
    const pod = {
      metadata: { name: 'more' },
      spec: { containers: [{ name: 'app', image: 'x', resources: { requests: { cpu: '10m' } } }] },
    };
    const { code, body } = await ask(served, 'POST', '/api/v1/namespaces/shop/pods', pod);
    expect(code).toBe(403);
    expect(body.message).toBe(
      'pods "more" is forbidden: exceeded quota: tight, requested: pods=1, used: pods=4, limited: pods=4',
    );
  });
});

describe('Endpoints', () => {
  it('hold the ready pods of a Service', () => {
    put('v1', 'Service', 'web', { selector: { app: 'payment-api' }, ports: [{ port: 80, targetPort: 8080 }] });
    served.run(1);
    const subsets = (): { addresses?: unknown[] }[] => served.cluster.get('endpoints', 'shop', 'web')?.subsets as never;
    expect(subsets()[0]?.addresses).toHaveLength(3);
    served.cluster.remove('pods', 'shop', podNames('payment-api')[0] ?? '');
    served.run(1);
    expect(subsets()[0]?.addresses).toHaveLength(2);
  });
});

describe('events', () => {
  it('are forgotten an hour after they were last seen', () => {
    expect(served.cluster.list('events', 'shop').length).toBeGreaterThan(5);
    served.run(3700);
    expect(served.cluster.list('events', 'shop')).toEqual([]);
  });
});

describe('pods on a node that leaves the cluster', () => {
  it('go with it and come back elsewhere', () => {
    addNode(served.cluster, 'node-4');
    served.cluster.remove('nodes', undefined, 'node-1');
    served.run(15);
    const nodes = served.cluster.list('pods', 'shop').map((pod) => pod.spec.nodeName);
    expect(nodes).toHaveLength(3);
    expect(nodes).not.toContain('node-1');
  });
});
