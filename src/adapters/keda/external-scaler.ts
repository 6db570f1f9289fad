import { fileURLToPath } from 'node:url';
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { Clock } from '../../domain/clock.ts';
import type { DemandAhead } from '../../ports/demand.ts';
import { createActiveStreams } from './active-streams.ts';
import {
  createAsking,
  createReadRef,
  type DemandRefusal,
  noRefusals,
  type ReadRef,
  type ScaledObjectRef,
  statusOf,
} from './ask-demand.ts';

type Active = { result: boolean };
type Specs = { metricSpecs: { metricName: string; targetSize: number; targetSizeFloat: number }[] };
type Values = { metricValues: { metricName: string; metricValue: number; metricValueFloat: number }[] };

/** Calls that were answered, by method, and those that ended in an error, by why. */
export type ScalerCounts = {
  answered: Record<'IsActive' | 'GetMetricSpec' | 'GetMetrics', number>;
  refused: Record<DemandRefusal['why'], number>;
};
export type ExternalScaler = { port: number; counts: ScalerCounts; streams(): number; stop(): Promise<void> };
export type ExternalScalerOptions = {
  host: string;
  /** 0: any free port. */
  port: number;
  ahead: DemandAhead;
  clock: Clock;
  /** What callers must show; null or none: anybody may ask. */
  token?: string | null;
  mostAtOnce?: number;
  mostStreams?: number;
};

const AT_ONCE = 32;
const STREAMS = 200;
const MAX_MESSAGE_BYTES = 64 * 1024;
const DRAIN_MS = 3_000;
const METRIC = 'nightshift-demand-ahead';

const definition = loadSync(fileURLToPath(new URL('external-scaler.proto', import.meta.url)), {
  longs: Number,
  defaults: true,
});
const EXTERNAL_SCALER = definition['externalscaler.ExternalScaler'] as ServiceDefinition;

/**
 * KEDA's external scaler: the rate that a service will hardly exceed within its horizon, against what one replica takes. What isn't known
 * is an error, never 0. Rejects (EADDRINUSE …) when the port isn't to be had. Stopping lets calls end, for three seconds at most.
 */
export async function startExternalScaler(options: ExternalScalerOptions): Promise<ExternalScaler> {
  const counts: ScalerCounts = {
    answered: { IsActive: 0, GetMetricSpec: 0, GetMetrics: 0 },
    refused: noRefusals(),
  };
  const readRef = createReadRef(options.token ?? null);
  const ask = createAsking(options.ahead, readRef, options.mostAtOnce ?? AT_ONCE);
  const refused = (refusal: DemandRefusal) => {
    counts.refused[refusal.why] += 1;
  };
  const streams = createActiveStreams({
    ask,
    clock: options.clock,
    most: options.mostStreams ?? STREAMS,
    onRefused: refused,
  });
  const server = new Server({ 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES });
  const openStream: handleServerStreamingCall<ScaledObjectRef, Active> = (call) => streams.open(call);
  server.addService(EXTERNAL_SCALER, { ...unaryCalls({ ask, readRef }, counts, refused), StreamIsActive: openStream });
  return {
    port: await bind(server, options.host, options.port),
    counts,
    streams: streams.count,
    async stop() {
      streams.endAll();
      await drain(server);
    },
  };
}

function unaryCalls(
  { ask, readRef }: { ask: ReturnType<typeof createAsking>; readRef: ReadRef },
  counts: ScalerCounts,
  refused: (why: DemandRefusal) => void,
) {
  const refuse = (refusal: DemandRefusal) => {
    refused(refusal);
    return statusOf(refusal);
  };
  const IsActive: handleUnaryCall<ScaledObjectRef, Active> = (call, callback) => {
    void ask(call.request, bearerOf(call)).then((asked) => {
      if (!asked.ok) return callback(refuse(asked.refusal));
      counts.answered.IsActive += 1;
      callback(null, { result: asked.value > 0 });
    });
  };
  const GetMetricSpec: handleUnaryCall<ScaledObjectRef, Specs> = (call, callback) => {
    const metadata = readRef(call.request, bearerOf(call));
    if (!metadata.ok) return callback(refuse(metadata.refusal));
    counts.answered.GetMetricSpec += 1;
    const { threshold } = metadata.value;
    const targetSize = Math.max(1, Math.round(threshold));
    callback(null, { metricSpecs: [{ metricName: METRIC, targetSize, targetSizeFloat: threshold }] });
  };
  const GetMetrics: handleUnaryCall<{ scaledObjectRef: ScaledObjectRef | null; metricName: string }, Values> = (
    call,
    callback,
  ) => {
    const { scaledObjectRef, metricName } = call.request;
    void ask(scaledObjectRef, bearerOf(call)).then((asked) => {
      if (!asked.ok) return callback(refuse(asked.refusal));
      counts.answered.GetMetrics += 1;
      const value = { metricValue: Math.ceil(asked.value), metricValueFloat: asked.value };
      callback(null, { metricValues: [{ metricName: metricName || METRIC, ...value }] });
    });
  };
  return { IsActive, GetMetricSpec, GetMetrics };
}

const bearerOf = ({ metadata }: { metadata: Metadata }): string | undefined =>
  metadata.get('authorization')[0]?.toString();

function bind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
}

function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, DRAIN_MS);
    server.tryShutdown(() => {
      clearTimeout(late);
      resolve();
    });
  });
}
