import type { RedisAddress } from '../adapters/outgoing/redis-connection.ts';
import type { Environment } from './environment.ts';

type RedisEnvironment = Pick<
  Environment,
  'REDIS_URL' | 'REDIS_SENTINELS' | 'REDIS_SENTINEL_PASSWORD' | 'REDIS_CA' | 'REDIS_CERT' | 'REDIS_KEY'
>;

/** Where the given Redis is and how to sign in; null: a private one is wanted. */
export function redisAddress(env: RedisEnvironment): RedisAddress | null {
  if (!env.REDIS_URL) return null;
  return {
    ...redisBeside(env, env.REDIS_URL),
    ...(env.REDIS_SENTINELS ? { sentinels: env.REDIS_SENTINELS, sentinelPassword: env.REDIS_SENTINEL_PASSWORD } : {}),
  };
}

/** Another Redis of the same company, without Sentinels: the same authority and certificate where it speaks TLS. */
export function redisBeside(env: Omit<RedisEnvironment, 'REDIS_URL'>, url: string): RedisAddress & object {
  const speaksTls = url.startsWith('rediss:');
  return { url, ...(speaksTls ? { tls: { ca: env.REDIS_CA, cert: env.REDIS_CERT, key: env.REDIS_KEY } } : {}) };
}
