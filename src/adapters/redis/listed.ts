import type { Redis } from 'ioredis';
import type { ListedStore } from '../../ports/listed.ts';
import { whenAvailable } from './availability.ts';

/** The list's place as a hash at `key`. */
export function createListedStore({ redis, key }: { redis: Redis; key: string }): ListedStore {
  return {
    read: async () => {
      const [channel, ts, digest] = await whenAvailable(() => redis.hmget(key, 'channel', 'ts', 'digest'));
      return channel && ts ? { channel, ts, digest: digest ?? '' } : null;
    },
    write: async (listed) => {
      await whenAvailable<unknown>(() => (listed ? redis.hset(key, listed) : redis.del(key)));
    },
  };
}
