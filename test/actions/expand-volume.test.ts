import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import expandVolume from '../../src/actions/expand-volume.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, finding, planned, refusal, takeBack } from './action-context.ts';

describe('expand_volume', () => {
  let small: SmallCluster;
  const context = (params = {}) =>
    contextFor(small, { target: { kind: 'PersistentVolumeClaim', name: 'ledger-data' }, params });
  const allow = (allowVolumeExpansion: boolean) =>
    small.kube.apply({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'standard' },
      provisioner: 'sandbox',
      allowVolumeExpansion,
    });

  beforeEach(async () => {
    small = await startSmallCluster();
    allow(true);
    small.kube.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'ledger-data', namespace: 'shop' },
      spec: {
        storageClassName: 'standard',
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '10Gi' } },
      },
    });
    small.run(10);
  });
  afterEach(() => small.stop());

  it('asks for half as much again, which is seen when it is there, and can not be undone', async () => {
    const plan = await planned(expandVolume, context());
    expect(plan).toMatchObject({
      changes: [{ path: 'spec.resources.requests.storage', before: '10Gi', after: '15Gi' }],
      reversible: false,
      blastRadius: { level: 'low', podsAffected: 0 },
    });
    const { execution } = await carryOut(expandVolume, context(), plan);
    expect((await expandVolume.settled(context(), execution)).kind).toBe('in_progress');
    small.run(10);
    expect((await expandVolume.settled(context(), execution)).kind).toBe('settled');
    expect(await takeBack(expandVolume, context(), execution)).toMatchObject({ kind: 'failed', changed: false });
  });

  it('finds the claim of a workload: the only one, or the one that is said to be full', async () => {
    const mounting = (...claims: string[]) => {
      const made = deployment('ledger');
      Object.assign((made.spec as { template: { spec: object } }).template.spec, {
        volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })),
      });
      small.kube.apply(made);
      small.run(10);
    };
    const given = { target: { name: 'ledger' } };
    mounting('ledger-data');
    // Whose pods mount it has a say in it, by whatever name the step is aimed at.
    expect((await planned(expandVolume, context())).blastRadius.services).toEqual(['shop/ledger']);
    expect((await planned(expandVolume, contextFor(small, given))).target.name).toBe('ledger-data');
    mounting('ledger-data', 'ledger-logs');
    expect(await refusal(expandVolume, contextFor(small, given))).toBe('unsupported');
    const full = { ...finding('volume_full', {}), message: 'Volume ledger-data of ledger is full' };
    expect((await planned(expandVolume, contextFor(small, { ...given, findings: [full] }))).target.name).toBe(
      'ledger-data',
    );
  });

  it('is refused where the class forbids it, at its limit, and for what is no claim', async () => {
    expect(await refusal(expandVolume, context({ max_gi: 10 }))).toBe('at_limit');
    expect((await planned(expandVolume, context({ max_gi: 12 }))).changes[0]?.after).toBe('12Gi');
    allow(false);
    expect(await refusal(expandVolume, context())).toBe('unsupported');
    expect(await refusal(expandVolume, contextFor(small))).toBe('target_gone');
  });
});
