import { describe, expect, it } from 'vitest';
import { incidentFor } from '../../src/domain/group.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { Event } from '../../src/domain/incident-event.ts';
import { figuresOf } from '../../src/domain/proof/outcome-figures.ts';
import { outcomeRecord } from '../../src/domain/proof/outcome-record.ts';
import { isProposal, PROPOSAL_MS, proposalKeyOf } from '../../src/domain/proposal.ts';
import { transition } from '../../src/domain/transition.ts';
import { alertOf, askOf, diagnosisOf, executionOf, incidentOf, RANG, recommendationOf, T0 } from './examples.ts';

const proposal = (over: Partial<Incident> = {}): Incident => {
  const incident = incidentOf(over);
  return { ...incident, groupKey: proposalKeyOf(incident) };
};
const asked = (): Incident =>
  transition(proposal(), { type: 'diagnosed', at: T0, diagnosis: diagnosisOf(), decision: askOf(), skippedSteps: [] })
    .incident;
const delivered: Event = { ...RANG, at: T0 + 1_000, planDigest: 'digest-1' };
const next = (incident: Incident, ...events: Event[]): Incident =>
  events.reduce((now, event) => transition(now, event).incident, incident);

describe('a proposal', () => {
  it('lapses when nobody answers, whatever was to be done at the timeout, and pages nobody', () => {
    const incident = next(asked(), delivered);
    expect(incident.state).toMatchObject({ name: 'awaiting_approval', timeoutMs: PROPOSAL_MS, atTimeout: 'expire' });
    const { incident: after, effects } = transition(incident, {
      type: 'deadline_reached',
      at: T0 + 1_000 + PROPOSAL_MS,
    });
    expect(after.state).toMatchObject({ name: 'closed', outcome: 'lapsed' });
    expect(effects.map(({ kind }) => kind)).toEqual(['notify']);
  });

  it('lapses when it is turned down or not needed any more', () => {
    const rejected = next(asked(), delivered, { type: 'rejected', at: T0 + 2_000, user: 'U1', how: 'next' });
    expect(rejected.state).toMatchObject({ name: 'closed', outcome: 'lapsed' });
    const needless = next(asked(), delivered, { type: 'resolved', at: T0 + 2_000, message: 'KEDA scales it' });
    expect(needless.state).toMatchObject({ name: 'closed', outcome: 'lapsed' });
  });

  it('calls a person once something was changed and can not be told to have worked', () => {
    const run = executionOf({ result: 'done' });
    const verifying = proposal({
      state: { name: 'verifying', execution: run, since: T0, until: T0 + 60_000, steadyMs: 0, samples: [] },
      diagnosis: diagnosisOf(),
      options: [recommendationOf()],
      executions: [run],
    });
    const after = next(verifying, {
      type: 'verified',
      at: T0 + 60_000,
      verification: { verdict: 'unknown', at: T0 + 60_000, message: 'no data' },
    });
    expect(after.state.name).toBe('escalated');
  });

  it('keeps to itself: trouble of the same service opens an incident of its own, and no figure counts it', () => {
    const open = asked();
    expect(isProposal(open)).toBe(true);
    const subject = { cluster: open.cluster, namespace: open.namespace, service: open.service };
    expect(incidentFor(alertOf(), subject, [open], new Map(), T0)).toBeNull();
    expect(incidentFor(alertOf(), subject, [incidentOf()], new Map(), T0)?.id).toBe(open.id);
    const lapsed = transition(open, { type: 'resolved', at: T0 + 1_000, message: 'over' }).incident;
    const ended = outcomeRecord(lapsed, () => true);
    expect(ended).toMatchObject({ outcome: 'lapsed', proposal: true });
    expect(figuresOf(ended ? [ended] : []).incidents).toBe(0);
  });
});
