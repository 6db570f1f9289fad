import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { HeardOnce } from '../../ports/heard-once.ts';
import { whenAvailable } from './availability.ts';

/** KEYS: the newest. ARGV: at, how long to keep it. */
const NEWEST = `
local known = tonumber(redis.call('GET', KEYS[1]))
if known and known > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`;

/** Marks that end by themselves, under `prefix` (the cluster's hash tag). */
export function createHeardOnce({ redis, prefix }: { redis: Redis; prefix: string }): HeardOnce {
  const keyOf = (kind: 'heard' | 'newest', name: string) =>
    `${prefix}:${kind}:${createHash('sha256').update(name).digest('hex').slice(0, 40)}`;
  return {
    first: async (name, keepMs) =>
      (await whenAvailable(() => redis.set(keyOf('heard', name), '1', 'PX', keepMs, 'NX'))) === 'OK',
    forget: async (name) => {
      await whenAvailable(() => redis.del(keyOf('heard', name)));
    },
    newest: async (name, at, keepMs) =>
      (await whenAvailable(() => redis.eval(NEWEST, 1, keyOf('newest', name), at, keepMs))) === 1,
  };
}
