import { livenessOf } from '../domain/liveness.ts';
import { NOTHING, type Stage } from './stage.ts';

/** After a call was due it is looked soon whether it has reached anybody. */
const SOON_MS = 30_000;

/**
 * Law 13: every alerted incident reaches an end or a person in time, whatever it is held for. It looks at who has heard of it, and knows nothing of why it waits; what it finds unheard rings in the channel and, where that
 * doesn't reach anybody either, at the pager.
 */
const reach: Stage = {
  kind: 'reach',
  does: 'see to it that somebody hears of it in time, whatever it waits for',
  giveUp: null,
  async run(deps, incident) {
    const now = deps.clock.now();
    const live = livenessOf(incident, now, { unansweredMs: deps.limits.unansweredMs, mode: deps.mode });
    switch (live.kind) {
      case 'exempt':
        return NOTHING;
      case 'heard':
      case 'in_time':
        return { events: [], againAt: live.until };
      case 'unheard':
        // Post and page are tried again by themselves.
        if (live.again && incident.unheard?.loud) return { events: [], againAt: now + SOON_MS };
        return { events: [{ type: 'unheard', at: now, why: live.why, loud: live.again }], againAt: now + SOON_MS };
    }
  },
};

export default reach;
