import type { Clock } from '../domain/clock.ts';
import type { IncidentStore } from '../ports/store.ts';
import { repeat } from '../timing/repeat.ts';

const EVERY_MS = 10 * 60_000;
const FIRST_MS = 30_000;
const AT_ONCE = 200;

type Log = Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>;

/** Forgets the details of what was closed longer than `keepMs` ago, and says before it hurts that the store is filling up. Returns what stops it. */
export function startRetention(options: {
  store: Pick<IncidentStore, 'forgetClosed'>;
  clock: Pick<Clock, 'now'>;
  keepMs: number;
  /** What is wrong with the room that is left, in words; null: nothing. */
  shortOfRoom(): Promise<string | null>;
  log: Log;
  firstMs?: number;
}): () => Promise<void> {
  const { store, clock, keepMs, shortOfRoom, log } = options;
  const round = async () => {
    const forgotten = await store.forgetClosed(clock.now() - keepMs, AT_ONCE);
    if (forgotten > 0)
      log.info({ forgotten }, 'the details of incidents closed long ago were dropped; their records stay');
    const short = await shortOfRoom();
    if (short) log.error({}, short);
  };
  return repeat(round, {
    firstMs: options.firstMs ?? FIRST_MS,
    delayMs: () => EVERY_MS,
    onError: (error) => log.warn({ err: error }, 'what is kept could not be looked through'),
  });
}
