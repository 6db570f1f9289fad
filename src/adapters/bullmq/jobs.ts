import { once } from 'node:events';
import { Queue } from 'bullmq';
import type { Clock } from '../../domain/clock.ts';
import type { Jobs } from '../../ports/jobs.ts';
import type { DueEffect } from '../../ports/store.ts';
import type { RedisAddress } from '../outgoing/redis-connection.ts';
import { producerConnection } from './queue-connection.ts';

export const QUEUE = 'nightshift-effects';

export type QueueCounts = { waiting: number; active: number; delayed: number; failed: number };

export type EffectQueue = Jobs & {
  /** As `wake`, but at most one such job an effect is in the queue, whatever else is: for the sweep. */
  wakeAgain(effects: DueEffect[]): Promise<void>;
  /** For /metrics. Rejects when Redis is away. */
  counts(): Promise<QueueCounts>;
  close(): Promise<void>;
};

const BULK = 1_000;
/** Looks that nobody waits for have no timer of their own: the sweep finds them within a second. */
const IN_NO_HURRY = new Set<DueEffect['kind']>(['reach', 'watch', 'level', 'confirm_gone', 'give_back', 'ask_about']);
const SWEPT_AFTER_MS = 5_000;
/** A job that woke it again may have died with its worker: another follows. They take turns, so that an effect has no more of them than this, however long nobody takes any. */
const AGAIN_MS = 5_000;
const AGAIN_AT_MOST = 3;
/** What is asked and done, a page, and what ends at a time that was shown go before all that is only looked at, the oldest of them first. */
const GOES_BEFORE = new Set<DueEffect['kind']>(['page', 'deadline', 'act', 'execute', 'verify', 'undo']);
/** What people see comes before what is looked at for long. */
const SHOWS = new Set<DueEffect['kind']>(['notify', 'resolve_page']);
const orderOf = (kind: DueEffect['kind'], urgent: boolean) =>
  urgent || GOES_BEFORE.has(kind) ? {} : { priority: SHOWS.has(kind) ? 1 : 2 };
let woken = 0;
const process36 = `${process.pid.toString(36)}${Date.now().toString(36)}`;

/**
 * The queue that wakes workers. It decides nothing: what is due is in the store, and a job that is lost, late or there twice does no harm.
 * `prefix` is the cluster's hash tag. Resolves when Redis answers or, when it is away, after `connectMs`; it then connects when Redis is back.
 */
export async function createEffectQueue(options: {
  url: RedisAddress;
  prefix: string;
  clock: Clock;
  connectMs?: number;
  onError: (error: Error) => void;
}): Promise<EffectQueue> {
  const { clock, onError } = options;
  const redis = producerConnection(options.url, onError);
  await once(redis, 'ready', { signal: AbortSignal.timeout(options.connectMs ?? 5_000) }).catch(onError);
  const queue = new Queue<DueEffect>(QUEUE, { connection: redis, prefix: options.prefix });
  queue.on('error', onError);
  const add = async (effects: DueEffect[], idOf: (effect: DueEffect, delay: number) => string, urgent = false) => {
    for (let at = 0; at < effects.length; at += BULK) {
      const jobs = effects.slice(at, at + BULK).flatMap((effect) => {
        const delay = realDelayUntil(effect.dueAt, clock);
        if (delay > SWEPT_AFTER_MS && IN_NO_HURRY.has(effect.kind)) return [];
        return [
          {
            name: effect.kind,
            data: effect,
            opts: {
              jobId: idOf(effect, delay),
              delay,
              removeOnComplete: true,
              removeOnFail: true,
              ...orderOf(effect.kind, urgent),
            },
          },
        ];
      });
      if (jobs.length === 0) continue;
      // The save is done by now and the sweep wakes what this doesn't: failing here would only repeat the work.
      await queue.addBulk(jobs).catch(onError);
    }
  };
  return {
    wake: (effects, urgent) => add(effects, wakeId, urgent),
    wakeAgain: (effects) =>
      add(effects, (effect) => `${jobId(effect)}-again${Math.floor(clock.now() / AGAIN_MS) % AGAIN_AT_MOST}`),
    counts: async () => {
      const counts = await queue.getJobCounts('wait', 'prioritized', 'active', 'delayed', 'failed');
      return {
        waiting: (counts.wait ?? 0) + (counts.prioritized ?? 0),
        active: counts.active ?? 0,
        delayed: counts.delayed ?? 0,
        failed: counts.failed ?? 0,
      };
    },
    close: async () => {
      await queue.close();
      redis.disconnect();
    },
  };
}

/** Whole real milliseconds until the instant, by the application's clock; 0 when it has come. */
export function realDelayUntil(dueAt: number, clock: Clock): number {
  const left = dueAt - clock.now();
  return left <= 0 ? 0 : Math.ceil(clock.realDelay(left));
}

const jobId = (effect: DueEffect) => `${effect.id.replaceAll(':', '_')}-${effect.gen}-${effect.attempt}`;

/** A timer is set once. What is due now gets a job of its own: BullMQ drops a job whose id is still active, and that one may just have found the effect taken. */
const wakeId = (effect: DueEffect, delay: number) =>
  delay > 0 ? jobId(effect) : `${jobId(effect)}-${process36}${(++woken).toString(36)}`;
