import { describe, expect, it } from 'vitest';
import { whyNotSecond } from '../../src/domain/second-cause.ts';
import type { Cause } from '../../src/domain/types/diagnosis.ts';
import type { Finding } from '../../src/domain/types/finding.ts';

const entity = (name: string) => ({ kind: 'Deployment' as const, namespace: 'shop', name });
const cause = (name: string, probability: number, ...reasons: string[]): Cause => ({
  entity: entity(name),
  what: 'rollout',
  probability,
  reasons,
});
const finding = (name: string, at: number, kind: Finding['kind'] = 'change'): Finding => ({
  kind,
  about: entity(name),
  at,
  what: 'rollout',
  message: 'x',
  strength: 0.9,
});
const MIN = 60_000;

describe('why it is not the second cause', () => {
  it('is that nothing of its own is odd: it only shows what it suffers', () => {
    const causes = [cause('ledger', 0.8), cause('cart', 0.12, 'latency is 3 s')];
    expect(whyNotSecond(causes, [finding('ledger', 0), finding('cart', 0, 'anomaly')])).toBe(
      'Not cart (12 %): nothing of its own changed or is unwell; it only shows that latency is 3 s',
    );
  });

  it('is that it began later', () => {
    const causes = [cause('ledger', 0.8), cause('cart', 0.12)];
    expect(whyNotSecond(causes, [finding('ledger', 0), finding('cart', 4 * MIN)])).toContain('began 4 min later');
  });

  it('is that it explains less', () => {
    const causes = [cause('ledger', 0.8), cause('cart', 0.12)];
    expect(whyNotSecond(causes, [finding('ledger', 0), finding('cart', 0)])).toContain('explains less');
  });

  it('needs no word where nobody would think of another', () => {
    expect(whyNotSecond([cause('ledger', 0.95), cause('cart', 0.02)], [])).toBeNull();
    expect(whyNotSecond([cause('ledger', 0.95)], [])).toBeNull();
  });
});
