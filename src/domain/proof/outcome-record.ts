import { remediationTarget } from '../bottleneck.ts';
import { cutText } from '../cut-text.ts';
import { inTrouble } from '../health.ts';
import type { Incident } from '../incident.ts';
import { mttrSpan } from '../mttr.ts';
import { namedCause } from '../named-cause.ts';
import { isProposal } from '../proposal.ts';
import type { RejectReason } from '../rejection.ts';
import type { Authority, Execution, Verification } from '../types/execution.ts';
import type { Milestones, Outcome } from '../types/outcome.ts';

/**
 * How one incident ended, kept for ever: half a kilobyte to two, without a name of a person. All figures are worked out from these, so that whoever has them can count again. Instants are epoch
 * ms, null where it didn't come so far.
 */
export type OutcomeRecord = {
  schema: 1;
  id: string;
  cluster: string;
  namespace: string;
  service: string;
  outcome: Outcome;
  /** Nothing was wrong: something was proposed. */
  proposal: boolean;
  /** The kind of trouble; null: it was never diagnosed. */
  issue: string | null;
  cause: { what: string; kind: string; namespace: string; name: string } | null;
  /** Where its last step is from. */
  playbook: string | null;
  /** Every step that was begun, in order. */
  steps: OutcomeStep[];
  /** On whose word the last step that was begun; `nobody`: there is none. */
  decidedBy: Authority['by'] | 'nobody';
  feedback: 'right' | 'wrong' | null;
  /** How a person turned a step down, the last time. */
  rejected: NonNullable<Milestones['rejected']> | null;
  /** Why, if he said so; what he wrote beside it isn't kept. */
  rejectReason: RejectReason | null;
  /** A person did something about it: said yes or no, had it, or closed it. */
  byPerson: boolean;
  /** A phone was to ring for a person, and when; in working hours or not. */
  called: { at: number; inWorkingHours: boolean } | null;
  /** Vitals of the service that were seen in trouble: what its users felt. */
  hurt: string[];
  /** Where the chat shows it. */
  post: { channel: string; ts: string } | null;
  began: number;
  noticed: number;
  diagnosed: number | null;
  recommended: number | null;
  decided: number | null;
  changed: number | null;
  verified: number | null;
  over: number;
};

export type OutcomeStep = {
  action: string;
  target: string;
  /** What the cause was thought to be. */
  cause: string | null;
  /** What was shown when it was decided. */
  confidence: number;
  by: Authority['by'];
  at: number;
  verdict: Verification['verdict'] | null;
  /** Whether it worked; null: that can't be said (no data, or it was over before the step could have done it). */
  worked: boolean | null;
  /** Something in the cluster was changed by it. */
  changed: boolean;
  undone: boolean;
};

/** Of more steps than this the last. */
const MOST_STEPS = 12;
const MOST_TEXT = 120;

/** Null while the incident is open. Pure; `inWorkingHours` is asked about the instant of the call. */
export function outcomeRecord(incident: Incident, inWorkingHours: (at: number) => boolean): OutcomeRecord | null {
  const span = mttrSpan(incident);
  if (incident.state.name !== 'closed' || span === null) return null;
  const { id, cluster, namespace, service, diagnosis, feedback, executions, milestones = {} } = incident;
  const last = executions.at(-1);
  const changed = executions.findLast(wasMade);
  const cause = namedCause(diagnosis);
  return {
    ...{ schema: 1, id, cluster, namespace, service },
    outcome: incident.state.outcome,
    proposal: isProposal(incident),
    issue: diagnosis?.issue.kind ?? null,
    cause: cause ? { what: cause.what, ...named(cause.entity) } : null,
    playbook: last?.recommendation.playbook ?? last?.recommendation.issue ?? null,
    steps: executions.slice(-MOST_STEPS).map((run) => stepOf(run, incident)),
    decidedBy: last?.authority.by ?? 'nobody',
    feedback: feedback === null ? null : feedback.right ? 'right' : 'wrong',
    rejected: milestones.rejected ?? null,
    rejectReason: incident.rejections?.at(-1)?.reason ?? null,
    byPerson: milestones.acted !== undefined || executions.some(({ authority }) => authority.by === 'person'),
    called:
      milestones.called === undefined
        ? null
        : { at: milestones.called, inWorkingHours: inWorkingHours(milestones.called) },
    hurt: hurtVitals(incident),
    post: incident.message && { channel: incident.message.channel, ts: incident.message.ts },
    began: span.began,
    noticed: incident.openedAt,
    diagnosed: milestones.diagnosed ?? null,
    recommended: milestones.recommended ?? null,
    decided: milestones.decided ?? null,
    changed: changed?.finishedAt ?? null,
    verified: last?.verification?.at ?? null,
    over: span.over,
  };
}

const named = ({ kind, namespace, name }: { kind: string; namespace: string; name: string }) => ({
  kind,
  namespace,
  name: cutText(name, MOST_TEXT),
});

const wasMade = (run: Execution): boolean => run.result === 'done' || run.changed === true;

function stepOf(run: Execution, { diagnosis }: Incident): OutcomeStep {
  const { step, plan, confidence } = run.recommendation;
  const { kind, namespace, name } = plan.target;
  return {
    action: step.action,
    target: cutText(`${kind} ${namespace}/${name}`, MOST_TEXT),
    cause: (diagnosis ? remediationTarget(diagnosis)?.what : null) ?? null,
    confidence: run.decided?.confidence ?? confidence.value,
    by: run.authority.by,
    at: run.startedAt,
    verdict: run.verification?.verdict ?? null,
    worked: stepWorked(run.verification),
    changed: wasMade(run),
    undone: isTakenBack(run),
  };
}

/** What was only put in place for the incident is given back when it is over: that says nothing against it. */
const isTakenBack = ({ undone, verification, recommendation: { plan } }: Execution): boolean =>
  undone?.ok === true && (plan.temporary === undefined || verification?.verdict === 'worse');

/** As `workedFor` counts it for the confidence. */
function stepWorked(verification: Verification | null): boolean | null {
  switch (verification?.verdict) {
    case 'recovered':
      return verification.byItself ? null : true;
    case 'unchanged':
      return verification.targetWell === true;
    case 'worse':
      return false;
    default:
      return null;
  }
}

/** Of the service that hurts, or where the trouble was measured. */
function hurtVitals({ diagnosis, namespace, service }: Incident): string[] {
  const all = diagnosis?.health ?? [];
  const own = all.find((one) => one.namespace === namespace && one.service === service) ?? all[0];
  return own ? inTrouble(own) : [];
}
