import type { Redis } from 'ioredis';
import type { PastTrouble } from '../../domain/proof/comparison.ts';
import type { OutcomeRecord } from '../../domain/proof/outcome-record.ts';
import type { IncidentStore } from '../../ports/store.ts';
import { whenAvailable } from './availability.ts';
import { eachReadable, outcomeFrom, pastFrom } from './stored.ts';

type OutcomeCalls = Pick<IncidentStore, 'outcomes' | 'keepPast' | 'past'>;
const PAGE = 500;
/** Troubles from before Nightshift that are kept. */
const MOST_PAST = 20_000;

/** How incidents ended: one record each, kept for ever; and what is known of the time before. */
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
    async keepPast(troubles) {
      const room = MOST_PAST - (await whenAvailable(() => redis.hlen(key('past'))));
      const kept = troubles.slice(0, Math.max(0, room));
      for (let at = 0; at < kept.length; at += PAGE) {
        const pairs = kept.slice(at, at + PAGE).flatMap((one) => [`${one.source} ${one.id}`, JSON.stringify(one)]);
        await whenAvailable(() => redis.hset(key('past'), ...pairs));
      }
      return kept.length;
    },
    async past() {
      const texts = await whenAvailable(() => redis.hvals(key('past')));
      return eachReadable(pastFrom, texts, onUnreadable).sort((a: PastTrouble, b: PastTrouble) => a.began - b.began);
    },
  };
}
