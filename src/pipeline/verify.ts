import type { Health } from '../domain/health.ts';
import type { Incident } from '../domain/incident.ts';
import { judge } from '../domain/judge.ts';
import { resultKey, workedFor } from '../domain/learned-results.ts';
import { isByHand } from '../domain/proposal.ts';
import { sampleOf } from '../domain/sample-of.ts';
import type { Execution } from '../domain/types/execution.ts';
import { type Worsening, worsenedSince } from '../domain/worsening.ts';
import { measureTrouble, type Trouble } from '../evidence/measure.ts';
import { measureCallers } from '../evidence/measure-callers.ts';
import { whatIsElsewhere } from '../evidence/what-is-elsewhere.ts';
import { healthBefore, readCallers } from '../evidence/worsened.ts';
import type { Settled } from '../extension-points.ts';
import { actionContext } from './action-context.ts';
import type { StageDeps } from './deps.ts';
import { NOTHING, type Stage } from './stage.ts';

const LOOK_EVERY_MS = 10_000;

/** Looks at metrics and objects until they say recovered, unchanged or worse; no data is unknown, never success. */
const verify: Stage = {
  kind: 'verify',
  does: 'check that the fix worked',
  giveUp: {
    afterTries: 8,
    event: (deps, _incident, message) => ({
      type: 'verified',
      at: deps.clock.now(),
      verification: { verdict: 'unknown', at: deps.clock.now(), message },
    }),
  },
  async run(deps, incident) {
    const { state } = incident;
    if (state.name !== 'verifying') return NOTHING;
    const { execution } = state;
    const notMade = await wasNotMade(deps, incident, execution, state.since);
    if (notMade) return { events: [{ type: 'not_made', at: deps.clock.now(), message: notMade }] };
    const [settled, trouble, callers] = await Promise.all([
      settledNow(deps, incident, execution),
      troubleNow(deps, incident, execution),
      callersNow(deps, incident),
    ]);
    const at = deps.clock.now();
    const { goneEarly, ...seen } = sampleOf({
      at,
      settled,
      trouble,
      worsened: worsenedNow(deps, incident, execution, [...trouble.health, ...callers]),
      left: trouble.kind === 'present' ? await whatIsElsewhere(deps, incident, state) : null,
      before: incident.diagnosis?.issue.severity ?? 0,
      tooSoon:
        isOverWindow(deps, execution.recommendation.issue) && at - execution.startedAt < deps.queries.quickWindowMs / 4,
    });
    // By hand there was nothing that could have gone by itself.
    const sample = goneEarly && !isByHand(incident) ? { ...seen, goneEarly } : seen;
    const samples = [...state.samples, sample];
    const prepared = preparedFor(deps, execution, settled, trouble);
    const verdict = prepared
      ? { verdict: 'unchanged' as const, at, message: prepared }
      : judge({
          now: at,
          since: state.since,
          until: state.until,
          steadyMs: state.steadyMs,
          samples,
          settled: settled.kind === 'settled',
          lagMs: deps.queries.quickWindowMs,
        });
    if (!verdict) return { events: [{ type: 'sampled', at, sample }], againAt: at + LOOK_EVERY_MS };
    const { recommendation, id } = execution;
    // What nothing was wrong before says nothing of what a step cures.
    const worked = isByHand(incident) || prepared ? null : workedFor(verdict, samples);
    if (worked !== null)
      await deps.store.recordResult(
        resultKey(recommendation.step.action, recommendation.issue, incident.diagnosis),
        id,
        worked,
      );
    const stays = verdict.verdict === 'recovered' && trouble.alertStays ? { alertStays: true as const } : {};
    const contained = verdict.verdict === 'unchanged' && isForCallers(deps, execution);
    return {
      events: [
        { type: 'sampled', at, sample },
        { type: 'verified', at, verification: { ...verdict, ...(contained ? { contained } : {}), ...stays } },
      ],
    };
  },
};

/** What only makes room for the next step has done its part as soon as it has settled; null: it isn't that, or the trouble isn't seen. */
function preparedFor(
  deps: StageDeps,
  { recommendation }: Execution,
  settled: Settled,
  trouble: Trouble,
): string | null {
  const isReady = settled.kind === 'settled' && trouble.kind === 'present';
  return isReady && deps.actions.get(recommendation.step.action)?.prepares ? settled.message : null;
}

const isOverWindow = ({ kinds }: StageDeps, issue: string): boolean =>
  kinds.some(({ name, overWindow }) => name === issue && overWindow);

/** An API server gives up on a request by then: what isn't there won't come any more. */
const LANDS_WITHIN_MS = 70_000;

/** In words, when a change whose answer was lost is known not to have been made; null: it was, it may come still, or nobody can say. */
async function wasNotMade(
  deps: StageDeps,
  incident: Incident,
  { id, recommendation, unanswered }: Execution,
  since: number,
): Promise<string | null> {
  if (!unanswered || deps.clock.now() - since < LANDS_WITHIN_MS) return null;
  const action = deps.actions.get(recommendation.step.action);
  const found = await action?.wasApplied(actionContext(deps, incident, recommendation), recommendation.plan, id);
  return found === null ? `${recommendation.plan.summary}: its answer was lost, and its mark is not there.` : null;
}

/** Measured where the step is to help. */
const troubleNow = (deps: StageDeps, incident: Incident, execution: Execution): Promise<Trouble> =>
  isForCallers(deps, execution) && !isByHand(incident)
    ? measureCallers(deps, incident, execution.recommendation.plan.target)
    : measureTrouble(deps, incident);

const callersNow = (deps: StageDeps, { diagnosis }: Incident): Promise<Health[]> =>
  readCallers(deps, diagnosis?.callers ?? [], diagnosis?.health ?? []);

/** Who is kept from what hangs fails at once instead of waiting: that is what such a step is for, and no worsening. */
function worsenedNow(deps: StageDeps, incident: Incident, execution: Execution, now: Health[]): Worsening[] {
  const worsened = worsenedSince(healthBefore(incident, execution), now);
  return isForCallers(deps, execution) ? worsened.filter(({ vital }) => vital !== 'errors') : worsened;
}

const isForCallers = (deps: StageDeps, { recommendation }: Execution): boolean =>
  deps.actions.get(recommendation.step.action)?.relieves === 'callers';

async function settledNow(deps: StageDeps, incident: Incident, execution: Execution): Promise<Settled> {
  const action = deps.actions.get(execution.recommendation.step.action);
  if (!action) return { kind: 'failed', message: 'the action is not there any more' };
  return action.settled(actionContext(deps, incident, execution.recommendation), execution);
}

export default verify;
