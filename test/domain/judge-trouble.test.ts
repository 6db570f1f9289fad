import { describe, expect, it } from 'vitest';
import type { Health } from '../../src/domain/health.ts';
import { asGround, judgeTrouble, type TroubleInput } from '../../src/domain/judge-trouble.ts';
import { KINDS } from '../kinds/all-kinds.ts';
import { healthOf, known, silent } from './healths.ts';

const issueOf = (kind: string, severity: number, over: object = {}) => ({
  kind,
  severity,
  unit: '',
  message: '',
  ...over,
});
const judged = (issue: TroubleInput['issue'], now: Health[], over: Partial<TroubleInput> = {}) => {
  const [own, ...others] = now.map((health) => ({ health, findings: [] }));
  return judgeTrouble({ kinds: KINDS, issue, looks: [own!, ...others], before: [], ceilings: [], ...over });
};
const slow = issueOf('high_latency', 5);
const failing = issueOf('high_error_rate', 0.5);
const full = issueOf('high_memory_usage', 0.97);
const crashing = issueOf('crash_loop', 8);

describe('trouble is judged by every vital, never by the name it had', () => {
  it('is not over where slowness became failures', () => {
    const state = judged(slow, [healthOf({ latency: known(0.02), errors: 1 })]);
    expect(state).toMatchObject({ kind: 'present', message: expect.stringContaining('100 % of requests fail') });
  });
  it('is not over where failures are joined by slowness', () => {
    expect(judged(failing, [healthOf({ latency: known(12), errors: 0.5 })]).kind).toBe('present');
  });
  it('is not over while it is slow, however full its memory is besides', () => {
    expect(judged(slow, [healthOf({ latency: known(12), memory: 0.86 })])).toMatchObject({
      kind: 'present',
      severity: 12,
    });
  });
  it('is over when the vitals of its kind are known and back in band, and nothing else is in trouble', () => {
    expect(judged(slow, [healthOf()])).toMatchObject({ kind: 'gone', message: 'payment-api: p99 is back to 40 ms' });
    expect(judged(crashing, [healthOf({ restarts: 8 })]).kind).toBe('gone');
  });
  it('is not held open by memory that was as full before, nor closed over memory that became so', () => {
    const now = [healthOf({ memory: 0.88 })];
    expect(judged(slow, now, { before: [healthOf({ memory: 0.87, latency: 5 })] }).kind).toBe('gone');
    expect(judged(slow, now, { before: [healthOf({ memory: 0.5, latency: 5 })] }).kind).toBe('present');
  });
});

describe('other trouble than was diagnosed', () => {
  const grounds = (now: Health, kind = 'Deployment') =>
    asGround(judged(slow, [now]), KINDS, slow, [now], { kind: kind as 'Deployment' | 'Node' }).kind;

  it('is no ground for a step while what the step is against can not be read', () => {
    expect(grounds(healthOf({ latency: silent(), nodes: 1 }))).toBe('unknown');
    expect(judged(slow, [healthOf({ latency: silent(), nodes: 1 })]).kind).toBe('present');
  });
  it('takes nothing from a ground that is read', () => {
    expect(grounds(healthOf({ latency: 5, nodes: 1 }))).toBe('present');
    expect(grounds(healthOf())).toBe('gone');
    expect(grounds(healthOf({ latency: known(0.02), memory: 0.97 }))).toBe('present');
    expect(grounds(healthOf({ latency: known(0.02), errors: 1 }))).toBe('present');
  });
  it('is no ground for a step on the service where that is well, and only a node of it is in trouble', () => {
    const now = healthOf({ latency: known(0.02), nodes: 1 });
    expect(grounds(now)).toBe('other');
    expect(grounds(now, 'Node')).toBe('present');
  });
});

describe('half-way is not health', () => {
  it.each([
    ['11.5 % of requests', issueOf('high_error_rate', 1), healthOf({ errors: 0.115 })],
    ['3 % of requests', issueOf('high_error_rate', 0.6), healthOf({ errors: 0.03 })],
    [
      'a p99 of 3 s where 0.2 s is normal',
      issueOf('high_latency', 30),
      healthOf({ latency: known(3, { low: 0.1, high: 0.2 }) }),
    ],
    [
      'a p99 of 0.9 s that was 4.9 s',
      issueOf('high_latency', 4.9),
      healthOf({ latency: known(0.9, { low: 0, high: 0.05 }) }),
    ],
    ['memory far above what is normal', full, healthOf({ memory: known(0.7, { low: 0.4, high: 0.5 }) })],
    [
      'a climb that was caught early and stands where it stood',
      issueOf('high_memory_usage', 0.7, { ahead: true }),
      healthOf({ memory: 0.69 }),
    ],
    [
      'a crowd that still comes',
      issueOf('high_latency', 0.04, { ahead: true }),
      healthOf({ traffic: known(90, { low: 10, high: 30 }) }),
    ],
    ['pods that run again since a moment ago', crashing, healthOf({ unproven: 1, restarts: 8 })],
  ])('%s', (_what, issue, health) => {
    expect(judged(issue, [health]).kind).toBe('present');
  });
  it('slowness that has gone back nearly to the band, to what nobody would call slow, is over', () => {
    const back = healthOf({ latency: known(0.08, { low: 0, high: 0.05 }) });
    expect(judged(issueOf('high_latency', 4.9), [back]).kind).toBe('gone');
    expect(judged(issueOf('high_latency', 0.1), [back]).kind).toBe('present');
  });
  it('what is in band is not over above a ceiling', () => {
    const usual = healthOf({ latency: known(2.5, { low: 0, high: 3 }) });
    const ceiling = {
      namespace: 'shop',
      service: 'payment-api',
      vital: 'latency',
      below: 2,
      why: 'over its objective',
    };
    expect(judged(slow, [usual]).kind).toBe('gone');
    expect(judged(slow, [usual], { ceilings: [ceiling] })).toMatchObject({
      kind: 'present',
      message: 'payment-api: over its objective',
    });
  });
});

