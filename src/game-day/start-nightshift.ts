import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Scenario } from './scenario.ts';

/** The whole app in its sandbox, in a process of its own, with its own data and free ports on loopback. */
export type RunningNightshift = { url: string; kubeUrl: string; stop(): Promise<void> };

/** An entry of `nightshift.yaml`'s services. */
export type ServiceEntry = { namespace: string; name: string; critical?: boolean | undefined };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const END_WITH_PARENT = new URL('./end-with-parent.mjs', import.meta.url).href;
const READY_MS = 120_000;
const STOP_MS = 15_000;
const LONGEST_OUTPUT = 20_000;

export type StartOptions = {
  speed: number;
  /** The folder that the scenario's paths are relative to. */
  folder: string;
  pagerUrl: string;
  settings: { approvers: string[]; services: ServiceEntry[] };
  /** Ours: only what is needed to find programs and the compile cache goes on to the app. */
  env: Record<string, string | undefined>;
  signal: AbortSignal;
};

/** Throws when the app does not start, with its last words. `settings`: what `nightshift.yaml` says where the scenario says nothing. */
export async function startNightshift(scenario: Scenario, options: StartOptions): Promise<RunningNightshift> {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-game-day-'));
  const config = join(folder, 'nightshift.yaml');
  // JSON is YAML.
  await writeFile(
    config,
    JSON.stringify({ approvers: options.settings.approvers, services: services(scenario, options.settings.services) }),
  );
  const child = spawn(process.execPath, ['--import', END_WITH_PARENT, join(ROOT, 'src/main.ts')], {
    cwd: ROOT,
    env: environment(scenario, folder, config, options),
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C reaches the whole terminal group: the app is ended by us, after the report of what was seen.
    detached: true,
  });
  const stop = async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { ...(await addresses(child, options.signal)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** No setting of the caller's own reaches it: a game day never touches a real cluster. */
function environment(
  { start }: Scenario,
  folder: string,
  config: string,
  { speed, folder: beside, pagerUrl, env }: StartOptions,
): Record<string, string> {
  const { PATH = '', TMPDIR, NODE_COMPILE_CACHE } = env;
  return {
    PATH,
    ...(TMPDIR ? { TMPDIR } : {}),
    ...(NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {}),
    HOST: '127.0.0.1',
    PORT: '0',
    OTLP_GRPC_PORT: '0',
    OTLP_HTTP_PORT: '0',
    KEDA_PORT: '0',
    NIGHTSHIFT_DATA: join(folder, 'data'),
    NIGHTSHIFT_CONFIG: config,
    NIGHTSHIFT_SANDBOX_SPEED: String(speed),
    NIGHTSHIFT_SANDBOX_SEED: String(start.seed),
    NIGHTSHIFT_SANDBOX_START: new Date(start.at - start.settle).toISOString(),
    ...(start.playbooks === undefined ? {} : { NIGHTSHIFT_PLAYBOOKS: resolve(beside, start.playbooks) }),
    PAGERDUTY_ROUTING_KEY: '0'.repeat(32),
    PAGERDUTY_EVENTS_URL: pagerUrl,
    LOG_LEVEL: 'warn',
  };
}

/** The scenario's settings come first: the first entry of a name counts. */
function services({ start }: Scenario, base: ServiceEntry[]): object[] {
  const own = Object.entries(start.services).map(([name, { replicas: _replicas, timeout, ...settings }]) => ({
    ...(base.find((entry) => entry.name === name) ?? { namespace: 'shop', name }),
    ...settings,
    ...(timeout === undefined ? {} : { timeout: `${timeout}ms` }),
  }));
  return [...own, ...base];
}

/** From the table that it prints when it is ready. */
async function addresses(child: ChildProcess, signal: AbortSignal): Promise<{ url: string; kubeUrl: string }> {
  let output = '';
  const hear = (chunk: Buffer) => {
    output = (output + chunk).slice(-LONGEST_OUTPUT);
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const giveUpAt = performance.now() + READY_MS;
  while (performance.now() < giveUpAt && child.exitCode === null && child.signalCode === null) {
    signal.throwIfAborted();
    const url = /\n {1,8}page {1,20}(http:\/\/127\.0\.0\.1:\d+)\/sandbox/.exec(output)?.[1];
    const kubeUrl = /kubectl -s (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
    if (url && kubeUrl && output.includes('\n  time ')) return { url, kubeUrl };
    await sleep(25);
  }
  throw new Error(`Nightshift did not start. Its last words:\n${output.trim().slice(-2_000)}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const stubborn = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(stubborn);
}
