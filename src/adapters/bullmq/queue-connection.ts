import type { Redis } from 'ioredis';
import { openRedis, type RedisAddress } from '../outgoing/redis-connection.ts';

const COMMAND_TIMEOUT_MS = 2_000;

/** For adding and counting jobs: fails soon when Redis is away, and waits for nothing. */
export const producerConnection = (url: RedisAddress, onError: (error: Error) => void): Redis =>
  connection(url, onError, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
  });

/** For workers, which block on it and wait for Redis to come back. */
export const workerConnection = (url: RedisAddress, onError: (error: Error) => void): Redis =>
  connection(url, onError, { maxRetriesPerRequest: null });

function connection(
  url: RedisAddress,
  onError: (error: Error) => void,
  options: Parameters<typeof openRedis>[1],
): Redis {
  const redis = openRedis(url, options);
  redis.on('error', onError);
  return redis;
}
