import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Outside } from './outside.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

export type AppProcess = {
  pid: number;
  url: string;
  cluster: string;
  /** `loopP99Ms`: 99 of 100 looks at the loop were late by less, since it began. */
  used(): { cpuMs: number; rssMost: number; loopP99Ms: number };
  stop(): Promise<void>;
};

/** As `npm start` starts it: memory is saved, and paid with time. */
const SAVES_MEMORY = ['--memory-saver-mode', '--max-semi-space-size=2', '--heap-growing-percent=15'];
/** As the Dockerfile does. */
const IMAGE = ['--max-semi-space-size=8', '--heap-growing-percent=40'];

/** The app as a process of its own before that outside, as the image starts it or as `npm start` does; `more`: further settings of app-process.ts. */
export async function startAppProcess(
  redisUrl: string,
  outside: Outside,
  startedBy: 'image' | 'npm',
  more: Record<string, string> = {},
): Promise<AppProcess> {
  const child = spawn(
    process.execPath,
    [
      ...(startedBy === 'npm' ? SAVES_MEMORY : IMAGE),
      ...(process.env.NIGHTSHIFT_STORM_PROFILE
        ? ['--cpu-prof', `--cpu-prof-dir=${process.env.NIGHTSHIFT_STORM_PROFILE}`]
        : []),
      'test/bench/storm/app-process.ts',
    ],
    {
      cwd: root,
      env: {
        PATH: process.env.PATH ?? '',
        STORM_REDIS: redisUrl,
        ...(process.env.STORM_METRICS ? { STORM_METRICS: '1' } : {}),
        STORM_SLACK: outside.slackUrl,
        STORM_PAGER: outside.pagerUrl,
        STORM_CLUSTER: outside.clusterUrl,
        ...more,
        ...{ MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' },
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const used = { cpuMs: 0, rssMost: 0, loopP99Ms: 0 };
  const started = Promise.withResolvers<{ url: string; cluster: string }>();
  createInterface({ input: child.stdout! }).on('line', (line) => {
    if (!line.startsWith('{')) return;
    const said = JSON.parse(line) as {
      url?: string;
      cluster?: string;
      rss?: number;
      cpu?: NodeJS.CpuUsage;
      loop?: number;
    };
    if (said.url) started.resolve({ url: said.url, cluster: said.cluster ?? '' });
    if (said.cpu) used.cpuMs = (said.cpu.user + said.cpu.system) / 1_000;
    used.loopP99Ms = said.loop ?? used.loopP99Ms;
    used.rssMost = Math.max(used.rssMost, said.rss ?? 0);
  });
  child.once('exit', () => started.reject(new Error('the app ended')));
  return { ...(await started.promise), pid: child.pid!, used: () => used, stop: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
