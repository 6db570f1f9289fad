import { inMinutes } from './duration.ts';
import { atLeastPercent } from './figures.ts';
import type { Incident, TimelineEntry } from './incident.ts';
import type { Event } from './incident-event.ts';
import { reasonWords } from './rejection.ts';
import type { Decision } from './types/decision.ts';
import type { Diagnosis } from './types/diagnosis.ts';
import { withoutSubject } from './without-subject.ts';

/** One line of the timeline for an event: what happened, by whom. Null for events that only keep books. Text from outside stays data: the views escape it. */
export function wordsOf(before: Incident, event: Event, after: Incident): TimelineEntry | null {
  const message = sentence(event);
  if (message === null) return null;
  const ignored = !CHANGES_NO_STATE.has(event.type) && before.state === after.state ? ' (no effect in this state)' : '';
  return {
    at: event.at,
    type: event.type,
    message: message + ignored,
    by: 'user' in event ? event.user : 'by' in event ? event.by : null,
    from: before.state.name,
    to: after.state.name,
  };
}

const CHANGES_NO_STATE = new Set<Event['type']>([
  'alerts',
  'anomaly_seen',
  'anomaly_cleared',
  'delivered',
  'pictured',
  'rang',
  'call_settled',
  'told_outside',
  'unheard',
  'paged',
  'page_resolved',
  'page_asked',
  'acknowledged',
  'feedback',
  'reason_given',
  'noted',
  'given_back',
  'cure_asked',
  'repage_due',
  'deadline_reached',
  'resolved',
  'unseen',
  'watch_ended',
]);

function sentence(event: Event): string | null {
  switch (event.type) {
    case 'alerts':
      return alertWords(event);
    case 'anomaly_seen':
      return event.finding.message;
    case 'anomaly_cleared':
      return event.message;
    case 'diagnosed':
      return `${causeWords(event)} ${decisionWords(event.decision)}`;
    case 'diagnosis_failed':
      return `Diagnosis failed: ${event.message}`;
    case 'watch_ended':
      return 'Looking again';
    case 'held_back':
      return `Watching: ${event.why}`;
    case 'delivered':
    case 'pictured':
    case 'call_settled':
    case 'told_outside':
    case 'page_acknowledged':
      return null;
    case 'rang':
      if (event.edited) return null;
      return event.kind === 'question' ? 'Asked in the channel' : 'Called for a person in the channel';
    case 'delivery_lost':
      return `The question could not be read any more where it was posted: ${event.message}`;
    case 'unheard':
      return `Nobody has heard of it yet: ${event.why}`;
    case 'paged':
      return event.planDigest === null ? 'Paged through PagerDuty' : 'Asked for approval through PagerDuty too';
    case 'page_resolved':
      return 'PagerDuty resolved';
    case 'approved':
      return event.glass === undefined ? 'Approved' : `Started without being an approver: ${event.glass}`;
    case 'rejected':
      return event.how === 'false_alarm'
        ? 'Rejected: false alarm'
        : event.how === 'escalate'
          ? 'Rejected: page a person'
          : 'Rejected';
    case 'option_chosen':
      return 'Chose another option';
    case 'held':
      return `Held for ${inMinutes(event.forMs)}`;
    case 'deadline_reached':
      return 'The time to answer ran out';
    case 'authorised':
      return `Checked on a fresh look; starting: ${event.execution.recommendation.plan.summary}`;
    case 'refused':
      return `Not done: ${event.refusal.message}`;
    case 'progressed':
    case 'executed':
      return event.message;
    case 'execution_failed':
      return `Failed: ${event.message}`;
    case 'not_made':
      return `Nothing was changed after all: ${event.message}`;
    case 'sampled':
      return null;
    case 'verified':
      return event.verification.targetWell
        ? `Verified: it helped where it was done, and there is more to do. ${event.verification.message}`
        : `Verified: ${event.verification.verdict}. ${event.verification.message}`;
    case 'undo_waits':
      return `The undo has to wait: ${event.refusal.message}`;
    case 'undone':
      return event.theirs ? `Nothing is left to undo: ${event.message}` : `Undone: ${event.message}`;
    case 'undo_failed':
      return `UNDO FAILED: ${event.message}`;
    case 'given_back':
      return event.ok ? `Given back: ${event.message}` : `Could not be given back, look at it: ${event.message}`;
    case 'cure_asked':
      return event.message;
    case 'undo_asked':
      return 'Asked for undo';
    case 'resolved':
    case 'unseen':
      return event.message;
    case 'acknowledged':
      return 'Has it now';
    case 'reason_given':
      return reasonWords(event);
    case 'repage_due':
      return 'Nobody acknowledged';
    case 'page_asked':
      return 'Asked to page a person';
    case 'closed_by_human':
      return event.outcome === 'false_alarm' ? 'Closed: false alarm' : 'Closed: healed by a person';
    case 'feedback':
      return event.right ? 'Said: this was right' : 'Said: this was wrong';
    case 'noted':
      return event.message;
  }
}

function alertWords(event: Extract<Event, { type: 'alerts' }>): string {
  const firing = event.alerts.filter((alert) => alert.status === 'firing').length;
  const names = [...new Set(event.alerts.map((alert) => alert.name))].slice(0, 3).join(', ');
  return `${firing} firing, ${event.alerts.length - firing} resolved: ${names}`;
}

function causeWords(event: Extract<Event, { type: 'diagnosed' }>): string {
  const { history } = event.diagnosis;
  return history ? `${judgedWords(event)} ${history}` : judgedWords(event);
}

function judgedWords(event: Extract<Event, { type: 'diagnosed' }>): string {
  const top = event.diagnosis.causes[0];
  if (!top || !event.diagnosis.named) return `${event.diagnosis.issue.message}. No cause is sure enough to name.`;
  return `${event.diagnosis.issue.message}. Likely cause (${atLeastPercent(top.probability)}): ${top.entity.name}, ${withoutSubject(top.reasons[0] ?? top.what, top.entity.name)}.${bottleneckWords(event.diagnosis)}`;
}

const bottleneckWords = ({ bottleneck }: Diagnosis): string =>
  bottleneck ? ` The bottleneck has moved on to ${bottleneck.entity.name}.` : '';

function decisionWords(decision: Decision): string {
  switch (decision.kind) {
    case 'auto':
      return `Runs by itself: ${decision.recommendation.plan.summary} (${decision.reason})`;
    case 'ask':
      return `Recommends: ${decision.recommendation.plan.summary} (${decision.reason})`;
    case 'hold':
    case 'observe':
      return `Watching: ${decision.reason}`;
    case 'escalate':
      return `Needs a person: ${decision.reason}`;
  }
}
