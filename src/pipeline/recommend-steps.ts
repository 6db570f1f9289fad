import { remediationTarget } from '../domain/bottleneck.ts';
import type { Incident } from '../domain/incident.ts';
import { resultKey } from '../domain/learned-results.ts';
import { playbookKey } from '../domain/playbook.ts';
import { type Candidate, confidenceIn, couldQualify, type Knowledge, provenIn, qualify } from '../domain/recommend.ts';
import type { Cause, Diagnosis } from '../domain/types/diagnosis.ts';
import type { Playbook, Step } from '../domain/types/playbook.ts';
import type { Recommendation, SkippedStep } from '../domain/types/recommendation.ts';
import type { Refusal } from '../domain/types/refusal.ts';
import type { StageDeps } from './deps.ts';
import { planStep } from './plan-step.ts';

type Chosen = {
  qualified: Recommendation[];
  /** Planned only where nothing else is left. */
  unsure: Recommendation[];
  skippedSteps: SkippedStep[];
  refusals: Refusal[];
  couldQualify: boolean;
  /** A step that is for a worse trouble would be taken for this cause. */
  forWorse: boolean;
};
/** Steps that fall short are offered by twos, and only where they are known to cure such a cause now and then. */
const MOST_UNSURE = 2;
const LEAST_OFFERED = 0.3;

export async function recommend(
  deps: StageDeps,
  incident: Incident,
  playbook: Playbook,
  diagnosis: Diagnosis,
): Promise<Chosen> {
  const cause = remediationTarget(diagnosis) ?? null;
  const results = new Map<string, { worked: number; tried: number }>();
  for (const { action } of playbook.steps)
    results.set(action, await deps.store.results(resultKey(action, diagnosis.issue.kind, diagnosis)));
  const confidenceOf = (step: Step, knowledge: Knowledge) =>
    confidenceIn(knowledge, cause, results.get(step.action) ?? { worked: 0, tried: 0 });
  const knowledgeOf = (action: string) => deps.actions.get(action) ?? null;
  const { candidates, unsure, skipped, mild, skippedSteps } = qualify(
    playbook,
    diagnosis,
    knowledgeOf,
    confidenceOf,
    provenIn(incident, playbook.issue),
  );
  const chosen: Chosen = {
    ...{ qualified: [], unsure: [], skippedSteps, refusals: [] },
    couldQualify: skipped.some(couldQualify),
    forWorse: mild.some(couldQualify),
  };
  const from = { issue: diagnosis.issue.kind, playbook: playbookKey(playbook) };
  for (const candidate of candidates) {
    const planned = await plan(deps, incident, from, candidate);
    if (planned.ok) chosen.qualified.push(planned.recommendation);
    else {
      chosen.refusals.push(planned.refusal);
      chosen.skippedSteps.push({ action: candidate.step.action, reason: 'refused', message: planned.refusal.message });
    }
  }
  if (chosen.qualified.some((one) => one.plan.changes.length > 0)) return chosen;
  const offered = unsure.filter(
    ({ step, confidence }) =>
      confidence.value >= LEAST_OFFERED && (!diagnosis.handOver || isMeantFor(deps, step, cause)),
  );
  for (const candidate of offered.slice(0, MOST_UNSURE)) {
    const planned = await plan(deps, incident, from, candidate);
    if (planned.ok) chosen.unsure.push(planned.recommendation);
  }
  return chosen;
}

/** Where an object is convicted, only what is known to cure such a cause is offered beside it: anything else is a gesture. */
const isMeantFor = (deps: StageDeps, { action }: Step, cause: Cause | null): boolean =>
  cause !== null && Object.hasOwn(deps.actions.get(action)?.cures ?? {}, cause.what);

export async function plan(
  deps: StageDeps,
  incident: Incident,
  from: Pick<Recommendation, 'issue' | 'playbook'>,
  candidate: Candidate,
): Promise<{ ok: true; recommendation: Recommendation } | { ok: false; refusal: Refusal }> {
  const { step } = candidate;
  const planned = await planStep(deps, incident, candidate);
  if (!planned.ok) return planned;
  const { confidence } = candidate;
  const recommendation: Recommendation = {
    ...from,
    step,
    stepIndex: candidate.stepIndex,
    plan: planned.plan,
    confidence,
    reasons: reasonsFor(confidence),
  };
  return { ok: true, recommendation };
}

/** What speaks for the step beyond the cause, which the message has a line of its own for. */
const reasonsFor = (confidence: Recommendation['confidence']): string[] =>
  confidence.tried > 0 ? [`${confidence.worked} of ${confidence.tried} worked before`] : [];
