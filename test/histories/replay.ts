import { pino } from 'pino';
import { keyPrefix } from '../../src/adapters/redis/incident-store.ts';
import type { Deps } from '../../src/app/deps.ts';
import { unreachableCluster } from '../../src/app/missing-parts.ts';
import type { Incident, TimelineEntry } from '../../src/domain/incident.ts';
import type { Plan } from '../../src/domain/types/plan.ts';
import type { Recommendation } from '../../src/domain/types/recommendation.ts';
import type { Action } from '../../src/extension-points.ts';
import { receiveAlerts } from '../../src/pipeline/receive-alerts.ts';
import { record } from '../../src/pipeline/record.ts';
import { runEffect } from '../../src/pipeline/run-effect.ts';
import { NOTHING, type Stage } from '../../src/pipeline/stage.ts';
import { stagesByKind } from '../../src/pipeline/stages.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import type { PodInfo, Workload } from '../../src/ports/cluster-objects.ts';
import type { IncidentStore } from '../../src/ports/store.ts';
import type { Fixture } from '../adapters/redis/store-fixture.ts';
import { diagnosisOf } from '../domain/examples.ts';
import { createMouths } from '../property/mouths.ts';
import { depsOf } from '../property/replicas.ts';
import { type Recorded, restore } from './recorded.ts';

/** How an incident went on: what it is in the end, all that its timeline says, and every failure that was logged on the way. */
export type Replayed = { incident: Incident; timeline: TimelineEntry[]; failures: string[]; due: string[] };

const MOST_MOMENTS = 1_000;

/**
 * A recorded incident on a real Redis, continued by today's pipeline from the moment at which it was recorded: what was due is run, the trouble ends, and time passes. The world answers that all is well, and whatever
 * step was chosen is the made-up one. At last a person closes what needs a person.
 */
export async function replay(fixture: Fixture, recorded: Recorded, cluster: string): Promise<Replayed> {
  const { store, redis } = await fixture.replica({ cluster });
  await redis.config('SET', 'appendfsync', 'no');
  await restore(redis, keyPrefix(cluster), recorded);
  const { id } = recorded.incident;
  let now = momentOf(recorded);
  fixture.clock.set(now);
  const failures: string[] = [];
  const deps = worldOf(store, { now: () => now, failures, plans: plansOf(await loaded(store, id)) });
  const stages = new Map([...stagesByKind, ['diagnose', diagnosing]]);
  /** Runs what is due, one moment after the other, until nothing is left or the work seems to have no end. */
  const run = async (most: number) => {
    for (let moment = 0; moment < most; moment += 1) {
      const due = await store.listDue(now, 100);
      for (const one of due) await runEffect(deps, stages, one);
      const [next] = await store.listLater(now, 1);
      if (due.length === 0 && !next) return;
      now = due.length > 0 ? now + 1_000 : Math.max(now, next?.dueAt ?? now);
      fixture.clock.set(now);
    }
  };
  await run(4);
  await allOver(deps, await loaded(store, id), now);
  await run(MOST_MOMENTS);
  if ((await loaded(store, id)).state.name === 'escalated')
    await record(deps, id, { type: 'closed_by_human', at: now, user: 'U_ONCALL', outcome: 'healed_by_human' });
  await run(MOST_MOMENTS);
  const due = (await store.listDue(Number.MAX_SAFE_INTEGER, 100)).map(({ kind }) => kind);
  return { incident: await loaded(store, id), timeline: await store.timeline(id), failures, due };
}

async function loaded(store: IncidentStore, id: string): Promise<Incident> {
  const incident = await store.load(id);
  if (!incident) throw new Error(`${id} is gone`);
  return incident;
}

/** The last that is known to have happened. */
const momentOf = ({ incident, timeline }: Recorded): number =>
  Math.max(incident.openedAt, ...timeline.map(({ at }) => (typeof at === 'number' ? at : 0))) + 1_000;

/** Every alert of the incident ends. */
async function allOver(deps: Deps, incident: Incident, now: number): Promise<void> {
  const { cluster, namespace, service } = incident;
  const received = incident.alerts.map((alert) => ({
    alert: { ...alert, status: 'resolved' as const, endsAt: now },
    subject: { cluster, namespace, service },
  }));
  if (received.length > 0) await receiveAlerts(deps, received, new Map());
  else await record(deps, incident.id, { type: 'anomaly_cleared', at: now, message: 'all is as usual again' });
}

