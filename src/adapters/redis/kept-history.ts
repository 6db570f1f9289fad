import type { Redis } from 'ioredis';
import type { Point } from '../../ports/metrics.ts';
import type { KeptHistory } from '../../ports/replicas.ts';
import { whenAvailable } from './availability.ts';

const SLOT_MS = 300_000;
const DAY_MS = 86_400_000;
const TTL_MS = 15 * DAY_MS;
/** Days of services: 500 services' fortnight, about 70 MB. */
const MOST_DAYS = 8_000;
const CLAIM_MS = 2 * 3_600_000;
/** What every written slot begins with: a slot that nobody wrote is zeros. */
const WRITTEN = 1;

/** KEYS: the index. ARGV: most days, the prefix of days. Forgets the days that were written longest ago. */
const FORGET = `
local excess = redis.call('ZCARD', KEYS[1]) - ARGV[1]
if excess <= 0 then return 0 end
for _, day in ipairs(redis.call('ZRANGE', KEYS[1], 0, excess - 1)) do
  redis.call('DEL', ARGV[2] .. day)
  redis.call('ZREM', KEYS[1], day)
end
return excess
`;

/** One string a service and day, with a fixed place for each slot, under `nightshift-otlp:<cluster>:`; fifteen days, in a Redis that may evict. */
export function createKeptHistory(options: {
  redis: Redis;
  cluster: string;
  /** Values a slot. */
  width: number;
  mostDays?: number;
}): KeptHistory {
  const { redis, width, mostDays = MOST_DAYS } = options;
  const prefix = `nightshift-otlp:${options.cluster}:`;
  const days = `${prefix}history:`;
  const slotBytes = 1 + 4 * width;
  return {
    claim: async (at) =>
      (await whenAvailable(() => redis.set(`${prefix}claim:${at}`, '1', 'PX', CLAIM_MS, 'NX'))) === 'OK',
    write: async (at, rows) => {
      const day = Math.floor((at - 1) / DAY_MS);
      const offset = Math.floor((at - 1 - day * DAY_MS) / SLOT_MS) * slotBytes;
      const batch = redis.pipeline();
      for (const { service, values } of rows) {
        const slot = Buffer.alloc(slotBytes, WRITTEN);
        for (let i = 0; i < width; i += 1) slot.writeFloatLE(values[i] ?? Number.NaN, 1 + 4 * i);
        const name = `${day}:${service}`;
        batch.setrange(days + name, offset, slot as unknown as string);
        batch.pexpire(days + name, TTL_MS);
        batch.zadd(`${days}index`, at, name);
      }
      batch.eval(FORGET, 1, `${days}index`, mostDays, days);
      const answers = await whenAvailable(async () => batch.exec());
      const failed = answers?.find(([error]) => error)?.[0];
      if (failed) await whenAvailable(() => Promise.reject(failed));
    },
    read: async (service, place, from, to) => {
      const [first, last] = [from, to].map((at) => Math.floor((at - 1) / DAY_MS)) as [number, number];
      const names = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
      if (names.length === 0) return [];
      const found = await whenAvailable(() => redis.mgetBuffer(names.map((day) => `${days}${day}:${service}`)));
      const points = found.flatMap((bytes, i) => (bytes ? pointsOf(bytes, names[i]!, slotBytes, place) : []));
      return points.filter(({ at }) => at >= from && at <= to);
    },
  };
}

function pointsOf(bytes: Buffer, day: number, slotBytes: number, place: number): Point[] {
  const points: Point[] = [];
  for (let slot = 0; (slot + 1) * slotBytes <= bytes.length; slot += 1) {
    if (bytes[slot * slotBytes] !== WRITTEN) continue;
    const value = bytes.readFloatLE(slot * slotBytes + 1 + 4 * place);
    if (Number.isFinite(value)) points.push({ at: day * DAY_MS + (slot + 1) * SLOT_MS, value });
  }
  return points;
}
