import type { Redis } from 'ioredis';
import { percent } from '../../domain/figures.ts';
import { whenAvailable } from './availability.ts';

/** Full at 1; null: the server has no limit of its own, or doesn't tell it. */
export type MemoryUse = { usedBytes: number; ratio: number | null };

/** From here on it is said: at the limit Redis refuses every write, and with it every alert. */
const NEARLY_FULL = 0.8;

export const memoryUse = async (redis: Pick<Redis, 'info'>): Promise<MemoryUse> =>
  memoryIn(await whenAvailable(() => redis.info('memory')));

/** From what INFO answers. */
export function memoryIn(info: string): MemoryUse {
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const [usedBytes, most] = [field('used_memory'), field('maxmemory')];
  return { usedBytes, ratio: most > 0 ? usedBytes / most : null };
}

/** In words; null: there is room. */
export function nearlyFullWords({ ratio }: MemoryUse): string | null {
  if (ratio === null || ratio < NEARLY_FULL) return null;
  return `Redis is ${percent(ratio)} full; at its maxmemory it refuses every write, and alerts are no longer taken.`;
}
