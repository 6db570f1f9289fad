import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectRedis } from '../../src/adapters/redis/connect-redis.ts';
import { createIncidentStore } from '../../src/adapters/redis/incident-store.ts';
import { startPrivateRedis } from '../../src/adapters/redis/private-redis.ts';
import { sendAll } from './storm/alertmanager.ts';
import { startOutside } from './storm/outside.ts';
import { type AppProcess, startAppProcess } from './storm/start-app.ts';

/** 50 clicks a second on "I'm on it" and "Hold", signed as Slack signs them, while new incidents are diagnosed: how long until each is acknowledged? Slack shows a failure after three seconds. */

const CLICKS_PER_S = 50;
const SECONDS = Number(process.env.NIGHTSHIFT_CLICKS_SECONDS ?? 30);
const DIAGNOSES_PER_S = 5;
const FIRST = 20;
const ALONE_S = 6;
const SETTLED_MS = 3_000;
const SECRET = '0123456789abcdef0123456789abcdef';

export const about = 'fifty clicks a second while incidents are diagnosed';

export async function run(): Promise<Record<string, unknown>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'nightshift-clicks-'));
  const redis = await startPrivateRedis({ dataDir });
  const now = Date.now();
  const firing = Array.from({ length: FIRST + SECONDS * DIAGNOSES_PER_S }, (_, i) => ({
    ...{ name: 'TargetDown', namespace: `team-${i % 20}`, service: `svc-${i}-api`, startsAt: now - 60_000 },
  }));
  const outside = await startOutside(firing);
  // No storm: each is diagnosed by itself.
  const app = await startAppProcess(redis.url, outside, 'image', { STORM_SECRET: SECRET, STORM_LIMIT: '100000' });
  try {
    await sendAll(app.url, firing.slice(0, FIRST), 1_000);
    const ids = await openIds(redis.url, app.cluster);
    // First alone, for what a click costs.
    const costs = await costOf(app, () => clickAll(app.url, outside.slackUrl, ids, ALONE_S, 0));
    const before = app.used().cpuMs;
    const alerts = sendAll(app.url, firing.slice(FIRST), SECONDS * 1_000);
    const { tookMs, refused } = await clickAll(app.url, outside.slackUrl, ids, SECONDS, ALONE_S * CLICKS_PER_S);
    await alerts;
    const times = tookMs.toSorted((a, b) => a - b);
    const at = (share: number) => Math.round((times[Math.floor((times.length - 1) * share)] ?? Number.NaN) * 10) / 10;
    return {
      clicks: times.length,
      refused,
      ...{ p50_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1) },
      diagnosed_meanwhile: await diagnosed(redis.url, app.cluster, ids),
      cpu_ms_a_click_alone: Math.round((costs / (ALONE_S * CLICKS_PER_S)) * 10) / 10,
      loop_p99_ms: app.used().loopP99Ms,
      cpu_share: Math.round(((app.used().cpuMs - before) / (SECONDS * 1_000)) * 100) / 100,
    };
  } finally {
    await app.stop();
    outside.close();
    await redis.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** CPU ms that the app used while this ran, and until it was at rest again. */
async function costOf(app: AppProcess, run: () => Promise<unknown>): Promise<number> {
  await sleep(SETTLED_MS);
  const before = app.used().cpuMs;
  await run();
  await sleep(SETTLED_MS);
  return app.used().cpuMs - before;
}

async function clickAll(
  url: string,
  outsideUrl: string,
  ids: string[],
  seconds: number,
  from: number,
): Promise<{ tookMs: number[]; refused: number }> {
  // Slack opens a connection for each.
  const agent = new Agent({ keepAlive: false });
  const tookMs: number[] = [];
  let refused = 0;
  const began = performance.now();
  const all: Promise<void>[] = [];
  for (let index = 0; index < CLICKS_PER_S * seconds; index += 1) {
    const waitMs = began + (index / CLICKS_PER_S) * 1_000 - performance.now();
    if (waitMs > 1) await sleep(waitMs);
    const sentAt = performance.now();
    all.push(
      click({ url, outsideUrl, agent }, ids[index % ids.length] ?? '', from + index).then((status) => {
        tookMs.push(performance.now() - sentAt);
        if (status !== 200) refused += 1;
      }),
    );
  }
  await Promise.all(all);
  agent.destroy();
  return { tookMs, refused };
}

type To = { url: string; outsideUrl: string; agent: Agent };

function click({ url, outsideUrl, agent }: To, id: string, index: number): Promise<number> {
  const payload = {
    type: 'block_actions',
    user: { id: `U_${index % 7}`, team_id: 'T1' },
    team: { id: 'T1' },
    trigger_id: `t${index}`,
    response_url: `${outsideUrl}respond`,
    channel: { id: 'C_ONCALL' },
    container: { type: 'message', message_ts: '1.1', is_ephemeral: true },
    actions: [
      {
        type: 'button',
        action_id: index % 2 === 0 ? 'on_it' : 'hold',
        block_id: 'b',
        value: id,
        action_ts: `${index}`,
      },
    ],
  };
  const body = `payload=${encodeURIComponent(JSON.stringify(payload))}`;
  const at = Math.floor(Date.now() / 1_000);
  const hex = createHmac('sha256', SECRET).update(`v0:${at}:${body}`).digest('hex');
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': String(at),
    'x-slack-signature': `v0=${hex}`,
  };
  return new Promise((resolve) => {
    const req = request(`${url}/slack/events`, { method: 'POST', agent, headers }, (res) => {
      res.resume();
      res.on('end', () => resolve(res.statusCode ?? 0));
    });
    req.on('error', () => resolve(0));
    req.end(body);
  });
}

async function withStore<T>(
  url: string,
  cluster: string,
  read: (store: ReturnType<typeof createIncidentStore>) => Promise<T>,
): Promise<T> {
  const redis = await connectRedis({ url, name: 'clicks', onError: () => {} });
  try {
    return await read(createIncidentStore({ redis, cluster, clock: { now: Date.now } }));
  } finally {
    redis.disconnect();
  }
}

const openIds = (url: string, cluster: string): Promise<string[]> =>
  withStore(url, cluster, async (store) => (await store.listOpen(FIRST)).map(({ id }) => id));

const diagnosed = (url: string, cluster: string, before: string[]): Promise<number> =>
  withStore(
    url,
    cluster,
    async (store) =>
      (await store.listOpen(10_000)).filter(({ id, diagnosis }) => diagnosis !== null && !before.includes(id)).length,
  );