describe('what is not known is unknown', () => {
  it.each([
    [
      'a crash loop while the API server is silent',
      crashing,
      healthOf({ crashes: silent(), not_ready: silent('timed_out') }, { object: 'unknown' }),
    ],
    ['a node while nodes may not be read', issueOf('node_pressure', 1), healthOf({ nodes: silent('forbidden') })],
    ['quick answers of which nobody knows whether they fail', slow, healthOf({ errors: silent() })],
    ['latency that was there and is not any more', slow, healthOf({ latency: silent('stale') })],
    ['a kind that nothing here measures', issueOf('error_budget_burn', 3), healthOf()],
    ['a workload that was deleted', crashing, healthOf({}, { object: 'deleted' })],
  ])('%s', (_what, issue, health) => {
    expect(judged(issue, [health])).toMatchObject({ kind: 'unknown', severity: null });
  });
  it('a workload that was deleted is said to be deleted', () => {
    expect(judged(slow, [healthOf({}, { object: 'deleted' })]).message).toContain('payment-api was deleted');
  });
  it('no pod that runs shows nothing of whether it would be well', () => {
    const none = healthOf({ pods: 0 });
    expect(judged(crashing, [none], { before: [healthOf({ pods: 3 })] }).kind).toBe('unknown');
  });
  it('without a kind, a service of which nothing is measured', () => {
    const nothing = { kind: 'not_measured' as const };
    const health = healthOf({}, { object: 'none' });
    const vitals = Object.fromEntries(Object.keys(health.vitals).map((name) => [name, nothing]));
    expect(judged(null, [{ ...health, vitals }]).kind).toBe('unknown');
    expect(judged(null, [healthOf({ memory: silent() })]).kind).toBe('unknown');
    expect(judged(null, [healthOf()]).kind).toBe('gone');
  });
  it('what shows trouble outweighs what is not known', () => {
    expect(judged(slow, [healthOf({ latency: silent(), errors: 0.6 })]).kind).toBe('present');
  });
  it('an OOM loop is present by its exits though no memory can be read in between', () => {
    const between = healthOf({ memory: silent('stale'), oom_kills: 1, not_ready: 1 });
    expect(judged(full, [between])).toMatchObject({ kind: 'present', severity: 1 });
  });
});

describe('the service that hurts and the named cause both count', () => {
  const cause = healthOf({ memory: 0.3 }, { service: 'ledger-db' });
  it('a well cause does not make up for a service that fails', () => {
    const victim = healthOf({ latency: known(20), errors: 0.4 });
    expect(judged(full, [cause, victim])).toMatchObject({
      kind: 'present',
      message: expect.stringContaining('payment-api'),
    });
  });
  it('it is unknown while it is not known how the one that hurt is', () => {
    const before = [healthOf({ latency: 20 })];
    expect(judged(full, [cause, healthOf({ latency: silent() })], { before }).kind).toBe('unknown');
    expect(judged(full, [cause, healthOf()], { before })).toMatchObject({
      kind: 'gone',
      message: 'ledger-db is at 30 % of its memory limit; payment-api is well',
    });
  });
  it('a node that was the cause is said to hurt nobody: closed and empty it may be as ill as before', () => {
    const node = healthOf({ nodes: 0 }, { namespace: '', service: 'node-a', object: 'none' });
    expect(judged(slow, [healthOf(), node]).message).toBe('payment-api: p99 is back to 40 ms; node-a hurts nobody');
  });
  it('a node that is the named cause must be well, though it was in trouble before', () => {
    const node = (nodes: number) => healthOf({ nodes }, { namespace: '', service: 'node-a', object: 'none' });
    const before = [node(1)];
    expect(judged(slow, [healthOf(), node(1)], { before }).kind).toBe('present');
    expect(judged(slow, [healthOf(), node(0)], { before }).kind).toBe('gone');
  });
});
