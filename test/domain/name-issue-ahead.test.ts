import { describe, expect, it } from 'vitest';
import type { Health } from '../../src/domain/health.ts';
import { nameIssue } from '../../src/domain/name-issue.ts';
import type { Finding } from '../../src/domain/types/finding.ts';
import { KINDS } from '../kinds/all-kinds.ts';
import { healthOf, known } from './healths.ts';

const calm = healthOf({ memory: 0.57, latency: known(0.24, { low: 0.1, high: 0.25 }) });
const named = (health: Health, findings: Finding[]) => nameIssue(KINDS, { health, findings });

function anomaly(what: string, strength = 0.995, name = 'payment-api', observed = 90): Finding {
  const about = { kind: 'Deployment' as const, namespace: 'shop', name };
  const value = { observed, low: 10, high: 30, unit: '' };
  return { kind: 'anomaly', about, at: 0, what, message: `${name}: ${what}`, strength, value };
}

describe('trouble that does not hurt yet', () => {
  it('is measured: memory that climbs by how full it is, a crowd by how slow it makes the service', () => {
    for (const what of ['leak', 'memory'])
      expect(named(calm, [anomaly(what)])).toMatchObject({
        measured: true,
        issue: { kind: 'high_memory_usage', severity: 0.57 },
      });
    expect(named(calm, [anomaly('traffic')])).toMatchObject({
      measured: true,
      issue: { kind: 'high_latency', severity: 0.24 },
    });
  });

  it('is not made of what is unsure, of another service, or of a fall', () => {
    for (const finding of [
      anomaly('traffic', 0.9),
      anomaly('memory', 0.9),
      anomaly('leak', 0.995, 'catalog-api'),
      anomaly('traffic', 0.995, 'payment-api', 5),
      anomaly('cpu'),
    ])
      expect(named(calm, [finding])).toMatchObject({ measured: false, issue: { kind: 'unknown' } });
  });

  it('stands behind everything that hurts', () => {
    const slow = healthOf({ latency: 2 });
    expect(named(slow, [anomaly('memory')]).issue).toMatchObject({ kind: 'high_latency', severity: 2 });
    expect(named(healthOf({ memory: 0.92 }), [anomaly('traffic')]).issue.kind).toBe('high_memory_usage');
  });
});
