import type { Redis } from 'ioredis';
import type { Clock } from '../../domain/clock.ts';
import type { IncidentStore } from '../../ports/store.ts';
import { auditCalls } from './audit-calls.ts';
import { whenAvailable } from './availability.ts';
import { effectCalls } from './effect-calls.ts';
import { createLastRead } from './last-read.ts';
import { lockCalls } from './lock-calls.ts';
import { outcomeCalls } from './outcome-calls.ts';
import { readCalls } from './read-calls.ts';
import { retentionCalls } from './retention-calls.ts';
import { saveCall } from './save-call.ts';
import { loadScripts } from './scripts.ts';

/**
 * The incident store on Redis 7: every decision is one Lua script, everything of a cluster is under `{nightshift:<cluster>}:` and so in one hash slot.
 * All time is the Redis server's own, leases as well as pauses and deadlines; `clock` says how the application's is read off it.
 * `onUnreadable` hears of records that a list leaves out because this version can't read them.
 */
export function createIncidentStore(options: {
  redis: Redis;
  cluster: string;
  clock: Pick<Clock, 'now' | 'line'>;
  onUnreadable?: (message: string) => void;
}): IncidentStore {
  const { redis, clock } = options;
  const prefix = keyPrefix(options.cluster);
  const run = loadScripts(redis, `${prefix}:`);
  const lastRead = createLastRead();
  redis.on('close', () => lastRead.clear());
  const onUnreadable = options.onUnreadable ?? (() => {});
  return {
    ...readCalls({ redis, run, prefix, lastRead, onUnreadable }),
    ...retentionCalls({ redis, run, prefix, onUnreadable }),
    ...auditCalls({ redis, run, prefix }),
    ...outcomeCalls({ redis, prefix, onUnreadable }),
    save: saveCall(run, lastRead),
    ...effectCalls(run, onUnreadable),
    ...lockCalls(run, clock),
    ping: async () => {
      await whenAvailable(() => redis.ping());
    },
  };
}

/** The hash tag that keeps a cluster's keys together; BullMQ's queue uses it too. */
export const keyPrefix = (cluster: string): string => `{nightshift:${cluster}}`;
