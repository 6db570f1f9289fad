import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { connectCluster } from '../../src/adapters/kubernetes/cluster.ts';
import { createPager } from '../../src/adapters/pagerduty/pager.ts';
import { connectPrometheus } from '../../src/adapters/prometheus/metrics.ts';
import { startPrivateRedis } from '../../src/adapters/redis/private-redis.ts';
import { createSlackChat } from '../../src/adapters/slack/chat.ts';
import { startApp } from '../../src/app/app.ts';
import { readConfig, sandboxSettings } from '../../src/app/config.ts';
import { attachSandbox, type RemoteSandbox } from '../../src/app/remote-sandbox.ts';
import type { App } from '../../src/app/world.ts';
import { startSandboxProcess } from '../e2e/sandbox-process.ts';

/**
 * From the webhook to the message: how long until the first message, until the recommendation, and how many alerts a second are taken, beside bare BullMQ on the same Redis
 * in the same run. The sandbox and a Slack that always answers at once run beside; figures are of the app.
 */

const FIRST_MESSAGES = 200;
const RECOMMENDATIONS = 40;
const LOAD_MS = 8_000;
const ALERTS_A_BODY = 50;
const SERVICES = 40;
const SENDERS = 24;
const BARE_JOBS = 30_000;

export const about = 'from the webhook to the message: seconds and rate beside a bare queue';

