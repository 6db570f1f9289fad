import type { Clock } from '../domain/clock.ts';
import type { IncidentStore } from '../ports/store.ts';

/** A replica may be off by so much real time and still act. */
export const MOST_OFF_MS = 2_000;

/** `off`: what is wrong with this replica's own clock, in words; null: nothing. `aheadMs`: of the store's, in real time. */
export type ClockLook = { now: number; off: string | null; aheadMs: number };

/** The store's clock, which is the one that counts, beside this replica's own. Of the time that the answer took, half may be either's. */
export async function lookAtClock(deps: { store: Pick<IncidentStore, 'now'>; clock: Clock }): Promise<ClockLook> {
  const { store, clock } = deps;
  const before = clock.now();
  const now = await store.now();
  const after = clock.now();
  const ahead = (before + after) / 2 - now;
  const aheadMs = Math.round(inRealTime(clock, ahead));
  const sureMs = inRealTime(clock, Math.abs(ahead) - Math.max(0, after - before) / 2);
  return { now, aheadMs, off: clock.off?.() ?? (sureMs > MOST_OFF_MS ? offWords(aheadMs) : null) };
}

function offWords(aheadMs: number): string {
  const seconds = Math.round(Math.abs(aheadMs) / 100) / 10;
  const side = aheadMs > 0 ? 'ahead of' : 'behind';
  return `The clock of this replica is ${seconds} s ${side} the store's: it changes nothing until that is mended (NTP).`;
}

/** Of a clock that stands still nothing can be said: 0. */
function inRealTime(clock: Clock, ms: number): number {
  const line = clock.line?.();
  if (!line) return ms;
  return line.speed > 0 ? ms / line.speed : 0;
}
