import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectRedis } from '../../src/adapters/redis/connect-redis.ts';
import { createIncidentStore } from '../../src/adapters/redis/incident-store.ts';
import { startPrivateRedis } from '../../src/adapters/redis/private-redis.ts';
import { headLine } from '../../src/adapters/slack/views/list-message.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { openLineOf } from '../../src/domain/open-line.ts';
import { startSandboxProcess } from '../e2e/sandbox-process.ts';
import { type Sent, type StormAlert, sendAll } from './storm/alertmanager.ts';
import { BEFORE, cpuBefore, cpuNow } from './storm/cpu.ts';
import { mostASecond, type Outside, startOutside } from './storm/outside.ts';
import { startAppProcess } from './storm/start-app.ts';

/**
 * 10,000 services fail within a minute, each with an alert of its own, before a Slack that takes one message a second. Is each alert in exactly one incident, was it answered soon, or asked to come again and taken
 * then; and does the channel show what is the matter? The app, the sandbox, Redis and Slack are processes of their own; figures are of the app.
 */

const ALERTS = Number(process.env.NIGHTSHIFT_STORM_ALERTS ?? 10_000);
/** The image, as in production; `npm` saves memory and pays with time. */
const STARTED_BY = process.env.NIGHTSHIFT_STORM_AS === 'npm' ? 'npm' : 'image';
const NAMESPACES = 20;
const WITHIN_MS = 60_000 * (ALERTS / 10_000);
/** One in so many is over again soon. */
const OVER_EACH = 10;
const SHOWN_WITHIN_MS = 180_000;

export const about = 'ten thousand alerts within a minute';

export async function run(): Promise<Record<string, unknown>> {
  const sandboxProcess = await startSandboxProcess('http://127.0.0.1:1', 1);
  try {
    step('CPU an alert');
    const cpu_ms_per_alert = process.env.NIGHTSHIFT_STORM_ALONE ? null : await cpuNow(sandboxProcess.line);
    step(`the same at ${BEFORE}`);
    const cpu_ms_per_alert_before = process.env.NIGHTSHIFT_STORM_ALONE ? null : await cpuBefore(sandboxProcess.line);
    step('storm');
    return { ...(await storm()), cpu_ms_per_alert, cpu_ms_per_alert_before };
  } finally {
    await sandboxProcess.stop();
  }
}

async function storm(): Promise<Record<string, unknown>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'nightshift-storm-'));
  const redis = await startPrivateRedis({ dataDir });
  const now = Date.now();
  const firing: StormAlert[] = Array.from({ length: ALERTS }, (_, i) => ({
    ...{ name: 'TargetDown', namespace: `team-${i % NAMESPACES}`, service: `svc-${i}-api`, startsAt: now - 60_000 },
  }));
  const outside = await startOutside(firing);
  const app = await startAppProcess(redis.url, outside, STARTED_BY);
  try {
    const over = firing.filter((_, i) => i % OVER_EACH === 0).map((one) => ({ ...one, endsAt: Date.now() }));
    const began = performance.now();
    const sent = await sendAll(app.url, firing, WITHIN_MS);
    const takenMs = performance.now() - began;
    step(`all taken after ${Math.round(takenMs / 1_000)} s`);
    const cpuTaken = app.used().cpuMs;
    const resolved = await sendAll(app.url, over, WITHIN_MS / OVER_EACH);
    const ended = performance.now();
    const shownAfterMs = await untilShown(redis.url, app.cluster, outside, ended);
    const found = await inIncidents(redis.url, app.cluster, firing);
    return figures({ sent, resolved, found, takenMs, cpuTaken, shownAfterMs, rss: app.used().rssMost, outside });
  } finally {
    await app.stop();
    outside.close();
    await redis.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

type Seen = {
  sent: Sent;
  resolved: Sent;
  found: { lost: number; doubled: number; incidents: number };
  takenMs: number;
  cpuTaken: number;
  shownAfterMs: number | null;
  rss: number;
  outside: Outside;
};

function figures({ sent, resolved, found, takenMs, cpuTaken, shownAfterMs, rss, outside }: Seen) {
  const times = [...sent.tookMs, ...resolved.tookMs].toSorted((a, b) => a - b);
  return {
    alerts: ALERTS,
    taken: sent.taken,
    refused: sent.refused,
    answered_otherwise: sent.otherwise.length + resolved.otherwise.length,
    ...found,
    all_taken_after_s: Math.round(takenMs / 1_000),
    webhook_p50_ms: Math.round(times[Math.floor(times.length / 2)] ?? Number.NaN),
    webhook_p99_ms: Math.round(times[Math.floor(times.length * 0.99)] ?? Number.NaN),
    cpu_ms_per_alert_with_all_else: Math.round((cpuTaken / ALERTS) * 100) / 100,
    rss_mb: Math.round(rss / 1024 / 1024),
    slack_messages: outside.seenAt.length,
    slack_per_s_max: mostASecond(outside.seenAt),
    slack_too_soon: outside.tooSoon(),
    slack_history_asked: outside.historyAsked(),
    pages: outside.pages(),
    shown_after_s: shownAfterMs === null ? null : Math.round(shownAfterMs / 100) / 10,
  };
}

const step = (name: string) => console.error(`storm: ${name} …`);

async function allOf(redisUrl: string, cluster: string): Promise<Incident[]> {
  const redis = await connectRedis({ url: redisUrl, name: 'storm', onError: () => {} });
  try {
    const clock = { now: Date.now, line: () => ({ at: 0, realAt: 0, speed: 1 }) };
    return await createIncidentStore({ redis, cluster, clock }).list({ limit: 10_000 + ALERTS });
  } finally {
    redis.disconnect();
  }
}

async function inIncidents(redisUrl: string, cluster: string, alerts: StormAlert[]) {
  const holders = new Map<string, number>();
  const all = await allOf(redisUrl, cluster);
  for (const { alerts: held } of all)
    for (const { fingerprint } of held) holders.set(fingerprint, (holders.get(fingerprint) ?? 0) + 1);
  const counts = alerts.map(({ namespace, service }) => holders.get(`f-${namespace}-${service}`) ?? 0);
  return {
    lost: counts.filter((count) => count === 0).length,
    doubled: counts.filter((count) => count > 1).length,
    incidents: all.length,
  };
}

/** How long until the one list shows as many as there are in each state. */
async function untilShown(
  redisUrl: string,
  cluster: string,
  outside: Outside,
  endedAt: number,
): Promise<number | null> {
  while (performance.now() - endedAt < SHOWN_WITHIN_MS) {
    const wanted = wordsFor((await allOf(redisUrl, cluster)).filter(({ state }) => state.name !== 'closed'));
    if ([...outside.shown.values()].some((text) => wanted.every((word) => text.includes(word))))
      return performance.now() - endedAt;
    await sleep(500);
  }
  return null;
}

/** What the list's first line says of them. */
const wordsFor = (open: Incident[]): string[] => [headLine(open.map(openLineOf))];
