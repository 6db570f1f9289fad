import { describe, expect, it } from 'vitest';
import { authorise, authoriseUndo, checkGuards, FRESH_MS, type FreshLook } from '../../src/domain/authorise.ts';
import type { Authority } from '../../src/domain/types/execution.ts';
import type { BlastRadius, Plan } from '../../src/domain/types/plan.ts';
import type { ServicePolicy } from '../../src/domain/types/service-policy.ts';
import { planOf, T0 } from './examples.ts';

const policyOf = (over: Partial<ServicePolicy> = {}): ServicePolicy => ({
  listed: true,
  critical: false,
  autonomy: 'auto',
  timeoutMs: 300_000,
  atTimeout: null,
  approvers: ['U1'],
  ...over,
});
const held = { lock: { kind: 'locked' as const, fence: 7, pauseEpoch: 2 }, lease: { effectId: 'e', token: 't' } };

function lookOf(over: Partial<FreshLook> = {}, plan: Plan = planOf()): FreshLook {
  const { digest, blastRadius } = planOf();
  return {
    now: T0,
    lookedAt: 0,
    executionId: 'inc-1-1',
    agreed: { digest, blastRadius, confidence: 0.97 },
    authority: { by: 'auto' },
    notAfter: T0 + 1,
    mode: 'act',
    paused: false,
    clockOff: null,
    protectedNamespaces: [],
    planned: { ok: true, plan },
    policy: policyOf(),
    trouble: { kind: 'present' },
    health: [],
    maxPodsAffectedRatio: 1,
    ...over,
  };
}
const refusalOf = (over: Partial<FreshLook>, plan?: Plan) => checkGuards(lookOf(over, plan))?.code ?? null;
const all10: BlastRadius = { ...planOf().blastRadius, podsAffected: 10, podsTotal: 10 };
const reaching = (over: Partial<BlastRadius>) => planOf({ blastRadius: { ...planOf().blastRadius, ...over } });

describe('where two have to agree', () => {
  const two = policyOf({ approvers: ['U1', 'U2', 'U3'], fourEyes: true });
  const by = (user: string, second?: string): Authority => ({
    by: 'person',
    user,
    at: T0,
    ...(second ? { second } : {}),
  });
  const look = (authority: Authority, wantedBy: string | null = null) =>
    refusalOf({ policy: two, authority, wantedBy });

  it('two different approvers do, neither of whom wanted it by hand', () => {
    expect(look(by('U1', 'U2'))).toBeNull();
    expect(look(by('U1', 'U2'), 'U3')).toBeNull();
    for (const authority of [by('U1'), by('U1', 'U1'), by('U1', 'U_GUEST'), by('U_GUEST', 'U1')])
      expect(look(authority)).toBe('policy_changed');
    expect(look(by('U1', 'U2'), 'U1')).toBe('policy_changed');
    expect(look(by('U1', 'U2'), 'U2')).toBe('policy_changed');
    expect(look({ by: 'auto' })).toBe('policy_changed');
    expect(look({ by: 'timeout', at: T0 })).toBe('policy_changed');
  });

  it('who may break the glass needs nobody, and nobody else may', () => {
    const glass: Authority = { by: 'person', user: 'U9', at: T0, glass: 'nobody answers' };
    expect(refusalOf({ policy: policyOf({ fourEyes: true, breakGlass: ['U9'] }), authority: glass })).toBeNull();
    expect(refusalOf({ policy: policyOf(), authority: glass })).toBe('policy_changed');
  });
});

