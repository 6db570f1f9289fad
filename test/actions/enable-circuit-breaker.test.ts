import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../sandbox/kube/cluster.ts';
import { DESTINATION_RULES } from '../../sandbox/operators/istio.ts';
import enableCircuitBreaker from '../../src/actions/enable-circuit-breaker.ts';
import type { ActionContext } from '../../src/extension-points.ts';
import { deployment, type SmallCluster, serviceOf, startSmallCluster } from '../adapters/kubernetes/small-cluster.ts';
import { carryOut, contextFor, executionOf, planned, takeBack } from './action-context.ts';

const RULES = 'destinationrules.networking.istio.io';
const OURS = 'nightshift-ledger-db';

function theirs(spec: Record<string, unknown>, name = 'ledger', namespace = 'shop'): KubeObject {
  return { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: { name, namespace }, spec };
}

function setErrors(spec: KubeObject['spec'], consecutive5xxErrors: number): void {
  const { trafficPolicy } = spec as { trafficPolicy: { outlierDetection: Record<string, unknown> } };
  trafficPolicy.outlierDetection.consecutive5xxErrors = consecutive5xxErrors;
}

describe('enable_circuit_breaker', () => {
  let small: SmallCluster;
  let context: ActionContext;
  const rule = (name = OURS) => small.kube.get(RULES, 'shop', name);
  const refusal = async (with_: ActionContext = context) => {
    const result = await enableCircuitBreaker.plan(with_);
    return result.ok ? null : result.refusal;
  };

  beforeEach(async () => {
    small = await startSmallCluster();
    small.kube.apply(DESTINATION_RULES);
    small.kube.apply(deployment('ledger-db'));
    small.kube.apply(serviceOf('ledger-db'));
    small.run(20);
    context = contextFor(small, { target: { name: 'ledger-db' } });
  });
  afterEach(() => small.stop());

  it('makes a rule for the host of the Service, says what callers will see, and changes nothing before', async () => {
    const plan = await planned(enableCircuitBreaker, context);
    expect(plan.target).toMatchObject({ kind: 'Service', name: 'ledger-db' });
    expect(plan.blastRadius).toMatchObject({ podsAffected: 0, message: expect.stringContaining('503') });
    expect(plan.diff).toContain('+  host: ledger-db');
    expect(plan.diff).toContain('consecutive5xxErrors: 5');
    expect(small.changes()).toEqual([]);
    expect(rule()).toBeUndefined();
    const { applied, execution } = await carryOut(enableCircuitBreaker, context, plan);
    expect(applied.kind).toBe('done');
    expect(rule()?.metadata.annotations).toEqual({ 'nightshift.dev/execution': 'inc-1-1' });
    expect(rule()?.metadata.managedFields?.map(({ manager, operation }) => `${manager} ${operation}`)).toEqual([
      'nightshift Apply',
    ]);
    expect(rule()?.spec).toMatchObject({
      host: 'ledger-db',
      trafficPolicy: {
        outlierDetection: { baseEjectionTime: '60s' },
        connectionPool: { http: { http2MaxRequests: 16 } },
      },
    });
    expect((await enableCircuitBreaker.settled(context, execution)).kind).toBe('settled');
  });

  it('counts the workload behind the Service, whatever that is called, and takes answers away', async () => {
    const service = serviceOf('ledger-db');
    service.metadata.name = 'db';
    small.kube.remove('services', 'shop', 'ledger-db');
    small.kube.apply(service);
    small.run(5);
    const plan = await planned(enableCircuitBreaker, context);
    expect(plan.blastRadius).toMatchObject({ services: ['shop/ledger-db'], takesAway: true });
    expect(plan.temporary).toContain('circuit breaker');
  });

  it('is the same plan a minute later, another one with other settings, and not needed twice', async () => {
    const plan = await planned(enableCircuitBreaker, context);
    expect(plan.blastRadius.services).toEqual(['shop/ledger-db']);
    small.run(60);
    expect((await planned(enableCircuitBreaker, context)).digest).toBe(plan.digest);
    const other = contextFor(small, { target: { name: 'ledger-db' }, params: { max_requests: 4, eject_for: '30s' } });
    const narrower = await planned(enableCircuitBreaker, other);
    expect(narrower.digest).not.toBe(plan.digest);
    await carryOut(enableCircuitBreaker, other, narrower);
    expect(rule()?.spec).toMatchObject({
      trafficPolicy: {
        outlierDetection: { baseEjectionTime: '30s' },
        connectionPool: { http: { http2MaxRequests: 4 } },
      },
    });
    expect(await refusal()).toMatchObject({ code: 'not_needed', message: expect.stringContaining('inc-1-1') });
  });

  it('is made once: who comes after a crash finds its mark, and can undo it without a record', async () => {
    const plan = await planned(enableCircuitBreaker, context);
    expect(await enableCircuitBreaker.wasApplied(context, plan, 'inc-1-1')).toBeNull();
    await carryOut(enableCircuitBreaker, context, plan);
    expect((await enableCircuitBreaker.wasApplied(context, plan, 'inc-1-1'))?.kind).toBe('done');
    expect(await enableCircuitBreaker.wasApplied(context, plan, 'another')).toBeNull();
    expect((await takeBack(enableCircuitBreaker, context, executionOf(plan, 'inc-1-1', 0, null))).kind).toBe('done');
    expect(rule()).toBeUndefined();
  });

  it('is undone by taking the rule away, once', async () => {
    const { execution } = await carryOut(enableCircuitBreaker, context, await planned(enableCircuitBreaker, context));
    expect(await takeBack(enableCircuitBreaker, context, execution)).toMatchObject({ kind: 'done' });
    expect(rule()).toBeUndefined();
    expect(await takeBack(enableCircuitBreaker, context, execution)).toMatchObject({ kind: 'done' });
    expect((await enableCircuitBreaker.settled(context, execution)).kind).toBe('failed');
  });

  it('leaves its rule to whoever changed it or made another of its name', async () => {
    const { execution } = await carryOut(enableCircuitBreaker, context, await planned(enableCircuitBreaker, context));
    const change = (subsets: unknown) =>
      small.kube.mutate(RULES, 'shop', OURS, (copy) => Object.assign(copy.spec ?? {}, { subsets }), 'kubectl-edit');
    change([{ name: 'v1', labels: { version: '1' } }]);
    expect(await takeBack(enableCircuitBreaker, context, execution)).toMatchObject({
      kind: 'failed',
      changed: false,
      refusal: { code: 'not_needed', message: expect.stringContaining('kubectl-edit') },
    });
    expect(rule()?.spec?.subsets).toHaveLength(1);
    small.kube.remove(RULES, 'shop', OURS);
    small.kube.apply(theirs({ host: 'ledger-db' }, OURS));
    expect(await takeBack(enableCircuitBreaker, context, execution)).toMatchObject({
      refusal: { code: 'target_gone' },
    });
    expect(rule()).toBeDefined();
  });

  it("adds only what somebody's rule for the host doesn't have, and takes only that away", async () => {
    const before = {
      host: 'ledger-db.shop.svc.cluster.local',
      trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' }, connectionPool: { http: { http2MaxRequests: 100 } } },
    };
    small.kube.apply(theirs(before));
    const plan = await planned(enableCircuitBreaker, context);
    expect(plan.changes.map(({ path }) => path)).toEqual([
      'DestinationRule ledger spec.trafficPolicy.outlierDetection',
    ]);
    const { execution } = await carryOut(enableCircuitBreaker, context, plan);
    expect(rule('ledger')?.spec).toMatchObject({
      ...before,
      trafficPolicy: { ...before.trafficPolicy, outlierDetection: { consecutive5xxErrors: 5 } },
    });
    expect(rule()).toBeUndefined();
    expect((await enableCircuitBreaker.settled(context, execution)).kind).toBe('settled');
    expect(await takeBack(enableCircuitBreaker, context, execution)).toMatchObject({ kind: 'done' });
    expect(rule('ledger')?.spec).toEqual(before);
    expect(rule('ledger')?.metadata.annotations ?? {}).toEqual({});
    expect((await takeBack(enableCircuitBreaker, context, execution)).kind).toBe('done');
  });

  it('restores only the fields that still hold what was added', async () => {
    small.kube.apply(theirs({ host: 'ledger-db' }));
    const { execution } = await carryOut(enableCircuitBreaker, context, await planned(enableCircuitBreaker, context));
    small.kube.mutate(RULES, 'shop', 'ledger', ({ spec }) => setErrors(spec, 9), 'kubectl-edit');
    const undone = await takeBack(enableCircuitBreaker, context, execution);
    expect(undone).toMatchObject({ kind: 'done', message: expect.stringContaining('consecutive5xxErrors') });
    expect(rule('ledger')?.spec?.trafficPolicy).toMatchObject({ outlierDetection: { consecutive5xxErrors: 9 } });
    expect(JSON.stringify(rule('ledger')?.spec)).not.toContain('baseEjectionTime');
    expect(JSON.stringify(rule('ledger')?.spec)).not.toContain('http2MaxRequests');
  });

  it.each([
    [
      'that has all of it',
      [
        theirs({
          host: 'ledger-db',
          trafficPolicy: { connectionPool: { http: { http2MaxRequests: 9 } }, outlierDetection: { interval: '5s' } },
        }),
      ],
      'Tighten',
    ],
    [
      'with a wildcard',
      [theirs({ host: '*.shop.svc.cluster.local', trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } })],
      'switch that one off',
    ],
    [
      'in another namespace',
      [theirs({ host: 'ledger-db.shop.svc.cluster.local' }, 'ledger', 'default')],
      'default/ledger',
    ],
    [
      'for single ports',
      [theirs({ host: 'ledger-db', trafficPolicy: { portLevelSettings: [{ port: { number: 80 } }] } })],
      'single ports',
    ],
    [
      'beside another',
      [theirs({ host: 'ledger-db' }), theirs({ host: 'ledger-db.shop' }, 'more')],
      '2 DestinationRules',
    ],
  ])("leaves the host to somebody's rule %s", async (_what, rules, message) => {
    for (const one of rules) small.kube.apply(one);
    expect(await refusal()).toMatchObject({ code: 'managed_elsewhere', message: expect.stringContaining(message) });
  });

  it('minds no rule for another host', async () => {
    small.kube.apply(theirs({ host: 'ledger-db' }, 'ledger', 'default'));
    small.kube.apply(theirs({ host: 'ledger-db.default.svc.cluster.local' }));
    small.kube.apply(theirs({ host: '*.default.svc.cluster.local' }, 'all'));
    expect(await refusal()).toBeNull();
  });

  it('is refused where Istio is not, where nothing calls by a Service, and with odd parameters', async () => {
    expect(
      await refusal(contextFor(small, { target: { name: 'ledger-db' }, params: { max_requests: 0 } })),
    ).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('params.max_requests'),
    });
    expect(enableCircuitBreaker.paramFault?.({ wait: 3 })).toMatchObject({ param: 'wait' });
    small.kube.remove('services', 'shop', 'ledger-db');
    expect(await refusal()).toMatchObject({ code: 'unsupported', message: expect.stringContaining('No Service') });
    small.kube.remove('customresourcedefinitions', undefined, RULES);
    expect(await refusal()).toMatchObject({ code: 'unsupported', message: expect.stringContaining('Istio') });
  });

  it('stands before what is outside the cluster, too, when there is a Service for it', async () => {
    small.kube.apply(serviceOf('card-network'));
    const outside = contextFor(small, { target: { name: 'card-network' } });
    const { applied } = await carryOut(enableCircuitBreaker, outside, await planned(enableCircuitBreaker, outside));
    expect(applied.kind).toBe('done');
    expect(rule('nightshift-card-network')?.spec?.host).toBe('card-network');
    expect(await refusal(contextFor(small, { target: { name: 'nobody' } }))).toMatchObject({ code: 'target_gone' });
  });
});
