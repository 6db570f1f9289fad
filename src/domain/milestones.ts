import type { Incident } from './incident.ts';
import type { Event } from './incident-event.ts';
import type { Milestones } from './types/outcome.ts';

/** What people do about an incident; what they say of it afterwards is none of it. */
const ACTS = new Set<Event['type']>([
  ...(['approved', 'rejected', 'option_chosen', 'held', 'acknowledged'] as const),
  ...(['undo_asked', 'page_asked', 'closed_by_human'] as const),
]);
const STEP_CHOSEN = new Set(['awaiting_approval', 'queued']);

/** The incident after an event, with what is new of its milestones. Pure; the same object where nothing is. */
export function withMilestones(before: Incident, after: Incident, event: Event): Incident {
  const known = before.milestones ?? {};
  const isOpen = before.state.name !== 'closed';
  const found: Milestones = {};
  const first = (name: 'diagnosed' | 'recommended' | 'called' | 'acted', happened: boolean) => {
    if (happened && known[name] === undefined) found[name] = event.at;
  };
  first('diagnosed', event.type === 'diagnosed' && after.diagnosis !== null);
  first('recommended', STEP_CHOSEN.has(after.state.name));
  first('called', event.type === 'paged' || (event.type === 'rang' && event.kind === 'person'));
  first('acted', ACTS.has(event.type) && (isOpen || event.type === 'undo_asked'));
  if (after.state.name === 'queued' && before.state.name !== 'queued') found.decided = event.at;
  if (event.type === 'rejected' && isOpen) found.rejected = event.how;
  return Object.keys(found).length === 0 ? after : { ...after, milestones: { ...known, ...found } };
}
