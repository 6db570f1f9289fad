import type { Incident, TimelineEntry } from './incident.ts';
import { namedCause } from './named-cause.ts';
import type { Execution } from './types/execution.ts';
import type { Outcome } from './types/outcome.ts';

/** Who decided what, when and why: what is left of an incident for ever, a kilobyte or two. `digest`: SHA-256 (hex) of the details that are gone. */
export type KeptRecord = {
  id: string;
  cluster: string;
  namespace: string;
  service: string;
  openedAt: number;
  closedAt: number | null;
  outcome: Outcome | null;
  why: string;
  issue: string | null;
  cause: string | null;
  steps: KeptStep[];
  /** What people said and what time did, in order. */
  decisions: { at: number; type: string; by: string | null; message: string }[];
  digest: string;
};
export type KeptStep = {
  summary: string;
  action: string;
  target: string;
  planDigest: string;
  confidence: number;
  authority: Execution['authority'];
  critical: boolean | null;
  at: number;
  result: Execution['result'];
  verdict: string | null;
  undone: boolean | null;
};

const DECISIONS = new Set<TimelineEntry['type']>([
  ...(['approved', 'rejected', 'option_chosen', 'held', 'deadline_reached', 'undo_asked', 'undone'] as const),
  ...(['undo_failed', 'acknowledged', 'closed_by_human', 'feedback', 'authorised', 'verified'] as const),
]);
const MOST_DECISIONS = 40;
const MOST_CHARACTERS = 200;

/** Pure. `digest` is of the incident and its timeline, made by whoever has them as text. */
export function keptRecord(incident: Incident, timeline: TimelineEntry[], digest: string): KeptRecord {
  const { id, cluster, namespace, service, openedAt, closedAt, state, diagnosis } = incident;
  const closed = state.name === 'closed' ? state : null;
  const cause = namedCause(diagnosis);
  const decisions = timeline.filter(({ type }) => DECISIONS.has(type));
  return {
    ...{ id, cluster, namespace, service, openedAt, closedAt },
    outcome: closed?.outcome ?? null,
    why: cut(closed?.why ?? ''),
    issue: diagnosis?.issue.kind ?? null,
    cause: cause ? cut(`${cause.entity.kind} ${cause.entity.namespace}/${cause.entity.name}: ${cause.what}`) : null,
    steps: incident.executions.map(keptStep),
    decisions: decisions
      .slice(-MOST_DECISIONS)
      .map(({ at, type, by, message }) => ({ at, type, by, message: cut(message) })),
    digest,
  };
}

function keptStep({
  recommendation,
  authority,
  decided,
  startedAt,
  result,
  verification,
  undone,
}: Execution): KeptStep {
  const { plan, confidence } = recommendation;
  const { kind, namespace, name } = plan.target;
  return {
    summary: cut(plan.summary),
    action: plan.action,
    target: `${kind} ${namespace}/${name}`,
    planDigest: plan.digest,
    confidence: confidence.value,
    authority,
    critical: decided?.policy.critical ?? null,
    at: startedAt,
    result,
    verdict: verification?.verdict ?? null,
    undone: undone?.ok ?? null,
  };
}

/** By whole characters, so that no half of one is left. */
const cut = (text: string): string => {
  const characters = [...text];
  return characters.length > MOST_CHARACTERS ? `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…` : text;
};
