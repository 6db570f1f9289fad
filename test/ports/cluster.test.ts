import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Workload } from '../../src/ports/cluster-objects.ts';
import type { ClusterResult } from '../../src/ports/cluster-result.ts';
import { type ClusterPart, good, OTHER_IMAGE, realPart, running, sandboxPart } from './cluster-part.ts';

/**
 * What every cluster does that the app is given: the sandbox's, and with `npm run test:cluster -- --context NAME --may-break` a real one, in namespaces that are made and removed. What passes here on both can't have
 * drifted apart.
 */

const context = process.env.NIGHTSHIFT_TEST_CONTEXT;
const parts: [string, () => Promise<ClusterPart>][] = [
  ["the sandbox's cluster", sandboxPart],
  ...(context ? ([[`the cluster ${context}`, () => realPart(context)]] as [string, () => Promise<ClusterPart>][]) : []),
];
const failure = <T>(result: ClusterResult<T>) => (result.ok ? null : result.failure.kind);

describe.each(parts)('%s', { timeout: 300_000 }, (_title, open) => {
  let part: ClusterPart;
  const read = async (name = 'web'): Promise<Workload> => good(await part.cluster.workload(part.namespace, name));
  const target = (name = 'web') => ({ kind: 'Deployment' as const, namespace: part.namespace, name });
  const replicas = (count: number) => ({ spec: { replicas: count } });

  beforeAll(async () => {
    part = await open();
    await running(part, 'web');
  }, 300_000);
  afterAll(() => part?.end());

  it('answers, and says what may be done', async () => {
    await part.cluster.ping();
    expect(good(await part.cluster.can('list', '', 'pods', part.namespace, null))).toBe(true);
  });

  it('reads a workload, its pods, its revisions and nodes', async () => {
    expect(await read()).toMatchObject({ kind: 'Deployment', replicas: 2, selector: { app: 'web' }, revision: 1 });
    const pods = good(await part.cluster.pods(part.namespace, { app: 'web' }));
    expect(pods.map(({ ready, phase }) => [ready, phase])).toEqual([
      [true, 'Running'],
      [true, 'Running'],
    ]);
    expect(pods[0]?.owner?.kind).toBe('ReplicaSet');
    expect(good(await part.cluster.revisions(await read())).map(({ revision }) => revision)).toEqual([1]);
    expect(good(await part.cluster.workloads(part.namespace)).map(({ name }) => name)).toEqual(['web']);
    expect(good(await part.cluster.nodes()).some(({ ready }) => ready)).toBe(true);
    expect(good(await part.cluster.events(part.namespace, 0)).length).toBeGreaterThan(0);
    expect(good(await part.cluster.budgets(part.namespace))).toEqual([]);
    expect(good(await part.cluster.scalers(part.namespace, 'web'))).toEqual([]);
  });

  it('says that something is not there, and is empty where nothing is', async () => {
    expect(failure(await part.cluster.workload(part.namespace, 'nobody'))).toBe('not_found');
    expect(failure(await part.cluster.pod(part.namespace, 'nobody'))).toBe('not_found');
    expect(good(await part.cluster.pods(part.namespace, { app: 'nobody' }))).toEqual([]);
    expect(good(await part.cluster.certificates(part.namespace))).toEqual([]);
  });

  it('changes nothing in a dry run, and shows what it would be', async () => {
    const before = await read();
    const options = { dryRun: true, uid: before.uid, resourceVersion: null, type: 'strategic' as const };
    const dry = good(await part.cluster.patchWorkload(target(), replicas(5), options));
    expect(dry.workload.replicas).toBe(5);
    expect(await read()).toMatchObject({ replicas: 2, resourceVersion: before.resourceVersion });
  });

  it('refuses a write for another object, or over a newer version', async () => {
    const before = await read();
    const options = { dryRun: false, uid: 'another', resourceVersion: null, type: 'strategic' as const };
    expect(failure(await part.cluster.patchWorkload(target(), replicas(3), options))).toBe('conflict');
    const stale = { ...options, uid: before.uid, resourceVersion: '1' };
    expect(failure(await part.cluster.patchWorkload(target(), replicas(3), stale))).toBe('conflict');
    expect((await read()).replicas).toBe(2);
  });

  it('makes a change once it is allowed, under our name', async () => {
    const before = await read();
    const options = { dryRun: false, uid: before.uid, resourceVersion: null, type: 'strategic' as const };
    const patch = { metadata: { annotations: { 'nightshift.dev/test': 'mark' } }, ...replicas(3) };
    expect(good(await part.cluster.patchWorkload(target(), patch, options)).workload.replicas).toBe(3);
    expect(await read()).toMatchObject({ replicas: 3, annotations: { 'nightshift.dev/test': 'mark' } });
    expect((await read()).managers.some(({ manager }) => manager.startsWith('nightshift'))).toBe(true);
    good(await part.cluster.patchWorkload(target(), replicas(2), options));
    await part.until('two pods are left', async () => (await read()).readyReplicas === 2);
  });

  it('evicts exactly the pod that is meant', async () => {
    const [pod] = good(await part.cluster.pods(part.namespace, { app: 'web' }));
    const { name, uid } = pod!;
    good(await part.cluster.evictPod(part.namespace, name, { uid, dryRun: true }));
    expect(good(await part.cluster.pod(part.namespace, name)).deleting).toBe(false);
    expect(failure(await part.cluster.evictPod(part.namespace, name, { uid: 'another', dryRun: false }))).toBe(
      'conflict',
    );
    good(await part.cluster.evictPod(part.namespace, name, { uid, dryRun: false }));
    await part.until('another pod is ready in its place', async () => {
      const pods = good(await part.cluster.pods(part.namespace, { app: 'web' }));
      return pods.filter((one) => one.ready && one.uid !== uid && !one.deleting).length === 2;
    });
  });

  it('keeps the revisions of a rollout', async () => {
    const before = await read();
    const containers = [{ name: 'app', image: OTHER_IMAGE }];
    const options = { dryRun: false, uid: before.uid, resourceVersion: null, type: 'strategic' as const };
    good(await part.cluster.patchWorkload(target(), { spec: { template: { spec: { containers } } } }, options));
    await part.until('the rollout is over', async () => {
      const { observedGeneration, generation, updatedReplicas, readyReplicas, replicas: wished } = await read();
      return observedGeneration >= generation && updatedReplicas === wished && readyReplicas === wished;
    });
    const revisions = good(await part.cluster.revisions(await read()));
    expect(revisions.map(({ revision, images }) => [revision, images.app])).toContainEqual([2, OTHER_IMAGE]);
  });
});
