import { describe, expect, it } from 'vitest';
import type { Sample } from '../../src/domain/incident-state.ts';
import { judge } from '../../src/domain/judge.ts';

const at = (seconds: number, over: Partial<Sample>): Sample => ({
  at: seconds * 1000,
  healthy: true,
  severity: 0,
  worse: false,
  message: `at ${seconds}`,
  ...over,
});
const judged = (samples: Sample[], now = samples.at(-1)?.at ?? 0) =>
  judge({ now, since: 0, until: 300_000, steadyMs: 60_000, samples, settled: true, lagMs: 0 })?.verdict ?? 'looking';

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
        lagMs: 0,
      }),
    ).toBeNull();
  });

  it('is done with a step that has cured what it was aimed at, when the rest has been elsewhere for a while', () => {
    const left = { healthy: false, elsewhere: true };
    const samples = [at(10, left), at(40, left), at(70, left)];
    expect(judged(samples.slice(0, 2))).toBe('looking');
    expect(
      judge({ now: 70_000, since: 0, until: 300_000, steadyMs: 60_000, samples, settled: true, lagMs: 0 }),
    ).toMatchObject({
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

  it('does not call it worse by what still shows the time before the change', () => {
    const worse = { healthy: false, worse: true, settled: true };
    const samples = [
      at(0, { healthy: false, settled: false }),
      ...[10, 20, 30, 40, 129, 130, 140].map((s) => at(s, worse)),
    ];
    const until = (count: number) => {
      const seen = samples.slice(0, count);
      return judge({
        now: seen.at(-1)!.at,
        since: 0,
        until: 300_000,
        steadyMs: 60_000,
        samples: seen,
        settled: true,
        lagMs: 120_000,
      });
    };
    expect(until(7)).toBeNull();
    expect(until(8)).toBeNull();
    expect(judged(samples.slice(0, 4))).toBe('worse');
    samples.push(at(150, worse));
    expect(until(9)).toMatchObject({ verdict: 'worse' });
  });

  it('calls a change that failed to settle worse at once', () => {
    const failed = { healthy: false, worse: true, settled: false };
    const samples = [at(10, failed), at(20, failed), at(30, failed)];
    const verdict = judge({
      now: 30_000,
      since: 0,
      until: 300_000,
      steadyMs: 60_000,
      samples,
      settled: false,
      lagMs: 120_000,
    });
    expect(verdict).toMatchObject({ verdict: 'worse' });
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

  it('is worse when a change has not settled at the end of its time, and unknown when nobody could see that', () => {
    const unsettled = (over: Partial<Sample>) => {
      const samples = Array.from({ length: 32 }, (_, i) =>
        at(i * 10, { healthy: false, severity: 0.97, settled: false, progress: '2 of 3 pods are updated', ...over }),
      );
      const times = { now: 320_000, since: 0, until: 300_000, steadyMs: 60_000, lagMs: 0 };
      return judge({ ...times, samples, settled: false })?.verdict ?? 'looking';
    };
    expect(unsettled({})).toBe('worse');
    expect(unsettled({ healthy: null, severity: null, blind: true })).toBe('unknown');
  });

  it('gives a change that gets on as much time again, and no more', () => {
    const until = (end: number) => {
      const samples = Array.from({ length: end / 10 }, (_, i) =>
        at((i + 1) * 10, {
          healthy: false,
          severity: 0.97,
          settled: false,
          progress: `${Math.floor(i / 6)} of 90 pods`,
        }),
      );
      const times = { now: end * 1000, since: 0, until: 300_000, steadyMs: 60_000, lagMs: 0 };
      return judge({ ...times, samples, settled: false })?.verdict ?? 'looking';
    };
    expect(until(310)).toBe('looking');
    expect(until(590)).toBe('looking');
    expect(until(610)).toBe('worse');
  });

  it('needs no delay for what is seen in objects', () => {
    const samples = [10, 20, 30].map((s) => at(s, { healthy: false, worse: true, settled: true, looksBack: false }));
    const times = { now: 30_000, since: 0, until: 300_000, steadyMs: 60_000, lagMs: 120_000 };
    expect(judge({ ...times, samples, settled: true })).toMatchObject({ verdict: 'worse' });
  });
});
