import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import type { Drawn, ToDraw } from '../adapters/charts/chart-worker.ts';
import { type Baselines, createBaselines, createModels, type Models } from '../learning/baselines.ts';
import { type TrainingDeps, trainService } from '../learning/train.ts';
import { readAllBack } from '../learning/train-keep.ts';
import { createTrainingQueue, type TrainingQueue } from '../learning/train-queue.ts';
import type { Charts } from '../ports/charts.ts';
import type { ModelStore } from '../ports/models.ts';
import type { FitInput, Fitted } from '../workers/fit-service.ts';
import { createWorkerPool } from '../workers/worker-pool.ts';

const MOST_SERVICES = 5_000;
/** About 0.7 MB each in memory. */
const MOST_FORESTS = 300;
const TRAININGS_AT_ONCE = 2;
const MOST_THREADS = 4;
/** With the drawing library and its fonts this thread is the largest; an incident has some pictures at once, then none for long. */
const DRAWING_IDLE_MS = 5_000;

export type Learning = {
  models: Models;
  baselines: Baselines;
  training: TrainingQueue;
  charts: Charts;
  stop(): Promise<void>;
};

/** Models, the trainings that make them, and their threads. What an earlier run has learned is read back in the background. */
export function startLearning(options: {
  store: ModelStore;
  world: Pick<TrainingDeps, 'metrics' | 'queries' | 'clock' | 'incidentsSince'>;
  log: Logger;
}): Learning {
  const { world, store, log } = options;
  const fitting = createWorkerPool<FitInput, Fitted>(
    new URL('../workers/fit-service.ts', import.meta.url),
    Math.min(MOST_THREADS, Math.max(1, availableParallelism() - 1)),
  );
  const drawing = createWorkerPool<ToDraw, Drawn>(
    new URL('../adapters/charts/chart-worker.ts', import.meta.url),
    1,
    DRAWING_IDLE_MS,
  );
  const draw = async (what: ToDraw): Promise<Buffer> => {
    const drawn = await drawing.run(what);
    if (!drawn.ok) throw new Error(drawn.message);
    return Buffer.from(drawn.png);
  };
  const models = createModels(MOST_SERVICES, MOST_FORESTS);
  const deps: TrainingDeps = { ...world, models, store, fit: fitting.run, log };
  const training = createTrainingQueue({
    atOnce: TRAININGS_AT_ONCE,
    now: world.clock.now,
    run: (namespace, service, why) => trainService(deps, namespace, service, why),
    onEnd: (namespace, service, why, ended, waiting) => {
      const what = ended.kind === 'refused' ? { refused: ended.message } : { version: ended.known.version };
      const missing = ended.kind === 'trained' && ended.missing.length > 0 ? { missing: ended.missing } : {};
      log.info({ namespace, service, why, kind: ended.kind, waiting, ...what, ...missing }, 'a training ended');
    },
  });
  readAllBack(deps, MOST_FORESTS)
    .then((count) => log.info({ count }, 'models were read back'))
    .catch((error: unknown) => log.warn({ err: error }, 'models could not be read back; they will be learned anew'));
  return {
    models,
    baselines: createBaselines(models, (namespace, service) => training.train(namespace, service, 'missing')),
    training,
    charts: {
      draw: (picture) => draw({ kind: 'metric', picture }),
      drawGraph: (picture) => draw({ kind: 'graph', picture }),
    },
    async stop() {
      training.stop();
      await Promise.all([fitting.stop(), drawing.stop()]);
    },
  };
}
