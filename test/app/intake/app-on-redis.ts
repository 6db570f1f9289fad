import { pino } from 'pino';
import { createPager } from '../../../src/adapters/pagerduty/pager.ts';
import { connectRedis } from '../../../src/adapters/redis/connect-redis.ts';
import { createIncidentStore } from '../../../src/adapters/redis/incident-store.ts';
import { startApp } from '../../../src/app/app.ts';
import { readConfig, sandboxSettings } from '../../../src/app/config.ts';
import { silentChat, unreachableCluster, unreachableMetrics } from '../../../src/app/missing-parts.ts';
import type { App } from '../../../src/app/world.ts';
import type { Incident, TimelineEntry } from '../../../src/domain/incident.ts';

export const TOKEN = 'a-bearer-token';
const CLUSTER = 'test';
const realTime = { now: Date.now, realDelay: (ms: number) => ms };

/** Time that runs `speed` times as fast, from now on. */
export function fastTime(speed: number): typeof realTime {
  const from = Date.now();
  return { now: () => from + (Date.now() - from) * speed, realDelay: (ms) => ms / speed };
}

/** The app with its real store, queue, workers and HTTP on a free port. No cluster, metrics or chat is configured: it takes alerts in, keeps them, and can do nothing about them. */
export function startIntake(redisUrl: string, clock = realTime, cluster = unreachableCluster(CLUSTER)): Promise<App> {
  const read = readConfig({ PORT: '0', LOG_LEVEL: 'silent' });
  if (!read.ok) throw new Error(read.errors.join('\n'));
  const log = pino({ level: 'silent' });
  const settings = sandboxSettings();
  // Whatever else a file leaves open is no storm.
  const limits = { ...settings.limits, storm_incidents: 1_000_000 };
  return startApp(
    { ...read.config, settings: { ...settings, cluster: CLUSTER, limits }, observeBecause: ['nothing is configured'] },
    {
      redisUrl,
      clock,
      cluster,
      metrics: unreachableMetrics(),
      chat: silentChat(log),
      pager: createPager({ routingKey: undefined, eventsUrl: undefined, timeoutMs: 1_000 }),
      slack: null,
      alertmanagerToken: TOKEN,
      apiToken: null,
      firstHandlers: [],
    },
    log,
  );
}

export type Kept = Incident & { timeline: TimelineEntry[] };

/** Everything that is in Redis, read past the app on a connection of its own. */
export async function keptIncidents(redisUrl: string): Promise<Kept[]> {
  const redis = await connectRedis({ url: redisUrl, name: 'test', onError: () => {} });
  try {
    const store = createIncidentStore({ redis, cluster: CLUSTER, clock: realTime });
    const all = await store.list({ limit: 10_000 });
    return await Promise.all(all.map(async (one) => ({ ...one, timeline: await store.timeline(one.id) })));
  } finally {
    redis.disconnect();
  }
}
