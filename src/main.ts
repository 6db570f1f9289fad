import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Logger, pino } from 'pino';
import { startSandbox } from '../sandbox/start.ts';
import { connectAlertmanager } from './adapters/alertmanager/api.ts';
import { ownPagesOnly } from './adapters/http/own-pages.ts';
import { connectCluster } from './adapters/kubernetes/cluster.ts';
import { readKubeconfig } from './adapters/kubernetes/kubeconfig.ts';
import { connectMonitors } from './adapters/kubernetes/monitors.ts';
import { connectLoki } from './adapters/loki/logs.ts';
import { shownUrl } from './adapters/outgoing/http-client.ts';
import { createPagerDutyApi } from './adapters/pagerduty/api.ts';
import { createBrake } from './adapters/pagerduty/brake.ts';
import { createOnCall } from './adapters/pagerduty/on-call.ts';
import { createPager } from './adapters/pagerduty/pager.ts';
import { connectPrometheus } from './adapters/prometheus/metrics.ts';
import { type PrivateRedis, startPrivateRedis } from './adapters/redis/private-redis.ts';
import { createSlackChat } from './adapters/slack/chat.ts';
import { createSlackDirectory } from './adapters/slack/directory.ts';
import { startApp } from './app/app.ts';
import { type Config, readConfig, sandboxSettings } from './app/config.ts';
import { gitHostsOf } from './app/git-hosts.ts';
import { unhandled } from './app/meters.ts';
import { silentChat, unreachableCluster, unreachableMetrics } from './app/missing-parts.ts';
import { channelRulesOf } from './app/policy.ts';
import { redisAddress } from './app/redis-address.ts';
import { attachSandbox } from './app/remote-sandbox.ts';
import { signInOf } from './app/sign-in.ts';
import type { App, World } from './app/world.ts';
import { examineRedis, refusedRedis } from './checks/redis.ts';
import { REAL_LINE } from './domain/clock.ts';
import { channelFor } from './domain/routing.ts';

const CALL_MS = 10_000;
const USER_AGENT = 'nightshift';

async function main(): Promise<void> {
  const read = readConfig(process.env);
  if (!read.ok)
    return fail(
      `The configuration has errors; mend them and start again:\n${read.errors.map((error) => `  - ${error}`).join('\n')}`,
    );
  const log = pino({ level: read.config.env.LOG_LEVEL, name: 'nightshift' }, pino.destination(2));
  surviveRejections(log);
  const { config } = read;
  const refused = await refusedRedis(config.env, config.sandbox ? 'sandbox' : config.settings.cluster);
  if (refused !== null) return fail(`Redis can't be used: ${refused}`);
  const dataDir = resolve(config.env.NIGHTSHIFT_DATA);
  const redis = config.env.REDIS_URL ? null : await startPrivateRedis({ dataDir: join(dataDir, 'redis') });
  const running = config.sandbox
    ? await startInSandbox(config, dataDir, redis, log)
    : await startForReal(config, redis, log);
  onSignals(running, redis, log);
  console.log(running.table);
}

/** A promise that nobody waited for failed: that is a bug of ours, and no reason to leave everything else. It is logged and counted. */
function surviveRejections(log: Logger): void {
  process.on('unhandledRejection', (reason: unknown) => {
    unhandled.count += 1;
    log.error({ err: reason, count: unhandled.count }, 'a rejection was not handled');
  });
}

type Running = { app: App; table: string; stopOthers(): Promise<void> };

