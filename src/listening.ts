import type { Logger } from 'pino';
import { type Receiver, startOtlpReceiver, type Tls } from './adapters/otlp/receiver.ts';
import type { Environment } from './config.ts';
import { createTelemetry, type Telemetry } from './pipeline/telemetry.ts';
import type { Clock } from './ports.ts';

/** How OTLP is taken in. Without a token anybody may send: what is said then is shown, and decides nothing. */
export type OtlpSettings = {
  token: string | null;
  /** A port that is taken is no reason not to start. */
  optional: boolean;
};
export type Listening = { telemetry: Telemetry; receiver: Receiver | null; stop(): Promise<void> };

/** Starts the OTLP receiver, where it is wished for, and the aggregates behind it. */
export async function startListening(
  env: Environment,
  settings: OtlpSettings | undefined,
  clock: Clock,
  log: Logger,
): Promise<Listening> {
  const telemetry = createTelemetry({ now: clock.now, trusted: (settings?.token ?? null) !== null });
  const receiver = settings ? await listen(env, settings, telemetry, log) : null;
  return { telemetry, receiver, stop: async () => receiver?.stop() };
}

async function listen(
  env: Environment,
  { token, optional }: OtlpSettings,
  sink: Telemetry,
  log: Logger,
): Promise<Receiver | null> {
  const tls: Tls | null =
    env.OTLP_TLS_CERT && env.OTLP_TLS_KEY ? { cert: env.OTLP_TLS_CERT, key: env.OTLP_TLS_KEY } : null;
  try {
    const ports = { grpcPort: env.OTLP_GRPC_PORT, httpPort: env.OTLP_HTTP_PORT };
    return await startOtlpReceiver({ host: env.HOST, ...ports, token, tls, sink });
  } catch (error) {
    if (!optional) throw error;
    log.warn({ err: error }, 'OTLP is not received: its ports are taken; set OTLP_GRPC_PORT and OTLP_HTTP_PORT');
    return null;
  }
}
