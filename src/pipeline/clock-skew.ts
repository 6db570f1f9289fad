import type { Deps } from './deps.ts';

/** A replica may be off by so much real time and still act. */
const MOST_OFF_MS = 2_000;

export type ClockLook = { now: number; off: string | null };

/** The store's clock, which is the one that counts, and what is wrong with this replica's own, in words; null: nothing. Half of the time that the answer took may be either's. */
export async function lookAtClock(deps: Pick<Deps, 'store' | 'clock'>): Promise<ClockLook> {
  const { store, clock } = deps;
  const before = clock.now();
  const now = await store.now();
  const after = clock.now();
  const tookMs = Math.max(0, after - before);
  const ahead = (before + after) / 2 - now;
  const offMs = inRealTime(clock, Math.max(0, Math.abs(ahead) - tookMs / 2));
  if (offMs <= MOST_OFF_MS) return { now, off: null };
  const seconds = Math.round(offMs / 100) / 10;
  const off = `The clock of this replica is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} the store's: it changes nothing until that is mended (NTP).`;
  return { now, off };
}

/** Of a clock that stands still, what is given: nothing else can be said. */
function inRealTime(clock: Deps['clock'], ms: number): number {
  const line = clock.line?.();
  if (!line) return ms;
  return line.speed > 0 ? ms / line.speed : 0;
}
