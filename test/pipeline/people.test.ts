import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeValue, encodeValue } from '../../src/adapters/slack/button-value.ts';
import type { Deps } from '../../src/app/deps.ts';
import type { Event } from '../../src/domain/incident-event.ts';
import { pageFor } from '../../src/domain/pages.ts';
import { callsWanted } from '../../src/domain/person-calls.ts';
import type { ServicePolicy } from '../../src/domain/types/service-policy.ts';
import type { People } from '../../src/extension-points/people.ts';
import { createPeople } from '../../src/pipeline/people.ts';
import { receiveAlerts } from '../../src/pipeline/receive-alerts.ts';
import { record } from '../../src/pipeline/record.ts';
import type { IncidentStore } from '../../src/ports/store.ts';
import { type Fixture, startFixture } from '../adapters/redis/store-fixture.ts';
import { alertOf, askOf, diagnosisOf, executionOf, planOf, RANG, recommendationOf, T0 } from '../domain/examples.ts';

/** What people are answered, on the real store: who may do what, and who was first. */

let fixture: Fixture;
let store: IncidentStore;
let deps: Deps;
let people: People;
let id: string;
let approvers: string[];
let more: Partial<ServicePolicy>;
let runs = 0;
const first = recommendationOf({ plan: planOf({ digest: 'first', summary: 'Roll back' }) });
const second = recommendationOf({
  stepIndex: 1,
  plan: planOf({
    digest: 'second',
    summary: 'Restart',
    blastRadius: { ...planOf().blastRadius, services: ['shop/cart-api', 'shop/auth-api'] },
  }),
});

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.end());
beforeEach(async () => {
  ({ store } = await fixture.replica({ cluster: `people-${++runs}` }));
  approvers = ['U_ONCALL', 'U_SECOND'];
  more = {};
  fixture.clock.set(T0);
  deps = {
    store,
    jobs: { wake: async () => {} },
    clock: { now: fixture.clock.now, realDelay: (ms: number) => ms },
    policy: () => ({ approvers, ...more }),
    anyApprover: (user: string) => approvers.includes(user),
    recentlyOpen: (limit: number) => store.listOpen(limit),
    openLines: () => store.openLines(),
    log: pino({ level: 'silent' }),
  } as unknown as Deps;
  people = createPeople(deps);
  const subject = { cluster: 'test', namespace: 'shop', service: 'payment-api' };
  id = (await receiveAlerts(deps, [{ alert: alertOf(), subject }], new Map()))[0]!;
  await happens({ type: 'diagnosed', diagnosis: diagnosisOf(), decision: askFor(), skippedSteps: [] });
});

const askFor = () => askOf({ recommendation: first, options: [second] });
type Timeless = Event extends infer E ? (E extends Event ? Omit<E, 'at'> : never) : never;
const happens = (event: Timeless) => record(deps, id, { ...event, at: fixture.clock.now() } as Event);
const state = async () => (await store.load(id))?.state;

