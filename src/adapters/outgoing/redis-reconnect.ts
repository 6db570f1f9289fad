const RETRY_MOST_MS = 500;
const FAILED_OVER = /^(READONLY|MASTERDOWN)\b/;

/** How a connection to Redis comes back, for ioredis: at once and for ever, and to the new primary after a failover (the old one goes on answering, as a replica: only a new connection finds the new one). */
export const RECONNECT = {
  reconnectOnError: (error: Error): boolean => FAILED_OVER.test(error.message),
  retryStrategy: (times: number): number => Math.min(times * 50, RETRY_MOST_MS),
};
