import { NOTHING, type Stage } from './stage.ts';

/** Timers only look: the time itself is a field of the incident. */

export const deadline: Stage = {
  kind: 'deadline',
  does: 'look whether the time to answer has run out',
  giveUp: null,
  async run(deps, { state }) {
    if (state.name !== 'awaiting_approval' || state.deadline === null) return NOTHING;
    // The store's time: a replica whose clock is ahead must not take away what was shown.
    const now = await deps.store.now();
    return now < state.deadline
      ? { events: [], againAt: state.deadline }
      : { events: [{ type: 'deadline_reached', at: now }] };
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
