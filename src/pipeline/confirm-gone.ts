import type { Event } from '../domain/incident-event.ts';
import { SETTLE_MS } from '../domain/incident-limits.ts';
import type { State } from '../domain/incident-state.ts';
import { allResolved } from '../domain/record-facts.ts';
import { measureTrouble } from '../evidence/measure.ts';
import { NOTHING, type Stage } from './stage.ts';

const CAN_END: State['name'][] = ['noticed', 'watching', 'awaiting_approval', 'queued', 'escalated'];

/** All alerts are resolved (or the scan sees calm), and have been for a while: is the trouble really gone? Measured, since a resolved alert closes nothing by itself: it may flap, or its watcher may be blind. */
const confirmGone: Stage = {
  kind: 'confirm_gone',
  does: 'measure whether the trouble is really gone',
  giveUp: null,
  async run(deps, incident) {
    if (!CAN_END.includes(incident.state.name)) return NOTHING;
    if (incident.alerts.length > 0 && !allResolved(incident)) return NOTHING;
    const trouble = await measureTrouble(deps, incident);
    const at = deps.clock.now();
    if (trouble.kind === 'present') return { events: [], againAt: at + SETTLE_MS };
    if (trouble.kind === 'gone') return { events: [{ type: 'resolved', at, message: trouble.message }] };
    // Whoever lost the metrics says "resolved", too: silence of the watcher is not silence of the trouble.
    const message = `Its alerts ended, but nobody can see whether it is over: ${trouble.message}. It stays open`;
    const events: Event[] = incident.alerts.length > 0 && !incident.unseen ? [{ type: 'unseen', at, message }] : [];
    return { events, againAt: at + SETTLE_MS };
  },
};

export default confirmGone;
