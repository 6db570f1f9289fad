import { describe, expect, it } from 'vitest';
import type { Sample } from '../../src/domain/incident.ts';
import { judge } from '../../src/domain/judge.ts';

const at = (seconds: number, over: Partial<Sample>): Sample => ({
  at: seconds * 1000,
  healthy: true,
  severity: 0,
  worse: false,
  words: `at ${seconds}`,
  ...over,
});
const judged = (samples: Sample[], now = samples.at(-1)?.at ?? 0) =>
  judge({ now, since: 0, until: 300_000, steadyMs: 60_000, samples, settled: true })?.verdict ?? 'looking';

describe('judging a fix', () => {
  it('calls it recovered only after health that lasted', () => {
    expect(judged([at(10, {}), at(40, {})])).toBe('looking');
    expect(judged([at(10, {}), at(40, {}), at(70, {})])).toBe('recovered');
    expect(judged([at(10, {}), at(40, { healthy: false }), at(70, {}), at(100, {})])).toBe('looking');
  });

  it('does not call it recovered while the rollout still runs', () => {
    expect(
      judge({
        now: 70_000,
        since: 0,
        until: 300_000,
        steadyMs: 60_000,
        samples: [at(10, {}), at(70, {})],
        settled: false,
      }),
    ).toBeNull();
  });

  it('is done with a step that has cured what it was aimed at, when the rest has been elsewhere for a while', () => {
    const left = { healthy: false, elsewhere: true };
    const samples = [at(10, left), at(40, left), at(70, left)];
    expect(judged(samples.slice(0, 2))).toBe('looking');
    expect(judge({ now: 70_000, since: 0, until: 300_000, steadyMs: 60_000, samples, settled: true })).toMatchObject({
      verdict: 'unchanged',
      targetWell: true,
    });
    expect(judged([at(10, left), at(40, { healthy: false }), at(70, left)])).toBe('looking');
  });

  it('needs several looks in a row to call it worse', () => {
    const worse = { healthy: false, worse: true };
    expect(judged([at(10, worse), at(20, worse)])).toBe('looking');
    expect(judged([at(10, worse), at(20, worse), at(30, worse)])).toBe('worse');
    expect(judged([at(10, worse), at(20, { healthy: false }), at(30, worse)])).toBe('looking');
  });

  it('is unchanged at the end, and unknown when there was no data: never success', () => {
    expect(judged([at(290, { healthy: false }), at(301, { healthy: false })])).toBe('unchanged');
    expect(judged([at(290, {}), at(301, { healthy: null })])).toBe('unknown');
    expect(judged([], 301_000)).toBe('unknown');
  });

  it('gives what is half-way to health the time to get there, and no more', () => {
    const left = (seconds: number, severity: number) => at(seconds, { healthy: false, severity });
    expect(judged([left(10, 9.8), left(301, 1.5)])).toBe('looking');
    expect(judged([left(10, 9.8), left(301, 6)])).toBe('unchanged');
    expect(judged([left(10, 9.8), left(421, 1.5)])).toBe('unchanged');
  });

  it('gives health that began late the time to last, and no more', () => {
    expect(judged([at(270, { healthy: false }), at(290, {}), at(301, {})])).toBe('looking');
    expect(judged([at(270, { healthy: false }), at(290, {}), at(351, {})])).toBe('recovered');
  });
});
