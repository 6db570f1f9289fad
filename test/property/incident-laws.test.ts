import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import type { Event } from '../../src/domain/incident-event.ts';
import { MAX_LATE_MS, MAX_SAMPLES } from '../../src/domain/incident-limits.ts';
import { transition } from '../../src/domain/transition.ts';
import type { Recommendation } from '../../src/domain/types/recommendation.ts';
import type { RefusalCode } from '../../src/domain/types/refusal.ts';
import {
  alertOf,
  askOf,
  diagnosisOf,
  executionOf,
  incidentOf,
  planOf,
  RANG,
  recommendationOf,
  T0,
} from '../domain/examples.ts';

/** Random orders of all events with clock jumps, against the laws that the machine alone can break. */

const options: Recommendation[] = ['digest-1', 'digest-2', 'digest-3'].map((digest, index) =>
  recommendationOf({
    stepIndex: index,
    step: { action: `action_${index}`, rung: 'remediate', threshold: 0, confidence: 0.5, params: {} },
    plan: planOf({ digest, action: `action_${index}`, reversible: index !== 1 }),
  }),
);
const option = fc.constantFrom(...options);
const digest = fc.constantFrom('digest-1', 'digest-2', 'digest-3', 'digest-of-nothing');
const user = fc.constantFrom('U1', 'U2');
const how = { withinMs: 300_000, steadyMs: 60_000 };
const verdict = fc.constantFrom('recovered' as const, 'unchanged' as const, 'worse' as const, 'unknown' as const);
const code = fc.constantFrom<RefusalCode>(
  'paused',
  'locked',
  'rollout_in_progress',
  'plan_changed',
  'target_gone',
  'resolved',
  'not_measured',
  'other_trouble',
  'too_late',
  'pdb_blocks',
  'observe_only',
);
const decision = fc.oneof(
  option.map((recommendation) => ({ kind: 'auto' as const, recommendation, options: [], reason: '' })),
  fc
    .record({
      recommendation: option,
      atTimeout: fc.constantFrom('execute' as const, 'escalate' as const, 'watch' as const),
    })
    .map((one) => askOf({ ...one, options })),
  fc.constant({ kind: 'hold' as const, untilMs: T0 + 60_000, reason: '' }),
  fc.constant({ kind: 'escalate' as const, options, reason: '' }),
);

type Timeless = Event extends infer E ? (E extends Event ? Omit<E, 'at'> : never) : never;
const event: fc.Arbitrary<Timeless> = fc.oneof(
  fc.record({
    type: fc.constant('alerts' as const),
    alerts: fc.array(
      fc
        .record({
          fingerprint: fc.constantFrom('a', 'b'),
          status: fc.constantFrom('firing' as const, 'resolved' as const),
        })
        .map(alertOf),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  decision.map((one) => ({ type: 'diagnosed' as const, diagnosis: diagnosisOf(), decision: one, skippedSteps: [] })),
  fc.constantFrom(
    { type: 'watch_ended' as const },
    { type: 'deadline_reached' as const },
    { type: 'repage_due' as const },
    { type: 'page_resolved' as const },
  ),
  digest.map((planDigest) => ({
    ...RANG,
    planDigest,
  })),
  digest.map((planDigest) => ({ type: 'paged' as const, dedupKey: 'k', planDigest })),
  fc.record({ type: fc.constant('approved' as const), user, planDigest: digest }),
  fc.record({ type: fc.constant('option_chosen' as const), user, planDigest: digest, asApproval: fc.boolean() }),
  fc.record({
    type: fc.constant('rejected' as const),
    user,
    how: fc.constantFrom('next' as const, 'escalate' as const, 'false_alarm' as const),
  }),
  fc.record({ type: fc.constant('held' as const), user, forMs: fc.integer({ min: 0, max: 3_600_000 }) }),
  fc.integer({ min: 1, max: 5 }).map((n) => ({ type: 'authorised' as const, execution: executionOf({ id: `e${n}` }) })),
  fc
    .record({ code, fresh: fc.option(option) })
    .map((one) => ({ type: 'refused' as const, refusal: { code: one.code, message: '' }, fresh: one.fresh })),
  fc.constant({ type: 'executed' as const, undo: null, message: '', verify: how }),
  fc
    .boolean()
    .map((changed) => ({ type: 'execution_failed' as const, changed, refusal: null, message: '', verify: how })),
  verdict.map((one) => ({ type: 'verified' as const, verification: { verdict: one, at: T0, message: '' } })),
  fc.constant({ type: 'sampled' as const, sample: { at: T0, healthy: true, severity: 0, worse: false, message: '' } }),
  fc.constantFrom(
    { type: 'undone' as const, message: '' },
    { type: 'undo_failed' as const, message: '' },
    { type: 'resolved' as const, message: '' },
  ),
  fc.record({ type: fc.constantFrom('undo_asked' as const, 'page_asked' as const), user }),
  fc.record({ type: fc.constant('acknowledged' as const), by: user }),
);
/** Mostly seconds, sometimes a jump of hours, as after a crash. */
const gapMs = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 120_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 24 * 3_600_000 }) },
);
const history = fc.array(fc.tuple(event, gapMs), { maxLength: 60 });