async function startInSandbox(
  given: Config,
  dataDir: string,
  redis: PrivateRedis | null,
  log: Logger,
): Promise<Running> {
  await mkdir(dataDir, { recursive: true });
  const sandbox = given.env.NIGHTSHIFT_SANDBOX
    ? await attachSandbox(given.env.NIGHTSHIFT_SANDBOX)
    : await ownSandbox(given, dataDir);
  const config: Config = {
    ...given,
    settings: given.env.NIGHTSHIFT_CONFIG ? { ...given.settings, cluster: 'sandbox' } : sandboxSettings(),
  };
  const { clock } = sandbox;
  const kube = { name: 'sandbox', server: { url: sandbox.kubeUrl }, timeoutMs: CALL_MS, userAgent: USER_AGENT };
  const world: World = {
    redisUrl: redisAddress(config.env) ?? redis!.url,
    clock,
    cluster: connectCluster(kube),
    monitors: connectMonitors(kube),
    metrics: connectPrometheus({ url: sandbox.prometheusUrl, timeoutMs: CALL_MS }),
    chat: createSlackChat({ token: sandbox.botToken, slackApiUrl: sandbox.slackApiUrl, channel: sandbox.channel, log }),
    pager: createPager({
      routingKey: config.env.PAGERDUTY_ROUTING_KEY,
      eventsUrl: config.env.PAGERDUTY_EVENTS_URL,
      timeoutMs: CALL_MS,
    }),
    slack: { token: sandbox.botToken, signingSecret: sandbox.signingSecret, apiUrl: sandbox.slackApiUrl },
    alertmanagerToken: config.env.ALERTMANAGER_TOKEN ?? null,
    apiToken: config.env.NIGHTSHIFT_API_TOKEN ?? null,
    otlp: { token: config.env.OTLP_TOKEN ?? randomBytes(16).toString('hex'), optional: true, speaksFor: ['*'] },
    keda: {
      token: config.env.KEDA_TOKEN ?? null,
      optional: true,
      isNearby: true,
      prometheusUrl: sandbox.prometheusUrl,
    },
    firstHandlers: [
      ownPagesOnly,
      (req, res) => ((req.url ?? '').startsWith('/sandbox') ? sandbox.handleSandbox(req, res) : false),
    ],
  };
  const app = await startApp(config, world, log);
  sandbox.setAppUrl(app.url, world.alertmanagerToken ?? undefined);
  if (app.otlp && !config.env.OTLP_TLS_CERT)
    sandbox.sendTelemetryTo({ url: `http://127.0.0.1:${app.otlp.httpPort}`, token: world.otlp?.token ?? null });
  const rows: Row[] = [
    ['page', `${app.url}/sandbox`],
    ['cluster', `sandbox, simulated; kubectl -s ${sandbox.kubeUrl} get pods -n shop`],
    ['metrics', `sandbox, ${sandbox.prometheusUrl} (14 days of history)`],
    ['logs', `sandbox, of the pods${config.env.LOKI_URL ? ' (LOKI_URL is for a real cluster: not used here)' : ''}`],
    ['chat', 'sandbox, on the page'],
    otlpRow(app),
    kedaRow(app, 'token'),
    ...commonRows(config, dataDir),
    ['time', `${clock.speed()}x: a minute passes in ${60 / clock.speed()} s`],
  ];
  return {
    app,
    table: table('Nightshift is ready, in the sandbox: nothing here is real.', rows),
    stopOthers: () => sandbox.stop(),
  };
}

const ownSandbox = ({ env }: Config, dataDir: string) =>
  startSandbox({
    speed: env.NIGHTSHIFT_SANDBOX_SPEED,
    seed: env.NIGHTSHIFT_SANDBOX_SEED,
    ...(env.NIGHTSHIFT_SANDBOX_START === undefined ? {} : { beginAt: env.NIGHTSHIFT_SANDBOX_START }),
    stateFile: join(dataDir, 'sandbox.json'),
  });

