import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sandbox/kube/cluster.ts';
import increaseMemoryLimit from '../../src/actions/increase-memory-limit.ts';
import restartPod from '../../src/actions/restart-pod.ts';
import rollbackDeployment from '../../src/actions/rollback-deployment.ts';
import scaleHorizontal from '../../src/actions/scale-horizontal.ts';
import { type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, planned, refusal } from './action-context.ts';

const template = (app: string, image: string) => ({
  metadata: { labels: { app } },
  spec: {
    containers: [{ name: 'app', image, resources: { limits: { memory: '256Mi' }, requests: { memory: '128Mi' } } }],
  },
});
const selector = (app: string) => ({ matchLabels: { app } });
const statefulSet: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'ledger-db', namespace: 'shop', labels: { app: 'ledger-db' } },
  spec: {
    replicas: 3,
    serviceName: 'ledger-db',
    selector: selector('ledger-db'),
    template: template('ledger-db', 'shop/ledger-db:1'),
  },
};
const daemonSet: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'node-agent', namespace: 'shop', labels: { app: 'node-agent' } },
  spec: { selector: selector('node-agent'), template: template('node-agent', 'shop/node-agent:1') },
};

describe('a StatefulSet', () => {
  let small: SmallCluster;
  const target = { kind: 'StatefulSet', name: 'ledger-db' } as const;

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(statefulSet);
    small.run(90);
  });
  afterEach(() => small.stop());

  it('is read with its counts, and its revisions come from ControllerRevisions', async () => {
    const workload = await small.cluster.workload('shop', 'ledger-db');
    if (!workload.ok) throw new Error(workload.failure.message);
    expect(workload.value).toMatchObject({
      kind: 'StatefulSet',
      replicas: 3,
      readyReplicas: 3,
      updatedReplicas: 3,
      unavailableReplicas: 0,
    });
    const revisions = await small.cluster.revisions(workload.value);
    expect(revisions.ok && revisions.value.map(({ revision, images }) => [revision, images.app])).toEqual([
      [1, 'shop/ledger-db:1'],
    ]);
  });

  it('has a pod restarted under its own name, known by its uid', async () => {
    const context = contextFor(small, { target: { kind: 'Pod', name: 'ledger-db-1' } });
    const plan = await planned(restartPod, context);
    expect(plan.changes[0]?.after).toContain('StatefulSet ledger-db');
    const { execution } = await carryOut(restartPod, context, plan);
    small.run(90);
    expect(await restartPod.settled(context, execution)).toMatchObject({ kind: 'settled' });
    const pod = await small.cluster.pod('shop', 'ledger-db-1');
    expect(pod.ok && pod.value.uid).not.toBe(plan.target.uid);
  });

  it('has its memory limit raised, and is neither scaled nor rolled back', async () => {
    const context = contextFor(small, { target });
    const { execution } = await carryOut(increaseMemoryLimit, context, await planned(increaseMemoryLimit, context));
    expect((await increaseMemoryLimit.settled(context, execution)).kind).toBe('in_progress');
    small.run(200);
    expect(await increaseMemoryLimit.settled(context, execution)).toMatchObject({ kind: 'settled' });
    expect(await refusal(scaleHorizontal, context)).toBe('unsupported');
    expect(await refusal(rollbackDeployment, context)).toBe('unsupported');
  });
});

describe('a DaemonSet', () => {
  let small: SmallCluster;
  const target = { kind: 'DaemonSet', name: 'node-agent' } as const;

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(daemonSet);
    small.run(60);
  });
  afterEach(() => small.stop());

  it('is read with one pod a node, and has one restarted', async () => {
    const workload = await small.cluster.workload('shop', 'node-agent');
    expect(workload.ok && workload.value).toMatchObject({ kind: 'DaemonSet', replicas: 2, readyReplicas: 2 });
    const name = small.kube.list('pods', 'shop')[0]?.metadata.name ?? '';
    const context = contextFor(small, { target: { kind: 'Pod', name } });
    const { execution } = await carryOut(restartPod, context, await planned(restartPod, context));
    small.run(90);
    expect(await restartPod.settled(context, execution)).toMatchObject({ kind: 'settled' });
  });

  it('is neither scaled nor rolled back', async () => {
    expect(await refusal(scaleHorizontal, contextFor(small, { target }))).toBe('unsupported');
    expect(await refusal(rollbackDeployment, contextFor(small, { target }))).toBe('unsupported');
  });
});
