import {
  APPROVAL_GOOD_MS,
  DIAGNOSE_EVERY_MS,
  type Effect,
  type Event,
  type Incident,
  MAX_LATE_MS,
  MAX_REFUSED_EXECUTIONS,
  MAX_SAMPLES,
  REPAGE_MS,
  RETRY_MS,
  type Sample,
  SETTLE_MS,
  type State,
} from './incident.ts';
import { canBeTakenBack } from './plan.ts';
import { isProposal, PROPOSAL_MS } from './proposal.ts';
import { attemptKey } from './recommend.ts';
import { allResolved } from './record-facts.ts';
import type { AtTimeout, Authority, Execution, Outcome, Recommendation, Refusal, WaitsFor } from './types.ts';

/** The moves that the rows of the incident machine share. Each answers the incident in its next state and the work that is then due. */

type Of<T extends Event['type']> = Extract<Event, { type: T }>;
type In<N extends State['name']> = Extract<State, { name: N }>;
type Moved = { incident: Incident; effects: Effect[] };

/** Alerts that keep coming don't set off a diagnosis each: one incident is looked at every so often. */
export function notice(incident: Incident, at: number, attempt: number): Moved {
  const dueAt = Math.max(at, (incident.diagnosis?.at ?? 0) + DIAGNOSE_EVERY_MS);
  return { incident: { ...incident, state: { name: 'noticed', attempt } }, effects: [{ kind: 'diagnose', dueAt }] };
}

export function watch(incident: Incident, until: number, why: string, waitsFor?: WaitsFor): Moved {
  return {
    incident: { ...incident, state: { name: 'watching', until, why, ...(waitsFor ? { waitsFor } : {}) } },
    effects: [{ kind: 'watch', dueAt: until }],
  };
}

export function close(incident: Incident, at: number, ended: Outcome, why: string): Moved {
  // A proposal that isn't needed any more: nothing has healed, for nothing was wrong.
  const outcome = isProposal(incident) && ended === 'self_healed' ? 'lapsed' : ended;
  const healthyAt = HEALTHY.includes(outcome) ? { healthyAt: incident.healthyAt ?? wellSince(incident) ?? at } : {};
  return {
    incident: { ...incident, state: { name: 'closed', outcome, why }, closedAt: at, ...healthyAt },
    effects: [],
  };
}

const HEALTHY: Outcome[] = ['healed', 'self_healed', 'healed_by_human'];

/** Since when the looks of a verification have seen nothing but health. */
function wellSince({ state }: Incident): number | null {
  if (state.name !== 'verifying') return null;
  const lastIll = state.samples.findLastIndex(({ healthy }) => healthy !== true);
  return state.samples[lastIll + 1]?.at ?? null;
}

/** Calls a person; `level` above the first calls again. */
export function escalate(incident: Incident, at: number, why: string, level = 1): Moved {
  // Nothing is wrong yet, and nothing was changed: nobody is called for a proposal.
  if (isProposal(incident) && incident.executions.length === 0) return close(incident, at, 'lapsed', why);
  const since = incident.state.name === 'escalated' && level > 1 ? incident.state.since : at;
  const state: State = { name: 'escalated', why, level, acknowledgedBy: null, since };
  return {
    incident: { ...incident, state },
    effects: [
      { kind: 'page', dueAt: at },
      { kind: 'level', dueAt: at + REPAGE_MS },
    ],
  };
}

export function queue(incident: Incident, at: number, recommendation: Recommendation, authority: Authority): Moved {
  const notAfter = authority.by === 'timeout' ? authority.at + MAX_LATE_MS : at + APPROVAL_GOOD_MS;
  const state: State = { name: 'queued', recommendation, authority, notAfter, tries: 0, waiting: null };
  return { incident: { ...incident, state }, effects: [{ kind: 'act', dueAt: at }] };
}

type Asking = { timeoutMs: number; atTimeout: AtTimeout; reason: string; asked: number };

/** Asks for approval of one plan. No deadline runs before delivery is confirmed. The pager is a second way to be heard (for critical services). */
export function ask(incident: Incident, at: number, recommendation: Recommendation, asking: Asking): Moved {
  const state: State = {
    name: 'awaiting_approval',
    recommendation,
    planDigest: recommendation.plan.digest,
    timeoutMs: isProposal(incident) ? PROPOSAL_MS : asking.timeoutMs,
    atTimeout: isProposal(incident) ? 'expire' : asking.atTimeout,
    deliveredAt: null,
    deadline: null,
    held: null,
    asked: asking.asked,
    since: at,
    reason: asking.reason,
  };
  const others = incident.options.filter((one) => one.plan.digest !== recommendation.plan.digest);
  return {
    incident: { ...incident, state, options: [recommendation, ...others] },
    effects: [
      { kind: 'notify', dueAt: at },
      { kind: 'page', dueAt: at },
    ],
  };
}

