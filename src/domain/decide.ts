import { remediationTarget } from './bottleneck.ts';
import { atLeastPercent } from './figures.ts';
import { handOverLine } from './hand-over.ts';
import { type Mute, muteWords } from './mute.ts';
import { isOomLoop } from './oom-loop.ts';
import { PROPOSAL_MS } from './proposal.ts';
import { isCritical, mayActAlone, timeoutRule } from './service-policy.ts';
import type { Decision, WaitsFor } from './types/decision.ts';
import type { Diagnosis } from './types/diagnosis.ts';
import type { BlastRadius } from './types/plan.ts';
import type { Recommendation } from './types/recommendation.ts';
import type { Refusal } from './types/refusal.ts';
import type { ServicePolicy } from './types/service-policy.ts';

export type DecideInput = {
  now: number;
  mode: 'act' | 'observe';
  policy: ServicePolicy;
  diagnosis: Diagnosis;
  /** Steps that qualified, planned and not attempted yet, in the playbook's order. */
  qualified: Recommendation[];
  /** Where none qualified that changes something: those whose confidence alone falls short, planned, the surest first. A person may take them. */
  unsure?: Recommendation[];
  /** What stood in the way of planning otherwise good steps. */
  refusals: Refusal[];
  paused: boolean;
  /** Whoever hurts, or would be changed, is at maintenance; null or absent: neither. */
  muted?: Pick<Mute, 'by' | 'reason' | 'until'> | null;
  /** A mass failure: more open incidents than one service at a time can explain. */
  storm: boolean;
  /** An older open incident that already deals with the same cause. */
  sameCauseAs: string | null;
  /** An open incident about the same cause for which a person was reached; null or absent: there is none. */
  calledFor?: string | null;
  /** Steps already carried out in this incident, and how many there may be. */
  attempts: number;
  maxAttempts: number;
  /** Diagnoses in a row that could not measure the trouble or name its cause. */
  unmeasured: number;
  /** What the last step left keeps callers from what is ill: what is measured shows that step as much as the trouble. */
  contained?: boolean;
  /** The last step cured what it was aimed at, and the rest is elsewhere: in pods that aren't as full yet, say. */
  helpedInPart?: boolean;
  /** The last step was seen to have cured it; only alerts are left. */
  cured?: boolean;
  /** When the trouble was last measured in this incident; null: never. */
  measuredAt: number | null;
  /** No alert yet and still within the time of watching closer: the observe rung comes first. */
  observeUntil: number | null;
  hasPlaybook: boolean;
  /** A step was passed over only because the severity doesn't reach it yet. */
  belowThreshold: boolean;
  /** Until then it is waited whether it gets worse, for a step that is for worse; see `patientUntil` below. */
  patientUntil: number;
  /** A step was passed over because the engine isn't sure enough that it cures this cause. */
  lowConfidence: boolean;
  /** A step that was passed over would be taken if the cause were surer, or the trouble worse. Absent: none. */
  couldQualify?: boolean;
  /** Whom the playbook says to tell. */
  tell?: string | undefined;
  /** Nothing is wrong yet: it is always asked, whatever the settings of the service say. */
  isProposal: boolean;
  /** Why nothing runs by itself for now, whatever the settings allow; null or absent: nothing speaks against it. */
  mustAsk?: string | null;
  /** Until then the evidence still gathers: the rates that are looked at hold what was before the trouble, too. */
  settlingUntil: number;
};

/** Whether the maintenance is still on. */
const MUTED_LOOK_MS = 5 * 60_000;

/** Alert rules look back over minutes: so long after the trouble was last measured they may still fire by themselves. */
const FADING_MS = 10 * 60_000;

/** So long after its alert a trouble that no step is sure to cure may still turn into one that a step is sure to cure. */
const PATIENCE_MS = 10 * 60_000;

/**
 * Until when it is waited whether the trouble gets worse, for a step that is for worse:
 * - the step is refused here: until the evidence has settled, for waiting would change nothing;
 * - only confidence is missing: some minutes from the first alert on;
 * - no step is for so little: without end.
 */
export function patientUntil(
  reached: { refused: boolean; unsure: boolean },
  settlingUntil: number,
  alertedAt: number | null,
): number {
  if (reached.refused) return settlingUntil;
  return reached.unsure && alertedAt !== null
    ? Math.max(settlingUntil, alertedAt + PATIENCE_MS)
    : Number.POSITIVE_INFINITY;
}

/** Act, ask, wait, watch or call a person; the reason comes with it. Pure. */
export function decide(input: DecideInput): Decision {
  const decision = decideAlone(input);
  if (decision.kind !== 'escalate' || !input.calledFor) return decision;
  // Whoever hears of it there sees to this, too; that it is heard of in time is looked after elsewhere.
  const reason = `${input.calledFor} is about the same cause, and a person was called for it`;
  return { kind: 'hold', untilMs: input.now + 60_000, reason, waitsFor: 'same_cause' };
}

