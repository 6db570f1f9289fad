import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PrivateRedis, startPrivateRedis } from '../../../src/adapters/redis/private-redis.ts';
import type { App } from '../../../src/app/world.ts';
import { keptIncidents, startIntake } from './app-on-redis.ts';
import { type Answer, post, rawAlert, webhook } from './webhook-body.ts';

/** The webhook while Redis is killed, hangs, and comes back: law 1 with the real parts. */

let folder: string;
let redis: PrivateRedis;
let app: App;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-away-'));
  redis = await startPrivateRedis({ dataDir: folder });
  app = await startIntake(redis.url);
});
afterEach(async () => {
  await app.stop();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

const restart = async () => {
  redis = await startPrivateRedis({ dataDir: folder });
};
const bodyOf = (n: number) => webhook([rawAlert(`f-${n}`, `s-${n % 7}-api`)]);
const everyPrint = async () =>
  (await keptIncidents(redis.url)).flatMap((one) => one.alerts.map((alert) => alert.fingerprint)).sort();

/** As Alertmanager does: sends again, a little later, what was answered with a 5xx or not at all. */
async function untilTaken(body: unknown, refusals: Answer[] = []): Promise<void> {
  for (;;) {
    const answer = await post(app, body).catch(() => null);
    if (answer?.status === 200) return;
    if (answer) refusals.push(answer);
    await new Promise((done) => setTimeout(done, 50));
  }
}

describe('a webhook while Redis is away', () => {
  it('is answered 503 with Retry-After, and after Redis is back the re-sent alert is in exactly one incident', async () => {
    await untilTaken(bodyOf(1));
    process.kill(redis.pid, 'SIGKILL');
    const refused = await post(app, bodyOf(2));
    expect(refused.status).toBe(503);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.json.error).toContain('Redis');
    const ready = await fetch(`${app.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ away: expect.arrayContaining([expect.stringMatching(/^redis: /)]) });
    await restart();
    await untilTaken(bodyOf(2));
    expect(await everyPrint()).toEqual(['f-1', 'f-2']);
  });

  it('is answered 503 when Redis hangs, and not kept waiting', async () => {
    await untilTaken(bodyOf(1));
    process.kill(redis.pid, 'SIGSTOP');
    try {
      expect((await post(app, bodyOf(2))).status).toBe(503);
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
    await untilTaken(bodyOf(2));
    expect(await everyPrint()).toEqual(['f-1', 'f-2']);
  });
});

describe('alerts that stream in while Redis is killed and started again', () => {
  it('are all in exactly one incident once each was answered with 200', async () => {
    const refusals: Answer[] = [];
    let next = 0;
    const sender = async () => {
      while (next < 400) await untilTaken(bodyOf(next++), refusals);
    };
    const sending = Promise.all(Array.from({ length: 8 }, sender));
    for (const at of [60, 200]) {
      await expect.poll(() => next, { timeout: 20_000, interval: 5 }).toBeGreaterThan(at);
      process.kill(redis.pid, 'SIGKILL');
      await expect.poll(() => refusals.length, { timeout: 10_000, interval: 5 }).toBeGreaterThan(0);
      await restart();
    }
    await sending;
    expect(refusals.every((answer) => answer.status === 503)).toBe(true);
    expect(await everyPrint()).toEqual(Array.from({ length: 400 }, (_, n) => `f-${n}`).sort());
    const kept = await keptIncidents(redis.url);
    expect(kept).toHaveLength(7);
    for (const incident of kept)
      expect(incident.timeline.filter((line) => line.type === 'alerts').length).toBeGreaterThan(0);
  });
});