describe('starting something', () => {
  it('takes a yes for the question it was given to: the same plan asked anew, as it touches more by now, needs another', async () => {
    // A clock may count in parts of a millisecond, as the sandbox's does; a button doesn't.
    fixture.clock.set(T0 + 10_000.25);
    await happens({ type: 'option_chosen', user: 'U_ONCALL', planDigest: 'first', asApproval: false });
    const before = await state();
    const askedAt = before?.name === 'awaiting_approval' ? before.since : undefined;
    const yes = { askedAt: decodeValue(encodeValue(id, 'first', askedAt))?.askedAt ?? undefined };
    expect(yes.askedAt).toBe(T0 + 10_000);
    fixture.clock.set(T0 + 20_000);
    expect((await people.approve(id, 'U_ONCALL', 'first', yes)).ok).toBe(true);
    const message = 'it touches shop/orders-api, too';
    await happens({ type: 'refused', refusal: { code: 'too_wide', message }, fresh: first });
    expect(await state()).toMatchObject({ name: 'awaiting_approval', planDigest: 'first', since: T0 + 20_000 });
    expect(await people.approve(id, 'U_SECOND', 'first', yes)).toMatchObject({
      ok: false,
      message: expect.stringContaining('asked anew'),
    });
    expect((await state())?.name).toBe('awaiting_approval');
    await happens({ type: 'approved', user: 'U_SECOND', planDigest: 'first', askedAt: askedAt ?? 0 });
    expect((await state())?.name).toBe('awaiting_approval');
    expect((await people.approve(id, 'U_SECOND', 'first', { askedAt: T0 + 20_000 })).ok).toBe(true);
  });

  it('lets the delivery of a former question start no deadline', async () => {
    await happens({ type: 'approved', user: 'U_ONCALL', planDigest: 'first' });
    fixture.clock.set(T0 + 20_000);
    await happens({ type: 'refused', refusal: { code: 'too_wide', message: 'wider' }, fresh: first });
    await happens({ ...RANG, about: `ask-first-${T0}`, planDigest: 'first' });
    expect(await state()).toMatchObject({ deliveredAt: null });
    await happens({ ...RANG, about: `ask-first-${T0 + 20_000}`, planDigest: 'first' });
    expect(await state()).toMatchObject({ deliveredAt: T0 + 20_000 });
  });

  it('is for approvers, and the answer says what was approved', async () => {
    expect(await people.approve(id, 'U_ONCALL', 'first')).toEqual({ ok: true, message: 'Approved: Roll back' });
    expect(await state()).toMatchObject({ name: 'queued', authority: { by: 'person', user: 'U_ONCALL' } });
  });

  it('is refused to others, who are named to whom it belongs and what they can do; the try is in the timeline', async () => {
    const answer = await people.approve(id, 'U_GUEST', 'first');
    expect(answer.ok).toBe(false);
    expect(answer.message).toMatch(/<@U_ONCALL>, <@U_SECOND>.*reject, hold or pause/);
    expect(await state()).toMatchObject({ name: 'awaiting_approval' });
    expect((await store.timeline(id)).at(-1)).toMatchObject({ type: 'noted', by: 'U_GUEST' });
  });

  it('is refused to everybody where nobody is named', async () => {
    approvers = [];
    expect((await people.approve(id, 'U_ONCALL', 'first')).message).toContain('nightshift.yaml');
    expect(await state()).toMatchObject({ name: 'awaiting_approval' });
  });

  it('is for the plan that was shown and no other', async () => {
    const answer = await people.approve(id, 'U_ONCALL', 'of an older message');
    expect(answer).toMatchObject({ ok: false, message: expect.stringContaining('has changed') });
    expect(await state()).toMatchObject({ name: 'awaiting_approval', planDigest: 'first' });
  });

  it('needs two different people where the configuration says so, in either order of clicks, and no deadline runs it', async () => {
    more = { fourEyes: true };
    expect((await people.approve(id, 'U_ONCALL', 'first')).message).toMatch(/first yes/);
    expect(await state()).toMatchObject({ name: 'awaiting_approval', first: { user: 'U_ONCALL' } });
    expect(await people.approve(id, 'U_ONCALL', 'first')).toMatchObject({
      ok: false,
      message: expect.stringMatching(/somebody else/),
    });
    expect((await people.approve(id, 'U_GUEST', 'first')).ok).toBe(false);
    expect((await people.approve(id, 'U_SECOND', 'first')).message).toBe('Approved: Roll back');
    expect(await state()).toMatchObject({ name: 'queued', authority: { user: 'U_SECOND', second: 'U_ONCALL' } });
  });

  it('takes a first yes for one plan for no other', async () => {
    more = { fourEyes: true };
    await people.approve(id, 'U_ONCALL', 'first');
    expect((await people.choose(id, 'U_SECOND', 'second')).message).toMatch(/first yes/);
    expect(await state()).toMatchObject({
      name: 'awaiting_approval',
      first: { user: 'U_SECOND', planDigest: 'second' },
    });
  });

  it('without being an approver is for whom the configuration lets break the glass, with a reason that is told', async () => {
    expect((await people.approve(id, 'U_GUEST', 'first', { glass: 'orders fail, nobody answers' })).message).toContain(
      'break_glass',
    );
    more = { breakGlass: ['U_GUEST'] };
    expect((await people.approve(id, 'U_GUEST', 'first')).ok).toBe(false);
    expect((await people.approve(id, 'U_GUEST', 'first', { glass: ' ' })).message).toContain('Say why');
    expect((await people.approve(id, 'U_GUEST', 'first', { glass: 'orders fail, nobody answers' })).ok).toBe(true);
    const incident = await store.load(id);
    expect(incident?.state).toMatchObject({
      name: 'queued',
      authority: { user: 'U_GUEST', glass: expect.stringMatching(/orders fail/) },
    });
    expect(callsWanted(incident!).map(({ why }) => why)).toEqual([expect.stringContaining('orders fail')]);
    expect(pageFor(incident!, { critical: false, listed: true })?.why).toContain('orders fail');
  });

  it('is for who may approve for every service that the step disturbs, whichever service hurts', async () => {
    const may: Record<string, string[]> = {
      'payment-api': ['U_ONCALL'],
      'cart-api': ['U_CART', 'U_BOTH'],
      'auth-api': ['U_BOTH'],
    };
    deps.policy = (_namespace, service) => ({ approvers: may[service] ?? [] }) as never;
    for (const user of ['U_ONCALL', 'U_CART'])
      expect((await people.choose(id, user, 'second')).message).toBe(
        'Only <@U_BOTH> may start something for cart-api, auth-api; you can still reject, hold or pause.',
      );
    expect(await state()).toMatchObject({ name: 'awaiting_approval' });
    expect((await people.choose(id, 'U_BOTH', 'second')).ok).toBe(true);
  });

  it('is for who may approve the step that is pressed, also when it is offered beside another that they may', async () => {
    deps.policy = (_namespace, service) =>
      ({ approvers: service === 'payment-api' ? ['U_ONCALL'] : ['U_DBA'] }) as never;
    await happens({ type: 'rejected', user: 'U_ANY', how: 'escalate' });
    expect((await store.load(id))?.options.map(({ plan }) => plan.digest)).toEqual(['second', 'first']);
    expect((await people.approve(id, 'U_ONCALL', 'second')).ok).toBe(false);
    expect((await people.choose(id, 'U_ONCALL', 'second')).ok).toBe(false);
    expect((await state())?.name).toBe('escalated');
    expect((await people.approve(id, 'U_DBA', 'second')).ok).toBe(true);
  });

  it('may take another option than the first', async () => {
    expect((await people.choose(id, 'U_SECOND', 'second')).ok).toBe(true);
    expect(await state()).toMatchObject({ name: 'queued', recommendation: { plan: { digest: 'second' } } });
  });

  it('comes too late for the second who tries, who hears who was first and when', async () => {
    await people.approve(id, 'U_ONCALL', 'first');
    fixture.clock.set(T0 + 7_000);
    expect(await people.approve(id, 'U_SECOND', 'first')).toEqual({
      ok: false,
      message: 'Approved by <@U_ONCALL> 7 s before you.',
    });
  });

  it('comes too late after the deadline, and after the trouble has gone', async () => {
    await happens({ ...RANG, planDigest: 'first' });
    fixture.clock.set(T0 + 300_000);
    await happens({ type: 'deadline_reached' });
    expect((await people.approve(id, 'U_ONCALL', 'first')).message).toContain('ran by itself');
    await happens({ type: 'resolved', message: 'All pods are ready.' });
    expect((await people.approve(id, 'U_ONCALL', 'first')).message).toBe(
      'The incident is closed: it recovered by itself. All pods are ready.',
    );
  });

  it('of an incident that there is not says so', async () => {
    expect(await people.approve('INC-999', 'U_ONCALL', null)).toEqual({
      ok: false,
      message: 'There is no incident INC-999.',
    });
    expect((await people.reject('INC-999', 'U_ONCALL', 'next')).ok).toBe(false);
  });
});

