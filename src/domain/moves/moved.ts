import type { Effect } from '../effect.ts';
import type { Incident } from '../incident.ts';
import type { Event } from '../incident-event.ts';
import type { State } from '../incident-state.ts';

/** The moves that the rows of the incident machine share, a file an idea. Each answers the incident in its next state and the work that is then due. */

export type Of<T extends Event['type']> = Extract<Event, { type: T }>;
export type In<N extends State['name']> = Extract<State, { name: N }>;
export type Moved = { incident: Incident; effects: Effect[] };
