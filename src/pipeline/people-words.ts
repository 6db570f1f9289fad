import type { Incident } from '../domain/incident.ts';
import type { Event } from '../domain/incident-event.ts';
import type { State } from '../domain/incident-state.ts';
import type { Answer } from '../extension-points/people.ts';

export const yes = (message: string): Answer => ({ ok: true, message });
export const no = (message: string): Answer => ({ ok: false, message });

export function doneWords(event: Event, after: Incident): string {
  if (after.state.name === 'executing' && after.state.stop) return 'It stops at its next safe point, and says where.';
  switch (event.type) {
    case 'approved':
    case 'option_chosen':
      if (after.state.name === 'awaiting_approval' && after.state.first?.user === event.user)
        return 'That is the first yes: somebody else has to say yes, too, before it runs.';
      return after.state.name === 'queued' ? `Approved: ${after.state.recommendation.plan.summary}` : 'Taken.';
    case 'rejected':
      return after.state.name === 'awaiting_approval'
        ? `Rejected. Next: ${after.state.recommendation.plan.summary}`
        : 'Rejected.';
    case 'held':
      return 'Held: nothing runs by itself before then.';
    default:
      return 'Done.';
  }
}

/** Who was first, or what state it is in, for a click that came too late. */
export function tooLate(incident: Incident, now?: number): string {
  const { state } = incident;
  const running = 'execution' in state ? state.execution : incident.executions.at(-1);
  const authority = state.name === 'queued' ? state.authority : running?.authority;
  const ago = (at: number) => (now === undefined ? '' : ` ${Math.max(0, Math.round((now - at) / 1000))} s before you`);
  if (authority?.by === 'person') return `Approved by <@${authority.user}>${ago(authority.at)}.`;
  if (authority?.by === 'timeout') return `The time to answer ran out${ago(authority.at)}, and it ran by itself.`;
  if (authority?.by === 'auto') return 'It ran by itself: no approval was needed.';
  if (state.name === 'closed') return `The incident is closed: ${closedWords(state)}`;
  return `Nothing is waiting for that now (${state.name.replaceAll('_', ' ')}).`;
}

export const hasItWords = ({ state }: Incident): string => {
  if (state.name === 'awaiting_approval' && state.held)
    return 'You have it: nothing runs by itself for half an hour, and then it is asked again.';
  return state.name === 'escalated'
    ? 'You have it: nobody is called again for it.'
    : 'You have it; all here can see that.';
};

const closedWords = (state: Extract<State, { name: 'closed' }>): string =>
  state.outcome === 'self_healed'
    ? `it recovered by itself. ${state.why}`
    : `${state.outcome.replaceAll('_', ' ')}. ${state.why}`;
