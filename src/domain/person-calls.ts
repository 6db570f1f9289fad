import { isQuietOnly } from './alert-severity.ts';
import type { Incident } from './incident.ts';
import { questionName } from './pages.ts';
import { isStillProposed } from './proposal.ts';
import type { Call } from './types/called.ts';

/** Kept with the incident; more than one at a time is open only for a moment. */
const MAX_CALLS = 20;

export type CallDue = Pick<Call, 'kind' | 'about'> & { planDigest: string | null; why: string };

/** What has to ring as things stand, the most urgent first, whether it is posted already or not. Nobody is woken for what only quiet alerts say. */
export function callsWanted(incident: Incident): CallDue[] {
  const { state, worse, unheard } = incident;
  if (state.name === 'closed') return [];
  const wanted: CallDue[] = [];
  if (state.name === 'awaiting_approval')
    wanted.push({ kind: 'question', about: questionName(state), planDigest: state.planDigest, why: state.reason });
  const { glass } = incident;
  if (glass && !isOvertaken(incident, `glass-${glass.at}`, glass.at))
    wanted.push({ kind: 'person', about: `glass-${glass.at}`, planDigest: null, why: glassWords(glass) });
  const { pageAskedBy, pageAskedAt = 0 } = incident;
  if (pageAskedBy !== null && !isOvertaken(incident, `asked-${pageAskedAt}`, pageAskedAt))
    wanted.push({ kind: 'person', about: `asked-${pageAskedAt}`, planDigest: null, why: 'A person asked for one.' });
  if (isStillProposed(incident) || isQuietOnly(incident)) return wanted;
  const call = (about: string, why: string): CallDue => ({ kind: 'person', about, planDigest: null, why });
  if (state.name === 'escalated' && state.acknowledgedBy === null)
    wanted.push(call(`person-${state.since}-${state.level}`, state.why));
  if (state.name === 'undoing' && state.waiting)
    wanted.push(call(`undo-${state.execution.id}`, `An undo has to wait: ${state.waiting.message}`));
  if (worse && !isOvertaken(incident, `worse-${worse.at}`, worse.at))
    wanted.push(call(`worse-${worse.at}`, worse.message));
  if (unheard && !isOvertaken(incident, `unheard-${unheard.at}`, unheard.at))
    wanted.push(call(`unheard-${unheard.at}`, unheard.why));
  return wanted;
}

/** Whoever may approve hears at once that somebody else has. */
const glassWords = ({ user, reason }: NonNullable<Incident['glass']>): string =>
  `${user} broke the glass and started a step without being an approver: ${reason}`;

/** Something else has rung since. */
const isOvertaken = (incident: Incident, about: string, since: number): boolean =>
  callsOf(incident).some((call) => call.about !== about && call.at > since);

/** The post of what has to ring; null while there is none. */
export const postOf = (incident: Incident, { about }: Pick<CallDue, 'about'>): Call | null =>
  callsOf(incident).find((call) => call.about === about) ?? null;

/** Posts that still ask for something that is decided, or over. */
export function staleCalls(incident: Incident): Call[] {
  const wanted = new Set(callsWanted(incident).map(({ about }) => about));
  return callsOf(incident).filter((call) => call.settledAt === null && !wanted.has(call.about));
}

/** The question that is open in the chat. */
export function openQuestion(incident: Incident): Call | null {
  return incident.state.name === 'awaiting_approval' ? postOf(incident, { about: questionName(incident.state) }) : null;
}

export const callsOf = (incident: Incident): Call[] => incident.calls ?? [];

/** Old ones go first; those that are still open stay. */
export function withCall(incident: Incident, call: Call): Call[] {
  const all = [...callsOf(incident).filter(({ about }) => about !== call.about), call];
  const open = all.filter(({ settledAt }) => settledAt === null);
  const settled = all.filter(({ settledAt }) => settledAt !== null).slice(-MAX_CALLS);
  return [...settled, ...open].slice(-2 * MAX_CALLS);
}
