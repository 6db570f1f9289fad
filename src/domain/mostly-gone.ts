import { MANY_ERRORS, type Vitals } from './name-issue.ts';

/** What is left of the excess when trouble counts as over: who was a hundred times too slow needn't be exactly as fast as ever. */
const LEFT = 0.1;

/**
 * Whether slowness or failures have gone back nearly to normal since they were diagnosed with severity `before` (in the unit). Other issues are over when they are no longer measured at all. Pure.
 */
export function mostlyGone(kind: string, before: number, vitals: Vitals): boolean {
  if (kind === 'high_latency') return isBack(before, vitals.latencyP99Seconds, vitals.latencyBandHighSeconds ?? 0);
  if (kind === 'high_error_rate') return isBack(before, vitals.errorRatio, MANY_ERRORS);
  return false;
}

const isBack = (before: number, now: number | null, normal: number): boolean =>
  now !== null && before > normal && now - normal <= LEFT * (before - normal);
