import { describe, expect, it } from 'vitest';
import { logEvidence, type TemplateCounts } from '../../src/analysis/rank-logs.ts';

const counts = (template: string, severe: boolean, before: number, during: number): TemplateCounts => ({
  template,
  severe,
  normal: [{ hits: before, chances: 30 }],
  incident: { hits: during, chances: 25 },
});

describe('logEvidence', () => {
  it('finds an error that is new, among much that is the same', () => {
    const same = Array.from({ length: 20 }, (_, i) => counts(`step ${i}`, false, 30, 25));
    const evidence = logEvidence('orders', [...same, counts('ERROR no stock', true, 0, 20)], 7)!;
    expect(evidence).toMatchObject({ entity: 'orders', kind: 'log', at: 7 });
    expect(evidence.strength).toBeGreaterThan(0.95);
    expect(evidence.message).toBe('new error log “ERROR no stock” in 80 % of requests');
  });

  it('finds a line that always came and is missing', () => {
    const evidence = logEvidence('orders', [counts('order saved', false, 30, 0)], null)!;
    expect(evidence.strength).toBeGreaterThan(0.95);
    expect(evidence.message).toContain('no longer appears');
  });

  it('takes errors that get fewer, and harmless lines that get more, for no trouble', () => {
    expect(logEvidence('orders', [counts('ERROR flaky', true, 20, 0)], null)!.strength).toBeLessThan(0.5);
    expect(logEvidence('orders', [counts('cache hit', false, 10, 25)], null)!.strength).toBeLessThan(0.5);
  });

  it('says nothing without templates that can be compared', () => {
    expect(logEvidence('orders', [], null)).toBeNull();
  });
});
