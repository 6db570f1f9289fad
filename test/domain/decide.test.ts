import { describe, expect, it } from 'vitest';
import { type DecideInput, decide, patientUntil } from '../../src/domain/decide.ts';
import { strictest } from '../../src/domain/service-policy.ts';
import type { BlastRadius } from '../../src/domain/types/plan.ts';
import { diagnosisOf, planOf, recommendationOf, T0 } from './examples.ts';

const inputOf = (over: Partial<DecideInput> = {}): DecideInput => ({
  now: T0,
  mode: 'act',
  policy: { listed: true, critical: true, autonomy: 'auto', timeoutMs: 300_000, atTimeout: null, approvers: ['U1'] },
  diagnosis: diagnosisOf(),
  qualified: [recommendationOf()],
  refusals: [],
  paused: false,
  storm: false,
  sameCauseAs: null,
  attempts: 0,
  maxAttempts: 6,
  unmeasured: 0,
  measuredAt: null,
  isProposal: false,
  observeUntil: null,
  lowConfidence: false,
  settlingUntil: T0 - 1,
  hasPlaybook: true,
  belowThreshold: false,
  patientUntil: Number.POSITIVE_INFINITY,
  ...over,
});
const radius = (level: BlastRadius['level']): BlastRadius => ({
  level,
  podsAffected: 1,
  podsTotal: 3,
  services: [],
  message: '',
});
const sure = recommendationOf({ confidence: { value: 0.96, parts: [], worked: 0, tried: 0 } });
const policy = (over: Partial<DecideInput['policy']>) => ({ ...inputOf().policy, ...over });

it('never takes a step that only a person may start, however free the service is, nor at a deadline', () => {
  const free = policy({ critical: false, atTimeout: 'execute' });
  const step = recommendationOf({ plan: planOf({ onlyAsked: 'nobody knows how many there were' }) });
  expect(decide(inputOf({ policy: free, qualified: [recommendationOf()] }))).toMatchObject({ kind: 'auto' });
  expect(decide(inputOf({ policy: free, qualified: [step] }))).toMatchObject({
    kind: 'ask',
    atTimeout: 'escalate',
    reason: 'nobody knows how many there were',
  });
});

describe('the policy of a step that disturbs several services', () => {
  it('is the strictest of theirs, and needs somebody who may approve for all', () => {
    const free = policy({ critical: false, approvers: ['U1', 'U2'], timeoutMs: 60_000, atTimeout: 'execute' });
    expect(strictest([free])).toEqual(free);
    expect(strictest([free, policy({ autonomy: 'ask', approvers: ['U2'] })])).toEqual({
      listed: true,
      critical: true,
      autonomy: 'ask',
      timeoutMs: 300_000,
      atTimeout: null,
      approvers: ['U2'],
    });
    expect(
      strictest([free, policy({ listed: false, autonomy: 'observe', atTimeout: 'escalate' }), free]),
    ).toMatchObject({
      listed: false,
      autonomy: 'observe',
      atTimeout: 'escalate',
    });
  });
});

