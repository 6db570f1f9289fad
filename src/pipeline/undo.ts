import { authoriseUndo, checkUndo, type Lease, type Locked, type UndoLook } from '../domain/authorise.ts';
import type { Incident } from '../domain/incident.ts';
import { canBeTakenBack } from '../domain/plan.ts';
import type { Authority, Execution } from '../domain/types/execution.ts';
import type { Refusal } from '../domain/types/refusal.ts';
import type { Applied } from '../extension-points.ts';
import { actionContext } from './action-context.ts';
import { lookAtClock } from './clock-skew.ts';
import type { StageDeps } from './deps.ts';
import { lockedBy } from './fresh-look.ts';
import { planPolicy } from './plan-policy.ts';
import { leaseOf, NOTHING, type Stage } from './stage.ts';
import { guardedPorts, guardWrites } from './write-guard.ts';

const WAIT_MS = 10_000;
/** Nobody may do it here, ever: it is a person's to do, by hand. */
const NEVER: Refusal['code'][] = ['observe_only', 'protected_namespace', 'unsupported'];
/** It is tried again until it works: what stands in the way ends by itself, or a person ends it. */
export const WAITS: Refusal['code'][] = [
  'paused',
  'locked',
  'clock_off',
  'lease_lost',
  'unreachable',
  'rollout_in_progress',
];

/** Takes a change back: only fields that still hold what was written. It passes the guards too; where it has to wait, a person hears of it at once. */
const undo: Stage = {
  kind: 'undo',
  does: 'undo the change',
  giveUp: {
    afterTries: 6,
    event: (deps, _incident, message) => ({ type: 'undo_failed', at: deps.clock.now(), message }),
  },
  async run(deps, incident, claimed) {
    const { state } = incident;
    if (state.name !== 'undoing') return NOTHING;
    const applied = await undoNow(
      deps,
      incident,
      state.execution,
      authorityOf(state, deps.clock.now()),
      leaseOf(claimed),
    );
    const at = deps.clock.now();
    if (applied.kind === 'done') return { events: [{ type: 'undone', at, message: applied.message }] };
    if (applied.kind === 'underway') return { events: [], againAt: at + applied.againMs };
    const { refusal, message } = applied;
    if (isTheirs(applied)) return { events: [{ type: 'undone', at, message, theirs: true }] };
    if (!refusal || !WAITS.includes(refusal.code)) return { events: [{ type: 'undo_failed', at, message }] };
    const said = state.waiting?.code === refusal.code;
    return { events: said ? [] : [{ type: 'undo_waits', at, refusal }], againAt: at + WAIT_MS };
  },
};

/** Nothing of it is left to take back: what stands a person has set meanwhile, and that is no failure. */
export const isTheirs = (applied: Applied): boolean =>
  applied.kind === 'failed' && !applied.changed && applied.refusal?.code === 'not_needed';

const authorityOf = ({ by }: { by: string }, at: number): Authority =>
  by === 'nightshift' ? { by: 'auto' } : { by: 'person', user: by, at };

/** Takes one execution back, with a proof of its own and every write guarded. A `failed` with a refusal says what stands in the way. */
export async function undoNow(
  deps: StageDeps,
  incident: Incident,
  execution: Execution,
  authority: Authority,
  lease: Lease,
): Promise<Applied> {
  const action = deps.actions.get(execution.recommendation.step.action);
  if (!action) return refused({ code: 'unsupported', message: 'The action is not there any more.' });
  const { plan } = execution.recommendation;
  if (!canBeTakenBack(plan)) return refused({ code: 'unsupported', message: `${plan.summary} can't be undone.` });
  const look = await lookBeforeUndo(deps, incident, execution, authority);
  const verdict = authoriseUndo({ ...look, lock: await lockForUndo(deps, incident, look), lease });
  if (!verdict.ok) return refused(verdict.refusal);
  const guard = guardWrites(deps, incident.id, verdict.authorised);
  const refusal = await guard.refusal();
  if (refusal) return refused(refusal);
  const context = { ...actionContext(deps, incident, execution.recommendation), ...guardedPorts(guard) };
  const applied = await action.undo(context, execution, verdict.authorised);
  if (applied.kind !== 'failed' || !guard.sent.includes('lost')) return applied;
  // The next look tells whether it was taken back.
  return refused({ code: 'unreachable', message: `Whether it was undone isn't known yet: ${applied.message}` });
}

async function lookBeforeUndo(
  deps: StageDeps,
  { namespace, service }: Incident,
  { id, recommendation }: Execution,
  authority: Authority,
): Promise<UndoLook> {
  const lookedAt = performance.now();
  const { plan, confidence } = recommendation;
  const [pause, clock] = await Promise.all([deps.store.pauseState(), lookAtClock(deps)]);
  return {
    now: clock.now,
    lookedAt,
    mode: deps.mode,
    paused: pause.paused,
    clockOff: clock.off,
    protectedNamespaces: deps.protectedNamespaces,
    policy: planPolicy(deps, plan, { namespace, name: service }),
    authority,
    executionId: id,
    plan,
    confidence: confidence.value,
  };
}

async function lockForUndo(deps: StageDeps, incident: Incident, look: UndoLook): Promise<Locked> {
  const refusal = checkUndo(look);
  if (refusal) return { kind: 'refused', refusal };
  return deps.store.lock(incident.id, lockedBy(incident, look.plan), deps.limits.servicesAtOnce);
}

const refused = (refusal: Refusal): Applied => {
  const message = NEVER.includes(refusal.code) ? `${refusal.message} A person has to take it back.` : refusal.message;
  return { kind: 'failed', changed: false, refusal, message };
};

export default undo;
