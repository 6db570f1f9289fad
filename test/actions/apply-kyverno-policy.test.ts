import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sandbox/kube/cluster.ts';
import { CLUSTER_POLICIES, MUTATING_POLICIES } from '../../sandbox/operators/kyverno.ts';
import applyKyvernoPolicy from '../../src/actions/apply-kyverno-policy.ts';
import type { ActionContext } from '../../src/extension-points.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { type ContextOptions, carryOut, contextFor, executionOf, planned, takeBack } from './action-context.ts';

const NEWER = 'mutatingpolicies.policies.kyverno.io';
const OLDER = 'clusterpolicies.kyverno.io';
const NAME = 'add-default-resources';

/** A Deployment of one pod that says of resources what is given. */
function bare(name: string, resources: Record<string, unknown> = {}, namespace = 'shop'): KubeObject {
  const one = deployment(name, { replicas: 1 });
  const { template } = one.spec as { template: { spec: { containers: Record<string, unknown>[] } } };
  template.spec.containers = [{ name: 'app', image: `${name}:1`, resources }];
  one.metadata.namespace = namespace;
  return one;
}

describe.each([
  ['MutatingPolicy', NEWER, [MUTATING_POLICIES, CLUSTER_POLICIES]],
  ['ClusterPolicy', OLDER, [CLUSTER_POLICIES]],
])('apply_kyverno_policy where %s is the newest', (kind, resource, definitions) => {
  let small: SmallCluster;
  let context: ActionContext;
  const aimed = (options: ContextOptions = {}) => contextFor(small, { target: { name: 'batch' }, ...options });
  const policy = () => small.kube.get(resource, undefined, NAME);
  const refusal = async (with_: ActionContext = context) => {
    const result = await applyKyvernoPolicy.plan(with_);
    return result.ok ? null : result.refusal;
  };
  const resourcesOf = (app: string, namespace = 'shop') =>
    small.kube.list('pods', namespace).find((pod) => pod.metadata.labels?.app === app)?.spec.containers[0]?.resources;

  beforeEach(async () => {
    small = await startSmallCluster();
    for (const one of definitions) small.kube.apply(one);
    small.kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'office' } });
    small.kube.apply(bare('batch'));
    small.kube.apply(bare('elsewhere', {}, 'office'));
    small.run(20);
    context = aimed();
  });
  afterEach(() => small.stop());

  it('makes a policy for the namespace of the incident, shows what the server makes of it, and changes nothing before', async () => {
    const plan = await planned(applyKyvernoPolicy, context);
    expect(plan.target).toMatchObject({ kind: 'Deployment', name: 'batch' });
    expect(plan.changes).toEqual([
      {
        path: `${kind} ${NAME} for shop`,
        before: 'none',
        after: 'memory limit 512Mi, request 256Mi; cpu limit 500m, request 250m',
      },
    ]);
    expect(plan.diff).toContain(`kind: ${kind}`);
    expect(plan.diff).toContain('512Mi');
    expect(plan.blastRadius).toMatchObject({ level: 'medium', podsAffected: 0, services: ['shop/batch'] });
    expect(small.changes()).toEqual([]);
    expect(policy()).toBeUndefined();
  });

  it('gives pods that are made from now on what they lack, those of other namespaces and those that run nothing', async () => {
    const { applied, execution } = await carryOut(
      applyKyvernoPolicy,
      context,
      await planned(applyKyvernoPolicy, context),
    );
    expect(applied.kind).toBe('done');
    expect(policy()?.metadata.annotations).toMatchObject({ 'nightshift.dev/execution': 'inc-1-1' });
    expect((await applyKyvernoPolicy.settled(context, execution)).kind).toBe('in_progress');
    small.run(2);
    expect(await applyKyvernoPolicy.settled(context, execution)).toMatchObject({ kind: 'settled' });
    expect(resourcesOf('batch')).toEqual({});
    for (const one of [
      bare('new'),
      bare('partly', { limits: { memory: '1Gi' } }),
      bare('asks', { requests: { memory: '64Mi' } }),
      bare('greedy', { requests: { memory: '2Gi' } }),
      bare('later', {}, 'office'),
    ])
      small.kube.apply(one);
    small.run(5);
    const cpu = { limits: { cpu: '500m' }, requests: { cpu: '250m' } };
    expect(resourcesOf('new')).toEqual({
      limits: { memory: '512Mi', cpu: '500m' },
      requests: { memory: '256Mi', cpu: '250m' },
    });
    expect(resourcesOf('partly')).toMatchObject({
      limits: { memory: '1Gi', cpu: '500m' },
      requests: { memory: '1Gi', cpu: '250m' },
    });
    expect(resourcesOf('asks')).toMatchObject({ limits: { memory: '512Mi' }, requests: { memory: '64Mi' } });
    expect(resourcesOf('greedy')).toEqual({ ...cpu, requests: { ...cpu.requests, memory: '2Gi' } });
    expect(resourcesOf('later', 'office')).toEqual({});
  });

  it('is undone by taking the policy away, once, after which pods are made as before', async () => {
    const { execution } = await carryOut(applyKyvernoPolicy, context, await planned(applyKyvernoPolicy, context));
    small.run(2);
    expect(await takeBack(applyKyvernoPolicy, context, execution)).toMatchObject({ kind: 'done' });
    expect(policy()).toBeUndefined();
    expect(await takeBack(applyKyvernoPolicy, context, execution)).toMatchObject({ kind: 'done' });
    small.kube.apply(bare('new'));
    small.run(5);
    expect(resourcesOf('new')).toEqual({});
    expect((await applyKyvernoPolicy.settled(context, execution)).kind).toBe('failed');
  });

  it('is made once: who comes after a crash finds its mark, and can undo it without a record', async () => {
    const plan = await planned(applyKyvernoPolicy, context);
    expect(await applyKyvernoPolicy.wasApplied(context, plan, 'inc-1-1')).toBeNull();
    await carryOut(applyKyvernoPolicy, context, plan);
    expect((await applyKyvernoPolicy.wasApplied(context, plan, 'inc-1-1'))?.kind).toBe('done');
    expect(await applyKyvernoPolicy.wasApplied(context, plan, 'another')).toBeNull();
    expect((await takeBack(applyKyvernoPolicy, context, executionOf(plan, 'inc-1-1', 0, null))).kind).toBe('done');
    expect(policy()).toBeUndefined();
  });

  it('leaves its policy to whoever changed it', async () => {
    const { execution } = await carryOut(applyKyvernoPolicy, context, await planned(applyKyvernoPolicy, context));
    const edit = ({ spec }: KubeObject) => Object.assign(spec ?? {}, { failurePolicy: 'Fail' });
    small.kube.mutate(resource, undefined, NAME, edit, 'kubectl-edit');
    expect(await takeBack(applyKyvernoPolicy, context, execution)).toMatchObject({
      kind: 'failed',
      changed: false,
      refusal: { code: 'not_needed', message: expect.stringContaining('kubectl-edit') },
    });
    expect(policy()).toBeDefined();
  });

  it('is the same plan a minute later, and another one for other figures or namespaces', async () => {
    const { digest } = await planned(applyKyvernoPolicy, context);
    small.run(60);
    expect((await planned(applyKyvernoPolicy, context)).digest).toBe(digest);
    const others = [{ memory_limit: '1Gi' }, { cpu_request: '100m' }, { namespaces: 'shop, office' }];
    const digests = [];
    for (const params of others) digests.push((await planned(applyKyvernoPolicy, aimed({ params }))).digest);
    expect(new Set([digest, ...digests]).size).toBe(4);
  });

  it('has a high blast radius for more than one namespace, and never holds for protected ones', async () => {
    const two = await planned(applyKyvernoPolicy, aimed({ params: { namespaces: 'shop, office' } }));
    expect(two.blastRadius).toMatchObject({ level: 'high', services: ['office/elsewhere', 'shop/batch'] });
    const everywhere = aimed({ params: { namespaces: '*' } });
    small.kube.apply(bare('system', {}, 'kube-system'));
    const all = await planned(applyKyvernoPolicy, everywhere);
    expect(all.blastRadius).toMatchObject({ level: 'high', services: ['office/elsewhere', 'shop/batch'] });
    expect(all.summary).toContain('all namespaces but kube-system');
    await carryOut(applyKyvernoPolicy, everywhere, all);
    small.run(2);
    small.kube.apply(bare('new', {}, 'office'));
    small.kube.apply(bare('core', {}, 'kube-system'));
    small.run(5);
    expect(resourcesOf('new', 'office')).toMatchObject({ limits: { memory: '512Mi' } });
    expect(resourcesOf('core', 'kube-system')).toEqual({});
    expect(await refusal(aimed({ params: { namespaces: 'shop, kube-system' } }))).toMatchObject({
      code: 'protected_namespace',
    });
  });

  it('is not needed where every container says enough, and not made a second time', async () => {
    small.kube.remove('deployments', 'shop', 'batch');
    small.kube.apply(bare('batch', { limits: { memory: '64Mi', cpu: '1' } }));
    small.run(5);
    expect(await refusal()).toMatchObject({ code: 'not_needed', message: expect.stringContaining('change nothing') });
    const elsewhere = aimed({ params: { namespaces: 'office' } });
    await carryOut(applyKyvernoPolicy, elsewhere, await planned(applyKyvernoPolicy, elsewhere));
    expect(await refusal()).toMatchObject({ code: 'not_needed', message: expect.stringContaining('inc-1-1') });
  });

  it.each(definitions.map((one) => [one.spec?.names as { kind: string; plural: string }, one] as const))(
    "leaves the name to somebody's $kind",
    async ({ kind: theirKind }, { spec }) => {
      const apiVersion = `${String(spec?.group)}/v1`;
      const labels = { 'app.kubernetes.io/managed-by': 'Helm' };
      const annotations = { 'meta.helm.sh/release-name': 'policies' };
      small.kube.apply({ apiVersion, kind: theirKind, metadata: { name: NAME, labels, annotations }, spec: {} });
      expect(await refusal()).toMatchObject({
        code: 'managed_elsewhere',
        message: expect.stringMatching(/Helm.*delete/),
      });
    },
  );

  it('is refused where Kyverno is not, and where nothing is there to aim at', async () => {
    expect(await refusal(contextFor(small, { target: { name: 'nobody' } }))).toMatchObject({ code: 'target_gone' });
    for (const one of definitions) small.kube.remove('customresourcedefinitions', undefined, one.metadata.name);
    expect(await refusal()).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('Where Kyverno is installed'),
    });
  });

  it('is aimed at a node in trouble, too', async () => {
    const plan = await planned(applyKyvernoPolicy, aimed({ target: { kind: 'Node', namespace: '', name: 'node-a' } }));
    expect(plan.target).toMatchObject({ kind: 'Node', name: 'node-a' });
    expect(plan.target.uid).toBe(small.kube.get('nodes', undefined, 'node-a')?.metadata.uid);
    expect(plan.blastRadius.services).toEqual(['shop/batch']);
  });
});

