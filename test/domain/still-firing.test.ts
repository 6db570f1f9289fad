import { describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import { transition } from '../../src/domain/transition.ts';
import { alertOf, executionOf, incidentOf, recommendationOf, T0 } from './examples.ts';

const firing = alertOf({ name: 'PaymentsErrorBudgetBurn' });
const verifying = (alerts = [firing]): Incident =>
  incidentOf({
    alerts,
    state: {
      name: 'verifying',
      execution: executionOf({ result: 'done' }),
      since: T0,
      until: T0 + 300_000,
      steadyMs: 60_000,
      samples: [],
    },
  });
const recovered = (incident: Incident) =>
  transition(incident, {
    type: 'verified',
    at: T0 + 90_000,
    verification: { verdict: 'recovered', at: T0 + 90_000, message: 'p99 is back to 40 ms' },
  }).incident;

describe('an alert that still fires', () => {
  it('keeps a step that recovered from closing its incident, and is named', () => {
    expect(recovered(verifying()).state).toMatchObject({
      name: 'watching',
      why: expect.stringMatching(/p99 is back to 40 ms. PaymentsErrorBudgetBurn still fires/),
    });
    expect(recovered(verifying([{ ...firing, status: 'resolved' }])).state).toMatchObject({ outcome: 'healed' });
  });
  it('holds nothing where nobody is to be woken for it', () => {
    const info = alertOf({ fingerprint: 'f2', name: 'CPUThrottlingHigh', labels: { severity: 'info' } });
    expect(recovered(verifying([{ ...firing, status: 'resolved' }, info])).state).toMatchObject({ outcome: 'healed' });
  });
  it('keeps it open though it is one of more than are kept in full', () => {
    const ended = { ...verifying([{ ...firing, status: 'resolved' }]), unkept: { f101: T0 } };
    expect(recovered(ended).state).toMatchObject({ name: 'watching', why: expect.stringContaining('1 more') });
  });
  it('is waited for: when it has ended and the trouble is measured to be gone, the incident is healed', () => {
    const waiting = recovered(verifying());
    const ended = transition(waiting, {
      type: 'alerts',
      at: T0 + 200_000,
      alerts: [{ ...firing, status: 'resolved' }],
    });
    expect(ended.effects.map(({ kind }) => kind)).toContain('confirm_gone');
    const closed = transition(ended.incident, { type: 'resolved', at: T0 + 220_000, message: 'well' });
    expect(closed.incident.state).toMatchObject({ name: 'closed', outcome: 'healed' });
  });
  it('keeps a step that is not needed any more from closing its incident', () => {
    const queued = incidentOf({
      alerts: [firing],
      state: {
        name: 'queued',
        recommendation: recommendationOf(),
        authority: { by: 'person', user: 'U1', at: T0 },
        notAfter: T0 + 900_000,
        tries: 0,
        waiting: null,
      },
    });
    const refusal = { code: 'resolved' as const, message: 'p99 is back to 40 ms' };
    const refused = (incident: Incident) =>
      transition(incident, { type: 'refused', at: T0 + 1_000, refusal, fresh: null }).incident.state;
    expect(refused(queued).name).toBe('watching');
    expect(refused({ ...queued, alerts: [] })).toMatchObject({ name: 'closed', outcome: 'self_healed' });
  });
});

it('that nobody can see whether it is over is kept, closes nothing, and is forgotten when it is measured again', () => {
  const watching = incidentOf({ state: { name: 'watching', until: T0, why: '' } });
  const { incident } = transition(watching, { type: 'unseen', at: T0, message: 'nobody can see' });
  expect(incident).toMatchObject({ state: { name: 'watching' }, unseen: { since: T0, message: 'nobody can see' } });
});
