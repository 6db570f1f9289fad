import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Redis } from 'ioredis';
import type { ModelStore, StoredModel } from '../../ports/models.ts';
import { whenAvailable } from './availability.ts';

const pack = promisify(gzip);
const unpack = promisify(gunzip);
/** Retrained every night: one that wasn't for so long belongs to a service that is gone. */
const TTL_MS = 4 * 86_400_000;
const MOST_BYTES = 512 * 1024 * 1024;
const MOST_UNPACKED = 16 * 1024 * 1024;

/** KEYS: the model, the index by time, the sizes. ARGV: member, trainedAt, version, body, ttl, most bytes, prefix of models. */
const SAVE = `
local known = redis.call('HGET', KEYS[1], 'version')
if known and tonumber(known) > tonumber(ARGV[3]) then return {0, 0} end
redis.call('HSET', KEYS[1], 'version', ARGV[3], 'trainedAt', ARGV[2], 'body', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], #ARGV[4])
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[2] - ARGV[5])) do
  redis.call('DEL', ARGV[7] .. gone)
  redis.call('ZREM', KEYS[2], gone)
  redis.call('HDEL', KEYS[3], gone)
end
local total = 0
for _, size in ipairs(redis.call('HVALS', KEYS[3])) do total = total + tonumber(size) end
local dropped = 0
while total > tonumber(ARGV[6]) do
  local oldest = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
  if not oldest then break end
  total = total - tonumber(redis.call('HGET', KEYS[3], oldest) or 0)
  redis.call('DEL', ARGV[7] .. oldest)
  redis.call('ZREM', KEYS[2], oldest)
  redis.call('HDEL', KEYS[3], oldest)
  if oldest ~= ARGV[1] then dropped = dropped + 1 end
end
return {redis.call('EXISTS', KEYS[1]), dropped}
`;

/** Models in a Redis that may evict: under `nightshift-models:<cluster>:`, never among the incidents. What was evicted is simply trained again. */
export function createModelStore(options: {
  redis: Redis;
  cluster: string;
  ttlMs?: number;
  mostBytes?: number;
}): ModelStore {
  const { redis, ttlMs = TTL_MS, mostBytes = MOST_BYTES } = options;
  const prefix = `nightshift-models:${options.cluster}:`;
  const models = `${prefix}model:`;
  const index = `${prefix}index`;
  const sizes = `${prefix}sizes`;
  const training = `${prefix}training:`;
  return {
    save: async (model) => {
      const member = memberOf(model);
      const body = await pack(model.body);
      const given = [member, model.trainedAt, model.version, body, ttlMs, mostBytes, models];
      const answer = await whenAvailable(() => redis.eval(SAVE, 3, models + member, index, sizes, ...given));
      const [kept, dropped] = answer as [number, number];
      return { kept: kept === 1, dropped };
    },
    load: async (namespace, service) => {
      const member = memberOf({ namespace, service });
      const found = await whenAvailable(() => redis.hgetallBuffer(models + member));
      return read(namespace, service, found);
    },
    list: async (limit) => {
      const found = await whenAvailable(() => redis.zrange(index, '+inf', '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, limit));
      return present(redis, models, found);
    },
    claim: async (namespace, service, leaseMs) => {
      const key = training + memberOf({ namespace, service });
      return (await whenAvailable(() => redis.set(key, '1', 'PX', leaseMs, 'NX'))) === 'OK';
    },
    release: async (namespace, service) => {
      await whenAvailable(() => redis.del(training + memberOf({ namespace, service })));
    },
  };
}

const memberOf = ({ namespace, service }: { namespace: string; service: string }) => `${namespace}/${service}`;

/** Those of the index that are still there: a model may have expired or been evicted. */
async function present(redis: Redis, models: string, members: string[]): Promise<Omit<StoredModel, 'body'>[]> {
  const all: Omit<StoredModel, 'body'>[] = [];
  for (const member of members) {
    const [version, trainedAt] = await whenAvailable(() => redis.hmget(models + member, 'version', 'trainedAt'));
    const slash = member.indexOf('/');
    if (!version || !trainedAt || slash < 0) continue;
    all.push({
      namespace: member.slice(0, slash),
      service: member.slice(slash + 1),
      version: Number(version),
      trainedAt: Number(trainedAt),
    });
  }
  return all;
}

/** Null for what isn't there or can't be read: it is as good as evicted. */
async function read(namespace: string, service: string, found: Record<string, Buffer>): Promise<StoredModel | null> {
  const { version, trainedAt, body } = found;
  if (!version || !trainedAt || !body) return null;
  try {
    const bytes = await unpack(body, { maxOutputLength: MOST_UNPACKED });
    return { namespace, service, version: Number(version), trainedAt: Number(trainedAt), body: bytes };
  } catch {
    return null;
  }
}
