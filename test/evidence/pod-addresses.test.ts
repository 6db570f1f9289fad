import { describe, expect, it } from 'vitest';
import { createPodAddresses } from '../../src/evidence/pod-addresses.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import type { PodInfo, Workload } from '../../src/ports/cluster-objects.ts';

const api = { kind: 'Deployment', name: 'api', uid: 'd-1' } as Workload;
const pod = (name: string, ip: string | null, over: Partial<PodInfo> = {}): PodInfo =>
  ({
    namespace: 'shop',
    name,
    ip,
    phase: 'Running',
    owner: { kind: 'ReplicaSet', name: 'api-6d4f', uid: 'r-1' },
    ...over,
  }) as PodInfo;

/** A cluster that counts how often its pods are listed. */
function clusterOf(pods: PodInfo[]) {
  const looks = { count: 0 };
  const cluster = {
    pods: async () => {
      looks.count += 1;
      return { ok: true, value: pods };
    },
    workloads: async () => ({ ok: true, value: [api] }),
  } as unknown as Cluster;
  return { cluster, looks };
}

describe('whose pod has an address', () => {
  it('is looked up after somebody asked in vain, and not before', async () => {
    const { cluster, looks } = clusterOf([pod('api-6d4f-x1', '10.0.0.7')]);
    const addresses = createPodAddresses();
    await addresses.refresh(cluster, ['shop']);
    expect(looks.count).toBe(0);
    expect(addresses.find('10.0.0.7')).toBeNull();
    await addresses.refresh(cluster, ['shop']);
    expect(addresses.find('10.0.0.7')).toEqual({ namespace: 'shop', service: 'api', pod: 'api-6d4f-x1' });
    await addresses.refresh(cluster, ['shop']);
    expect(looks.count).toBe(1);
  });

  it('is nobody when two share it, when its pod has ended, or belongs to no workload', async () => {
    const { cluster } = clusterOf([
      pod('api-6d4f-x1', '10.0.0.1'),
      pod('api-6d4f-x2', '10.0.0.1'),
      pod('api-6d4f-x3', '10.0.0.2', { phase: 'Succeeded' }),
      pod('bare', '10.0.0.3', { owner: null }),
    ]);
    const addresses = createPodAddresses();
    addresses.find('10.0.0.1');
    await addresses.refresh(cluster, ['shop']);
    expect(['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(addresses.find)).toEqual([null, null, null]);
  });

  it('goes to the pod that has it now when its former one has ended', async () => {
    const { cluster } = clusterOf([
      pod('api-6d4f-x1', '10.0.0.2', { phase: 'Failed' }),
      pod('api-6d4f-x2', '10.0.0.2'),
    ]);
    const addresses = createPodAddresses();
    addresses.find('10.0.0.2');
    await addresses.refresh(cluster, ['shop']);
    expect(addresses.find('10.0.0.2')?.pod).toBe('api-6d4f-x2');
  });
});
