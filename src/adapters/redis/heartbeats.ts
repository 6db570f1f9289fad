import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Heartbeats } from '../../ports/heartbeats.ts';
import { whenAvailable } from './availability.ts';

const schema = z.object({ last: z.number(), gap: z.number().nullable(), ended: z.number().nullable() });

/** One small string. Two replicas that write at once lose one beat of two: the next makes it good. */
export function createHeartbeats({ redis, key }: { redis: Redis; key: string }): Heartbeats {
  return {
    read: () =>
      whenAvailable(async () => {
        const text = await redis.get(key);
        return text === null ? null : (schema.safeParse(JSON.parse(text)).data ?? null);
      }),
    write: (heard) => whenAvailable(async () => void (await redis.set(key, JSON.stringify(heard)))),
  };
}
