import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServiceDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import type { Intake, Taken } from './intake.ts';
import { encodeResponse, type Signal } from './messages.ts';
import type { Tls } from './tls.ts';

const PATHS: Record<Signal, string> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
};

/** Each may hold a message that is on its way. A Collector sends ten at once unless told otherwise. */
const STREAMS_AT_ONCE = 16;

/** OTLP/gRPC. Over the limit it answers RESOURCE_EXHAUSTED with a RetryInfo: without one, a Collector would give the batch up. */
export async function startGrpcServer(
  intake: Intake,
  options: { host: string; port: number; tls: Tls | null; maxBodyBytes: number },
): Promise<{ port: number; stop(): void }> {
  const server = new Server({
    // It holds for what a message is unpacked to, too.
    'grpc.max_receive_message_length': options.maxBodyBytes,
    'grpc.max_concurrent_streams': STREAMS_AT_ONCE,
    interceptors: [doorkeeper(intake)],
  });
  for (const signal of Object.keys(PATHS) as Signal[])
    server.addService(definitionOf(signal), { Export: handlerOf(intake, signal) });
  const { tls } = options;
  const credentials = tls
    ? ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }])
    : ServerCredentials.createInsecure();
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${options.host}:${options.port}`, credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, stop: () => server.forceShutdown() };
}

/** Asks who sends before the message is received and unpacked: a stranger costs next to nothing. */
function doorkeeper(intake: Intake): ServerInterceptor {
  return (_method, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata(metadata, go) {
            if (intake.authorised(metadata.get('authorization')[0]?.toString())) go(metadata);
            else call.sendStatus({ code: status.UNAUTHENTICATED, details: 'a bearer token is needed' });
          },
        }),
    });
}

/** Bytes in and out: decoding waits until it is known who sends, and whether there is room. */
function definitionOf(signal: Signal): ServiceDefinition {
  const asItIs = (bytes: Buffer) => bytes;
  return {
    Export: {
      path: PATHS[signal],
      requestStream: false,
      responseStream: false,
      requestSerialize: asItIs,
      requestDeserialize: asItIs,
      responseSerialize: asItIs,
      responseDeserialize: asItIs,
    },
  };
}

function handlerOf(intake: Intake, signal: Signal): handleUnaryCall<Buffer, Buffer> {
  return (call, callback) => {
    const senderIp = ipOf(call.getPeer());
    void intake.take(signal, { bytes: call.request, encoding: 'protobuf', gzip: false, senderIp }).then(
      (taken) => {
        if (taken.kind === 'taken') callback(null, encodeResponse(taken.dropped.count, taken.dropped.why));
        else callback(failureOf(taken));
      },
      () => callback({ code: status.INTERNAL, details: 'the batch could not be read' }),
    );
  };
}

function failureOf(taken: Exclude<Taken, { kind: 'taken' }>): Partial<ServiceError> {
  if (taken.kind === 'refused') return { code: status.INVALID_ARGUMENT, details: taken.message };
  const message = 'too much at once: send it again later';
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', retryInfo(Math.ceil(taken.retryAfterMs / 1000), message));
  return { code: status.RESOURCE_EXHAUSTED, details: message, metadata };
}

/** google.rpc.Status { code 1, message 2, details 3: Any { type_url 1, value 2: RetryInfo { retry_delay 1: Duration { seconds 1 } } } }. */
function retryInfo(seconds: number, message: string): Buffer {
  const delay = Buffer.from([0x08, Math.min(127, seconds)]);
  const info = field(1, delay);
  const any = Buffer.concat([field(1, Buffer.from('type.googleapis.com/google.rpc.RetryInfo')), field(2, info)]);
  return Buffer.concat([Buffer.from([0x08, status.RESOURCE_EXHAUSTED]), field(2, Buffer.from(message)), field(3, any)]);
}

/** A length-delimited field of less than 128 bytes. */
function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}

/** `10.0.0.7:41234` or `[::1]:41234`. */
function ipOf(peer: string): string | null {
  return /^(?:ipv[46]:)?\[?([^\]]+?)\]?:\d+$/.exec(peer)?.[1] ?? null;
}
