import { describe, expect, it } from 'vitest';
import type { Sample } from '../../src/domain/incident-state.ts';
import { resultKey, workedFor } from '../../src/domain/learned-results.ts';
import { diagnosisOf, T0 } from './examples.ts';

const causeOf = (what: string, name = 'payment-api') =>
  diagnosisOf({
    causes: [{ entity: { kind: 'Deployment', namespace: 'shop', name }, what, probability: 0.9, reasons: [] }],
  });
const key = (what: string, name?: string) => resultKey('rollback_deployment', 'crash_loop', causeOf(what, name));
const of = (verdict: 'recovered' | 'unchanged' | 'worse' | 'unknown', samples: Partial<Sample>[] = []) =>
  workedFor(
    { verdict, at: T0, message: '' },
    samples.map((one) => ({ at: T0, healthy: true, severity: 0, worse: false, message: '', ...one })),
  );

describe('what is learned of an action', () => {
  it('is kept by kind, cause and service: a cured rollout says nothing of a changed ConfigMap', () => {
    const keys = [
      key('rollout'),
      key('config'),
      key('rollout', 'cart-api'),
      resultKey('rollback_deployment', 'high_latency', causeOf('rollout')),
    ];
    expect(new Set(keys).size).toBe(4);
    expect(key('rollout')).toBe(key('rollout'));
  });
  it('counts what recovered, what did not and what got worse', () => {
    expect(of('recovered', [{}])).toBe(true);
    expect(of('unchanged')).toBe(false);
    expect(of('worse')).toBe(false);
  });
  it('does not count what nobody could see, nor what was over before the change can have done it', () => {
    expect(of('unknown')).toBeNull();
    expect(of('recovered', [{ goneEarly: true }, {}])).toBeNull();
  });
});