describe('stopping something', () => {
  it('is open to everybody: reject leads to the next option', async () => {
    expect(await people.reject(id, 'U_GUEST', 'next')).toEqual({ ok: true, message: 'Rejected. Next: Restart' });
    expect(await state()).toMatchObject({ name: 'awaiting_approval', planDigest: 'second', atTimeout: 'escalate' });
  });

  it('is open to everybody: a hold moves the deadline', async () => {
    await happens({ ...RANG, planDigest: 'first' });
    expect((await people.hold(id, 'U_GUEST', 3_600_000)).ok).toBe(true);
    expect(await state()).toMatchObject({ deadline: T0 + 3_600_000 });
  });

  it('is open to everybody: anyone pauses, an approver resumes', async () => {
    expect((await people.pause('U_GUEST', 'too much', null)).ok).toBe(true);
    expect(await people.pauseState()).toMatchObject({ paused: true, by: 'U_GUEST' });
    expect((await people.resume('U_GUEST')).ok).toBe(false);
    expect((await people.resume('U_ONCALL')).ok).toBe(true);
    expect(await people.resume('U_ONCALL')).toMatchObject({
      ok: false,
      message: expect.stringContaining('not paused'),
    });
  });

  it('is open to everybody while a step waits in the queue: reject leads on, and the step is not taken again by itself', async () => {
    await people.approve(id, 'U_ONCALL', 'first');
    expect((await people.reject(id, 'U_ANY', 'next')).ok).toBe(true);
    expect(await state()).toMatchObject({ name: 'awaiting_approval', planDigest: 'second', atTimeout: 'escalate' });
    expect((await store.load(id))?.attempted).toHaveLength(1);
  });

  it('is open to everybody while a step waits in the queue: hold makes it wait for an answer, never to run without one', async () => {
    await people.approve(id, 'U_ONCALL', 'first');
    expect((await people.hold(id, 'U_ANY', 60_000)).ok).toBe(true);
    expect(await state()).toMatchObject({ name: 'awaiting_approval', planDigest: 'first', atTimeout: 'escalate' });
  });

  it.each(['reject', 'hold'] as const)(
    'is open to everybody while a step runs: %s ends it at its next safe point',
    async (how) => {
      await people.approve(id, 'U_ONCALL', 'first');
      await happens({ type: 'authorised', execution: executionOf({ recommendation: first }) });
      const answer =
        how === 'reject' ? await people.reject(id, 'U_ANY', 'next') : await people.hold(id, 'U_ANY', 60_000);
      expect(answer).toEqual({ ok: true, message: 'It stops at its next safe point, and says where.' });
      expect(await state()).toMatchObject({ name: 'executing', stop: { by: 'U_ANY' } });
      const stopped = { code: 'stopped' as const, message: 'U_ANY stopped it.' };
      const how2 = { withinMs: 1, steadyMs: 1 };
      await happens({ type: 'execution_failed', changed: false, refusal: stopped, message: '', verify: how2 });
      expect(await state()).toMatchObject({ name: 'escalated', why: 'Stopped by U_ANY before anything was changed.' });
    },
  );
});

