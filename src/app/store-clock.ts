import type { Clock } from '../domain/clock.ts';
import { lookAtClock } from '../pipeline/clock-skew.ts';
import type { IncidentStore } from '../ports/store.ts';
import { repeat } from '../timing/repeat.ts';

const EVERY_MS = 2_000;
/** Less isn't worth a jump: it is the time that an answer takes. */
const LEAST_MS = 250;

export type StoreClock = {
  /** The given clock, put right by the store's. Deadlines, timers and what is said go by it also where this replica's own is wrong. */
  clock: Clock;
  /** How far the replica's own clock is ahead of the store's, in real milliseconds. */
  aheadMs(): number;
  stop(): void;
};

/** Compares the clocks every two seconds of real time, and says it once when the replica's own is off and once when it is right again. */
export async function followStoreClock(
  store: Pick<IncidentStore, 'now'>,
  own: Clock,
  log: Record<'error' | 'info' | 'warn', (fields: object, message: string) => void>,
): Promise<StoreClock> {
  let aheadMs = 0;
  let off: string | null = null;
  const look = async () => {
    const seen = await lookAtClock({ store, clock: own }).catch((error: unknown) => {
      log.warn({ err: error }, "the store's clock could not be read");
      return null;
    });
    if (!seen) return;
    aheadMs = seen.aheadMs;
    if (seen.off && !off) log.error({ aheadMs }, seen.off);
    if (off && !seen.off) log.info({ aheadMs }, "this replica's clock is right again");
    off = seen.off;
  };
  await look();
  const stop = repeat(look, { firstMs: EVERY_MS, delayMs: () => EVERY_MS, onError: () => {} });
  const speed = () => own.line?.().speed ?? 1;
  return {
    clock: {
      ...own,
      now: () => own.now() - (Math.abs(aheadMs) < LEAST_MS ? 0 : aheadMs * speed()),
      off: () => off,
    },
    aheadMs: () => aheadMs,
    stop: () => void stop(),
  };
}
