import { describe, expect, it } from 'vitest';
import { incidentFor, type KnownCalls } from '../../src/domain/group.ts';
import { alertOf, diagnosisOf, incidentOf, T0 } from './examples.ts';

const checkout = { cluster: 'test', namespace: 'shop', service: 'checkout-api' };
const calls: KnownCalls = new Map([
  ['shop/checkout-api', new Set(['shop/payment-api'])],
  ['shop/payment-api', new Set(['shop/ledger-db'])],
]);

describe('grouping', () => {
  it('joins the open incident of the same service', () => {
    const open = incidentOf();
    expect(
      incidentFor(alertOf(), { cluster: 'test', namespace: 'shop', service: 'payment-api' }, [open], new Map(), T0),
    ).toBe(open);
  });

  it('joins a symptom of a caller to a recent incident of what it calls', () => {
    const open = incidentOf({ service: 'ledger-db', groupKey: 'test/shop/ledger-db' });
    expect(incidentFor(alertOf({ name: 'HighErrorRate' }), checkout, [open], calls, T0)).toBe(open);
    expect(incidentFor(alertOf({ name: 'HighErrorRate' }), checkout, [open], calls, T0 + 20 * 60_000)).toBeNull();
  });

  it('joins a symptom to trouble that opened long ago and was seen again just now', () => {
    const again = { ...alertOf({ name: 'ContainerMemoryHigh' }), startsAt: T0 + 25 * 60_000 };
    const open = incidentOf({ service: 'ledger-db', groupKey: 'test/shop/ledger-db', alerts: [again] });
    expect(incidentFor(alertOf({ name: 'HighErrorRate' }), checkout, [open], calls, T0 + 30 * 60_000)).toBe(open);
  });

  it('joins what gets slow under a crowd to the incident of the service that the crowd reached first', () => {
    const about = { kind: 'Deployment' as const, namespace: 'shop', name: 'checkout-api' };
    const crowd = { kind: 'anomaly' as const, about, at: T0, what: 'traffic', message: 'a crowd', strength: 1 };
    const open = incidentOf({ service: 'checkout-api', groupKey: 'test/shop/checkout-api', anomalies: [crowd] });
    const ledger = { ...checkout, service: 'ledger-db' };
    expect(incidentFor(alertOf({ name: 'HighLatencyP99' }), ledger, [open], calls, T0)).toBe(open);
    expect(incidentFor(alertOf({ name: 'ContainerMemoryHigh' }), ledger, [open], calls, T0)).toBeNull();
    expect(
      incidentFor(
        alertOf({ name: 'HighLatencyP99' }),
        ledger,
        [{ ...open, anomalies: [{ ...crowd, what: 'memory' }] }],
        calls,
        T0,
      ),
    ).toBeNull();
  });

  it('keeps trouble of its own apart: memory does not travel to callers', () => {
    expect(incidentFor(alertOf({ name: 'ContainerMemoryHigh' }), checkout, [incidentOf()], calls, T0)).toBeNull();
  });

  it('keeps services apart that do not call each other, and clusters', () => {
    expect(incidentFor(alertOf(), { ...checkout, service: 'catalog-api' }, [incidentOf()], calls, T0)).toBeNull();
    expect(
      incidentFor(
        alertOf(),
        { cluster: 'other', namespace: 'shop', service: 'payment-api' },
        [incidentOf()],
        calls,
        T0,
      ),
    ).toBeNull();
  });

  it('joins alerts of the service that an open incident names as its cause', () => {
    const open = incidentOf({ service: 'web', groupKey: 'test/shop/web', diagnosis: diagnosisOf() });
    expect(
      incidentFor(
        alertOf({ name: 'KubePodCrashLooping' }),
        { cluster: 'test', namespace: 'shop', service: 'payment-api' },
        [open],
        new Map(),
        T0,
      ),
    ).toBe(open);
  });

  it('joins a symptom of what is called to a recent incident of the caller that has no cause yet', () => {
    const payment = { ...checkout, service: 'payment-api' };
    const open = incidentOf({ service: 'checkout-api', groupKey: 'test/shop/checkout-api', diagnosis: null });
    expect(incidentFor(alertOf({ name: 'HighLatencyP99' }), payment, [open], calls, T0)).toBe(open);
    const named = { ...open, diagnosis: diagnosisOf() };
    const elsewhere = { ...payment, service: 'ledger-db' };
    expect(incidentFor(alertOf({ name: 'HighLatencyP99' }), elsewhere, [named], calls, T0)).toBeNull();
    const ownTrouble = { ...open, alerts: [alertOf({ name: 'ContainerMemoryHigh' })] };
    expect(incidentFor(alertOf({ name: 'HighLatencyP99' }), payment, [ownTrouble], calls, T0)).toBeNull();
  });

  it('joins the breakdown of what is called to such an incident, but not its memory', () => {
    const payment = { ...checkout, service: 'payment-api' };
    const open = incidentOf({ service: 'checkout-api', groupKey: 'test/shop/checkout-api', diagnosis: null });
    expect(incidentFor(alertOf({ name: 'KubePodCrashLooping' }), payment, [open], calls, T0)).toBe(open);
    expect(incidentFor(alertOf({ name: 'ContainerMemoryHigh' }), payment, [open], calls, T0)).toBeNull();
  });

  it('joins a symptom of somebody who calls the same, for two minutes', () => {
    const catalog = { ...checkout, service: 'catalog-api' };
    const both: KnownCalls = new Map([...calls, ['shop/catalog-api', new Set(['shop/ledger-db'])]]);
    const open = incidentOf({ service: 'checkout-api', groupKey: 'test/shop/checkout-api', diagnosis: null });
    expect(incidentFor(alertOf({ name: 'HighLatencyP99' }), catalog, [open], both, T0)).toBe(open);
    expect(incidentFor(alertOf({ name: 'HighLatencyP99' }), catalog, [open], both, T0 + 121_000)).toBeNull();
    expect(incidentFor(alertOf({ name: 'KubePodCrashLooping' }), catalog, [open], both, T0)).toBeNull();
  });

  it('joins requests that are sent again on the way from what hurts to the named cause', () => {
    const cause = { entity: { kind: 'Deployment' as const, namespace: 'shop', name: 'ledger-db' }, what: 'deadlock' };
    const diagnosis = diagnosisOf({ causes: [{ ...cause, probability: 0.99, reasons: [] }] });
    const open = incidentOf({ service: 'checkout-api', groupKey: 'test/shop/checkout-api', diagnosis });
    const payment = { ...checkout, service: 'payment-api' };
    expect(incidentFor(alertOf({ name: 'traffic' }), payment, [open], calls, T0)).toBe(open);
    expect(incidentFor(alertOf({ name: 'memory' }), payment, [open], calls, T0)).toBeNull();
    const beside = { ...checkout, service: 'catalog-api' };
    expect(incidentFor(alertOf({ name: 'traffic' }), beside, [open], calls, T0)).toBeNull();
  });
});
