import type { Event, Incident } from './incident.ts';

/** When an incident came how far; what its record of the end is made from. Of several steps those of the last. */
export type Milestones = {
  /** The first diagnosis that said what is wrong. */
  diagnosed?: number;
  /** The first step that was proposed, or taken without a question. */
  recommended?: number;
  /** The word on which the last step was begun. */
  decided?: number;
  /** The first time that a phone was to ring for a person: a call in the channel, or a page. */
  called?: number;
  /** The first thing that a person did about it. */
  acted?: number;
  /** How a person turned the step down, the last time. */
  rejected?: Extract<Event, { type: 'rejected' }>['how'];
};

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
