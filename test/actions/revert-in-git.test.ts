import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sandbox/kube/cluster.ts';
import { definition, open } from '../../sandbox/operators/definition.ts';
import revertInGit from '../../src/actions/revert-in-git.ts';
import { createGitHosts } from '../../src/adapters/git/hosts.ts';
import type { ActionContext } from '../../src/extension-points.ts';
import { type GitStandIn, startGitStandIn } from '../adapters/git/stand-in.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, finding, planned, refusal, takeBack } from './action-context.ts';

const FLUX = 'toolkit.fluxcd.io';
const crd = (group: string, version: string, kind: string, plural: string) =>
  definition({ group, kind, plural, scope: 'Namespaced', versions: [version], spec: open, columns: [] });

describe('revert_in_git', () => {
  let small: SmallCluster;
  let git: GitStandIn;
  let bad: string;

  const context = (token = true): ActionContext => ({
    ...contextFor(small, { findings: [finding('rollout', {}, 'change')] }),
    ...(token
      ? { git: createGitHosts({ github: { token: git.token, apiUrl: `${git.url}/api/v3` }, gitlab: null }) }
      : {}),
  });
  const release = (metadata: Pick<KubeObject['metadata'], 'labels' | 'annotations'>) => {
    const made = deployment('payment-api', { labels: metadata.labels ?? {} });
    made.metadata.annotations = metadata.annotations ?? {};
    small.kube.apply(made);
    small.run(30);
  };
  const application = (revision: string, url = `${git.url}/acme/shop`, targetRevision = 'HEAD'): KubeObject => ({
    ...{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'shop', namespace: 'argocd' } },
    spec: {
      source: { repoURL: url, path: 'pay', targetRevision },
      syncPolicy: { automated: { selfHeal: true } },
    },
    status: { sync: { revision } },
  });
  const byArgo = () => {
    small.kube.apply(crd('argoproj.io', 'v1alpha1', 'Application', 'applications'));
    small.kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } });
    release({ annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/payment-api' } });
    small.kube.apply(application(bad));
  };
  const message = async (given: ActionContext) => {
    const answer = await revertInGit.plan(given);
    return answer.ok ? '' : answer.refusal.message;
  };

  beforeEach(async () => {
    [small, git] = await Promise.all([startSmallCluster(), startGitStandIn()]);
    git.commit('main', { 'pay/deploy.yaml': 'spec:\n  image: pay:1\n' }, 'first', small.now() - 90_000);
    const changed = { 'pay/deploy.yaml': 'spec:\n  image: pay:2\n  password: hunter2hunter2\n', README: 'x\n' };
    bad = git.commit('main', changed, 'pay 2', small.now() - 60_000);
  });
  afterEach(() => Promise.all([small.stop(), git.stop()]));

  it('opens the pull request that was shown, only by a person’s word, and says what is still to be done', async () => {
    byArgo();
    const plan = await planned(revertInGit, context());
    expect(plan).toMatchObject({
      target: { kind: 'Deployment', name: 'payment-api' },
      reversible: true,
      onlyAsked: expect.any(String),
      blastRadius: { level: 'low', podsAffected: 0 },
      changes: expect.arrayContaining([
        { path: 'acme/shop pay/deploy.yaml', before: expect.any(String), after: 'as before it' },
      ]),
    });
    expect(plan.diff).toContain('-  image: pay:2');
    expect(plan.diff).toContain('+  image: pay:1');
    expect(plan.diff).not.toContain('hunter2');
    expect(plan.notes.join('\n')).toContain(bad);
    expect(plan.notes.join('\n')).toMatch(/argocd app sync shop[\s\S]*1 file outside pay/);
    expect((await planned(revertInGit, context())).digest).toBe(plan.digest);
    expect(git.pulls()).toEqual([]);

    expect(await revertInGit.wasApplied(context(), plan, 'inc-1-1')).toBeNull();
    const { applied, execution } = await carryOut(revertInGit, context(), plan);
    expect(applied).toMatchObject({ kind: 'done', message: expect.stringContaining('/acme/shop/pull/1') });
    const again = await carryOut(revertInGit, context(), plan);
    expect(again.applied.kind).toBe('done');
    expect(git.pulls()).toHaveLength(1);
    expect(git.pulls()[0]).toMatchObject({
      base: 'main',
      body: expect.stringContaining(`since Argo CD (application shop) applied ${bad}`),
    });
    expect(await revertInGit.wasApplied(context(), plan, 'inc-1-1')).toMatchObject({
      kind: 'done',
      undo: { number: 1 },
    });

    expect(await revertInGit.settled(context(), execution)).toMatchObject({
      kind: 'settled',
      message: expect.stringContaining('merge it'),
    });
    git.merge(1);
    expect(await revertInGit.settled(context(), execution)).toMatchObject({ kind: 'in_progress' });
    small.kube.apply(application('def5678def5678'));
    expect(await revertInGit.settled(context(), execution)).toMatchObject({
      kind: 'settled',
      message: expect.stringContaining('has applied def5678def5'),
    });
    const back = await takeBack(revertInGit, context(), execution);
    expect(back).toMatchObject({ kind: 'failed', changed: false, message: expect.stringContaining('is merged') });
  });

  it('is taken back by closing what nobody merged', async () => {
    byArgo();
    const { execution } = await carryOut(revertInGit, context(), await planned(revertInGit, context()));
    expect(await takeBack(revertInGit, context(), execution)).toMatchObject({ kind: 'done' });
    expect(git.pulls()).toMatchObject([{ state: 'closed' }]);
    expect(await takeBack(revertInGit, context(), execution)).toMatchObject({ kind: 'done' });
    expect(await revertInGit.settled(context(), execution)).toMatchObject({ kind: 'failed' });
  });

  it('names the very commit where no token is set, or the repository is elsewhere', async () => {
    byArgo();
    const withoutToken = await message(context(false));
    small.kube.apply(application(bad, 'https://git.example/acme/shop'));
    for (const told of [withoutToken, await message(context())]) {
      expect(told).toContain(`\`git revert ${bad}\``);
      expect(told).toContain('`argocd app sync shop`');
    }
    expect(git.asked).toEqual([]);
  });

  it('of Flux takes the commit that was applied', async () => {
    small.kube.apply(crd(`kustomize.${FLUX}`, 'v1', 'Kustomization', 'kustomizations'));
    small.kube.apply(crd(`source.${FLUX}`, 'v1', 'GitRepository', 'gitrepositories'));
    small.kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } });
    const metadata = (name: string) => ({ name, namespace: 'flux-system' });
    small.kube.apply({
      ...{ apiVersion: `kustomize.${FLUX}/v1`, kind: 'Kustomization', metadata: metadata('shop') },
      spec: { path: './pay', sourceRef: { kind: 'GitRepository', name: 'fleet' } },
      status: { lastAppliedRevision: `main@sha1:${bad}` },
    });
    small.kube.apply({
      ...{ apiVersion: `source.${FLUX}/v1`, kind: 'GitRepository', metadata: metadata('fleet') },
      spec: { url: `${git.url}/acme/shop.git`, ref: { branch: 'main' } },
    });
    release({ labels: { [`kustomize.${FLUX}/name`]: 'shop', [`kustomize.${FLUX}/namespace`]: 'flux-system' } });
    expect(await message(context(false))).toContain(
      `Flux (Kustomization flux-system/shop) applies it from Git at commit ${bad}`,
    );
    const plan = await planned(revertInGit, context());
    expect(plan.notes.join('\n')).toContain('flux reconcile kustomization shop -n flux-system --with-source');
  });

  it('is for nothing that Git does not keep, that came long before, or that was changed again', async () => {
    small.kube.apply(deployment('payment-api'));
    small.run(30);
    expect(await refusal(revertInGit, context())).toBe('not_needed');
    byArgo();
    git.commit('main', { 'pay/deploy.yaml': 'spec: {}\n' }, 'later', small.now());
    expect(await refusal(revertInGit, context())).toBe('unsupported');
    expect(await message(context())).toContain('changed again since');
    git.commit('old', { 'pay/deploy.yaml': 'spec: {}\n' }, 'first', small.now() - 26 * 3_600_000);
    const since = git.commit('old', { 'pay/deploy.yaml': 'a: 1\n' }, 'long ago', small.now() - 25 * 3_600_000);
    small.kube.apply(application(since, `${git.url}/acme/shop`, 'old'));
    expect(await refusal(revertInGit, context())).toBe('not_needed');
  });
});