describe('an undo', () => {
  const healed = async () => {
    await people.approve(id, 'U_ONCALL', 'first');
    const execution = executionOf({ recommendation: first });
    await happens({ type: 'authorised', execution });
    await happens({
      type: 'executed',
      undo: {},
      message: 'Rolled back',
      verify: { withinMs: 60_000, steadyMs: 30_000 },
    });
    await happens({
      type: 'verified',
      verification: { at: fixture.clock.now(), verdict: 'recovered', message: 'p99 is back' },
    });
  };

  it.each([
    ['in observe mode', { mode: 'observe' }, /observe mode/],
    ['in a protected namespace', { protectedNamespaces: ['shop'] }, /shop is a protected namespace/],
  ])('%s is refused to whoever asks, and calls nobody', async (_, set, why) => {
    Object.assign(deps, { mode: 'act', protectedNamespaces: [] });
    await healed();
    const before = (await state())?.name;
    Object.assign(deps, set);
    expect(await people.undo(id, 'U_ONCALL')).toMatchObject({ ok: false, message: expect.stringMatching(why) });
    expect((await state())?.name).toBe(before);
    Object.assign(deps, { mode: 'act', protectedNamespaces: [] });
    expect((await people.undo(id, 'U_ONCALL')).ok).toBe(true);
  });
});

describe('finding an incident', () => {
  const found = async (reference: string) => {
    const one = await people.find(reference);
    return one.kind === 'one' ? one.incident.id : one.kind;
  };

  it.each(['payment-api', 'shop/payment-api'])('by its service: %s', async (reference) => {
    expect(await found(reference)).toBe(id);
  });

  it('by its number, with or without the letters, with or without the epoch', async () => {
    const number = id.split('-')[1]!;
    for (const reference of [id, id.toLowerCase(), ` ${id.replace('INC-', '')} `, number, `INC-${number}`])
      expect(await found(reference)).toBe(id);
    expect(await found('INC-999')).toBe('none');
    expect(await found('nothing-api')).toBe('none');
    expect(await found('payment')).toBe(id);
    expect(await found('pay')).toBe('none');
  });

  it('never by a number of another epoch', async () => {
    expect(await found(`${id.split('-').slice(0, 2).join('-')}-aaaaa`)).toBe('none');
  });

  it('of the namespace that is named and of no other; by a name alone only where that is clear', async () => {
    expect(await found('staging/payment-api')).toBe('none');
    expect(await found('prod/shop/payment-api')).toBe('none');
    const subject = { cluster: 'test', namespace: 'staging', service: 'payment-api' };
    const [other] = await receiveAlerts(deps, [{ alert: alertOf({ fingerprint: 'f2' }), subject }], new Map());
    expect(await found('staging/payment-api')).toBe(other);
    expect(await found('shop/payment-api')).toBe(id);
    expect(await people.find('payment-api')).toEqual({
      kind: 'several',
      choices: expect.arrayContaining(['shop/payment-api', 'staging/payment-api']),
    });
  });
});
