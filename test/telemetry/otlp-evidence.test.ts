import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import drainAndCordon from '../../src/actions/drain-and-cordon.ts';
import increaseMemoryLimit from '../../src/actions/increase-memory-limit.ts';
import restartPod from '../../src/actions/restart-pod.ts';
import rollbackDeployment from '../../src/actions/rollback-deployment.ts';
import scaleHorizontal from '../../src/actions/scale-horizontal.ts';
import { type Evidence, rankCauses } from '../../src/analysis/rank.ts';
import { nameIssue } from '../../src/domain/name-issue.ts';
import { confidenceIn } from '../../src/domain/recommend.ts';
import type { Finding } from '../../src/domain/types/finding.ts';
import { causesIn } from '../../src/evidence/diagnosis.ts';
import type { Gathered } from '../../src/evidence/gathered.ts';
import { rankInput } from '../../src/evidence/rank-input.ts';
import { type OtlpEvidence, otlpEvidence } from '../../src/telemetry/otlp-evidence.ts';
import { healthOf, known } from '../domain/healths.ts';
import { KINDS } from '../kinds/all-kinds.ts';

const AT = 1_780_000_000_000;
const evidence: Evidence[] = [
  { entity: 'cart-api', kind: 'trace', strength: 0.999, at: AT, what: 'self time', message: 'self time 9.0× normal' },
  { entity: 'cart-api', kind: 'log', strength: 0.999, at: AT, what: 'log pattern', message: 'new error log “boom”' },
  { entity: 'front', kind: 'trace', strength: 0.999, at: AT, what: 'latency', message: 'latency 5.0× normal' },
  { entity: 'payment-api', kind: 'trace', strength: 0.02, at: AT, what: 'latency', message: 'latency 1.0× normal' },
];
const calls = [
  { from: 'front', to: 'cart-api', weight: 1 },
  { from: 'front', to: 'payment-api', weight: 0.1 },
];
const told = (trusted: boolean) =>
  otlpEvidence({ trusted, calls: () => calls, evidence: () => evidence }, 'shop', AT, AT);

const workload = (name: string) => ({ name }) as Gathered['incidentContext']['workloads'][number];
const gathered = (from: OtlpEvidence) =>
  ({
    incidentContext: {
      at: AT,
      since: AT,
      subject: { cluster: 'c', namespace: 'shop', service: 'front' },
      workloads: ['front', 'cart-api', 'payment-api'].map(workload),
      pods: [],
      revisions: {},
    },
    series: new Map(),
    calls: from.calls,
    otlpEvidence: from,
  }) as unknown as Gathered;
const ranked = (from: OtlpEvidence, findings: Finding[] = from.findings) =>
  rankCauses(rankInput(gathered(from), findings));

describe('telemetry of senders who showed a token', () => {
  it('names the cause, in words, and each observation once', async () => {
    const [first] = ranked(await told(true)).causes;
    expect(first).toMatchObject({ entity: 'cart-api' });
    expect(ranked(await told(true)).named).toBe(true);
    expect(first?.reasons.filter((reason) => reason.includes('self time'))).toHaveLength(1);
  });
  it('shows what is odd to people, and no call that was hardly seen', async () => {
    const from = await told(true);
    expect(from.findings.map(({ message }) => message)).toContain('cart-api: new error log “boom”');
    expect(from.findings.map(({ about }) => about.name)).not.toContain('payment-api');
    expect(from.calls).toEqual([calls[0]]);
  });
});

const found = (what: string, kind: Finding['kind'], name: string, strength: number): Finding => ({
  kind,
  about: { kind: 'Deployment', namespace: 'shop', name },
  at: AT,
  what,
  message: what,
  strength,
});

/** What decides: the cause, whether it is named, the issue, and how sure each step is. */
function confidences(from: OtlpEvidence, findings: Finding[]) {
  const { causes, named } = causesIn(gathered(from), findings);
  const steps = [rollbackDeployment, restartPod, scaleHorizontal, increaseMemoryLimit, drainAndCordon];
  const cause = causes[0] ?? null;
  const sure = steps.map((action) => confidenceIn(action, cause, { worked: 0, tried: 0 }).value);
  const latency = known(0.1, { low: 0, high: 1 });
  const health = healthOf({ memory: 0.5, latency }, { service: 'front' });
  return { cause, named, sure, issue: nameIssue(KINDS, { health, findings }) };
}

describe('telemetry of strangers', () => {
  it('changes no probability, in neither direction, but is shown with a remark', async () => {
    const from = await told(false);
    const silent: OtlpEvidence = { evidence: [], calls: [], findings: [] };
    const others: Finding[] = [
      {
        kind: 'change',
        about: { kind: 'Deployment', namespace: 'shop', name: 'payment-api' },
        at: AT,
        what: 'rollout',
        message: 'rollout',
        strength: 0.9,
      },
    ];
    expect(ranked(from, [...from.findings, ...others])).toEqual(ranked(silent, others));
    expect(from.findings.length).toBeGreaterThan(0);
    for (const finding of from.findings) {
      expect(finding.message).toMatch(/without a token: not counted/);
      expect(finding.strength).toBe(0);
    }
  });
  it('never raises the confidence to act, nor makes another cause, whatever it says', async () => {
    const names = fc.constantFrom('front', 'cart-api', 'payment-api', 'node/worker-1', 'nobody');
    const what = fc.constantFrom(
      'latency',
      'errors',
      'traffic',
      'leak',
      'rollout',
      'deadlock',
      'oom_killed',
      'cpu',
      '',
    );
    const said = fc.record({
      entity: names,
      kind: fc.constantFrom<Evidence['kind']>('metric', 'change', 'log', 'trace', 'state'),
      strength: fc.double({ min: 0, max: 1, noNaN: true }),
      at: fc.option(fc.integer({ min: AT - 3_600_000, max: AT })),
      what,
      message: fc.string(),
    });
    const call = fc.record({ from: names, to: names, weight: fc.double({ min: 0, max: 1, noNaN: true }) });
    const others: Finding[] = [found('crash_loop', 'state', 'front', 0.9)];
    const silent = confidences({ evidence: [], calls: [], findings: [] }, others);
    await fc.assert(
      fc.asyncProperty(fc.array(said, { maxLength: 12 }), fc.array(call, { maxLength: 6 }), async (lies, links) => {
        const from = await otlpEvidence({ trusted: false, calls: () => links, evidence: () => lies }, 'shop', AT, AT);
        expect(confidences(from, [...others, ...from.findings])).toEqual(silent);
      }),
      { numRuns: 500 },
    );
  });
  it('is no part of the call graph', async () => {
    expect((await told(false)).calls).toEqual([]);
  });
});
