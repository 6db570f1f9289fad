import { isQuietOnly } from './alert-severity.ts';
import type { Effect } from './effect.ts';
import { GIVE_BACK_MS, toAskAbout, toGiveBack } from './give-back.ts';
import type { Incident, Transition } from './incident.ts';
import type { Event } from './incident-event.ts';
import { DIAGNOSE_EVERY_MS, MAX_LEVEL, SETTLE_MS } from './incident-limits.ts';
import type { State } from './incident-state.ts';
import { withMilestones } from './milestones.ts';
import { agreed, isOfAnother } from './moves/agreeing.ts';
import * as asking from './moves/asking.ts';
import * as deciding from './moves/deciding.ts';
import * as ending from './moves/ending.ts';
import * as entering from './moves/entering.ts';
import * as executing from './moves/executing.ts';
import * as queueing from './moves/queueing.ts';
import * as undoing from './moves/undoing.ts';
import * as verifying from './moves/verifying.ts';
import { openPages, stalePages } from './pages.ts';
import { isProposal } from './proposal.ts';
import { allResolved, LOOKED_AT_ANEW, newlyFiring, recordFacts } from './record-facts.ts';
import { isTurnedDown } from './rejection.ts';
import { sameData } from './same-data.ts';
import { wordsOf } from './timeline-words.ts';
import type { Recommendation } from './types/recommendation.ts';

/** A state's answer to an event: the changed incident and what is due; null when the event means nothing in that state. */
export type Move = { incident: Incident; effects: Effect[] } | null;

/**
 * The incident machine: which state follows an event, and what work is then due. Pure and total: an event that the state's row doesn't name is recorded and changes no state.
 * Judgement that needs more than the incident (which step, ask or act) comes in with the event, made by the other functions of `domain/`.
 */
export function transition(before: Incident, event: Event): Transition {
  const noted = alerted(recordFacts(before, event), event.at);
  const move = moveFrom(noted, event, before);
  const after = withMilestones(before, move?.incident ?? noted, event);
  const changed = differs(before, after);
  const effects = [...(move?.effects ?? [])];
  if (changed && !KEEPS_BOOKS.has(event.type) && !effects.some((effect) => effect.kind === 'notify'))
    effects.push({ kind: 'notify', dueAt: event.at });
  if (isNewsDue(before, after))
    effects.push({ kind: 'diagnose', dueAt: Math.max(event.at, (after.diagnosis?.at ?? 0) + DIAGNOSE_EVERY_MS) });
  if (after.worse !== before.worse || after.unheard !== before.unheard) effects.push({ kind: 'page', dueAt: event.at });
  if (after.alertedAt !== undefined && before.alertedAt === undefined) effects.push({ kind: 'reach', dueAt: event.at });
  if (AT_WORK.includes(before.state.name) && mayBeOver(after))
    effects.push({ kind: 'confirm_gone', dueAt: event.at + SETTLE_MS });
  if (after.glass !== before.glass) effects.push({ kind: 'page', dueAt: event.at });
  if (event.type === 'page_asked' && after.state.name !== 'closed') effects.push({ kind: 'page', dueAt: event.at });
  if (event.type === 'acknowledged' && openPages(after).some(({ untold }) => untold))
    effects.push({ kind: 'resolve_page', dueAt: event.at });
  // Its question is decided: the phone needn't ring for it any more.
  if (event.type !== 'page_resolved' && stalePages(after).length > 0 && after.state.name !== 'closed')
    effects.push({ kind: 'resolve_page', dueAt: event.at });
  if (closedNow(before, after) && openPages(after).length > 0) effects.push({ kind: 'resolve_page', dueAt: event.at });
  if (closedNow(before, after) && toGiveBack(after).length > 0)
    effects.push({ kind: 'give_back', dueAt: event.at + GIVE_BACK_MS });
  if (closedNow(before, after) && toAskAbout(after).length > 0)
    effects.push({ kind: 'ask_about', dueAt: event.at + GIVE_BACK_MS });
  // A group that is sent again and says nothing new is no line.
  const entry = changed || event.type !== 'alerts' ? wordsOf(noted, event, after) : null;
  return { incident: { ...after, version: before.version + 1 }, effects, timeline: entry ? [entry] : [] };
}

/** What was sent: it changes nothing that the message shows. */
const KEEPS_BOOKS = new Set<Event['type']>([
  'delivered',
  'pictured',
  'call_settled',
  'told_outside',
  'page_acknowledged',
]);

/** Whether anything but the version is another. What is the same object needs no look: an incident may be large, and an event changes little of it. */
const differs = (before: Incident, after: Incident): boolean =>
  !sameData({ ...before, version: 0 }, { ...after, version: 0 });

