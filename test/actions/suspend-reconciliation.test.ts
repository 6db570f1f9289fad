import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sandbox/kube/cluster.ts';
import { definition, open } from '../../sandbox/operators/definition.ts';
import rollbackDeployment from '../../src/actions/rollback-deployment.ts';
import suspendReconciliation from '../../src/actions/suspend-reconciliation.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, finding, planned, refusal, takeBack } from './action-context.ts';

const crd = (group: string, version: string, kind: string, plural: string) =>
  definition({ group, kind, plural, scope: 'Namespaced', versions: [version], spec: open, columns: [] });

describe('suspend_reconciliation', () => {
  let small: SmallCluster;
  const context = () => contextFor(small, { findings: [finding('rollout', {}, 'change')] });
  const release = (metadata: Pick<KubeObject['metadata'], 'labels' | 'annotations'>) => {
    const made = deployment('payment-api', { labels: metadata.labels ?? {} });
    made.metadata.annotations = metadata.annotations ?? {};
    small.kube.apply(made);
    small.run(30);
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.template.spec.containers[0]!.image = 'shop/payment-api:2';
    });
    small.run(40);
  };

  beforeEach(async () => {
    small = await startSmallCluster();
  });
  afterEach(() => small.stop());

  describe('of Argo CD', () => {
    const application = (revision: string, selfHeal: boolean): KubeObject => ({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'shop', namespace: 'argocd' },
      spec: { source: {}, syncPolicy: { automated: { prune: true, selfHeal } } },
      status: { sync: { revision } },
    });
    const policy = () => small.kube.get('applications', 'argocd', 'shop')?.spec?.syncPolicy;
    beforeEach(() => {
      small.kube.apply(crd('argoproj.io', 'v1alpha1', 'Application', 'applications'));
      small.kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } });
      release({ annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/payment-api' } });
    });

    it('makes room for the rollback that was refused, only by a person, and stands until Git has another commit', async () => {
      small.kube.apply(application('abc1234', true));
      expect(await refusal(rollbackDeployment, context())).toBe('managed_elsewhere');
      const plan = await planned(suspendReconciliation, context());
      expect(plan).toMatchObject({
        target: { kind: 'Deployment', name: 'payment-api' },
        changes: [{ path: 'Application shop spec.syncPolicy.automated.selfHeal', before: 'true', after: 'false' }],
        temporary: 'the suspension of Argo CD (application shop)',
        onlyAsked: expect.any(String),
        diff: expect.stringContaining('+      selfHeal: false'),
      });
      expect(plan.notes.join()).toContain('abc1234');
      const { execution } = await carryOut(suspendReconciliation, context(), plan);
      expect(policy()).toEqual({ automated: { prune: true, selfHeal: false } });
      expect((await suspendReconciliation.settled(context(), execution)).kind).toBe('settled');
      expect(await refusal(rollbackDeployment, context())).toBeNull();

      expect(await suspendReconciliation.neededStill?.(context(), execution)).toContain('abc1234');
      small.kube.mutate('applications', 'argocd', 'shop', (copy) => {
        copy.status = { sync: { revision: 'def5678' } };
      });
      expect(await suspendReconciliation.neededStill?.(context(), execution)).toBeNull();
      expect((await takeBack(suspendReconciliation, context(), execution)).kind).toBe('done');
      expect(policy()).toEqual({ automated: { prune: true, selfHeal: true } });
    });

    it('is for nobody whom Argo CD lets be', async () => {
      small.kube.apply(application('abc1234', false));
      expect(await refusal(suspendReconciliation, context())).toBe('not_needed');
    });
  });

  it('of Flux suspends the Kustomization, and looks for the commit at its source', async () => {
    const flux = 'toolkit.fluxcd.io';
    small.kube.apply(crd(`kustomize.${flux}`, 'v1', 'Kustomization', 'kustomizations'));
    small.kube.apply(crd(`source.${flux}`, 'v1', 'GitRepository', 'gitrepositories'));
    small.kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } });
    const metadata = (name: string) => ({ name, namespace: 'flux-system' });
    const spec = { path: './shop', sourceRef: { kind: 'GitRepository', name: 'fleet' } };
    small.kube.apply({
      ...{ apiVersion: `kustomize.${flux}/v1`, kind: 'Kustomization', metadata: metadata('shop'), spec },
    });
    release({ labels: { [`kustomize.${flux}/name`]: 'shop', [`kustomize.${flux}/namespace`]: 'flux-system' } });
    expect(await refusal(suspendReconciliation, context())).toBe('target_gone');
    const source = (revision: string): KubeObject => ({
      ...{ apiVersion: `source.${flux}/v1`, kind: 'GitRepository', metadata: metadata('fleet'), spec: {} },
      status: { artifact: { revision } },
    });
    small.kube.apply(source('main@sha1:abc1234'));
    const plan = await planned(suspendReconciliation, context());
    expect(plan.changes).toMatchObject([{ path: 'Kustomization shop spec.suspend', before: 'none', after: 'true' }]);
    const { execution } = await carryOut(suspendReconciliation, context(), plan);
    expect(await refusal(rollbackDeployment, context())).toBeNull();
    expect(await suspendReconciliation.neededStill?.(context(), execution)).toContain('main@sha1:abc1234');
    small.kube.apply(source('main@sha1:def5678'));
    expect(await suspendReconciliation.neededStill?.(context(), execution)).toBeNull();
  });
});
