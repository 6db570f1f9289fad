import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { until } from './nightshift-process.ts';

/** Programs of this machine, each started on a free port of 127.0.0.1 with its files in a folder given by the caller, and ended by its own process. */
export type Program = { url: string; output(): string; stop(): Promise<void> };

const ALERTMANAGERS = ['prometheus-alertmanager', 'alertmanager'];

function answers(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What the machine doesn't have, by name. */
export const missingPrograms = (): string[] => [
  ...(answers('prometheus') ? [] : ['prometheus']),
  ...(ALERTMANAGERS.some(answers) ? [] : ['prometheus-alertmanager']),
];

/** Scrapes `target` (`host:port`) and evaluates `rules` (a rules file's content) every second; alerts go to `alertmanager`. */
export async function startPrometheus(
  folder: string,
  options: { target: string; alertmanager: string; rules: object },
): Promise<Program> {
  await mkdir(folder, { recursive: true });
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    scrape_configs: [{ job_name: 'shop', honor_labels: true, static_configs: [{ targets: [options.target] }] }],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(options.alertmanager).host] }] }] },
  };
  await writeFile(join(folder, 'rules.yml'), stringify(options.rules));
  await writeFile(join(folder, 'prometheus.yml'), stringify(config));
  return start('prometheus', [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
  ]);
}

/** Sends every alert, firing and resolved, to the webhook with the bearer token, without waiting for others of its group. */
export async function startAlertmanager(folder: string, webhook: { url: string; token: string }): Promise<Program> {
  await mkdir(folder, { recursive: true });
  const receiver = {
    name: 'nightshift',
    webhook_configs: [
      {
        url: webhook.url,
        send_resolved: true,
        http_config: { authorization: { type: 'Bearer', credentials: webhook.token } },
      },
    ],
  };
  const config = {
    route: {
      receiver: 'nightshift',
      group_by: ['alertname', 'namespace', 'service'],
      group_wait: '0s',
      group_interval: '1s',
      repeat_interval: '1h',
    },
    receivers: [receiver],
  };
  await writeFile(join(folder, 'alertmanager.yml'), stringify(config));
  return start(ALERTMANAGERS.find(answers) ?? '', [
    `--config.file=${join(folder, 'alertmanager.yml')}`,
    `--storage.path=${join(folder, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
    '--cluster.listen-address=',
  ]);
}

async function start(program: string, args: string[]): Promise<Program> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-50_000);
  });
  child.on('error', (error) => {
    log += error.message;
  });
  const address = () => /msg="Listening on" address=(127\.0\.0\.1:[1-9]\d*)/.exec(log)?.[1];
  await until(`${program} listens`, async () => {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}:\n${log}`);
    return address() !== undefined;
  });
  const url = `http://${address()}`;
  await until(`${program} is ready`, async () => (await fetch(`${url}/-/ready`).catch(() => null))?.ok === true);
  return { url, output: () => log, stop: () => end(child) };
}

/** Ends a process that this test has started, by its own handle. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
