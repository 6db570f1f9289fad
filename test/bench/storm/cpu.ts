import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { startPrivateRedis } from '../../../src/adapters/redis/private-redis.ts';
import { type StormAlert, sendAll } from './alertmanager.ts';

/**
 * What an alert costs until it is safe: the process's CPU for so many webhooks, with the queue paused, so that nothing is done about them yet. Of this version, and of another beside it.
 */

/** Milliseconds of CPU for each alert: what it takes alone, and with what the app does anyhow; `restShare`: how much of a core that is. */
export type CpuAnAlert = { untilSafe: number; withRest: number; restShare: number };

const round = (ms: number): number => Math.round(ms * 100) / 100;

export const BEFORE = '6598892';
const ALERTS = 500;
const WARM_UP = 100;
const WITHIN_MS = 8_000;
const REST_MS = 6_000;
const root = fileURLToPath(new URL('../../../', import.meta.url));
/** Of Linux, on all that Node runs on. */
const TICKS_PER_S = 100;

export async function cpuAnAlert(dir: string, sandboxLine: string): Promise<CpuAnAlert> {
  const dataDir = await mkdtemp(join(tmpdir(), 'nightshift-storm-'));
  const redis = await startPrivateRedis({ dataDir: join(dataDir, 'redis') });
  const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
  const queue = new Queue('nightshift-effects', { connection, prefix: '{nightshift:sandbox}' });
  await queue.pause();
  const config = join(dataDir, 'nightshift.yaml');
  await writeFile(config, 'scan:\n  enabled: false\n');
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: dir,
    env: {
      ...{ PATH: process.env.PATH ?? '', PORT: '0', LOG_LEVEL: 'error', OTLP_GRPC_PORT: '0', OTLP_HTTP_PORT: '0' },
      ...{
        KEDA_PORT: '0',
        NIGHTSHIFT_DATA: dataDir,
        REDIS_URL: redis.url,
        NIGHTSHIFT_CONFIG: config,
        NIGHTSHIFT_SANDBOX: sandboxLine,
      },
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await addressOf(child.stdout!);
    await sendAll(url, alertsOf('warm', WARM_UP), WITHIN_MS / 5);
    const resting = cpuMsOf(child.pid!);
    await sleep(REST_MS);
    const before = cpuMsOf(child.pid!);
    const restShare = (before - resting) / REST_MS;
    const began = performance.now();
    await sendAll(url, alertsOf('cpu', ALERTS), WITHIN_MS);
    const used = cpuMsOf(child.pid!) - before;
    const own = used - restShare * (performance.now() - began);
    return { untilSafe: round(own / ALERTS), withRest: round(used / ALERTS), restShare: round(restShare) };
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
    await queue.close();
    connection.disconnect();
    await redis.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** The same of an earlier version, where the repository has it; null where it hasn't. */
export async function cpuBefore(sandboxLine: string): Promise<CpuAnAlert | null> {
  const dir = await mkdtemp(join(tmpdir(), 'nightshift-before-'));
  try {
    const tar = execFileSync('git', ['archive', BEFORE], { cwd: root, maxBuffer: 1 << 30 });
    execFileSync('tar', ['-x', '-C', dir], { input: tar });
    await symlink(join(root, 'node_modules'), join(dir, 'node_modules'));
    return await cpuAnAlert(dir, sandboxLine);
  } catch (error) {
    console.error(`storm: ${BEFORE} can not be measured: ${error instanceof Error ? error.message : error}`);
    return null;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

export const cpuNow = (sandboxLine: string): Promise<CpuAnAlert> => cpuAnAlert(root, sandboxLine);

function alertsOf(prefix: string, count: number): StormAlert[] {
  return Array.from({ length: count }, (_, i) => ({
    ...{ name: 'TargetDown', namespace: `team-${i % 20}`, service: `${prefix}-${i}`, startsAt: Date.now() - 60_000 },
  }));
}

function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_S;
}

async function addressOf(output: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of output) {
    text += chunk.toString();
    const url = /page\s+(http:\/\/127\.0\.0\.1:\d+)/.exec(text)?.[1];
    if (url && text.includes('  redis ')) return url;
  }
  throw new Error(`the app did not start: ${text}`);
}
