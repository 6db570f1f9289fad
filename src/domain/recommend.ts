import { remediationTarget } from './bottleneck.ts';
import type { Incident } from './incident.ts';
import type { Cause, Confidence, Diagnosis, Playbook, Recommendation, SkippedStep, Step } from './types.ts';

/** The same step on the same object is one try, however its plan looked. */
export const attemptKey = (recommendation: Pick<Recommendation, 'step' | 'plan'>): string =>
  `${recommendation.step.action}@${recommendation.plan.target.uid}`;

/**
 * Leaves out what was tried on the same object in vain, or turned down, in this incident or another open one: of one broken service many callers complain, and each of their
 * incidents would take the same step once more. Pure.
 */
export function leaveOutSpent(
  qualified: Recommendation[],
  incident: Pick<Incident, 'id' | 'attempted'>,
  open: Pick<Incident, 'id' | 'attempted'>[],
): { left: Recommendation[]; skippedSteps: SkippedStep[] } {
  const holders = [incident, ...open.filter(({ id }) => id !== incident.id)];
  const left: Recommendation[] = [];
  const skippedSteps: SkippedStep[] = [];
  for (const recommendation of qualified) {
    const holder = holders.find(({ attempted }) => attempted.includes(attemptKey(recommendation)));
    const where = holder?.id === incident.id ? 'this incident' : holder?.id;
    if (!holder) left.push(recommendation);
    else
      skippedSteps.push({
        action: recommendation.step.action,
        reason: 'attempted',
        message: `already tried or turned down in ${where}`,
      });
  }
  return { left, skippedSteps };
}

export type Candidate = { step: Step; stepIndex: number; confidence: Confidence };

/**
 * The playbook's steps that the severity and the engine's own confidence reach, in the written order, and why the others were passed over.
 * `available` says whether an action exists; `confidenceOf` gives the engine's confidence for it.
 */
export function qualify(
  playbook: Playbook,
  diagnosis: Diagnosis,
  available: (action: string) => boolean,
  confidenceOf: (step: Step) => Confidence,
): { candidates: Candidate[]; skippedSteps: SkippedStep[] } {
  const candidates: Candidate[] = [];
  const skippedSteps: SkippedStep[] = [];
  const { severity } = diagnosis.issue;
  playbook.steps.forEach((step, stepIndex) => {
    const confidence = confidenceOf(step);
    const obstacle =
      obstacleTo(step, severity, available(step.action)) ??
      factAgainst(step, diagnosis) ??
      doubtAbout(step, confidence);
    if (obstacle) skippedSteps.push({ action: step.action, ...obstacle });
    else candidates.push({ step, stepIndex, confidence });
  });
  return { candidates, skippedSteps };
}

function obstacleTo(step: Step, severity: number, available: boolean): Omit<SkippedStep, 'action'> | null {
  if (!available) return { reason: 'not_available', message: `${step.action} is not there yet` };
  if (severity < step.threshold)
    return { reason: 'below_threshold', message: `severity ${round(severity)} is under ${step.threshold}` };
  return null;
}

const doubtAbout = (step: Step, { value }: Confidence): Omit<SkippedStep, 'action'> | null =>
  value < step.confidence
    ? { reason: 'low_confidence', message: `confidence ${round(value)} is under ${step.confidence}` }
    : null;

/** Facts under which a step is an empty gesture or worse, however sure the cause is: of the whole namespace, and of the workload itself. */
const AGAINST: Record<string, { namespace: string[]; workload: string[] }> = {
  scale_horizontal: { namespace: ['quota_full'], workload: ['quota_exceeded', 'autoscaler_limit', 'unschedulable'] },
  // A rolling change starts with a pod more.
  restart_deployment: { namespace: [], workload: ['quota_exceeded', 'unschedulable'] },
};

function factAgainst(step: Step, diagnosis: Diagnosis): Omit<SkippedStep, 'action'> | null {
  const against = AGAINST[step.action];
  const target = remediationTarget(diagnosis)?.entity;
  const fact = diagnosis.findings.find(
    ({ what, about }) =>
      against?.namespace.includes(what) || (against?.workload.includes(what) && about.name === target?.name),
  );
  return fact ? { reason: 'refused', message: fact.message } : null;
}

