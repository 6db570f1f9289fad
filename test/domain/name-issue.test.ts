import { describe, expect, it } from 'vitest';
import { nameIssue, type Vitals } from '../../src/domain/name-issue.ts';
import type { Finding } from '../../src/domain/types.ts';

const well: Vitals = {
  service: 'cart-api',
  memoryRatio: 0.4,
  latencyP99Seconds: 0.04,
  latencyBandHighSeconds: 0.05,
  errorRatio: 0,
  crashLooping: 0,
  restarts: 0,
  notReady: 0,
  nodesInTrouble: 0,
};
const leak: Finding = {
  kind: 'anomaly',
  about: { kind: 'Pod', namespace: 'shop', name: 'cart-api-6d9f8c6b5-x2x2x' },
  at: 0,
  what: 'leak',
  message: 'memory climbs',
  strength: 0.97,
};

describe('naming the issue', () => {
  it('measures nothing where all is well', () => {
    expect(nameIssue(well, [])).toMatchObject({ measured: false, issue: { kind: 'unknown' } });
  });
  it('calls memory that climbs to its limit trouble before it is there, with the share as it is', () => {
    const { issue, measured } = nameIssue({ ...well, memoryRatio: 0.7 }, [leak]);
    expect(measured).toBe(true);
    expect(issue).toMatchObject({ kind: 'high_memory_usage', severity: 0.7 });
    expect(issue.message).toMatch(/70 % of its memory limit, and it climbs/);
  });
  it('doubts a weak climb, and one of somebody else', () => {
    expect(nameIssue(well, [{ ...leak, strength: 0.3 }]).measured).toBe(false);
    expect(nameIssue({ ...well, service: 'auth-api' }, [leak]).measured).toBe(false);
  });
  it('names what hurts now before memory that will be full', () => {
    expect(nameIssue({ ...well, latencyP99Seconds: 3 }, [leak]).issue.kind).toBe('high_latency');
    expect(nameIssue({ ...well, errorRatio: 0.2 }, [leak]).issue.kind).toBe('high_error_rate');
    expect(nameIssue({ ...well, crashLooping: 1, restarts: 4 }, [leak]).issue.kind).toBe('crash_loop');
  });
});
