import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { ConfigCopies, ConfigCopy } from '../../ports/config-copies.ts';
import { whenAvailable } from './availability.ts';

const MOST_VERSIONS = 4;
const KEPT_MS = 30 * 86_400_000;
const IV = 12;
const TAG = 16;
const copySchema = z.object({ uid: z.string(), changedAt: z.number(), data: z.record(z.string(), z.string()) });

/** In a Redis that may evict; AES-256-GCM under a key that is derived from `secret`, with the place as additional data, so that no copy can be passed off as another's. Not even the names are readable there. */
export function createConfigCopies(options: { redis: Redis; cluster: string; secret: string }): ConfigCopies {
  const { redis, cluster } = options;
  const derive = (use: string) => Buffer.from(hkdfSync('sha256', options.secret, cluster, use, 32));
  const [key, names] = [derive('config-copies'), derive('config-names')];
  const placeOf = (namespace: string, name: string) => `${namespace}/${name}`;
  const keyOf = (place: string) =>
    `nightshift-configs:${cluster}:${createHmac('sha256', names).update(place).digest('hex')}`;
  const of = async (namespace: string, name: string): Promise<ConfigCopy[]> => {
    const place = placeOf(namespace, name);
    const bodies = await whenAvailable(() => redis.lrangeBuffer(keyOf(place), 0, MOST_VERSIONS - 1));
    return bodies
      .flatMap((body) => opened(key, place, body) ?? [])
      .sort((one, other) => other.changedAt - one.changedAt);
  };
  return {
    of,
    async keep(namespace, name, copy) {
      const place = placeOf(namespace, name);
      const known = await of(namespace, name);
      const kept = keyOf(place);
      const isKnown = known.some(({ uid, changedAt }) => uid === copy.uid && changedAt === copy.changedAt);
      const transaction = redis.multi();
      if (!isKnown) transaction.lpush(kept, sealed(key, place, copy)).ltrim(kept, 0, MOST_VERSIONS - 1);
      await whenAvailable(() => transaction.pexpire(kept, KEPT_MS).exec());
    },
  };
}

function sealed(key: Buffer, place: string, copy: ConfigCopy): Buffer {
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(place));
  const body = Buffer.concat([cipher.update(JSON.stringify(copy), 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

function opened(key: Buffer, place: string, text: Buffer): ConfigCopy | null {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, text.subarray(0, IV))
      .setAAD(Buffer.from(place))
      .setAuthTag(text.subarray(IV, IV + TAG));
    const body = Buffer.concat([decipher.update(text.subarray(IV + TAG)), decipher.final()]).toString('utf8');
    return copySchema.parse(JSON.parse(body));
  } catch {
    return null;
  }
}
