import { describe, expect, it } from 'vitest';
import type { Incident } from '../../../src/domain/incident.ts';
import type { Event } from '../../../src/domain/incident-event.ts';
import { outcomeRecord } from '../../../src/domain/proof/outcome-record.ts';
import { OFFICE_HOURS, workingHours } from '../../../src/domain/proof/working-hours.ts';
import { transition } from '../../../src/domain/transition.ts';
import { alertOf, askOf, diagnosisOf, executionOf, incidentOf, RANG, recommendationOf, T0 } from '../examples.ts';

const S = 1_000;
const office = workingHours(OFFICE_HOURS);

/** What an incident is after these events. */
const after = (start: Incident, ...events: Event[]): Incident =>
  events.reduce((incident, event) => transition(incident, event).incident, start);
const alerts = (at: number, over: Parameters<typeof alertOf>[0] = {}): Event => ({
  type: 'alerts',
  at,
  alerts: [alertOf({ startsAt: T0 - 60 * S, ...over })],
});
const execution = executionOf({
  startedAt: T0 + 40 * S,
  authority: { by: 'person', user: 'U_ONCALL', at: T0 + 35 * S },
});
const asked = (at: number): Event => ({
  ...{ type: 'diagnosed', at, skippedSteps: [] },
  diagnosis: diagnosisOf({ at }),
  decision: askOf(),
});
const verify = { withinMs: 60 * S, steadyMs: 10 * S };
const sample = (at: number, healthy: boolean, goneEarly?: true): Event => ({
  ...{ type: 'sampled', at },
  sample: { at, healthy, severity: 0, worse: false, message: '', ...(goneEarly ? { goneEarly } : {}) },
});
const verified = (at: number, verdict: 'recovered' | 'worse'): Event => ({
  ...{ type: 'verified', at },
  verification: { verdict, at, message: 'looked' },
});
const approved: Event = { type: 'approved', at: T0 + 35 * S, user: 'U_ONCALL', planDigest: 'digest-1' };

const untilVerifying = [
  alerts(T0 + S),
  asked(T0 + 5 * S),
  { ...RANG, at: T0 + 6 * S, planDigest: 'digest-1' },
  { type: 'delivered', at: T0 + 7 * S, channel: 'C1', ts: '1.2', digest: 'd', threaded: 0 },
  { type: 'paged', at: T0 + 7 * S, dedupKey: 'k', planDigest: 'digest-1' },
  approved,
  { type: 'authorised', at: T0 + 40 * S, execution },
  { type: 'executed', at: T0 + 50 * S, undo: null, message: 'done', verify },
] as Event[];

