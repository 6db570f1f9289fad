import type { Incident } from '../incident.ts';
import { MAX_REFUSED_EXECUTIONS } from '../incident-limits.ts';
import type { State } from '../incident-state.ts';
import { attemptKey } from '../recommend.ts';
import type { Execution } from '../types/execution.ts';
import { lateByTimeout } from './asking.ts';
import { escalate, notice } from './entering.ts';
import type { In, Moved, Of } from './moved.ts';
import { rememberExecution, verify } from './verifying.ts';

/** A step that is being done. */

/** A running step ends at its next safe point; the first word stands. */
export function stop(incident: Incident, state: In<'executing'>, event: Of<'rejected'> | Of<'held'>): Moved | null {
  if (state.stop) return null;
  const stopping: State = { ...state, stop: { by: event.user, at: event.at } };
  return { incident: { ...incident, state: stopping }, effects: [] };
}

export function executionFailed(
  incident: Incident,
  { execution: running, stop: stopped }: In<'executing'>,
  event: Of<'execution_failed'>,
): Moved {
  if (event.changed)
    return verify(
      incident,
      event.refusal?.code === 'unreachable' ? { ...running, unanswered: true } : running,
      event.at,
      { result: 'failed', undo: running.undo, message: event.message },
      event.verify,
    );
  const execution: Execution = {
    ...running,
    result: 'failed',
    finishedAt: event.at,
    message: event.message,
    changed: false,
  };
  const kept = rememberExecution(incident, execution);
  if (stopped) {
    const attempted = [...incident.attempted, attemptKey(running.recommendation)];
    return escalate({ ...kept, attempted }, event.at, `Stopped by ${stopped.by} before anything was changed.`);
  }
  const { authority } = running;
  if (event.refusal?.code === 'too_late' && authority.by === 'timeout')
    return lateByTimeout(kept, event.at, running.recommendation, authority.asked);
  if (event.refusal?.code === 'resolved') return notice(kept, event.at, 0);
  const refused = kept.executions.filter((run) => run.changed === false).length;
  if (refused >= MAX_REFUSED_EXECUTIONS)
    return escalate(kept, event.at, `Refused ${refused} times at the last moment, the last time: ${event.message}`);
  // Stopped before anything changed (a pause, a changed cluster): the step doesn't count as attempted, and what follows is decided anew.
  if (event.refusal && event.refusal.code !== 'stopped') return notice(kept, event.at, incident.executions.length + 1);
  const attempted = [...incident.attempted, attemptKey(running.recommendation)];
  return notice({ ...kept, attempted }, event.at, incident.executions.length + 1);
}
