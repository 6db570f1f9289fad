import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pino } from 'pino';
import { connectCluster } from '../../../src/adapters/kubernetes/cluster.ts';
import { createPager } from '../../../src/adapters/pagerduty/pager.ts';
import { connectPrometheus } from '../../../src/adapters/prometheus/metrics.ts';
import { createSlackChat } from '../../../src/adapters/slack/chat.ts';
import { startApp } from '../../../src/app/app.ts';
import { readConfig, sandboxSettings } from '../../../src/app/config.ts';
import { REAL_LINE } from '../../../src/domain/clock.ts';

/** The app for the bench, as it is for real: a channel takes one message a second. Says where it is, and from then on what it has used, each second. */

const {
  STORM_REDIS = '',
  STORM_SLACK = '',
  STORM_PAGER = '',
  STORM_CLUSTER = '',
  STORM_SECRET,
  STORM_LIMIT,
} = process.env;

const read = readConfig({ PORT: '0', LOG_LEVEL: 'error' });
if (!read.ok) throw new Error(read.errors.join('\n'));
const log = pino({ level: 'error' }, pino.destination(2));
const clock = { now: Date.now, realDelay: (ms: number) => ms, line: () => REAL_LINE };
const base = sandboxSettings();
const settings = {
  ...base,
  scan: { ...base.scan, enabled: false },
  ...(STORM_LIMIT ? { limits: { ...base.limits, storm_incidents: Number(STORM_LIMIT) } } : {}),
};
const app = await startApp(
  { ...read.config, settings },
  {
    redisUrl: STORM_REDIS,
    clock,
    cluster: connectCluster({
      name: settings.cluster,
      server: { url: STORM_CLUSTER },
      timeoutMs: 10_000,
      userAgent: 'nightshift-bench',
    }),
    metrics: connectPrometheus({ url: `${STORM_CLUSTER}/prometheus`, timeoutMs: 10_000 }),
    chat: createSlackChat({ token: 'xoxb-bench', slackApiUrl: STORM_SLACK, channel: 'C_ONCALL', perSecond: 1, log }),
    pager: createPager({ routingKey: 'r'.repeat(32), eventsUrl: STORM_PAGER, timeoutMs: 5_000 }),
    slack: STORM_SECRET ? { token: 'xoxb-bench', signingSecret: STORM_SECRET, apiUrl: STORM_SLACK } : null,
    alertmanagerToken: null,
    apiToken: null,
    firstHandlers: [],
  },
  log,
);
const loop = monitorEventLoopDelay({ resolution: 10 });
loop.enable();
console.log(JSON.stringify({ url: app.url, cluster: settings.cluster }));
setInterval(() => {
  if (process.env.STORM_METRICS && app)
    void fetch(`${app.url}/metrics`)
      .then((res) => res.text())
      .then((text) =>
        console.error(
          text
            .split('\n')
            .filter((line) => /effect_duration_seconds_(count|sum)|queue_jobs\{/.test(line))
            .map((line) => line.replace('nightshift_effect_duration_seconds', ''))
            .join(' ; '),
        ),
      );
  console.log(
    JSON.stringify({
      rss: process.memoryUsage.rss(),
      cpu: process.cpuUsage(),
      loop: Math.round(loop.percentile(99) / 1e5) / 10,
    }),
  );
}, 1_000);
process.on('SIGTERM', () => void app.stop().then(() => process.exit(0)));
