import { describe, expect, it } from 'vitest';
import type { Deps } from '../../src/app/deps.ts';
import { GIVE_BACK_MS } from '../../src/domain/give-back.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { transition } from '../../src/domain/transition.ts';
import type { Plan } from '../../src/domain/types/plan.ts';
import type { Refusal } from '../../src/domain/types/refusal.ts';
import type { Action, Applied } from '../../src/extension-points.ts';
import giveBack from '../../src/pipeline/give-back.ts';
import { diagnosisOf, executionOf, incidentOf, planOf, recommendationOf, T0 } from '../domain/examples.ts';
import { type Around, lookingAt } from '../evidence/looking.ts';

const claimed = { id: 'e', token: 't', incidentId: 'INC-1', gen: 1, attempt: 0, kind: 'give_back' as const, dueAt: T0 };
const BACK: Applied = { kind: 'done', undo: null, message: 'it is back' };
const well: Around = { metrics: { latency: 0.04, errors: 0, memory: 0.4 } };
const BREAKER: Partial<Plan> = { temporary: 'the breaker', target: { ...planOf().target, kind: 'Service' } };

const heldUp = (plan: Partial<Plan>, id = 'inc-1-1') =>
  executionOf({ id, result: 'done', recommendation: recommendationOf({ plan: planOf(plan) }) });
const closed = (over: Partial<Incident> = {}): Incident =>
  incidentOf({
    state: { name: 'closed', outcome: 'healed', why: '' },
    closedAt: T0,
    diagnosis: diagnosisOf({ measuredOn: 'payment-api' }),
    executions: [heldUp(BREAKER)],
    ...over,
  });

async function run(incident: Incident, around: Around, answer: Applied = BACK, over: Partial<Deps> = {}) {
  const undone: string[] = [];
  const action = {
    relieves: 'callers',
    undo: async (_context: unknown, { id }: { id: string }) => {
      undone.push(id);
      return answer;
    },
  } as unknown as Action;
  const looking = lookingAt(around);
  const deps = {
    ...looking,
    actions: new Map([['rollback_deployment', action]]),
    mode: 'act',
    protectedNamespaces: [],
    limits: { servicesAtOnce: 1 },
    policy: () => ({ listed: true, critical: false, autonomy: 'auto', approvers: [], atTimeout: null }),
    store: {
      now: async () => T0,
      pauseState: async () => ({ epoch: 0, paused: false, by: null, reason: null, at: null, until: null }),
      lock: async () => ({ kind: 'locked', fence: 1, pauseEpoch: 0 }),
      mayAct: async () => ({ kind: 'yes' }),
    },
    ...over,
  } as unknown as Deps;
  const { events, againAt } = await giveBack.run(deps, incident, claimed);
  const after = events.reduce((one, event) => transition(one, event).incident, incident);
  return { undone, events, againAt, after };
}

describe('what was only there for an incident', () => {
  it('is due to be given back when it closes, and nothing else is', () => {
    const effects = (plan: Partial<Plan>) =>
      transition(incidentOf({ state: { name: 'noticed', attempt: 0 }, executions: [heldUp(plan)] }), {
        type: 'resolved',
        at: T0,
        message: '',
      }).effects.filter(({ kind }) => kind === 'give_back');
    expect(effects(BREAKER)).toEqual([{ kind: 'give_back', dueAt: T0 + GIVE_BACK_MS }]);
    expect(effects({})).toEqual([]);
  });

  it('is given back once the trouble is gone, newest first, and only once', async () => {
    const two = closed({ executions: [heldUp(BREAKER), heldUp(BREAKER, 'inc-1-2')] });
    const first = await run(two, well);
    expect([first.undone, first.againAt]).toEqual([['inc-1-2'], T0]);
    expect(first.after).toMatchObject({ state: { name: 'closed', outcome: 'healed' } });
    const second = await run(first.after, well);
    expect([second.undone, second.againAt]).toEqual([['inc-1-1'], undefined]);
    expect((await run(second.after, well)).events).toEqual([]);
  });

  it('stays while the trouble is there, or where nobody can see whether it is', async () => {
    for (const around of [
      { metrics: { latency: 0.04, errors: 0, memory: 0.99 } },
      { metrics: 'unreachable' as const },
      { metrics: { ...(well.metrics as object), errors: 0.5 } },
    ]) {
      const looked = await run(closed(), around);
      expect([looked.undone, looked.againAt]).toEqual([[], T0 + 60_000]);
    }
  });

  it('says after an hour that it still stands, once', async () => {
    const late = await run(closed({ closedAt: T0 - 60 * 60_000 }), { metrics: 'unreachable' });
    expect(late.events).toMatchObject([
      { type: 'noted', message: expect.stringContaining('Still there: the breaker.') },
    ]);
    expect((await run(closed({ closedAt: T0 - 62 * 60_000 }), { metrics: 'unreachable' })).events).toEqual([]);
  });

  it('is a cordon until its node is well', async () => {
    const target = { kind: 'Node' as const, namespace: '', name: 'node-a', uid: 'n' };
    const cordon = closed({ executions: [heldUp({ reversible: false, temporary: 'the cordon', target })] });
    const undone = async (ready: boolean, pressures: string[] = []) => {
      const node = { name: 'node-a', uid: 'n', ready, pressures, unschedulable: true };
      const cluster = { ...lookingAt(well).cluster, nodes: async () => ({ ok: true as const, value: [node] }) };
      return (await run(cordon, well, BACK, { cluster })).undone;
    };
    expect(await undone(false)).toEqual([]);
    expect(await undone(true, ['DiskPressure'])).toEqual([]);
    expect(await undone(true)).toEqual(['inc-1-1']);
  });

  it('waits for a pause, and says what can not be given back', async () => {
    const refusal: Refusal = { code: 'paused', message: 'paused' };
    const waiting = await run(closed(), well, { kind: 'failed', changed: false, refusal, message: 'paused' });
    expect([waiting.events, waiting.againAt]).toEqual([[], T0 + 10_000]);
    const taken: Refusal = { code: 'forbidden', message: 'somebody changed it' };
    const failed = await run(closed(), well, {
      kind: 'failed',
      changed: false,
      refusal: taken,
      message: taken.message,
    });
    expect(failed.events).toMatchObject([{ type: 'given_back', ok: false, message: 'somebody changed it' }]);
    expect((await run(failed.after, well)).events).toEqual([]);
  });
});