/** The first rule that applies decides. */
function decideAlone(input: DecideInput): Decision {
  const { now, diagnosis, qualified, policy } = input;
  const hold = (ms: number, reason: string, waitsFor?: WaitsFor): Decision => ({
    kind: 'hold',
    untilMs: now + ms,
    reason,
    ...(waitsFor ? { waitsFor } : {}),
  });
  const escalate = (reason: string): Decision => ({
    kind: 'escalate',
    options: [...qualified, ...(input.unsure ?? [])].filter(changesSomething),
    reason,
  });

  const muted = input.muted ?? policy.muted;
  if (muted && muted.until > now) return hold(Math.min(MUTED_LOOK_MS, muted.until - now), muteWords(muted), 'mute');
  const told = handOverReason(input);
  if (input.attempts >= input.maxAttempts) return escalate('several looks and steps have not settled it');
  if (input.sameCauseAs) return hold(60_000, `${input.sameCauseAs} is about the same cause`, 'same_cause');
  if (!diagnosis.measured && diagnosis.alertStays) return escalate(diagnosis.alertStays);
  if (!diagnosis.measured && input.measuredAt !== null && now - input.measuredAt <= FADING_MS)
    return hold(60_000, 'the trouble is not measured any more, though its alerts have not ended yet');
  // Nobody is woken for an anomaly that no alert knows of and that hurts nothing: it is watched until it is over, or is measured.
  const alerted = input.observeUntil === null;
  if (!diagnosis.measured && alerted && told !== null && !input.cured) return escalate(told);
  if (!diagnosis.measured)
    return input.unmeasured >= 2 && alerted
      ? escalate(
          input.cured
            ? 'nothing is measured to be in trouble since the step, but its alerts have not ended'
            : `${notMeasured(diagnosis)}, so nothing is done automatically`,
        )
      : hold(input.unmeasured >= 2 ? 5 * 60_000 : 60_000, `${notMeasured(diagnosis)} yet`);
  if (input.observeUntil !== null && input.observeUntil > now)
    return { kind: 'observe', untilMs: input.observeUntil, reason: 'no alert has fired yet: watching closer first' };
  if (!input.hasPlaybook) return escalate(told ?? `there is no playbook for ${diagnosis.issue.kind}`);
  // Evidence gathers in the first minute: who is unsure looks again before waking somebody.
  if (!diagnosis.named)
    return input.unmeasured >= 2
      ? escalate(told === null ? 'no cause is sure enough to act on' : `No cause is sure enough to act on. ${told}`)
      : hold(20_000, 'no cause is sure enough to act on yet');
  if (input.contained)
    return escalate('callers are kept from what is ill: whether another step helps could not be seen');
  if (input.paused) return hold(60_000, 'Nightshift is paused', 'pause');
  if (input.storm) return hold(60_000, 'many services fail at once (storm mode): no new action is started', 'storm');
  const rolling = input.refusals.find((refusal) => refusal.code === 'rollout_in_progress');
  if (!qualified.some(changesSomething) && rolling) return hold(30_000, rolling.message);

  const first = qualified[0];
  // Objects convict it, and nothing that could be waited for would make a step right: whoever can mend it hears of it now.
  const isAskedUnsure = isOomLoop(diagnosis) && (input.unsure ?? []).some(changesSomething);
  if (told !== null && !qualified.some(changesSomething) && !input.couldQualify && !isAskedUnsure)
    return escalate(told);
  const mayGetWorse = input.attempts === 0 || input.helpedInPart === true;
  if (!first && input.belowThreshold && mayGetWorse && now < input.patientUntil)
    return hold(60_000, 'not severe enough yet for any step of the playbook');
  if (!qualified.some(changesSomething) && input.lowConfidence && input.attempts === 0 && now < input.settlingUntil)
    return hold(20_000, 'no step is sure enough to cure it yet');
  const surest = qualified.some(changesSomething) ? undefined : input.unsure?.find(changesSomething);
  if (surest && input.mode === 'act' && isOomLoop(diagnosis)) return askUnsure(input, surest);
  if (!first || !changesSomething(first)) return escalate(told ?? noStepReason(input));
  if (input.mode === 'observe' || policy.autonomy === 'observe')
    return {
      kind: 'observe',
      untilMs: now + 10 * 60_000,
      reason: `observe mode: would ${first.plan.summary.toLowerCase()}`,
    };
  return actOrAsk(input, first, qualified.slice(1).filter(changesSomething));
}

/** That nothing is seen is one thing, that nobody could look another. */
function notMeasured({ health = [], measuredOn, issue }: Diagnosis): string {
  const own = health.find(({ service }) => service === measuredOn) ?? health[0];
  const vitals = Object.entries(own?.vitals ?? {});
  const dark = vitals.filter(([, vital]) => vital.kind === 'unknown').map(([name]) => name.replaceAll('_', ' '));
  if (dark.length === 0) return 'neither metrics nor objects show the trouble';
  if (vitals.every(([, vital]) => vital.kind !== 'known')) return `nobody could look: ${issue.message}`;
  return `what can be read shows no trouble, and ${dark.slice(0, 3).join(', ')} can't be read`;
}

