import { canBeTakenBack } from '../domain/plan.ts';
import { lockedBy } from './act.ts';
import { actionContext } from './deps.ts';
import { NOTHING, type Stage } from './stage.ts';

const WAIT_MS = 10_000;

/** Takes a change back: only fields that still hold what was written. It passes the guards too: a pause or another service's change makes it wait. */
const undo: Stage = {
  kind: 'undo',
  does: 'undo the change',
  giveUp: {
    afterTries: 6,
    event: (deps, _incident, message) => ({ type: 'undo_failed', at: deps.clock.now(), message }),
  },
  async run(deps, incident) {
    const { state } = incident;
    if (state.name !== 'undoing') return NOTHING;
    const { execution } = state;
    const { plan, step } = execution.recommendation;
    const at = deps.clock.now();
    if (!canBeTakenBack(plan))
      return { events: [{ type: 'undo_failed', at, message: `${plan.summary} can't be undone` }] };
    const action = deps.actions.get(step.action);
    if (!action) return { events: [{ type: 'undo_failed', at, message: 'the action is not there any more' }] };
    const lock = await deps.store.lock(incident.id, lockedBy(incident, plan), deps.limits.servicesAtOnce);
    if (lock.kind === 'refused') return { events: [], againAt: at + WAIT_MS };
    const may = await deps.store.mayAct(incident.id, lock.fence, lock.pauseEpoch);
    if (may.kind === 'refused') return { events: [], againAt: at + WAIT_MS };
    const applied = await action.undo(actionContext(deps, incident, execution.recommendation), execution);
    const now = deps.clock.now();
    return {
      events: [
        applied.kind === 'done'
          ? { type: 'undone', at: now, message: applied.message }
          : { type: 'undo_failed', at: now, message: applied.message },
      ],
    };
  },
};

export default undo;
