import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCALED_OBJECTS } from '../../sandbox/operators/keda/definition.ts';
import { connectCluster } from '../../src/adapters/kubernetes/cluster.ts';
import { loadModules } from '../../src/app/load-modules.ts';
import { findLeft, leftWords } from '../../src/cli/left.ts';
import type { Action } from '../../src/extension-points.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';

const actions = await loadModules<Action>(fileURLToPath(new URL('../../src/actions', import.meta.url)));
let small: SmallCluster;
beforeAll(async () => {
  small = await startSmallCluster();
  for (const name of ['web', 'quiet']) small.kube.apply(deployment(name));
  small.kube.apply(SCALED_OBJECTS);
});
afterAll(() => small.stop());

const ours = () =>
  connectCluster({ name: 'x', server: { url: small.url }, timeoutMs: 2_000, userAgent: 'nightshift/x' });

describe('what is left in the cluster', () => {
  it('is nothing before anything was done', async () => {
    const found = await findLeft(small.cluster.custom, actions);
    expect(found).toEqual({ left: [], unknown: [] });
    expect(leftWords(found)).toContain('Nothing of Nightshift is left');
  });

  it('is each field and mark that we set and nobody has set since, and each object that we made, with its command', async () => {
    const cluster = ours();
    const web = await cluster.workload('shop', 'web');
    if (!web.ok) throw new Error(web.failure.message);
    const { uid, resourceVersion } = web.value;
    const patched = await cluster.patchWorkload(
      { kind: 'Deployment', namespace: 'shop', name: 'web' },
      { metadata: { annotations: { 'nightshift.dev/execution': 'INC-1.1' } }, spec: { replicas: 5 } },
      { dryRun: false, uid, resourceVersion, type: 'strategic' },
    );
    expect(patched.ok).toBe(true);
    const place = {
      kind: { group: 'keda.sh', version: 'v1alpha1', plural: 'scaledobjects', kind: 'ScaledObject' },
      namespace: 'shop',
      name: 'web',
    };
    const body = { spec: { scaleTargetRef: { name: 'web' }, triggers: [{ type: 'cron', metadata: {} }] } };
    const made = await cluster.custom.apply(place, body, {
      annotations: { 'nightshift.dev/execution': 'INC-2.1' },
      dryRun: false,
    } as never);
    expect(made.ok).toBe(true);
    const found = await findLeft(small.cluster.custom, actions);
    expect(found.left.map(({ plural, name, made }) => [plural, name, made])).toEqual(
      expect.arrayContaining([
        ['deployments', 'web', false],
        ['scaledobjects', 'web', true],
      ]),
    );
    expect(found.left).toHaveLength(2);
    const words = leftWords(found);
    expect(words).toContain('still as it set it: spec.replicas');
    expect(words).toContain('kubectl annotate deployments web -n shop nightshift.dev/execution-');
    expect(words).toContain('kubectl delete scaledobjects web -n shop');
  });

  it('is not said to be nothing where it could not be looked at', async () => {
    const server = {
      url: small.url,
      signIn: async () => ({ headers: { authorization: 'Bearer system:nobody' }, dispatcher: undefined }),
    };
    const nobody = connectCluster({ name: 'x', server, timeoutMs: 2_000, userAgent: 'x' });
    const found = await findLeft(nobody.custom, actions);
    expect(found.left).toEqual([]);
    expect(found.unknown).toContainEqual(expect.stringMatching(/^deployments: .*forbidden/));
  });
});