/** The fact that convicts and what to do, where objects convict. */
function handOverReason({ diagnosis: { handOver }, tell }: DecideInput): string | null {
  return handOver ? withTell(handOverLine(handOver), tell) : null;
}

const withTell = (reason: string, tell: string | undefined): string =>
  tell === undefined ? reason : `${reason.replace(/\.$/, '')}. ${tell}`;

/** No object convicts it, and nothing here is known to cure such a cause. */
function noStepReason({ diagnosis, refusals, tell }: DecideInput): string {
  const cause = remediationTarget(diagnosis);
  const against = cause ? `${cause.what.replaceAll('_', ' ')} of ${cause.entity.name}` : 'it';
  // That a step has nothing to do here says less than why another may not be done.
  const refusal = refusals.find(({ code }) => code !== 'not_needed') ?? refusals[0];
  const why = refusal
    ? `no step is possible against ${against}: ${refusal.message}`
    : `nothing that I may do is known to cure ${against}`;
  return withTell(why, tell);
}

const changesSomething = (one: Recommendation): boolean => one.plan.changes.length > 0;

function actOrAsk(input: DecideInput, recommendation: Recommendation, options: Recommendation[]): Decision {
  const { policy } = input;
  const { blastRadius } = recommendation.plan;
  if (input.isProposal) {
    const reason = 'nothing is wrong yet: this is a proposal';
    const asking = { timeoutMs: PROPOSAL_MS, atTimeout: 'expire' as const, critical: policy.critical, reason };
    return { kind: 'ask', recommendation, options, ...asking };
  }
  const critical = isCritical(policy);
  const mustAsk = input.mustAsk ?? recommendation.plan.onlyAsked ?? null;
  if (mustAsk === null && mayActAlone(policy, recommendation.plan, recommendation.confidence.value)) {
    const reason = critical
      ? 'confidence is over 95 % and the blast radius is low'
      : 'not critical, and the blast radius is not high';
    return { kind: 'auto', recommendation, options, reason };
  }
  const atTimeout = timeoutRule(policy, recommendation.plan);
  return {
    kind: 'ask',
    recommendation,
    options,
    timeoutMs: beforeDamage(input, policy.timeoutMs),
    atTimeout,
    critical,
    reason: mustAsk ?? askReason(policy, critical, blastRadius),
  };
}

const LEAST_TIMEOUT_MS = 30_000;
/** Of the time that is left: the step takes some of it, too. */
const ASKED_SHARE = 0.7;

/** A question ends before the damage that is foretold: "full in 3 min" is not asked about for five. */
function beforeDamage({ now, diagnosis }: DecideInput, timeoutMs: number): number {
  const target = remediationTarget(diagnosis)?.entity;
  const left = diagnosis.findings
    .filter(({ about, damageAt = 0 }) => damageAt > now && (target === undefined || about.name === target.name))
    .map(({ damageAt = 0 }) => (damageAt - now) * ASKED_SHARE);
  return Math.round(Math.max(Math.min(timeoutMs, LEAST_TIMEOUT_MS), Math.min(timeoutMs, ...left)));
}

/** It kills pods until somebody does something: nobody is left with a list of steps that were not quite sure enough. Never done without an answer. */
function askUnsure({ policy, unsure = [] }: DecideInput, recommendation: Recommendation): Decision {
  const { step, confidence } = recommendation;
  return {
    kind: 'ask',
    recommendation,
    options: unsure.filter((one) => one !== recommendation && changesSomething(one)),
    timeoutMs: policy.timeoutMs,
    atTimeout: 'escalate',
    critical: isCritical(policy),
    reason: `no step is sure enough to run by itself: the surest is at ${atLeastPercent(confidence.value)}, and its playbook wants ${atLeastPercent(step.confidence)}`,
  };
}

function askReason(policy: ServicePolicy, critical: boolean, blastRadius: BlastRadius): string {
  const { services, callers = [] } = blastRadius;
  if (policy.window !== undefined)
    return `a window holds (${policy.window}): nothing runs by itself, or because nobody answered`;
  if (policy.approvers.length === 0 && services.length > 1)
    return `nobody may approve for all whom it touches (${services.slice(0, 5).join(', ')}): a person is called`;
  if (blastRadius.callersUnknown) return 'who calls it could not be looked up, so it counts as critical';
  if (!policy.listed) return 'nobody has listed this service in the configuration, so it counts as critical';
  if (critical && services.length > 1)
    return callers.length > 0
      ? 'this service, or one that calls it and would feel it, is critical'
      : 'a service that it touches is critical';
  if (critical) return 'this service is critical';
  return blastRadius.level === 'high' ? 'the blast radius is high' : 'the configuration says to ask';
}
