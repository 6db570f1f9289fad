import type { Logger } from 'pino';
import type { ServiceModel } from '../analysis/service-model.ts';
import type { ModelStore, StoredModel } from '../ports/models.ts';
import { decodeModel } from '../workers/model-codec.ts';
import type { KnownService, Models } from './baselines.ts';

type Keeping = { store: ModelStore | null; models: Models; log: Logger };

const MOST_LISTED = 5_000;

/** The service's model from the store, kept at hand from now on; null when there is none that can be read. */
export async function readBack(
  deps: Keeping,
  namespace: string,
  service: string,
  withForest: boolean,
): Promise<KnownService | null> {
  let stored: StoredModel | null = null;
  try {
    stored = (await deps.store?.load(namespace, service)) ?? null;
  } catch (error) {
    deps.log.warn({ err: error, namespace, service }, 'the models can not be read now');
  }
  const decoded = stored && decodeModel(stored.body, withForest);
  if (!stored || !decoded || decoded.metrics.length === 0) return null;
  const model = decoded.forest ?? decoded;
  const known = knownFrom(namespace, service, stored.version, model);
  deps.models.keep(known);
  return known;
}

/** Everything that the store holds, so that a restart needs no training; one after the other, since nobody waits. Answers how many. */
export async function readAllBack(deps: Keeping, mostForests: number): Promise<number> {
  const listed = await (deps.store?.list(MOST_LISTED) ?? []);
  let count = 0;
  for (const { namespace, service } of listed) {
    if (deps.models.find(namespace, service)) continue;
    if (await readBack(deps, namespace, service, count < mostForests)) count += 1;
  }
  return count;
}

/** What a fitted model saw is in its baselines. */
export function knownFrom(
  namespace: string,
  service: string,
  version: number,
  model: { fittedAt: number; metrics: KnownService['metrics']; forest: unknown },
): KnownService {
  const baselines = model.metrics.map((one) => one.baseline);
  return {
    namespace,
    service,
    version,
    trainedAt: model.fittedAt,
    from: Math.min(...baselines.map((one) => one.from)),
    to: Math.max(...baselines.map((one) => one.to)),
    points: baselines.reduce((sum, one) => sum + one.points, 0),
    metrics: model.metrics,
    forest: isModel(model) ? model : null,
  };
}

const isModel = (model: object): model is ServiceModel => 'tail' in model;
