import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calleesOf } from '../../src/domain/callees.ts';
import type { Diagnosis } from '../../src/domain/types/diagnosis.ts';
import { MINUTE, type SandboxDiagnosis, sandboxDiagnosis } from './sandbox-diagnosis.ts';

let world: SandboxDiagnosis;

/** Minutes of the fault, then a diagnosis for an alert that began two minutes after it. */
async function after(kind: string, service: string, minutes: number, subject = service): Promise<Diagnosis> {
  const since = world.sandbox.now() + 2 * MINUTE;
  world.sandbox.fault(kind, service);
  world.sandbox.advance(minutes * MINUTE);
  return world.diagnose(subject, since);
}
const what = (diagnosis: Diagnosis, name: string) => diagnosis.findings.filter((finding) => finding.what === name);

describe('the sandbox', () => {
  beforeEach(async () => {
    world = await sandboxDiagnosis();
    world.sandbox.advance(12 * MINUTE);
  });
  afterEach(() => world.stop());

  it.each([
    ['bad-config', 'checkout-api', 6, 'config_change', /ConfigMap checkout-api-config.*changed by kubectl-edit/],
    ['quota-exhausted', 'checkout-api', 6, 'quota_full', /ResourceQuota team-budget is used up \(pods \d+ of \d+\)/],
    [
      'hpa-maximum',
      'checkout-api',
      8,
      'autoscaler_limit',
      /HorizontalPodAutoscaler checkout-api keeps checkout-api at its maximum of 3/,
    ],
    ['noisy-neighbour', 'checkout-api', 6, 'neighbour', /nightly-report-.* no CPU limit/],
    ['node-pressure', 'checkout-api', 6, 'node_pressure', /under MemoryPressure/],
    ['node-not-ready', 'checkout-api', 3, 'node_not_ready', /isn't ready/],
    [
      'volume-filling',
      'ledger-db',
      7,
      'volume_filling',
      /Volume data-ledger-db of ledger-db fills: \d+ % now, full in about \d+ min/,
    ],
    ['volume-filling', 'ledger-db', 15, 'volume_full', /is full/],
    ['pdb-deadlock', 'checkout-api', 6, 'budget', /PodDisruptionBudget checkout-api/],
  ])('shows %s of %s after %i min as %s', async (kind, service, minutes, name, message) => {
    const diagnosis = await after(kind, service, minutes);
    expect(what(diagnosis, name).map((finding) => finding.message)).toEqual(
      expect.arrayContaining([expect.stringMatching(message)]),
    );
  });
});

describe('changes that people make', () => {
  beforeEach(async () => {
    world = await sandboxDiagnosis();
    world.sandbox.advance(20 * MINUTE);
  });
  afterEach(() => world.stop());
  const message = async (subject: string, name: string) => {
    const since = world.sandbox.now();
    world.sandbox.advance(MINUTE);
    return what(await world.diagnose(subject, since), name).map(
      (finding) => `${finding.about.name}: ${finding.message}`,
    );
  };
  const scale = (replicas: number) =>
    world.sandbox.cluster.mutate('deployments', 'shop', 'checkout-api', (copy) => {
      copy.spec.replicas = replicas;
    });

  it('to what a callee may be reached by', async () => {
    world.sandbox.cluster.apply({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'deny', namespace: 'shop' },
      spec: { podSelector: { matchLabels: { app: 'payment-api' } }, policyTypes: ['Ingress'] },
    });
    expect(await message('checkout-api', 'network_policy')).toEqual([
      'payment-api: NetworkPolicy deny, which rules the ingress of payment-api, was created as the trouble began',
    ]);
  });

  it('to the number of pods', async () => {
    scale(1);
    world.sandbox.advance(20_000);
    expect(await message('checkout-api', 'scaled_down')).toEqual([
      'checkout-api: Deployment checkout-api was scaled from 3 to 1 pods as the trouble began',
    ]);
  });

  it('to how many pods there may be', async () => {
    const pods = world.sandbox.cluster.list('pods', 'shop').length;
    world.sandbox.cluster.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'team', namespace: 'shop' },
      spec: { hard: { pods: String(pods) } },
    });
    scale(6);
    world.sandbox.advance(20_000);
    expect(await message('checkout-api', 'quota_exceeded')).toEqual([
      expect.stringMatching(
        /^checkout-api: A new pod of checkout-api was refused: exceeded quota: team, requested: pods=1/,
      ),
    ]);
  });
});

describe('what may not be looked at', () => {
  beforeEach(async () => {
    world = await sandboxDiagnosis();
    world.sandbox.advance(6 * MINUTE);
  });
  afterEach(() => world.stop());

  it('is said, and the rest is gathered all the same', async () => {
    for (const part of ['/configmaps/', '/networkpolicies', '/resourcequotas']) world.refuse(part, 403);
    const { incidentContext, missing } = await world.gather('checkout-api', world.sandbox.now());
    expect(missing.map((message) => message.split(':')[0]).sort()).toEqual([
      'config maps',
      'network policies',
      'quotas',
    ]);
    expect(incidentContext.references?.map(({ workload }) => workload.name)).toContain('payment-api');
    expect(incidentContext).toMatchObject({ configs: [], quotas: [], networkPolicies: [] });
    expect(incidentContext.volumes?.map(({ claim }) => claim)).toContain('data-ledger-db');
  });

  it('is left out quietly where there is no such thing', async () => {
    const { incidentContext, missing } = await world.gather('checkout-api', world.sandbox.now());
    expect(missing).toEqual([]);
    expect(incidentContext.certificates).toEqual([]);
    expect(incidentContext.configs?.map(({ name }) => name)).toContain('checkout-api-config');
  });
});

describe('callees', () => {
  it('are those that a service reaches, the nearest first, once each', () => {
    const calls = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'c', to: 'a' },
      { from: 'x', to: 'y' },
    ];
    expect(calleesOf(calls, 'a')).toEqual(['b', 'c']);
  });
});
