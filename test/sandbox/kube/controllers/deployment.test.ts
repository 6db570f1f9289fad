import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '../../../../sandbox/kube/workload-kinds.ts';
import { addNode, deployment, type Served, serveCluster } from '../serve.ts';

let served: Served;
beforeEach(async () => {
  served = await serveCluster({
    observe: (pod) => {
      const image = pod.spec.containers[0]?.image ?? '';
      if (image.startsWith('missing/')) return { kind: 'image_pull_failed', message: 'not found' };
      return { kind: 'running', ready: !image.startsWith('slow/') };
    },
    logs: () => [],
  });
  for (const name of ['node-1', 'node-2', 'node-3']) addNode(served.cluster, name);
  served.cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
});
afterEach(() => served.stop());

const web = (): Deployment => served.cluster.get('deployments', 'shop', 'web') as Deployment;
const sets = (): readonly ReplicaSet[] => served.cluster.list('replicasets', 'shop');
const setImage = (image: string): void => {
  served.cluster.mutate('deployments', 'shop', 'web', (copy) => {
    const [container] = copy.spec.template.spec.containers;
    if (container) container.image = image;
  });
};
const start = (spec: Record<string, unknown> = {}): void => {
  served.cluster.apply(deployment('web', spec));
  served.run(15);
};
const revisions = (): (string | undefined)[] =>
  sets()
    .map((set) => set.metadata.annotations?.['deployment.kubernetes.io/revision'])
    .sort();
const progressing = (): unknown => web().status.conditions?.find((c) => c.type === 'Progressing');

describe('a Deployment', () => {
  it('starts its pods and says that it is available', () => {
    start();
    expect(web().status).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      updatedReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 1,
    });
    expect(progressing()).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
    expect(web().metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1');
  });

  it('rolls to a new template without ever having too few or too many pods', () => {
    start({ replicas: 4, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } });
    setImage('shop/web:2');
    for (let second = 0; second < 60; second += 1) {
      served.run(1);
      const pods = served.cluster.list('pods', 'shop').filter((pod) => pod.metadata.deletionTimestamp === undefined);
      expect(pods.length).toBeLessThanOrEqual(5);
      expect(
        pods.filter((pod) => pod.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')).length,
      ).toBeGreaterThanOrEqual(3);
    }
    expect(served.cluster.list('pods', 'shop').map((pod) => pod.spec.containers[0]?.image)).toEqual(
      Array(4).fill('shop/web:2'),
    );
    expect(revisions()).toEqual(['1', '2']);
  });

  it('gives an old template that comes back the newest number: 1,2,3 becomes 1,3,4', () => {
    start();
    for (const image of ['shop/web:2', 'shop/web:3', 'shop/web:2']) {
      setImage(image);
      served.run(40);
    }
    expect(revisions()).toEqual(['1', '3', '4']);
    expect(sets()).toHaveLength(3);
  });

  it('keeps the old pods when the new ones never start, and says so after the deadline', () => {
    start({ progressDeadlineSeconds: 30 });
    setImage('missing/web:2');
    served.run(60);
    expect(progressing()).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
    expect(web().status).toMatchObject({ availableReplicas: 3, updatedReplicas: 1, unavailableReplicas: 1 });
    setImage('shop/web:1.0.0');
    served.run(20);
    expect(progressing()).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
    expect(served.cluster.list('pods', 'shop')).toHaveLength(3);
  });

  it('makes no new set while paused, but scales', () => {
    start({ paused: true });
    served.cluster.mutate('deployments', 'shop', 'web', (copy) => {
      copy.spec.paused = false;
    });
    served.run(15);
    served.cluster.mutate('deployments', 'shop', 'web', (copy) => {
      copy.spec.paused = true;
      copy.spec.replicas = 5;
    });
    setImage('shop/web:2');
    served.run(15);
    expect(sets()).toHaveLength(1);
    expect(served.cluster.list('pods', 'shop')).toHaveLength(5);
    expect(progressing()).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused' });
  });

  it('scales both sets in proportion when resized in the middle of a rollout', () => {
    start({ replicas: 4 });
    setImage('slow/web:2');
    served.run(10);
    served.cluster.mutate('deployments', 'shop', 'web', (copy) => {
      copy.spec.replicas = 8;
    });
    served.run(10);
    expect(
      sets()
        .map((set) => set.spec.replicas)
        .reduce((a, b) => a + b),
    ).toBeLessThanOrEqual(10);
    expect(Math.min(...sets().map((set) => set.spec.replicas))).toBeGreaterThan(2);
  });

  it('with Recreate ends all old pods before it starts a new one', () => {
    start({ strategy: { type: 'Recreate' } });
    setImage('shop/web:2');
    for (let second = 0; second < 15; second += 1) {
      served.run(1);
      expect(
        new Set(served.cluster.list('pods', 'shop').map((pod) => pod.spec.containers[0]?.image)).size,
      ).toBeLessThanOrEqual(1);
    }
    expect(web().status.readyReplicas).toBe(3);
  });

  it('forgets old sets beyond its history limit', () => {
    start({ revisionHistoryLimit: 1 });
    for (const image of ['shop/web:2', 'shop/web:3', 'shop/web:4']) {
      setImage(image);
      served.run(40);
    }
    expect(revisions()).toEqual(['3', '4']);
  });
});
