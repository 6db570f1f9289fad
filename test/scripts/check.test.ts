import { describe, expect, it } from 'vitest';
import { nothingCruised } from '../../scripts/check/checks.ts';
import { lastLines } from '../../scripts/check/outcome.ts';
import { runProgram } from '../../scripts/check/run-program.ts';

const report = (passed: number, failed: number, pending = 0) =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numPendingTests: pending, more: 1 });

describe('the last lines of npm test', () => {
  it('are the figures alone when all is well', () => {
    expect(lastLines(report(812, 0), null, 0)).toEqual(['812 passed, 0 failed']);
  });

  it('name what was skipped before the figures', () => {
    const skipped = JSON.stringify([{ title: 'the tests against a real Prometheus', why: 'needs root' }]);
    expect(lastLines(report(800, 0, 12), skipped, 0)).toEqual([
      'Skipped: the tests against a real Prometheus: needs root',
      '800 passed, 0 failed, 12 skipped',
    ]);
  });

  it('never say that nothing failed when the run failed', () => {
    expect(lastLines(report(5, 2), null, 1)).toEqual(['5 passed, 2 failed']);
    expect(lastLines(report(5, 0), null, 1).at(-1)).toBe('5 passed, 1 failed');
    expect(lastLines(null, null, 1).at(-1)).toBe('0 passed, 1 failed');
  });
});

describe('the checks', () => {
  it('take a layer check that looked at nothing for a failure', () => {
    expect(nothingCruised('✔ no dependency violations found (0 modules, 0 dependencies cruised)')).toContain(
      'No module was looked at',
    );
    expect(nothingCruised('something else altogether')).toContain('No module was looked at');
    expect(nothingCruised('✔ no dependency violations found (470 modules, 1663 dependencies cruised)')).toBeNull();
  });

  it("take a program that isn't there for a failure", async () => {
    expect(await runProgram('no-such-program', [], { show: false })).toMatchObject({ code: 1 });
  });
});
