import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import restartPod from '../../src/actions/restart-pod.ts';
import type { Deps } from '../../src/app/deps.ts';
import { checkGuards } from '../../src/domain/authorise.ts';
import { decide } from '../../src/domain/decide.ts';
import type { Plan } from '../../src/domain/types/plan.ts';
import type { ServicePolicy } from '../../src/domain/types/service-policy.ts';
import { createTopology } from '../../src/evidence/topology.ts';
import { planPolicy } from '../../src/pipeline/plan-policy.ts';
import { planStep } from '../../src/pipeline/plan-step.ts';
import { deployment, type SmallCluster, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { diagnosisOf, incidentOf, recommendationOf } from '../domain/examples.ts';

const HOUR = 3_600_000;
const step = { action: 'restart_pod', rung: 'remediate' as const, threshold: 0, confidence: 0, params: {} };
const AWAY = { ok: false as const, failure: { kind: 'unreachable' as const, message: 'no answer' } };

let small: SmallCluster;
beforeEach(async () => {
  small = await startSmallCluster();
  for (const name of ['catalog-api', 'storefront', 'payment-api', 'gateway'])
    small.kube.apply(deployment(name, { replicas: 3 }));
  small.run(40);
});
afterEach(() => small.stop());

type Call = [from: string, to: string];
const BY_ALL: Call[] = [
  ['storefront', 'catalog-api'],
  ['payment-api', 'catalog-api'],
  ['gateway', 'catalog-api'],
  ['browser', 'catalog-api'],
  ['catalog-api', 'ledger'],
];

/** Restarting catalog-api's pods where `calls` are measured; payment-api is critical. */
function world(calls: Call[] | null, over: Partial<Deps> = {}): Deps {
  const answer = async () =>
    calls ? { ok: true, value: calls.map(([client, server]) => ({ labels: { client, server }, value: 1 })) } : AWAY;
  return {
    cluster: small.cluster,
    clock: { now: small.now, realDelay: (ms: number) => ms },
    metrics: { instant: async (query: string) => (query === 'calls' ? answer() : { ok: true, value: [] }) },
    queries: { calls: () => 'calls' },
    actions: new Map([['restart_pod', restartPod]]),
    limits: { maxPodsAffectedRatio: 1 },
    protectedNamespaces: ['kube-system'],
    policy: (_namespace: string, name: string) => policyOf({ critical: name === 'payment-api' }),
    ...over,
  } as unknown as Deps;
}
const policyOf = (over: Partial<ServicePolicy> = {}): ServicePolicy => ({
  ...{ listed: true, critical: false, autonomy: 'auto', timeoutMs: 300_000, atTimeout: null, approvers: ['U1'] },
  ...over,
});

const podsOf = (name: string) =>
  small.kube
    .list('pods', 'shop')
    .filter((pod) => pod.metadata.name?.startsWith(name))
    .map((pod) => pod.metadata.name!);

async function planIn(deps: Deps, pod = podsOf('catalog-api')[0]!): Promise<Plan> {
  const cause = {
    entity: { kind: 'Pod' as const, namespace: 'shop', name: pod },
    what: 'leak',
    probability: 1,
    reasons: [],
  };
  const planned = await planStep(deps, incidentOf({ diagnosis: diagnosisOf({ causes: [cause] }) }), { step });
  if (!planned.ok) throw new Error(planned.refusal.message);
  return planned.plan;
}
const serving = (name: string, ready: boolean) => {
  for (const pod of podsOf(name)) small.behave(pod, { kind: 'running', ready });
  small.run(30);
};

describe('the blast radius of a step that takes a serving pod away', () => {
  it('lists the workload and its direct callers, and the strictest policy of all decides', async () => {
    const deps = world(BY_ALL);
    const { blastRadius, ...plan } = await planIn(deps);
    expect(blastRadius.services).toEqual(['shop/catalog-api', 'shop/payment-api', 'shop/storefront']);
    expect(blastRadius.callers).toEqual(['shop/payment-api', 'shop/storefront']);
    expect(planPolicy(deps, { ...plan, blastRadius }, { namespace: 'shop', name: 'catalog-api' }).critical).toBe(true);
  });

  it('does not list them when the pod serves nothing', async () => {
    serving('catalog-api', false);
    expect((await planIn(world(BY_ALL))).blastRadius.services).toEqual(['shop/catalog-api']);
  });

  it('remembers who called in the last hour, and not who called before', async () => {
    const topology = createTopology();
    await topology.refresh(world([['payment-api', 'catalog-api']]), ['shop']);
    const quiet = world([], { topology });
    expect((await planIn(quiet)).blastRadius.callers).toEqual(['shop/payment-api']);
    const later = { ...quiet, clock: { ...quiet.clock, now: () => small.now() + HOUR + 1 } };
    expect((await planIn(later)).blastRadius.callers).toEqual([]);
  });

  it('counts as unlisted where nobody can say who calls it', async () => {
    const deps = world(null);
    const plan = await planIn(deps);
    expect(plan.blastRadius).toMatchObject({ callersUnknown: true, services: ['shop/catalog-api'] });
    expect(planPolicy(deps, plan, { namespace: 'shop', name: 'catalog-api' }).listed).toBe(false);
  });

  it('has an end in the configuration', async () => {
    const deps = world(BY_ALL, { limits: { maxPodsAffectedRatio: 0.3 } as Deps['limits'] });
    await expect(planIn(deps)).rejects.toThrow('max_pods_affected_ratio');
  });

  it('that was low when it was agreed and is high when it is done is not authorised', async () => {
    const deps = world([]);
    const agreed = await planIn(deps);
    for (const pod of podsOf('catalog-api').slice(1)) small.behave(pod, { kind: 'running', ready: false });
    small.run(30);
    const now = await planIn(deps);
    expect([agreed.blastRadius.level, now.blastRadius.level]).toEqual(['low', 'high']);
    expect(now.digest).toBe(agreed.digest);
    const refusal = checkGuards({
      ...{ now: now.plannedAt, lookedAt: 0, executionId: 'x', notAfter: now.plannedAt + 1, mode: 'act', paused: false },
      ...{ clockOff: null, protectedNamespaces: [], planned: { ok: true, plan: now }, trouble: { kind: 'present' } },
      health: [],
      agreed: { digest: agreed.digest, blastRadius: agreed.blastRadius, confidence: 1 },
      authority: { by: 'person', user: 'U1', at: now.plannedAt },
      policy: policyOf(),
      maxPodsAffectedRatio: 0.34,
    });
    expect(refusal?.code).toBe('too_wide');
  });
});

describe('who may approve for all whom a step touches', () => {
  it('may be nobody, and that is said', async () => {
    const policy = (_namespace: string, name: string) => policyOf({ critical: true, approvers: [`U_${name}`] });
    const deps = world(BY_ALL, { policy });
    const plan = await planIn(deps);
    const strictest = planPolicy(deps, plan, { namespace: 'shop', name: 'catalog-api' });
    expect(strictest.approvers).toEqual([]);
    const decision = decide({
      ...{ now: 0, mode: 'act', policy: strictest, diagnosis: diagnosisOf(), qualified: [recommendationOf({ plan })] },
      ...{ refusals: [], paused: false, storm: false, sameCauseAs: null, attempts: 0, maxAttempts: 6, unmeasured: 0 },
      ...{ measuredAt: null, isProposal: false, observeUntil: null, lowConfidence: false, settlingUntil: -1 },
      ...{ hasPlaybook: true, belowThreshold: false, patientUntil: -1 },
    });
    expect(decision).toMatchObject({
      kind: 'ask',
      atTimeout: 'escalate',
      reason: expect.stringContaining('nobody may approve for all whom it touches (shop/catalog-api, shop/payment-api'),
    });
  });
});