describe('deciding', () => {
  it('asks about a critical service, and runs at the timeout', () => {
    expect(decide(inputOf())).toMatchObject({ kind: 'ask', atTimeout: 'execute', timeoutMs: 300_000 });
  });

  it('acts on a critical service only above 95 % and with a low blast radius', () => {
    expect(decide(inputOf({ qualified: [sure] })).kind).toBe('auto');
    expect(decide(inputOf({ qualified: [{ ...sure, confidence: { ...sure.confidence, value: 0.95 } }] })).kind).toBe(
      'ask',
    );
    expect(decide(inputOf({ qualified: [{ ...sure, plan: planOf({ blastRadius: radius('medium') }) }] })).kind).toBe(
      'ask',
    );
  });

  it('asks about a service that nobody listed, however sure, and escalates at the timeout', () => {
    expect(decide(inputOf({ qualified: [sure], policy: policy({ listed: false }) }))).toMatchObject({
      kind: 'ask',
      atTimeout: 'escalate',
    });
  });

  it('never executes at a timeout when no approver is named, whatever is configured', () => {
    expect(decide(inputOf({ policy: policy({ approvers: [], atTimeout: 'execute' }) }))).toMatchObject({
      kind: 'ask',
      atTimeout: 'escalate',
    });
  });

  it('escalates at the timeout what cannot be undone and has a high blast radius, unless someone wrote otherwise', () => {
    const grave = recommendationOf({ plan: planOf({ reversible: false, blastRadius: radius('high') }) });
    expect(decide(inputOf({ qualified: [grave] }))).toMatchObject({ kind: 'ask', atTimeout: 'escalate' });
    expect(decide(inputOf({ qualified: [grave], policy: policy({ atTimeout: 'execute' }) }))).toMatchObject({
      atTimeout: 'execute',
    });
  });

  it('acts by itself on a service that is not critical, but asks about a high blast radius', () => {
    expect(decide(inputOf({ policy: policy({ critical: false }) })).kind).toBe('auto');
    const high = recommendationOf({ plan: planOf({ blastRadius: radius('high') }) });
    expect(decide(inputOf({ policy: policy({ critical: false }), qualified: [high] })).kind).toBe('ask');
  });

  it('does nothing about an alert that nothing measured confirms: looks again, then calls a person', () => {
    const unmeasured = diagnosisOf({ measured: false });
    expect(decide(inputOf({ diagnosis: unmeasured })).kind).toBe('hold');
    expect(decide(inputOf({ diagnosis: unmeasured, unmeasured: 2 })).kind).toBe('escalate');
  });

  it('waits for the alerts of trouble that was measured and is not any more, for ten minutes', () => {
    const faded = { diagnosis: diagnosisOf({ measured: false }), unmeasured: 9 };
    expect(decide(inputOf({ ...faded, measuredAt: T0 - 10 * 60_000 })).kind).toBe('hold');
    expect(decide(inputOf({ ...faded, measuredAt: T0 - 10 * 60_000 - 1 })).kind).toBe('escalate');
  });

  it('that no alert knows of wakes nobody while nothing is measured, however long', () => {
    const anomaly = { diagnosis: diagnosisOf({ measured: false }), observeUntil: T0 - 60_000 };
    const decision = decide(inputOf({ ...anomaly, unmeasured: 50 }));
    expect(decision).toMatchObject({ kind: 'hold', untilMs: T0 + 5 * 60_000 });
  });

  it.each<[string, Partial<DecideInput>, string]>([
    ['no cause is sure enough yet', { diagnosis: diagnosisOf({ named: false }) }, 'hold'],
    ['no cause is sure enough', { diagnosis: diagnosisOf({ named: false }), unmeasured: 2 }, 'escalate'],
    ['there is no playbook', { hasPlaybook: false }, 'escalate'],
    ['nothing qualifies', { qualified: [] }, 'escalate'],
    ['no step is sure enough yet', { qualified: [], lowConfidence: true, settlingUntil: T0 + 1 }, 'hold'],
    ['no step is sure enough in the end', { qualified: [], lowConfidence: true, settlingUntil: T0 }, 'escalate'],
    [
      'nothing but telling the on-call is sure enough yet',
      {
        qualified: [recommendationOf({ plan: planOf({ changes: [] }) })],
        lowConfidence: true,
        settlingUntil: T0 + 1,
      },
      'hold',
    ],
    ['callers are kept from what is ill, whatever qualifies', { contained: true }, 'escalate'],
    ['it is not severe enough yet', { qualified: [], belowThreshold: true }, 'hold'],
    [
      'a step cured its pod and the others are not as full yet',
      { qualified: [], belowThreshold: true, attempts: 1, helpedInPart: true },
      'hold',
    ],
    [
      'a step did not help and no other is for so little',
      { qualified: [], belowThreshold: true, attempts: 1 },
      'escalate',
    ],
    ['it may still become worse', { qualified: [], belowThreshold: true, patientUntil: T0 + 1 }, 'hold'],
    ['it was long enough not worse', { qualified: [], belowThreshold: true, patientUntil: T0 }, 'escalate'],
    [
      'a rollout is in progress',
      { qualified: [], refusals: [{ code: 'rollout_in_progress', message: 'a rollout runs' }] },
      'hold',
    ],
    ['it is paused', { paused: true }, 'hold'],
    ['it is a storm', { storm: true }, 'hold'],
    ['an older incident has the same cause', { sameCauseAs: 'INC-1' }, 'hold'],
    ['only observing', { mode: 'observe' }, 'observe'],
    ['no alert has fired yet', { observeUntil: T0 + 1 }, 'observe'],
    ['it tried often enough', { attempts: 6 }, 'escalate'],
    [
      'the playbook says to tell the on-call',
      { qualified: [recommendationOf({ plan: planOf({ changes: [] }) })] },
      'escalate',
    ],
  ])('when %s', (_title, over, kind) => {
    expect(decide(inputOf(over)).kind).toBe(kind);
  });
});

describe('waiting for worse', () => {
  const settled = T0 + 3 * 60_000;
  it.each([
    ['is without end where no step is for so little', { refused: false, unsure: false }, T0, Number.POSITIVE_INFINITY],
    ['ends with the settling where the step for it is refused here', { refused: true, unsure: true }, T0, settled],
    ['ends ten minutes after the alert where the step is unsure', { refused: false, unsure: true }, T0, T0 + 600_000],
    ['is without end while no alert knows of it', { refused: false, unsure: true }, null, Number.POSITIVE_INFINITY],
    ['lasts for the settling after an old alert', { refused: false, unsure: true }, T0 - 3_600_000, settled],
  ])('%s', (_title, reached, alertedAt, until) => {
    expect(patientUntil(reached, settled, alertedAt)).toBe(until);
  });
});

