import type { Redis } from 'ioredis';
import type { OutcomeRecord } from '../../domain/proof/outcome-record.ts';
import type { IncidentStore } from '../../ports/store.ts';
import { whenAvailable } from './availability.ts';
import { eachReadable, outcomeFrom } from './stored.ts';

type OutcomeCalls = Pick<IncidentStore, 'outcomes'>;
const PAGE = 500;

/** How incidents ended: one record each, kept for ever. */
export function outcomeCalls(options: {
  redis: Redis;
  prefix: string;
  onUnreadable: (message: string) => void;
}): OutcomeCalls {
  const { redis, prefix, onUnreadable } = options;
  const key = (name: string) => `${prefix}:${name}`;
  return {
    async outcomes({ since, until, service, limit }) {
      const index = key(service === undefined ? 'outcomes-by-end' : `outcomes-of:${service}`);
      const end = until === undefined ? '+inf' : `(${until}`;
      const found: OutcomeRecord[] = [];
      for (let offset = 0; offset < limit; offset += PAGE) {
        const count = Math.min(PAGE, limit - offset);
        const ids = await whenAvailable(() => redis.zrevrangebyscore(index, end, since, 'LIMIT', offset, count));
        if (ids.length === 0) break;
        const texts = await whenAvailable(() => redis.hmget(key('outcomes'), ...ids));
        const known = texts.filter((text) => text !== null);
        found.push(...eachReadable(outcomeFrom, known, onUnreadable));
        if (ids.length < count) break;
      }
      return found.reverse();
    },
  };
}
