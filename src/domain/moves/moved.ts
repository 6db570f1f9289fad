import type { Effect, Event, Incident, State } from '../incident.ts';

/** The moves that the rows of the incident machine share, a file an idea. Each answers the incident in its next state and the work that is then due. */

export type Of<T extends Event['type']> = Extract<Event, { type: T }>;
export type In<N extends State['name']> = Extract<State, { name: N }>;
export type Moved = { incident: Incident; effects: Effect[] };