const round = (value: number): string => String(Math.round(value * 100) / 100);

/** What an action cures, as pseudo-counts (worked, did not) before any experience: the engineers' expectation, worth about twenty cases where it is sure. */
const PRIORS: Record<string, Record<string, [number, number]>> = {
  rollback_deployment: { rollout: [38, 2], crash_loop: [6, 4], '*': [1, 5] },
  restart_pod: {
    leak: [19, 1],
    memory: [18, 2],
    oom_killed: [14, 3],
    deadlock: [18, 2],
    blocked_on_dependency: [1, 8],
    rollout: [1, 8],
    '*': [3, 4],
  },
  restart_deployment: {
    leak: [10, 1],
    deadlock: [18, 2],
    blocked_on_dependency: [1, 8],
    latency: [3, 3],
    rollout: [1, 8],
    '*': [3, 4],
  },
  scale_horizontal: {
    overload: [18, 2],
    saturation: [18, 2],
    cpu: [9, 3],
    traffic: [18, 2],
    memory: [3, 4],
    leak: [1, 5],
    // Requests that hang hang in new pods' callers too, and more pods open more connections to what hangs.
    deadlock: [1, 8],
    blocked_on_dependency: [1, 8],
    rollout: [1, 8],
    '*': [2, 4],
  },
  increase_memory_limit: {
    memory_limit: [19, 1],
    oom_killed: [6, 4],
    leak: [1, 8],
    memory: [3, 4],
    rollout: [1, 8],
    '*': [1, 4],
  },
  // That callers are quick again when what they call hangs; they need not be well again, which is measured afterwards.
  enable_circuit_breaker: {
    deadlock: [13, 4],
    blocked_on_dependency: [13, 4],
    latency: [12, 4],
    errors: [6, 4],
    rollout: [1, 5],
    '*': [2, 4],
  },
  // Of itself it helps pods that are yet to be made; what it does for the trouble at hand shows only after a restart.
  apply_kyverno_policy: { node_pressure: [3, 3], oom_killed: [2, 4], memory: [2, 4], rollout: [1, 8], '*': [1, 4] },
  // What tasks do in general isn't known; those that there are restart.
  run_keptn_task: { leak: [10, 1], deadlock: [18, 2], latency: [3, 3], rollout: [1, 8], '*': [3, 4] },
  apply_scaled_object: { demand: [18, 2], '*': [2, 4] },
  notify_oncall: { '*': [99, 1] },
  evict_low_priority: { node_pressure: [8, 2], '*': [2, 4] },
  drain_and_cordon: { node_pressure: [18, 2], node_not_ready: [18, 2], '*': [2, 4] },
};

/**
 * Confidence that a step cures the trouble: P(the named cause) × P(the action works | cause of that kind), the latter the mean of a Beta distribution whose prior is above and
 * whose counts are this cluster's own results. `notify_oncall` needs no cause: a person can always be told.
 */
export function confidenceIn(step: Step, cause: Cause | null, results: { worked: number; tried: number }): Confidence {
  const table = PRIORS[step.action] ?? { '*': [1, 1] };
  const [yes, no] = table[cause?.what ?? '*'] ?? table['*'] ?? [1, 1];
  const works = (yes + results.worked) / (yes + no + results.tried);
  const needsCause = step.action !== 'notify_oncall';
  const sure = needsCause ? (cause?.probability ?? 0) : 1;
  const record =
    results.tried === 0 ? 'not tried for this before' : `${results.worked} of ${results.tried} worked before`;
  const parts = [{ name: 'works', value: works, message: record }];
  if (needsCause)
    parts.unshift({
      name: 'cause',
      value: sure,
      message: cause ? `${cause.what} of ${cause.entity.name} is the cause` : 'no cause is known',
    });
  return { value: sure * works, parts, ...results };
}
