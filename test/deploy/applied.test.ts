import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectCluster } from '../../src/adapters/kubernetes/cluster.ts';
import { findProgram } from '../../src/adapters/redis/find-program.ts';
import { loadModules } from '../../src/app/load-modules.ts';
import { rbacYaml } from '../../src/checks/rbac.ts';
import { lackWords, rightsOf } from '../../src/checks/rights.ts';
import type { Action } from '../../src/extension-points.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { type KubeObject, objectsIn } from './chart/render.ts';

const PROFILE = fileURLToPath(new URL('../../deploy/kustomize/profiles/observe', import.meta.url));
const actions = await loadModules<Action>(fileURLToPath(new URL('../../src/actions', import.meta.url)));
const hasKubectl = findProgram('kubectl', process.env.PATH ?? '') !== null;
let small: SmallCluster;
beforeEach(async () => {
  small = await startSmallCluster();
  small.kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'nightshift' } });
  // As docs/installing.md says to make it.
  const data = { ALERTMANAGER_TOKEN: Buffer.from('t').toString('base64') };
  small.kube.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'nightshift', namespace: 'nightshift' },
    data,
  });
  small.kube.apply(deployment('web'));
});
afterEach(() => small.stop());

/** Server-side apply, which refuses what the API doesn't know. */
async function apply(objects: KubeObject[]): Promise<string[]> {
  const refused: string[] = [];
  for (const object of objects) {
    const [version = '', group = ''] = object.apiVersion.split('/').reverse();
    const plural = `${object.kind.toLowerCase().replace(/y$/, 'ie')}s`;
    const kind = { group, version, plural, kind: object.kind };
    const { name, namespace, labels, annotations } = object.metadata;
    const { apiVersion, kind: _kind, metadata: _metadata, ...body } = object;
    const applied = await small.cluster.custom.apply(
      { kind, namespace: namespace ?? null, name },
      { ...body, ...(labels ? { metadata: { labels } } : {}) },
      { annotations: annotations ?? {}, dryRun: false, uid: null, resourceVersion: null },
    );
    if (!applied.ok) refused.push(`${object.kind} ${name} (${apiVersion}): ${applied.failure.message}`);
  }
  return refused;
}
/** Nightshift's own ServiceAccount. */
const ours = () =>
  connectCluster({
    name: 'test',
    server: {
      url: small.url,
      signIn: async () => ({
        headers: { authorization: 'Bearer system:serviceaccount:nightshift:nightshift' },
        dispatcher: undefined,
      }),
    },
    timeoutMs: 2_000,
    userAgent: 'nightshift/test',
  });
async function scaleWeb() {
  const cluster = ours();
  const web = await cluster.workload('shop', 'web');
  if (!web.ok) return web;
  const { uid, resourceVersion } = web.value;
  const options = { dryRun: false, uid, resourceVersion, type: 'strategic' } as const;
  return cluster.patchWorkload(
    { kind: 'Deployment', namespace: 'shop', name: 'web' },
    { spec: { replicas: 2 } },
    options,
  );
}

describe.runIf(hasKubectl)('the Kustomize profile, applied to an API server', () => {
  it('is taken as it is, its pods come up, and its account may look at its namespace and change nothing', async () => {
    expect(await apply(objectsIn(execFileSync('kubectl', ['kustomize', PROFILE], { encoding: 'utf8' })))).toEqual([]);
    small.run(60);
    const running = small.kube.list('pods', 'nightshift').map(({ status }) => status?.phase ?? JSON.stringify(status));
    expect(running).toEqual(['Running', 'Running', 'Running']);
    expect(lackWords(await rightsOf(ours(), [], ['shop']))).toBeNull();
    expect(await scaleWeb()).toMatchObject({ ok: false, failure: { kind: 'forbidden' } });
    expect(await ours().workloads('nightshift')).toMatchObject({ ok: false, failure: { kind: 'forbidden' } });
  });
});

describe('what rbac prints, applied to an API server', () => {
  it('lets its account do all that the actions declare in the named namespaces, and nothing in others', async () => {
    const serviceAccount = { namespace: 'nightshift', name: 'nightshift' };
    const yaml = rbacYaml(actions, { namespaces: ['shop'], mode: 'act', optIns: [], serviceAccount });
    expect(await apply(objectsIn(yaml))).toEqual([]);
    expect(lackWords(await rightsOf(ours(), actions, ['shop']))).toBeNull();
    expect(await scaleWeb()).toMatchObject({ ok: true });
    expect(await ours().workloads('nightshift')).toMatchObject({ ok: false, failure: { kind: 'forbidden' } });
  });
});
