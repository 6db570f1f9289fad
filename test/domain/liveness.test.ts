import { describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import type { Event } from '../../src/domain/incident-event.ts';
import type { State } from '../../src/domain/incident-state.ts';
import { ACKNOWLEDGED_MS, HEARD_MS, livenessOf, PAUSED_HEARD_MS } from '../../src/domain/liveness.ts';
import { pageFor } from '../../src/domain/pages.ts';
import { callsWanted } from '../../src/domain/person-calls.ts';
import { transition } from '../../src/domain/transition.ts';
import { alertOf, askOf, diagnosisOf, executionOf, incidentOf, RANG, recommendationOf, T0 } from './examples.ts';

/** Law 13: whatever an incident is held for, somebody hears of it in time. */

const MINUTE = 60_000;
const settings = { unansweredMs: 15 * MINUTE, mode: 'act' as const };
const POLICY = { critical: false, listed: true };
const alerted = (over: Partial<Incident> = {}): Incident =>
  incidentOf({ alerts: [alertOf({ labels: { severity: 'critical' } })], alertedAt: T0, ...over });
const recommendation = recommendationOf();
const refusal = { code: 'rollout_in_progress' as const, message: 'its rollout is in progress' };

const HELD: [string, State][] = [
  ['a pause', { name: 'watching', until: T0, why: 'Nightshift is paused', waitsFor: 'pause' }],
  ['a storm', { name: 'watching', until: T0, why: 'many services fail at once', waitsFor: 'storm' }],
  ['the same cause', { name: 'watching', until: T0, why: 'INC-2 is about the same cause', waitsFor: 'same_cause' }],
  ['a threshold', { name: 'watching', until: T0, why: 'not severe enough yet' }],
  ['nothing that can be measured', { name: 'watching', until: T0, why: 'neither metrics nor objects show it' }],
  ['a diagnosis', { name: 'noticed', attempt: 9 }],
  ['refusals', { name: 'queued', recommendation, authority: { by: 'auto' }, notAfter: T0, tries: 9, waiting: refusal }],
  ['an undo', { name: 'undoing', execution: executionOf(), by: 'nightshift' }],
];

describe('an alerted incident that waits for', () => {
  it.each(HELD)('%s is heard of before the time is over: it rings, and it pages', (_what, state) => {
    const waiting = alerted({ state });
    expect(livenessOf(waiting, T0 + MINUTE, settings).kind).toBe('in_time');
    const live = livenessOf(waiting, T0 + 14 * MINUTE, settings);
    if (live.kind !== 'unheard') throw new Error(`it is ${live.kind}`);
    const { incident, effects } = transition(waiting, {
      type: 'unheard',
      at: T0 + 14 * MINUTE,
      why: live.why,
      loud: false,
    });
    expect(incident.state).toEqual(state);
    expect(effects.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['page', 'notify']));
    expect(callsWanted(incident)).toMatchObject([{ kind: 'person', why: live.why }]);
    expect(pageFor(incident, POLICY)).toMatchObject({ severity: 'critical', why: live.why });
  });
});

