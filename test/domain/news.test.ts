import { describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import type { Event } from '../../src/domain/incident-event.ts';
import type { State } from '../../src/domain/incident-state.ts';
import { pageFor } from '../../src/domain/pages.ts';
import { allResolved, newsSince } from '../../src/domain/record-facts.ts';
import { transition } from '../../src/domain/transition.ts';
import type { Decision } from '../../src/domain/types/decision.ts';
import { alertOf, askOf, diagnosisOf, executionOf, incidentOf, planOf, recommendationOf, T0 } from './examples.ts';

/** What comes to an incident that a person has, or that asks or verifies, is looked at. */

const DAYS = 86_400_000;
const at = T0 + 2 * DAYS;
const acknowledged: State = {
  name: 'escalated',
  why: 'there is no playbook',
  level: 1,
  acknowledgedBy: 'U1',
  since: T0,
};
const asking: State = {
  name: 'awaiting_approval',
  recommendation: recommendationOf(),
  planDigest: 'digest-1',
  timeoutMs: 300_000,
  atTimeout: 'execute',
  deliveredAt: T0,
  deadline: T0 + 300_000,
  held: null,
  asked: 1,
  since: T0,
  reason: '',
};
const verifying: State = {
  name: 'verifying',
  execution: executionOf(),
  since: T0,
  until: T0 + 1,
  steadyMs: 1,
  samples: [],
};
const warned = (state: State): Incident =>
  incidentOf({
    alerts: [alertOf({ name: 'KubeHpaMaxedOut', fingerprint: 'old', labels: { severity: 'warning' } })],
    diagnosis: diagnosisOf({ issue: { kind: 'high_latency', severity: 2, unit: 's', message: 'p99 2 s' } }),
    state,
    alertedAt: T0,
  });
const crash = alertOf({
  name: 'KubePodCrashLooping',
  fingerprint: 'new',
  startsAt: at,
  labels: { severity: 'critical' },
});
const comes = (incident: Incident, alerts = [crash]) => transition(incident, { type: 'alerts', at, alerts });
const kinds = (made: ReturnType<typeof transition>) => made.effects.map(({ kind }) => kind);
const looked = (incident: Incident, decision: Decision, severity = 4) =>
  transition(incident, {
    type: 'diagnosed',
    at: at + 10_000,
    diagnosis: diagnosisOf({
      at: at + 10_000,
      issue: { kind: 'crash_loop', severity, unit: 'restarts', message: 'it crashes' },
    }),
    decision,
    skippedSteps: [],
  } as Event);
const helpless: Decision = { kind: 'escalate', options: [], reason: 'no step qualifies' };

describe('a newly firing alert', () => {
  it.each([
    ['with a person', acknowledged],
    ['asking', asking],
    ['verifying', verifying],
  ])('in an incident that is %s leads to a diagnosis', (_where, state) => {
    expect(kinds(comes(warned(state)))).toContain('diagnose');
    expect(comes(warned(state)).incident.state.name).toBe(state.name);
  });

  it('is no news when it is known to fire, ends, or is only for information', () => {
    const known = comes(warned(acknowledged)).incident;
    const again = transition(known, {
      type: 'diagnosed',
      at,
      diagnosis: diagnosisOf(),
      decision: helpless,
      skippedSteps: [],
    }).incident;
    for (const alert of [
      crash,
      { ...crash, status: 'resolved' as const },
      alertOf({ fingerprint: 'x', labels: { severity: 'info' } }),
    ])
      expect(kinds(comes(again, [alert]))).not.toContain('diagnose');
  });

  it('that comes while a step runs is looked at once that is over', () => {
    const executing: State = { name: 'executing', execution: executionOf(), progress: null };
    const came = comes(warned(executing));
    expect(kinds(came)).not.toContain('diagnose');
    const how = { withinMs: 1, steadyMs: 1 };
    expect(kinds(transition(came.incident, { type: 'executed', at, undo: null, message: '', verify: how }))).toContain(
      'diagnose',
    );
  });
});

describe('an anomaly in an incident that is with a person', () => {
  const finding = {
    kind: 'anomaly' as const,
    about: { kind: 'Deployment' as const, namespace: 'shop', name: 'payment-api' },
    at,
    what: 'errors',
    message: '90 % of requests fail',
    strength: 0.999,
    value: { observed: 0.9, low: 0, high: 0.01, unit: 'ratio' },
  };
  it('is looked at when it is of another kind or much more, and not each minute anew', () => {
    const seen = transition(warned(acknowledged), { type: 'anomaly_seen', at, finding });
    expect(kinds(seen)).toContain('diagnose');
    const { news: _looked, ...quiet } = seen.incident;
    expect(kinds(transition(quiet, { type: 'anomaly_seen', at, finding }))).not.toContain('diagnose');
    const more = { ...finding, value: { ...finding.value, observed: 9 } };
    expect(kinds(transition(quiet, { type: 'anomaly_seen', at, finding: more }))).toContain('diagnose');
  });
});

describe('a look at news', () => {
  it('that finds it worse calls a person anew, under a page of its own, though somebody had acknowledged', () => {
    const before: Incident = {
      ...warned(acknowledged),
      pages: [{ dedupKey: 'nightshift-test-INC-1-person-1', status: 'acknowledged', at: T0 }],
    };
    const made = looked(comes(before).incident, helpless);
    expect(made.incident.state).toMatchObject({
      name: 'escalated',
      acknowledgedBy: null,
      level: 1,
      since: at + 10_000,
    });
    expect(kinds(made)).toContain('page');
    expect(pageFor(made.incident, { critical: false, listed: true })?.about).not.toBe('person-1');
  });

  it('that finds nothing worse leaves it with who has it, and pages nobody', () => {
    const same = { ...warned(acknowledged), diagnosis: diagnosisOf() };
    const lower = alertOf({ fingerprint: 'new', startsAt: at, labels: { severity: 'warning' } });
    const made = looked(comes(same, [lower]).incident, helpless);
    expect(made.incident.state).toEqual(acknowledged);
    expect(kinds(made)).not.toContain('page');
  });

  it('never acts by itself where a person has it: it asks', () => {
    const auto: Decision = { kind: 'auto', recommendation: recommendationOf(), options: [], reason: '' };
    expect(looked(comes(warned(acknowledged)).incident, auto).incident.state).toMatchObject({
      name: 'awaiting_approval',
      atTimeout: 'escalate',
    });
  });

  it('leaves an open question as it was shown, or asks another', () => {
    const open = comes(warned(asking)).incident;
    expect(looked(open, askOf()).incident.state).toEqual(asking);
    const other = recommendationOf({ plan: planOf({ digest: 'digest-9' }) });
    expect(looked(open, askOf({ recommendation: other })).incident.state).toMatchObject({
      planDigest: 'digest-9',
      deliveredAt: null,
    });
  });

  it('pages while a step is verified, and leaves the verification alone', () => {
    const made = looked(comes(warned(verifying)).incident, helpless);
    expect(made.incident.state).toEqual(verifying);
    expect(made.incident.diagnosis?.issue.kind).toBe('high_latency');
    expect(kinds(made)).toContain('page');
  });
});

describe('more alerts than are kept in full', () => {
  it('are not over while one of them fires', () => {
    const many = Array.from({ length: 101 }, (_, n) => alertOf({ fingerprint: `f${n}` }));
    let incident = transition(incidentOf(), { type: 'alerts', at: T0, alerts: many }).incident;
    const ended = incident.alerts.map((alert) => ({ ...alert, status: 'resolved' as const, endsAt: T0 + 1 }));
    incident = transition(incident, { type: 'alerts', at: T0 + 1, alerts: ended }).incident;
    expect(incident.alerts).toHaveLength(100);
    expect(allResolved(incident)).toBe(false);
    const last = { ...many[100]!, status: 'resolved' as const, endsAt: T0 + 2 };
    incident = transition(incident, { type: 'alerts', at: T0 + 2, alerts: [last] }).incident;
    expect(allResolved(incident)).toBe(true);
    expect(incident.alertCount).toBe(101);
  });
  it('hold nothing beyond those where they are only for information', () => {
    const info = { severity: 'info' };
    const many = Array.from({ length: 101 }, (_, n) =>
      alertOf({ fingerprint: `f${n}`, ...(n > 0 ? { labels: info } : {}) }),
    );
    const incident = transition(incidentOf(), { type: 'alerts', at: T0, alerts: many }).incident;
    const over = { ...many[0]!, status: 'resolved' as const, endsAt: T0 + 1 };
    expect(allResolved(transition(incident, { type: 'alerts', at: T0 + 1, alerts: [over] }).incident)).toBe(true);
  });
});

describe('the same alert, firing again', () => {
  const over = { ...alertOf(), status: 'resolved' as const };
  const ended = transition(incidentOf({ alerts: [alertOf()] }), { type: 'alerts', at: T0, alerts: [over] }).incident;
  it('is older than its end when it comes at once, and news when it fires on: only its watcher had been away', () => {
    const soon = transition(ended, { type: 'alerts', at: T0 + 60_000, alerts: [alertOf()] }).incident;
    expect(allResolved(soon)).toBe(true);
    const later = transition(ended, { type: 'alerts', at: T0 + 180_000, alerts: [alertOf()] }).incident;
    expect(allResolved(later)).toBe(false);
  });

  it('after its incident was closed as healed is news once rules no longer look back so far', () => {
    const closed = incidentOf({
      alerts: [alertOf()],
      state: { name: 'closed', outcome: 'healed', why: '' },
      closedAt: T0,
    });
    expect(newsSince(closed, [alertOf()], T0 + 120_000)).toHaveLength(0);
    expect(newsSince(closed, [alertOf()], T0 + 200_000)).toHaveLength(1);
  });
});
