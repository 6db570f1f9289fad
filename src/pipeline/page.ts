import { inWords } from '../domain/duration.ts';
import { percent } from '../domain/figures.ts';
import { handOverLine, ownerWords } from '../domain/hand-over.ts';
import type { Incident } from '../domain/incident.ts';
import type { Event } from '../domain/incident-event.ts';
import { maskText } from '../domain/mask-text.ts';
import { namedCause } from '../domain/named-cause.ts';
import { type PageDue, pageFor, pageKey } from '../domain/pages.ts';
import { callsOf } from '../domain/person-calls.ts';
import { mayWake } from '../domain/routing.ts';
import { subjectEntity } from '../domain/subject.ts';
import { transition } from '../domain/transition.ts';
import type { ServicePolicy } from '../domain/types/service-policy.ts';
import type { PageRequest } from '../ports/pager.ts';
import { belongsToStorm, pageStorm } from './page-storm.ts';
import { planPolicy, shownPlan } from './plan-policy.ts';
import { NOTHING, type Stage } from './stage.ts';

const AGAIN_MS = 10_000;
/** Whether it is still night, or has become louder. */
const NIGHT_LOOK_MS = 5 * 60_000;

/** Triggers PagerDuty: questions of critical services, escalations, what got worse, what nobody has heard of, and when a person asked for it. Each has a key of its own, so a repeat never pages twice and news always does. */
const page: Stage = {
  kind: 'page',
  does: 'page a person through PagerDuty',
  giveUp: null,
  async run(deps, incident) {
    if (await belongsToStorm(deps, incident)) return pageStorm(deps, incident);
    if (!deps.pager.configured) return NOTHING;
    const policy = planPolicy(deps, shownPlan(incident), { namespace: incident.namespace, name: incident.service });
    const page = pageFor(incident, policy);
    if (!page) return NOTHING;
    // Whoever asks for a person means it, whatever the hour.
    if (!page.about.startsWith('asked-') && !mayWake(deps.night ?? null, incident, deps.clock.now(), 'page'))
      return { events: [], againAt: deps.clock.now() + NIGHT_LOOK_MS };
    const request = requestFor(incident, page);
    const sent = await deps.pager.trigger(request);
    const at = deps.clock.now();
    if (!sent.ok) {
      deps.log.warn({ incident: incident.id, why: sent.message }, 'the page could not be sent');
      return { events: [], againAt: at + (sent.retryAfterMs ?? AGAIN_MS) };
    }
    const paged: Event = { type: 'paged', at, dedupKey: request.dedupKey, planDigest: page.planDigest };
    // What was asked for meanwhile is a page of its own.
    const more = isAnotherDue(transition(incident, paged).incident, page, policy);
    return more ? { events: [paged], againAt: at } : { events: [paged] };
  },
};

function isAnotherDue(incident: Incident, sent: PageDue, policy: ServicePolicy): boolean {
  const next = pageFor(incident, policy);
  return next !== null && next.about !== sent.about && !next.about.startsWith('person-');
}

function requestFor(incident: Incident, page: PageDue): PageRequest {
  const { state } = incident;
  const where = `${incident.service} (${incident.cluster}/${incident.namespace})`;
  const hurts = incident.diagnosis?.issue.message ?? incident.alerts[0]?.name ?? 'in trouble';
  const isQuestion = page.planDigest !== null && state.name === 'awaiting_approval';
  return {
    dedupKey: pageKey(incident, page.about),
    summary: isQuestion
      ? `Approval wanted: ${state.recommendation.plan.summary}. ${where}: ${hurts}`
      : `${where}: ${hurts}`,
    severity: page.severity,
    source: `${incident.cluster}/${incident.namespace}/${incident.service}`,
    link: callsOf(incident).findLast(({ link, settledAt }) => link !== null && settledAt === null)?.link ?? null,
    links: linksOf(incident),
    details: { ...detailsOf(incident), ...(page.why === null ? {} : { why: page.why }) },
  };
}

const SHOWN_ALERTS = 3;
const MOST_LABELS = 20;

/** The alert that is the loudest, as its sender has it: its name, what it is about, its labels and what it says of itself. */
function alertDetails(incident: Incident): Record<string, string> {
  const firing = incident.alerts.filter(({ status }) => status === 'firing');
  const [first, ...more] = firing.length > 0 ? firing : incident.alerts;
  if (!first) return {};
  const { kind, namespace, name } = subjectEntity(incident);
  const labels = Object.entries(first.labels).slice(0, MOST_LABELS);
  const names = [...new Set(more.map((alert) => alert.name))].filter((one) => one !== first.name);
  const said = [first.annotations.summary, first.annotations.description].filter((text) => text);
  return {
    alert: first.name,
    object: `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`,
    ...(first.labels.severity ? { severity: first.labels.severity } : {}),
    ...(said.length > 0 ? { description: maskText(said.join('. '), 1_000) } : {}),
    labels: maskText(labels.map(([label, value]) => `${label}=${value}`).join(', '), 1_000),
    ...(first.annotations.runbook_url ? { runbook: first.annotations.runbook_url } : {}),
    ...(names.length > 0 ? { other_alerts: names.slice(0, SHOWN_ALERTS).join(', ') } : {}),
  };
}

function linksOf({ alerts }: Incident): { href: string; text: string }[] {
  const links = alerts.flatMap(({ annotations, generatorUrl }) => [
    { href: annotations.runbook_url ?? '', text: 'Runbook' },
    { href: annotations.dashboard_url ?? '', text: 'Dashboard' },
    { href: generatorUrl, text: 'Rule in Prometheus' },
  ]);
  return links.filter(
    ({ href, text }, index) => href !== '' && links.findIndex((one) => one.text === text && one.href !== '') === index,
  );
}

function detailsOf(incident: Incident): Record<string, string> {
  const { state, diagnosis } = incident;
  const details: Record<string, string> = { incident: incident.id, ...alertDetails(incident) };
  const cause = namedCause(diagnosis);
  if (cause) details.cause = `${cause.entity.name}: ${cause.reasons[0] ?? cause.what} (${percent(cause.probability)})`;
  const handOver = diagnosis?.handOver;
  if (handOver && state.name === 'escalated') {
    details.what_convicts = handOverLine(handOver);
    details.command = handOver.command;
    details.owner = [ownerWords(handOver), handOver.inGit ?? ''].filter((text) => text !== '').join('. ');
    if (handOver.changed)
      details.last_changed = `${handOver.changed.by}, ${new Date(handOver.changed.at).toISOString()}`;
  }
  if (state.name === 'awaiting_approval') {
    details.plan = state.recommendation.plan.summary;
    details.confidence = percent(state.recommendation.confidence.value);
    details.at_timeout = state.atTimeout;
    details.deadline = state.deadline
      ? new Date(state.deadline).toISOString()
      : `${inWords(state.timeoutMs)} after this page`;
  }
  if (state.name === 'undoing' && state.waiting) details.undo = `It has to wait: ${state.waiting.message}`;
  if (incident.executions.length > 0)
    details.tried = incident.executions
      .map((run) => `${run.recommendation.plan.summary}: ${run.verification?.verdict ?? run.result ?? 'not finished'}`)
      .join('; ');
  return details;
}

export default page;
