import type { Clock } from '../../domain/clock.ts';
import type { DueEffect, IncidentStore } from '../../ports/store.ts';
import { repeat } from '../../timing/repeat.ts';
import type { EffectQueue } from './jobs.ts';

/** Never later than a second, and where the sandbox's time runs fast, never later than so much of that. */
const EVERY_REAL_MS = 1_000;
const EVERY_CLOCK_MS = 5_000;
const SOONEST_REAL_MS = 100;
const AT_MOST = 1_000;
const TIMERS_AT_MOST = 10_000;
/** Jobs that wait: what is due is among them, and waking it again would only make them more. */
const LONG_QUEUE = 300;
/** Of the rounds with a long queue one in so many looks all the same. */
const LOOKS_ANYHOW = 10;
/** What was woken again isn't for so long. */
const AGAIN_AFTER_MS = 5_000;

/**
 * Wakes again what is due and nobody has: after a crash, a lost wake, a changed clock. At the start it also sets the timers of what is due later.
 * Each replica may run one. Returns a function that stops it and resolves when the last round is over.
 */
export function startSweep(options: {
  store: Pick<IncidentStore, 'listDue' | 'listLater'>;
  queue: Pick<EffectQueue, 'wake' | 'wakeAgain' | 'counts'>;
  clock: Clock;
  onError: (error: Error) => void;
}): () => Promise<void> {
  const { store, queue, clock, onError } = options;
  let timersSet = false;
  let passed = 0;
  const notWoken = createMemory();
  const round = async () => {
    if (!timersSet) await queue.wake(await store.listLater(clock.now(), TIMERS_AT_MOST));
    timersSet = true;
    passed = (await queue.counts()).waiting > LONG_QUEUE ? passed + 1 : 0;
    if (passed % LOOKS_ANYHOW === 0)
      await queue.wakeAgain(notWoken(await store.listDue(clock.now(), AT_MOST), performance.now()));
  };
  return repeat(round, {
    delayMs: () => Math.max(SOONEST_REAL_MS, Math.min(EVERY_REAL_MS, clock.realDelay(EVERY_CLOCK_MS))),
    onError: (error) => onError(error instanceof Error ? error : new Error(String(error))),
  });
}

/** Of these those that were not woken just now, by what they are at this attempt. Holds what the last rounds woke. */
function createMemory(): (due: DueEffect[], now: number) => DueEffect[] {
  const woken = new Map<string, number>();
  return (due, now) => {
    for (const [key, at] of woken) if (now - at >= AGAIN_AFTER_MS) woken.delete(key);
    return due.filter(({ id, gen, attempt }) => {
      const key = `${id} ${gen} ${attempt}`;
      if (woken.has(key)) return false;
      woken.set(key, now);
      return true;
    });
  };
}
