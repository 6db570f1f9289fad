import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type PrometheusServer = { url: string; stop(): Promise<void> };

/** A real Prometheus on loopback with the given OpenMetrics text as its past, in a fresh folder that goes with it. */
export async function startPrometheus(openMetrics: string): Promise<PrometheusServer> {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-prometheus-'));
  writeFileSync(join(folder, 'past.om'), openMetrics);
  writeFileSync(join(folder, 'prometheus.yml'), 'global: {scrape_interval: 1h}\n');
  const data = join(folder, 'data');
  execFileSync(
    'promtool',
    ['tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=360h', join(folder, 'past.om'), data],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=90d',
      `--web.listen-address=${url.slice('http://'.length)}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await ready(url);
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ready(url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await fetch(`${url}/-/ready`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('Prometheus did not get ready');
}

/** Prometheus can't be given port 0 and asked for the outcome, so one is looked up first. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
