import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import increaseMemoryLimit from '../../src/actions/increase-memory-limit.ts';
import restartDeployment from '../../src/actions/restart-deployment.ts';
import restartPod from '../../src/actions/restart-pod.ts';
import rollbackDeployment from '../../src/actions/rollback-deployment.ts';
import scaleHorizontal from '../../src/actions/scale-horizontal.ts';
import type { Finding } from '../../src/domain/types/finding.ts';
import type { Action, ActionContext } from '../../src/extension-points.ts';
import { carryOut, contextFor, finding, planned, refusal, takeBack } from '../actions/action-context.ts';
import type { SmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { type ClusterPart, good, OTHER_IMAGE, realPart, running, sandboxPart } from './cluster-part.ts';

/** Each action that changes a workload, on every cluster that there is to try: plan, change, change again, settle, undo, and what it refuses. Nodes are left alone. */

const context = process.env.NIGHTSHIFT_TEST_CONTEXT;
const parts: [string, () => Promise<ClusterPart>][] = [
  ["the sandbox's cluster", sandboxPart],
  ...(context ? ([[`the cluster ${context}`, () => realPart(context)]] as [string, () => Promise<ClusterPart>][]) : []),
];
/** A workload for each, so that none waits for another's rollout. `undoes`: what it was is put back. */
const ACTIONS: { action: Action; name: string; undoes: boolean }[] = [
  { action: scaleHorizontal, name: 'scaled', undoes: true },
  { action: increaseMemoryLimit, name: 'enlarged', undoes: true },
  { action: restartDeployment, name: 'restarted', undoes: false },
  { action: restartPod, name: 'one-restarted', undoes: false },
  { action: rollbackDeployment, name: 'rolled-back', undoes: true },
];

describe.each(parts)('%s', { timeout: 600_000 }, (_title, open) => {
  let part: ClusterPart;
  beforeAll(async () => {
    part = await open();
  }, 300_000);
  afterAll(() => part?.end());

  const lookAt = async (name: string) => good(await part.cluster.workload(part.namespace, name));
  const podsOf = async (name: string) => good(await part.cluster.pods(part.namespace, { app: name }));
  const around = (name: string, findings: Finding[] = []): ActionContext => {
    const given = { cluster: part.cluster, now: part.now } as SmallCluster;
    const target = { namespace: part.namespace, name };
    const subject = { cluster: 'test', namespace: part.namespace, service: name };
    return { ...contextFor(given, { target, findings }), subject };
  };

  /** A second revision, for what looks at the last change. */
  const changed = async (name: string): Promise<Finding[]> => {
    const { uid } = await lookAt(name);
    const where = { kind: 'Deployment' as const, namespace: part.namespace, name };
    const containers = [{ name: 'app', image: OTHER_IMAGE }];
    const options = { dryRun: false, uid, resourceVersion: null, type: 'strategic' as const };
    good(await part.cluster.patchWorkload(where, { spec: { template: { spec: { containers } } } }, options));
    await part.until('the rollout is over', async () => {
      const { observedGeneration, generation, updatedReplicas, readyReplicas, revision } = await lookAt(name);
      const isNew = revision === 2 && observedGeneration >= generation && updatedReplicas === 2 && readyReplicas === 2;
      return isNew && (await podsOf(name)).length === 2;
    });
    const about = { namespace: part.namespace, name };
    return [finding('rollout', about, 'change')];
  };

  it.each(ACTIONS.map((one) => [one.action.name, one] as const))('%s', async (_name, { action, name, undoes }) => {
    await running(part, name);
    const findings = action === rollbackDeployment ? await changed(name) : [];
    if (action === restartPod)
      findings.push(finding('leak', { kind: 'Pod', name: (await podsOf(name))[0]!.name, namespace: part.namespace }));
    const context = around(name, findings);
    const before = await lookAt(name);
    const uids = (await podsOf(name)).map(({ uid }) => uid);

    const plan = await planned(action, context);
    expect((await planned(action, context)).digest).toBe(plan.digest);
    expect((await lookAt(name)).generation).toBe(before.generation);

    const { applied, execution } = await carryOut(action, context, plan, `${name}-1`);
    expect(applied).toMatchObject({ kind: 'done' });
    const once = await lookAt(name);
    expect((await action.wasApplied(context, plan, `${name}-1`))?.kind).toBe('done');
    // Of an eviction the pod's uid is the mark, whoever made it.
    if (action !== restartPod) expect(await action.wasApplied(context, plan, `${name}-2`)).toBeNull();
    // Who comes after a crash and doesn't see the mark finds another object than the plan's: nothing is done twice.
    const again = await carryOut(action, context, plan, `${name}-1`);
    expect(['done', 'failed']).toContain(again.applied.kind);
    expect((await lookAt(name)).replicas).toBe(once.replicas);

    await part.until(`${action.name} has settled`, async () => {
      const settled = await action.settled(context, execution);
      if (settled.kind === 'failed') throw new Error(settled.message);
      return settled.kind === 'settled';
    });
    if (!undoes) {
      expect((await podsOf(name)).some(({ uid, deleting }) => !deleting && !uids.includes(uid))).toBe(true);
      return;
    }
    expect((await takeBack(action, context, execution)).kind).toBe('done');
    expect(await lookAt(name)).toMatchObject({ replicas: before.replicas, containers: before.containers });
    expect((await takeBack(action, context, execution)).kind).toBe('done');
  });

  it.each(ACTIONS.map(({ action }) => [action.name, action] as const))(
    '%s refuses what is not there',
    async (_name, action) => {
      expect(await refusal(action, around('nobody', [finding('rollout', { name: 'nobody' }, 'change')]))).toBe(
        'target_gone',
      );
    },
  );
});
