import { keepNewest } from '../domain/keep-newest.ts';
import { createKeyedQueue } from '../timing/keyed-queue.ts';
import { TRAINING_REASONS, type Training, type TrainingReason } from './train.ts';

/** Trainings that wait their turn: few at once, the most urgent first. */
export type TrainingQueue = {
  /** Joins the training of that service that waits or runs already, and makes it as urgent. Resolves when it has ended. */
  train(namespace: string, service: string, why: TrainingReason): Promise<Training>;
  progress(): { waiting: number; running: string[]; done: number; refused: number };
  stop(): void;
};

/** After what should not happen. */
const BUG_MS = 10 * 60_000;
const MOST_WAITING = 20_000;

/** Runs at most `atOnce` trainings at a time. One that was refused isn't tried again before its time, unless somebody asks. `run` rejects only for bugs; that counts as refused. */
export function createTrainingQueue(options: {
  atOnce: number;
  now(): number;
  run(namespace: string, service: string, why: TrainingReason): Promise<Training>;
  onEnd(namespace: string, service: string, why: TrainingReason, training: Training, waiting: number): void;
}): TrainingQueue {
  const { atOnce, now, run, onEnd } = options;
  const queue = createKeyedQueue<Training>(atOnce);
  const refusedUntil = new Map<string, { until: number; training: Training }>();
  const counts = { done: 0, refused: 0 };
  let stopped = false;

  const work = async (key: string, namespace: string, service: string, why: TrainingReason) => {
    const training = await run(namespace, service, why).catch((error: unknown) => refusal(String(error)));
    if (training.kind === 'refused') {
      counts.refused += 1;
      keepNewest(refusedUntil, key, { until: now() + training.againMs, training }, MOST_WAITING);
    } else {
      counts.done += 1;
      refusedUntil.delete(key);
    }
    onEnd(namespace, service, why, training, queue.waiting());
    return training;
  };

  return {
    async train(namespace, service, why) {
      const key = `${namespace}/${service}`;
      if (!queue.has(key)) {
        const refused = refusedUntil.get(key);
        if (refused && refused.until > now() && why !== 'asked') return refused.training;
        if (stopped || queue.waiting() >= MOST_WAITING) return refusal('the queue takes no more');
      }
      return queue.join(key, () => work(key, namespace, service, why), rankOf(why)).ended;
    },
    progress: () => ({ waiting: queue.waiting(), running: queue.running(), ...counts }),
    stop() {
      stopped = true;
      queue.stop(refusal('Nightshift is stopping'));
    },
  };
}

const refusal = (message: string): Training => ({ kind: 'refused', message, againMs: BUG_MS });
const rankOf = (why: TrainingReason): number => TRAINING_REASONS.indexOf(why);