describe('an authorisation', () => {
  it('names the change, what it was decided by, and whose it is', () => {
    const verdict = authorise({ ...lookOf(), ...held });
    expect(verdict).toMatchObject({
      ok: true,
      authorised: {
        plan: { digest: 'digest-1', blastRadius: { level: 'low', services: ['shop/payment-api'] } },
        authority: { by: 'auto' },
        policy: { critical: false },
        confidence: 0.97,
        fence: 7,
        pauseEpoch: 2,
        lease: held.lease,
        notAfter: T0 + 1,
        lookedAt: 0,
      },
    });
  });

  it('is refused where the lock is', () => {
    const refusal = { code: 'locked' as const, message: 'somebody else' };
    expect(authorise({ ...lookOf(), ...held, lock: { kind: 'refused', refusal } })).toEqual({ ok: false, refusal });
  });

  it.each<[string, Partial<FreshLook>, string]>([
    ['nobody agreed to anything', { agreed: null }, 'plan_changed'],
    ['the time has passed', { now: T0 + 2 }, 'too_late'],
    ['the clock is off', { clockOff: 'it is 240 s ahead' }, 'clock_off'],
    ['it is paused', { paused: true }, 'paused'],
    ['it only observes', { mode: 'observe' }, 'observe_only'],
    ['the trouble is over', { trouble: { kind: 'gone', message: '' } }, 'resolved'],
    ['nobody can measure the trouble', { trouble: { kind: 'unknown', message: '' } }, 'not_measured'],
    ['what is left is other trouble', { trouble: { kind: 'other', message: '' } }, 'other_trouble'],
    ['the namespace is protected', { protectedNamespaces: ['shop'] }, 'protected_namespace'],
  ])('is refused where %s', (_words, over, code) => {
    expect(refusalOf(over)).toBe(code);
  });

  it('is refused by a guard before the lock is looked at, and where nothing can be planned any more', () => {
    const refusal = { code: 'locked' as const, message: 'somebody else' };
    expect(authorise({ ...lookOf({ paused: true }), ...held, lock: { kind: 'refused', refusal } })).toMatchObject({
      ok: false,
      refusal: { code: 'paused' },
    });
    const gone = { code: 'target_gone' as const, message: 'there is no such Deployment' };
    expect(checkGuards(lookOf({ planned: { ok: false, refusal: gone } }))).toBe(gone);
    expect(authorise({ ...lookOf({ planned: { ok: false, refusal: gone } }), ...held })).toEqual({
      ok: false,
      refusal: gone,
    });
  });

  it('may begin in the last moment that was agreed, on the oldest look that is fresh', () => {
    expect(refusalOf({ now: T0, notAfter: T0 })).toBeNull();
    expect(refusalOf({ now: T0 + FRESH_MS, notAfter: T0 + FRESH_MS })).toBeNull();
  });

  it.each<[string, Partial<FreshLook>, Plan | undefined, string]>([
    ['time', { now: T0 + 2 }, undefined, 'The time in which this was agreed has passed.'],
    [
      'measuring',
      { trouble: { kind: 'unknown', message: 'Prometheus is away' } },
      undefined,
      "The trouble can't be measured right now: Prometheus is away",
    ],
    [
      'other trouble',
      { trouble: { kind: 'other', message: 'it is only slow' } },
      undefined,
      'What this was to be done against is over: it is only slow',
    ],
    ['agreement', { agreed: null }, undefined, 'Nobody has agreed to anything yet.'],
    [
      'another plan',
      {},
      planOf({ digest: 'digest-2' }),
      'The cluster has changed since this was agreed: what would be done now is not the same.',
    ],
    [
      'age',
      { now: T0 + FRESH_MS + 1, notAfter: Number.POSITIVE_INFINITY },
      undefined,
      'The look at the cluster is too old.',
    ],
    ['reach', {}, reaching({ level: 'medium' }), 'It would reach further than was agreed: '],
    [
      'protection',
      { protectedNamespaces: ['shop'] },
      undefined,
      'shop is a protected namespace: nothing is changed there.',
    ],
    ['mode', { mode: 'observe' }, undefined, 'Nightshift runs in observe mode: it looks and never changes anything.'],
    ['pause', { paused: true }, undefined, 'Nightshift is paused; `/heal resume` lifts it.'],
    ['mute', { policy: policyOf({ muted: { by: 'U1', reason: '', until: T0 + 60_000 } }) }, undefined, 'Not now: '],
    [
      'autonomy',
      { policy: policyOf({ autonomy: 'ask' }) },
      undefined,
      'By what it touches now, and how sure it is, somebody has to be asked first.',
    ],
    [
      'deadline',
      { authority: { by: 'timeout', at: T0 }, policy: policyOf({ approvers: [] }) },
      undefined,
      'By what it touches now, it may not run without an answer.',
    ],
    [
      'person',
      { authority: { by: 'person', user: 'U9', at: T0 } },
      undefined,
      'By what it touches now, <@U9> may not start it.',
    ],
    [
      'one of two',
      { authority: { by: 'person', user: 'U1', at: T0 }, policy: policyOf({ fourEyes: true }) },
      undefined,
      'By what it touches now, <@U1> may not start it alone.',
    ],
    [
      'share',
      { maxPodsAffectedRatio: 0.1, agreed: { digest: 'digest-1', blastRadius: all10, confidence: 1 } },
      planOf({ blastRadius: all10 }),
      '10 of 10 pods would be affected; the configuration allows 10 % (limits.max_pods_affected_ratio).',
    ],
  ])('says why: %s', (_words, over, plan, message) => {
    const said = checkGuards(lookOf(over, plan))?.message ?? '';
    expect(message.endsWith('.') ? said : said.slice(0, message.length)).toBe(message);
  });

  it('never runs by a deadline where it is only to observe', () => {
    const policy = policyOf({ autonomy: 'observe' });
    expect(refusalOf({ authority: { by: 'timeout', at: T0 }, policy })).toBe('policy_changed');
  });

  it('of what has no pods is no matter of their share', () => {
    const none = reaching({ podsAffected: 0, podsTotal: 0 });
    const agreed = { digest: none.digest, blastRadius: none.blastRadius, confidence: 1 };
    expect(refusalOf({ agreed, maxPodsAffectedRatio: 0 }, none)).toBeNull();
  });

  it('is refused on a look that is too old, and for another change than was agreed', () => {
    expect(refusalOf({ now: T0 + FRESH_MS + 1, notAfter: Number.POSITIVE_INFINITY })).toBe('plan_changed');
    expect(refusalOf({}, planOf({ digest: 'digest-2' }))).toBe('plan_changed');
  });
});

