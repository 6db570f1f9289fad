import { unreachableCluster } from '../../src/app/missing-parts.ts';
import { planDigest } from '../../src/domain/plan.ts';
import type { Execution } from '../../src/domain/types.ts';
import type { Action, ActionContext, Applied, Planned } from '../../src/extension-points.ts';
import type { Cluster, PodInfo, Workload } from '../../src/ports/cluster.ts';
import { planOf } from '../domain/examples.ts';

/** What a change does to the trouble. */
export type Remedy = 'heals' | 'nothing' | 'worsens';
export type Change = { executionId: string; kind: 'part' | 'apply' | 'undo' };

type Service = {
  uid: string;
  /** As a resourceVersion: every write makes a new one, and a write names the one it saw. */
  version: number;
  image: string;
  broken: boolean;
  restarts: number;
  remedy: Remedy;
  mark: string | null;
  /** The API server says nothing of it. */
  hidden: boolean;
  /** The next change is made, and the answer to it is lost. */
  deaf: boolean;
};

export const SERVICES = ['a-api', 'b-api', 'c-api'];
/** Whose fix has two parts, as a drain has many. */
const IN_PARTS = 'b-api';

/** Three services whose trouble is an image, in memory; every change that is really made is told to `onChange` first. */
export function createShop(onChange: (change: Change) => Promise<void>) {
  const services = new Map<string, Service>(
    SERVICES.map((name) => [
      name,
      {
        uid: `uid-${name}`,
        version: 1,
        image: 'good',
        broken: false,
        restarts: 0,
        remedy: 'heals',
        mark: null,
        hidden: false,
        deaf: false,
      },
    ]),
  );
  const named = (name: string): Service => services.get(name)!;
  let deploys = 0;
  const counts = { unknown: 0, lost: 0 };
  return {
    break(name: string, remedy: Remedy) {
      deploys += 1;
      Object.assign(named(name), { image: `bad-${deploys}`, broken: true, restarts: 3, remedy });
      named(name).version += 1;
    },
    /** The trouble ends by itself; the image stays. */
    recover: (name: string) => void Object.assign(named(name), { broken: false, restarts: 0 }),
    hide: (name: string, hidden: boolean) => void Object.assign(named(name), { hidden }),
    loseNextAnswer: (name: string) => void Object.assign(named(name), { deaf: true }),
    /** Looks that the API server didn't answer, and changes whose answer was lost. */
    counts,
    isBroken: (name: string): boolean => named(name).broken,
    cluster: clusterOf(named, counts),
    fix: fixOf(named, onChange, counts),
  };
}

type Counts = { unknown: number; lost: number };

const SILENT = {
  ok: false as const,
  failure: { kind: 'unreachable' as const, message: 'The API server gave no answer.', retryAfterMs: null },
};

function clusterOf(named: (name: string) => Service, counts: Counts): Cluster {
  const silent = (name: string) => {
    if (named(name).hidden) counts.unknown += 1;
    return named(name).hidden;
  };
  return {
    ...unreachableCluster('test'),
    workload: async (namespace, name) =>
      silent(name)
        ? SILENT
        : {
            ok: true,
            value: {
              kind: 'Deployment',
              namespace,
              name,
              selector: { app: name },
              replicas: 1,
              readyReplicas: 1,
            } as unknown as Workload,
          },
    pods: async (namespace, { app = '' }) =>
      silent(app) ? SILENT : { ok: true, value: [podOf(namespace, app, named(app))] },
    nodes: async () => ({ ok: true, value: [] }),
  };
}

function podOf(namespace: string, service: string, { broken, restarts }: Service): PodInfo {
  const waiting = broken ? { reason: 'CrashLoopBackOff', message: '' } : null;
  const container = { name: 'app', restarts, ready: !broken, waiting, lastExit: null };
  const pod = { namespace, name: `${service}-0`, deleting: false, ready: !broken, containers: [container] };
  return pod as unknown as PodInfo;
}

/** Puts the good image back, as a rollback does: a wished-for state, the mark in the same write, and no write over a newer version. */
function fixOf(named: (name: string) => Service, onChange: (change: Change) => Promise<void>, counts: Counts): Action {
  const targetOf = (context: ActionContext) => named(context.target.name);
  return {
    name: 'fix',
    title: 'Put the good image back',
    rungs: ['rollback'],
    reversible: true,
    permissions: [],
    cures: { '*': [1, 1] },
    against: { namespace: [], workload: [] },
    plan: async (context) => planned(context, targetOf(context)),
    async wasApplied(context, plan, executionId) {
      const { mark, image } = targetOf(context);
      if (mark !== executionId) return null;
      return image === 'good' ? done(String(plan.data.before)) : UNDERWAY;
    },
    async apply(context, { plan, executionId }): Promise<Applied> {
      const service = targetOf(context);
      if (service.version !== plan.data.version) return refused('the object got newer');
      if (context.target.name === IN_PARTS && service.mark !== executionId) {
        await onChange({ executionId, kind: 'part' });
        Object.assign(service, { mark: executionId, version: service.version + 1 });
        return UNDERWAY;
      }
      await onChange({ executionId, kind: 'apply' });
      const broken = service.broken && service.remedy !== 'heals';
      const restarts = service.remedy === 'worsens' ? 50 : service.restarts;
      const { deaf } = service;
      Object.assign(service, {
        ...{ image: 'good', mark: executionId, version: service.version + 1, broken, restarts, deaf: false },
      });
      if (!deaf) return done(String(plan.data.before));
      counts.lost += 1;
      return { kind: 'failed', changed: true, refusal: null, message: 'The API server gave no answer.' };
    },
    settled: async () => ({ kind: 'settled', message: '' }),
    async undo(context, execution: Execution): Promise<Applied> {
      const service = targetOf(context);
      if (service.mark !== execution.id || service.image !== 'good') return done('');
      await onChange({ executionId: execution.id, kind: 'undo' });
      Object.assign(service, { image: String(execution.undo?.before), version: service.version + 1 });
      return done('');
    },
  };
}

function planned(context: ActionContext, service: Service): Planned {
  if (service.image === 'good') return { ok: false, refusal: { code: 'not_needed', message: 'the image is good' } };
  const { name, namespace } = context.target;
  const changes = [{ path: 'image', before: service.image, after: 'good' }];
  const target = { kind: 'Deployment' as const, namespace, name, uid: service.uid };
  const blast = planOf().blastRadius;
  return {
    ok: true,
    plan: planOf({
      action: 'fix',
      target,
      changes,
      digest: planDigest('fix', service.uid, changes),
      blastRadius: { ...blast, services: [`${namespace}/${name}`] },
      data: { version: service.version, before: service.image },
      plannedAt: context.clock.now(),
    }),
  };
}

const UNDERWAY: Applied = { kind: 'underway', message: 'half of it', againMs: 2_000 };
const done = (before: string): Applied => ({ kind: 'done', undo: { before }, message: 'done' });
const refused = (message: string): Applied => ({
  kind: 'failed',
  changed: false,
  refusal: { code: 'plan_changed', message },
  message,
});
