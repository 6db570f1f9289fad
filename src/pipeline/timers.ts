import { MAX_LATE_MS } from '../domain/incident-limits.ts';
import { openQuestion } from '../domain/person-calls.ts';
import type { Whereabouts } from '../ports/chat.ts';
import { NOTHING, type Stage } from './stage.ts';

/** Timers only look: the time itself is a field of the incident. */

/** Once more before it acts: what nobody can read where it was posted, nobody could have stopped. */
const LOOK_AGAIN_MS = 5_000;

export const deadline: Stage = {
  kind: 'deadline',
  does: 'look whether the time to answer has run out',
  giveUp: null,
  async run(deps, incident) {
    const { state } = incident;
    if (state.name !== 'awaiting_approval' || state.deadline === null) return NOTHING;
    // The store's time: a replica whose clock is ahead must not take away what was shown.
    const now = await deps.store.now();
    if (now < state.deadline) return { events: [], againAt: state.deadline };
    if (state.atTimeout === 'escalate' || state.heardBy === 'pager')
      return { events: [{ type: 'deadline_reached', at: now }] };
    const question = openQuestion(incident);
    const where: Whereabouts = question
      ? await deps.chat.isThere(question)
      : { kind: 'gone', message: 'it was never posted by itself' };
    const at = await deps.store.now();
    if (where.kind === 'there') return { events: [{ type: 'deadline_reached', at }] };
    if (where.kind === 'gone')
      return { events: [{ type: 'delivery_lost', at, planDigest: state.planDigest, message: where.message }] };
    // Nobody could look: a while later the deadline is too old to act on, and it is asked again.
    return at - state.deadline > MAX_LATE_MS
      ? { events: [{ type: 'deadline_reached', at }] }
      : { events: [], againAt: at + LOOK_AGAIN_MS };
  },
};

export const watch: Stage = {
  kind: 'watch',
  does: 'look again after watching',
  giveUp: null,
  async run(deps, { state }) {
    if (state.name !== 'watching') return NOTHING;
    const now = deps.clock.now();
    return now < state.until ? { events: [], againAt: state.until } : { events: [{ type: 'watch_ended', at: now }] };
  },
};

export const level: Stage = {
  kind: 'level',
  does: 'page again while nobody has acknowledged',
  giveUp: null,
  async run(deps, { state }) {
    return state.name === 'escalated' && state.acknowledgedBy === null
      ? { events: [{ type: 'repage_due', at: deps.clock.now() }] }
      : NOTHING;
  },
};
