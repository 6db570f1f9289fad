import { TRAINING_REASONS, type Training, type TrainingReason } from './train.ts';

/** Trainings that wait their turn: few at once, the most urgent first. */
export type TrainingQueue = {
  /** Joins the training of that service that waits or runs already, and makes it as urgent. Resolves when it has ended. */
  train(namespace: string, service: string, why: TrainingReason): Promise<Training>;
  progress(): { waiting: number; running: string[]; done: number; refused: number };
  stop(): void;
};

type Entry = {
  namespace: string;
  service: string;
  why: TrainingReason;
  order: number;
  ended: Promise<Training>;
  resolve(training: Training): void;
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
  const waiting = new Map<string, Entry>();
  const running = new Map<string, Entry>();
  const refusedUntil = new Map<string, { until: number; training: Training }>();
  const counts = { done: 0, refused: 0 };
  let order = 0;
  let stopped = false;

  const next = () => {
    while (!stopped && running.size < atOnce && waiting.size > 0) {
      const [key, entry] = [...waiting].reduce((best, one) => (isBefore(one[1], best[1]) ? one : best));
      waiting.delete(key);
      running.set(key, entry);
      void work(key, entry);
    }
  };
  const work = async (key: string, entry: Entry) => {
    const { namespace, service, why } = entry;
    const training = await run(namespace, service, why).catch((error: unknown) => refusal(String(error)));
    running.delete(key);
    if (training.kind === 'refused') {
      counts.refused += 1;
      if (refusedUntil.size >= MOST_WAITING) refusedUntil.clear();
      refusedUntil.set(key, { until: now() + training.againMs, training });
    } else {
      counts.done += 1;
      refusedUntil.delete(key);
    }
    entry.resolve(training);
    onEnd(namespace, service, why, training, waiting.size);
    next();
  };

  return {
    train(namespace, service, why) {
      const key = `${namespace}/${service}`;
      const known = running.get(key) ?? waiting.get(key);
      if (known) {
        if (rankOf(why) < rankOf(known.why)) known.why = why;
        return known.ended;
      }
      const refused = refusedUntil.get(key);
      if (refused && refused.until > now() && why !== 'asked') return Promise.resolve(refused.training);
      if (stopped || waiting.size >= MOST_WAITING) return Promise.resolve(refusal('the queue takes no more'));
      const { promise, resolve } = Promise.withResolvers<Training>();
      waiting.set(key, { namespace, service, why, order: order++, ended: promise, resolve });
      next();
      return promise;
    },
    progress: () => ({ waiting: waiting.size, running: [...running.keys()], ...counts }),
    stop() {
      stopped = true;
      for (const entry of waiting.values()) entry.resolve(refusal('Nightshift is stopping'));
      waiting.clear();
    },
  };
}

const refusal = (message: string): Training => ({ kind: 'refused', message, againMs: BUG_MS });
const rankOf = (why: TrainingReason): number => TRAINING_REASONS.indexOf(why);
const isBefore = (a: Entry, b: Entry): boolean =>
  rankOf(a.why) < rankOf(b.why) || (rankOf(a.why) === rankOf(b.why) && a.order < b.order);
