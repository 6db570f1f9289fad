import { isQuietOnly } from '../domain/alert-severity.ts';
import { remediationTarget } from '../domain/bottleneck.ts';
import { decide, patientUntil } from '../domain/decide.ts';
import type { Incident } from '../domain/incident.ts';
import type { Event } from '../domain/incident-event.ts';
import { resultKey } from '../domain/learned-results.ts';
import { curedAt } from '../domain/moves/ending.ts';
import { namedCause } from '../domain/named-cause.ts';
import { playbookFor } from '../domain/playbook.ts';
import type { OutcomeRecord } from '../domain/proof/outcome-record.ts';
import { knownOf, relapseOf } from '../domain/proof/seen.ts';
import { isProposal } from '../domain/proposal.ts';
import { leaveOutAttempted } from '../domain/recommend.ts';
import { LOOKED_AT_ANEW } from '../domain/record-facts.ts';
import { atWorkOn, calledFor, sameCause } from '../domain/same-cause.ts';
import { heldBack, stormOf } from '../domain/storm.ts';
import type { Diagnosis } from '../domain/types/diagnosis.ts';
import type { Recommendation, SkippedStep } from '../domain/types/recommendation.ts';
import { diagnosisOf } from '../evidence/diagnosis.ts';
import { diagnoseDemand } from '../learning/demand-ahead.ts';
import type { StageDeps } from './deps.ts';
import { planPolicy } from './plan-policy.ts';
import { recommend } from './recommend-steps.ts';
import { judgedByHand } from './run-by-hand.ts';
import { NOTHING, type Stage } from './stage.ts';

const OBSERVE_FIRST_MS = 2 * 60_000;
/** Rates are over two minutes, and alerts wait for one: after three, what is looked at is the trouble and nothing else. */
const SETTLING_MS = 3 * 60_000;
const RELATED_LIMIT = 200;

/** From evidence to a decision: gather, score, find the cause, name the issue, choose the playbook's step, plan it, and decide whether to act, ask, wait or call a person. */
const diagnose: Stage = {
  kind: 'diagnose',
  does: 'find the cause, choose the step, decide',
  giveUp: {
    afterTries: 5,
    event: (deps, _incident, message) => ({ type: 'diagnosis_failed', at: deps.clock.now(), message }),
  },
  async run(deps, incident) {
    if (incident.state.name !== 'noticed' && !hasNews(incident)) return NOTHING;
    if (incident.byHand) return { events: [await judgedByHand(deps, incident, incident.byHand)] };
    if (isProposal(incident)) return { events: [await judged(deps, incident, await diagnoseDemand(deps, incident))] };
    const back = await isHeldBack(deps, incident);
    if (back) return { events: [back] };
    // Whoever waits holds a worker that a question may need.
    if ((deps.diagnosesWaiting?.() ?? 0) >= MOST_WAITING)
      return { events: [], againAt: deps.clock.now() + COME_AGAIN_MS / Math.max(1e-3, deps.clock.realDelay(1)) };
    return deps.diagnosisTurn(async () => {
      // Others may have begun to fail while it waited.
      const late = await isHeldBack(deps, incident);
      if (late) return { events: [late] };
      const diagnosis = await diagnosisOf({ ...deps, ...deps.cachedReads }, incident);
      const event = await judged(deps, incident, diagnosis);
      if (event.seen) await countRelapse(deps, incident, diagnosis);
      return { events: [event] };
    });
  },
};

const MOST_WAITING = 12;
/** Real time. */
const COME_AGAIN_MS = 2_000;

/** One that is open by itself is looked at, whatever it is in: in a storm the first of a namespace is looked at for all. */
async function isHeldBack(deps: StageDeps, incident: Incident): Promise<Event | null> {
  if (incident.state.name !== 'noticed' || incident.executions.length > 0) return null;
  const at = deps.clock.now();
  const back = heldBack(incident, await deps.openLines(), at, deps.limits.stormIncidents);
  return back && { type: 'held_back', at, ...back };
}

/** What a diagnosis leads to: the playbook's step, planned, and the decision. Changes nothing. */
export async function judged(
  deps: StageDeps,
  incident: Incident,
  diagnosis: Diagnosis,
): Promise<Extract<Event, { type: 'diagnosed' }>> {
  const playbook = playbookFor(deps.playbooks, diagnosis, deps.clock.now());
  const diagnosed = { ...incident, diagnosis };
  const chosen = playbook
    ? await recommend(deps, diagnosed, playbook, diagnosis)
    : { qualified: [], unsure: [], skippedSteps: [], refusals: [], couldQualify: false, forWorse: false };
  const [pause, open] = await Promise.all([deps.store.pauseState(), deps.store.listOpen(RELATED_LIMIT)]);
  const { left, skippedSteps } = leaveOutAttempted(chosen.qualified, incident, open);
  chosen.skippedSteps.push(...skippedSteps);
  const passed = (reason: SkippedStep['reason']) => chosen.skippedSteps.some((one) => one.reason === reason);
  const now = deps.clock.now();
  const calls = deps.topology?.callsSince(now - CALLS_MS) ?? new Map();
  const { seen, mustAsk } = knownOf(troubleIn(incident, diagnosis), await pastOf(deps, incident, diagnosis), now);
  const decision = decide({
    mustAsk,
    now,
    mode: deps.mode,
    policy: policyOfChanged(deps, incident, diagnosis, left[0]),
    diagnosis,
    qualified: left,
    unsure: leaveOutAttempted(chosen.unsure, incident, open).left,
    refusals: chosen.refusals,
    paused: pause.paused,
    muted: deps.mutes?.of(incident.namespace, incident.service) ?? null,
    storm: stormOf(open, now).length >= deps.limits.stormIncidents,
    calledFor: countedAttempts(incident) > 0 ? null : calledFor(incident, diagnosis, open),
    sameCauseAs: atWorkOn(incident, diagnosis, open, calls) ?? sameCause(deps.kinds, incident, diagnosis, open),
    attempts: countedAttempts(incident),
    maxAttempts: deps.limits.stepsPerIncident,
    unmeasured: incident.unmeasured,
    measuredAt: lastMeasured(incident),
    helpedInPart: incident.executions.at(-1)?.verification?.targetWell === true,
    contained: isContained(incident),
    cured: curedAt(incident) !== null,
    isProposal: isProposal(incident),
    observeUntil: !isAlerted(incident) && !isProposal(incident) ? incident.openedAt + OBSERVE_FIRST_MS : null,
    hasPlaybook: playbook !== null,
    belowThreshold: chosen.forWorse,
    patientUntil: patientUntil(
      { refused: passed('refused'), unsure: passed('low_confidence') },
      incident.openedAt + SETTLING_MS,
      firstAlertAt(incident),
    ),
    lowConfidence: passed('low_confidence'),
    couldQualify: chosen.couldQualify,
    tell: playbook?.tell,
    settlingUntil: settledAt(incident, chosen.couldQualify),
  });
  return { type: 'diagnosed', at: now, diagnosis, decision, skippedSteps: chosen.skippedSteps, seen };
}

