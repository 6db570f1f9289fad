import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TelemetrySink } from '../../domain/telemetry.ts';
import { startGrpcServer } from './grpc-server.ts';
import { createHttpServer } from './http-server.ts';
import { type Counts, createIntake } from './intake.ts';
import type { PodByIp, SpeaksFor } from './source.ts';
import type { Tls } from './tls.ts';

export type ReceiverOptions = {
  host: string;
  /** 0: any free port. */
  grpcPort: number;
  httpPort: number;
  token: string | null;
  tls: Tls | null;
  sink: TelemetrySink;
  podByIp?: PodByIp;
  /** Namespaces that senders may speak for from anywhere; all if absent. */
  speaksFor?: SpeaksFor | undefined;
  maxBodyBytes?: number;
  maxPendingBytes?: number;
};
export type Receiver = { grpcPort: number; httpPort: number; counts: Counts; stop(): Promise<void> };

/** A Collector's batch is 8,192 records, about 4 MB; this is room for its largest. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const MAX_PENDING_BYTES = 64 * 1024 * 1024;

/** Listens for OTLP over gRPC and HTTP. Rejects (EADDRINUSE …) with nothing left open when a port isn't to be had. */
export async function startOtlpReceiver(options: ReceiverOptions): Promise<Receiver> {
  const maxBodyBytes = options.maxBodyBytes ?? MAX_BODY_BYTES;
  const intake = createIntake({
    sink: options.sink,
    podByIp: options.podByIp ?? (() => null),
    speaksFor: options.speaksFor,
    token: options.token,
    maxBodyBytes,
    maxPendingBytes: options.maxPendingBytes ?? MAX_PENDING_BYTES,
  });
  const { host, tls } = options;
  const http = createHttpServer(intake, tls, maxBodyBytes);
  const httpPort = await listen(http, options.httpPort, host);
  try {
    const grpc = await startGrpcServer(intake, { host, port: options.grpcPort, tls, maxBodyBytes });
    return {
      grpcPort: grpc.port,
      httpPort,
      counts: intake.counts,
      async stop() {
        grpc.stop();
        await close(http);
      },
    };
  } catch (error) {
    await close(http);
    throw error;
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
