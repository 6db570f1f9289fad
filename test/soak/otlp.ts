import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startOtlpReceiver } from '../../src/adapters/otlp/receiver.ts';
import { createServiceQueries } from '../../src/adapters/prometheus/service-queries.ts';
import { connectRedis } from '../../src/adapters/redis/connect-redis.ts';
import { createKeptHistory } from '../../src/adapters/redis/kept-history.ts';
import { startPrivateRedis } from '../../src/adapters/redis/private-redis.ts';
import { createSharedLog } from '../../src/adapters/redis/shared-log.ts';
import { createSharing, repeatSharing } from '../../src/app/telemetry-replication.ts';
import { createTelemetry } from '../../src/telemetry/create-telemetry.ts';
import { KEPT_METRICS } from '../../src/telemetry/keep.ts';
import { withTelemetry } from '../../src/telemetry/metrics.ts';

/** The two hours that are kept are full after a tenth of the time: what grows after that grows for ever. */
const KEPT_MINUTES = 120;
const TOKEN = 'soak';
/** Over the time after the first fifth, memory may rise by this share. */
const FLAT = 0.05;

export const about = 'a receiver of telemetry for an hour: does it grow?';

/**
 * Ten minutes (`NIGHTSHIFT_SOAK_MINUTES`) of all three signals by OTLP/HTTP from a process of its own, with names that never stop rising, into receiver, aggregates and
 * sharing with a real Redis, while a diagnosis and a scan's query are asked every second. Prints the memory by minute.
 */
export async function run(): Promise<Record<string, unknown>> {
  const minutes = Number(process.env.NIGHTSHIFT_SOAK_MINUTES ?? 10);
  const speed = KEPT_MINUTES / (minutes / 10);
  const began = Date.now();
  const now = () => began + (Date.now() - began) * speed;
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-soak-'));
  const server = await startPrivateRedis({ dataDir: folder });
  const redis = await connectRedis({ url: server.url, name: 'soak', onError: () => undefined });
  const warnings: string[] = [];
  const note = (_: object, message: string) => void warnings.push(message);
  const history = createKeptHistory({ redis, cluster: 'soak', width: KEPT_METRICS.length });
  const clock = { now, realDelay: (ms: number) => ms / speed };
  const shared = createSharedLog({ redis, cluster: 'soak' });
  const sharing = createSharing({ shared, history, clock, replica: 'soak', log: { warn: note, info: note } as never });
  const telemetry = createTelemetry({ now, trusted: true, several: sharing.several });
  const receiver = await startOtlpReceiver({
    host: '127.0.0.1',
    grpcPort: 0,
    httpPort: 0,
    token: TOKEN,
    tls: null,
    sink: telemetry,
  });
  const stopSharing = repeatSharing(sharing, telemetry);
  const source = withTelemetry({ metrics: null, queries: createServiceQueries() }, { telemetry, history, now });
  const sender = spawn(process.execPath, [fileURLToPath(new URL('otlp/sender.ts', import.meta.url))], {
    env: { ...process.env, PORT: String(receiver.httpPort), SPEED: String(speed), START: String(began), TOKEN },
    stdio: 'inherit',
  });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const samples: { at: number; mb: number }[] = [];
  const live: number[] = [];
  let evidenceMs = 0;
  try {
    for (let second = 1; second <= minutes * 60; second += 1) {
      await sleep(Math.max(0, began + second * 1_000 - Date.now()));
      const asked = performance.now();
      await telemetry.evidence('shop', now() - 5 * 60_000, now());
      evidenceMs = Math.max(evidenceMs, performance.now() - asked);
      await source.metrics.range(source.queries.byService('latency_p99', 'shop'), now() - 3_600_000, now(), 60_000);
      samples.push({ at: second / 60, mb: process.memoryUsage.rss() / 1e6 });
      if (second % 60 !== 0) continue;
      const memory = liveMemory();
      live.push(Math.round((memory.heapUsed + memory.external) / 1e6));
      console.log(lineOf(second / 60, samples, memory, receiver.counts.taken));
    }
  } finally {
    sender.kill('SIGTERM');
    stopSharing();
    await receiver.stop();
    redis.disconnect();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
  const settled = samples.filter(({ at }) => at > minutes / 5);
  const slope = slopeOf(settled);
  const mean = settled.reduce((sum, { mb }) => sum + mb, 0) / settled.length;
  return {
    minutes,
    taken: receiver.counts.taken,
    dropped: telemetry.dropped(),
    rss_mb: Math.round(Math.max(...samples.map(({ mb }) => mb))),
    live_mb: live,
    slope_mb_per_minute: Number(slope.toFixed(2)),
    memory_flat: slope * minutes * 0.8 < FLAT * mean,
    loop_delay_p99_ms: Number((delay.percentile(99) / 1e6).toFixed(1)),
    evidence_most_ms: Math.round(evidenceMs),
    warnings: [...new Set(warnings)],
  };
}

/** After collecting what is garbage: what is really kept. The process's memory also holds what V8 hasn't collected yet, which depends on how busy the machine is. */
function liveMemory(): NodeJS.MemoryUsage {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage();
}

function lineOf(
  minute: number,
  samples: { mb: number }[],
  { heapUsed, external }: NodeJS.MemoryUsage,
  taken: Record<string, number>,
): string {
  const last = samples.slice(-60).map(({ mb }) => mb);
  const mean = last.reduce((sum, mb) => sum + mb, 0) / last.length;
  const heap = `live heap ${Math.round(heapUsed / 1e6)} MB, external ${Math.round(external / 1e6)} MB`;
  return `minute ${minute}: rss ${Math.round(mean)} MB (most ${Math.round(Math.max(...last))}), ${heap}, taken ${JSON.stringify(taken)}`;
}

/** MB a minute by least squares. */
function slopeOf(samples: { at: number; mb: number }[]): number {
  const [at, mb] = [(one: { at: number }) => one.at, (one: { mb: number }) => one.mb].map(
    (read) => samples.reduce((sum, one) => sum + read(one), 0) / samples.length,
  ) as [number, number];
  const above = samples.reduce((sum, one) => sum + (one.at - at) * (one.mb - mb), 0);
  return above / samples.reduce((sum, one) => sum + (one.at - at) ** 2, 0);
}
