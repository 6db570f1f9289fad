import type { Clock } from '../../domain/clock.ts';
import type { IncidentStore } from '../../ports/store.ts';
import type { EffectQueue } from './jobs.ts';

/** Never later than a second, and where the sandbox's time runs fast, never later than so much of that. */
const EVERY_REAL_MS = 1_000;
const EVERY_CLOCK_MS = 5_000;
const SOONEST_REAL_MS = 100;
const AT_MOST = 1_000;
const TIMERS_AT_MOST = 10_000;

/**
 * Wakes again what is due and nobody has: after a crash, a lost wake, a changed clock. At the start it also sets the timers of what is due later.
 * Each replica may run one. Returns a function that stops it and resolves when the last round is over.
 */
export function startSweep(options: {
  store: Pick<IncidentStore, 'listDue' | 'listLater'>;
  queue: Pick<EffectQueue, 'wake' | 'wakeAgain'>;
  clock: Clock;
  onError: (error: Error) => void;
}): () => Promise<void> {
  const { store, queue, clock, onError } = options;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let timersSet = false;
  const round = async () => {
    try {
      if (!timersSet) await queue.wake(await store.listLater(clock.now(), TIMERS_AT_MOST));
      timersSet = true;
      await queue.wakeAgain(await store.listDue(clock.now(), AT_MOST));
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
    }
    if (!stopped)
      timer = setTimeout(go, Math.max(SOONEST_REAL_MS, Math.min(EVERY_REAL_MS, clock.realDelay(EVERY_CLOCK_MS))));
  };
  let under = round();
  function go() {
    under = round();
  }
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await under;
  };
}