const diagnosing: Stage = {
  kind: 'diagnose',
  does: 'know no more than was known',
  giveUp: null,
  async run(deps, incident) {
    if (incident.state.name !== 'noticed') return NOTHING;
    const at = deps.clock.now();
    const decision = { kind: 'escalate' as const, options: incident.options, reason: 'there is nothing left to try' };
    const diagnosis = incident.diagnosis ?? diagnosisOf({ at });
    return { events: [{ type: 'diagnosed', at, diagnosis, decision, skippedSteps: [] }] };
  },
};

/** The plans that it holds, by action. */
function plansOf({ options, executions, state }: Incident): Map<string, Plan> {
  const running = 'execution' in state ? [state.execution] : [];
  const all: Recommendation[] = [...options, ...[...executions, ...running].map((run) => run.recommendation)];
  if ('recommendation' in state) all.push(state.recommendation);
  return new Map(all.map(({ step, plan }) => [step.action, plan]));
}

type World = { now(): number; failures: string[]; plans: Map<string, Plan> };

function worldOf(store: IncidentStore, { now, failures, plans }: World): Deps {
  const nothing = async () => ({ ok: true as const, value: [] });
  const metrics = { range: nothing, instant: nothing, ping: async () => {} };
  const shop = { clusterFor: () => allWell, metricsFor: () => metrics };
  const config = { mode: 'act' as const, isProtected: false };
  const clock = { now, realDelay: (ms: number) => ms };
  const outside = { shop, mouths: createMouths(now), clock, approvers: ['U_ONCALL'], config };
  const deps = depsOf(store, outside, NOBODY);
  const log = pino(
    { level: 'error' },
    {
      write: (line: string) =>
        void failures.push(String((JSON.parse(line) as { err?: { stack?: string } }).err?.stack ?? line)),
    },
  );
  const actions = new Map([...plans].map(([name, plan]) => [name, sameAgain(name, { ...plan, plannedAt: now() })]));
  const verify = { withinMs: 120_000, steadyMs: 30_000 };
  const playbooks = new Always({ issue: 'any', title: '', steps: [], verify });
  const failure = { kind: 'too_little_history' as const, message: 'nothing is foretold here' };
  const demand = { outlook: async () => ({ ok: false, failure }) } as unknown as Deps['demand'];
  return { ...deps, log, actions, playbooks, demand };
}

const NOBODY = { replica: 0, effect: '', incidentId: '', gate: async () => {}, token: null, saw: new Map() };

/** Whatever is asked for is there and well. */
const allWell: Cluster = {
  ...unreachableCluster('test'),
  workload: async (namespace, name) => {
    const counts = { replicas: 1, readyReplicas: 1, selector: { app: name } };
    return { ok: true, value: { kind: 'Deployment', namespace, name, ...counts } as unknown as Workload };
  },
  pods: async (namespace, { app = '' }) => {
    const container = { name: 'app', restarts: 0, ready: true, waiting: null, lastExit: null };
    const pod = { namespace, name: `${app}-0`, deleting: false, ready: true, containers: [container] };
    return { ok: true, value: [pod as unknown as PodInfo] };
  },
  nodes: async () => ({ ok: true, value: [] }),
};

class Always<T> extends Map<string, T> {
  readonly #value: T;
  constructor(value: T) {
    super();
    this.#value = value;
  }
  override get(): T {
    return this.#value;
  }
}

/** A step as it was recorded: it plans the same again, is done at once, and can be taken back. */
function sameAgain(name: string, plan: Plan): Action {
  const parts: Partial<Action> = {
    name,
    title: name,
    plan: async () => ({ ok: true, plan }),
    wasApplied: async () => null,
    apply: async () => ({ kind: 'done', undo: {}, message: 'done' }),
    settled: async () => ({ kind: 'settled', message: '' }),
    undo: async () => ({ kind: 'done', undo: null, message: 'taken back' }),
  };
  return parts as Action;
}
