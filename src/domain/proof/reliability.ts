import { LEAST_CASES, type Share, shareOf } from './intervals.ts';
import type { OutcomeRecord, OutcomeStep } from './outcome-record.ts';

/** Of the steps that were shown with a confidence from `from` to `to` (outside, but for 1): how sure they were in the mean, and how many worked. */
export type CalibrationBin = { from: number; to: number; shown: number | null; worked: Share };
/** `error`: the expected calibration error, weighed by how many steps each bin has; `skill`: Brier's, against always saying the share that worked. Null below twenty steps. */
export type Calibration = { steps: number; bins: CalibrationBin[]; error: number | null; skill: number | null };

const EDGES = [0, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** Steps of which it is known whether they worked. */
export const judgedSteps = (records: readonly OutcomeRecord[]): OutcomeStep[] =>
  records.flatMap(({ steps }) => steps.filter(({ worked }) => worked !== null));

export function calibrationOf(records: readonly OutcomeRecord[]): Calibration {
  const steps = judgedSteps(records);
  const bins = EDGES.slice(0, -1).map((from, index) => binOf(steps, from, EDGES[index + 1] ?? 1));
  if (steps.length < LEAST_CASES) return { steps: steps.length, bins, error: null, skill: null };
  const error = bins.reduce(
    (sum, { shown, worked }) => sum + (shown === null ? 0 : Math.abs(shown * worked.of - worked.count)),
    0,
  );
  return { steps: steps.length, bins, error: error / steps.length, skill: skillOf(steps) };
}

function binOf(steps: OutcomeStep[], from: number, to: number): CalibrationBin {
  const own = steps.filter(
    ({ confidence }) => confidence >= from && (confidence < to || (to === 1 && confidence >= 1)),
  );
  const shown = own.length === 0 ? null : own.reduce((sum, { confidence }) => sum + confidence, 0) / own.length;
  return { from, to, shown, worked: shareOf(own.filter(({ worked }) => worked).length, own.length) };
}

function skillOf(steps: OutcomeStep[]): number | null {
  const truth = steps.map(({ worked }) => (worked ? 1 : 0));
  const base = truth.reduce<number>((sum, one) => sum + one, 0) / steps.length;
  const score = (said: (index: number) => number) =>
    truth.reduce<number>((sum, one, n) => sum + (said(n) - one) ** 2, 0);
  const simple = score(() => base);
  return simple === 0 ? null : 1 - score((n) => steps[n]?.confidence ?? 0) / simple;
}

/** Fewer steps than this say nothing of one service. */
const LEAST_STEPS = 8;
/** So long counts half. */
const HALF_LIFE_MS = 28 * 86_400_000;
/** Standard errors of what was promised. */
const FAR = 2;

/**
 * Whether the steps on a service promised clearly more than they kept: what worked is two standard errors under what was shown, older steps counting less. Then it asks again, whatever it is allowed. In words; null while it
 * keeps its word or too few are known.
 */
export function overConfidence(records: readonly OutcomeRecord[], now: number): string | null {
  const steps = judgedSteps(records);
  if (steps.length < LEAST_STEPS) return null;
  let [weight, promised, kept, variance] = [0, 0, 0, 0];
  for (const { at, confidence, worked } of steps) {
    const counts = 0.5 ** (Math.max(0, now - at) / HALF_LIFE_MS);
    weight += counts;
    promised += counts * confidence;
    kept += worked ? counts : 0;
    variance += counts * counts * Math.max(confidence * (1 - confidence), 0.01);
  }
  if (promised - kept <= FAR * Math.sqrt(variance)) return null;
  const percent = (value: number) => `${Math.round((value / weight) * 100)} %`;
  return `its steps here promised ${percent(promised)} and ${percent(kept)} of them worked (${steps.length} steps, older ones count less)`;
}
