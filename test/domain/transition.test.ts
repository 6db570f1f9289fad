import { describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import type { Event } from '../../src/domain/incident-event.ts';
import { MAX_ALERTS, MAX_LATE_MS } from '../../src/domain/incident-limits.ts';
import type { State } from '../../src/domain/incident-state.ts';
import { pageKey, questionName, stalePages } from '../../src/domain/pages.ts';
import { transition } from '../../src/domain/transition.ts';
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
} from './examples.ts';

const next = (incident: Incident, ...events: Event[]): Incident =>
  events.reduce((now, event) => transition(now, event).incident, incident);
const effectsOf = (incident: Incident, event: Event): string[] =>
  transition(incident, event).effects.map((effect) => effect.kind);
const inState = (state: State, over: Partial<Incident> = {}): Incident =>
  incidentOf({ state, diagnosis: diagnosisOf(), options: [recommendationOf()], ...over });

const other = recommendationOf({
  plan: planOf({
    digest: 'digest-2',
    target: { kind: 'Deployment', namespace: 'shop', name: 'payment-api', uid: 'uid-1' },
    action: 'scale_horizontal',
  }),
  step: { action: 'scale_horizontal', rung: 'mitigate', threshold: 0, confidence: 0.5, params: {} },
});
const awaiting = (over: Partial<Extract<State, { name: 'awaiting_approval' }>> = {}): State => ({
  name: 'awaiting_approval',
  recommendation: recommendationOf(),
  planDigest: 'digest-1',
  timeoutMs: 300_000,
  atTimeout: 'execute',
  deliveredAt: T0,
  deadline: T0 + 300_000,
  held: null,
  asked: 1,
  reason: '',
  ...over,
});
const queued = (authority: Extract<State, { name: 'queued' }>['authority'] = { by: 'auto' }): State => ({
  name: 'queued',
  recommendation: recommendationOf(),
  authority,
  notAfter: T0 + 60_000,
  tries: 0,
  waiting: null,
});
const verifying: State = {
  name: 'verifying',
  execution: executionOf({ result: 'done' }),
  since: T0,
  until: T0 + 300_000,
  steadyMs: 60_000,
  samples: [],
};
const escalated: State = { name: 'escalated', why: 'x', level: 1, acknowledgedBy: null, since: T0 };
const how = { withinMs: 300_000, steadyMs: 60_000 };

