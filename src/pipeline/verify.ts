import type { Incident, Sample } from '../domain/incident.ts';
import { judge } from '../domain/judge.ts';
import type { Execution } from '../domain/types.ts';
import { whatIsElsewhere } from '../evidence/elsewhere.ts';
import { measureService, measureTrouble, type Trouble } from '../evidence/measure.ts';
import { measureCallers } from '../evidence/relief.ts';
import type { Settled } from '../extension-points.ts';
import { actionContext, type Deps } from './deps.ts';
import { NOTHING, type Stage } from './stage.ts';

const LOOK_EVERY_MS = 10_000;
/** What is measured over a window, which holds the time before the change until it has passed. */
const LOOKS_BACK = new Set(['high_latency', 'high_error_rate']);

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
    const [settled, trouble] = await Promise.all([
      settledNow(deps, incident, state.execution),
      troubleNow(deps, incident, state.execution),
    ]);
    const at = deps.clock.now();
    const left = trouble.kind === 'present' ? await whatIsElsewhere(deps, incident, state) : null;
    const sample = sampleOf(at, settled, trouble, incident, left);
    const verdict = judge({
      now: at,
      since: state.since,
      until: state.until,
      steadyMs: state.steadyMs,
      samples: [...state.samples, sample],
      settled: settled.kind === 'settled',
      lagMs: LOOKS_BACK.has(state.execution.recommendation.issue) ? deps.queries.quickWindowMs : 0,
    });
    if (!verdict) return { events: [{ type: 'sampled', at, sample }], againAt: at + LOOK_EVERY_MS };
    const { recommendation, id } = state.execution;
    await deps.store.recordResult(
      `${recommendation.issue}/${recommendation.step.action}`,
      id,
      verdict.verdict === 'recovered' || verdict.targetWell === true,
    );
    const contained = verdict.verdict === 'unchanged' && isForCallers(deps, state.execution);
    return {
      events: [
        { type: 'sampled', at, sample },
        { type: 'verified', at, verification: contained ? { ...verdict, contained } : verdict },
      ],
    };
  },
};

/** Measured where the step is to help. Where it was for a jam, that is over when the one whose load it was is well, too. */
async function troubleNow(deps: Deps, incident: Incident, execution: Execution): Promise<Trouble> {
  if (isForCallers(deps, execution)) return measureCallers(deps, incident, execution.recommendation.plan.target);
  const trouble = await measureTrouble(deps, incident);
  const cause = incident.diagnosis?.bottleneck && incident.diagnosis.causes[0]?.entity;
  if (trouble.kind !== 'gone' || !cause) return trouble;
  return measureService(deps, cause.namespace, cause.name, incident.diagnosis?.issue);
}

const isForCallers = (deps: Deps, { recommendation }: Execution): boolean =>
  deps.actions.get(recommendation.step.action)?.relieves === 'callers';

async function settledNow(deps: Deps, incident: Incident, execution: Execution): Promise<Settled> {
  const action = deps.actions.get(execution.recommendation.step.action);
  if (!action) return { kind: 'failed', message: 'the action is not there any more' };
  return action.settled(actionContext(deps, incident, execution.recommendation), execution);
}

/** Health needs both: the change has settled and the trouble is measured to be gone. A change that failed to settle made it worse. */
function sampleOf(at: number, settled: Settled, trouble: Trouble, incident: Incident, left: string | null): Sample {
  const severity = trouble.severity;
  const before = incident.diagnosis?.issue.severity ?? 0;
  const said = left ? `${trouble.message}; ${left}` : trouble.message;
  const message = settled.kind === 'settled' ? said : `${settled.message.replace(/\.$/, '')}; ${said}`;
  const base = { at, settled: settled.kind === 'settled', message, elsewhere: left !== null };
  if (settled.kind === 'failed') return { ...base, healthy: false, severity, worse: true };
  if (trouble.kind === 'unknown') return { ...base, healthy: null, severity: null, worse: false };
  const worse =
    trouble.kind === 'present' &&
    settled.kind === 'settled' &&
    left === null &&
    severity !== null &&
    before > 0 &&
    severity > before * 1.5;
  return { ...base, healthy: trouble.kind === 'gone' && base.settled, severity, worse };
}

export default verify;
