import type { Culprit, Truth } from '../../../sandbox/shop/faults/kind.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import type { Recommendation } from '../../../src/domain/types/recommendation.ts';
import { judgeOutcome, type OutcomeVerdict } from '../outcomes/judge-outcome.ts';

/** What Nightshift came to for one fault in one service, beside the fault's truth. */
export type Row = {
  kind: string;
  service: string;
  /** The first alert, and sandbox minutes after the fault; null without one. */
  alert: string | null;
  alertMin: number | null;
  incident: string | null;
  truth: string;
  /** Who is ranked first, and how sure that is. */
  first: string;
  what: string;
  probability: number;
  named: boolean;
  /** The true cause is ranked first and named; where nothing is wrong, nothing is named. */
  right: boolean;
  /** Another one was named. */
  wrong: boolean;
  issue: string;
  /** The step, or what was decided instead. */
  step: string;
  judged: 'right' | 'people' | 'useless' | 'harmful' | 'undecided';
  confidence: number | null;
  ms: number;
  /** How it ended, when the run went on to the end: the outcome, the steps that were carried out, and whether that is as the truth says. */
  ended: { message: string; verdict: OutcomeVerdict } | null;
  /** Incidents about other services that came to a harmful step or a wrong name. */
  others: string[];
};

const nameOf = (culprit: Culprit | null): string =>
  culprit === null ? '(nothing)' : culprit.kind === 'Node' ? `node ${culprit.name}` : culprit.name;

/** Judges one incident by the truth. */
export function judge(
  incident: Incident,
  truth: Truth,
): Omit<Row, 'kind' | 'service' | 'alert' | 'alertMin' | 'ms' | 'ended' | 'others'> {
  const { diagnosis } = incident;
  const top = diagnosis?.causes[0];
  const named = diagnosis?.named ?? false;
  const { culprit } = truth;
  const isCulprit = (one: { kind: string; name: string } | undefined) =>
    one !== undefined &&
    culprit !== null &&
    one.name === culprit.name &&
    (one.kind === 'Node') === (culprit.kind === 'Node');
  // Pods that no node takes are named with the reason; whose field that is shows in what the step is aimed at.
  const hit = isCulprit(top?.entity) || (named && isCulprit(recommended(incident)?.plan.target));
  const step = stepOf(incident);
  return {
    incident: `${incident.id} ${incident.service}`,
    truth: nameOf(culprit),
    first: top ? (top.entity.kind === 'Node' ? `node ${top.entity.name}` : top.entity.name) : '',
    what: top?.what ?? '',
    probability: top?.probability ?? 0,
    named,
    right: culprit === null ? !named : hit && named,
    wrong: named && !hit,
    issue: diagnosis?.issue.kind ?? '',
    step: step.message,
    judged: verdictOn(step.actions, truth),
    confidence: recommended(incident)?.confidence.value ?? null,
  };
}

function recommended(incident: Incident): Recommendation | null {
  const { state } = incident;
  if (state.name === 'awaiting_approval' || state.name === 'queued') return state.recommendation;
  if (state.name === 'executing' || state.name === 'verifying' || state.name === 'undoing')
    return state.execution.recommendation;
  return incident.executions.at(-1)?.recommendation ?? null;
}

/** `actions`: the names by which the truth may call it. */
function stepOf(incident: Incident): { message: string; actions: string[] } {
  const step = recommended(incident);
  if (step) return { message: step.step.action, actions: [step.step.action] };
  switch (incident.state.name) {
    case 'escalated':
      return { message: `escalated: ${incident.state.why}`, actions: ['notify_oncall'] };
    case 'watching':
      return { message: `watching: ${incident.state.why}`, actions: ['observe'] };
    case 'closed':
      return { message: `closed: ${incident.state.outcome}`, actions: ['observe'] };
    default:
      return { message: `still ${incident.state.name}`, actions: [] };
  }
}

function verdictOn(actions: string[], truth: Truth): Row['judged'] {
  if (actions.length === 0) return 'undecided';
  if (actions.some((action) => truth.harmful.includes(action))) return 'harmful';
  if (actions.some((action) => truth.remedies.includes(action))) return 'right';
  return actions.includes('notify_oncall') || actions.includes('observe') ? 'people' : 'useless';
}

/** How an incident ended, in words and by the truth. */
export function judgeEnd(incident: Incident, truth: Truth): Row['ended'] {
  const { state, executions } = incident;
  const steps = executions.map(
    (one) => `${one.recommendation.step.action} ${one.verification?.verdict ?? one.result ?? '…'}`,
  );
  const outcome = state.name === 'closed' ? state.outcome : null;
  const done = executions.map((one) => one.recommendation.step.action);
  const why = state.name === 'escalated' ? `: ${state.why}` : '';
  const message = [`${state.name}${outcome ? ` ${outcome}` : why}`, ...steps].join(', ');
  return { message, verdict: judgeOutcome({ state: state.name, outcome, done }, truth) };
}
