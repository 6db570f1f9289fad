import type { Logger } from 'pino';
import { type ExternalScaler, startExternalScaler } from './adapters/keda/external-scaler.ts';
import { type Config, demandSettings } from './config.ts';
import { createDemand, type Demand, type DemandDeps } from './pipeline/demand.ts';
import type { DemandInput, LearnedDemand } from './workers/fit-demand.ts';
import { createWorkerPool } from './workers/worker-pool.ts';

export type Foretelling = { demand: Demand; scaler: ExternalScaler | null; stop(): Promise<void> };

/** `optional`: a port that is taken is no reason not to start. */
export type KedaSettings = { optional: boolean };

/** Demand, learned in a thread of its own, and KEDA's external scaler that serves it, where it is wished for. */
export async function startForetelling(
  config: Config,
  settings: KedaSettings | undefined,
  world: Pick<DemandDeps, 'metrics' | 'queries' | 'clock' | 'incidentsSince'>,
  log: Logger,
): Promise<Foretelling> {
  const learning = createWorkerPool<DemandInput, LearnedDemand>(new URL('./workers/fit-demand.ts', import.meta.url), 1);
  const demand = createDemand({
    metrics: world.metrics,
    queries: world.queries,
    clock: world.clock,
    incidentsSince: world.incidentsSince,
    settings: (namespace, service) => demandSettings(config.settings, namespace, service),
    learn: learning.run,
  });
  const scaler = settings ? await serve(config, settings, demand, world.clock, log) : null;
  return {
    demand,
    scaler,
    async stop() {
      await scaler?.stop();
      await learning.stop();
    },
  };
}

async function serve(
  { env }: Config,
  { optional }: KedaSettings,
  demand: Demand,
  clock: DemandDeps['clock'],
  log: Logger,
): Promise<ExternalScaler | null> {
  try {
    return await startExternalScaler({ host: env.HOST, port: env.KEDA_PORT, ahead: demand.ahead, clock });
  } catch (error) {
    if (!optional) throw error;
    log.warn({ err: error }, 'KEDA is not served: its port is taken; set KEDA_PORT');
    return null;
  }
}