describe('the incident machine', () => {
  it.each<[string, State, Event, State['name']]>([
    [
      'noticed, diagnosed: ask',
      { name: 'noticed', attempt: 0 },
      { type: 'diagnosed', at: T0, diagnosis: diagnosisOf(), decision: askOf(), skippedSteps: [] },
      'awaiting_approval',
    ],
    [
      'noticed, diagnosed: auto',
      { name: 'noticed', attempt: 0 },
      {
        type: 'diagnosed',
        at: T0,
        diagnosis: diagnosisOf(),
        decision: { kind: 'auto', recommendation: recommendationOf(), options: [], reason: '' },
        skippedSteps: [],
      },
      'queued',
    ],
    [
      'noticed, diagnosed: hold',
      { name: 'noticed', attempt: 0 },
      {
        type: 'diagnosed',
        at: T0,
        diagnosis: diagnosisOf(),
        decision: { kind: 'hold', untilMs: T0 + 1, reason: '' },
        skippedSteps: [],
      },
      'watching',
    ],
    [
      'noticed, diagnosed: escalate',
      { name: 'noticed', attempt: 0 },
      {
        type: 'diagnosed',
        at: T0,
        diagnosis: diagnosisOf(),
        decision: { kind: 'escalate', options: [], reason: '' },
        skippedSteps: [],
      },
      'escalated',
    ],
    ['noticed, trouble gone', { name: 'noticed', attempt: 0 }, { type: 'resolved', at: T0, message: '' }, 'closed'],
    ['watching, watch ended', { name: 'watching', until: T0, why: '' }, { type: 'watch_ended', at: T0 }, 'noticed'],
    [
      'watching, a new alert',
      { name: 'watching', until: T0, why: '' },
      { type: 'alerts', at: T0, alerts: [alertOf()] },
      'noticed',
    ],
    [
      'watching, an anomaly',
      { name: 'watching', until: T0, why: '' },
      {
        type: 'anomaly_seen',
        at: T0,
        finding: {
          kind: 'anomaly',
          about: { kind: 'Deployment', namespace: 'shop', name: 'payment-api' },
          at: T0,
          what: 'latency',
          message: '',
          strength: 1,
        },
      },
      'noticed',
    ],
    ['awaiting, approved', awaiting(), { type: 'approved', at: T0, user: 'U1', planDigest: 'digest-1' }, 'queued'],
    [
      'awaiting, rejected, nothing left',
      awaiting(),
      { type: 'rejected', at: T0, user: 'U1', how: 'next' },
      'escalated',
    ],
    ['awaiting, false alarm', awaiting(), { type: 'rejected', at: T0, user: 'U1', how: 'false_alarm' }, 'closed'],
    ['awaiting, deadline', awaiting(), { type: 'deadline_reached', at: T0 + 300_000 }, 'queued'],
    [
      'awaiting, deadline, may not run',
      awaiting({ atTimeout: 'escalate' }),
      { type: 'deadline_reached', at: T0 + 300_000 },
      'escalated',
    ],
    [
      'awaiting, deadline, watch',
      awaiting({ atTimeout: 'watch' }),
      { type: 'deadline_reached', at: T0 + 300_000 },
      'watching',
    ],
    ['awaiting, trouble gone', awaiting(), { type: 'resolved', at: T0, message: '' }, 'closed'],
    ['queued, authorised', queued(), { type: 'authorised', at: T0, execution: executionOf() }, 'executing'],
    [
      'queued, refused for a lock',
      queued(),
      { type: 'refused', at: T0, refusal: { code: 'locked', message: '' }, fresh: null },
      'queued',
    ],
    [
      'queued, refused: plan changed',
      queued(),
      { type: 'refused', at: T0, refusal: { code: 'plan_changed', message: '' }, fresh: other },
      'awaiting_approval',
    ],
    [
      'queued, refused: trouble gone',
      queued(),
      { type: 'refused', at: T0, refusal: { code: 'resolved', message: '' }, fresh: null },
      'closed',
    ],
    [
      'queued, refused: target gone',
      queued(),
      { type: 'refused', at: T0, refusal: { code: 'target_gone', message: '' }, fresh: null },
      'watching',
    ],
    [
      'queued, refused: not measured',
      queued(),
      { type: 'refused', at: T0, refusal: { code: 'not_measured', message: '' }, fresh: null },
      'escalated',
    ],
    [
      'queued, refused: other trouble is left',
      queued(),
      { type: 'refused', at: T0, refusal: { code: 'other_trouble', message: '' }, fresh: null },
      'noticed',
    ],
    [
      'queued by timeout, paused',
      queued({ by: 'timeout', at: T0 }),
      { type: 'refused', at: T0, refusal: { code: 'paused', message: '' }, fresh: null },
      'awaiting_approval',
    ],
    [
      'executing, executed',
      { name: 'executing', execution: executionOf(), progress: null },
      { type: 'executed', at: T0, undo: null, message: '', verify: how },
      'verifying',
    ],
    [
      'executing, failed after a change',
      { name: 'executing', execution: executionOf(), progress: null },
      { type: 'execution_failed', at: T0, changed: true, refusal: null, message: '', verify: how },
      'verifying',
    ],
    [
      'executing, failed before any',
      { name: 'executing', execution: executionOf(), progress: null },
      { type: 'execution_failed', at: T0, changed: false, refusal: null, message: '', verify: how },
      'noticed',
    ],
    [
      'verifying, recovered',
      verifying,
      { type: 'verified', at: T0, verification: { verdict: 'recovered', at: T0, message: '' } },
      'closed',
    ],
    [
      'verifying, unchanged',
      verifying,
      { type: 'verified', at: T0, verification: { verdict: 'unchanged', at: T0, message: '' } },
      'noticed',
    ],
    [
      'verifying, contained: a person, not the next step',
      verifying,
      { type: 'verified', at: T0, verification: { verdict: 'unchanged', at: T0, message: '', contained: true } },
      'escalated',
    ],
    [
      'verifying, worse',
      verifying,
      { type: 'verified', at: T0, verification: { verdict: 'worse', at: T0, message: '' } },
      'undoing',
    ],
    [
      'verifying, unknown',
      verifying,
      { type: 'verified', at: T0, verification: { verdict: 'unknown', at: T0, message: '' } },
      'escalated',
    ],
    [
      'undoing, undone',
      { name: 'undoing', execution: executionOf(), by: 'U1' },
      { type: 'undone', at: T0, message: '' },
      'escalated',
    ],
    [
      'undoing, undo failed',
      { name: 'undoing', execution: executionOf(), by: 'U1' },
      { type: 'undo_failed', at: T0, message: '' },
      'escalated',
    ],
    [
      'escalated, a person takes a step',
      escalated,
      { type: 'approved', at: T0, user: 'U1', planDigest: 'digest-1' },
      'queued',
    ],
    ['escalated, trouble gone', escalated, { type: 'resolved', at: T0, message: '' }, 'closed'],
    [
      'escalated, closed by a person',
      escalated,
      { type: 'closed_by_human', at: T0, user: 'U1', outcome: 'healed_by_human' },
      'closed',
    ],
    [
      'closed, a late click',
      { name: 'closed', outcome: 'self_healed', why: '' },
      { type: 'approved', at: T0, user: 'U1', planDigest: 'digest-1' },
      'closed',
    ],
    [
      'executing, trouble gone by itself',
      { name: 'executing', execution: executionOf(), progress: null },
      { type: 'resolved', at: T0, message: '' },
      'executing',
    ],
    ['verifying, a click', verifying, { type: 'rejected', at: T0, user: 'U1', how: 'next' }, 'verifying'],
  ])('%s', (_title, state, event, expected) => {
    const { incident, timeline } = transition(inState(state), event);
    expect(incident.state.name).toBe(expected);
    expect(incident.version).toBe(1);
    expect(timeline.length).toBe(1);
  });

  it('records an event that the row does not name and changes no state', () => {
    const { incident, timeline } = transition(inState(verifying), {
      type: 'approved',
      at: T0,
      user: 'U1',
      planDigest: 'digest-1',
    });
    expect(incident.state).toEqual(verifying);
    expect(timeline[0]?.message).toContain('no effect');
  });

  it('undoes a change on request as long as it stands, whatever became of the incident', () => {
    const healed = inState(
      { name: 'closed', outcome: 'healed', why: '' },
      { executions: [executionOf({ result: 'done' })] },
    );
    expect(next(healed, { type: 'undo_asked', at: T0, user: 'U1' }).state.name).toBe('undoing');
    const selfHealed = inState(
      { name: 'closed', outcome: 'self_healed', why: '' },
      { executions: [executionOf({ result: 'done' })] },
    );
    expect(next(selfHealed, { type: 'undo_asked', at: T0, user: 'U1' }).state.name).toBe('undoing');
    const failed = { executions: [executionOf({ result: 'failed', changed: true })] };
    const away: State[] = [
      { name: 'escalated', why: '', level: 1, acknowledgedBy: null, since: T0 },
      { name: 'watching', until: T0, why: '' },
      { name: 'noticed', attempt: 1 },
    ];
    for (const state of away)
      expect(next(inState(state, failed), { type: 'undo_asked', at: T0, user: 'U1' }).state.name).toBe('undoing');
    const over = { executions: [executionOf({ result: 'done', undone: { at: T0, ok: true, message: '' } })] };
    for (const kept of [over, { executions: [executionOf({ result: 'failed' })] }])
      expect(next(inState(away[0]!, kept), { type: 'undo_asked', at: T0, user: 'U1' }).state.name).toBe('escalated');
  });

  it('does not approve another plan than the one that is shown', () => {
    expect(next(inState(awaiting()), { type: 'approved', at: T0, user: 'U1', planDigest: 'digest-2' }).state.name).toBe(
      'awaiting_approval',
    );
  });
});

