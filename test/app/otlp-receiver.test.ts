import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodeProtobuf, type LogsRequest, type MetricsRequest } from '../../src/adapters/otlp/messages.ts';
import { createServiceQueries } from '../../src/adapters/prometheus/service-queries.ts';
import { createKeptHistory } from '../../src/adapters/redis/kept-history.ts';
import { createSharedLog } from '../../src/adapters/redis/shared-log.ts';
import { mineLogs } from '../../src/analysis/mine-logs.ts';
import { readConfig } from '../../src/app/config.ts';
import { createLogMining, type LogMining } from '../../src/app/log-mining.ts';
import { countTelemetry } from '../../src/app/meters.ts';
import { unreachableMetrics } from '../../src/app/missing-parts.ts';
import { type Listening, startListening } from '../../src/app/otlp-receiver.ts';
import { type Fixture, startFixture } from '../adapters/redis/store-fixture.ts';
import { explicitHistogram, MINUTE, ofPod, START } from '../telemetry/otlp-sender.ts';

let fixture: Fixture;
let redis: Awaited<ReturnType<Fixture['replica']>>['redis'];

beforeAll(async () => {
  fixture = await startFixture();
  redis = (await fixture.replica()).redis;
});
afterAll(async () => {
  await fixture.end();
});

let listening: Listening;
let mining: LogMining;
afterEach(async () => {
  await listening.stop();
  await mining.stop();
});

const REAL = { KUBECONFIG: '/nowhere', ALERTMANAGER_TOKEN: 'a', OTLP_GRPC_PORT: '0', OTLP_HTTP_PORT: '0' };
function configOf(more: Record<string, string>) {
  const read = readConfig({ ...REAL, ...more });
  if (!read.ok) throw new Error(read.errors.join());
  return read.config;
}

let now = START;
async function listen(more: Record<string, string>) {
  const { env } = configOf(more);
  now = START;
  mining = createLogMining();
  listening = await startListening(
    env,
    { token: env.OTLP_TOKEN ?? null, optional: false, isOnlySource: true },
    {
      podByIp: () => null,
      shared: createSharedLog({ redis, cluster: 'test' }),
      history: createKeptHistory({ redis, cluster: 'test', width: 7 }),
      replica: 'one',
      clock: { now: () => now, realDelay: (ms) => ms },
      mining,
      log: pino({ level: 'silent' }),
    },
  );
  for (let i = 0; i < 4; i += 1) {
    now += MINUTE;
    const served = { at: now - 1, since: now - MINUTE, durations: [0.02, 0.3], delta: true, status: 200 };
    await send(ofPod('payment-api', 'aaaaa'), explicitHistogram(served), env.OTLP_TOKEN);
  }
  now += MINUTE + 20_000;
  return listening.source({ metrics: unreachableMetrics(), queries: createServiceQueries() });
}

async function send(
  attributes: ReturnType<typeof ofPod>,
  metric: ReturnType<typeof explicitHistogram>,
  token?: string,
) {
  const request: MetricsRequest = {
    resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ metrics: [metric] }] }],
  };
  const answer = await fetch(`http://127.0.0.1:${listening.receiver?.httpPort}/v1/metrics`, {
    method: 'POST',
    body: encodeProtobuf('metrics', request) as never,
    headers: { 'content-type': 'application/x-protobuf', ...(token ? { authorization: `Bearer ${token}` } : {}) },
  });
  expect(answer.status).toBe(200);
}

describe('a real cluster that sends OTLP and has no Prometheus', () => {
  it('is measured by what is sent with a token, and counted', async () => {
    const { metrics, queries } = await listen({ OTLP_TOKEN: 'let-me-in' });
    const answer = await metrics.instant(queries.quickOfService('request_rate', 'shop', 'payment-api'), now);
    expect(answer.ok && answer.value[0]?.value).toBeCloseTo(2 / 60, 5);
    const registry = new Registry();
    countTelemetry(registry, listening.telemetry, listening.receiver!.counts);
    expect(await registry.metrics()).toContain('nightshift_otlp_records_total{signal="metrics"} 4');
  });

  it('has its log lines masked and mined on another thread, with the same result, and hears which were lost there', async () => {
    await listen({ OTLP_TOKEN: 'let-me-in' });
    const line = (i: number) => ({
      timeUnixNano: `${now * 1_000_000 - i}`,
      severityNumber: 17,
      body: { stringValue: `connection to ledger refused, password=hunter2 attempt ${i}` },
    });
    const request: LogsRequest = {
      resourceLogs: [
        {
          resource: { attributes: ofPod('payment-api', 'aaaaa') },
          scopeLogs: [{ logRecords: Array.from({ length: 30 }, (_, i) => line(i)) }],
        },
      ],
    };
    const post = async () =>
      fetch(`http://127.0.0.1:${listening.receiver?.httpPort}/v1/logs`, {
        method: 'POST',
        body: encodeProtobuf('logs', request) as never,
        headers: { 'content-type': 'application/x-protobuf', authorization: 'Bearer let-me-in' },
      });
    expect((await post()).status).toBe(200);
    now += 5 * MINUTE;
    expect(listening.telemetry.drain().templates).toMatchObject([
      { service: 'shop/payment-api', severe: true, text: 'connection to ledger refused, password=<*> attempt <n>' },
    ]);
    now -= 5 * MINUTE;

    const at = (i: number) => ({ at: i, source: 'a', text: `took ${i} ms, token=t0p${i}`, severe: i === 3 });
    const periods = { normal: [[at(0)], [at(1), at(2)]], incident: [at(3), at(4)] };
    const mined = await mining.mine(periods);
    expect(mined).toEqual(mineLogs(periods));
    expect(mined).toMatchObject({ normalLines: [1, 2], incidentLines: 2, patterns: [{ normal: [1, 2], incident: 2 }] });

    await mining.stop();
    expect((await post()).status).toBe(200);
    expect(listening.receiver?.counts.dropped).toEqual({ 'unreadable log lines': 30 });
  });

  it('is not measured by what anybody may send', async () => {
    const { metrics, queries } = await listen({});
    const answer = await metrics.instant(queries.quickOfService('request_rate', 'shop', 'payment-api'), now);
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'unreachable' } });
  });

  it('is only observed, and told why', async () => {
    await listen({});
    const why = (more: Record<string, string>) => configOf(more).observeBecause.join('; ');
    expect(why({ OTLP_TOKEN: 'let-me-in' })).toContain(
      'by OTLP alone Nightshift watches and learns, and changes nothing',
    );
    expect(why({})).toContain('no metrics: set PROMETHEUS_URL');
    expect(why({ PROMETHEUS_URL: 'http://127.0.0.1:9090' })).not.toContain('PROMETHEUS_URL');
  });
});
