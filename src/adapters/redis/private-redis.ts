import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from './find-program.ts';
import { redisConfig } from './redis-config.ts';
import { socketAnswers, socketSays } from './socket-answers.ts';
import { socketPathFor } from './socket-path.ts';

export type PrivateRedis = {
  /** Path of the unix socket; ioredis takes it as it takes a URL. */
  url: string;
  pid: number;
  /** Ends Redis after it has written everything; done twice is done once. */
  stop(): Promise<void>;
};

/** Says in words for an operator why no private Redis could be started, and what to do. */
export class RedisNotStarted extends Error {
  override readonly name = 'RedisNotStarted';
}

export const WAYS_TO_GET_REDIS = [
  'Debian, Ubuntu:  apt-get install redis-server',
  'macOS:           brew install redis',
  'Fedora, RHEL:    dnf install redis',
  'Alpine:          apk add redis',
  'or set REDIS_URL to a Redis 7 that keeps an append-only file',
].join('\n  ');

const TURN_MS = 5;
/** How long an earlier Redis on the same folder may take to write out and end. */
const PREVIOUS_ENDS_MS = 10_000;
/** Reading a large append-only file back takes time. */
const READY_MS = 120_000;
const STOP_MS = 10_000;

/**
 * Starts a Redis of our own on `dataDir` (made when missing), reachable only through a unix socket, with every acknowledged write synced to its append-only file.
 * It ends when this process does, kill -9 included. Call it from the main thread: the signal comes when the starting *thread* ends.
 * Throws RedisNotStarted, with words for the operator. `path` is the PATH to search.
 */
export async function startPrivateRedis(options: {
  dataDir: string;
  path?: string;
  previousEndsMs?: number;
}): Promise<PrivateRedis> {
  const path = options.path ?? process.env.PATH ?? '';
  const program = findProgram('redis-server', path);
  if (!program) throw new RedisNotStarted(`redis-server is not on this machine. Get it:\n  ${WAYS_TO_GET_REDIS}`);
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await chmod(dataDir, 0o700);
  const socketPath = await socketPathFor(dataDir);
  await previousEnded(socketPath, dataDir, options.previousEndsMs ?? PREVIOUS_ENDS_MS);
  const child = spawnTied(
    program,
    findProgram('setpriv', path),
    join(dataDir, 'redis.log'),
    redisConfig({ dataDir, socketPath }),
  );
  const endWatch = child.tied ? () => {} : watchParent(child.process);
  try {
    await ready(child.process, socketPath, join(dataDir, 'redis.log'));
  } catch (error) {
    await stopChild(child.process);
    endWatch();
    throw error;
  }
  return {
    url: socketPath,
    pid: child.process.pid!,
    stop: async () => {
      await stopChild(child.process);
      endWatch();
    },
  };
}

/** Two servers on one append-only file would ruin it, so an earlier one must be gone. */
async function previousEnded(socketPath: string, dataDir: string, withinMs: number): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (await socketAnswers(socketPath)) {
    if (performance.now() > giveUpAt)
      throw new RedisNotStarted(
        `Another Nightshift is running on the data folder ${dataDir}. Stop it first, or give this one its own folder or REDIS_URL.`,
      );
    await sleep(TURN_MS);
  }
}

/** `detached` keeps Ctrl-C, which goes to the whole terminal group, from ending Redis before the app has drained. */
function spawnTied(
  program: string,
  setpriv: string | null,
  logFile: string,
  config: string,
): { process: ChildProcess; tied: boolean } {
  const log = openSync(logFile, 'w', 0o600);
  try {
    const [command, args] = setpriv ? [setpriv, ['--pdeathsig', 'TERM', program, '-']] : [program, ['-']];
    const child = spawn(command, args, { stdio: ['pipe', log, log], detached: true });
    child.on('error', () => {});
    child.stdin!.on('error', () => {});
    child.stdin!.end(config);
    child.unref();
    return { process: child, tied: setpriv !== null };
  } finally {
    closeSync(log);
  }
}

/** Where there is no setpriv: a shell that waits for our end of its pipe to close, which it does however we end, and then ends Redis. */
function watchParent(redis: ChildProcess): () => void {
  const watch = spawn('/bin/sh', ['-c', 'cat >/dev/null; kill -TERM "$1"', 'sh', String(redis.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watch.on('error', () => {});
  watch.unref();
  return () => {
    if (watch.pid !== undefined && watch.exitCode === null && watch.signalCode === null)
      process.kill(-watch.pid, 'SIGKILL');
  };
}

async function ready(child: ChildProcess, socketPath: string, logFile: string): Promise<void> {
  const giveUpAt = performance.now() + READY_MS;
  while (performance.now() < giveUpAt) {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) break;
    if ((await socketSays(socketPath, 'PING\r\n')).startsWith('+PONG')) return;
    await sleep(TURN_MS);
  }
  const log = await readFile(logFile, 'utf8').catch(() => '');
  throw new RedisNotStarted(
    `redis-server did not start. Its last words:\n${log.trim().split('\n').slice(-8).join('\n')}`,
  );
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const stubborn = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(stubborn);
}
