import type { Incident } from '../domain/incident.ts';
import type { RecordedIncident } from './recorded-incident.ts';
import type { Row } from './rows.ts';

/** What the live Nightshift decided about the same trouble: the first time that it acted, asked or called a person; `watched` when it never did. */
export type LiveDecision = {
  id: string;
  /** `would`: it only observed, and said what it would have done. */
  kind: 'auto' | 'ask' | 'escalate' | 'would' | 'watched';
  action: string | null;
  confidence: number | null;
  cause: string | null;
  message: string;
};
export type Compared = { row: Row; live: LiveDecision; agrees: boolean; difference: string | null };

const NEAR_MS = 5 * 60_000;
const KINDS: Record<string, 'auto' | 'ask' | 'escalate'> = {
  queued: 'auto',
  awaiting_approval: 'ask',
  escalated: 'escalate',
};

/** The recorded incident that dealt with the same trouble: one that holds one of its alerts, else one of the same service at that time. `sameIds`: they were not grouped anew. */
export function liveFor(incident: Incident, live: RecordedIncident[], sameIds: boolean): RecordedIncident | null {
  if (sameIds) return live.find(({ id }) => id === incident.id) ?? null;
  const near = live.filter(
    (one) =>
      one.openedAt - NEAR_MS <= (incident.closedAt ?? Number.POSITIVE_INFINITY) &&
      incident.openedAt <= (one.closedAt ?? Number.POSITIVE_INFINITY) + NEAR_MS,
  );
  const prints = new Set(incident.alerts.map((alert) => alert.fingerprint));
  const names = new Set(incident.alerts.map(nameOf));
  const byDistance = (list: RecordedIncident[]) =>
    [...list].sort((a, b) => Math.abs(a.openedAt - incident.openedAt) - Math.abs(b.openedAt - incident.openedAt))[0];
  const holds = (one: RecordedIncident) =>
    one.alertDetails.some((alert) => prints.has(alert.fingerprint) || names.has(nameOf(alert)));
  const sameService = (one: RecordedIncident) =>
    one.namespace === incident.namespace && one.service === incident.service;
  return (
    byDistance(near.filter((one) => holds(one) && sameService(one))) ??
    byDistance(near.filter(holds)) ??
    byDistance(near.filter(sameService)) ??
    null
  );
}

/** An alert by its labels: what is read from Prometheus has no fingerprint of Alertmanager's. */
const nameOf = ({ labels }: { labels: Record<string, string> }): string =>
  JSON.stringify(Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)));

/** As `decide` words it, with the plan's summary after it. */
const WOULD = /Watching: observe mode: would (.+)$/s;

export function liveDecision(incident: RecordedIncident): LiveDecision {
  const decided = incident.timeline.find(
    (entry) => entry.type === 'diagnosed' && (KINDS[entry.to] !== undefined || WOULD.test(entry.message)),
  );
  const cause = incident.diagnosis?.named ? (incident.diagnosis.causes[0]?.entity.name ?? null) : null;
  if (!decided)
    return { id: incident.id, kind: 'watched', action: null, confidence: null, cause, message: incident.outcome ?? '' };
  const would = WOULD.exec(decided.message)?.[1];
  if (would !== undefined)
    return { id: incident.id, kind: 'would', action: would, confidence: null, cause, message: decided.message };
  const kind = KINDS[decided.to] ?? 'escalate';
  const first = incident.executions.find((run) => run.startedAt >= decided.at)?.recommendation;
  const chosen = kind === 'escalate' ? null : (first ?? incident.recommendation);
  return {
    ...{ id: incident.id, kind, cause, message: decided.message },
    action: chosen?.step.action ?? null,
    confidence: chosen?.confidence?.value ?? null,
  };
}

/** Pure. Agreement is the same kind of decision and, where there is one, the same step. Of what only observed, the step by its summary; a plan that had to be assumed has none to compare. */
export function compare(row: Row, live: LiveDecision): Compared {
  const kind =
    row.decision === 'hold' || row.decision === 'observe' || row.decision === 'none' ? 'watched' : row.decision;
  const action = row.step?.action ?? null;
  const agrees =
    live.kind === 'would'
      ? row.step !== null && (row.step.assumed || row.step.summary.toLowerCase() === live.action)
      : kind === live.kind && action === live.action;
  return { row, live, agrees, difference: agrees ? null : differenceOf(row, live, kind, action) };
}

function differenceOf(row: Row, live: LiveDecision, kind: string, action: string | null): string {
  const said = (what: string, step: string | null, sure: number | null) =>
    step ? `${what} ${step}${sure === null ? '' : ` (${Math.floor(sure * 1000) / 10} %)`}` : what;
  const then = `live: ${said(live.kind, live.action, live.confidence)}; here: ${said(kind, action, row.step?.confidence ?? null)}`;
  const cause = row.cause?.name ?? null;
  if (cause !== live.cause) return `${then}. Cause: live ${live.cause ?? 'unnamed'}, here ${cause ?? 'unknown'}`;
  return `${then}. ${row.reason}`;
}