describe('how an incident ended', () => {
  it('is known with every instant on the way', () => {
    const incident = after(
      incidentOf(),
      ...untilVerifying,
      sample(T0 + 60 * S, true),
      alerts(T0 + 70 * S, { status: 'resolved', endsAt: T0 + 65 * S }),
      verified(T0 + 80 * S, 'recovered'),
    );
    expect(outcomeRecord(incident, office)).toEqual({
      schema: 1,
      id: 'INC-1',
      cluster: 'test',
      namespace: 'shop',
      service: 'payment-api',
      outcome: 'healed',
      proposal: false,
      issue: 'crash_loop',
      cause: { what: 'rollout', kind: 'Deployment', namespace: 'shop', name: 'payment-api' },
      playbook: 'crash_loop',
      steps: [
        {
          ...{ action: 'rollback_deployment', target: 'Deployment shop/payment-api', cause: 'rollout' },
          ...{ confidence: 0.92, by: 'person', at: T0 + 40 * S, verdict: 'recovered' },
          ...{ worked: true, changed: true, undone: false },
        },
      ],
      decidedBy: 'person',
      feedback: null,
      rejected: null,
      rejectReason: null,
      byPerson: true,
      // A Sunday at 3 in the morning.
      called: { at: T0 + 7 * S, inWorkingHours: false },
      hurt: [],
      post: { channel: 'C1', ts: '1.2' },
      began: T0 - 60 * S,
      noticed: T0,
      diagnosed: T0 + 5 * S,
      recommended: T0 + 5 * S,
      decided: T0 + 35 * S,
      changed: T0 + 50 * S,
      verified: T0 + 80 * S,
      over: T0 + 60 * S,
    });
  });

  it('is known of those only that have ended', () => {
    expect(outcomeRecord(after(incidentOf(), ...untilVerifying), office)).toBeNull();
  });

  it('holds nobody’s name, and stays small however long the names are', () => {
    const name = 'a'.repeat(500);
    const plan = recommendationOf().plan;
    const long = recommendationOf({ plan: { ...plan, target: { ...plan.target, name } } });
    const incident = after(
      incidentOf({ executions: Array.from({ length: 40 }, () => executionOf({ recommendation: long })) }),
      { type: 'closed_by_human', at: T0 + S, user: 'U_ONCALL', outcome: 'healed_by_human' },
      ...untilVerifying,
      verified(T0 + 80 * S, 'worse'),
      { type: 'undone', at: T0 + 90 * S, message: 'back' },
      { type: 'closed_by_human', at: T0 + 95 * S, user: 'U_ONCALL', outcome: 'healed_by_human' },
    );
    const text = JSON.stringify(outcomeRecord(incident, office));
    expect(text).not.toContain('U_ONCALL');
    expect(text.length).toBeLessThan(5_000);
  });

  it('says of a step that made it worse that it was undone, and of one that came too late to help that nobody knows', () => {
    const worse = after(
      incidentOf(),
      ...untilVerifying,
      verified(T0 + 80 * S, 'worse'),
      { type: 'undone', at: T0 + 90 * S, message: 'back' },
      { type: 'closed_by_human', at: T0 + 95 * S, user: 'U_ONCALL', outcome: 'healed_by_human' },
    );
    expect(outcomeRecord(worse, office)).toMatchObject({
      outcome: 'healed_by_human',
      steps: [{ verdict: 'worse', worked: false, undone: true }],
    });
    const early = after(
      incidentOf(),
      ...untilVerifying,
      sample(T0 + 60 * S, true, true),
      alerts(T0 + 70 * S, { status: 'resolved', endsAt: T0 + 65 * S }),
      verified(T0 + 80 * S, 'recovered'),
    );
    expect(outcomeRecord(early, office)?.steps).toMatchObject([{ verdict: 'recovered', worked: null }]);
  });

  it('tells what a person did from what went by itself', () => {
    const alone = after(incidentOf(), alerts(T0 + S), { type: 'resolved', at: T0 + 9 * S, message: 'over' });
    expect(outcomeRecord(alone, office)).toMatchObject({
      ...{ outcome: 'self_healed', byPerson: false, called: null, decidedBy: 'nobody', decided: null, steps: [] },
    });
    const refused = after(incidentOf(), alerts(T0 + S), asked(T0 + 5 * S), {
      ...{ type: 'rejected', at: T0 + 9 * S, user: 'U_GUEST', how: 'false_alarm' },
    });
    const said = after(refused, { type: 'feedback', at: T0 + 20 * S, user: 'U_GUEST', right: false });
    expect(outcomeRecord(said, office)).toMatchObject({
      ...{ outcome: 'false_alarm', byPerson: true, rejected: 'false_alarm', feedback: 'wrong' },
    });
  });
});

describe('working hours', () => {
  it('are those of the clocks of their timezone', () => {
    const berlin = workingHours({ timezone: 'Europe/Berlin', days: [1, 2, 3, 4, 5], from: 540, to: 1020 });
    expect(berlin(Date.parse('2026-07-06T07:00:00Z'))).toBe(true);
    expect(berlin(Date.parse('2026-07-06T06:59:59Z'))).toBe(false);
    expect(berlin(Date.parse('2026-07-06T15:00:00Z'))).toBe(false);
    expect(berlin(Date.parse('2026-12-07T07:30:00Z'))).toBe(false);
    expect(berlin(Date.parse('2026-07-05T10:00:00Z'))).toBe(false);
  });
});
