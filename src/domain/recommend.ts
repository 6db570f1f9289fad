import { remediationTarget } from './bottleneck.ts';
import type { Incident } from './incident.ts';
import type { Cause, Diagnosis } from './types/diagnosis.ts';
import type { Playbook, Step } from './types/playbook.ts';
import type { Confidence, Recommendation, SkippedStep } from './types/recommendation.ts';
import type { CauseWhat, FindingWhat } from './vocabulary.ts';

/** The same step on the same object is one try, however its plan looked. */
export const attemptKey = (recommendation: Pick<Recommendation, 'step' | 'plan'>): string =>
  `${recommendation.step.action}@${recommendation.plan.target.uid}`;

/**
 * Leaves out what was tried on the same object in vain, or turned down, in this incident or another open one: of one broken service many callers complain, and each of their
 * incidents would take the same step once more. Pure.
 */
export function leaveOutAttempted(
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

/** Actions that have cured what they were aimed at in this incident, whose trouble is still the same kind elsewhere. */
export const provenIn = ({ executions }: Pick<Incident, 'executions'>, issue: string): Set<string> =>
  new Set(
    executions
      .filter(({ verification, recommendation }) => verification?.targetWell === true && recommendation.issue === issue)
      .map(({ recommendation }) => recommendation.step.action),
  );

/** Pseudo-counts before any experience: how often it worked and how often not, the engineers' expectation, worth about twenty cases where it is sure. */
export type Odds = [worked: number, didNot: number];

/** What an action's file says of when it helps. */
export type Knowledge = {
  /** By what is wrong with the cause (`Cause.what`); `*` for every other cause. */
  cures: { '*': Odds } & { [what in CauseWhat]?: Odds };
  /** Findings under which the step is an empty gesture or worse, however sure the cause is: of the whole namespace, and of the workload itself. */
  against: { namespace: FindingWhat[]; workload: FindingWhat[] };
  /** Only for what helps whatever the cause is, such as telling a person. */
  needsCause?: false;
};

export type Candidate = { step: Step; stepIndex: number; confidence: Confidence };

/**
 * The playbook's steps that the severity and the engine's own confidence reach, in the written order, and why the others were passed over; `unsure` are those whose confidence alone falls short, the surest first;
 * `skipped` all that no fact speaks against, `mild` those of them that are for a worse trouble.
 * `knowledgeOf` is what an action says of itself, null where there is no such action; `confidenceOf` gives the engine's confidence for it. `proven`: actions that have cured here what they were aimed at, while more of
 * the same is left: the rest need not get as bad first.
 */
export function qualify(
  playbook: Playbook,
  diagnosis: Diagnosis,
  knowledgeOf: (action: string) => Knowledge | null,
  confidenceOf: (step: Step, knowledge: Knowledge) => Confidence,
  proven: ReadonlySet<string> = new Set(),
): {
  candidates: Candidate[];
  unsure: Candidate[];
  skipped: Candidate[];
  mild: Candidate[];
  skippedSteps: SkippedStep[];
} {
  const candidates: Candidate[] = [];
  const skipped: Candidate[] = [];
  const unsure: Candidate[] = [];
  const mild: Candidate[] = [];
  const skippedSteps: SkippedStep[] = [];
  playbook.steps.forEach((step, stepIndex) => {
    const knowledge = knowledgeOf(step.action);
    if (!knowledge) {
      skippedSteps.push({ action: step.action, reason: 'not_available', message: `${step.action} is not there yet` });
      return;
    }
    const confidence = confidenceOf(step, knowledge);
    const forWorse = proven.has(step.action) ? null : tooMild(step, diagnosis.issue);
    const fact = forWorse ?? factAgainst(knowledge.against, diagnosis);
    const obstacle = fact ?? doubtAbout(step, confidence);
    if (obstacle) skippedSteps.push({ action: step.action, ...obstacle });
    else candidates.push({ step, stepIndex, confidence });
    if (forWorse) mild.push({ step, stepIndex, confidence });
    if (obstacle && !fact) unsure.push({ step, stepIndex, confidence });
    if (obstacle && obstacle.reason !== 'refused') skipped.push({ step, stepIndex, confidence });
  });
  unsure.sort((a, b) => b.confidence.value - a.confidence.value);
  return { candidates, unsure, skipped, mild, skippedSteps };
}

/** A step that was passed over, and wouldn't be if the cause were certain and the trouble as severe as can be. */
export const couldQualify = ({ step, confidence }: Pick<Candidate, 'step' | 'confidence'>): boolean =>
  (confidence.parts.find(({ name }) => name === 'works')?.value ?? 1) >= step.confidence;

/** Telling somebody or looking closer is nothing that a person would start sooner. */
const CHANGES = new Set<Step['rung']>(['mitigate', 'remediate', 'rollback']);

const tooMild = (step: Step, { severity, unit }: Diagnosis['issue']): Omit<SkippedStep, 'action'> | null =>
  severity < step.threshold
    ? {
        reason: 'below_threshold',
        message: `it is for ${amount(step.threshold, unit)} and more; now it is ${amount(severity, unit)}`,
        ...(CHANGES.has(step.rung) ? { from: amount(step.threshold, unit), params: step.params } : {}),
      }
    : null;

const doubtAbout = (step: Step, { value }: Confidence): Omit<SkippedStep, 'action'> | null =>
  value < step.confidence
    ? {
        reason: 'low_confidence',
        message: `it is ${floored(value)} sure to help, and its playbook wants ${floored(step.confidence)}`,
      }
    : null;

function factAgainst(
  { namespace, workload }: Knowledge['against'],
  diagnosis: Diagnosis,
): Omit<SkippedStep, 'action'> | null {
  const target = remediationTarget(diagnosis)?.entity;
  const fact = diagnosis.findings.find(
    ({ what, about }) => says(namespace, what) || (says(workload, what) && about.name === target?.name),
  );
  return fact ? { reason: 'refused', message: fact.message } : null;
}

const says = (words: readonly string[], what: string): boolean => words.includes(what);

/** Cut, not rounded: what falls short never reads as what it falls short of. */
const floored = (value: number): string => `${Math.floor(value * 1_000 + 1e-6) / 10} %`;
/** Cut, too; of shares as per cent. */
function amount(value: number, unit: string): string {
  if (unit.startsWith('of ')) return `${floored(value)} ${unit}`;
  return `${round(value)}${unit === '' ? '' : ` ${unit}`}`;
}
const round = (value: number): string => String(Math.floor(value * 100 + 1e-6) / 100);

/**
 * Confidence that a step cures the trouble: P(the named cause) × P(the action works | cause of that kind), the latter the mean of a Beta distribution whose prior is what the action says it cures and
 * whose counts are this cluster's own results.
 */
export function confidenceIn(
  action: Pick<Knowledge, 'cures' | 'needsCause'>,
  cause: Cause | null,
  results: { worked: number; tried: number },
): Confidence {
  const cures: { readonly [what: string]: Odds | undefined } = action.cures;
  const needsCause = action.needsCause !== false;
  const [yes, no] = (cause && Object.hasOwn(cures, cause.what) ? cures[cause.what] : null) ?? action.cures['*'];
  const works = (yes + results.worked) / (yes + no + results.tried);
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
