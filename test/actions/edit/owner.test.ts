import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../sandbox/kube/cluster.ts';
import { definition, open } from '../../../sandbox/operators/definition.ts';
import increaseMemoryLimit from '../../../src/actions/increase-memory-limit.ts';
import restartDeployment from '../../../src/actions/restart-deployment.ts';
import rollbackDeployment from '../../../src/actions/rollback-deployment.ts';
import scaleHorizontal from '../../../src/actions/scale-horizontal.ts';
import type { Action } from '../../../src/extension-points.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../../adapters/kubernetes/small-cluster.ts';
import { contextFor, finding } from '../action-context.ts';

const crd = (group: string, version: string, kind: string) =>
  definition({
    group,
    kind,
    plural: `${kind.toLowerCase()}s`,
    scope: 'Namespaced',
    versions: [version],
    spec: open,
    columns: [],
  });

describe('a change beside what keeps the object', () => {
  let small: SmallCluster;
  const keep = (metadata: { labels?: Record<string, string>; annotations?: Record<string, string> }) => {
    const made = deployment('payment-api', { labels: metadata.labels ?? {} });
    made.metadata.annotations = metadata.annotations ?? {};
    small.kube.apply(made);
    small.run(30);
  };
  const plan = async (action: Action) => {
    const made = await action.plan(contextFor(small, { findings: [finding('rollout', {}, 'change')] }));
    return made.ok ? made.plan.notes.join(' ') : `${made.refusal.code}: ${made.refusal.message}`;
  };

  beforeEach(async () => {
    small = await startSmallCluster();
  });
  afterEach(() => small.stop());

  describe('of Argo CD', () => {
    const application = (spec: object): KubeObject => ({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'shop', namespace: 'argocd' },
      spec: { source: { repoURL: 'https://git.example/shop.git', path: 'deploy/prod' }, ...spec },
      status: { sync: { revision: 'abc1234def' } },
    });
    const healing = { syncPolicy: { automated: { selfHeal: true } } };
    const tracked = { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/payment-api' } };

    beforeEach(() => {
      small.kube.apply(crd('argoproj.io', 'v1alpha1', 'Application'));
      small.kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } });
      keep(tracked);
    });

    it('is refused where it heals itself, with the place in Git where it belongs', async () => {
      small.kube.apply(application(healing));
      const refused = await plan(scaleHorizontal);
      expect(refused).toContain('managed_elsewhere: Argo CD (application shop, self-heal)');
      expect(refused).toContain('Set spec.replicas to 5 in Git (https://git.example/shop.git, deploy/prod).');
      expect(await plan(increaseMemoryLimit)).toContain('managed_elsewhere');
    });

    it('is a normal step of a rollback only as the revert of a commit', async () => {
      small.kube.apply(application(healing));
      small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
        copy.spec.template.spec.containers[0]!.image = 'shop/payment-api:2';
      });
      small.run(40);
      expect(await plan(rollbackDeployment)).toContain('managed_elsewhere');
      expect(await plan(rollbackDeployment)).toContain('`git revert abc1234def`');
    });

    it('is possible where it does not heal itself, or leaves the field alone, or never sets it', async () => {
      small.kube.apply(application({}));
      expect(await plan(scaleHorizontal)).toContain('its next sync sets spec.replicas back');
      expect(await plan(scaleHorizontal)).toContain('`argocd app sync shop`');
      small.kube.apply(
        application({ ...healing, ignoreDifferences: [{ kind: 'Deployment', jsonPointers: ['/spec/replicas'] }] }),
      );
      expect(await plan(scaleHorizontal)).toContain('Argo CD');
      expect(await plan(increaseMemoryLimit)).toContain('managed_elsewhere');
      // What `kubectl rollout restart` adds isn't in Git, and nothing sets it back.
      expect(await plan(restartDeployment)).not.toContain('managed_elsewhere');
    });

    it('says so where its application can not be seen', async () => {
      expect(await plan(scaleHorizontal)).toContain('could not be seen here');
    });
  });

  describe('of Flux', () => {
    const labels = {
      'kustomize.toolkit.fluxcd.io/name': 'shop',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    };
    const kustomization = (spec: object): KubeObject => ({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'shop', namespace: 'flux-system' },
      spec: { path: './apps/shop', sourceRef: { kind: 'GitRepository', name: 'fleet' }, ...spec },
    });

    beforeEach(() => {
      small.kube.apply(crd('kustomize.toolkit.fluxcd.io', 'v1', 'Kustomization'));
      small.kube.apply(crd('helm.toolkit.fluxcd.io', 'v2', 'HelmRelease'));
      small.kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } });
    });

    it('is refused, unless it is suspended', async () => {
      keep({ labels });
      small.kube.apply(kustomization({}));
      expect(await plan(scaleHorizontal)).toContain('managed_elsewhere: Flux (Kustomization flux-system/shop)');
      expect(await plan(scaleHorizontal)).toContain('in Git (fleet, ./apps/shop)');
      small.kube.apply(kustomization({ suspend: true }));
      expect(await plan(scaleHorizontal)).toContain('suspended) keeps this object: its next reconciliation');
    });

    it('is possible beside a HelmRelease that does not look for drift', async () => {
      const release = (spec: Record<string, unknown>): KubeObject => ({
        apiVersion: 'helm.toolkit.fluxcd.io/v2',
        kind: 'HelmRelease',
        metadata: { name: 'pay', namespace: 'shop' },
        spec,
      });
      keep({ labels: { 'helm.toolkit.fluxcd.io/name': 'pay', 'helm.toolkit.fluxcd.io/namespace': 'shop' } });
      small.kube.apply(release({}));
      expect(await plan(scaleHorizontal)).toContain('`flux reconcile helmrelease pay -n shop`');
      small.kube.apply(release({ driftDetection: { mode: 'enabled' } }));
      expect(await plan(scaleHorizontal)).toContain('managed_elsewhere');
    });
  });

  it('of Helm is a normal step, with the command that makes it last', async () => {
    keep({
      annotations: { 'meta.helm.sh/release-name': 'payments', 'meta.helm.sh/release-namespace': 'shop' },
    });
    expect(await plan(scaleHorizontal)).toContain('`helm upgrade payments CHART -n shop --reuse-values --set VALUE=5`');
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.template.spec.containers[0]!.image = 'shop/payment-api:2';
    });
    small.run(40);
    expect(await plan(rollbackDeployment)).toContain('`helm rollback payments -n shop` makes it last');
  });

  it('of an operator is refused, with the object to change', async () => {
    keep({});
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.metadata.ownerReferences = [
        { apiVersion: 'kafka.strimzi.io/v1', kind: 'Kafka', name: 'events', uid: 'k1', controller: true },
      ];
    });
    expect(await plan(scaleHorizontal)).toContain('managed_elsewhere: Kafka events (kafka.strimzi.io/v1)');
    expect(await plan(scaleHorizontal)).toContain('`kubectl edit kafka events -n shop`');
  });
});
