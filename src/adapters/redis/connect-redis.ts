import { Redis } from 'ioredis';
import { RECONNECT } from '../outgoing/redis-reconnect.ts';
import { whenAvailable } from './availability.ts';

const COMMAND_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * A connection for the store, to a URL (`redis://…`, `rediss://…`) or the path of a unix socket. Resolves when Redis is ready to answer; rejects with StoreUnavailable when it can't be reached now.
 * Afterwards it connects again by itself for ever. A command fails at once while there is no connection and after `commandTimeoutMs` without an answer; none is sent twice.
 */
export async function connectRedis(options: {
  url: string;
  name: string;
  commandTimeoutMs?: number;
  /** What is asked in the same moment goes in one write; no commands by `call`. */
  batched?: boolean;
  onError: (error: Error) => void;
}): Promise<Redis> {
  const redis = new Redis(options.url, {
    lazyConnect: true,
    connectionName: options.name,
    commandTimeout: options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    enableAutoPipelining: options.batched ?? false,
    ...RECONNECT,
  });
  redis.on('error', options.onError);
  try {
    await whenAvailable(() => redis.connect());
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  return redis;
}
