import type { Redis } from 'ioredis';
import { within } from '../../timing/within.ts';
import { openRedis, type RedisAddress } from '../outgoing/redis-connection.ts';
import { whenAvailable } from './availability.ts';

const COMMAND_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** Sentinels are asked one after the other. */
const READY_MS = 8_000;

/**
 * A connection for the store, to where `url` says. Resolves when Redis is ready to answer; rejects with StoreUnavailable when it can't be reached now.
 * Afterwards it connects again by itself for ever. A command fails at once while there is no connection and after `commandTimeoutMs` without an answer; none is sent twice.
 */
export async function connectRedis(options: {
  url: RedisAddress;
  name: string;
  commandTimeoutMs?: number;
  /** What is asked in the same moment goes in one write; no commands by `call`. */
  batched?: boolean;
  onError: (error: Error) => void;
}): Promise<Redis> {
  const redis = openRedis(options.url, {
    lazyConnect: true,
    connectionName: options.name,
    commandTimeout: options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    enableAutoPipelining: options.batched ?? false,
  });
  const seen: { last?: Error } = {};
  const noSentinel = new Promise<never>((_, reject) => {
    redis.on('error', (error: Error) => {
      seen.last = error;
      if (error.message.startsWith('All sentinels are unreachable')) reject(error);
      options.onError(error);
    });
  });
  noSentinel.catch(() => {});
  try {
    await whenAvailable(() => Promise.race([readySoon(redis), noSentinel]).catch((error) => throwFirst(seen, error)));
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  return redis;
}

async function readySoon(redis: Redis): Promise<void> {
  const ready = redis.connect().then(() => true);
  if ((await within(ready, READY_MS)) !== null) return;
  if (redis.status !== 'connect') throw new Error(`no connection within ${READY_MS} ms`);
  // It is there, and reads its data back: that may take minutes.
  await ready;
}

/** The library says that the connection is closed; what came before says why (a certificate, a password). */
function throwFirst(seen: { last?: Error }, error: unknown): never {
  throw seen.last ?? error;
}
