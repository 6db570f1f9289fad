import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import scaleHorizontal from '../../src/actions/scale-horizontal.ts';
import type { Deps } from '../../src/app/deps.ts';
import { transition } from '../../src/domain/transition.ts';
import execute from '../../src/pipeline/execute.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import { contextFor, planned } from '../actions/action-context.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { diagnosisOf, executionOf, incidentOf, recommendationOf } from '../domain/examples.ts';
import { KINDS } from '../kinds/all-kinds.ts';

const NO_PAUSE = { epoch: 0, paused: false, by: null, reason: null, at: null, until: null };
const SLOW = 9;

let small: SmallCluster;
beforeEach(async () => {
  small = await startSmallCluster();
  small.kube.apply(deployment('payment-api'));
  small.run(40);
});
afterEach(() => small.stop());

const replicas = () => small.kube.get('deployments', 'shop', 'payment-api')?.spec.replicas;

/** Scales out against the real API, `between` the question whether it was done and the change. */
async function scaleOut(cluster: Cluster, between?: () => Promise<unknown>) {
  const plan = await planned(scaleHorizontal, contextFor(small));
  const step = { action: 'scale_horizontal', rung: 'mitigate' as const, threshold: 0, confidence: 0, params: {} };
  let asked = false;
  const action: typeof scaleHorizontal = {
    ...scaleHorizontal,
    async wasApplied(...args) {
      const answer = await scaleHorizontal.wasApplied(...args);
      if (!asked) await between?.();
      asked = true;
      return answer;
    },
  };
  const ok = async (value: unknown) => ({ ok: true, value });
  const deps = {
    cluster,
    clock: { now: small.now, realDelay: (ms: number) => ms },
    log: pino({ level: 'silent' }),
    queries: { quickOfService: (metric: string) => metric, quickWindowMs: 120_000 },
    metrics: { instant: (query: string) => ok([{ labels: {}, value: query === 'latency_p99' ? SLOW : 0 }]) },
    baselines: { atHand: () => null },
    protectedNamespaces: [],
    actions: new Map([['scale_horizontal', action]]),
    playbooks: new Map(),
    kinds: KINDS,
    mode: 'act',
    policy: () => ({ listed: true, critical: false, autonomy: 'auto', approvers: ['U1'], atTimeout: null }),
    limits: { servicesAtOnce: 1, drainTimeoutMs: 1, maxReplicas: 20, maxMemoryBytes: 2 ** 31, maxPodsAffectedRatio: 1 },
    store: {
      now: async () => small.now(),
      pauseState: async () => NO_PAUSE,
      lock: async () => ({ kind: 'locked', fence: 1, pauseEpoch: 0 }),
      mayAct: async () => ({ kind: 'yes' }),
    },
  } as unknown as Deps;
  const execution = executionOf({
    startedAt: small.now(),
    recommendation: recommendationOf({ issue: 'high_latency', step, plan }),
  });
  const diagnosis = diagnosisOf({
    issue: { kind: 'high_latency', severity: SLOW, unit: 's', message: '' },
    measuredOn: 'payment-api',
  });
  const incident = incidentOf({ diagnosis, state: { name: 'executing', execution, progress: null } });
  const due = { id: 'e', token: 't', incidentId: 'INC-1', gen: 1, attempt: 0, kind: 'execute' as const, dueAt: 0 };
  const { events } = await execute.run(deps, incident, due);
  return { events, after: transition(incident, events[0]!).incident };
}

type Patch = Parameters<Cluster['patchWorkload']>;
const silent = (message: string, notSent?: true) => ({
  ok: false as const,
  failure: { kind: 'unreachable' as const, message, retryAfterMs: null, ...(notSent ? { notSent } : {}) },
});

describe('a change whose answer did not come', () => {
  it('counts as made while it may land still, and is verified', async () => {
    let late: (() => Promise<{ ok: boolean }>) | null = null;
    const { events, after } = await scaleOut({
      ...small.cluster,
      async patchWorkload(...args: Patch) {
        if (args[2].dryRun) return small.cluster.patchWorkload(...args);
        late = () => small.cluster.patchWorkload(...args);
        return silent('The API server gave no answer within 10000 ms.');
      },
    });
    expect(events).toMatchObject([{ type: 'execution_failed', changed: true }]);
    expect(after.state.name).toBe('verifying');
    expect(after.executions[0]?.changed).toBe(true);
    expect((await late!()).ok).toBe(true);
    expect(replicas()).toBe(5);
  });

  it('because nobody was there to take it was not made', async () => {
    const { events, after } = await scaleOut({
      ...small.cluster,
      patchWorkload: async (...args: Patch) =>
        args[2].dryRun ? small.cluster.patchWorkload(...args) : silent('connect ECONNREFUSED', true),
    });
    expect(events).toMatchObject([{ type: 'execution_failed', changed: false }]);
    expect(after.state.name).toBe('noticed');
  });

  it('is found by its mark when it meets itself: another worker of the same execution was first', async () => {
    const { events, after } = await scaleOut(small.cluster, async () => {
      const plan = await planned(scaleHorizontal, contextFor(small));
      const { uid, resourceVersion } = (plan.data as { edit: { uid: string; resourceVersion: string } }).edit;
      const mark = { 'nightshift.dev/execution': 'inc-1-1' };
      await small.cluster.patchWorkload(
        { kind: 'Deployment', namespace: 'shop', name: 'payment-api' },
        { spec: { replicas: 5 }, metadata: { annotations: mark } },
        { dryRun: false, uid, resourceVersion, type: 'strategic' },
      );
    });
    expect(events).toMatchObject([{ type: 'executed' }]);
    expect(after.state.name).toBe('verifying');
  });
});