function everyStep(check: (before: Incident, event: Event, after: Incident, effects: string[]) => boolean): void {
  fc.assert(
    fc.property(history, (steps) => {
      let incident = incidentOf();
      let at = T0;
      for (const [timeless, gap] of steps) {
        at += gap;
        const happened = { ...timeless, at } as Event;
        const made = transition(incident, happened);
        if (
          !check(
            incident,
            happened,
            made.incident,
            made.effects.map((effect) => effect.kind),
          )
        )
          return false;
        incident = made.incident;
      }
      return true;
    }),
    { numRuns: 2_000 },
  );
}

describe('the laws, over random histories', () => {
  it('3: an approval, a deadline or a rejection wins once; the loser changes nothing', () => {
    everyStep((before, happened, after) => {
      const isClick = happened.type === 'approved' || happened.type === 'option_chosen';
      if (!isClick || after.state.name !== 'queued') return true;
      return (
        before.state.name === 'awaiting_approval' || before.state.name === 'escalated' || before.state === after.state
      );
    });
  });

  it('3: what is queued by a person is exactly the plan whose digest was approved', () => {
    everyStep((before, happened, after) => {
      if (happened.type !== 'approved' || before.state === after.state || after.state.name !== 'queued') return true;
      return after.state.recommendation.plan.digest === happened.planDigest;
    });
  });

  it('4: a deadline executes only after confirmed delivery, at its time, at most a minute late, and only if it was said to', () => {
    everyStep((before, happened, after) => {
      if (after.state.name !== 'queued' || after.state.authority.by !== 'timeout' || before.state.name === 'queued')
        return true;
      const { state } = before;
      if (state.name !== 'awaiting_approval' || state.deadline === null || state.deliveredAt === null) return false;
      return (
        state.atTimeout === 'execute' && happened.at >= state.deadline && happened.at - state.deadline <= MAX_LATE_MS
      );
    });
  });

  it('4: stopping never starts anything: after a reject or a hold nothing is queued', () => {
    everyStep(
      (before, happened, after) =>
        (happened.type !== 'rejected' && happened.type !== 'held') ||
        before.state.name === 'queued' ||
        after.state.name !== 'queued',
    );
  });

  it('2: only an authorised incident executes, and only from the queue', () => {
    everyStep((before, happened, after, effects) => {
      if (!effects.includes('execute')) return true;
      return before.state.name === 'queued' && happened.type === 'authorised' && after.state.name === 'executing';
    });
  });

  it('7: healed means verified recovered, or gone by itself after a step; no data is never success', () => {
    everyStep((before, happened, after) => {
      if (after.state.name !== 'closed' || before.state.name === 'closed' || after.state.outcome !== 'healed')
        return true;
      if (happened.type === 'verified') return happened.verification.verdict === 'recovered';
      return happened.type === 'resolved' && before.executions.some((run) => run.result === 'done');
    });
  });

  it('7: every carried-out step is verified before anything else follows', () => {
    everyStep(
      (before, happened, after) =>
        happened.type !== 'executed' || before.state.name !== 'executing' || after.state.name === 'verifying',
    );
  });

  it('7: worse leads to undo, and undo always to a person', () => {
    everyStep((before, happened, after) => {
      if (
        before.state.name === 'verifying' &&
        happened.type === 'verified' &&
        happened.verification.verdict === 'worse'
      )
        return after.state.name === 'undoing';
      if (before.state.name === 'undoing' && before.state !== after.state) return after.state.name === 'escalated';
      return true;
    });
  });

  it('a closed incident stays closed, but for undo', () => {
    everyStep(
      (before, happened, after) =>
        before.state.name !== 'closed' ||
        after.state.name === 'closed' ||
        (happened.type === 'undo_asked' && after.state.name === 'undoing'),
    );
  });

  it('a state that waits always has work due that ends the wait', () => {
    const ends: Record<string, string[]> = {
      noticed: ['diagnose'],
      watching: ['watch'],
      queued: ['act'],
      executing: ['execute'],
      verifying: ['verify'],
      undoing: ['undo'],
      escalated: ['page'],
    };
    everyStep((before, _happened, after, effects) => {
      const wanted = ends[after.state.name];
      return !wanted || before.state.name === after.state.name || wanted.some((kind) => effects.includes(kind));
    });
  });

  it('everything that it keeps is bounded but for the record of steps and alerts seen', () => {
    everyStep(
      (_before, _happened, after) =>
        after.alerts.length <= 100 &&
        after.anomalies.length <= 20 &&
        (after.state.name !== 'verifying' || after.state.samples.length <= MAX_SAMPLES),
    );
  });

  it('counts every save', () => {
    everyStep((before, _happened, after) => after.version === before.version + 1);
  });
});
