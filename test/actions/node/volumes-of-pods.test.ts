import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../sandbox/kube/cluster.ts';
import drainAndCordon from '../../../src/actions/drain-and-cordon.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../../adapters/kubernetes/small-cluster.ts';
import { contextFor } from '../action-context.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

const tiedTo = (key: string, ...values: string[]) => ({
  required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values }] }] },
});

describe('a drain where a pod has a volume', () => {
  let small: SmallCluster;
  beforeEach(async () => {
    small = await startSmallCluster();
    for (const name of ['node-a', 'node-b'])
      small.kube.mutate('nodes', undefined, name, (node) => {
        node.metadata.labels = { ...node.metadata.labels, [HOSTNAME]: name, [ZONE]: `eu-1${name.at(-1)}` };
      });
  });
  afterEach(() => small.stop());

  /** A database of one pod on node-a, with this volume behind its claim. */
  async function drained(spec: Record<string, unknown>, metadata: object = {}): Promise<string> {
    small.kube.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'pvc-u-1', ...metadata },
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...spec },
    });
    small.kube.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'shop', uid: 'u-1' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    return withVolume({ persistentVolumeClaim: { claimName: 'data' } });
  }

  async function withVolume(volume: Record<string, unknown>, readOnly = false): Promise<string> {
    const database: KubeObject = deployment('db', { replicas: 1 });
    const { spec } = (database.spec as { template: { spec: { containers: object[] } } }).template;
    Object.assign(spec, { nodeName: 'node-a', volumes: [{ name: 'data', ...volume }] });
    Object.assign(spec.containers[0]!, { volumeMounts: [{ name: 'data', mountPath: '/data', readOnly }] });
    small.kube.apply(database);
    small.run(30);
    const context = contextFor(small, { target: { kind: 'Node', namespace: '', name: 'node-a' } });
    const made = await drainAndCordon.plan(context);
    return made.ok ? 'planned' : `${made.refusal.code}: ${made.refusal.message}`;
  }

  it('of the node alone is refused, and says so', async () => {
    const words = await drained({ local: { path: '/mnt/ssd' }, nodeAffinity: tiedTo(HOSTNAME, 'node-a') });
    expect(words).toMatch(
      /^at_limit: Pod shop\/db-\S+ needs volume pvc-u-1 \(claim data\), which is tied to node node-a:/,
    );
  });

  it('of a zone without another node is refused, and names the zone', async () => {
    const words = await drained({ csi: { driver: 'ebs' }, nodeAffinity: tiedTo(ZONE, 'eu-1a') });
    expect(words).toContain('which is tied to zone eu-1a: no other node that is well and open can have it');
  });

  it('that says its zone by a label alone is refused, too', async () => {
    expect(await drained({ csi: { driver: 'ebs' } }, { labels: { [ZONE]: 'eu-1a' } })).toContain('zone eu-1a');
  });

  it('that can be had in the zone of another node is planned', async () => {
    expect(await drained({ csi: { driver: 'ebs' }, nodeAffinity: tiedTo(ZONE, 'eu-1a', 'eu-1b') })).toBe('planned');
  });

  it('that lies in a directory of the node is refused', async () => {
    expect(await drained({ hostPath: { path: '/mnt/disk' } })).toContain('which lies on the node itself');
  });

  it('that is a directory of the node which it writes to is refused; what it only reads, or is no data, is not', async () => {
    const path = '/var/lib/db';
    expect(await withVolume({ hostPath: { path } })).toContain(`keeps data in ${path} of the node itself`);
    expect(await withVolume({ hostPath: { path } }, true)).toBe('planned');
    expect(await withVolume({ hostPath: { path: '/var/run/docker.sock' } })).toBe('planned');
  });

  it('is refused where nobody can say where the volume is', async () => {
    const { cluster } = contextFor(small);
    const words = await drained({ csi: { driver: 'ebs' } });
    expect(words).toBe('planned');
    const custom = {
      ...cluster.custom,
      get: async () => ({
        ok: false as const,
        failure: { kind: 'forbidden' as const, message: 'no', retryAfterMs: null },
      }),
    };
    const context = contextFor(small, { target: { kind: 'Node', namespace: '', name: 'node-a' } });
    const made = await drainAndCordon.plan({ ...context, cluster: { ...cluster, custom } });
    expect(made).toMatchObject({ ok: false, refusal: { code: 'forbidden' } });
  });
});
