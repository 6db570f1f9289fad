import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Mute } from '../../domain/mute.ts';
import type { Mutes } from '../../ports/mutes.ts';
import { whenAvailable } from './availability.ts';

const schema = z.object({
  namespace: z.string(),
  service: z.string(),
  by: z.string(),
  reason: z.string(),
  at: z.number(),
  until: z.number(),
});
const MOST = 500;

/** One hash, a field a service. Two replicas that write at once write two fields. */
export function createMutes({ redis, key }: { redis: Redis; key: string }): Mutes {
  const field = (namespace: string, service: string) => `${namespace}/${service}`;
  const read = async (): Promise<Mute[]> => {
    const texts = await whenAvailable(() => redis.hvals(key));
    return texts.flatMap((text) => {
      const read = schema.safeParse(jsonOf(text));
      return read.success ? [read.data] : [];
    });
  };
  return {
    read,
    async write(mute) {
      const known = await read();
      const over = known.filter(({ until }) => until <= mute.at);
      const isNew = !known.some((one) => one.namespace === mute.namespace && one.service === mute.service);
      if (isNew && known.length - over.length >= MOST) return false;
      await whenAvailable(async () => {
        const changes = redis.multi();
        for (const one of over) changes.hdel(key, field(one.namespace, one.service));
        await changes.hset(key, field(mute.namespace, mute.service), JSON.stringify(mute)).exec();
      });
      return true;
    },
    drop: async (namespace, service) => (await whenAvailable(() => redis.hdel(key, field(namespace, service)))) > 0,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
