import { namedCause } from '../domain/named-cause.ts';
import type { Decision } from '../domain/types/decision.ts';
import type { Recommendation, SkippedStep } from '../domain/types/recommendation.ts';
import { ASSUMED } from './recorded-plans.ts';
import type { Judgement, Replayed } from './replay.ts';

/** What became of the trouble, and by what as far as is known. `by_itself`: nothing of the workload was changed or replaced from the decision to the end. */
export type Ending = {
  how: 'by_itself' | 'after_a_change' | 'after_a_step' | 'not_ended' | 'unknown';
  /** From the decision to the end. */
  afterMs: number | null;
};

export type ChosenStep = {
  action: string;
  target: string;
  summary: string;
  confidence: number;
  blastRadius: 'low' | 'medium' | 'high';
  /** The plan is an assumption. */
  assumed: boolean;
  /** When it would have run with nobody answering; null: never without a person. */
  runsAt: number | null;
};

/** What Nightshift would have done about one incident of the past. Instants in epoch ms. */
export type Row = {
  id: string;
  at: number;
  namespace: string;
  service: string;
  alerts: string[];
  issue: { kind: string; severity: number; unit: string; message: string };
  /** Null: no cause was sure enough to name. */
  cause: { kind: string; name: string; what: string; probability: number } | null;
  decision: Decision['kind'] | 'none';
  decidedAt: number | null;
  reason: string;
  step: ChosenStep | null;
  skippedSteps: SkippedStep[];
  looks: number;
  ending: Ending;
  /** A step would have been taken or asked for, though the trouble went by itself in time. Null: nobody can tell, since something else was done about it in that time; or there is no step. */
  needless: boolean | null;
};

/** Pure. `ending` is told from the decision on; `until` is where looking ended. */
export function rowOf(
  { incident, judgement, looks }: Replayed,
  ending: Ending,
  { withinMs, until }: { withinMs: number; until: number },
): Row {
  const step = judgement ? stepOf(judgement) : null;
  const cause = namedCause(judgement?.diagnosis);
  return {
    id: incident.id,
    at: incident.openedAt,
    namespace: incident.namespace,
    service: incident.service,
    alerts: [...new Set(incident.alerts.map((alert) => alert.name))],
    issue: judgement?.diagnosis.issue ?? { kind: 'unknown', severity: 0, unit: '', message: '' },
    cause: cause
      ? { kind: cause.entity.kind, name: cause.entity.name, what: cause.what, probability: cause.probability }
      : null,
    decision: judgement?.decision.kind ?? 'none',
    decidedAt: judgement?.at ?? null,
    reason: judgement?.decision.reason ?? 'nothing was looked at',
    step,
    skippedSteps: judgement?.skippedSteps ?? [],
    looks,
    ending,
    needless: step && judgement ? needlessness(ending, withinMs, until - judgement.at) : null,
  };
}

/** What lasted longer didn't go by itself in time, whatever ended it then. */
function needlessness({ how, afterMs }: Ending, withinMs: number, lookedMs: number): boolean | null {
  if (afterMs === null) return how === 'not_ended' && lookedMs >= withinMs ? false : null;
  if (afterMs > withinMs) return false;
  return how === 'by_itself' ? true : null;
}

function stepOf({ at, decision }: Judgement): ChosenStep | null {
  if (decision.kind !== 'auto' && decision.kind !== 'ask') return null;
  const runsAt = decision.kind === 'auto' ? at : decision.atTimeout === 'execute' ? at + decision.timeoutMs : null;
  return chosen(decision.recommendation, runsAt);
}

function chosen({ step, plan, confidence }: Recommendation, runsAt: number | null): ChosenStep {
  return {
    action: step.action,
    target: plan.target.name,
    summary: plan.summary,
    confidence: confidence.value,
    blastRadius: plan.blastRadius.level,
    assumed: plan.notes.includes(ASSUMED),
    runsAt,
  };
}
