/** What a private Redis is started with. */
export type PrivateRedisSettings = { dataDir: string; socketPath: string };

const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** redis.conf for a Redis that nobody else can reach and that has every acknowledged write on disk (law 1). It evicts nothing. */
export function redisConfig({ dataDir, socketPath }: PrivateRedisSettings): string {
  return [
    'port 0',
    `unixsocket ${quoted(socketPath)}`,
    'unixsocketperm 700',
    `dir ${quoted(dataDir)}`,
    'appendonly yes',
    'appendfsync always',
    'save ""',
    'maxmemory-policy noeviction',
    'daemonize no',
    'loglevel notice',
    '',
  ].join('\n');
}
