import type { Incident, TimelineEntry } from '../../src/domain/incident.ts';
import { type Asker, errorsOf } from './law-shop.ts';

type Saving = { before: Incident | null; after: Incident; timeline: TimelineEntry[] };

/** Who looked closes by these; the others are said by people, or opened and over at once. */
const MEASURED = ['resolved', 'verified', 'refused'];
const HEALTH: (string | undefined)[] = ['healed', 'self_healed'];

/** 7: who says that it is over has seen, in that very task, what shows its kind of trouble, and seen it well. Unknown is never health. */
export function unseenHealth({ before, after, timeline }: Saving, { saw, effect }: Asker): string[] {
  const looked = saw.get(errorsOf(after.service)) === false ? false : saw.get(after.service);
  if (looked === true) return [];
  const how = looked === undefined ? 'whom it could not see' : 'whom it saw in trouble';
  const said = (what: string) => [`7: ${effect} of ${after.id} says ${what} of ${after.service}, ${how}`];
  const recovered = after.executions.some(
    ({ id, verification }) =>
      verification?.verdict === 'recovered' && before?.executions.find((one) => one.id === id)?.verification == null,
  );
  const isClosed = after.state.name === 'closed' && before !== null && before.state.name !== 'closed';
  const isMeasured = timeline.some(({ type }) => MEASURED.includes(type));
  const isWell = after.state.name === 'closed' && HEALTH.includes(after.state.outcome);
  return [...(recovered ? said('recovered') : []), ...(isClosed && isMeasured && isWell ? said('it is over') : [])];
}

/** 7: nor is it learned from. */
export function learnedUnseen(incident: Incident | null, worked: boolean, { saw, effect }: Asker): string[] {
  if (!worked || !incident || saw.get(incident.service) === true) return [];
  return [`7: ${effect} of ${incident.id} is counted as a success of ${incident.service}, not seen to be well`];
}
