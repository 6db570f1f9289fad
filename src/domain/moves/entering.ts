import type { Incident } from '../incident.ts';
import { APPROVAL_GOOD_MS, DIAGNOSE_EVERY_MS, MAX_LATE_MS, REPAGE_MS } from '../incident-limits.ts';
import type { State } from '../incident-state.ts';
import { isProposal } from '../proposal.ts';
import type { WaitsFor } from '../types/decision.ts';
import type { Authority } from '../types/execution.ts';
import type { Outcome } from '../types/outcome.ts';
import type { Recommendation } from '../types/recommendation.ts';
import type { Moved } from './moved.ts';

/** How each state is entered that takes no question: looked into, watched, held, given to a person, queued, closed. */

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

/** What a storm holds is told at once, and once for all of it. */
export function hold(incident: Incident, at: number, until: number, why: string, waitsFor?: WaitsFor): Moved {
  const moved = watch(incident, until, why, waitsFor);
  return waitsFor === 'storm' ? { ...moved, effects: [...moved.effects, { kind: 'page', dueAt: at }] } : moved;
}
