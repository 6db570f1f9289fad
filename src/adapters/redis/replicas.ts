import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Replicas } from '../../ports/replicas.ts';
import { whenAvailable } from './availability.ts';

const LEASE_MS = 30_000;

/** KEYS: the register. ARGV: this replica, lease. On the server's clock, since replicas' clocks differ. */
const LIVE = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], 86400000)
return redis.call('ZRANGE', KEYS[1], 0, -1)
`;

/** The replicas that run now, each under a lease of 30 s of real time in the register at `key`. Calls reject with StoreUnavailable when Redis is away. */
export function createReplicas(options: { redis: Redis; key: string; id?: string; leaseMs?: number }): Replicas {
  const { redis, key, id = randomUUID(), leaseMs = LEASE_MS } = options;
  return {
    id,
    live: async () => {
      const found = (await whenAvailable(() => redis.eval(LIVE, 1, key, id, leaseMs))) as string[];
      return found.sort();
    },
    leave: async () => {
      await whenAvailable(() => redis.zrem(key, id));
    },
  };
}
