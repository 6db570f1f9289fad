import { Redis } from 'ioredis';
import { RECONNECT } from '../outgoing/redis-reconnect.ts';

const COMMAND_TIMEOUT_MS = 2_000;

/** For adding and counting jobs: fails soon when Redis is away, and waits for nothing. `url` is a Redis URL or the path of a unix socket. */
export const producerConnection = (url: string, onError: (error: Error) => void): Redis =>
  connection(url, onError, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
  });

/** For workers, which block on it and wait for Redis to come back. */
export const workerConnection = (url: string, onError: (error: Error) => void): Redis =>
  connection(url, onError, { maxRetriesPerRequest: null });

function connection(url: string, onError: (error: Error) => void, options: object): Redis {
  const redis = new Redis(url, {
    ...options,
    ...RECONNECT,
  });
  redis.on('error', onError);
  return redis;
}