/** In these states nobody asks whether the trouble is gone: what was heard meanwhile is made up for afterwards. */
const AT_WORK: State['name'][] = ['executing', 'verifying', 'undoing'];
const mayBeOver = (after: Incident): boolean =>
  !AT_WORK.includes(after.state.name) && after.state.name !== 'closed' && allResolved(after);

/** Nobody has looked yet at what came, and now somebody may: it has just come, or something has just ended. */
const isNewsDue = (before: Incident, after: Incident): boolean =>
  after.news !== undefined &&
  LOOKED_AT_ANEW.includes(after.state.name) &&
  (after.news !== before.news || !LOOKED_AT_ANEW.includes(before.state.name));

/** From its first alert that isn't only for information, somebody has to hear of it in time. */
function alerted(incident: Incident, at: number): Incident {
  const isAlerted = incident.alerts.length > 0 && !isQuietOnly(incident) && incident.state.name !== 'closed';
  return isAlerted && incident.alertedAt === undefined ? { ...incident, alertedAt: at } : incident;
}

const closedNow = (before: Incident, after: Incident) =>
  before.state.name !== 'closed' && after.state.name === 'closed';

function moveFrom(incident: Incident, event: Event, before: Incident): Move {
  const { state } = incident;
  switch (state.name) {
    case 'noticed':
      return fromNoticed(incident, event);
    case 'watching':
      return fromWatching(incident, event, before);
    case 'awaiting_approval':
      return fromAwaiting(incident, state, event);
    case 'queued':
      return fromQueued(incident, state, event);
    case 'executing':
      return fromExecuting(incident, state, event);
    case 'verifying':
      return fromVerifying(incident, state, event);
    case 'undoing':
      return fromUndoing(incident, state, event);
    case 'escalated':
      return fromEscalated(incident, state, event, before);
    case 'closed':
      return event.type === 'undo_asked' ? undoing.undo(incident, event) : null;
  }
}

type In<N extends State['name']> = Extract<State, { name: N }>;

function fromNoticed(incident: Incident, event: Event): Move {
  switch (event.type) {
    case 'diagnosed':
      return deciding.decided(incident, event);
    case 'diagnosis_failed':
      return entering.escalate(incident, event.at, event.message);
    case 'held_back':
      return entering.hold(incident, event.at, event.untilMs, event.why, 'storm');
    case 'undo_asked':
      return undoing.undo(incident, event);
    case 'resolved':
      return entering.close(
        incident,
        event.at,
        incident.executions.some((run) => run.result === 'done') ? 'healed' : 'self_healed',
        event.message,
      );
    case 'alerts':
    case 'anomaly_cleared':
      return ending.maybeGone(incident, event);
    default:
      return null;
  }
}

function fromWatching(incident: Incident, event: Event, before: Incident): Move {
  switch (event.type) {
    case 'anomaly_seen':
    case 'watch_ended':
      return entering.notice(incident, event.at, 0);
    case 'undo_asked':
      return undoing.undo(incident, event);
    case 'alerts':
      return newlyFiring(before, event.alerts)
        ? entering.notice(incident, event.at, 0)
        : ending.maybeGone(incident, event);
    case 'anomaly_cleared':
      return ending.maybeGone(incident, event);
    case 'resolved':
      return entering.close(incident, event.at, ending.hasHelped(incident) ? 'healed' : 'self_healed', event.message);
    default:
      return null;
  }
}

function fromAwaiting(incident: Incident, state: In<'awaiting_approval'>, event: Event): Move {
  switch (event.type) {
    case 'rang':
    case 'paged':
      return asking.startDeadline(incident, state, event);
    case 'delivery_lost':
      return asking.deliveryLost(incident, state, event);
    case 'diagnosed':
      return deciding.lookedAnewAsking(incident, state, event);
    case 'undo_asked':
      return undoing.undo(incident, event);
    case 'approved':
      if (event.planDigest !== state.planDigest || isOfAnother(state, event.askedAt)) return null;
      return agreed(incident, state.recommendation, event);
    case 'rejected':
      return asking.rejected(incident, state, event);
    case 'option_chosen': {
      const option = incident.options.find((one) => one.plan.digest === event.planDigest);
      if (!option) return null;
      if (event.asApproval) return agreed(incident, option, event);
      return asking.ask(incident, event.at, option, { ...state, asked: state.asked });
    }
    case 'acknowledged':
      return asking.holdQuestion(incident, state, event.by, event.at, asking.HAS_IT_MS);
    case 'held':
      return asking.holdQuestion(incident, state, event.user, event.at, event.forMs);
    case 'deadline_reached':
      return asking.deadline(incident, state, event.at);
    case 'resolved':
      return entering.close(incident, event.at, 'self_healed', event.message);
    case 'alerts':
    case 'anomaly_cleared':
      return ending.maybeGone(incident, event);
    default:
      return null;
  }
}

