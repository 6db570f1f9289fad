import { join } from 'node:path';
import { type PrivateRedis, startPrivateRedis } from '../../../src/adapters/redis/private-redis.ts';
import { type Nightshift, startNightshift } from '../../e2e/nightshift-process.ts';

/** Replicas of the app on one Redis. A kill is a kill -9, and whatever was killed is started again at once. */
export type Replicas = {
  /** Of those that run. */
  urls(): string[];
  killOne(index: number): Promise<void>;
  killAll(): Promise<void>;
  killRedis(): Promise<void>;
  stop(): Promise<void>;
};

/** `sandboxLine`: what NIGHTSHIFT_SANDBOX takes; asked for at each start. */
export async function startReplicas(count: number, dataDir: string, sandboxLine: () => string): Promise<Replicas> {
  const redisDir = join(dataDir, 'redis');
  let redis: PrivateRedis = await startPrivateRedis({ dataDir: redisDir });
  const replicas: (Nightshift | null)[] = Array.from({ length: count }, () => null);
  const start = async (index: number) => {
    replicas[index] = await startNightshift(
      { NIGHTSHIFT_SANDBOX: sandboxLine(), REDIS_URL: redis.url, NIGHTSHIFT_API_TOKEN: '' },
      join(dataDir, `replica-${index}`),
    );
  };
  const killOne = async (index: number) => {
    const victim = replicas[index];
    if (!victim) return;
    replicas[index] = null;
    await victim.kill();
    await start(index);
  };
  const stop = async () => {
    await Promise.all(replicas.map((one) => one?.stop()));
    await redis.stop();
  };
  try {
    for (let index = 0; index < count; index++) await start(index);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    urls: () => replicas.flatMap((one) => one?.url ?? []),
    killOne,
    killAll: async () => void (await Promise.all(replicas.map((_one, index) => killOne(index)))),
    async killRedis() {
      process.kill(redis.pid, 'SIGKILL');
      await redis.stop();
      redis = await startPrivateRedis({ dataDir: redisDir });
    },
    stop,
  };
}
