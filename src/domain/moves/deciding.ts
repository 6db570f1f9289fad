import type { Incident } from '../incident.ts';
import { isProposal } from '../proposal.ts';
import type { Recommendation } from '../types/recommendation.ts';
import { ask } from './asking.ts';
import { escalate, hold, queue, watch } from './entering.ts';
import type { In, Moved, Of } from './moved.ts';

/** What was decided on a diagnosis, the first and those on news. */

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
      const reason = state.acknowledgedBy === null ? decision.reason : 'a person has it';
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
