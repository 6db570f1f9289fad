import type { Logger } from 'pino';
import { type ExternalScaler, startExternalScaler } from '../adapters/keda/external-scaler.ts';
import { triggerToken } from '../adapters/keda/scaler-token.ts';
import { createDemand, type DemandDeps } from '../learning/demand.ts';
import { onlyKnown } from '../learning/only-known.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { DemandAhead } from '../ports/demand.ts';
import type { DemandInput, LearnedDemand } from '../workers/fit-demand.ts';
import { createWorkerPool } from '../workers/worker-pool.ts';
import type { Config } from './config.ts';
import type { Deps } from './deps.ts';
import { demandSettings } from './policy.ts';

export type Forecasting = {
  /** Null when KEDA is not served. */
  scaler: ExternalScaler | null;
  forDeps: Pick<Deps, 'demand' | 'demandSettings' | 'kedaAddresses'>;
  stop(): Promise<void>;
};

export type KedaSettings = {
  /** A port that is taken is no reason not to start. */
  optional: boolean;
  /** What KEDA must show: null for anybody (the sandbox), `none` where it should and none is set, so that it isn't served. */
  token: string | null | 'none';
  /** KEDA runs on this machine, as the sandbox's does. */
  isNearby: boolean;
  /** Where it finds Prometheus, unless nightshift.yaml says otherwise. */
  prometheusUrl: string | null;
};

/** Demand, learned in a thread of its own, and KEDA's external scaler that serves it, where it is wished for. */
export async function startForecasting(
  config: Config,
  settings: KedaSettings | undefined,
  world: Pick<DemandDeps, 'metrics' | 'queries' | 'clock' | 'incidentsSince'> & { cluster: Cluster },
  log: Logger,
): Promise<Forecasting> {
  const learning = createWorkerPool<DemandInput, LearnedDemand>(
    new URL('../workers/fit-demand.ts', import.meta.url),
    1,
  );
  const settingsOf = (namespace: string, service: string) => demandSettings(config.settings, namespace, service);
  const demand = createDemand({ ...world, settings: settingsOf, learn: learning.run });
  const ahead = onlyKnown(demand.ahead, world.cluster, () => performance.now());
  const scaler = settings ? await serve(config, settings, ahead, world.clock, log) : null;
  const { prometheus_address: prometheus, scaler_address: address } = config.settings.keda;
  const kedaAddresses = {
    prometheus: prometheus ?? settings?.prometheusUrl ?? null,
    ...(settings?.token && settings.token !== 'none' ? { tokenOf: tokensOf(settings.token) } : {}),
    scaler: address ?? (scaler && settings?.isNearby ? `127.0.0.1:${scaler.port}` : null),
  };
  return {
    scaler,
    forDeps: { demand, demandSettings: settingsOf, kedaAddresses },
    async stop() {
      await scaler?.stop();
      await learning.stop();
    },
  };
}

const tokensOf = (token: string) => (namespace: string, service: string) => triggerToken(token, namespace, service);

async function serve(
  { env }: Config,
  { optional, token }: KedaSettings,
  ahead: DemandAhead,
  clock: DemandDeps['clock'],
  log: Logger,
): Promise<ExternalScaler | null> {
  if (token === 'none') {
    log.info({}, 'KEDA is not served: KEDA_TOKEN is not set');
    return null;
  }
  try {
    return await startExternalScaler({ host: env.HOST, port: env.KEDA_PORT, ahead, clock, token });
  } catch (error) {
    if (!optional) throw error;
    log.warn({ err: error }, 'KEDA is not served: its port is taken; set KEDA_PORT');
    return null;
  }
}
