import { describe, expect, it } from 'vitest';
import { atWorkOn, calledFor } from '../../src/domain/same-cause.ts';
import type { Call } from '../../src/domain/types/called.ts';
import { alertOf, diagnosisOf, executionOf, incidentOf, planOf, recommendationOf, T0 } from './examples.ts';

const CALL: Call = {
  kind: 'person',
  about: 'a',
  channel: 'C',
  ts: '1',
  link: null,
  at: T0,
  digest: '',
  settledAt: null,
};
const alerts = (severity: string) => [alertOf({ labels: { severity } })];
const diagnosis = diagnosisOf({ named: true });
const rang = (over = {}) =>
  incidentOf({
    id: 'INC-1',
    diagnosis,
    alerts: alerts('critical'),
    calls: [CALL],
    state: { name: 'escalated', why: '', level: 1, acknowledgedBy: null, since: T0 },
    ...over,
  });
const victim = incidentOf({ id: 'INC-2', service: 'storefront', alerts: alerts('warning') });

describe('whether a person was called for the same cause', () => {
  it('is so where an open incident about it reached somebody', () => {
    expect(calledFor(victim, diagnosis, [rang()])).toBe('INC-1');
  });

  it.each([
    ['nobody was reached yet', rang({ calls: [] })],
    ['its own alerts are quieter', rang({ alerts: alerts('info') })],
    ['it is about somebody else', rang({ service: 'mail', diagnosis: null })],
    ['it waits for something else', rang({ state: { name: 'noticed' } })],
    ['it is the very same', { ...rang(), id: 'INC-2' }],
  ])('is not where %s', (_, other) => {
    expect(calledFor(victim, diagnosis, [other])).toBeNull();
  });

  it('is not while no cause is named', () => {
    expect(calledFor(victim, diagnosisOf({ named: false }), [rang()])).toBeNull();
  });
});

describe('whether another incident is at work on it', () => {
  const radius = { level: 'low' as const, podsAffected: 0, podsTotal: 0, message: '' };
  const node = { kind: 'Node' as const, namespace: '', name: 'node-a', uid: 'node' };
  // Opening a node touches no service: it is for whoever's pods wait for it.
  const plan = planOf({ action: 'uncordon', target: node, blastRadius: { ...radius, services: [] } });
  const execution = executionOf({ recommendation: recommendationOf({ plan }) });
  const mending = incidentOf({
    id: 'INC-1',
    service: 'orders',
    state: { name: 'verifying', execution, since: T0, until: T0 + 300_000, steadyMs: 60_000, samples: [] },
  });
  const calls = new Map([
    ['shop/storefront', new Set(['shop/checkout'])],
    ['shop/checkout', new Set(['shop/orders'])],
    ['shop/far', new Set(['shop/storefront'])],
  ]);
  const about = { kind: 'Deployment' as const, namespace: 'shop', name: 'checkout' };
  const slow = diagnosisOf({
    named: true,
    causes: [{ entity: about, what: 'overload', probability: 0.9, reasons: [] }],
  });
  const late = (service: string) => incidentOf({ id: 'INC-2', service });

  it.each(['checkout', 'storefront'])(
    'is so for %s, which calls what is mended, directly or through one',
    (service) => {
      expect(atWorkOn(late(service), slow, [mending], calls)).toBe('INC-1');
    },
  );
  it('is not so for who is further away, or calls somebody else', () => {
    for (const service of ['far', 'mail']) expect(atWorkOn(late(service), slow, [mending], calls)).toBeNull();
  });
  it('is not so where an object or a change of its own shows why', () => {
    const own = { about, at: T0, what: 'rollout', message: '', strength: 0.9, kind: 'change' as const };
    expect(atWorkOn(late('checkout'), { ...slow, findings: [own] }, [mending], calls)).toBeNull();
  });
  it('is not so while that one only asks', () => {
    const asking = { ...mending, state: { name: 'noticed' as const, attempt: 0 } };
    expect(atWorkOn(late('checkout'), slow, [asking], calls)).toBeNull();
  });
});
