import type { RedisAddress } from '../adapters/outgoing/redis-connection.ts';
import { connectRedis } from '../adapters/redis/connect-redis.ts';
import { keyPrefix } from '../adapters/redis/incident-store.ts';
import { COMMANDS_USED, missingRedisRights, refusedKind } from '../adapters/redis/redis-rights.ts';
import { doubtsAbout } from '../adapters/redis/redis-settings.ts';
import type { Environment } from '../app/environment.ts';
import { redisAddress } from '../app/redis-address.ts';
import { type Check, right, wrong } from './check.ts';
import { versionChecks } from './self.ts';

const SLOW_MS = 50;
const MEND =
  'check REDIS_URL, its user, password and rights, REDIS_SENTINELS, REDIS_CA and, where it wants a client certificate, REDIS_CERT and REDIS_KEY';

/** Kind, rights, version, persistence, eviction and speed of a given Redis; of the private one there is nothing to say. */
export async function examineRedis(env: Environment, cluster: string): Promise<Check[]> {
  const address = redisAddress(env);
  if (address === null) return [right('Redis: a private one is started (REDIS_URL is not set)')];
  const looked = await lookAtRedis(address, cluster);
  if (looked.refused !== null) return [wrong('Redis can be used', looked.refused)];
  return [
    right('Redis answers'),
    ...(looked.tookMs > SLOW_MS
      ? [wrong(`Redis answers within ${SLOW_MS} ms`, `a ping took ${Math.round(looked.tookMs)} ms: put it nearer`)]
      : []),
    ...versionChecks(looked.replicas),
    ...looked.doubts.map(({ setting, message, mend }) => wrong(`Redis: ${setting}`, `${message} ${mend}`)),
  ];
}

/** Why this Redis can't be used at all, said before anything is started on it; null when it can. */
export async function refusedRedis(env: Environment, cluster: string): Promise<string | null> {
  const address = redisAddress(env);
  return address === null ? null : (await lookAtRedis(address, cluster)).refused;
}

type Looked =
  | { refused: string }
  | { refused: null; replicas: string[]; tookMs: number; doubts: Awaited<ReturnType<typeof doubtsAbout>> };

async function lookAtRedis(address: RedisAddress, cluster: string): Promise<Looked> {
  let redis: Awaited<ReturnType<typeof connectRedis>> | null = null;
  try {
    redis = await connectRedis({ url: address, name: 'nightshift-doctor', onError: () => {} });
    const kind = await refusedKind(redis);
    if (kind !== null) return { refused: kind };
    const missing = await missingRedisRights(redis, prefixesOf(cluster));
    if (missing.length > 0) return { refused: missingWords(missing) };
    const replicas = await redis.zrange(`${keyPrefix(cluster)}:replicas`, 0, '-1');
    const began = performance.now();
    await redis.ping();
    return { refused: null, replicas, tookMs: performance.now() - began, doubts: await doubtsAbout(redis) };
  } catch (error) {
    return { refused: `${error instanceof Error ? error.message : String(error)}; ${MEND}` };
  } finally {
    redis?.disconnect();
  }
}

const prefixesOf = (cluster: string): string[] => [
  keyPrefix(cluster),
  ...['models', 'otlp', 'configs'].map((what) => `nightshift-${what}:${cluster}`),
];

function missingWords(missing: string[]): string {
  const all = COMMANDS_USED.map((name) => `+${name}`).join(' ');
  const untried = missing.includes('+multi') ? ` (without it the rest can't be tried: in all it needs ${all})` : '';
  return `its user may not do all that is needed: ACL SETUSER <user> ${missing.join(' ')}${untried}`;
}
