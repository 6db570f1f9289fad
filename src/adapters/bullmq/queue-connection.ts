import { Redis } from 'ioredis';

const RETRY_MOST_MS = 500;
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
    // After a failover the old primary goes on answering, as a replica: only a new connection finds the new one.
    reconnectOnError: (error) => /^(READONLY|MASTERDOWN)\b/.test(error.message),
    retryStrategy: (times) => Math.min(times * 50, RETRY_MOST_MS),
  });
  redis.on('error', onError);
  return redis;
}