describe('the deadline', () => {
  it('does not run before delivery of exactly this plan is confirmed', () => {
    const undelivered = inState(awaiting({ deliveredAt: null, deadline: null }));
    expect(next(undelivered, { type: 'deadline_reached', at: T0 + 10 * 300_000 }).state.name).toBe('awaiting_approval');
    const wrongPlan = next(undelivered, {
      ...RANG,
      at: T0,
      planDigest: 'digest-2',
    });
    expect(wrongPlan.state).toMatchObject({ deadline: null });
    const delivered = transition(undelivered, {
      ...RANG,
      at: T0 + 5,
      planDigest: 'digest-1',
    });
    expect(delivered.incident.state).toMatchObject({ deliveredAt: T0 + 5, deadline: T0 + 5 + 300_000 });
    expect(delivered.effects).toContainEqual({ kind: 'deadline', dueAt: T0 + 5 + 300_000 });
  });

  it('is not moved by a second confirmation', () => {
    const again = next(inState(awaiting()), { type: 'paged', at: T0 + 100_000, dedupKey: 'k', planDigest: 'digest-1' });
    expect(again.state).toMatchObject({ deadline: T0 + 300_000 });
  });

  it('never executes more than a minute late: asks again, then escalates', () => {
    const late = T0 + 300_000 + MAX_LATE_MS + 1;
    const asked = next(inState(awaiting()), { type: 'deadline_reached', at: late });
    expect(asked.state).toMatchObject({ name: 'awaiting_approval', deliveredAt: null, deadline: null, asked: 2 });
    expect(next(inState(awaiting({ asked: 2 })), { type: 'deadline_reached', at: late }).state.name).toBe('escalated');
  });

  it('does not act early', () => {
    expect(next(inState(awaiting()), { type: 'deadline_reached', at: T0 + 299_999 }).state.name).toBe(
      'awaiting_approval',
    );
  });

  it('is moved by a hold and never brought forward by one', () => {
    const held = next(inState(awaiting()), { type: 'held', at: T0, user: 'U_GUEST', forMs: 1_800_000 });
    expect(held.state).toMatchObject({ deadline: T0 + 1_800_000 });
    expect(next(inState(awaiting()), { type: 'held', at: T0, user: 'U_GUEST', forMs: 1_000 }).state).toMatchObject({
      deadline: T0 + 300_000,
    });
  });

  it('is asked anew when the time of whoever had it is over, and never runs at that moment', () => {
    const held = next(inState(awaiting()), { type: 'held', at: T0, user: 'U_GUEST', forMs: 1_800_000 });
    const over = next(held, { type: 'deadline_reached', at: T0 + 1_800_000 });
    expect(over.state).toMatchObject({
      name: 'awaiting_approval',
      held: null,
      deliveredAt: null,
      deadline: null,
      timeoutMs: 300_000,
      atTimeout: 'execute',
      asked: 1,
    });
    const short = next(inState(awaiting()), { type: 'held', at: T0, user: 'U_GUEST', forMs: 60_000 });
    expect(next(short, { type: 'deadline_reached', at: T0 + 300_000 }).state.name).toBe('queued');
  });

  it('waits half an hour for whoever says that they are on it, and no longer word is shortened by that', () => {
    const mine = next(inState(awaiting()), { type: 'acknowledged', at: T0, by: 'U_SECOND', here: true });
    expect(mine.state).toMatchObject({ deadline: T0 + 1_800_000, held: { by: 'U_SECOND', until: T0 + 1_800_000 } });
    const longer = next(inState(awaiting()), { type: 'held', at: T0, user: 'U_GUEST', forMs: 7_200_000 });
    expect(next(longer, { type: 'acknowledged', at: T0, by: 'U_SECOND' }).state).toMatchObject({
      deadline: T0 + 7_200_000,
    });
  });
});

