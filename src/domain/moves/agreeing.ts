import type { Incident } from '../incident.ts';
import type { State } from '../incident-state.ts';
import type { Recommendation } from '../types/recommendation.ts';
import { ask } from './asking.ts';
import { queue } from './entering.ts';
import type { In, Moved, Of } from './moved.ts';

/** The second of two waits so long for the first one's yes to be worth something. */
const SECOND_WITHIN_MS = 30 * 60_000;

/** Whether an answer belongs to another question than the one that stands (`askedAt` in milliseconds; not said by older buttons). The same plan may be asked about twice. A clock may count in parts of a millisecond, a button doesn't. */
export const isOfAnother = ({ since }: Pick<In<'awaiting_approval'>, 'since'>, askedAt: number | undefined): boolean =>
  askedAt !== undefined && since !== undefined && Math.floor(askedAt) !== Math.floor(since);

/** A person says yes to a step: it is taken up, or where two have to agree it waits for somebody else's. */
export function agreed(
  incident: Incident,
  recommendation: Recommendation,
  event: Of<'approved'> | Of<'option_chosen'>,
): Moved {
  const { user, at, glass } = event;
  const first = incident.state.name === 'awaiting_approval' ? incident.state.first : undefined;
  const isSecond = first !== undefined && first.user !== user && first.planDigest === event.planDigest;
  if (event.needsTwo && !glass && !isSecond) return waitsForSecond(incident, recommendation, event);
  const second = isSecond ? { second: first.user } : {};
  return queue(incident, at, recommendation, { by: 'person', user, at, ...second, ...(glass ? { glass } : {}) });
}

function waitsForSecond(
  incident: Incident,
  recommendation: Recommendation,
  { user, at, planDigest }: Of<'approved'> | Of<'option_chosen'>,
): Moved {
  const { state } = incident;
  const first = { user, at, planDigest };
  if (state.name === 'awaiting_approval' && state.planDigest === planDigest)
    return { incident: { ...incident, state: { ...state, first } }, effects: [{ kind: 'notify', dueAt: at }] };
  const asking = { timeoutMs: SECOND_WITHIN_MS, atTimeout: 'escalate' as const, asked: 1, reason: 'two have to agree' };
  const moved = ask(incident, at, recommendation, asking);
  const asked: State = moved.incident.state;
  return asked.name === 'awaiting_approval'
    ? { ...moved, incident: { ...moved.incident, state: { ...asked, first } } }
    : moved;
}
