import { describe, expect, it } from 'vitest';
import type { Deps } from '../../src/app/deps.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { Action, Applied } from '../../src/extension-points.ts';
import execute from '../../src/pipeline/execute.ts';
import { executionOf, incidentOf, T0 } from '../domain/examples.ts';

const LOOK_MS = 5_000;

/** Runs the stage on an execution of which `progress` is known, with an action that answers `standing` when it is asked what was made already. Nothing else of it, and nothing of the store, may be asked. */
async function look(standing: Applied, progress: string | null) {
  const mustNot = (what: string) => () => {
    throw new Error(`${what} was asked`);
  };
  const action = { wasApplied: async () => standing, plan: mustNot('plan'), apply: mustNot('apply') };
  const store = new Proxy({}, { get: (_target, name) => mustNot(String(name)) });
  const actions = new Map([['rollback_deployment', action as unknown as Action]]);
  const deps = { actions, store, clock: { now: () => T0 }, playbooks: new Map() } as unknown as Deps;
  const state: Incident['state'] = { name: 'executing', execution: executionOf(), progress };
  const due = { token: 't', id: 'e', incidentId: 'INC-1', gen: 1, attempt: 0, kind: 'execute', dueAt: T0 } as const;
  return execute.run(deps, incidentOf({ state }), due);
}

describe('an execution that somebody else carries to its end', () => {
  const running: Applied = { kind: 'underway', message: 'the task runs', againMs: LOOK_MS, watched: true };

  it('is watched and not authorised anew: neither a pause nor the end of the trouble makes its end unknown', async () => {
    expect(await look(running, null)).toEqual({
      events: [{ type: 'progressed', at: T0, message: 'the task runs' }],
      againAt: T0 + LOOK_MS,
    });
  });

  it('says nothing anew while nothing is new', async () => {
    expect(await look(running, 'the task runs')).toEqual({ events: [], againAt: T0 + LOOK_MS });
  });

  it('ends as it was seen to end', async () => {
    const done = await look({ kind: 'done', undo: { task: 'x' }, message: 'it has succeeded' }, 'the task runs');
    expect(done.events).toMatchObject([{ type: 'executed', message: 'it has succeeded', undo: { task: 'x' } }]);
    const failed: Applied = { kind: 'failed', changed: true, refusal: null, message: 'it ran into its timeout' };
    expect((await look(failed, 'the task runs')).events).toMatchObject([
      { type: 'execution_failed', changed: true, message: 'it ran into its timeout' },
    ]);
  });
});
