import { describe, expect, it } from 'vitest';
import { mostlyGone } from '../../src/domain/mostly-gone.ts';
import type { Vitals } from '../../src/domain/name-issue.ts';

const vitals = (rest: Partial<Vitals>): Vitals => ({
  service: 'catalog-api',
  memoryRatio: 0.5,
  latencyP99Seconds: null,
  latencyBandHighSeconds: 0.05,
  errorRatio: null,
  crashLooping: 0,
  restarts: 0,
  notReady: 0,
  nodesInTrouble: 0,
  ...rest,
});

describe('trouble that is mostly gone', () => {
  it('is slowness that has gone back nearly to the band, though not into it', () => {
    expect(mostlyGone('high_latency', 4.9, vitals({ latencyP99Seconds: 0.08 }))).toBe(true);
    expect(mostlyGone('high_latency', 4.9, vitals({ latencyP99Seconds: 0.9 }))).toBe(false);
  });
  it('is not slowness that was small and is still there', () => {
    expect(mostlyGone('high_latency', 0.1, vitals({ latencyP99Seconds: 0.08 }))).toBe(false);
  });
  it('is failures that have nearly ceased', () => {
    expect(mostlyGone('high_error_rate', 0.6, vitals({ errorRatio: 0.03 }))).toBe(true);
    expect(mostlyGone('high_error_rate', 0.6, vitals({ errorRatio: 0.3 }))).toBe(false);
  });
  it('is nothing without data, and nothing that is measured by objects', () => {
    expect(mostlyGone('high_latency', 4.9, vitals({}))).toBe(false);
    expect(mostlyGone('crash_loop', 5, vitals({}))).toBe(false);
    expect(mostlyGone('high_memory_usage', 1, vitals({ memoryRatio: 0.9 }))).toBe(false);
  });
});
