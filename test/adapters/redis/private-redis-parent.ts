import { startPrivateRedis } from '../../../src/adapters/redis/private-redis.ts';

/** A process of its own that starts a private Redis, says which, and then only waits to be killed. */
const [dataDir, path] = process.argv.slice(2);
const server = await startPrivateRedis({ dataDir: dataDir!, path: path! });
process.stdout.write(`${JSON.stringify({ pid: server.pid, url: server.url })}\n`);
setInterval(() => {}, 60_000);
