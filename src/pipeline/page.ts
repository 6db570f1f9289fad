import { severityOf } from '../domain/alert-severity.ts';
import type { Incident } from '../domain/incident.ts';
import { isProposal } from '../domain/proposal.ts';
import { workloadOf } from '../domain/subject.ts';
import type { PageRequest } from '../ports/pager.ts';
import type { Deps } from './deps.ts';
import { planPolicy, shownPlan } from './plan-policy.ts';
import { NOTHING, type Stage } from './stage.ts';

const AGAIN_MS = 10_000;

/** Triggers PagerDuty: the approval of a critical service, every escalation, and when a person asked for it. One dedup key per incident, so a repeat never pages twice. */
const page: Stage = {
  kind: 'page',
  does: 'page a person through PagerDuty',
  giveUp: null,
  async run(deps, incident) {
    if (!deps.pager.configured) return NOTHING;
    const request = requestFor(deps, incident);
    if (!request) return NOTHING;
    const sent = await deps.pager.trigger(request);
    const at = deps.clock.now();
    if (!sent.ok) {
      deps.log.warn({ incident: incident.id, why: sent.message }, 'the page could not be sent');
      return { events: [], againAt: at + (sent.retryAfterMs ?? AGAIN_MS) };
    }
    const planDigest = incident.state.name === 'awaiting_approval' ? incident.state.planDigest : null;
    return { events: [{ type: 'paged', at, dedupKey: request.dedupKey, planDigest }] };
  },
};

function requestFor(deps: Deps, incident: Incident): PageRequest | null {
  const { state } = incident;
  const policy = planPolicy(deps, shownPlan(incident), { namespace: incident.namespace, name: incident.service });
  const asked = incident.pageAskedBy !== null && incident.page?.status !== 'triggered';
  const approval = state.name === 'awaiting_approval' && !isProposal(incident) && (policy.critical || !policy.listed);
  const waits = state.name === 'undoing' && Boolean(state.waiting);
  if (state.name !== 'escalated' && !approval && !asked && !waits) return null;
  const where = `${incident.service} (${incident.cluster}/${incident.namespace})`;
  const trouble = incident.diagnosis?.issue.message ?? incident.alerts[0]?.name ?? 'in trouble';
  return {
    dedupKey: `nightshift-${incident.cluster}-${incident.id}`,
    summary:
      state.name === 'awaiting_approval'
        ? `Approval wanted: ${state.recommendation.plan.summary}. ${where}: ${trouble}`
        : `${where}: ${trouble}`,
    severity: state.name === 'escalated' && isUrgent(incident) ? 'critical' : 'warning',
    source: `${incident.cluster}/${incident.namespace}/${incident.service}`,
    link: null,
    details: detailsOf(incident),
  };
}

/** Of what is no workload of anybody's nothing is known but what the alerts say: these may wait where they say so. */
const isUrgent = (incident: Incident): boolean =>
  workloadOf(incident) !== null || !incident.alerts.every((alert) => severityOf(alert) === 'warning');

function detailsOf(incident: Incident): Record<string, string> {
  const { state, diagnosis } = incident;
  const details: Record<string, string> = { incident: incident.id };
  const cause = diagnosis?.named ? diagnosis.causes[0] : undefined;
  if (cause)
    details.cause = `${cause.entity.name}: ${cause.reasons[0] ?? cause.what} (${Math.round(cause.probability * 100)} %)`;
  if (state.name === 'awaiting_approval') {
    details.plan = state.recommendation.plan.summary;
    details.confidence = `${Math.round(state.recommendation.confidence.value * 100)} %`;
    details.at_timeout = state.atTimeout;
    details.deadline = state.deadline
      ? new Date(state.deadline).toISOString()
      : `${state.timeoutMs / 60_000} min after this page`;
  }
  if (state.name === 'escalated') details.why = state.why;
  if (state.name === 'undoing' && state.waiting) details.why = `An undo has to wait: ${state.waiting.message}`;
  if (incident.executions.length > 0)
    details.tried = incident.executions
      .map((run) => `${run.recommendation.plan.summary}: ${run.verification?.verdict ?? run.result ?? 'not finished'}`)
      .join('; ');
  return details;
}

export default page;
