import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import rollbackDeployment from '../../src/actions/rollback-deployment.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, finding, planned, refusal, takeBack } from './action-context.ts';

const rollout = finding('rollout', {}, 'change');

describe('rollback_deployment', () => {
  let small: SmallCluster;
  const image = () => small.kube.get('deployments', 'shop', 'payment-api')?.spec.template.spec.containers[0]?.image;
  const release = (version: string, seconds = 40) => {
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.template.spec.containers[0]!.image = `shop/payment-api:${version}`;
    });
    small.run(seconds);
  };
  const bad = (version: string) =>
    small.behave(`payment-api:${version}`, { kind: 'exited', reason: 'Error', exitCode: 1 });

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(deployment('payment-api'));
    small.run(20);
  });
  afterEach(() => small.stop());

  it('goes back from a release that crashes, though its rollout is still going on', async () => {
    bad('2');
    release('2', 60);
    const context = contextFor(small);
    const plan = await planned(rollbackDeployment, context);
    expect(plan.summary).toBe('Roll payment-api back from revision 2 to 1 (shop/payment-api:2 → shop/payment-api:1)');
    expect(plan.diff).toContain('shop/payment-api:1');
    expect(plan.diff).not.toContain('hunter2');
    expect(plan.notes[0]).toContain('ConfigMaps');
    expect(plan.blastRadius).toMatchObject({
      level: 'low',
      message: expect.stringContaining('none of them serves now'),
    });
    expect(small.changes()).toEqual([]);
    const { applied, execution } = await carryOut(rollbackDeployment, context, plan);
    expect(applied.kind).toBe('done');
    expect(image()).toBe('shop/payment-api:1');
    expect(small.changes()).toHaveLength(1);
    expect(await rollbackDeployment.wasApplied(context, plan, 'inc-1-1')).toMatchObject({ kind: 'done' });
    small.run(60);
    expect((await rollbackDeployment.settled(context, execution)).kind).toBe('settled');
  });

  it('counts as the newest revision of the old template, as with kubectl', async () => {
    release('2');
    const context = contextFor(small, { findings: [rollout] });
    await carryOut(rollbackDeployment, context, await planned(rollbackDeployment, context));
    small.run(40);
    const revisions = small.kube
      .list('replicasets', 'shop')
      .map((set) => [set.metadata.annotations?.['deployment.kubernetes.io/revision'], set.spec.replicas]);
    expect(revisions.sort()).toEqual([
      ['2', 0],
      ['3', 3],
    ]);
  });

  it('never goes back to what was rolled back from', async () => {
    release('2');
    const context = contextFor(small, { findings: [rollout] });
    await carryOut(rollbackDeployment, context, await planned(rollbackDeployment, context));
    small.run(40);
    expect(await refusal(rollbackDeployment, context)).toBe('no_history');
  });

  it('skips an older release that never got ready', async () => {
    bad('2');
    release('2', 30);
    release('3', 3);
    const context = contextFor(small, { findings: [rollout] });
    bad('3');
    small.run(30);
    expect((await planned(rollbackDeployment, context)).changes[0]?.after).toContain('revision 1 ');
  });

  it('undoes by going forward to the template that was there, once', async () => {
    release('2');
    const context = contextFor(small, { findings: [rollout] });
    const { execution } = await carryOut(rollbackDeployment, context, await planned(rollbackDeployment, context));
    small.run(40);
    expect((await takeBack(rollbackDeployment, context, execution)).kind).toBe('done');
    expect(image()).toBe('shop/payment-api:2');
    const changes = small.changes().length;
    expect((await takeBack(rollbackDeployment, context, execution)).kind).toBe('done');
    expect(small.changes()).toHaveLength(changes);
  });

  it('leaves a template that somebody changed since', async () => {
    release('2');
    const context = contextFor(small, { findings: [rollout] });
    const { execution } = await carryOut(rollbackDeployment, context, await planned(rollbackDeployment, context));
    release('4');
    expect((await rollbackDeployment.settled(context, execution)).kind).toBe('failed');
    expect(await takeBack(rollbackDeployment, context, execution)).toMatchObject({ kind: 'failed', changed: false });
    expect(image()).toBe('shop/payment-api:4');
  });

  it('is refused without history, when paused, in a rollout that does well, and when nothing points to the release', async () => {
    const context = contextFor(small, { findings: [rollout] });
    expect(await refusal(rollbackDeployment, context)).toBe('no_history');
    release('2', 1);
    expect(await refusal(rollbackDeployment, context)).toBe('rollout_in_progress');
    small.run(60);
    expect(await refusal(rollbackDeployment, contextFor(small))).toBe('not_needed');
    expect(await refusal(rollbackDeployment, context)).toBeNull();
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.paused = true;
    });
    expect(await refusal(rollbackDeployment, context)).toBe('deployment_paused');
  });

  it('takes a stuck rollout as the reason by itself', async () => {
    small.behave('payment-api:2', { kind: 'running', ready: false });
    release('2', 200);
    expect((await planned(rollbackDeployment, contextFor(small))).target.name).toBe('payment-api');
  });

  it('goes back from a release that never gets ready, before the Deployment itself says that it is stuck', async () => {
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.progressDeadlineSeconds = 3_600;
    });
    small.behave('payment-api:2', { kind: 'running', ready: false });
    release('2', 120);
    expect(await refusal(rollbackDeployment, contextFor(small))).toBe('rollout_in_progress');
    const convicted = { ...finding('config_map_missing', {}), convicts: true as const };
    expect(await refusal(rollbackDeployment, contextFor(small, { findings: [convicted] }))).toBeNull();
    small.run(3_500);
    expect((await planned(rollbackDeployment, contextFor(small))).summary).toContain('from revision 2 to 1');
  });

  it('goes back from a release that no node takes, once it has waited for one', async () => {
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.template.spec.nodeSelector = { disk: 'nowhere' };
    });
    small.run(60);
    expect(await refusal(rollbackDeployment, contextFor(small))).toBe('rollout_in_progress');
    small.run(90);
    expect((await planned(rollbackDeployment, contextFor(small))).summary).toContain('from revision 2 to 1');
  });

  it('prefers a release that lasted over one that was replaced at once', async () => {
    release('2', 20 * 60);
    release('3', 60);
    release('4', 60);
    const context = contextFor(small, { findings: [rollout] });
    expect((await planned(rollbackDeployment, context)).changes[0]?.after).toContain('revision 2 ');
  });

  it('takes a restart for no other release', async () => {
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.template.metadata = {
        ...copy.spec.template.metadata,
        annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-03-02T03:00:00Z' },
      };
    });
    small.run(60);
    expect(await refusal(rollbackDeployment, contextFor(small, { findings: [rollout] }))).toBe('no_history');
  });

  it('never goes across a changed migration', async () => {
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.template.spec.initContainers = [{ name: 'migrate', image: 'shop/payment-api:2' }];
      copy.spec.template.spec.containers[0]!.image = 'shop/payment-api:2';
    });
    small.run(60);
    const result = await rollbackDeployment.plan(contextFor(small, { findings: [rollout] }));
    expect(!result.ok && result.refusal).toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/migrate, which looks like a database migration.*--to-revision=1/),
    });
  });

  it('goes to no image of a registry that gives none now, unless its pods still serve', async () => {
    small.behave('payment-api:2', { kind: 'image_pull_failed', message: 'dial tcp: no such host' });
    release('2', 60);
    const context = contextFor(small, { findings: [rollout] });
    expect((await planned(rollbackDeployment, context)).changes[0]?.after).toContain('revision 1 ');
    small.behave('payment-api', { kind: 'image_pull_failed', message: 'dial tcp: no such host' });
    for (const pod of small.kube.list('pods', 'shop')) small.kube.remove('pods', 'shop', pod.metadata.name ?? '');
    small.run(60);
    expect(await refusal(rollbackDeployment, context)).not.toBeNull();
  });

  it('does not blame an old release for pods that crash now', async () => {
    release('2', 60);
    small.run(2 * 3_600);
    bad('2');
    small.run(60);
    expect(await refusal(rollbackDeployment, contextFor(small))).toBe('not_needed');
  });

  it('can be planned again for the same digest while the cluster goes on', async () => {
    bad('2');
    release('2', 60);
    const first = await planned(rollbackDeployment, contextFor(small));
    small.run(20);
    expect((await planned(rollbackDeployment, contextFor(small))).digest).toBe(first.digest);
  });
});