export function decided(incident: Incident, event: Of<'diagnosed'>): Moved {
  const { decision, at } = event;
  switch (decision.kind) {
    case 'auto':
      return queue(
        { ...incident, options: [decision.recommendation, ...decision.options] },
        at,
        decision.recommendation,
        { by: 'auto' },
      );
    case 'ask':
      return ask(
        { ...incident, options: [decision.recommendation, ...decision.options] },
        at,
        decision.recommendation,
        { ...decision, asked: 1 },
      );
    case 'hold':
      return hold(incident, at, decision.untilMs, decision.reason, decision.waitsFor);
    case 'observe':
      return watch(incident, decision.untilMs, decision.reason);
    case 'escalate':
      return escalate({ ...incident, options: decision.options }, at, decision.reason);
  }
}

/** What a storm holds is told at once, and once for all of it. */
export function hold(incident: Incident, at: number, until: number, why: string, waitsFor?: WaitsFor): Moved {
  const moved = watch(incident, until, why, waitsFor);
  return waitsFor === 'storm' ? { ...moved, effects: [...moved.effects, { kind: 'page', dueAt: at }] } : moved;
}

/**
 * News was looked at while a person has it: what is worse, or can be done now, follows anew; all else leaves it where it is. Where somebody has it, nothing runs without asking them.
 */
export function lookedAnewEscalated(before: Incident, incident: Incident, event: Of<'diagnosed'>): Moved {
  const { state } = incident;
  const { decision, at } = event;
  const isWorse = incident.worse !== before.worse;
  const stays: Moved = { incident, effects: [] };
  if (state.name !== 'escalated') return stays;
  switch (decision.kind) {
    case 'auto':
    case 'ask': {
      if (!isWorse && sameOptions(before, [decision.recommendation])) return stays;
      const options = [decision.recommendation, ...decision.options];
      if (decision.kind === 'auto' && state.acknowledgedBy === null) return decided(incident, event);
      const reason = state.acknowledgedBy === null ? decision.reason : `${state.acknowledgedBy} has it`;
      const asking = { timeoutMs: ASKED_OF_WHO_HAS_IT_MS, atTimeout: 'escalate' as const, asked: 1, reason };
      return ask({ ...incident, options }, at, decision.recommendation, asking);
    }
    case 'escalate':
      return isWorse
        ? escalate({ ...incident, options: decision.options }, at, incident.worse?.message ?? decision.reason)
        : { incident: { ...incident, options: decision.options }, effects: [] };
    case 'hold':
    case 'observe':
      return isWorse && !isProposal(incident) ? escalate(incident, at, incident.worse?.message ?? state.why) : stays;
  }
}

const ASKED_OF_WHO_HAS_IT_MS = 30 * 60_000;

/** Whether a person could choose all of these already. */
const sameOptions = ({ options }: Incident, wanted: Recommendation[]): boolean =>
  wanted.every(({ plan }) => options.some((one) => one.plan.digest === plan.digest));

/** News was looked at while a question is open: another step, or nothing to wait an answer for, takes its place; else it stays as it was shown. */
export function lookedAnewAsking(incident: Incident, state: In<'awaiting_approval'>, event: Of<'diagnosed'>): Moved {
  const { decision, at } = event;
  if (decision.kind === 'escalate') return decided(incident, event);
  if (decision.kind !== 'ask' && decision.kind !== 'auto') return { incident, effects: [] };
  if (decision.recommendation.plan.digest === state.planDigest) return { incident, effects: [] };
  const asking = decision.kind === 'ask' ? decision : state;
  const options = [decision.recommendation, ...decision.options];
  // What waited for a yes doesn't run by itself because the trouble has changed.
  return ask({ ...incident, options }, at, decision.recommendation, {
    timeoutMs: asking.timeoutMs,
    atTimeout: asking.atTimeout,
    asked: 1,
    reason: 'the trouble has changed since the last question',
  });
}