export async function run(): Promise<Record<string, unknown>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'nightshift-bench-'));
  const redis = await startPrivateRedis({ dataDir });
  const slack = await startSlack();
  const sandboxProcess = await startSandboxProcess('http://127.0.0.1:1', 10);
  const sandbox = await attachSandbox(sandboxProcess.line);
  const app = await start(redis.url, slack.url, sandbox);
  try {
    step('bare BullMQ');
    const queue_jobs_per_s = await bareBullMq(redis.url);
    step('recommendations');
    const recommended = await recommendations(app, slack, sandbox);
    step('first messages');
    const first = await firstMessages(app, slack, sandbox);
    step('load');
    const load = await underLoad(app, sandbox);
    return {
      first_message_p50_ms: quantile(first, 0.5),
      first_message_p99_ms: quantile(first, 0.99),
      recommendation_p50_ms: quantile(recommended, 0.5),
      recommendation_p99_ms: quantile(recommended, 0.99),
      alerts_per_s: load.alertsPerS,
      alerts_a_body: ALERTS_A_BODY,
      webhooks_per_s: load.bodiesPerS,
      queue_jobs_per_s,
      ratio_to_bare_queue: load.alertsPerS / queue_jobs_per_s,
    };
  } finally {
    await app.stop();
    await sandbox.stop();
    await sandboxProcess.stop();
    slack.server.close();
    await redis.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

const step = (name: string) => console.error(`alerts: ${name} …`);
const quantile = (values: number[], q: number): number =>
  Math.round(
    (values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN) * 10,
  ) / 10;

type Slack = { url: string; server: Server; seen(test: (body: string) => boolean): Promise<number> };

/** Answers every call at once and tells when a body came that a test is waiting for. */
async function startSlack(): Promise<Slack> {
  let ts = 0;
  let waiting: { test: (body: string) => boolean; found: (at: number) => void }[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const at = performance.now();
      const body = decodeURIComponent(Buffer.concat(chunks).toString('utf8').replaceAll('+', ' '));
      if (!(req.url ?? '').includes('conversations.')) {
        for (const one of waiting) if (one.test(body)) one.found(at);
        waiting = waiting.filter((one) => !one.test(body));
      }
      ts += 1;
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(
        JSON.stringify({
          ok: true,
          ts: `1700000000.${String(ts).padStart(6, '0')}`,
          channel: 'C_ONCALL',
          messages: [],
          user_id: 'U',
          bot_id: 'B',
        }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const seen = (test: (body: string) => boolean) =>
    new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the message did not come within 30 s')), 30_000);
      waiting.push({
        test,
        found: (at) => {
          clearTimeout(timer);
          resolve(at);
        },
      });
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server, seen };
}

async function start(redisUrl: string, slackUrl: string, sandbox: RemoteSandbox): Promise<App> {
  const read = readConfig({ PORT: '0', LOG_LEVEL: 'error' });
  if (!read.ok) throw new Error(read.errors.join('\n'));
  const log = pino({ level: 'error' }, pino.destination(2));
  const settings = {
    ...sandboxSettings(),
    scan: { ...sandboxSettings().scan, enabled: false },
    limits: { ...sandboxSettings().limits, storm_incidents: 1_000_000 },
  };
  return startApp(
    { ...read.config, settings },
    {
      redisUrl,
      clock: sandbox.clock,
      cluster: connectCluster({
        name: 'sandbox',
        server: { url: sandbox.kubeUrl },
        timeoutMs: 10_000,
        userAgent: 'nightshift-bench',
      }),
      metrics: connectPrometheus({ url: sandbox.prometheusUrl, timeoutMs: 10_000 }),
      chat: createSlackChat({ token: 'xoxb-bench', slackApiUrl: slackUrl, channel: 'C_ONCALL', log }),
      pager: createPager({ routingKey: undefined, eventsUrl: undefined, timeoutMs: 1_000 }),
      slack: null,
      alertmanagerToken: null,
      apiToken: null,
      firstHandlers: [],
    },
    log,
  );
}

/** Added and processed at the same time, by one worker like the app's. */
async function bareBullMq(url: string): Promise<number> {
  const connection = () => new Redis(url, { maxRetriesPerRequest: null });
  const [forQueue, forWorker] = [connection(), connection()];
  const queue = new Queue('bare', { connection: forQueue });
  let done = 0;
  let finished = () => {};
  const all = new Promise<void>((resolve) => {
    finished = resolve;
  });
  const handle = async () => {
    done += 1;
    if (done === BARE_JOBS) finished();
  };
  const worker = new Worker('bare', handle, { connection: forWorker, concurrency: 32 });
  const began = performance.now();
  for (let at = 0; at < BARE_JOBS; at += 100)
    await queue.addBulk(
      Array.from({ length: 100 }, () => ({ name: 'j', data: { at }, opts: { removeOnComplete: true } })),
    );
  await all;
  const perSecond = Math.round(BARE_JOBS / ((performance.now() - began) / 1000));
  await worker.close();
  await queue.close();
  forQueue.disconnect();
  forWorker.disconnect();
  return perSecond;
}

const alertBody = (sandbox: RemoteSandbox, alerts: { name: string; service: string; id: number }[]) =>
  JSON.stringify({
    version: '4',
    status: 'firing',
    receiver: 'nightshift',
    groupKey: 'bench',
    truncatedAlerts: 0,
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: '',
    alerts: alerts.map(({ name, service, id }) => ({
      status: 'firing',
      labels: { alertname: name, namespace: 'shop', service, id: String(id), severity: 'critical' },
      annotations: { summary: 'bench' },
      startsAt: new Date(sandbox.clock.now()).toISOString(),
      endsAt: '0001-01-01T00:00:00Z',
      fingerprint: `f${id}`,
    })),
  });

async function post(app: App, body: string): Promise<number> {
  const answer = await fetch(`${app.url}/webhooks/alertmanager`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  await answer.arrayBuffer();
  return answer.status;
}

async function firstMessages(app: App, slack: Slack, sandbox: RemoteSandbox): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < FIRST_MESSAGES; i++) {
    const service = `quiet-${i}-api`;
    const came = slack.seen((body) => body.includes(service));
    const began = performance.now();
    await post(app, alertBody(sandbox, [{ name: 'HighLatencyP99', service, id: i }]));
    times.push((await came) - began);
    await sleep(20);
  }
  return times.slice(10);
}

/** A real fault in the sandbox; each incident is ended as a false alarm before the next alert. */
async function recommendations(app: App, slack: Slack, sandbox: RemoteSandbox): Promise<number[]> {
  await fetch(`${sandbox.url}/sandbox/faults`, {
    method: 'POST',
    body: JSON.stringify({ kind: 'bad-deploy', service: 'payment-api' }),
    headers: { 'content-type': 'application/json' },
  });
  await sleep(12_000);
  const times: number[] = [];
  for (let i = 0; i < RECOMMENDATIONS; i++) {
    const came = slack.seen((body) => body.includes('payment-api') && body.includes('"approve"'));
    const began = performance.now();
    await post(app, alertBody(sandbox, [{ name: 'KubePodCrashLooping', service: 'payment-api', id: 100_000 + i }]));
    const at = await came.catch(async (error: unknown) => {
      throw new Error(
        `${error}: ${JSON.stringify((await app.people.open()).map((one) => [one.id, one.service, one.state]))}`,
      );
    });
    times.push(at - began);
    await app.people.reject(
      (await app.people.open()).find((incident) => incident.service === 'payment-api')?.id ?? '',
      'U_ONCALL',
      'false_alarm',
    );
    await sleep(50);
  }
  return times.slice(2);
}

async function underLoad(app: App, sandbox: RemoteSandbox): Promise<{ alertsPerS: number; bodiesPerS: number }> {
  let bodies = 0;
  let id = 1_000_000;
  const began = performance.now();
  const sender = async (sender: number) => {
    while (performance.now() - began < LOAD_MS) {
      const alerts = Array.from({ length: ALERTS_A_BODY }, (_, i) => ({
        name: 'HighLatencyP99',
        service: `load-${(sender * 5 + (i % 5)) % SERVICES}-api`,
        id: id++ % 20_000,
      }));
      const status = await post(app, alertBody(sandbox, alerts));
      if (status !== 200) throw new Error(`the webhook answered ${status}`);
      bodies += 1;
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, (_, i) => sender(i)));
  const seconds = (performance.now() - began) / 1000;
  return { alertsPerS: Math.round((bodies * ALERTS_A_BODY) / seconds), bodiesPerS: Math.round(bodies / seconds) };
}
