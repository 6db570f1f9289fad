import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { connectRedis } from '../../../src/adapters/redis/connect-redis.ts';
import { createIncidentStore } from '../../../src/adapters/redis/incident-store.ts';
import { type PrivateRedis, startPrivateRedis } from '../../../src/adapters/redis/private-redis.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import type { State } from '../../../src/domain/incident-state.ts';
import type { IncidentStore } from '../../../src/ports/store.ts';

/** A real Redis in a folder of its own, and stores on it, each with its own connection as replicas have. */
export type Fixture = {
  server: PrivateRedis;
  clock: { now(): number; set(at: number): void };
  replica(options?: {
    cluster?: string;
    /** Absent: the fixture's. */
    clock?: { now(): number };
    commandTimeoutMs?: number;
    /** As the store's connection is; off where commands go by name. */
    batched?: boolean;
    onUnreadable?: (message: string) => void;
  }): Promise<{ store: IncidentStore; redis: Redis; worker: Worker }>;
  end(): Promise<void>;
};

/** One that holds a lease, for as long as the test takes. */
export type Worker = { effectId: string; token: string; notAfter: number | null };

export async function startFixture(): Promise<Fixture> {
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-store-'));
  const server = await startPrivateRedis({ dataDir: folder });
  const connections: Redis[] = [];
  let now = 1_000_000;
  const clock = {
    now: () => now,
    set: (at: number) => {
      now = at;
    },
  };
  return {
    server,
    clock,
    replica: async ({
      cluster = 'test',
      clock: own = clock,
      commandTimeoutMs = 2_000,
      onUnreadable,
      batched = true,
    } = {}) => {
      const redis = await connectRedis({ url: server.url, name: 'test', batched, commandTimeoutMs, onError: () => {} });
      connections.push(redis);
      const worker: Worker = { effectId: 'at-work', token: 'token', notAfter: null };
      await redis.set(`{nightshift:${cluster}}:lease:${worker.effectId}`, worker.token);
      return {
        redis,
        worker,
        store: createIncidentStore({ redis, cluster, clock: own, ...(onUnreadable ? { onUnreadable } : {}) }),
      };
    },
    end: async () => {
      for (const redis of connections) redis.disconnect();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A new incident, not saved yet. */
export function anIncident(id: string, group = id, more: Partial<Incident> = {}): Incident {
  return {
    id,
    cluster: 'test',
    namespace: 'shop',
    service: 'payment-api',
    groupKey: group,
    version: 1,
    state: { name: 'noticed', attempt: 0 },
    openedAt: 1_000,
    closedAt: null,
    alerts: [],
    alertCount: 0,
    anomalies: [],
    diagnosis: null,
    options: [],
    skippedSteps: [],
    attempted: [],
    executions: [],
    message: null,
    page: null,
    linked: [],
    feedback: null,
    pageAskedBy: null,
    unmeasured: 0,
    ...more,
  };
}

export const CLOSED: State = { name: 'closed', outcome: 'self_healed', why: 'over' };

/** The next version of an incident. */
export const next = (before: Incident, more: Partial<Incident> = {}): Incident => ({
  ...before,
  version: before.version + 1,
  ...more,
});

/** A save with nothing but the incident, unless told. */
export const saving = (
  before: Incident | null,
  after: Incident,
  more: Partial<Parameters<IncidentStore['save']>[0]> = {},
) => ({
  before,
  after,
  timeline: [],
  effects: [],
  finished: null,
  ...more,
});