const CALLS_MS = 60 * 60_000;

/** What the records know of the service that hurts, and of the cause. */
async function pastOf(deps: StageDeps, incident: Incident, diagnosis: Diagnosis): Promise<OutcomeRecord[]> {
  const cause = namedCause(diagnosis)?.entity;
  const services = [
    `${incident.namespace}/${incident.service}`,
    ...(cause ? [`${cause.namespace}/${cause.name}`] : []),
  ];
  const since = deps.clock.now() - PAST_MS;
  const found = await Promise.all(
    [...new Set(services)].map((service) => deps.store.outcomes({ since, service, limit: MOST_PAST })),
  );
  const known = new Map(found.flat().map((record) => [record.id, record]));
  known.delete(incident.id);
  return [...known.values()];
}
const PAST_MS = 90 * 86_400_000;
const MOST_PAST = 200;

const troubleIn = (incident: Incident, diagnosis: Diagnosis) => {
  const cause = namedCause(diagnosis);
  return {
    namespace: incident.namespace,
    service: incident.service,
    issue: diagnosis.issue.kind,
    cause: cause ? { what: cause.what, namespace: cause.entity.namespace, name: cause.entity.name } : null,
    began: Math.min(incident.openedAt, ...incident.alerts.map(({ startsAt }) => startsAt)),
  };
};

/** What healed it last and didn't hold counts against the step: once, however often it is looked at. */
async function countRelapse(deps: StageDeps, incident: Incident, diagnosis: Diagnosis): Promise<void> {
  const relapse = relapseOf(troubleIn(incident, diagnosis), await pastOf(deps, incident, diagnosis));
  if (!relapse) return;
  for (const action of relapse.actions)
    await deps.store.recordResult(resultKey(action, relapse.issue, diagnosis), `${relapse.id}/relapse`, false);
}

/** A look after a step that found it cured counts, too: what its alerts still say after that fades. */
function lastMeasured(incident: Incident): number | null {
  const times = [incident.measuredAt ?? null, curedAt(incident)].filter((at) => at !== null);
  return times.length > 0 ? Math.max(...times) : null;
}
/** Until when evidence may still make a step sure. Where none could be, however sure the cause was, only the cause itself is waited for: whoever has to mend it hears of it within a minute of the alert. */
function settledAt(incident: Incident, couldQualify: boolean): number {
  const alertedAt = firstAlertAt(incident);
  const settled = incident.openedAt + SETTLING_MS;
  return couldQualify || alertedAt === null
    ? settled
    : Math.min(settled, Math.max(incident.openedAt, alertedAt) + GATHERING_MS);
}
const GATHERING_MS = 35_000;

/** Came while a person had it or a question was open, and nobody has looked at it. */
const hasNews = ({ state, news }: Incident): boolean => news !== undefined && LOOKED_AT_ANEW.includes(state.name);

/** By more than alerts that are only for information. */
const isAlerted = (incident: Incident): boolean => incident.alerts.length > 0 && !isQuietOnly(incident);

/** What was refused at the last moment counts, too: else it could go on for ever. */
const countedAttempts = ({ executions }: Incident): number =>
  executions.filter((run) => run.result === 'done' || run.changed !== undefined).length;

/** A breaker or the like stands. */
const isContained = ({ executions }: Incident): boolean =>
  executions.some(({ verification, undone }) => verification?.contained === true && !undone?.ok);

const firstAlertAt = ({ alerts }: Incident): number | null =>
  alerts.length > 0 ? Math.min(...alerts.map(({ startsAt }) => startsAt)) : null;

/**
 * The policy of whom the step would disturb, the strictest of several; without a step that of the named cause, else of the one that hurts. Where a non-critical service makes a critical one hurt, it is its own
 * policy that decides.
 */
function policyOfChanged(deps: StageDeps, incident: Incident, diagnosis: Diagnosis, first: Recommendation | undefined) {
  const cause = remediationTarget(diagnosis)?.entity;
  const changed = cause && cause.kind !== 'Node' ? cause : { namespace: incident.namespace, name: incident.service };
  return planPolicy(deps, first?.plan ?? null, changed);
}

export default diagnose;
