import { isQuietOnly, loudest, type Severity } from './alert-severity.ts';
import type { Incident } from './incident.ts';
import type { State } from './incident-state.ts';
import { isStillProposed } from './proposal.ts';
import type { Page } from './types/called.ts';

/** Kept with the incident; those that aren't resolved stay. */
const MAX_PAGES = 20;

/** What PagerDuty knows a page by: the cluster's, the incident's, and what of it. */
export const pageKey = ({ cluster, id }: Pick<Incident, 'cluster' | 'id'>, about: string): string =>
  `nightshift-${cluster}-${id}-${about}`;

/** Older versions had only the one. */
export const pagesOf = ({ pages, page }: Pick<Incident, 'pages' | 'page'>): Page[] => pages ?? (page ? [page] : []);

export const openPages = (incident: Incident): Page[] =>
  pagesOf(incident).filter(({ status }) => status !== 'resolved');

/** With a page as it is now: under its key, else added. */
export function withPage(incident: Incident, page: Page): Page[] {
  const all = [...pagesOf(incident).filter(({ dedupKey }) => dedupKey !== page.dedupKey), page];
  const open = all.filter(({ status }) => status !== 'resolved');
  return [...all.filter(({ status }) => status === 'resolved').slice(-MAX_PAGES), ...open].slice(-2 * MAX_PAGES);
}

export type PageDue = { about: string; planDigest: string | null; why: string | null; severity: PageSeverity };
type PageSeverity = 'critical' | 'error' | 'warning' | 'info';

/** Whether the service's questions page. */
export type PagePolicy = { critical: boolean; listed: boolean; pageQuestions?: boolean };

/** What is to be paged now, each plan, escalation and worsening under a name of its own; null: nothing. An escalation that nobody acknowledged is sent again under its key. */
export function pageFor(incident: Incident, policy: PagePolicy): PageDue | null {
  const wanted = pagesWanted(incident, policy);
  const fresh = wanted.find(({ about }) => !isPaged(incident, about));
  return fresh ?? wanted.find(({ about }) => about.startsWith('person-')) ?? null;
}

function pagesWanted(incident: Incident, policy: PagePolicy): PageDue[] {
  const { state, worse, unheard } = incident;
  if (state.name === 'closed') return [];
  const severity = severityOf(incident);
  const page = (about: string, why: string | null): PageDue => ({ about, planDigest: null, why, severity });
  const wanted: PageDue[] = [];
  if (incident.pageAskedBy !== null) wanted.push(page(`asked-${incident.pageAskedAt ?? 0}`, 'a person asked for it'));
  if (incident.glass)
    wanted.push(
      page(`glass-${incident.glass.at}`, `somebody who is no approver started a step: ${incident.glass.reason}`),
    );
  if (isStillProposed(incident) || isQuietOnly(incident)) return wanted;
  if (state.name === 'escalated' && state.acknowledgedBy === null)
    wanted.push(page(`person-${state.since}`, state.why));
  if (state.name === 'undoing' && state.waiting)
    wanted.push(page(`undo-${state.execution.id}`, `An undo has to wait: ${state.waiting.message}`));
  if (worse) wanted.push(page(`worse-${worse.at}`, worse.message));
  if (state.name === 'awaiting_approval' && (policy.critical || !policy.listed || policy.pageQuestions === true))
    wanted.push({ about: questionName(state), planDigest: state.planDigest, why: null, severity: 'warning' });
  if (unheard && (unheard.loud || severity !== 'warning')) wanted.push(page(`unheard-${unheard.at}`, unheard.why));
  return wanted;
}

/** Each time that a plan is asked about has a name of its own. */
export const questionName = (
  state: Pick<Extract<State, { name: 'awaiting_approval' }>, 'planDigest' | 'since' | 'asked'>,
): string => `${QUESTION}${state.planDigest.slice(0, 12)}-${state.since ?? state.asked}`;

const QUESTION = 'ask-';

/** Whether what rang was a question that was put before this one: its delivery is none of this one's, though the plan be the same. */
export const isFormerQuestion = (state: Parameters<typeof questionName>[0], about: string): boolean =>
  about.startsWith(QUESTION) && about !== questionName(state);

/** Whether a page is, or was, a question: it is over when the question is, whatever became of the trouble. */
export const isQuestionPage = ({ id }: Pick<Incident, 'id'>, dedupKey: string): boolean =>
  dedupKey.includes(`-${id}-${QUESTION}`);

/** Pages of questions that are decided, or asked anew under another key, and still ring. */
export function stalePages(incident: Incident): Page[] {
  const { state } = incident;
  const open = state.name === 'awaiting_approval' ? questionName(state) : null;
  return openPages(incident).filter(
    ({ dedupKey }) => isQuestionPage(incident, dedupKey) && !(open !== null && dedupKey.endsWith(`-${open}`)),
  );
}

const isPaged = (incident: Incident, about: string) =>
  pagesOf(incident).some(({ dedupKey }) => dedupKey === pageKey(incident, about));

const SAID: Record<Severity, PageSeverity> = {
  none: 'info',
  info: 'info',
  warning: 'warning',
  unlabelled: 'critical',
  error: 'error',
  critical: 'critical',
};

/** As loud as the loudest alert that fires. */
function severityOf({ alerts }: Incident): PageSeverity {
  const firing = alerts.filter(({ status }) => status === 'firing');
  const said = loudest(firing.length > 0 ? firing : alerts);
  return said === null ? 'critical' : SAID[said];
}
