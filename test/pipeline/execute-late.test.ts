import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import type { Deps } from '../../src/app/deps.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { transition } from '../../src/domain/transition.ts';
import type { Authority } from '../../src/domain/types/execution.ts';
import type { Action } from '../../src/extension-points.ts';
import execute from '../../src/pipeline/execute.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import type { GitHosts } from '../../src/ports/git-host.ts';
import { diagnosisOf, executionOf, incidentOf, planOf, T0 } from '../domain/examples.ts';
import { KINDS } from '../kinds/all-kinds.ts';

const MINUTE = 60_000;
const NO_PAUSE = { epoch: 0, paused: false, by: null, reason: null, at: null, until: null };
const CRASHING = {
  ...{ namespace: 'shop', name: 'a', uid: 'a', deleting: false, ready: false, createdAt: T0, owner: null },
  containers: [
    {
      ...{ name: 'app', restarts: 9, ready: false, waiting: { reason: 'CrashLoopBackOff', message: '' } },
      lastExit: { reason: 'Error', exitCode: 1, finishedAt: T0 },
    },
  ],
};

/** A crash loop whose fix is one write, on a store that says yes and a clock that the test moves. */
function world(over: { mayAct?: () => void } = {}) {
  let now = T0;
  const writes: string[] = [];
  const ok = async (value: unknown) => ({ ok: true, value });
  const cluster = {
    workload: () => ok({ selector: { app: 'x' }, replicas: 1, readyReplicas: 0 }),
    pods: () => ok([CRASHING]),
    nodes: () => ok([]),
    podsOnNode: () => ok([]),
    patchWorkload: async () => {
      writes.push(`${(now - T0) / 1_000} s`);
      return ok({});
    },
  } as unknown as Cluster;
  const action = {
    plan: async () => ({ ok: true, plan: planOf({ plannedAt: now }) }),
    wasApplied: async () => null,
    async apply(context: { cluster: Cluster }) {
      const answer = await context.cluster.patchWorkload({} as never, {}, { dryRun: false } as never);
      if (answer.ok) return { kind: 'done', undo: null, message: '' };
      const { refusal = null, message } = answer.failure;
      return { kind: 'failed', changed: false, refusal, message };
    },
  } as unknown as Action;
  const deps = {
    clock: { now: () => now, realDelay: (ms: number) => ms },
    log: pino({ level: 'silent' }),
    queries: { quickOfService: () => '', quickWindowMs: 120_000 },
    metrics: { instant: () => ok([]) },
    cluster,
    baselines: { atHand: () => null },
    protectedNamespaces: [],
    actions: new Map([['rollback_deployment', action]]),
    playbooks: new Map(),
    kinds: KINDS,
    limits: { servicesAtOnce: 1, drainTimeoutMs: 1, maxPodsAffectedRatio: 1 },
    mode: 'act',
    policy: () => ({ listed: true, critical: false, autonomy: 'auto', approvers: ['U1'], atTimeout: null }),
    store: {
      now: async () => now,
      pauseState: async () => NO_PAUSE,
      lock: async () => ({ kind: 'locked', fence: 1, pauseEpoch: 0 }),
      mayAct: async () => {
        over.mayAct?.();
        return { kind: 'yes' };
      },
    },
  } as unknown as Deps;
  const pass = (ms: number) => {
    now += ms;
  };
  return { deps, writes, pass, now: () => now };
}

async function run({ deps }: ReturnType<typeof world>, authority: Authority, startedAt = T0) {
  const execution = executionOf({ authority, startedAt });
  const incident: Incident = incidentOf({
    diagnosis: diagnosisOf({ measuredOn: 'payment-api' }),
    state: { name: 'executing', execution, progress: null },
  });
  const due = { id: 'e', token: 't', incidentId: 'INC-1', gen: 1, attempt: 0, kind: 'execute' as const, dueAt: T0 };
  const result = await execute.run(deps, incident, due);
  const after = result.events.reduce((one, event) => transition(one, event).incident, incident);
  return { ...result, after };
}