describe('the parameters of apply_kyverno_policy', () => {
  it.each([
    [{ policy: 'deny-all' }, 'policy', 'add-default-resources'],
    [{ namespaces: 'Shop' }, 'namespaces', '"Shop" is no name'],
    [{ namespaces: '' }, 'namespaces', 'names of namespaces'],
    [{ namespaces: "shop'] || true" }, 'namespaces', 'is no name'],
    [{ memory_limit: 512 }, 'memory_limit', '512Mi'],
    [{ cpu_limit: "500m')" }, 'cpu_limit', '500m'],
    [{ memory_limit: '128Mi' }, 'memory_request', 'over the limit, 128Mi'],
    [{ cpu_request: 1 }, 'cpu_request', 'over the limit, 500m'],
    [{ limit: '1Gi' }, 'limit', 'memory_limit'],
  ])('%j: says what is wrong with them, and where', (params, param, message) => {
    expect(applyKyvernoPolicy.paramFault?.(params)).toEqual({ param, message: expect.stringContaining(message) });
  });

  it.each([
    {},
    { namespaces: '*' },
    { namespaces: 'shop,office', memory_limit: '1Gi', cpu_limit: 1, cpu_request: '1' },
  ])('%j are right', (params) => {
    expect(applyKyvernoPolicy.paramFault?.(params)).toBeNull();
  });
});
