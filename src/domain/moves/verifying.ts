import type { Incident } from '../incident.ts';
import { MAX_SAMPLES } from '../incident-limits.ts';
import type { Sample, State } from '../incident-state.ts';
import { attemptKey } from '../recommend.ts';
import type { Execution } from '../types/execution.ts';
import { overUnlessFiring } from './ending.ts';
import { close, escalate, notice } from './entering.ts';
import type { In, Moved, Of } from './moved.ts';

/** Whether a step has helped. */

export function rememberExecution(incident: Incident, execution: Execution): Incident {
  const others = incident.executions.filter((run) => run.id !== execution.id);
  return { ...incident, executions: [...others, execution] };
}

type Finished = { result: 'done' | 'failed'; undo: Record<string, unknown> | null; message: string };

export function verify(
  incident: Incident,
  running: Execution,
  at: number,
  finished: Finished,
  how: { withinMs: number; steadyMs: number },
): Moved {
  const execution: Execution = { ...running, ...finished, finishedAt: at, changed: true };
  const state: State = {
    name: 'verifying',
    execution,
    since: at,
    until: at + how.withinMs,
    steadyMs: how.steadyMs,
    samples: [],
  };
  const attempted = [...incident.attempted, attemptKey(running.recommendation)];
  return {
    incident: { ...rememberExecution(incident, execution), state, attempted },
    effects: [{ kind: 'verify', dueAt: at }],
  };
}

/** A change whose answer was lost was never made: its step doesn't count as attempted, and what follows is decided anew. */
export function notMade(incident: Incident, state: In<'verifying'>, { at, message }: Of<'not_made'>): Moved {
  const execution: Execution = { ...state.execution, result: 'failed', changed: false, message };
  const key = attemptKey(execution.recommendation);
  const attempted = incident.attempted.filter((one) => one !== key);
  return notice({ ...rememberExecution(incident, execution), attempted }, at, incident.executions.length);
}

/** What was looked at before this change was made (by a worker who was held up) says nothing of it. */
export function withSample(incident: Incident, state: In<'verifying'>, sample: Sample): Incident {
  if (sample.at < state.since) return incident;
  return { ...incident, state: { ...state, samples: [...state.samples, sample].slice(-MAX_SAMPLES) } };
}

export function verified(incident: Incident, state: In<'verifying'>, event: Of<'verified'>): Moved {
  const { at } = event;
  const byItself = event.verification.verdict === 'recovered' && state.samples.some(({ goneEarly }) => goneEarly);
  const verification = byItself ? { ...event.verification, byItself: true as const } : event.verification;
  const execution: Execution = { ...state.execution, verification };
  const kept = rememberExecution(incident, execution);
  switch (verification.verdict) {
    case 'recovered':
      return verification.alertStays
        ? close(kept, at, 'healed', verification.message)
        : overUnlessFiring(kept, at, 'healed', verification.message);
    case 'unchanged':
      if (verification.contained)
        return escalate(kept, at, `Callers are kept from what is ill, and are not well: ${verification.message}`);
      return notice(kept, at, incident.executions.length);
    case 'worse':
      return {
        incident: { ...kept, state: { name: 'undoing', execution, by: 'nightshift' } },
        effects: [{ kind: 'undo', dueAt: at }],
      };
    case 'unknown':
      return escalate(kept, at, `It can't be told whether it helped: ${verification.message}`);
  }
}
