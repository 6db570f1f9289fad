import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Deps } from '../../src/app/deps.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { transition } from '../../src/domain/transition.ts';
import type { Refusal } from '../../src/domain/types/refusal.ts';
import type { Action, Applied } from '../../src/extension-points.ts';
import page from '../../src/pipeline/page.ts';
import undo from '../../src/pipeline/undo.ts';
import type { PageRequest } from '../../src/ports/pager.ts';
import { executionOf, incidentOf, T0 } from '../domain/examples.ts';

const NO_PAUSE = { epoch: 0, paused: false, by: null, reason: null, at: null, until: null };
const BACK: Applied = { kind: 'done', undo: null, message: 'it is back' };
const claimed = { id: 'e', token: 't', incidentId: 'INC-1', gen: 1, attempt: 0, kind: 'undo' as const, dueAt: T0 };

function world(over: Partial<Deps> = {}, may: Refusal | null = null, answer: Applied = BACK) {
  const undone: string[] = [];
  const pages: PageRequest[] = [];
  const action = {
    undo: async () => {
      undone.push('undo');
      return answer;
    },
  } as unknown as Action;
  const deps = {
    clock: { now: () => T0, realDelay: (ms: number) => ms },
    log: pino({ level: 'silent' }),
    cluster: { custom: {} },
    actions: new Map([['rollback_deployment', action]]),
    mode: 'act',
    protectedNamespaces: [],
    limits: { servicesAtOnce: 1 },
    policy: () => ({ listed: true, critical: true, autonomy: 'auto', approvers: ['U1'], atTimeout: null }),
    pager: {
      configured: true,
      trigger: async (request: PageRequest) => {
        pages.push(request);
        return { ok: true };
      },
    },
    store: {
      now: async () => T0,
      pauseState: async () => NO_PAUSE,
      lock: async () => ({ kind: 'locked', fence: 1, pauseEpoch: 0 }),
      mayAct: async () => (may ? { kind: 'refused', refusal: may } : { kind: 'yes' }),
    },
    ...over,
  } as unknown as Deps;
  return { deps, undone, pages };
}

async function run({ deps }: Pick<ReturnType<typeof world>, 'deps'>, over: object = {}) {
  const state = { name: 'undoing' as const, execution: executionOf({ result: 'done' }), by: 'nightshift', ...over };
  const incident: Incident = incidentOf({ state });
  const result = await undo.run(deps, incident, claimed);
  const moved = result.events.map((event) => transition(incident, event));
  return { ...result, after: moved.at(-1)?.incident ?? incident, effects: moved.at(-1)?.effects ?? [] };
}

describe('an undo', () => {
  it('takes the change back, and a person is told', async () => {
    const made = world();
    expect((await run(made)).after.state.name).toBe('escalated');
    expect(made.undone).toEqual(['undo']);
  });

  it.each<[string, Partial<Deps>]>([
    ['in observe mode', { mode: 'observe' }],
    ['in a protected namespace', { protectedNamespaces: ['shop'] }],
  ])('is never made %s: a person is called at once', async (_words, over) => {
    const made = world(over);
    const { after, effects } = await run(made);
    expect(made.undone).toEqual([]);
    expect(after.state).toMatchObject({ name: 'escalated', why: expect.stringContaining('A person has to take it') });
    expect(effects.map(({ kind }) => kind)).toContain('page');
  });

  it.each<Refusal['code']>(['paused', 'lease_lost', 'locked'])(
    'that is %s waits; a person hears of it at once, and once',
    async (code) => {
      const made = world({}, { code, message: 'not now' });
      const { after, effects, againAt } = await run(made);
      expect(made.undone).toEqual([]);
      expect(againAt).toBeGreaterThan(T0);
      expect(after.state).toMatchObject({ name: 'undoing', waiting: { code } });
      expect(effects).toContainEqual({ kind: 'page', dueAt: T0 });
      await page.run(made.deps, after, { ...claimed, kind: 'page' });
      expect(made.pages).toMatchObject([{ details: { why: 'An undo has to wait: not now' } }]);
      expect((await run(made, after.state)).events).toEqual([]);
    },
  );

  it('whose cluster does not answer is tried again until it does', async () => {
    const refusal: Refusal = { code: 'unreachable', message: 'no answer' };
    const { after, againAt } = await run(world({}, null, { kind: 'failed', changed: true, refusal, message: '' }));
    expect(after.state).toMatchObject({ name: 'undoing', waiting: refusal });
    expect(againAt).toBeGreaterThan(T0);
  });

  it('of what a person has set meanwhile is no failed one, and says so', async () => {
    const refusal: Refusal = { code: 'not_needed', message: 'changed by somebody else since' };
    const failed: Applied = { kind: 'failed', changed: false, refusal, message: refusal.message };
    const { after } = await run(world({}, null, failed));
    expect(after.executions.at(-1)?.undone?.ok).toBe(true);
    expect(after.state).toMatchObject({
      name: 'escalated',
      why: expect.stringContaining('Nothing is left to undo: changed by somebody else since'),
    });
  });

  it('that could not be made fails, loudly', async () => {
    const refusal: Refusal = { code: 'forbidden', message: 'may not be patched' };
    const { after } = await run(world({}, null, { kind: 'failed', changed: false, refusal, message: refusal.message }));
    expect(after.state).toMatchObject({ name: 'escalated', why: expect.stringContaining('UNDO FAILED') });
  });
});