async function startForReal(config: Config, redis: PrivateRedis | null, log: Logger): Promise<Running> {
  const { env } = config;
  const clock = { now: Date.now, realDelay: (ms: number) => ms, line: () => REAL_LINE };
  const name = config.settings.cluster;
  const hasCluster = Boolean(env.KUBECONFIG || env.KUBERNETES_SERVICE_HOST);
  const kube = hasCluster && {
    name,
    server: await readKubeconfig(env.KUBECONFIG),
    timeoutMs: CALL_MS,
    userAgent: USER_AGENT,
  };
  const channelRules = channelRulesOf(config.settings);
  const brake = createBrake({
    onFull: (waiting) =>
      log.warn({ waiting }, 'too much waits to be sent to PagerDuty; pages stay due, notes are lost'),
  });
  const pagerDuty =
    env.PAGERDUTY_API_TOKEN === undefined
      ? null
      : createPagerDutyApi({
          token: env.PAGERDUTY_API_TOKEN,
          apiUrl: env.PAGERDUTY_API_URL,
          timeoutMs: CALL_MS,
          brake,
        });
  const world: World = {
    redisUrl: redisAddress(env) ?? redis!.url,
    clock,
    cluster: kube ? connectCluster(kube) : unreachableCluster(name),
    ...(kube ? { monitors: connectMonitors(kube) } : {}),
    metrics: env.PROMETHEUS_URL
      ? connectPrometheus({ url: env.PROMETHEUS_URL, timeoutMs: CALL_MS, ...signInOf(env, 'PROMETHEUS') })
      : unreachableMetrics(),
    ...(env.LOKI_URL ? { logs: connectLoki({ url: env.LOKI_URL, timeoutMs: CALL_MS, ...signInOf(env, 'LOKI') }) } : {}),
    ...(env.ALERTMANAGER_URL
      ? {
          alertManager: connectAlertmanager({
            url: env.ALERTMANAGER_URL,
            timeoutMs: CALL_MS,
            ...signInOf(env, 'ALERTMANAGER_API'),
          }),
        }
      : {}),
    ...gitHostsOf(env),
    chat:
      env.SLACK_BOT_TOKEN && env.SLACK_CHANNEL
        ? createSlackChat({
            token: env.SLACK_BOT_TOKEN,
            slackApiUrl: env.SLACK_API_URL,
            channel: env.SLACK_CHANNEL,
            route: (incident) => channelFor(channelRules, incident),
            perSecond: 1,
            log,
          })
        : silentChat(log),
    ...(env.SLACK_BOT_TOKEN
      ? { directory: createSlackDirectory({ token: env.SLACK_BOT_TOKEN, slackApiUrl: env.SLACK_API_URL, log }) }
      : {}),
    ...(pagerDuty ? { pagerDuty, onCall: createOnCall(pagerDuty) } : {}),
    pager: createPager({
      routingKey: env.PAGERDUTY_ROUTING_KEY,
      eventsUrl: env.PAGERDUTY_EVENTS_URL,
      timeoutMs: CALL_MS,
      brake,
    }),
    slack:
      env.SLACK_BOT_TOKEN && (env.SLACK_SIGNING_SECRET || env.SLACK_APP_TOKEN)
        ? {
            token: env.SLACK_BOT_TOKEN,
            signingSecret: env.SLACK_SIGNING_SECRET,
            appToken: env.SLACK_APP_TOKEN,
            apiUrl: env.SLACK_API_URL,
          }
        : null,
    alertmanagerToken: env.ALERTMANAGER_TOKEN ?? null,
    apiToken: env.NIGHTSHIFT_API_TOKEN ?? null,
    otlp: {
      token: env.OTLP_TOKEN ?? null,
      optional: false,
      speaksFor: config.settings.otlp.speaks_for,
      isOnlySource: !env.PROMETHEUS_URL,
    },
    keda: {
      token: env.KEDA_TOKEN ?? 'none',
      optional: false,
      isNearby: false,
      prometheusUrl: env.PROMETHEUS_URL ? shownUrl(env.PROMETHEUS_URL) : null,
    },
    firstHandlers: [],
  };
  const app = await startApp(config, world, log);
  const observe = config.observeBecause;
  const doubts = (await examineRedis(env, name)).filter(({ ok }) => !ok);
  for (const { title, mend } of doubts)
    log.warn({ what: title, mend }, 'what this Redis promises is less than is needed');
  const rows: Row[] = [
    ['address', app.url],
    ['cluster', hasCluster ? name : 'missing'],
    [
      'metrics',
      env.PROMETHEUS_URL ? shownUrl(env.PROMETHEUS_URL) : env.OTLP_TOKEN ? 'only what is sent by OTLP' : 'missing',
    ],
    ['logs', env.LOKI_URL ? shownUrl(env.LOKI_URL) : 'of the pods only (LOKI_URL is not set)'],
    ['chat', env.SLACK_CHANNEL ? `Slack, ${env.SLACK_CHANNEL}` : 'missing'],
    otlpRow(app),
    kedaRow(app, env.KEDA_TOKEN ? 'token' : 'no token'),
    ...commonRows(config, resolve(env.NIGHTSHIFT_DATA)),
    ...doubts.map(({ title, mend }): Row => ['redis', `${title}: ${mend}`]),
    ['mode', observe.length > 0 ? `OBSERVE, nothing is ever changed: ${observe.join('; ')}` : 'act'],
  ];
  return { app, table: table('Nightshift is on watch.', rows), stopOthers: async () => {} };
}

type Row = [string, string];
const otlpRow = ({ otlp }: App): Row => [
  'OTLP',
  otlp ? `gRPC ${otlp.grpcPort}, HTTP ${otlp.httpPort}` : 'not received: its ports are taken',
];
const kedaRow = ({ keda }: App, token: 'token' | 'no token'): Row => [
  'KEDA',
  token === 'no token'
    ? 'not served: KEDA_TOKEN is not set'
    : keda
      ? `external scaler on gRPC ${keda.port}`
      : 'not served: its port is taken',
];
const commonRows = ({ env }: Config, dataDir: string): Row[] => [
  ['redis', env.REDIS_URL ? 'given (REDIS_URL)' : `private, data in ${join(dataDir, 'redis')}`],
  ['pager', env.PAGERDUTY_ROUTING_KEY ? 'PagerDuty' : 'none (PAGERDUTY_ROUTING_KEY is not set)'],
];

function table(title: string, rows: Row[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return `\n${title}\n\n${rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n')}\n`;
}

function onSignals(running: Running, redis: PrivateRedis | null, log: Logger): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await running.app.stop();
    await running.stopOthers();
    await redis?.stop();
    log.info('stopped');
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}

// Set-up loads this file to have it compiled, without starting anything. A Node older than 24.2 can't tell: there it starts.
if (import.meta.main !== false)
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
