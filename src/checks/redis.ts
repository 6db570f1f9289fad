import { connectRedis } from '../adapters/redis/connect-redis.ts';
import { doubtsAbout } from '../adapters/redis/redis-settings.ts';
import type { Environment } from '../app/environment.ts';
import { type Check, right, wrong } from './check.ts';

const SLOW_MS = 50;

/** Version, persistence, eviction and speed of a given Redis; of the private one there is nothing to say. */
export async function examineRedis({ REDIS_URL: url }: Environment): Promise<Check[]> {
  if (!url) return [right('Redis: a private one is started (REDIS_URL is not set)')];
  let redis: Awaited<ReturnType<typeof connectRedis>> | null = null;
  try {
    redis = await connectRedis({ url, name: 'nightshift-doctor', onError: () => {} });
    const began = performance.now();
    await redis.ping();
    const tookMs = performance.now() - began;
    const doubts = await doubtsAbout(redis);
    return [
      right('Redis answers'),
      ...(tookMs > SLOW_MS
        ? [wrong(`Redis answers within ${SLOW_MS} ms`, `a ping took ${Math.round(tookMs)} ms: put it nearer`)]
        : []),
      ...doubts.map(({ setting, message, mend }) => wrong(`Redis: ${setting}`, `${message} ${mend}`)),
    ];
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return [wrong('Redis answers', `${said}; check REDIS_URL, its user, password and rights`)];
  } finally {
    redis?.disconnect();
  }
}