describe('a service that somebody has muted for maintenance', () => {
  const muted = { by: 'U_ONCALL', reason: 'moving the database', until: T0 + 60_000 };

  it('is watched until the mute ends, whatever else is known', () => {
    for (const over of [{ muted }, { policy: policy({ muted }) }, { muted, attempts: 6 }])
      expect(decide(inputOf(over))).toMatchObject({
        kind: 'hold',
        untilMs: T0 + 60_000,
        waitsFor: 'mute',
        reason: expect.stringContaining('moving the database'),
      });
  });

  it('is looked at as ever once the mute is over', () => {
    expect(decide(inputOf({ muted: { ...muted, until: T0 } })).kind).toBe('ask');
  });
});

describe('what isn’t ours to mend', () => {
  const handOver = {
    what: 'quota_exceeded_cpu',
    object: { kind: 'ResourceQuota', namespace: 'shop', name: 'compute' },
    title: "the namespace's quota has no CPU left",
    facts: [{ field: 'status.hard[requests.cpu]', value: '4' }],
    should: 'more than is used (4), or less asked for',
    command: 'kubectl edit resourcequota/compute -n shop',
    owner: [],
    whose: "whoever sets the namespace's bounds and policies",
  };
  const convicted = diagnosisOf({ handOver });
  const nobodys = { diagnosis: convicted, qualified: [], lowConfidence: true, settlingUntil: T0 + 180_000 };

  it('goes to a person at once, who reads first what convicts and what it should be', () => {
    const tell = 'Tell the platform team.';
    expect(decide(inputOf({ ...nobodys, tell }))).toEqual({
      kind: 'escalate',
      options: [],
      reason:
        "ResourceQuota shop/compute: the namespace's quota has no CPU left: status.hard[requests.cpu] is 4; it should be more than is used (4), or less asked for. Tell the platform team.",
    });
    expect(decide(inputOf({ ...nobodys, belowThreshold: true })).kind).toBe('escalate');
  });

  it('waits while a step could still be right, or the rollout that is under way may end it', () => {
    expect(decide(inputOf({ ...nobodys, couldQualify: true })).kind).toBe('hold');
    const refusals = [{ code: 'rollout_in_progress' as const, message: 'it is being rolled out' }];
    expect(decide(inputOf({ ...nobodys, refusals })).kind).toBe('hold');
    expect(decide(inputOf({ ...nobodys, diagnosis: diagnosisOf() })).kind).toBe('hold');
  });

  it('is handed over though nothing is measured or named, as objects convict it', () => {
    const unmeasured = diagnosisOf({ handOver, measured: false });
    expect(decide(inputOf({ diagnosis: unmeasured }))).toMatchObject({
      kind: 'escalate',
      reason: expect.stringContaining('ResourceQuota shop/compute'),
    });
    // What no alert knows of is still only watched.
    expect(decide(inputOf({ diagnosis: unmeasured, observeUntil: T0 - 1 })).kind).toBe('hold');
  });

  it('never says only that a playbook says so', () => {
    const oncall = recommendationOf({ plan: planOf({ changes: [] }) });
    const { reason } = decide(inputOf({ qualified: [oncall] }));
    expect(reason).toMatch(/^nothing that I may do is known to cure rollout of /);
    const refusals = [{ code: 'no_history' as const, message: 'it has no older revision.' }];
    expect(decide(inputOf({ qualified: [oncall], refusals })).reason).toContain('it has no older revision.');
  });
});

describe('while a window holds for a service', () => {
  const window = 'Black Friday, until 2026-11-30 00:00 (UTC)';

  it('everything is asked, nothing runs when nobody answers, and the question says why', () => {
    for (const over of [{ critical: false }, { critical: true }, { critical: false, atTimeout: 'execute' as const }])
      expect(decide(inputOf({ qualified: [sure], policy: policy({ ...over, window }) }))).toMatchObject({
        kind: 'ask',
        atTimeout: 'escalate',
        reason: expect.stringContaining(window),
      });
    expect(decide(inputOf({ policy: policy({ critical: false }) })).kind).toBe('auto');
  });

  it('it holds for a step that touches another service, too', () => {
    expect(strictest([policy({ critical: false }), policy({ critical: false, window })])).toMatchObject({ window });
  });
});

describe('what comes to a person while one was called for the same cause', () => {
  it('waits with that one, and does not hold up a step', () => {
    const stuck = { qualified: [], calledFor: 'INC-3' };
    expect(decide(inputOf(stuck))).toMatchObject({
      kind: 'hold',
      waitsFor: 'same_cause',
      reason: 'INC-3 is about the same cause, and a person was called for it',
    });
    expect(decide(inputOf({ ...stuck, calledFor: null })).kind).toBe('escalate');
    expect(decide(inputOf({ calledFor: 'INC-3' })).kind).toBe('ask');
  });
});
