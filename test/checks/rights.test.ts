import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sandbox/kube/objects.ts';
import { connectCluster } from '../../src/adapters/kubernetes/cluster.ts';
import { loadModules } from '../../src/app/load-modules.ts';
import { tellMissingRights } from '../../src/app/missing-rights.ts';
import { type RbacOptions, rbacObjects } from '../../src/checks/rbac.ts';
import { lackWords, needingRights, rightsChecks, rightsOf } from '../../src/checks/rights.ts';
import type { Action } from '../../src/extension-points.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';

const actions = await loadModules<Action>(fileURLToPath(new URL('../../src/actions', import.meta.url)));
const ACCOUNT = { namespace: 'nightshift', name: 'nightshift' };
let small: SmallCluster;
let ours: Cluster;

beforeAll(async () => {
  small = await startSmallCluster();
});
afterAll(() => small.stop());
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
beforeEach(async () => {
  for (const kind of ['clusterroles', 'clusterrolebindings', 'namespaces/shop/roles', 'namespaces/shop/rolebindings'])
    await fetch(`${small.url}${RBAC}/${kind}`, { method: 'DELETE' });
  ours = connectCluster({
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
});

const give = (options: Partial<RbacOptions>, but: (object: KubeObject) => KubeObject = (object) => object) => {
  const all = { namespaces: null, mode: 'act' as const, optIns: [], serviceAccount: ACCOUNT, ...options };
  for (const object of rbacObjects(actions, all)) small.kube.apply(but(object as unknown as KubeObject));
};
type Rules = { rules?: { resources: string[]; verbs: string[] }[] };
const without = (verb: string, resource: string) => (object: KubeObject) => ({
  ...object,
  ...('rules' in object
    ? {
        rules: (object as Rules).rules?.map((rule) =>
          rule.resources[0] === resource ? { ...rule, verbs: rule.verbs.filter((one) => one !== verb) } : rule,
        ),
      }
    : {}),
});
const config = (over: object = {}) =>
  ({ settings: { mode: 'act', cluster: 'test', scan: { namespaces: [], ...over } }, observeBecause: [] }) as never;

describe('the rights that the API server names', () => {
  it('are enough where the printed roles are applied, and it then does what they allow and no more', async () => {
    give({});
    expect(lackWords(await rightsOf(ours, actions, []))).toBeNull();
    small.kube.apply(deployment('web'));
    expect(await ours.workloads('shop')).toMatchObject({ ok: true });
    const refused = await ours.custom.list({ group: '', version: 'v1', plural: 'secrets', kind: 'Secret' }, 'shop');
    expect(refused).toMatchObject({ ok: false, failure: { message: expect.stringContaining('forbidden') } });
  });

  it('are asked for in the watched namespaces where there is no right in all of them', async () => {
    give({ namespaces: ['shop'] });
    expect(lackWords(await rightsOf(ours, actions, ['shop']))).toBeNull();
    const lacks = await rightsOf(ours, actions, ['shop', 'cart']);
    expect(lacks.find(({ name }) => name === 'restart_deployment')?.missing).toContain('patch deployments in cart');
    const check = rightsChecks(lacks, ['shop', 'cart']).find(({ title }) => title === 'rights for restart_deployment');
    expect(check).toMatchObject({ ok: false, mend: expect.stringContaining('rbac --namespaces shop,cart`') });
  });

  it('name each enabled action that lacks one, and none that lacks nothing or is off', async () => {
    give({}, without('patch', 'statefulsets'));
    const words = lackWords(await rightsOf(ours, actions, []));
    expect(words).toContain('`restart_statefulset` lacks patch statefulsets');
    expect(words).not.toContain('retry_job');
    expect(words).not.toContain('drain_and_cordon');
  });

  it('are none but those to look in observe mode', async () => {
    give({ mode: 'observe' }, without('list', 'events'));
    const observing = { settings: { mode: 'observe', scan: {} }, observeBecause: [] } as never;
    expect(needingRights(observing, actions)).toEqual([]);
    const lacks = await rightsOf(ours, needingRights(observing, actions), []);
    expect(lackWords(lacks)).toBe("it can't list events: what is seen there is missing from every diagnosis");
  });

  it('are not missing where the API server gives no answer', async () => {
    const silent = connectCluster({ name: 'x', server: { url: 'http://127.0.0.1:1' }, timeoutMs: 500, userAgent: 'x' });
    const lacks = await rightsOf(silent, actions.slice(0, 1), []);
    expect(lackWords(lacks)).toBeNull();
    expect(rightsChecks(lacks, []).every(({ ok, mend }) => !ok && mend.includes("didn't say"))).toBe(true);
  });
});

describe('missing rights at start', () => {
  it('are one log line at each start, and one message in the channel for the same lack', async () => {
    give({}, without('patch', 'statefulsets'));
    const said: string[] = [];
    const logged: object[] = [];
    const marks = new Set<string>();
    let reachable = false;
    const start = () =>
      tellMissingRights({
        config: config(),
        actions,
        cluster: ours,
        chat: {
          announce: async (message) => {
            if (reachable) said.push(message);
            return reachable ? { ok: true, channel: 'C1', ts: '1.0' } : { ok: false, retryAfterMs: 1, message: 'away' };
          },
        },
        once: {
          first: async (name) => !marks.has(name) && Boolean(marks.add(name)),
          forget: async (name) => void marks.delete(name),
        },
        log: { warn: (fields) => void logged.push(fields) },
      });
    await start();
    reachable = true;
    await start();
    await start();
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('`restart_statefulset` lacks patch statefulsets');
    expect(logged).toHaveLength(3);
    give({});
    await start();
    expect([said.length, logged.length]).toEqual([1, 3]);
  });
});
