import { authorise, type FreshLook } from '../domain/authorise.ts';
import type { Incident } from '../domain/incident.ts';
import type { State } from '../domain/incident-state.ts';
import type { Execution } from '../domain/types/execution.ts';
import type { Recommendation } from '../domain/types/recommendation.ts';
import type { Refusal } from '../domain/types/refusal.ts';
import { freshLook, lockFor } from './fresh-look.ts';
import { leaseOf, NOTHING, type Stage } from './stage.ts';

type Queued = Extract<State, { name: 'queued' }>;

/** The fresh look before acting: plans again, measures the trouble again, takes the lock, and lets `authorise` judge. The execution it starts is saved before anything is changed. */
const act: Stage = {
  kind: 'act',
  does: 'take a fresh look and authorise, or refuse with the reason',
  giveUp: {
    afterTries: 8,
    event: (deps, _incident, message) => ({
      type: 'refused',
      at: deps.clock.now(),
      refusal: { code: 'unreachable', message },
      fresh: null,
    }),
  },
  async run(deps, incident, claimed) {
    const { state } = incident;
    if (state.name !== 'queued') return NOTHING;
    const look = await freshLook(deps, incident, { ...state, executionId: executionId(incident) });
    const lock = await lockFor(deps, incident, look);
    const verdict = authorise({ ...look, lock, lease: leaseOf(claimed) });
    const at = look.now;
    if (verdict.ok)
      return { events: [{ type: 'authorised', at, execution: startOf(state, look, verdict.authorised) }] };
    const { refusal } = verdict;
    if (refusal.code === 'clock_off') deps.log.error({ incident: incident.id }, refusal.message);
    return { events: [{ type: 'refused', at, refusal, fresh: freshRecommendation(state, look, refusal) }] };
  },
};

/** Also the mark on the changed object, so it depends on the incident and the try alone. */
const executionId = (incident: Incident): string => `${incident.id.toLowerCase()}-${incident.executions.length + 1}`;

const ASKED_ANEW: Refusal['code'][] = ['plan_changed', 'too_wide', 'policy_changed'];

/** When only the plan has changed, the new plan is asked about. */
function freshRecommendation(state: Queued, { planned }: FreshLook, { code }: Refusal): Recommendation | null {
  return ASKED_ANEW.includes(code) && planned.ok ? { ...state.recommendation, plan: planned.plan } : null;
}

type Proof = Extract<ReturnType<typeof authorise>, { ok: true }>['authorised'];

function startOf(state: Queued, look: FreshLook, { plan, fence, pauseEpoch, policy, confidence }: Proof): Execution {
  return {
    id: look.executionId,
    recommendation: { ...state.recommendation, plan },
    authority: state.authority,
    startedAt: look.now,
    before: look.health,
    decided: { policy, confidence },
    fence,
    pauseEpoch,
    undo: null,
    finishedAt: null,
    result: null,
    message: '',
    verification: null,
    undone: null,
  };
}

export default act;
