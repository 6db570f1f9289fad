import { SETTLE_MS, type State } from '../domain/incident.ts';
import { allResolved } from '../domain/record-facts.ts';
import { measureTrouble } from '../evidence/measure.ts';
import { NOTHING, type Stage } from './stage.ts';

const CAN_END: State['name'][] = ['noticed', 'watching', 'awaiting_approval', 'queued', 'escalated'];

/** All alerts are resolved (or the scan sees calm), and have been for a while: is the trouble really gone? Measured, since a flapping alert also resolves. */
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
    if (trouble.kind === 'unknown' && incident.alerts.length === 0) return { events: [], againAt: at + SETTLE_MS };
    const message =
      trouble.kind === 'gone' ? trouble.message : `its alerts are resolved (not measured: ${trouble.message})`;
    return { events: [{ type: 'resolved', at, message }] };
  },
};

export default confirmGone;