describe('what runs because time ran out', () => {
  const authority: Authority = { by: 'timeout', at: T0, asked: 1 };

  it('makes its first write at most a minute after the deadline', async () => {
    const made = world();
    made.pass(MINUTE);
    await run(made, authority, T0 + 1_000);
    expect(made.writes).toEqual(['60 s']);
  });

  it('makes none later, though it was authorised in time: it is asked once more, and then a person is called', async () => {
    const late = world();
    late.pass(4 * MINUTE);
    const first = await run(late, authority, T0 + 1_000);
    expect(late.writes).toEqual([]);
    expect(first.after.state).toMatchObject({ name: 'awaiting_approval', asked: 2 });
    const second = await run(late, { ...authority, asked: 2 }, T0 + 1_000);
    expect(second.after.state.name).toBe('escalated');
    expect(late.writes).toEqual([]);
  });
});

describe('a worker that was held up', () => {
  it('for two minutes after the store said yes makes no write, and leaves the step to the next look', async () => {
    const frozen: ReturnType<typeof world> = world({ mayAct: () => frozen.pass(2 * MINUTE) });
    const { events, againAt } = await run(frozen, { by: 'auto' });
    expect(frozen.writes).toEqual([]);
    expect(events).toEqual([]);
    expect(againAt).toBeGreaterThan(frozen.now());
  });

  it('by a clock that nobody sets, too', async () => {
    let held = 0;
    const real = performance.now.bind(performance);
    const spy = vi.spyOn(performance, 'now').mockImplementation(() => real() + held);
    const frozen = world({
      mayAct: () => {
        held += 2 * MINUTE;
      },
    });
    const { events } = await run(frozen, { by: 'auto' });
    spy.mockRestore();
    expect(frozen.writes).toEqual([]);
    expect(events).toEqual([]);
  });

  it('between the last look of the step and its write is stopped at the write', async () => {
    let asked = 0;
    const frozen: ReturnType<typeof world> = world({
      mayAct: () => {
        asked += 1;
        if (asked === 2) frozen.pass(2 * MINUTE);
      },
    });
    await run(frozen, { by: 'auto' });
    expect(asked).toBe(2);
    expect(frozen.writes).toEqual([]);
  });

  it('has no more of a say in Git than in the cluster', async () => {
    let asked = 0;
    const frozen: ReturnType<typeof world> = world({
      mayAct: () => {
        asked += 1;
        if (asked === 2) frozen.pass(2 * MINUTE);
      },
    });
    const open = vi.fn(async () => ({ ok: true }));
    const git = { repository: () => ({ open }) } as unknown as GitHosts;
    const [name, action] = [...frozen.deps.actions][0]!;
    const apply: Action['apply'] = async (context) => {
      const answer = await context.git!.repository('')!.open({} as never, {} as never);
      return {
        kind: 'failed',
        changed: false,
        refusal: answer.ok ? null : (answer.failure.refusal ?? null),
        message: '',
      };
    };
    const deps = { ...frozen.deps, git, actions: new Map([[name, { ...action, apply }]]) } as Deps;
    const { events } = await run({ ...frozen, deps }, { by: 'auto' });
    expect(asked).toBe(2);
    expect(open).not.toHaveBeenCalled();
    expect(events).toEqual([]);
  });
});

describe('a replica whose clock is off', () => {
  it('makes no write', async () => {
    const off = world();
    const { clock } = off.deps;
    const ahead = { ...off.deps, clock: { ...clock, now: () => clock.now() + 240_000 } } as Deps;
    const { events } = await run({ ...off, deps: ahead }, { by: 'auto' });
    expect(off.writes).toEqual([]);
    expect(events).toEqual([]);
  });
});

describe('a step that somebody wants stopped', () => {
  it('is stopped before its first write, and not taken again by itself', async () => {
    const made = world();
    const execution = executionOf();
    const state: Incident['state'] = { name: 'executing', execution, progress: null, stop: { by: 'U_ANY', at: T0 } };
    const due = { id: 'e', token: 't', incidentId: 'INC-1', gen: 1, attempt: 0, kind: 'execute' as const, dueAt: T0 };
    const { events } = await execute.run(made.deps, incidentOf({ state }), due);
    expect(events).toMatchObject([{ type: 'execution_failed', changed: false, refusal: { code: 'stopped' } }]);
    const after = transition(incidentOf({ state }), events[0]!).incident;
    expect(after.attempted).toHaveLength(1);
    expect(made.writes).toEqual([]);
  });
});
