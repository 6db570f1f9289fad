import type { Incident } from '../incident.ts';
import { RETRY_MS } from '../incident-limits.ts';
import type { State } from '../incident-state.ts';
import type { Refusal } from '../types/refusal.ts';
import { ask, lateByTimeout } from './asking.ts';
import { overUnlessFiring } from './ending.ts';
import { escalate, notice, watch } from './entering.ts';
import type { In, Moved, Of } from './moved.ts';

/** A step that was about to be done, and was refused. */

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
  if (refusal.code === 'other_trouble') return notice(incident, at, incident.executions.length);
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
