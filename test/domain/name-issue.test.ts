import { describe, expect, it } from 'vitest';
import type { Health } from '../../src/domain/health.ts';
import { nameIssue } from '../../src/domain/name-issue.ts';
import type { Finding } from '../../src/domain/types/finding.ts';
import { KINDS } from '../kinds/all-kinds.ts';
import { healthOf, silent } from './healths.ts';

const of = { service: 'cart-api' };
const leak: Finding = {
  kind: 'anomaly',
  about: { kind: 'Pod', namespace: 'shop', name: 'cart-api-6d9f8c6b5-x2x2x' },
  at: 0,
  what: 'leak',
  message: 'memory climbs',
  strength: 0.97,
};

const named = (health: Health, findings: Finding[]) => nameIssue(KINDS, { health, findings });

describe('naming the issue', () => {
  it('measures nothing where all is well', () => {
    expect(named(healthOf({}, of), [])).toMatchObject({ measured: false, issue: { kind: 'unknown' } });
  });
  it('calls memory that climbs to its limit trouble before it is there, with the share as it is', () => {
    const { issue, measured } = named(healthOf({ memory: 0.7 }, of), [leak]);
    expect(measured).toBe(true);
    expect(issue).toMatchObject({ kind: 'high_memory_usage', severity: 0.7 });
    expect(issue.message).toMatch(/70 % of its memory limit, and it climbs/);
  });
  it('doubts a weak climb, and one of somebody else', () => {
    expect(named(healthOf({}, of), [{ ...leak, strength: 0.3 }]).measured).toBe(false);
    expect(named(healthOf({}, { service: 'auth-api' }), [leak]).measured).toBe(false);
  });
  it('names what hurts now before memory that will be full', () => {
    expect(named(healthOf({ latency: 3 }, of), [leak]).issue.kind).toBe('high_latency');
    expect(named(healthOf({ errors: 0.2 }, of), [leak]).issue.kind).toBe('high_error_rate');
    expect(named(healthOf({ crashes: 1, restarts: 4 }, of), [leak]).issue.kind).toBe('crash_loop');
  });
  it('names an OOM loop by its exits where no memory can be read in between', () => {
    expect(named(healthOf({ oom_kills: 1, memory: silent('stale') }, of), []).issue).toMatchObject({
      kind: 'high_memory_usage',
      severity: 1,
    });
  });
  it('does not call it calm where nobody could look', () => {
    const blind = named(healthOf({ latency: silent(), errors: silent(), memory: silent() }, of), []);
    expect(blind).toMatchObject({ measured: false });
    expect(blind.issue.message).toMatch(/can't be measured/);
  });
  it('does not name memory that is as full as ever before what is slow', () => {
    const jvm = { kind: 'known' as const, value: 0.88, band: { low: 0.7, high: 0.9 }, at: 0 };
    expect(named(healthOf({ memory: jvm, latency: 3 }, of), []).issue.kind).toBe('high_latency');
  });
});
