import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContainerState, KubeObject } from '../../../../sandbox/kube/cluster.ts';
import type { ContainerStatus, Pod } from '../../../../sandbox/kube/kinds.ts';
import { addNode, type Served, serveCluster } from '../serve.ts';

let served: Served;
let program: (pod: Pod) => ContainerState;
const FINE: ContainerState = { kind: 'running', ready: true };
beforeEach(async () => {
  program = () => FINE;
  served = await serveCluster({ observe: (pod) => program(pod), logs: () => [] });
  addNode(served.cluster, 'node-1');
});
afterEach(() => served.stop());

const podNamed = (name: string, spec: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'app', image: 'app:1' }], ...spec },
});
const pod = (): Pod => served.cluster.get('pods', 'default', 'p') as Pod;
const container = (): ContainerStatus | undefined => pod().status.containerStatuses?.[0];
const reasons = (): string[] => served.cluster.list('events', 'default').map((event) => event.reason);

describe('a pod', () => {
  it('is created, starts, becomes ready, in a few seconds', () => {
    served.cluster.apply(podNamed('p'));
    served.run(1);
    expect(pod().status.phase).toBe('Pending');
    expect(container()?.state.waiting?.reason).toBe('ContainerCreating');
    served.run(3);
    expect(pod().status).toMatchObject({ phase: 'Running' });
    expect(container()).toMatchObject({ ready: false, restartCount: 0 });
    served.run(4);
    expect(container()?.ready).toBe(true);
    expect(reasons()).toEqual(expect.arrayContaining(['Scheduled', 'Pulled', 'Created', 'Started']));
  });

  it('that keeps crashing waits 10, 20, 40 seconds and never more than 300 between its starts', () => {
    program = (p) =>
      p.status.containerStatuses?.[0]?.state.running ? { kind: 'exited', reason: 'Error', exitCode: 1 } : FINE;
    served.cluster.apply(podNamed('p'));
    const starts: number[] = [];
    let last: string | undefined;
    for (let second = 0; second < 1800; second += 1) {
      served.run(1);
      const at = container()?.state.running?.startedAt;
      if (at !== undefined && at !== last) starts.push(Date.parse(at) / 1000);
      last = at ?? last;
    }
    const waits = starts.slice(1).map((at, i) => at - (starts[i] ?? 0));
    expect(waits.slice(0, 6).map((wait) => Math.round(wait / 10) * 10)).toEqual([0, 10, 20, 40, 80, 160]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(303);
    expect(waits.length).toBeGreaterThanOrEqual(9);
    expect(container()?.restartCount).toBe(starts.length - 1);
    expect(container()?.state.waiting?.reason).toBe('CrashLoopBackOff');
    expect(container()?.lastState.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
    const backoff = served.cluster.list('events', 'default').find((event) => event.reason === 'BackOff');
    expect(backoff?.count).toBeGreaterThan(5);
  });

  it('that is killed for memory shows it, and runs on', () => {
    served.cluster.apply(podNamed('p'));
    served.run(10);
    program = (p) =>
      p.status.containerStatuses?.[0]?.restartCount === 0
        ? { kind: 'exited', reason: 'OOMKilled', exitCode: 137 }
        : FINE;
    served.run(10);
    expect(container()).toMatchObject({
      restartCount: 1,
      ready: true,
      lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
    });
    expect(pod().status.phase).toBe('Running');
  });

  it('whose image cannot be pulled says so, and runs once it can', () => {
    program = () => ({ kind: 'image_pull_failed', message: 'manifest unknown' });
    served.cluster.apply(podNamed('p'));
    served.run(3);
    expect(container()?.state.waiting).toEqual({ reason: 'ErrImagePull', message: 'manifest unknown' });
    served.run(1);
    expect(container()?.state.waiting?.reason).toBe('ImagePullBackOff');
    expect(pod().status.phase).toBe('Pending');
    program = () => FINE;
    served.run(30);
    expect(container()).toMatchObject({ ready: true, restartCount: 0 });
  });

  it('whose configuration is missing says so', () => {
    program = () => ({ kind: 'config_error', message: 'configmap "settings" not found' });
    served.cluster.apply(podNamed('p'));
    served.run(5);
    expect(container()?.state.waiting).toEqual({
      reason: 'CreateContainerConfigError',
      message: 'configmap "settings" not found',
    });
  });

  it('that is not ready stays running and is told about', () => {
    served.cluster.apply(podNamed('p'));
    served.run(10);
    program = () => ({ kind: 'running', ready: false, message: 'HTTP probe failed with statuscode: 503' });
    served.run(2);
    expect(container()).toMatchObject({ ready: false, restartCount: 0 });
    expect(pod().status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }),
    );
    expect(reasons()).toContain('Unhealthy');
  });

  it('ends for good when its restart policy says so', () => {
    served.cluster.apply(podNamed('p', { restartPolicy: 'Never' }));
    served.run(10);
    program = () => ({ kind: 'exited', reason: 'Completed', exitCode: 0 });
    served.run(30);
    expect(pod().status.phase).toBe('Succeeded');
    expect(container()?.restartCount).toBe(0);
  });

  it('starts anew when its image is changed in place', () => {
    served.cluster.apply(podNamed('p'));
    served.run(10);
    served.cluster.mutate('pods', 'default', 'p', (copy) => {
      const [first] = copy.spec.containers;
      if (first) first.image = 'app:2';
    });
    served.run(10);
    expect(container()).toMatchObject({ image: 'app:2', restartCount: 1, ready: true });
  });
});

describe('a node that does not report', () => {
  const setReady = (status: 'True' | 'Unknown'): void => {
    served.cluster.mutate('nodes', undefined, 'node-1', (copy) => {
      copy.status.conditions = [{ type: 'Ready', status, reason: 'Test' }];
    });
  };

  it('has its pods called not ready, tainted, and evicted after five minutes', () => {
    addNode(served.cluster, 'node-2', '100m');
    served.cluster.apply(
      podNamed('p', { containers: [{ name: 'app', image: 'app:1', resources: { requests: { cpu: '1' } } }] }),
    );
    served.run(10);
    setReady('Unknown');
    served.run(2);
    expect(pod().status.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'False' }));
    const taints = served.cluster.get('nodes', undefined, 'node-1')?.spec.taints;
    expect(taints?.map((taint) => `${taint.key}:${taint.effect}`)).toEqual([
      'node.kubernetes.io/unreachable:NoSchedule',
      'node.kubernetes.io/unreachable:NoExecute',
    ]);
    served.run(290);
    expect(pod().metadata.deletionTimestamp).toBeUndefined();
    served.run(20);
    expect(pod().metadata.deletionTimestamp).toBeDefined();
    setReady('True');
    served.run(5);
    expect(served.cluster.get('pods', 'default', 'p')).toBeUndefined();
    expect(served.cluster.get('nodes', undefined, 'node-1')?.spec.taints).toBeUndefined();
  });
});
