import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Prometheus of this machine that holds exactly the samples given, on a port of its own. */
export type RealPrometheus = { url: string; stop(): Promise<void> };

export function hasPrometheus(): boolean {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
    execFileSync('prometheus', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** `openMetrics`: samples with timestamps, ending in `# EOF`. */
export async function startPrometheus(openMetrics: string): Promise<RealPrometheus> {
  const dir = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const data = join(dir, 'data');
  mkdirSync(data);
  writeFileSync(join(dir, 'samples.txt'), openMetrics);
  writeFileSync(join(dir, 'prometheus.yml'), 'global: {evaluation_interval: 1m}\n');
  const blocks = [
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    '--max-block-duration=360h',
    join(dir, 'samples.txt'),
    data,
  ];
  execFileSync('promtool', blocks, { stdio: 'ignore' });
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=100y',
      '--web.listen-address=127.0.0.1:0',
      '--enable-feature=promql-at-modifier,promql-negative-offset',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const url = await listening(child);
  await ready(url);
  return {
    url,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      const found = /msg="Listening on" address=(127\.0\.0\.1:[1-9]\d*)/.exec(log);
      if (found) resolve(`http://${found[1]}`);
    });
    child.once('exit', () => reject(new Error(`prometheus ended: ${log.slice(-2_000)}`)));
  });
}

async function ready(url: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('prometheus was not ready after 10 s');
}