describe('what reaches further than was agreed', () => {
  it.each<[string, Partial<BlastRadius>]>([
    ['a higher level', { level: 'medium' }],
    ['another service', { services: ['shop/payment-api', 'shop/ledger'] }],
    ['more of the pods', { podsAffected: 2 }],
  ])('is not authorised: %s', (_words, over) => {
    expect(refusalOf({}, reaching(over))).toBe('too_wide');
  });

  it('is no wider for a service that has got more pods meanwhile', () => {
    const all = { podsAffected: 3, podsTotal: 3 };
    const agreed = { digest: 'digest-1', blastRadius: { ...planOf().blastRadius, ...all }, confidence: 1 };
    expect(refusalOf({ agreed }, reaching({ podsAffected: 5, podsTotal: 5 }))).toBeNull();
    expect(refusalOf({}, reaching({ podsAffected: 0, level: 'low' }))).toBeNull();
  });

  it('has an end in the configuration, also when it was agreed', () => {
    const wide = reaching({ podsAffected: 10, podsTotal: 10 });
    const agreed = { digest: wide.digest, blastRadius: wide.blastRadius, confidence: 1 };
    expect(refusalOf({ agreed, maxPodsAffectedRatio: 0.1 }, wide)).toBe('too_wide');
    expect(refusalOf({ agreed, maxPodsAffectedRatio: 1 }, wide)).toBeNull();
  });

  it('counts a service that is only made to wait as felt, not as changed', () => {
    const plan = reaching({ services: ['shop/payment-api', 'infra/gateway'], callers: ['infra/gateway'] });
    const agreed = { digest: plan.digest, blastRadius: plan.blastRadius, confidence: 1 };
    expect(refusalOf({ agreed, protectedNamespaces: ['infra'] }, plan)).toBeNull();
    const touched = reaching({ services: ['shop/payment-api', 'infra/gateway'] });
    expect(refusalOf({ agreed, protectedNamespaces: ['infra'] }, touched)).toBe('protected_namespace');
  });
});