/** All alerts resolved, or the scan sees calm: look again after a while before the trouble is called gone (flapping). */
export function maybeGone(incident: Incident, event: Of<'alerts'> | Of<'anomaly_cleared'>): Moved | null {
  if (event.type === 'alerts' && !allResolved(incident)) return null;
  return { incident, effects: [{ kind: 'confirm_gone', dueAt: event.at + SETTLE_MS }] };
}

/** The deadline runs from confirmed delivery of exactly the plan that is awaiting; a later confirmation doesn't move it. */
export function startDeadline(
  incident: Incident,
  state: In<'awaiting_approval'>,
  event: Of<'rang'> | Of<'paged'>,
): Moved | null {
  if (state.deliveredAt !== null || event.planDigest !== state.planDigest) return null;
  const deadline = Math.max(event.at + state.timeoutMs, state.held?.until ?? 0);
  const heardBy = event.type === 'rang' ? ('chat' as const) : ('pager' as const);
  const next: State = { ...state, deliveredAt: event.at, deadline, heardBy };
  return {
    incident: { ...incident, state: next },
    effects: [
      { kind: 'deadline', dueAt: deadline },
      { kind: 'notify', dueAt: event.at },
    ],
  };
}

export function deadline(incident: Incident, state: In<'awaiting_approval'>, at: number): Moved | null {
  if (state.deadline === null || at < state.deadline) return null;
  // Whoever had it is over their time: what waited for them is asked anew, and never runs at that moment.
  if (state.held && state.held.until >= state.deadline)
    return ask(incident, at, state.recommendation, {
      ...state,
      reason: `${state.held.by} had it, and that time is over`,
    });
  if (at - state.deadline > MAX_LATE_MS) {
    return tooLate(incident, at, state.recommendation, state);
  }
  switch (state.atTimeout) {
    case 'execute':
      return queue(incident, at, state.recommendation, { by: 'timeout', at: state.deadline, asked: state.asked });
    case 'escalate':
      return escalate(incident, at, 'Nobody answered in time, and this may not run without an answer.');
    case 'watch':
      return watch(incident, at + 10 * 60_000, 'Nobody answered in time; watching.');
    case 'expire':
      return close(incident, at, 'lapsed', 'Nobody took it up in time; nothing was changed.');
  }
}

/** What was to run because nobody answered couldn't be begun in time: it isn't done. Asked once more, and then a person is called. */
function tooLate(
  incident: Incident,
  at: number,
  recommendation: Recommendation,
  { asked, timeoutMs, atTimeout }: Omit<Asking, 'reason'>,
): Moved {
  if (asked > 1) {
    const why = 'The deadline passed while Nightshift could not act in time, twice; nothing was done.';
    return escalate(incident, at, why);
  }
  const reason = 'The deadline passed unattended, so nothing was done; asking again.';
  return ask(incident, at, recommendation, { timeoutMs, atTimeout, reason, asked: asked + 1 });
}

const ASK_AGAIN_MS = 5 * 60_000;

const lateByTimeout = (incident: Incident, at: number, recommendation: Recommendation, asked = 1): Moved =>
  tooLate(incident, at, recommendation, { asked, timeoutMs: ASK_AGAIN_MS, atTimeout: 'execute' });

/** What was delivered is not there any more when its time has come: nobody could answer it. */
export function deliveryLost(
  incident: Incident,
  state: In<'awaiting_approval'>,
  event: Of<'delivery_lost'>,
): Moved | null {
  if (event.planDigest !== state.planDigest) return null;
  if (state.asked > 1)
    return escalate(incident, event.at, `The question could not be kept where people see it: ${event.message}`);
  return ask(incident, event.at, state.recommendation, {
    ...state,
    reason: `the question before could not be read any more (${event.message})`,
    asked: state.asked + 1,
  });
}

export function rejected(
  incident: Incident,
  state: In<'awaiting_approval'> | In<'queued'>,
  event: Of<'rejected'>,
): Moved {
  const { digest } = state.recommendation.plan;
  const left = incident.options.filter((one) => one.plan.digest !== digest);
  const without = { ...incident, options: left, attempted: [...incident.attempted, attemptKey(state.recommendation)] };
  if (event.how === 'false_alarm')
    return close(without, event.at, 'false_alarm', `${event.user} said it is a false alarm`);
  const next = left[0];
  if (event.how === 'escalate' || !next)
    return escalate(without, event.at, `Rejected by ${event.user}${next ? '' : '; there is no other safe step'}.`);
  // After a person said no, the next step is asked about: it never starts by itself.
  return ask(without, event.at, next, {
    timeoutMs: state.name === 'awaiting_approval' ? state.timeoutMs : STOPPED_MS,
    atTimeout: 'escalate',
    reason: `${event.user} rejected the first choice.`,
    asked: 1,
  });
}

