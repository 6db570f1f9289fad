import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cluster as Simulated } from '../../sandbox/kube/cluster.ts';
import { send } from '../../src/adapters/kubernetes/rest.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { IncidentStore } from '../../src/ports/store.ts';
import type { Fixture } from '../adapters/redis/store-fixture.ts';
import { createMemoryServer } from '../soak/virtual-app/memory-server.ts';
import { type Ask, askingInProcess } from './asked.ts';

/** Where replicas keep things and how they ask the API server. */
export type Backend = {
  /** Replicas' stores on one server, each by its clock. */
  open(clocks: Pick<Clock, 'now' | 'line'>[]): Promise<{
    stores: IncidentStore[];
    locks(): Promise<Record<string, string>>;
    /** Whose token is the lease of an effect; null: nobody has it. */
    holder(effectId: string): Promise<string | null>;
    /** Time is up for every lease: of those who died, and of those who slept. */
    forgetLeases(): Promise<void>;
    end(): void;
  }>;
  ask(kube: Simulated): Ask;
};

/** All in this process: as fast as it gets. */
export const inMemory: Backend = {
  async open(clocks) {
    const server = createMemoryServer();
    return {
      stores: clocks.map((clock) => server.store(clock)),
      locks: async () => server.locks(),
      holder: async (effectId) => server.holder(effectId),
      forgetLeases: async () => server.forgetLeases(),
      end: () => {},
    };
  },
  ask: askingInProcess,
};

let runs = 0;
const COMMAND_MS = 2_000;
/** No law is about a machine that has much else to do. */
const PATIENT_MS = 120_000;

/** A real Redis, and the API server in this process. */
export function onRedis(fixture: Fixture, { commandTimeoutMs = COMMAND_MS } = {}): Backend {
  return {
    async open(clocks) {
      runs += 1;
      const cluster = `laws-${runs}`;
      const opened = await Promise.all(clocks.map((clock) => fixture.replica({ cluster, clock, commandTimeoutMs })));
      const { redis } = opened[0]!;
      // Nothing here dies but our own processes, so Redis need not wait for the disk.
      await redis.config('SET', 'appendfsync', 'no');
      return {
        stores: opened.map(({ store }) => store),
        holder: (effectId) => redis.get(`{nightshift:${cluster}}:lease:${effectId}`),
        locks: () => redis.hgetall(`{nightshift:${cluster}}:locks`),
        async forgetLeases() {
          const keys = await redis.keys(`{nightshift:${cluster}}:lease:*`);
          if (keys.length > 0) await redis.del(...keys);
        },
        end() {
          for (const one of opened) one.redis.disconnect();
        },
      };
    },
    ask: askingInProcess,
  };
}

/** A real Redis, and the API server over HTTP. */
export async function onWire(fixture: Fixture): Promise<Backend & { stop(): void }> {
  let serving: Simulated | null = null;
  const server = createServer((request, response) => {
    if (!serving?.handle(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const text: Ask = (request) => send({ url }, request, { timeoutMs: PATIENT_MS, userAgent: 'nightshift/laws' });
  return {
    open: onRedis(fixture, { commandTimeoutMs: PATIENT_MS }).open,
    ask(kube) {
      serving = kube;
      return async (request) => {
        const answer = String(await text(request));
        return request.path.endsWith('/log') ? answer : JSON.parse(answer);
      };
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
