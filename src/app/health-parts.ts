import type { HealthPart } from '../adapters/http/health-routes.ts';
import type { MemoryUse } from '../adapters/redis/memory-use.ts';
import { nearlyFullWords } from '../adapters/redis/memory-use.ts';
import type { Clock } from '../domain/clock.ts';

type Pinged = { ping(): Promise<void> };

/** What this replica stands on, for `/readyz` (the needed alone) and `/healthz?verbose`. */
export function partsOf(
  world: { cluster: Pinged; metrics: Pinged; chat: Pinged; logs?: Pinged | undefined },
  store: Pinged,
  clock: Pick<Clock, 'off'>,
  memory: () => Promise<MemoryUse>,
): HealthPart[] {
  const part = (name: string, what: Pinged): HealthPart => ({ name, ping: () => what.ping() });
  return [
    { ...part('redis', store), needed: true },
    { name: 'redis memory', ping: async () => reject(nearlyFullWords(await memory())) },
    { name: 'clock', ping: async () => reject(clock.off?.() ?? null) },
    part('cluster', world.cluster),
    part('metrics', world.metrics),
    part('chat', world.chat),
    ...(world.logs ? [part('logs', world.logs)] : []),
  ];
}

function reject(message: string | null): void {
  if (message !== null) throw new Error(message);
}
