import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Redis } from 'ioredis';
import type { Said, SharedLog } from '../../ports/replicas.ts';
import { whenAvailable } from './availability.ts';

const pack = promisify(gzip);
const unpack = promisify(gunzip);
const TTL_MS = 2 * 3_600_000;
const MOST_ENTRIES = 2_000;
const MOST_BYTES = 128 * 1024 * 1024;
/** Of one entry, packed; what the largest limits fill is below. */
const MOST_BODY = 2 * 1024 * 1024;
const MOST_UNPACKED = 48 * 1024 * 1024;

/** KEYS: the stream, its size in bytes. ARGV: replica, number, body, ttl, most entries, most bytes. On the server's clock: its ids begin with it. */
const APPEND = `
redis.call('XADD', KEYS[1], '*', 'replica', ARGV[1], 'number', ARGV[2], 'body', ARGV[3])
local size = redis.call('INCRBY', KEYS[2], #ARGV[3])
local t = redis.call('TIME')
local oldest = t[1] * 1000 - ARGV[4]
local count = redis.call('XLEN', KEYS[1])
while true do
  local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
  if not first then break end
  local at = tonumber(string.match(first[1], '^%d+'))
  if count <= tonumber(ARGV[5]) and size <= tonumber(ARGV[6]) and at >= oldest then break end
  redis.call('XDEL', KEYS[1], first[1])
  size = redis.call('DECRBY', KEYS[2], #first[2][6])
  count = count - 1
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
`;

/** A stream under `nightshift-otlp:<cluster>:`, in a Redis that may evict; it holds two hours, and at most 2,000 entries and 128 MiB. */
export function createSharedLog(options: {
  redis: Redis;
  cluster: string;
  mostEntries?: number;
  mostBytes?: number;
  mostBody?: number;
}): SharedLog {
  const { redis, mostEntries = MOST_ENTRIES, mostBytes = MOST_BYTES, mostBody = MOST_BODY } = options;
  const stream = `nightshift-otlp:${options.cluster}:minutes`;
  return {
    append: async ({ replica, number }, body) => {
      const packed = await pack(body);
      if (packed.length > mostBody) return false;
      const given = [replica, number, packed, TTL_MS, mostEntries, mostBytes];
      await whenAvailable(() => redis.eval(APPEND, 2, stream, `${stream}:bytes`, ...given));
      return true;
    },
    since: async (cursor, limit) => {
      const from = cursor === null ? '-' : `(${cursor}`;
      const found = await whenAvailable(() => redis.callBuffer('XRANGE', stream, from, '+', 'COUNT', limit));
      const entries = found as [Buffer, Buffer[]][];
      const said = await Promise.all(entries.map(([, fields]) => read(fields)));
      return { cursor: entries.at(-1)?.[0].toString() ?? cursor, said: said.filter((one) => one !== null) };
    },
  };
}

/** Null for what can't be read: it is as good as lost. */
async function read([, replica, , number, , body]: Buffer[]): Promise<Said | null> {
  if (!replica || !number || !body) return null;
  try {
    const unpacked = await unpack(body, { maxOutputLength: MOST_UNPACKED });
    return { replica: replica.toString(), number: Number(number.toString()), body: unpacked };
  } catch {
    return null;
  }
}
