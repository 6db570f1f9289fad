import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Deps } from '../../src/app/deps.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { Event } from '../../src/domain/incident-event.ts';
import { attemptKey } from '../../src/domain/recommend.ts';
import { transition } from '../../src/domain/transition.ts';
import type { Action, Applied } from '../../src/extension-points.ts';
import verify from '../../src/pipeline/verify.ts';
import { executionOf, incidentOf, recommendationOf, T0 } from '../domain/examples.ts';

const claimed = { id: 'e', token: 't', incidentId: 'INC-1', gen: 1, attempt: 0, kind: 'verify' as const, dueAt: T0 };
const TWO_MINUTES = 120_000;

/** A step whose answer was lost at T0, as the machine keeps it. */
function unanswered(): Incident {
  const state = { name: 'executing' as const, execution: executionOf({ startedAt: T0 }), progress: null };
  const refusal = { code: 'unreachable' as const, message: 'no answer within 10 s' };
  const verifying = { withinMs: 300_000, steadyMs: 60_000 };
  const event: Event = {
    ...{ type: 'execution_failed', at: T0, changed: true, refusal, message: refusal.message, verify: verifying },
  };
  return transition(incidentOf({ state }), event).incident;
}

async function look(found: Applied | null, at: number) {
  const asked: string[] = [];
  const stop = new Error('it went on to measure');
  const action = {
    wasApplied: async () => {
      asked.push('mark');
      return found;
    },
    settled: async () => {
      throw stop;
    },
  } as unknown as Action;
  const deps = {
    actions: new Map([['rollback_deployment', action]]),
    clock: { now: () => at, realDelay: (ms: number) => ms },
    log: pino({ level: 'silent' }),
    metrics: {},
    queries: {},
    cluster: {},
  } as unknown as Deps;
  const incident = unanswered();
  const result = await verify.run(deps, incident, claimed).catch(() => null);
  return { incident, asked, events: result?.events ?? null };
}

describe('a change whose answer was lost', () => {
  it('is not looked for while it may land still, and is verified meanwhile', async () => {
    const { asked, events } = await look(null, T0 + 30_000);
    expect(asked).toEqual([]);
    expect(events).toBeNull();
  });

  it('is known not to be made when its mark is not there later on: its step may be taken again', async () => {
    const { incident, events } = await look(null, T0 + TWO_MINUTES);
    expect(events).toMatchObject([{ type: 'not_made' }]);
    expect(incident.attempted).toEqual([attemptKey(recommendationOf())]);
    const { incident: after, effects } = transition(incident, events![0]!);
    expect(after.state.name).toBe('noticed');
    expect(after.attempted).toEqual([]);
    expect(after.executions).toMatchObject([{ changed: false, result: 'failed' }]);
    expect(effects.map(({ kind }) => kind)).toContain('diagnose');
  });

  it.each<[string, Applied]>([
    ['was made', { kind: 'done', undo: null, message: '' }],
    ['nobody can say', { kind: 'failed', changed: true, refusal: null, message: '' }],
  ])('goes on being verified when it %s', async (_words, found) => {
    const { asked, events } = await look(found, T0 + TWO_MINUTES);
    expect(asked).toEqual(['mark']);
    expect(events).toBeNull();
  });
});
