import type { Logger } from 'pino';
import { type Receiver, startOtlpReceiver } from '../adapters/otlp/receiver.ts';
import type { PodByIp } from '../adapters/otlp/source.ts';
import type { Tls } from '../adapters/otlp/tls.ts';
import type { Clock } from '../domain/clock.ts';
import type { TelemetrySink } from '../domain/telemetry.ts';
import type { KeptHistory, SharedLog } from '../ports/replicas.ts';
import { createTelemetry, type Telemetry } from '../telemetry/create-telemetry.ts';
import { type MetricsSource, withTelemetry } from '../telemetry/metrics.ts';
import type { Environment } from './environment.ts';
import type { LogMining } from './log-mining.ts';
import { createSharing, repeatSharing } from './telemetry-replication.ts';

/** How OTLP is taken in. Without a token anybody may send: what is said then is shown, and decides nothing. */
export type OtlpSettings = {
  token: string | null;
  /** A port that is taken is no reason not to start. */
  optional: boolean;
  /** Namespaces that the token speaks for; all with `*`, or if absent. */
  speaksFor?: readonly string[];
  /** There is no Prometheus: what is sent is all there is. */
  isOnlySource?: boolean;
};
export type Listening = {
  telemetry: Telemetry;
  receiver: Receiver | null;
  /** Metrics with what is sent by OTLP filled in, if it comes from senders who show a token. */
  source(base: MetricsSource): MetricsSource;
  stop(): Promise<void>;
};

type IncidentContext = {
  podByIp: PodByIp;
  shared: SharedLog;
  history: KeptHistory;
  replica: string;
  clock: Clock;
  mining: Pick<LogMining, 'before'>;
  log: Logger;
};

/** Starts the OTLP receiver, where it is wished for, and the aggregates behind it, which the replicas share. */
export async function startListening(
  env: Environment,
  settings: OtlpSettings | undefined,
  { podByIp, shared, history, replica, clock, mining, log }: IncidentContext,
): Promise<Listening> {
  const sharing = createSharing({ shared, history, clock, replica, log });
  const trusted = (settings?.token ?? null) !== null;
  const telemetry = createTelemetry({ now: clock.now, trusted, several: sharing.several });
  const receiver = settings ? await listen(env, settings, mining.before(telemetry), podByIp, log) : null;
  const stopSharing = receiver ? repeatSharing(sharing, telemetry) : () => undefined;
  return {
    telemetry,
    receiver,
    source: ({ metrics, queries }) =>
      receiver && trusted
        ? withTelemetry(
            { metrics: settings?.isOnlySource ? null : metrics, queries },
            { telemetry, history, now: clock.now },
          )
        : { metrics, queries },
    stop: async () => {
      stopSharing();
      await receiver?.stop();
    },
  };
}

async function listen(
  env: Environment,
  { token, optional, speaksFor }: OtlpSettings,
  sink: TelemetrySink,
  podByIp: PodByIp,
  log: Logger,
): Promise<Receiver | null> {
  const tls: Tls | null =
    env.OTLP_TLS_CERT && env.OTLP_TLS_KEY ? { cert: env.OTLP_TLS_CERT, key: env.OTLP_TLS_KEY } : null;
  // Without a token nothing is decided by what is said, and anybody may say it.
  const maySpeak =
    token === null || !speaksFor || speaksFor.includes('*')
      ? undefined
      : (namespace: string) => speaksFor.includes(namespace);
  try {
    const ports = { grpcPort: env.OTLP_GRPC_PORT, httpPort: env.OTLP_HTTP_PORT };
    return await startOtlpReceiver({ host: env.HOST, ...ports, token, tls, sink, podByIp, speaksFor: maySpeak });
  } catch (error) {
    if (!optional) throw error;
    log.warn({ err: error }, 'OTLP is not received: its ports are taken; set OTLP_GRPC_PORT and OTLP_HTTP_PORT');
    return null;
  }
}