describe('a rejection', () => {
  it('shows the next option, which then needs an answer', () => {
    const rejected = next(inState(awaiting(), { options: [recommendationOf(), other] }), {
      type: 'rejected',
      at: T0,
      user: 'U1',
      how: 'next',
    });
    expect(rejected.state).toMatchObject({ name: 'awaiting_approval', planDigest: 'digest-2', atTimeout: 'escalate' });
    expect(rejected.attempted).toEqual(['rollback_deployment@uid-1']);
  });
});

describe('alerts', () => {
  it('are kept once by fingerprint, and the newest word about each counts', () => {
    const both = next(
      incidentOf(),
      { type: 'alerts', at: T0, alerts: [alertOf(), alertOf()] },
      { type: 'alerts', at: T0 + 1, alerts: [alertOf({ status: 'resolved', endsAt: T0 + 1 })] },
    );
    expect(both.alerts).toHaveLength(1);
    expect(both.alertCount).toBe(1);
    expect(both.alerts[0]?.status).toBe('resolved');
  });

  it('stay resolved when the firing that was ended arrives late', () => {
    const late = next(
      incidentOf(),
      { type: 'alerts', at: T0 + 2, alerts: [alertOf({ status: 'resolved', endsAt: T0 + 1 })] },
      { type: 'alerts', at: T0 + 3, alerts: [alertOf()] },
    );
    expect(late.alerts[0]?.status).toBe('resolved');
  });

  it('are bounded, firing ones first, and all are counted', () => {
    const many = Array.from({ length: 1_000 }, (_, i) =>
      alertOf({ fingerprint: `f${i}`, status: i === 999 ? 'firing' : 'resolved', endsAt: T0 }),
    );
    const incident = next(incidentOf(), { type: 'alerts', at: T0, alerts: many });
    expect(incident.alerts).toHaveLength(MAX_ALERTS);
    expect(incident.alerts[0]?.status).toBe('firing');
    expect(incident.alertCount).toBe(1_000);
  });

  it('that are all resolved lead to a look, not to a conclusion', () => {
    const firing = inState(awaiting(), { alerts: [alertOf()] });
    const event: Event = { type: 'alerts', at: T0, alerts: [alertOf({ status: 'resolved', endsAt: T0 })] };
    expect(effectsOf(firing, event)).toContain('confirm_gone');
    expect(next(firing, event).state.name).toBe('awaiting_approval');
  });
});

