import { authorise, type FreshLook } from '../domain/authorise.ts';
import type { Incident, State } from '../domain/incident.ts';
import type { Execution, Plan, Recommendation, Refusal } from '../domain/types.ts';
import { measureTrouble } from '../evidence/measure.ts';
import type { Planned } from '../extension-points.ts';
import { actionContext, type Deps } from './deps.ts';
import { NOTHING, type Stage } from './stage.ts';

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
  async run(deps, incident) {
    const { state } = incident;
    if (state.name !== 'queued') return NOTHING;
    const look = await freshLook(deps, incident, state.recommendation, state.notAfter, executionId(incident));
    const at = deps.clock.now();
    const verdict = authorise(look);
    if (!verdict.ok)
      return {
        events: [
          { type: 'refused', at, refusal: verdict.refusal, fresh: freshRecommendation(state, look, verdict.refusal) },
        ],
      };
    const { fence, pauseEpoch, plan } = verdict.authorised;
    const execution = startOf(state, look.executionId, { fence, pauseEpoch, at });
    return {
      events: [
        { type: 'authorised', at, execution: { ...execution, recommendation: { ...state.recommendation, plan } } },
      ],
    };
  },
};

/** Also the mark on the changed object, so it depends on the incident and the try alone. */
const executionId = (incident: Incident): string => `${incident.id.toLowerCase()}-${incident.executions.length + 1}`;

/** Everything that `authorise` judges, looked up now. The lock is taken last, so that a refusal for another reason holds nobody up. */
export async function freshLook(
  deps: Deps,
  incident: Incident,
  recommendation: Recommendation,
  notAfter: number,
  id: string,
): Promise<FreshLook> {
  const action = deps.actions.get(recommendation.step.action);
  const [planned, trouble, pause] = await Promise.all([
    action ? action.plan(actionContext(deps, incident, recommendation)) : notAvailable(recommendation),
    measureTrouble(deps, incident),
    deps.store.pauseState(),
  ]);
  const now = deps.clock.now();
  const base = {
    now,
    executionId: id,
    approvedDigest: recommendation.plan.digest,
    notAfter,
    mode: deps.mode,
    paused: pause.paused && (pause.until === null || pause.until > now),
    protectedNamespaces: deps.protectedNamespaces,
    planned,
    trouble,
    maxPodsAffectedRatio: deps.limits.maxPodsAffectedRatio,
  };
  const without = authorise({ ...base, lock: { kind: 'locked', fence: 0, pauseEpoch: 0 } });
  if (!without.ok) return { ...base, lock: { kind: 'refused', refusal: without.refusal } };
  const services = lockedBy(incident, planned.ok ? planned.plan : recommendation.plan);
  return { ...base, lock: await deps.store.lock(incident.id, services, deps.limits.servicesAtOnce) };
}

/** Everybody whom a change disturbs: of a drain every service with a pod on the node. */
export function lockedBy({ namespace }: Incident, { target, blastRadius }: Plan): string[] {
  return blastRadius.services.length > 0 ? blastRadius.services : [`${target.namespace || namespace}/${target.name}`];
}

const notAvailable = async (recommendation: Recommendation): Promise<Planned> => ({
  ok: false,
  refusal: { code: 'unsupported', message: `the action ${recommendation.step.action} is not there` },
});

/** When only the plan has changed, the new plan is asked about. */
function freshRecommendation(state: Queued, look: FreshLook, refusal: Refusal): Recommendation | null {
  return refusal.code === 'plan_changed' && look.planned.ok
    ? { ...state.recommendation, plan: look.planned.plan }
    : null;
}

function startOf(state: Queued, id: string, seen: { fence: number; pauseEpoch: number; at: number }): Execution {
  return {
    id,
    recommendation: state.recommendation,
    authority: state.authority,
    startedAt: seen.at,
    fence: seen.fence,
    pauseEpoch: seen.pauseEpoch,
    undo: null,
    finishedAt: null,
    result: null,
    message: '',
    verification: null,
    undone: null,
  };
}

export default act;
