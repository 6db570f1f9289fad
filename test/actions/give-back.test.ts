import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import giveBack from '../../src/actions/give-back.ts';
import increaseMemoryLimit from '../../src/actions/increase-memory-limit.ts';
import raiseHpaMax from '../../src/actions/raise-hpa-max.ts';
import scaleHorizontal from '../../src/actions/scale-horizontal.ts';
import type { Action } from '../../src/extension-points.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, planned, refusal, takeBack } from './action-context.ts';

describe('give_back', () => {
  let small: SmallCluster;
  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(deployment('payment-api'));
    small.run(20);
  });
  afterEach(() => small.stop());

  const spec = () => small.kube.get('deployments', 'shop', 'payment-api')?.spec;
  const annotated = (annotations: Record<string, string>) =>
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.metadata.annotations = { ...copy.metadata.annotations, ...annotations };
    });
  /** The cure is carried out; then this is what gives it back. */
  async function after(cure: Action) {
    const plan = await planned(cure, contextFor(small));
    const { execution } = await carryOut(cure, contextFor(small), plan);
    small.run(60);
    const said = plan.changes.map((change) => ({ before: change.before, after: change.after }));
    const edit = JSON.stringify({ ...execution.undo, said });
    return contextFor(small, { target: plan.target, params: { edit } });
  }

  it('sets replicas back to what they were, says what goes, and can itself be taken back', async () => {
    const context = await after(scaleHorizontal);
    const plan = await planned(giveBack, context);
    expect(plan).toMatchObject({
      summary: 'Set back Deployment payment-api: replicas from 5 to 3',
      changes: [{ path: 'spec.replicas', before: '5', after: '3' }],
      blastRadius: { podsAffected: 2, podsTotal: 5, takesAway: true },
      reversible: true,
    });
    const { execution } = await carryOut(giveBack, context, plan, 'inc-2-1');
    expect(spec()?.replicas).toBe(3);
    expect(await giveBack.wasApplied(context, plan, 'inc-2-1')).toMatchObject({ kind: 'done' });
    expect((await takeBack(giveBack, context, execution)).kind).toBe('done');
    expect(spec()?.replicas).toBe(5);
  });

  it('says how what it gives back would be made to stay: by whoever keeps the object, else in its manifest', async () => {
    const context = await after(scaleHorizontal);
    const own = 'To keep it, set spec.replicas to 5 where its manifest is kept';
    expect((await planned(giveBack, context)).notes[0]).toContain(own);
    annotated({ 'meta.helm.sh/release-name': 'payment', 'meta.helm.sh/release-namespace': 'shop' });
    const [note, ...more] = (await planned(giveBack, context)).notes;
    expect(note).toContain('`helm upgrade payment CHART -n shop --reuse-values --set VALUE=5`');
    expect(more).toEqual([]);
  });

  it('leaves alone what somebody has changed since, and another object of the name', async () => {
    const context = await after(scaleHorizontal);
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.replicas = 6;
    });
    expect(await refusal(giveBack, context)).toBe('not_needed');
    const params = { edit: String(context.step.params.edit).replace(/"uid":"[^"]*"/, '"uid":"other"') };
    expect(await refusal(giveBack, contextFor(small, { params }))).toBe('target_gone');
    expect(giveBack.paramFault?.({ edit: '{}' })).toMatchObject({ param: 'edit' });
  });

  it('lowers a limit by replacing the pods one after the other', async () => {
    const plan = await planned(giveBack, await after(increaseMemoryLimit));
    expect(plan.summary).toBe('Set back Deployment payment-api: memory from 384Mi to 256Mi');
    expect(plan.blastRadius).toMatchObject({ podsAffected: 3, podsTotal: 3 });
  });

  it("sets an autoscaler's bound back, and counts the pods of its workload", async () => {
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'payment-api' };
    small.kube.apply({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'pay', namespace: 'shop' },
      spec: { scaleTargetRef, minReplicas: 3, maxReplicas: 3 },
    });
    small.run(60);
    const context = await after(raiseHpaMax);
    const plan = await planned(giveBack, context);
    expect(plan).toMatchObject({
      target: { kind: 'Deployment', name: 'payment-api' },
      changes: [{ path: 'HorizontalPodAutoscaler pay spec.maxReplicas', before: '5', after: '3' }],
      blastRadius: { podsAffected: 0, services: ['shop/payment-api'] },
    });
    await carryOut(giveBack, context, plan, 'inc-2-1');
    expect(small.kube.get('horizontalpodautoscalers', 'shop', 'pay')?.spec.maxReplicas).toBe(3);
  });
});