function fromQueued(incident: Incident, state: In<'queued'>, event: Event): Move {
  switch (event.type) {
    case 'authorised': {
      const next: State = { name: 'executing', execution: event.execution, progress: null };
      return { incident: { ...incident, state: next }, effects: [{ kind: 'execute', dueAt: event.at }] };
    }
    case 'refused':
      return queueing.refused(incident, state, event);
    case 'rejected':
      return asking.rejected(incident, state, event);
    case 'held':
      return asking.holdQueued(incident, state, event);
    case 'resolved':
      return entering.close(incident, event.at, 'self_healed', event.message);
    case 'alerts':
    case 'anomaly_cleared':
      return ending.maybeGone(incident, event);
    default:
      return null;
  }
}

function fromExecuting(incident: Incident, state: In<'executing'>, event: Event): Move {
  switch (event.type) {
    case 'progressed':
      return { incident: { ...incident, state: { ...state, progress: event.message } }, effects: [] };
    case 'executed':
      return verifying.verify(
        incident,
        state.execution,
        event.at,
        { result: 'done', undo: event.undo, message: event.message },
        event.verify,
      );
    case 'execution_failed':
      return executing.executionFailed(incident, state, event);
    case 'rejected':
    case 'held':
      return executing.stop(incident, state, event);
    default:
      return null;
  }
}

function fromVerifying(incident: Incident, state: In<'verifying'>, event: Event): Move {
  switch (event.type) {
    case 'sampled':
      return { incident: verifying.withSample(incident, state, event.sample), effects: [] };
    case 'not_made':
      return verifying.notMade(incident, state, event);
    case 'verified':
      return verifying.verified(incident, state, event);
    default:
      return null;
  }
}

function fromUndoing(incident: Incident, state: In<'undoing'>, event: Event): Move {
  if (event.type === 'undo_waits') return undoing.undoWaits(incident, state, event);
  if (event.type !== 'undone' && event.type !== 'undo_failed') return null;
  const ok = event.type === 'undone';
  const execution = { ...state.execution, undone: { at: event.at, ok, message: event.message } };
  const remembered = verifying.rememberExecution(incident, execution);
  const back = `${event.type === 'undone' && event.theirs ? 'Nothing is left to undo' : 'The change was undone'}: ${event.message}`;
  if (ok && isProposal(incident)) return entering.close(remembered, event.at, 'undone', back);
  const why = ok ? back : `UNDO FAILED, look at it now: ${event.message}`;
  return entering.escalate(remembered, event.at, why);
}

/** A late yes to the question that led to a run of it: the very same plan may be offered again once that was taken back. */
const wasRun = ({ executions }: Incident, { plan }: Recommendation): boolean =>
  executions.some(({ recommendation }) => recommendation.plan.digest === plan.digest);

function fromEscalated(incident: Incident, state: In<'escalated'>, event: Event, before: Incident): Move {
  switch (event.type) {
    case 'diagnosed':
      return deciding.lookedAnewEscalated(before, incident, event);
    case 'undo_asked':
      return undoing.undo(incident, event);
    case 'acknowledged': {
      const known: State = { ...state, acknowledgedBy: event.by, acknowledgedAt: event.at };
      return { incident: { ...incident, state: known }, effects: [] };
    }
    case 'repage_due':
      if (state.acknowledgedBy !== null || state.level >= MAX_LEVEL) return null;
      return entering.escalate(incident, event.at, state.why, state.level + 1);
    case 'approved':
    case 'option_chosen': {
      const option = incident.options.find((one) => one.plan.digest === event.planDigest);
      // A yes to what was turned down or run meanwhile came too late; to take it up again is a choice of its own.
      if (
        option &&
        event.type === 'approved' &&
        (isTurnedDown(incident.rejections, option) || wasRun(incident, option))
      )
        return null;
      return option ? agreed(incident, option, event) : null;
    }
    case 'resolved':
      return entering.close(incident, event.at, ending.outcomeAfterEscalation(incident, state), event.message);
    case 'closed_by_human':
      return entering.close(incident, event.at, event.outcome, 'A person closed it');
    case 'alerts':
    case 'anomaly_cleared':
      return ending.maybeGone(incident, event);
    default:
      return null;
  }
}
