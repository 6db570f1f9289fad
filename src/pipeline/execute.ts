import { authorise, type FreshLook } from '../domain/authorise.ts';
import type { Event, Incident } from '../domain/incident.ts';
import { playbookFor } from '../domain/playbook.ts';
import type { Execution, Refusal } from '../domain/types.ts';
import type { Action, Applied } from '../extension-points.ts';
import { freshLook } from './act.ts';
import { actionContext, type Deps } from './deps.ts';
import { NOTHING, type Stage } from './stage.ts';

const DEFAULT_VERIFY = { withinMs: 5 * 60_000, steadyMs: 60_000 };
/** An intent is acted on this long after it was saved; after a longer gap (a crash) it is decided anew. */
const INTENT_GOOD_MS = 5 * 60_000;

/** The change itself. First it asks whether a try before a crash has made it already; then it authorises once more on its own look, and asks the store as the last thing before acting. */
const execute: Stage = {
  kind: 'execute',
  does: 'make the change, once',
  giveUp: {
    afterTries: 6,
    event: (deps, incident, message) => ({
      type: 'execution_failed',
      at: deps.clock.now(),
      changed: true,
      refusal: null,
      message,
      verify: verifyOf(deps, incident),
    }),
  },
  async run(deps, incident) {
    const { state } = incident;
    if (state.name !== 'executing') return NOTHING;
    const { execution } = state;
    const action = deps.actions.get(execution.recommendation.step.action);
    if (!action)
      return {
        events: [failure(deps, incident, { code: 'unsupported', message: 'the action is not there any more' })],
      };
    const context = actionContext(deps, incident, execution.recommendation);
    const already = await action.wasApplied(context, execution.recommendation.plan, execution.id);
    const begun = already?.kind === 'underway' ? already.message : state.progress;
    const isToGoOn = !already || (already.kind === 'underway' && !already.watched);
    const applied = isToGoOn ? await applyNow(deps, incident, execution, action, begun) : already;
    if (applied.kind !== 'underway') return { events: [eventOf(deps, incident, applied)] };
    const at = deps.clock.now();
    const { message, againMs } = applied;
    return { events: message === state.progress ? [] : [{ type: 'progressed', at, message }], againAt: at + againMs };
  },
};

/** `progress`: what has been done of it so far; null when it wasn't begun. */
async function applyNow(
  deps: Deps,
  incident: Incident,
  execution: Execution,
  action: Action,
  progress: string | null,
): Promise<Applied> {
  const { recommendation } = execution;
  const goodMs = progress === null ? INTENT_GOOD_MS : Math.max(INTENT_GOOD_MS, deps.limits.drainTimeoutMs);
  const look: FreshLook = await freshLook(deps, incident, recommendation, execution.startedAt + goodMs, execution.id);
  const verdict = authorise(look);
  if (!verdict.ok) return stopped(verdict.refusal, progress);
  const may = await deps.store.mayAct(incident.id, execution.fence, execution.pauseEpoch);
  if (may.kind === 'refused') return stopped(may.refusal, progress);
  return action.apply(actionContext(deps, incident, recommendation), verdict.authorised, progress);
}

/** Nothing was begun, or it ends half-way: because the trouble is over, or because it must not go on. */
function stopped(refusal: Refusal, progress: string | null): Applied {
  if (progress === null) return { kind: 'failed', changed: false, refusal, message: refusal.message };
  if (refusal.code === 'resolved')
    return { kind: 'done', undo: null, message: `${progress}; the rest isn't needed: ${refusal.message}` };
  return { kind: 'failed', changed: true, refusal, message: `Stopped half-way: ${progress}. ${refusal.message}` };
}

function eventOf(deps: Deps, incident: Incident, applied: Exclude<Applied, { kind: 'underway' }>): Event {
  const at = deps.clock.now();
  const verify = verifyOf(deps, incident);
  if (applied.kind === 'done') return { type: 'executed', at, undo: applied.undo, message: applied.message, verify };
  return {
    type: 'execution_failed',
    at,
    changed: applied.changed,
    refusal: applied.refusal,
    message: applied.message,
    verify,
  };
}

const failure = (deps: Deps, incident: Incident, refusal: Refusal): Event =>
  eventOf(deps, incident, { kind: 'failed', changed: false, refusal, message: refusal.message });

const verifyOf = (deps: Deps, { diagnosis }: Incident) =>
  (diagnosis && playbookFor(deps.playbooks, diagnosis)?.verify) ?? DEFAULT_VERIFY;

export default execute;
