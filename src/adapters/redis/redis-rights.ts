import type { Redis } from 'ioredis';
import { whenAvailable } from './availability.ts';

/** Every command that the store, the queue and their scripts use, by how many arguments follow its key. */
const AFTER_KEY: string[][] = [
  `del exists get hgetall hkeys hlen hvals incr llen lpop persist pttl rpop scard smembers type unlink xlen zcard
   zpopmin`.split(/\s+/),
  `bzpopmin decrby hdel hexists hget hmget incrby lindex lpos lpush pexpire pexpireat rpush sadd set sismember
   srem xdel zrem zscore`.split(/\s+/),
  `hincrby hmset hset hsetnx lrange lrem lset ltrim setrange xrange zadd zcount zrange zrangebylex zrangebyscore
   zremrangebyrank zremrangebyscore zrevrange zrevrangebyscore`.split(/\s+/),
];
/** Those whose arguments come in another order. */
const OTHERS = (key: string): string[][] => [
  ['time'],
  ['info'],
  ['rename', key, key],
  ['rpoplpush', key, key],
  ['eval', 'return 1', '0'],
  ['evalsha', '0'.repeat(40), '0'],
  ['xadd', key, '*', 'a', 'b'],
  ['xtrim', key, 'MAXLEN', '1'],
];

export const COMMANDS_USED: string[] = [...AFTER_KEY.flat(), ...OTHERS('').map(([name]) => name!), 'multi', 'exec'];

/** What this user of Redis may not do, each as `+command` or `~keys` the way ACL SETUSER writes it. Nothing is carried out: all of it is queued in a transaction that is thrown away. Rejects with StoreUnavailable. */
export async function missingRedisRights(redis: Redis, prefixes: string[]): Promise<string[]> {
  const denied = async (command: string[]) => {
    const [name, ...args] = command as [string, ...string[]];
    try {
      await redis.call(name, ...args);
      return null;
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOPERM')) return null;
      return error.message.includes(' command') ? 'command' : 'key';
    }
  };
  // Without it what follows would not be queued but done.
  if ((await whenAvailable(() => denied(['multi']))) !== null) return ['+multi'];
  const key = `${prefixes[0]}:probe`;
  const tries = [
    ...AFTER_KEY.flatMap((names, after) => names.map((name) => [name, key, ...Array<string>(after).fill('1')])),
    ...OTHERS(key),
  ];
  const [commands, keys] = await Promise.all([
    Promise.all(tries.map(async (command) => ((await denied(command)) === 'command' ? [`+${command[0]}`] : []))),
    Promise.all(
      prefixes.map(async (prefix) =>
        (await denied(['set', `${prefix}:probe`, '1'])) === 'key' ? [`~${prefix}*`] : [],
      ),
    ),
  ]);
  const exec = (await denied(['discard'])) === 'command' ? ['+discard'] : [];
  return [...commands.flat(), ...keys.flat(), ...exec];
}

/** A Redis that this version can't work with at all, in words; null when it can. Rejects with StoreUnavailable. */
export async function refusedKind(redis: Redis): Promise<string | null> {
  const info = await whenAvailable(() => redis.info()).catch((error: unknown) => {
    if (error instanceof Error && error.message.includes('NOPERM')) return '';
    throw error;
  });
  if (/^cluster_enabled:1/m.test(info))
    return 'it is a Redis Cluster, which is not supported: give one primary with replicas (Sentinel: REDIS_SENTINELS), or a managed Redis with cluster mode off';
  if (/^redis_mode:sentinel/m.test(info))
    return "it is a Sentinel, which keeps no data: put it into REDIS_SENTINELS, and the primary's name into REDIS_URL (redis://NAME)";
  if (/^role:slave/m.test(info))
    return 'it is a replica, which takes no writes: name the primary, or all Sentinels in REDIS_SENTINELS';
  return null;
}
