import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sandbox/kube/cluster.ts';
import drainAndCordon from '../../src/actions/drain-and-cordon.ts';
import type { Plan } from '../../src/domain/types/plan.ts';
import type { ActionContext, Applied } from '../../src/extension-points.ts';
import { budget, deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { authorised, contextFor, executionOf, planned, refusal, takeBack } from './action-context.ts';

const ID = 'inc-1-1';

const isReady = (pod: { status?: unknown }) =>
  (pod.status as { conditions?: { type: string; status: string }[] }).conditions?.some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  );

const statefulSet = (name: string, graceSeconds: number): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name, namespace: 'shop', labels: { app: name } },
  spec: {
    replicas: 3,
    serviceName: name,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: graceSeconds,
        containers: [{ name: 'app', image: `shop/${name}:1` }],
      },
    },
  },
});

describe('drain_and_cordon', () => {
  let small: SmallCluster;
  const pods = () => small.kube.list('pods', 'shop').filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const nodeOf = (pod: { spec?: unknown }) => (pod.spec as { nodeName?: string }).nodeName;
  const on = (node: string) => pods().filter((pod) => nodeOf(pod) === node);
  const node = (name = 'node-a') => small.kube.get('nodes', undefined, name);
  const unschedulable = () => (node()!.spec as { unschedulable?: boolean }).unschedulable ?? false;
  const context = (name = 'node-a') => contextFor(small, { target: { kind: 'Node', namespace: '', name } });

  /** As the pipeline does: each time a fresh plan of the same digest, and `wasApplied` first. */
  async function carryOn(given: ActionContext, plan: Plan, times = 200, id = ID): Promise<Applied> {
    let last: Applied = { kind: 'underway', message: '', againMs: 0 };
    for (let time = 0; time < times && last.kind === 'underway'; time += 1) {
      const already = await drainAndCordon.wasApplied(given, plan, id);
      if (already && already.kind !== 'underway') return already;
      const fresh = await planned(drainAndCordon, given);
      expect(fresh.digest).toBe(plan.digest);
      last = await drainAndCordon.apply(given, authorised(fresh, id));
      if (last.kind === 'underway') small.run(last.againMs / 1_000);
    }
    return last;
  }

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(deployment('payment-api', { replicas: 4 }));
    small.kube.apply(deployment('catalog-api', { replicas: 2 }));
    small.run(30);
  });
  afterEach(() => small.stop());

  it('says whom it disturbs and changes nothing while it plans', async () => {
    const plan = await planned(drainAndCordon, context());
    expect(plan).toMatchObject({
      target: { kind: 'Node', name: 'node-a' },
      reversible: false,
      temporary: 'the cordon of node node-a',
      blastRadius: { services: ['shop/catalog-api', 'shop/payment-api'], podsAffected: on('node-a').length },
    });
    expect(plan.diff).toContain('+  unschedulable: true');
    expect(small.changes()).toEqual([]);
  });

  it('moves the pods one at a time, each only once those moved before are ready', async () => {
    const given = context();
    const plan = await planned(drainAndCordon, given);
    const before = on('node-a').length;
    expect(before).toBeGreaterThan(1);
    let fewest = 6;
    let last = await carryOn(given, plan, 1);
    for (let time = 0; time < 200 && last.kind === 'underway'; time += 1) {
      last = await carryOn(given, plan, 1);
      fewest = Math.min(fewest, pods().filter(isReady).length);
    }
    expect(last.kind).toBe('done');
    expect(fewest).toBeGreaterThanOrEqual(5);
    expect(on('node-a')).toEqual([]);
    expect(unschedulable()).toBe(true);
    small.run(30);
    const execution = executionOf(plan, ID, 0, null);
    expect((await drainAndCordon.settled(given, execution)).kind).toBe('settled');
    expect(small.changes().filter(({ path }) => path.endsWith('/eviction'))).toHaveLength(before);
  });

  it('goes on after a crash where it stood, and evicts nobody twice', async () => {
    const given = context();
    const plan = await planned(drainAndCordon, given);
    await carryOn(given, plan, 3);
    expect(unschedulable()).toBe(true);
    expect(await drainAndCordon.wasApplied(given, plan, 'inc-2-1')).toBeNull();
    expect(await drainAndCordon.wasApplied(given, plan, ID)).toMatchObject({ kind: 'underway' });
    expect((await carryOn(given, plan)).kind).toBe('done');
    const evictions = small.changes().filter(({ path }) => path.endsWith('/eviction'));
    expect(new Set(evictions.map(({ path }) => path)).size).toBe(evictions.length);
  });

  it('leaves what came onto the node after it was agreed', async () => {
    const given = context();
    const plan = await planned(drainAndCordon, given);
    await carryOn(given, plan, 1);
    small.kube.apply({
      ...deployment('latecomer', { replicas: 1 }),
      spec: {
        ...(deployment('latecomer', { replicas: 1 }).spec as object),
        template: {
          metadata: { labels: { app: 'latecomer' } },
          spec: { nodeName: 'node-a', containers: [{ name: 'app', image: 'shop/latecomer:1' }] },
        },
      },
    });
    small.run(20);
    expect((await carryOn(given, plan)).kind).toBe('done');
    expect(on('node-a').map((pod) => pod.metadata.labels?.app)).toEqual(['latecomer']);
  });

  it('waits for a disruption budget and stops when a moved pod does not become ready', async () => {
    small.kube.apply(budget('strict', 'payment-api', 0));
    small.run(2);
    const given = context();
    const plan = await planned(drainAndCordon, given);
    expect(await carryOn(given, plan, 8)).toMatchObject({ kind: 'underway' });
    const paymentsHere = on('node-a').filter((pod) => pod.metadata.labels?.app === 'payment-api').length;
    expect(paymentsHere).toBeGreaterThan(0);
    small.kube.apply(budget('strict', 'payment-api', 1));
    small.behave('payment-api', { kind: 'running', ready: false });
    for (const pod of pods()) small.behave(pod.metadata.name ?? '', { kind: 'running', ready: true });
    const stopped = await carryOn(given, plan);
    expect(stopped).toMatchObject({ kind: 'failed', changed: true, refusal: { code: 'at_limit' } });
    const execution = executionOf(plan, ID, 0, null);
    expect(await takeBack(drainAndCordon, given, execution)).toMatchObject({ kind: 'done' });
    expect(unschedulable()).toBe(false);
    const asked = small.changes().length;
    expect(await takeBack(drainAndCordon, given, execution)).toMatchObject({ kind: 'done' });
    expect(small.changes()).toHaveLength(asked);
  });

  it('leaves a node cordoned that somebody else keeps so', async () => {
    const given = context();
    const plan = await planned(drainAndCordon, given);
    await carryOn(given, plan);
    small.kube.mutate('nodes', undefined, 'node-a', (object) => {
      object.metadata.annotations = { 'nightshift.dev/execution': 'inc-9-1' };
    });
    expect(await takeBack(drainAndCordon, given, executionOf(plan, ID, 0, null))).toMatchObject({
      kind: 'failed',
      refusal: { code: 'not_needed' },
    });
    expect(unschedulable()).toBe(true);
  });

  it('moves a StatefulSet one pod at a time, the next only once the one before has come back', async () => {
    small.kube.apply(statefulSet('ledger-db', 60));
    small.run(120);
    const pinned = on('node-a').filter((pod) => pod.metadata.labels?.app === 'ledger-db').length;
    const from = pinned >= 2 ? 'node-a' : 'node-b';
    const given = context(from);
    const plan = await planned(drainAndCordon, given);
    let fewest = 3;
    let last: Applied = { kind: 'underway', message: '', againMs: 0 };
    for (let time = 0; time < 200 && last.kind === 'underway'; time += 1) {
      last = await carryOn(given, plan, 1);
      fewest = Math.min(
        fewest,
        pods().filter((pod) => pod.metadata.labels?.app === 'ledger-db' && isReady(pod)).length,
      );
    }
    expect(last.kind).toBe('done');
    expect(fewest).toBe(2);
  });

  it('stops when a moved pod has no successor, and says how many are there', async () => {
    const given = context();
    const plan = await planned(drainAndCordon, given);
    await carryOn(given, plan, 1);
    small.kube.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'full', namespace: 'shop' },
      spec: { hard: { pods: '1' } },
    });
    small.run(2);
    expect(await carryOn(given, plan)).toMatchObject({
      kind: 'failed',
      changed: true,
      refusal: { code: 'at_limit', message: expect.stringMatching(/has \d of \d pods ready/) },
    });
  });

  it('stops for good when a person lets pods onto the node again', async () => {
    const given = context();
    const plan = await planned(drainAndCordon, given);
    await carryOn(given, plan, 2);
    small.kube.mutate('nodes', undefined, 'node-a', (object) => {
      object.spec = { ...(object.spec as object), unschedulable: false };
    });
    const asked = small.changes().length;
    const stopped = { kind: 'failed', changed: true, refusal: { code: 'managed_elsewhere' } };
    expect(await carryOn(given, plan)).toMatchObject(stopped);
    expect(await drainAndCordon.apply(given, authorised(plan, ID))).toMatchObject(stopped);
    expect(unschedulable()).toBe(false);
    expect(small.changes()).toHaveLength(asked);
    // Another incident doesn't begin it anew either; a day later it may.
    expect(await refusal(drainAndCordon, given)).toBe('managed_elsewhere');
    const tomorrow = { ...given, clock: { ...given.clock, now: () => small.now() + 25 * 3_600_000 } };
    expect(await refusal(drainAndCordon, tomorrow)).toBeNull();
  });

  it('may be done again after its own undo', async () => {
    const given = context();
    const plan = await planned(drainAndCordon, given);
    await carryOn(given, plan);
    await takeBack(drainAndCordon, given, executionOf(plan, ID, 0, null));
    small.kube.mutate('deployments', 'shop', 'payment-api', (copy) => {
      copy.spec.replicas = 6;
    });
    small.run(60);
    expect(await refusal(drainAndCordon, given)).toBeNull();
  });

  describe('is refused where nothing else can take the pods', () => {
    const other = (change: (spec: { taints?: object[] }, object: KubeObject) => void) =>
      small.kube.mutate('nodes', undefined, 'node-b', (object) => {
        object.spec = { ...object.spec };
        change(object.spec, object);
      });
    const words = async () => {
      const made = await drainAndCordon.plan(context());
      return made.ok ? 'planned' : `${made.refusal.code}: ${made.refusal.message}`;
    };

    it('because it is the only worker beside a control plane', async () => {
      other((spec, object) => {
        object.metadata.labels = { ...object.metadata.labels, 'node-role.kubernetes.io/control-plane': '' };
        spec.taints = [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }];
      });
      expect(await words()).toContain('at_limit: Nothing else can take pod shop/');
    });

    it('because they are bound to the node by a selector', async () => {
      const bound = deployment('queue', { replicas: 1 });
      Object.assign((bound.spec as { template: { spec: object } }).template.spec, {
        nodeSelector: { 'kubernetes.io/hostname': 'node-a' },
      });
      small.kube.apply(bound);
      small.run(30);
      expect(await words()).toContain('its labels are not those that the pod asks for');
    });

    it('because they ask for more than is free', async () => {
      const large = deployment('search', { replicas: 2 });
      const [container] = (large.spec as { template: { spec: { containers: object[] } } }).template.spec.containers;
      Object.assign(container as object, { resources: { requests: { memory: '40Gi' } } });
      small.kube.apply(large);
      small.run(30);
      expect(await words()).toContain('too little memory is free');
    });
  });

  it('says that an emptyDir is lost, and that this can not be undone', async () => {
    const local = deployment('queue', { replicas: 2 });
    Object.assign((local.spec as { template: { spec: object } }).template.spec, {
      volumes: [{ name: 'data', emptyDir: {} }],
    });
    small.kube.apply(local);
    small.run(30);
    const plan = await planned(drainAndCordon, context());
    expect(plan.reversible).toBe(false);
    expect(plan.notes.join(' ')).toContain('emptyDir');
  });

  it('keeps its hands off bare pods, the control plane, a last node and what is no node', async () => {
    expect(await refusal(drainAndCordon, contextFor(small))).toBe('unsupported');
    expect(await refusal(drainAndCordon, context('node-z'))).toBe('target_gone');
    small.kube.mutate('nodes', undefined, 'node-b', (object) => {
      object.metadata.labels = { ...object.metadata.labels, 'node-role.kubernetes.io/control-plane': '' };
    });
    expect(await refusal(drainAndCordon, context('node-b'))).toBe('unsupported');
    small.kube.mutate('nodes', undefined, 'node-b', (object) => {
      object.spec = { unschedulable: true };
    });
    expect(await refusal(drainAndCordon, context())).toBe('at_limit');
    small.kube.mutate('nodes', undefined, 'node-b', (object) => {
      object.spec = {};
    });
    small.kube.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'debug', namespace: 'shop' },
      spec: { nodeName: 'node-a', containers: [{ name: 'app', image: 'shop/debug:1' }] },
    });
    small.run(5);
    expect(await refusal(drainAndCordon, context())).toBe('unsupported');
  });

  it('empties a node that a person had closed before, and leaves it closed', async () => {
    small.kube.mutate('nodes', undefined, 'node-a', (object) => {
      object.spec.unschedulable = true;
    });
    const given = context();
    const plan = await planned(drainAndCordon, given);
    const result = await carryOn(given, plan);
    expect(result.kind).toBe('done');
    expect(on('node-a')).toEqual([]);
    await takeBack(drainAndCordon, given, executionOf(plan, ID, 0, null));
    expect(unschedulable()).toBe(true);
  });

  it("doesn't say that it is emptied where what was to move became protected meanwhile", async () => {
    const given = context();
    const plan = await planned(drainAndCordon, given);
    await carryOn(given, plan, 1);
    const now = { ...given, protectedNamespaces: ['shop'] };
    expect(await drainAndCordon.wasApplied(now, plan, ID)).toMatchObject({
      kind: 'failed',
      changed: true,
      refusal: { code: 'protected_namespace' },
    });
  });

  it('does not touch a protected namespace', async () => {
    const given = { ...context(), protectedNamespaces: ['shop'] };
    expect(await refusal(drainAndCordon, given)).toBe('not_needed');
  });
});
