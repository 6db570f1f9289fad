import { Redis, type RedisOptions } from 'ioredis';

type Options = Omit<RedisOptions, 'replyMapping'>;

/** A URL (`redis://…`, `rediss://…`) or the path of a unix socket, or one of these with what a company's Redis needs beside it. */
export type RedisAddress =
  | string
  | {
      url: string;
      /** Those who know where the primary is; the host in the URL is then its name. */
      sentinels?: { host: string; port: number }[];
      sentinelPassword?: string | undefined;
      /** PEM texts; TLS is on when any is there, or the URL begins with `rediss:`. */
      tls?: { ca?: string | undefined; cert?: string | undefined; key?: string | undefined };
    };

const RETRY_MOST_MS = 500;
const SENTINEL_RETRY_MOST_MS = 1_000;
const FAILED_OVER = /^(READONLY|MASTERDOWN)\b/;

/**
 * A connection that comes back at once and for ever, and to the new primary after a failover (the old one goes on answering, as a replica: only a new connection finds the new one).
 * `options` say what a command does meanwhile.
 */
export function openRedis(address: RedisAddress, options: Options): Redis {
  const { url, ...rest } = typeof address === 'string' ? { url: address } : address;
  // What comes first holds: a `rediss:` URL alone means TLS without anything of its own.
  const given: Options = {
    ...options,
    ...tlsOf(url, rest),
    ...sentinelsOf(url, rest),
    reconnectOnError: (error: Error): boolean => FAILED_OVER.test(error.message),
    retryStrategy: (times: number): number => Math.min(times * 50, RETRY_MOST_MS),
  };
  return new Redis(url, given);
}

type Beside = Omit<Exclude<RedisAddress, string>, 'url'>;

function tlsOf(url: string, { tls }: Beside): Options {
  const own = Object.fromEntries(Object.entries(tls ?? {}).filter(([, value]) => value !== undefined));
  if (Object.keys(own).length === 0 && !url.startsWith('rediss:')) return {};
  return { tls: own, enableTLSForSentinelMode: true, sentinelTLS: own };
}

function sentinelsOf(url: string, { sentinels = [], sentinelPassword }: Beside): Options {
  if (sentinels.length === 0) return {};
  return {
    sentinels,
    name: new URL(url).hostname,
    role: 'master',
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    sentinelRetryStrategy: (times: number): number => Math.min(times * 100, SENTINEL_RETRY_MOST_MS),
  };
}
