import { authorise } from '../domain/authorise.ts';
import type { Incident } from '../domain/incident.ts';
import type { Event } from '../domain/incident-event.ts';
import { MAX_LATE_MS } from '../domain/incident-limits.ts';
import { playbookFor } from '../domain/playbook.ts';
import type { Execution } from '../domain/types/execution.ts';
import type { Refusal } from '../domain/types/refusal.ts';
import type { Action, Applied } from '../extension-points.ts';
import { actionContext } from './action-context.ts';
import type { StageDeps } from './deps.ts';
import { freshLook, lockFor } from './fresh-look.ts';
import { type ClaimedEffect, leaseOf, NOTHING, type Stage, type StageResult } from './stage.ts';
import { guardedPorts, guardWrites, type WriteGuard } from './write-guard.ts';

const DEFAULT_VERIFY = { withinMs: 5 * 60_000, steadyMs: 60_000 };
/** An intent is acted on this long after it was saved; after a longer gap (a crash) it is decided anew. */
const INTENT_GOOD_MS = 5 * 60_000;
const AGAIN_MS = 5_000;
/** These say that it isn't this worker's to do, not that it mustn't be done: whoever looks next decides. */
const NOT_MINE: (Refusal['code'] | undefined)[] = ['lease_lost', 'clock_off'];

/** The change itself. First it asks whether a try before a crash has made it already; then it authorises once more on its own look, and asks the store as the last thing before each write. */
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
  async run(deps, incident, claimed) {
    const { state } = incident;
    if (state.name !== 'executing') return NOTHING;
    const { execution } = state;
    const action = deps.actions.get(execution.recommendation.step.action);
    if (!action) {
      const refusal: Refusal = { code: 'unsupported', message: 'the action is not there any more' };
      return { events: [eventOf(deps, incident, stopped(refusal, state.progress))] };
    }
    const context = actionContext(deps, incident, execution.recommendation);
    const already = await action.wasApplied(context, execution.recommendation.plan, execution.id);
    const begun = already?.kind === 'underway' ? already.message : state.progress;
    const isToGoOn = !already || (already.kind === 'underway' && !already.watched);
    const stop = isToGoOn ? stopAsked(state) : null;
    if (stop) return { events: [eventOf(deps, incident, stopped(stop, begun))] };
    const applied = isToGoOn ? await applyNow(deps, incident, execution, action, begun, claimed) : already;
    return resultOf(deps, incident, applied, state.progress);
  },
};

/** Somebody wants it stopped: this is a safe point. */
function stopAsked({ stop }: { stop?: { by: string } }): Refusal | null {
  return stop ? { code: 'stopped', message: `Stopped by <@${stop.by}>.` } : null;
}

function resultOf(deps: StageDeps, incident: Incident, applied: Applied, known: string | null): StageResult {
  const at = deps.clock.now();
  if (applied.kind === 'underway') {
    const { message, againMs } = applied;
    return { events: message === known ? [] : [{ type: 'progressed', at, message }], againAt: at + againMs };
  }
  const refusal = applied.kind === 'failed' ? applied.refusal : null;
  if (NOT_MINE.includes(refusal?.code)) {
    deps.log.warn({ incident: incident.id, why: refusal?.message }, 'this worker may not go on with the step');
    return { events: [], againAt: at + AGAIN_MS };
  }
  return { events: [eventOf(deps, incident, applied)] };
}

/** `progress`: what has been done of it so far; null when it wasn't begun. "Nothing was changed" is said only when it is known. */
async function applyNow(
  deps: StageDeps,
  incident: Incident,
  execution: Execution,
  action: Action,
  progress: string | null,
  claimed: ClaimedEffect,
): Promise<Applied> {
  const { applied, sent } = await tryNow(deps, incident, execution, action, progress, claimed);
  if (applied.kind !== 'failed' || applied.changed || NOT_MINE.includes(applied.refusal?.code)) return applied;
  // Another worker may have been first, or a write whose answer was lost, or that met itself, was made.
  const context = actionContext(deps, incident, execution.recommendation);
  const found = await action.wasApplied(context, execution.recommendation.plan, execution.id);
  // Nobody can say: of what was never sent it is known.
  if (found && (found.kind !== 'failed' || sent.length > 0)) return found;
  if (!sent.includes('lost') && !sent.includes('made')) return applied;
  const doubt = 'It may have been made, or be made yet, though there was no answer.';
  return { ...applied, changed: true, message: `${applied.message} ${doubt}` };
}

async function tryNow(
  deps: StageDeps,
  incident: Incident,
  execution: Execution,
  action: Action,
  progress: string | null,
  claimed: ClaimedEffect,
): Promise<{ applied: Applied; sent: WriteGuard['sent'] }> {
  const { id: executionId, recommendation, authority } = execution;
  const notAfter = notAfterOf(execution, progress !== null, deps.limits.drainTimeoutMs);
  const begun = progress !== null;
  const look = await freshLook(deps, incident, { executionId, recommendation, authority, notAfter, begun });
  const lock = await lockFor(deps, incident, look);
  const verdict = authorise({ ...look, lock: asSaved(lock, execution), lease: leaseOf(claimed) });
  if (!verdict.ok) return { applied: stopped(verdict.refusal, progress), sent: [] };
  const guard = guardWrites(deps, incident.id, verdict.authorised);
  const refusal = await guard.refusal();
  if (refusal) return { applied: stopped(refusal, progress), sent: [] };
  const context = { ...actionContext(deps, incident, recommendation), ...guardedPorts(guard) };
  return { applied: await action.apply(context, verdict.authorised, progress), sent: guard.sent };
}

/** What runs because time ran out begins within a minute of the deadline, also after a crash; what is begun has the time that it takes. */
function notAfterOf({ authority, startedAt }: Execution, begun: boolean, drainTimeoutMs: number): number {
  if (begun) return startedAt + Math.max(INTENT_GOOD_MS, drainTimeoutMs);
  return authority.by === 'timeout' ? authority.at + MAX_LATE_MS : startedAt + INTENT_GOOD_MS;
}

/** With the lock's number and the pause epoch that were saved with the intent: what came between counts. */
function asSaved(lock: Awaited<ReturnType<typeof lockFor>>, { fence, pauseEpoch }: Execution) {
  return lock.kind === 'locked' ? { ...lock, fence, pauseEpoch } : lock;
}

/** Nothing was begun, or it ends half-way: because the trouble is over, or because it must not go on. */
function stopped(refusal: Refusal, progress: string | null): Exclude<Applied, { kind: 'underway' }> {
  if (progress === null) return { kind: 'failed', changed: false, refusal, message: refusal.message };
  if (refusal.code === 'resolved')
    return { kind: 'done', undo: null, message: `${progress}; the rest isn't needed: ${refusal.message}` };
  return { kind: 'failed', changed: true, refusal, message: `Stopped half-way: ${progress}. ${refusal.message}` };
}

function eventOf(deps: StageDeps, incident: Incident, applied: Exclude<Applied, { kind: 'underway' }>): Event {
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

const verifyOf = (deps: StageDeps, { diagnosis }: Incident) =>
  (diagnosis && playbookFor(deps.playbooks, diagnosis, deps.clock.now())?.verify) ?? DEFAULT_VERIFY;

export default execute;