/** So long a step that somebody has stopped waits for the next word. */
const STOPPED_MS = 30 * 60_000;

/** So long a question waits for whoever said that they are on it. */
export const HAS_IT_MS = 30 * 60_000;

/** Somebody has it: the deadline waits for them. The longest word stands. */
export function holdQuestion(
  incident: Incident,
  state: In<'awaiting_approval'>,
  by: string,
  at: number,
  forMs: number,
): Moved {
  const until = Math.max(at + forMs, state.held?.until ?? 0);
  const deadline = state.deadline === null ? null : Math.max(state.deadline, until);
  const held: State = { ...state, held: { by, until }, deadline };
  return {
    incident: { ...incident, state: held },
    effects: deadline === null ? [] : [{ kind: 'deadline', dueAt: deadline }],
  };
}

/** A step that waits in the queue is held: it waits for an answer now, and never runs without one. */
export function holdQueued(incident: Incident, state: In<'queued'>, event: Of<'held'>): Moved {
  const asked = ask(incident, event.at, state.recommendation, {
    timeoutMs: Math.max(event.forMs, STOPPED_MS),
    atTimeout: 'escalate',
    reason: `${event.user} held it`,
    asked: 1,
  });
  const waiting = asked.incident.state as In<'awaiting_approval'>;
  const held = { by: event.user, until: event.at + event.forMs };
  return { ...asked, incident: { ...asked.incident, state: { ...waiting, held } } };
}

/** A running step ends at its next safe point; the first word stands. */
export function stop(incident: Incident, state: In<'executing'>, event: Of<'rejected'> | Of<'held'>): Moved | null {
  if (state.stop) return null;
  const stopping: State = { ...state, stop: { by: event.user, at: event.at } };
  return { incident: { ...incident, state: stopping }, effects: [] };
}

/** The last change of the incident that still stands and can be taken back, whatever became of the incident. */
export function standingChange({ executions }: Incident): Execution | null {
  return (
    executions.findLast(
      (run) =>
        (run.result === 'done' || run.changed === true) &&
        canBeTakenBack(run.recommendation.plan) &&
        run.undone?.ok !== true,
    ) ?? null
  );
}

export function undo(incident: Incident, event: Of<'undo_asked'>): Moved | null {
  const execution = standingChange(incident);
  if (!execution) return null;
  const state: State = { name: 'undoing', execution, by: event.user };
  return { incident: { ...incident, state, closedAt: null }, effects: [{ kind: 'undo', dueAt: event.at }] };
}

const WAIT_FOR: Refusal['code'][] = [
  'locked',
  'rollout_in_progress',
  'pdb_blocks',
  'unreachable',
  'paused',
  'clock_off',
  'lease_lost',
];
/** What was agreed is another thing now: somebody who agreed is asked anew; what nobody was asked about is decided anew. */
const ANOTHER_THING: Refusal['code'][] = ['plan_changed', 'too_wide', 'policy_changed'];

export function refused(incident: Incident, state: In<'queued'>, event: Of<'refused'>): Moved {
  const { refusal, at } = event;
  const { authority } = state;
  const byTimeout = authority.by === 'timeout';
  if (refusal.code === 'resolved') return overUnlessFiring(incident, at, 'self_healed', refusal.message);
  if (refusal.code === 'paused' && byTimeout) {
    return ask(incident, at, state.recommendation, {
      timeoutMs: 30 * 60_000,
      atTimeout: 'escalate',
      reason: 'Nightshift was paused at the deadline; asking again.',
      asked: 2,
    });
  }
  if (ANOTHER_THING.includes(refusal.code) && event.fresh) {
    if (authority.by === 'auto' && refusal.code !== 'plan_changed')
      return notice(incident, at, incident.executions.length);
    const again = { timeoutMs: 5 * 60_000, atTimeout: 'escalate' as const, reason: refusal.message, asked: 1 };
    return ask(incident, at, event.fresh, again);
  }
  if (WAIT_FOR.includes(refusal.code) && at + RETRY_MS <= state.notAfter) {
    const waiting: State = { ...state, tries: state.tries + 1, waiting: refusal };
    return { incident: { ...incident, state: waiting }, effects: [{ kind: 'act', dueAt: at + RETRY_MS }] };
  }
  if (authority.by === 'timeout' && (refusal.code === 'too_late' || WAIT_FOR.includes(refusal.code)))
    return lateByTimeout(incident, at, state.recommendation, authority.asked);
  if (refusal.code === 'target_gone' || refusal.code === 'plan_changed')
    return watch(incident, at + 30_000, refusal.message);
  if (refusal.code === 'observe_only' || refusal.code === 'muted')
    return watch(incident, at + 10 * 60_000, refusal.message);
  return escalate(incident, at, `Not done: ${refusal.message}`);
}

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
  // Stopped before anything changed (a pause, a changed cluster): the step isn't spent, and what follows is decided anew.
  if (event.refusal && event.refusal.code !== 'stopped') return notice(kept, event.at, incident.executions.length + 1);
  const attempted = [...incident.attempted, attemptKey(running.recommendation)];
  return notice({ ...kept, attempted }, event.at, incident.executions.length + 1);
}

