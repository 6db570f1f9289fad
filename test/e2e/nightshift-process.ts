import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Nightshift as a process of its own, as a user starts it, on free ports and a data folder of its own. */
export type Nightshift = {
  url: string;
  kubeUrl: string;
  dataDir: string;
  output(): string;
  stop(): Promise<void>;
  kill(): Promise<void>;
};

const root = fileURLToPath(new URL('../../', import.meta.url));

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'nightshift-test-'));

export async function startNightshift(env: Record<string, string>, dataDir: string): Promise<Nightshift> {
  const { NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: root,
    env: {
      PATH: process.env.PATH ?? '',
      ...(NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {}),
      PORT: '0',
      NIGHTSHIFT_DATA: dataDir,
      LOG_LEVEL: 'warn',
      OTLP_GRPC_PORT: '0',
      OTLP_HTTP_PORT: '0',
      KEDA_PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  await until('Nightshift is ready', async () => {
    if (child.exitCode !== null) throw new Error(`Nightshift ended with ${child.exitCode}:\n${output}`);
    return /http:\/\/127\.0\.0\.1:\d+/.test(output) && output.includes('  redis ');
  });
  const url = /(?:page|address)\s+(http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1] ?? '';
  const kubeUrl = /kubectl -s (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1] ?? '';
  return {
    url,
    kubeUrl,
    dataDir,
    output: () => output,
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

/** Polls until `check` is true; throws with the title after `timeoutMs`. */
export async function until(title: string, check: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    if (await check()) return;
    await sleep(100);
  }
  throw new Error(`waited ${timeoutMs} ms in vain: ${title}`);
}

export async function send(url: string, method: string, body?: unknown): Promise<{ status: number; json: unknown }> {
  const init =
    body === undefined
      ? { method }
      : { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(url, init);
  const text = await answer.text();
  return { status: answer.status, json: text === '' ? null : JSON.parse(text) };
}

export type ShownMessage = {
  ts: string;
  text: string;
  blocks: unknown[];
  thread_ts?: string;
  metadata?: { event_type: string; event_payload: { id: string; about?: string } };
};
export type ListedIncident = {
  id: string;
  state: string;
  outcome: string | null;
  service: string;
  issue: string | null;
  cause: { kind: string; name: string; probability: number } | null;
  mttrMs: number | null;
  openedAt: number;
};

export const incidents = async (url: string): Promise<ListedIncident[]> =>
  (await send(`${url}/api/incidents`, 'GET')).json as ListedIncident[];
export const messages = async (url: string): Promise<ShownMessage[]> =>
  (await send(`${url}/sandbox/messages`, 'GET')).json as ShownMessage[];

/** The first top-level message whose blocks hold all of these. */
export async function messageWith(url: string, ...texts: string[]): Promise<ShownMessage | undefined> {
  return (await messages(url))
    .filter((message) => !message.thread_ts || message.thread_ts === message.ts)
    .find((message) => texts.every((text) => JSON.stringify([message.text, message.blocks]).includes(text)));
}

/** What a message says of itself: the incident's one message, or a post that rings. */
export const isIncidentMessage = ({ metadata }: ShownMessage): boolean =>
  metadata?.event_type === 'nightshift_incident';

export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

/** What the app changed through the sandbox's API server, dry runs apart. */
export async function changes(kubeUrl: string, method: string, path: string): Promise<unknown[]> {
  const log = (await send(`${kubeUrl}/sandbox/requests`, 'GET')).json as {
    method: string;
    path: string;
    query: string;
    userAgent: string;
    code: number;
  }[];
  return log.filter(
    (request) =>
      request.method === method &&
      request.path.includes(path) &&
      !request.query.includes('dryRun') &&
      request.code < 300 &&
      request.userAgent.startsWith('nightshift'),
  );
}
