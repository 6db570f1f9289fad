import type { Incident } from '../incident.ts';
import { MAX_LATE_MS } from '../incident-limits.ts';
import type { State } from '../incident-state.ts';
import { isFormerQuestion } from '../pages.ts';
import { isAboutCure, isProposal, PROPOSAL_MS } from '../proposal.ts';
import { attemptKey } from '../recommend.ts';
import { isTurnedDown } from '../rejection.ts';
import type { AtTimeout } from '../types/decision.ts';
import type { Recommendation } from '../types/recommendation.ts';
import { close, escalate, queue, watch } from './entering.ts';
import type { In, Moved, Of } from './moved.ts';

/** A question: put, delivered, held, answered with no, over its time, lost. */

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

/** The deadline runs from confirmed delivery of exactly the plan that is awaiting; a later confirmation doesn't move it. */
export function startDeadline(
  incident: Incident,
  state: In<'awaiting_approval'>,
  event: Of<'rang'> | Of<'paged'>,
): Moved | null {
  if (state.deliveredAt !== null || event.planDigest !== state.planDigest) return null;
  if (event.type === 'rang' && isFormerQuestion(state, event.about)) return null;
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
      reason: 'the time of whoever had it is over',
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

export const lateByTimeout = (incident: Incident, at: number, recommendation: Recommendation, asked = 1): Moved =>
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
  const left = incident.options.filter((one) => one.plan.digest !== digest && !isTurnedDown(incident.rejections, one));
  // What was turned down may be taken up again by a person, as long as it fits.
  const turnedDown = [
    ...incident.options.filter((one) => isTurnedDown(incident.rejections, one)),
    state.recommendation,
  ];
  const options = [...left, ...turnedDown.filter(isFirstOfItsPlan)].slice(0, MOST_OPTIONS);
  const without = { ...incident, options, attempted: [...incident.attempted, attemptKey(state.recommendation)] };
  if (event.how === 'false_alarm')
    return close(without, event.at, 'false_alarm', 'A person said that it is a false alarm');
  if (isAboutCure(incident)) return close(without, event.at, 'lapsed', 'A person keeps it.');
  const next = left[0];
  if (event.how === 'escalate' || !next)
    return escalate(without, event.at, `Its step was turned down${next ? '' : ', and there is no other safe one'}.`);
  // After a person said no, the next step is asked about: it never starts by itself.
  return ask(without, event.at, next, {
    timeoutMs: state.name === 'awaiting_approval' ? state.timeoutMs : STOPPED_MS,
    atTimeout: 'escalate',
    reason: 'the first choice was turned down',
    asked: 1,
  });
}

/** Kept with the incident: those that a person may choose from. */
const MOST_OPTIONS = 12;
const isFirstOfItsPlan = ({ plan }: Recommendation, index: number, all: Recommendation[]): boolean =>
  all.findIndex((other) => other.plan.digest === plan.digest) === index;

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
    reason: 'somebody held it',
    asked: 1,
  });
  const waiting = asked.incident.state as In<'awaiting_approval'>;
  const held = { by: event.user, until: event.at + event.forMs };
  return { ...asked, incident: { ...asked.incident, state: { ...waiting, held } } };
}