describe('somebody has heard of an incident', () => {
  const after = (incident: Incident, ...events: Event[]) =>
    events.reduce((one, event) => transition(one, event).incident, incident);
  const heardUntil = (incident: Incident, now: number) => {
    const live = livenessOf(incident, now, settings);
    return live.kind === 'heard' ? live.until : live.kind;
  };
  const watching = alerted({ state: { name: 'watching', until: T0, why: 'it waits' } });
  const rang: Event = { ...RANG, kind: 'person', about: 'unheard-1', at: T0, planDigest: null };

  it('when a post has rung or a page was sent, for a while', () => {
    for (const event of [rang, { type: 'paged', at: T0, dedupKey: 'k', planDigest: null } as const]) {
      const heard = after(watching, event);
      expect(heardUntil(heard, T0 + 20 * MINUTE)).toBe(T0 + HEARD_MS);
      expect(heardUntil(heard, T0 + HEARD_MS)).toBe('unheard');
    }
  });

  it('for an hour only while a pause holds it, which may have been forgotten', () => {
    const paused = after(alerted({ state: HELD[0]![1] }), rang);
    expect(heardUntil(paused, T0 + 20 * MINUTE)).toBe(T0 + PAUSED_HEARD_MS);
    expect(heardUntil(paused, T0 + PAUSED_HEARD_MS)).toBe('unheard');
  });

  it('when somebody acknowledged or holds it, with an end', () => {
    const escalated = alerted({ state: { name: 'escalated', why: '', level: 1, acknowledgedBy: null, since: T0 } });
    const acknowledged = after(escalated, { type: 'acknowledged', at: T0 + MINUTE, by: 'U1' });
    expect(heardUntil(acknowledged, T0 + HEARD_MS + MINUTE)).toBe(T0 + MINUTE + ACKNOWLEDGED_MS);
    expect(heardUntil(acknowledged, T0 + MINUTE + ACKNOWLEDGED_MS)).toBe('unheard');
  });

  it('not by the message that is only edited; where nothing is ever changed, that is enough', () => {
    const message = { channel: 'C', ts: '1', digest: '', at: T0, threaded: 0 };
    const shown = alerted({ state: watching.state, message });
    expect(livenessOf(shown, T0 + 14 * MINUTE, settings).kind).toBe('unheard');
    expect(livenessOf(shown, T0 + 14 * MINUTE, { ...settings, mode: 'observe' }).kind).toBe('heard');
  });

  it('is called for again, louder, while nothing has been delivered', () => {
    const called = after(watching, { type: 'unheard', at: T0 + 14 * MINUTE, why: 'w', loud: false });
    expect(livenessOf(called, T0 + 15 * MINUTE, settings)).toMatchObject({ kind: 'unheard', again: true });
  });
});

describe('nobody has to hear of', () => {
  it.each([
    ['what is over', alerted({ state: { name: 'closed', outcome: 'healed', why: '' } })],
    ['what no alert speaks of', incidentOf({ state: { name: 'watching', until: T0, why: '' } })],
    ['what is only for information', alerted({ alerts: [alertOf({ labels: { severity: 'info' } })] })],
    ['a proposal', alerted({ groupKey: 'test/shop/payment-api#demand' })],
  ])('%s', (_what, incident) => {
    expect(livenessOf(incident, T0 + 86_400_000, settings)).toEqual({ kind: 'exempt' });
  });
});

describe('from the first alert that isn’t only for information', () => {
  it('the time runs, once', () => {
    const first = transition(incidentOf(), { type: 'alerts', at: T0, alerts: [alertOf()] });
    expect(first.effects).toContainEqual({ kind: 'reach', dueAt: T0 });
    const again = transition(first.incident, {
      type: 'alerts',
      at: T0 + MINUTE,
      alerts: [alertOf({ fingerprint: 'f2' })],
    });
    expect(again.effects.some(({ kind }) => kind === 'reach')).toBe(false);
    expect(again.incident.alertedAt).toBe(T0);
  });

  it('a question pages for a critical service, one that nobody listed, and where the configuration says so', () => {
    const decided = { diagnosis: diagnosisOf(), decision: askOf(), skippedSteps: [] };
    const { state } = transition(incidentOf(), { type: 'diagnosed', at: T0, ...decided }).incident;
    const paged = (policy: Parameters<typeof pageFor>[1]) => pageFor(incidentOf({ state }), policy)?.about ?? null;
    const asks = expect.stringMatching(/^ask-/);
    expect(paged({ critical: false, listed: true })).toBeNull();
    expect(paged({ critical: true, listed: true })).toEqual(asks);
    expect(paged({ critical: false, listed: false })).toEqual(asks);
    expect(paged({ critical: false, listed: true, pageQuestions: true })).toEqual(asks);
  });
  it('and none for a Watchdog', () => {
    const quiet = transition(incidentOf(), {
      type: 'alerts',
      at: T0,
      alerts: [alertOf({ labels: { severity: 'none' } })],
    });
    expect(quiet.effects.some(({ kind }) => kind === 'reach')).toBe(false);
    const escalated: State = { name: 'escalated', why: '', level: 1, acknowledgedBy: null, since: T0 };
    expect(pageFor({ ...quiet.incident, state: escalated }, POLICY)).toBeNull();
    expect(callsWanted({ ...quiet.incident, state: escalated })).toEqual([]);
  });
});

it('a mute is a person who has it until then, and not for longer', () => {
  const state: State = { name: 'watching', until: T0 + 30 * MINUTE, why: 'it is muted', waitsFor: 'mute' };
  expect(livenessOf(alerted({ state }), T0 + 29 * MINUTE, settings).kind).toBe('heard');
  expect(livenessOf(alerted({ state }), T0 + 32 * MINUTE, settings).kind).toBe('unheard');
});