describe('closing', () => {
  it('resolves the page, if there was one', () => {
    const paged = inState(awaiting(), { page: { dedupKey: 'k', status: 'triggered', at: T0 } });
    expect(effectsOf(paged, { type: 'resolved', at: T0, message: '' })).toContain('resolve_page');
    expect(effectsOf(inState(awaiting()), { type: 'resolved', at: T0, message: '' })).not.toContain('resolve_page');
  });
});

describe('a look while a change is verified', () => {
  const looked = (at: number): Event => {
    const sample = { at, healthy: true, severity: 0, worse: false, message: '' };
    return { type: 'sampled', at: T0 + 20_000, sample };
  };
  const samplesAfter = (event: Event) => (next(inState(verifying), event).state as typeof verifying).samples;

  it('counts from when the change was made: what somebody saw before says nothing of it', () => {
    expect(samplesAfter(looked(T0 + 10_000))).toHaveLength(1);
    expect(samplesAfter(looked(T0 - 60_000))).toEqual([]);
  });
});

describe('the page of a question', () => {
  const state = awaiting({ since: T0 }) as Extract<State, { name: 'awaiting_approval' }>;
  const asking = inState(state);
  const page = { dedupKey: pageKey(asking, questionName(state)), status: 'triggered' as const, at: T0 };
  const paged = { ...asking, page, pages: [page] };
  const approved: Event = { type: 'approved', at: T0, user: 'U_ONCALL', planDigest: state.planDigest };

  it('is resolved when the question is decided, and rings as long as it is open', () => {
    expect(effectsOf(paged, approved)).toContain('resolve_page');
    expect(effectsOf(paged, { type: 'noted', at: T0, by: null, message: '' })).not.toContain('resolve_page');
    expect(stalePages(paged)).toEqual([]);
    expect(stalePages(next(paged, approved))).toEqual([page]);
  });

  it('is resolved, too, where it was sent only when the question was decided', () => {
    const late: Event = { type: 'paged', at: T0, dedupKey: page.dedupKey, planDigest: state.planDigest };
    expect(effectsOf(next(asking, approved), late)).toContain('resolve_page');
  });
});

