import type { Workload } from '../ports/cluster-objects.ts';
import type { Models } from './baselines.ts';
import type { TrainingReason } from './train.ts';

export type Due = { namespace: string; service: string; why: TrainingReason };

/** Remembers each workload's template, to see rollouts. */
export type TrainingSchedule = {
  /** Who is to be trained now. `busiest`: `namespace/service` of those that take the most requests. */
  due(workloads: Workload[], busiest: string[], now: number): Due[];
};

const DAY_MS = 86_400_000;
/** In the small hours (UTC), each service at a moment of its own within two hours. */
const NIGHT_FROM_MS = 2 * 3_600_000;
const NIGHT_LONG_MS = 2 * 3_600_000;
/** A new version needs a while of its own data before there is anything to learn from it. */
const SETTLED_FOR_MS = 60 * 60_000;
const MOST_REMEMBERED = 20_000;

type Seen = { template: string; settledAt: number | null };

export function createTrainingSchedule(models: Models): TrainingSchedule {
  const seen = new Map<string, Seen>();
  return {
    due(workloads, busiest, now) {
      return workloads.flatMap((workload) => {
        const { namespace, name } = workload;
        const key = `${namespace}/${name}`;
        const rolledOutAt = rolloutOf(seen, key, workload, now);
        const known = models.find(namespace, name);
        const due = (why: TrainingReason): Due[] => [{ namespace, service: name, why }];
        if (!known) return due(busiest.includes(key) ? 'busiest' : 'first');
        if (
          rolledOutAt !== null &&
          now - rolledOutAt >= SETTLED_FOR_MS &&
          known.trainedAt < rolledOutAt + SETTLED_FOR_MS
        )
          return due('rollout');
        return known.trainedAt < lastNight(key, now) ? due('nightly') : [];
      });
    },
  };
}

/** When the workload's newest template had settled, if it was seen to change. */
function rolloutOf(seen: Map<string, Seen>, key: string, workload: Workload, now: number): number | null {
  const template = `${workload.revision} ${workload.containers.map((one) => one.image).join(' ')}`;
  const before = seen.get(key);
  if (!before) {
    if (seen.size < MOST_REMEMBERED) seen.set(key, { template, settledAt: null });
    return null;
  }
  if (before.template !== template) seen.set(key, { template, settledAt: isSettled(workload) ? now : 0 });
  else if (before.settledAt === 0 && isSettled(workload)) before.settledAt = now;
  return seen.get(key)?.settledAt || null;
}

const isSettled = (workload: Workload): boolean =>
  workload.observedGeneration >= workload.generation &&
  workload.updatedReplicas === workload.replicas &&
  workload.readyReplicas === workload.replicas;

/** The newest moment of the service's nightly turn that has passed. */
function lastNight(key: string, now: number): number {
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (hash * 31 + key.charCodeAt(i)) >>> 0;
  const turn = NIGHT_FROM_MS + (hash / 2 ** 32) * NIGHT_LONG_MS;
  return Math.floor((now - turn) / DAY_MS) * DAY_MS + turn;
}
