import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../sandbox/kube/cluster.ts';
import type { Pod } from '../../../../sandbox/kube/kinds.ts';
import { addNode, deployment, type Served, serveCluster } from '../serve.ts';

let served: Served;
beforeEach(async () => {
  served = await serveCluster();
  addNode(served.cluster, 'big', '4', '8Gi');
  addNode(served.cluster, 'small', '1', '1Gi');
  served.cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
});
afterEach(() => served.stop());

const podNamed = (name: string, cpu: string, spec: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', labels: { app: name } },
  spec: { containers: [{ name: 'app', image: 'app:1', resources: { requests: { cpu } } }], ...spec },
});
const nodeOf = (name: string): string | undefined => served.cluster.get('pods', 'shop', name)?.spec.nodeName;
const whyPending = (name: string): string | undefined =>
  (served.cluster.get('pods', 'shop', name) as Pod).status.conditions?.find((c) => c.type === 'PodScheduled')?.message;

describe('the scheduler', () => {
  it('puts a pod where its requests fit, and says what is lacking where they do not', () => {
    served.cluster.apply(podNamed('a', '3'));
    served.cluster.apply(podNamed('b', '2'));
    served.run(2);
    expect([nodeOf('a'), nodeOf('b')].filter((node) => node !== undefined)).toEqual(['big']);
    expect(whyPending('b')).toBe(
      '0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pods.',
    );
    expect(served.cluster.list('events', 'shop')).toContainEqual(
      expect.objectContaining({ type: 'Warning', reason: 'FailedScheduling' }),
    );
  });

  it('places the waiting pod once room is made', () => {
    served.cluster.apply(podNamed('a', '3'));
    served.cluster.apply(podNamed('b', '2'));
    served.run(2);
    served.cluster.remove('pods', 'shop', 'a');
    served.run(2);
    expect(nodeOf('b')).toBe('big');
  });

  it('keeps away from cordoned and tainted nodes, unless tolerated', () => {
    served.cluster.mutate('nodes', undefined, 'big', (copy) => {
      copy.spec.unschedulable = true;
    });
    served.cluster.mutate('nodes', undefined, 'small', (copy) => {
      copy.spec.taints = [{ key: 'pool', value: 'db', effect: 'NoSchedule' }];
    });
    served.cluster.apply(podNamed('a', '100m'));
    served.cluster.apply(
      podNamed('db', '100m', { tolerations: [{ key: 'pool', operator: 'Equal', value: 'db', effect: 'NoSchedule' }] }),
    );
    served.run(2);
    expect(nodeOf('db')).toBe('small');
    expect(whyPending('a')).toBe(
      '0/2 nodes are available: 1 node(s) had untolerated taint {pool: db}, 1 node(s) were unschedulable. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
    );
  });

  it('obeys node selectors and pod anti-affinity', () => {
    served.cluster.apply(podNamed('a', '100m', { nodeSelector: { 'kubernetes.io/hostname': 'small' } }));
    served.run(2);
    expect(nodeOf('a')).toBe('small');
    const rule = { labelSelector: { matchLabels: { app: 'a' } }, topologyKey: 'kubernetes.io/hostname' };
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [rule] } };
    served.cluster.apply(podNamed('b', '100m', { affinity }));
    served.run(2);
    expect(nodeOf('b')).toBe('big');
  });

  it('spreads the pods of one Deployment', () => {
    addNode(served.cluster, 'big-2', '4', '8Gi');
    served.cluster.apply(deployment('web'));
    served.run(3);
    expect(new Set(served.cluster.list('pods', 'shop').map((pod) => pod.spec.nodeName)).size).toBe(3);
  });

  it('makes room for a higher priority by ending what is worth least', () => {
    for (const [name, value] of [
      ['high', 100],
      ['low', 10],
    ] as const) {
      served.cluster.apply({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value });
    }
    served.cluster.apply(podNamed('cheap', '2', { priorityClassName: 'low' }));
    served.cluster.apply(podNamed('dear', '2', { priorityClassName: 'high' }));
    served.run(5);
    served.cluster.apply(podNamed('urgent', '2', { priorityClassName: 'high' }));
    served.cluster.apply(podNamed('modest', '2', { priorityClassName: 'low' }));
    served.run(10);
    expect(nodeOf('urgent')).toBe('big');
    expect(served.cluster.get('pods', 'shop', 'cheap')).toBeUndefined();
    expect(nodeOf('dear')).toBe('big');
    expect(nodeOf('modest')).toBeUndefined();
    expect(served.cluster.list('events', 'shop')).toContainEqual(expect.objectContaining({ reason: 'Preempted' }));
  });

  it('serves the higher priority first', () => {
    served.cluster.apply({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'high' },
      value: 100,
    });
    served.cluster.apply(podNamed('a', '3'));
    served.cluster.apply(podNamed('z', '3', { priorityClassName: 'high' }));
    served.run(2);
    expect(nodeOf('z')).toBe('big');
    expect(nodeOf('a')).toBeUndefined();
  });
});
