import { describe, expect, it } from 'vitest';
import { type Evidence, rankCauses } from '../../src/analysis/rank.ts';
import type { Finding } from '../../src/domain/types.ts';
import { rankInput } from '../../src/pipeline/evidence.ts';
import type { Gathered } from '../../src/pipeline/gather.ts';
import { type Heard, heard } from '../../src/pipeline/telemetry-heard.ts';

const AT = 1_780_000_000_000;
const evidence: Evidence[] = [
  { entity: 'cart-api', kind: 'trace', strength: 0.999, at: AT, what: 'self time', words: 'self time 9.0× normal' },
  { entity: 'cart-api', kind: 'log', strength: 0.999, at: AT, what: 'log pattern', words: 'new error log “boom”' },
  { entity: 'front', kind: 'trace', strength: 0.999, at: AT, what: 'latency', words: 'latency 5.0× normal' },
  { entity: 'payment-api', kind: 'trace', strength: 0.02, at: AT, what: 'latency', words: 'latency 1.0× normal' },
];
const calls = [
  { from: 'front', to: 'cart-api', weight: 1 },
  { from: 'front', to: 'payment-api', weight: 0.1 },
];
const told = (trusted: boolean) => heard({ trusted, calls: () => calls, evidence: () => evidence }, 'shop', AT, AT);

const workload = (name: string) => ({ name }) as Gathered['surroundings']['workloads'][number];
const gathered = (from: Heard) =>
  ({
    surroundings: {
      at: AT,
      since: AT,
      subject: { cluster: 'c', namespace: 'shop', service: 'front' },
      workloads: ['front', 'cart-api', 'payment-api'].map(workload),
    },
    series: new Map(),
    calls: from.calls,
    heard: from,
  }) as unknown as Gathered;
const ranked = (from: Heard, findings: Finding[] = from.findings) => rankCauses(rankInput(gathered(from), findings));

describe('telemetry of senders who showed a token', () => {
  it('names the cause, in words, and each observation once', async () => {
    const [first] = ranked(await told(true)).causes;
    expect(first).toMatchObject({ entity: 'cart-api' });
    expect(ranked(await told(true)).named).toBe(true);
    expect(first?.reasons.filter((reason) => reason.includes('self time'))).toHaveLength(1);
  });
  it('shows what is odd to people, and no call that was hardly seen', async () => {
    const from = await told(true);
    expect(from.findings.map(({ words }) => words)).toContain('cart-api: new error log “boom”');
    expect(from.findings.map(({ about }) => about.name)).not.toContain('payment-api');
    expect(from.calls).toEqual([calls[0]]);
  });
});

describe('telemetry of strangers', () => {
  it('changes no probability, in neither direction, but is shown with a remark', async () => {
    const from = await told(false);
    const silent: Heard = { evidence: [], calls: [], findings: [] };
    const others: Finding[] = [
      {
        kind: 'change',
        about: { kind: 'Deployment', namespace: 'shop', name: 'payment-api' },
        at: AT,
        what: 'rollout',
        words: 'rollout',
        strength: 0.9,
      },
    ];
    expect(ranked(from, [...from.findings, ...others])).toEqual(ranked(silent, others));
    expect(from.findings.length).toBeGreaterThan(0);
    for (const finding of from.findings) {
      expect(finding.words).toMatch(/without a token: not counted/);
      expect(finding.strength).toBe(0);
    }
  });
  it('is no part of the call graph', async () => {
    expect((await told(false)).calls).toEqual([]);
  });
});
