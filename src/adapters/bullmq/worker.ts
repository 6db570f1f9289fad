import { DelayedError, Worker } from 'bullmq';
import type { Clock } from '../../domain/clock.ts';
import type { DueEffect } from '../../ports/store.ts';
import { within } from '../../timing/within.ts';
import type { RedisAddress } from '../outgoing/redis-connection.ts';
import { QUEUE, realDelayUntil } from './jobs.ts';
import { workerConnection } from './queue-connection.ts';

/** BullMQ's own lock decides nothing: the effect's lease does, and the sweep wakes what nobody has any more. Long, so that a process under load doesn't have its jobs taken away and run again. */
const LOCK_MS = 30_000;
const STALLED_MS = 15_000;
/** Between looks for work while Redis is away. */
const RETRY_MS = 500;

export type EffectWorker = {
  /** Takes no more jobs and waits up to `drainMs` for those under way. True when all of them ended. */
  stop(drainMs: number): Promise<boolean>;
};

/**
 * Runs `handle` for each effect that is woken, up to `concurrency` at once. `handle` claims the effect first: a wake is a hint, and may come twice.
 * A handle that throws is reported and forgotten here; its effect stays due in the store and is woken again by the sweep.
 */
export function startWorker(options: {
  url: RedisAddress;
  prefix: string;
  clock: Clock;
  concurrency: number;
  handle: (due: DueEffect) => Promise<void>;
  onError: (error: Error) => void;
}): EffectWorker {
  const { clock } = options;
  let stopping = false;
  let gone = false;
  // What was given up on in the drain still renews its lock, on a connection that is closed.
  const onError = (error: Error) => {
    if (!gone) options.onError(error);
  };
  const redis = workerConnection(options.url, onError);
  const worker = new Worker<DueEffect>(
    QUEUE,
    async (job, token) => {
      // Fetched just as the stop came. The effect stays due, and the sweep wakes it.
      if (stopping) return;
      // A timer set while the sandbox's time ran faster comes too soon.
      const early = realDelayUntil(job.data.dueAt, clock);
      if (early === 0) return options.handle(job.data);
      await job.moveToDelayed(Date.now() + early, token);
      throw new DelayedError();
    },
    {
      connection: redis,
      prefix: options.prefix,
      concurrency: options.concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_MS,
      runRetryDelay: RETRY_MS,
    },
  );
  worker.on('error', onError);
  worker.on('failed', (_job, error) => onError(error));
  return {
    stop: async (drainMs) => {
      stopping = true;
      // Closed while it is still connecting, BullMQ 6.7 throws. A second close, forced or not, would only wait for the first.
      const closed = worker.waitUntilReady().then(() => worker.close());
      const drained = await within(
        closed.then(
          () => true,
          () => true,
        ),
        drainMs,
      );
      gone = true;
      redis.disconnect();
      return drained === true;
    },
  };
}