describe('who is on it', () => {
  const page = { dedupKey: 'k', status: 'triggered' as const, at: T0 };
  const paged = inState(escalated, { page, pages: [page] });

  it('is told to the pager where it was said here, and once', () => {
    const event: Event = { type: 'acknowledged', at: T0, by: 'U_SECOND', here: true };
    expect(effectsOf(paged, event)).toContain('resolve_page');
    const known = next(paged, event);
    expect(known.pages).toMatchObject([{ status: 'acknowledged', untold: true }]);
    expect(next(known, { type: 'page_acknowledged', at: T0, dedupKey: 'k' }).pages).toEqual([
      { dedupKey: 'k', status: 'acknowledged', at: T0 },
    ]);
    expect(effectsOf(paged, { type: 'acknowledged', at: T0, by: 'Ann' })).not.toContain('resolve_page');
  });
});

describe('why a step was turned down', () => {
  const rejected = next(inState(awaiting()), { type: 'rejected', at: T0, user: 'U_GUEST', how: 'next' });

  it('is kept with the step, and corrected when it is said again', () => {
    const step = recommendationOf().plan.summary;
    expect(rejected.rejections).toMatchObject([{ user: 'U_GUEST', step, reason: null }]);
    const said = next(
      rejected,
      { type: 'reason_given', at: T0, user: 'U_GUEST', reason: 'too_risky', note: 'a release is on' },
      { type: 'reason_given', at: T0, user: 'U_GUEST', reason: 'wrong_fix', note: '' },
      { type: 'reason_given', at: T0, user: 'U_SECOND', reason: 'false_alarm', note: '' },
    );
    expect(said.rejections).toMatchObject([{ user: 'U_GUEST', reason: 'wrong_fix', note: '' }]);
    expect(said.state).toEqual(rejected.state);
  });

  it('needs no question where it was called a false alarm', () => {
    const closed = next(inState(awaiting()), { type: 'rejected', at: T0, user: 'U_GUEST', how: 'false_alarm' });
    expect(closed.rejections).toMatchObject([{ reason: 'false_alarm' }]);
  });
});

it('an incident whose last step cured what it was aimed at is healed when the rest is over, too', () => {
  const verification = { verdict: 'unchanged' as const, at: T0, message: '', targetWell: true };
  const watching = { name: 'watching', until: T0 + 60_000, why: '' } as const;
  const resolved = { type: 'resolved', at: T0 + 30_000, message: 'over' } as const;
  const endOf = (targetWell: boolean) => {
    const run = executionOf({ result: 'done', verification: { ...verification, targetWell } });
    return transition(incidentOf({ state: watching, executions: [run] }), resolved).incident.state;
  };
  expect(endOf(true)).toMatchObject({ name: 'closed', outcome: 'healed' });
  expect(endOf(false)).toMatchObject({ name: 'closed', outcome: 'self_healed' });
});

describe('a late yes to what was run already', () => {
  const run = executionOf();
  const escalated: State = { name: 'escalated', why: '', level: 1, acknowledgedBy: null, since: T0 };
  const offered = inState(escalated, { executions: [run], options: [run.recommendation] });
  const planDigest = run.recommendation.plan.digest;

  it('starts it no second time, though the same plan is offered again; to choose it does', () => {
    expect(next(offered, { type: 'approved', at: T0, user: 'U_ONCALL', planDigest }).state.name).toBe('escalated');
    expect(
      next(offered, { type: 'option_chosen', at: T0, user: 'U_ONCALL', planDigest, asApproval: false }).state.name,
    ).toBe('queued');
  });
});