describe('on whose word', () => {
  const timeout: Authority = { by: 'timeout', at: T0 };
  const person = (user: string): Authority => ({ by: 'person', user, at: T0 });

  it.each<[string, Partial<FreshLook>, string | null]>([
    ['by itself, for what is critical and sure', { policy: policyOf({ critical: true }) }, null],
    ['by itself, for what nobody listed', { policy: policyOf({ listed: false }) }, 'policy_changed'],
    ['by itself, where it is to ask', { policy: policyOf({ autonomy: 'ask' }) }, 'policy_changed'],
    ['the deadline, where it may', { authority: timeout }, null],
    ['the deadline, with nobody to ask', { authority: timeout, policy: policyOf({ approvers: [] }) }, 'policy_changed'],
    ['an approver', { authority: person('U1') }, null],
    ['somebody who may not', { authority: person('U_GUEST') }, 'policy_changed'],
  ])('%s', (_words, over, code) => {
    expect(refusalOf(over)).toBe(code);
  });

  it('is asked of all whom it touches now, with the confidence that was shown', () => {
    const { digest, blastRadius } = planOf();
    const agreed = { digest, blastRadius, confidence: 0.9 };
    expect(refusalOf({ agreed, policy: policyOf({ critical: true }) })).toBe('policy_changed');
  });
});

describe('an undo', () => {
  const look = {
    ...held,
    now: T0,
    lookedAt: 0,
    executionId: 'inc-1-1',
    plan: planOf(),
    confidence: 1,
    mode: 'act' as const,
    paused: false,
    clockOff: null,
    protectedNamespaces: [] as string[],
    policy: policyOf(),
    authority: { by: 'auto' as const },
  };

  it.each<[string, object, string | null]>([
    ['is authorised', {}, null],
    ['is never made in observe mode', { mode: 'observe' }, 'observe_only'],
    ['is never made in a protected namespace', { protectedNamespaces: ['shop'] }, 'protected_namespace'],
    ['waits for the end of a pause', { paused: true }, 'paused'],
    ['waits for a clock that is right', { clockOff: 'off' }, 'clock_off'],
  ])('%s', (_words, over, code) => {
    const verdict = authoriseUndo({ ...look, ...over });
    expect(verdict.ok ? null : verdict.refusal.code).toBe(code);
  });
});

it('an undo is refused where the lock is, and else names what is taken back, whenever it was agreed', () => {
  const look = {
    ...held,
    ...{ now: T0, lookedAt: 5, executionId: 'inc-1-1', plan: planOf(), confidence: 1, mode: 'act' as const },
    ...{
      paused: false,
      clockOff: null,
      protectedNamespaces: [],
      policy: policyOf(),
      authority: { by: 'auto' as const },
    },
  };
  const refusal = { code: 'locked' as const, message: 'somebody else' };
  expect(authoriseUndo({ ...look, lock: { kind: 'refused', refusal } })).toEqual({ ok: false, refusal });
  expect(authoriseUndo(look)).toMatchObject({
    ok: true,
    authorised: {
      executionId: 'inc-1-1',
      fence: 7,
      pauseEpoch: 2,
      lease: held.lease,
      notAfter: null,
      lookedAt: 5,
      at: T0,
    },
  });
});

it('a mute lets nothing run without a word of a person, and lets their word count', () => {
  const policy = policyOf({ muted: { by: 'U1', reason: '', until: T0 + 60_000 } });
  expect(refusalOf({ policy })).toBe('muted');
  expect(refusalOf({ policy, authority: { by: 'timeout', at: T0 } })).toBe('muted');
  expect(refusalOf({ policy, authority: { by: 'person', user: 'U1', at: T0 } })).toBe(null);
});