/** A change whose answer was lost was never made: its step isn't spent, and what follows is decided anew. */
export function notMade(incident: Incident, state: In<'verifying'>, { at, message }: Of<'not_made'>): Moved {
  const execution: Execution = { ...state.execution, result: 'failed', changed: false, message };
  const key = attemptKey(execution.recommendation);
  const attempted = incident.attempted.filter((one) => one !== key);
  return notice({ ...rememberExecution(incident, execution), attempted }, at, incident.executions.length);
}

export const withSample = (incident: Incident, state: In<'verifying'>, sample: Sample): Incident => ({
  ...incident,
  state: { ...state, samples: [...state.samples, sample].slice(-MAX_SAMPLES) },
});

export function verified(incident: Incident, state: In<'verifying'>, event: Of<'verified'>): Moved {
  const { at } = event;
  const byItself = event.verification.verdict === 'recovered' && state.samples.some(({ goneEarly }) => goneEarly);
  const verification = byItself ? { ...event.verification, byItself: true as const } : event.verification;
  const execution: Execution = { ...state.execution, verification };
  const kept = rememberExecution(incident, execution);
  switch (verification.verdict) {
    case 'recovered':
      return overUnlessFiring(kept, at, 'healed', verification.message);
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

/** A person hears of it at once, and again when it waits for something else. */
export function undoWaits(incident: Incident, state: In<'undoing'>, { at, refusal }: Of<'undo_waits'>): Moved {
  const waiting: State = { ...state, waiting: refusal };
  return {
    incident: { ...incident, state: waiting },
    effects: [
      { kind: 'notify', dueAt: at },
      { kind: 'page', dueAt: at },
    ],
  };
}

/** Time until it is looked at again why an alert still fires though nothing is in trouble. */
const STILL_FIRING_MS = 60_000;

/** The vitals say that it is over. While an alert of it still fires that is not the whole truth: rules look back, or see what nothing else does. */
function overUnlessFiring(incident: Incident, at: number, outcome: Outcome, message: string): Moved {
  const firing = [...new Set(incident.alerts.filter(({ status }) => status === 'firing').map(({ name }) => name))];
  if (firing.length === 0) return close(incident, at, outcome, message);
  const names =
    firing.length > 2 ? `${firing.slice(0, 2).join(', ')} and ${firing.length - 2} more` : firing.join(' and ');
  const why = `${message}. ${names} still ${firing.length === 1 ? 'fires' : 'fire'}: looked at again until that ends`;
  return watch(incident, at + STILL_FIRING_MS, why);
}

/** When the last step was seen to have cured it, if that still stands. */
export function curedAt({ executions }: Pick<Incident, 'executions'>): number | null {
  const last = executions.at(-1);
  return last?.verification?.verdict === 'recovered' && !last.undone?.ok ? last.verification.at : null;
}

/** The last step cured all of it, or what it was aimed at, and that still stands: what is over after it was healed. */
export function hasHelped(incident: Pick<Incident, 'executions'>): boolean {
  const last = incident.executions.at(-1);
  return curedAt(incident) !== null || (last?.verification?.targetWell === true && !last.undone?.ok);
}

export function outcomeAfterEscalation(incident: Incident, state: In<'escalated'>): Outcome {
  if (hasHelped(incident)) return 'healed';
  if (incident.executions.some((run) => run.undone?.ok)) return 'undone';
  return state.acknowledgedBy === null ? 'escalated' : 'healed_by_human';
}
