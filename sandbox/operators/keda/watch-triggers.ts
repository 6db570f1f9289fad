import type { ScaledObject } from './definition.ts';
import { type Metric, type Sources, type Trigger, triggerOf } from './triggers.ts';

/** How a trigger stands: what it measured last (null: nothing yet), and how often in a row it has failed since. */
export type Standing = { target: number | null; metric: Metric | null; failures: number };
export type Watched = { standings: ReadonlyMap<string, Standing>; active: boolean };

const POLLING_S = 30;

type Memory = { generation: number | undefined; nextAt: number; standings: Map<string, Standing> };

/** Looks at each ScaledObject's triggers at its polling interval, and remembers what they said. Throws BadTrigger. */
export function watchTriggers(sources: Sources) {
  const memories = new Map<string, Memory>();
  return {
    watch(scaled: ScaledObject, now: number): Watched {
      const { uid = '', name, namespace = '', generation } = scaled.metadata;
      const known = memories.get(uid);
      const isNew = known?.generation !== generation;
      const memory = known && !isNew ? known : { generation, nextAt: 0, standings: new Map<string, Standing>() };
      const ref = { name, namespace, scalerMetadata: {} };
      const triggers = scaled.spec.triggers.map((spec, index) => triggerOf(spec, index, ref, sources));
      memories.set(uid, memory);
      if (now >= memory.nextAt) {
        memory.nextAt = now + (scaled.spec.pollingInterval ?? POLLING_S) * 1000;
        for (const trigger of triggers) look(trigger, now, memory.standings);
      }
      const active = [...memory.standings.values()].some(({ metric, failures }) => failures === 0 && metric?.active);
      return { standings: memory.standings, active };
    },
    /** Undefined where nothing of that name is watched. */
    standing: (uid: string, metric: string): Standing | undefined => memories.get(uid)?.standings.get(metric),
    forget(present: ReadonlySet<string>): void {
      for (const uid of memories.keys()) if (!present.has(uid)) memories.delete(uid);
    },
  };
}

function look(trigger: Trigger, now: number, standings: Map<string, Standing>): void {
  const failed = (): void => {
    const before = standings.get(trigger.name) ?? { target: trigger.target, metric: null, failures: 0 };
    standings.set(trigger.name, { ...before, failures: before.failures + 1 });
  };
  const told = (metric: Metric): void => {
    standings.set(trigger.name, { target: metric.target, metric, failures: 0 });
  };
  try {
    const answer = trigger.look(now);
    if (answer instanceof Promise) answer.then(told, failed);
    else told(answer);
  } catch {
    failed();
  }
}
