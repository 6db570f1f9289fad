import { fileURLToPath } from 'node:url';
import { Client, credentials, type ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ExternalMetric, ScaledRef } from './triggers.ts';

/** Real ms. */
const TIMEOUT_MS = 3_000;
const definition = loadSync(fileURLToPath(new URL('externalscaler.proto', import.meta.url)), {
  longs: Number,
  defaults: true,
});
const SCALER = definition['externalscaler.ExternalScaler'] as ServiceDefinition;

type Specs = { metricSpecs: { metricName: string; targetSize: number; targetSizeFloat: number }[] };
type Values = { metricValues: { metricValue: number; metricValueFloat: number }[] };

/** Asks an external scaler (host:port, without TLS) as KEDA does: what it measures, and how much there is. Rejects when it doesn't answer. */
export async function askExternalScaler(address: string, ref: ScaledRef): Promise<ExternalMetric> {
  const client = new Client(address, credentials.createInsecure());
  try {
    const { metricSpecs } = await call<Specs>(client, 'GetMetricSpec', ref);
    const [spec] = metricSpecs;
    if (!spec) throw new Error('the scaler has no metric');
    const asked = { scaledObjectRef: ref, metricName: spec.metricName };
    const { metricValues } = await call<Values>(client, 'GetMetrics', asked);
    const [value] = metricValues;
    if (!value) throw new Error('the scaler gave no value');
    return {
      target: spec.targetSizeFloat || spec.targetSize,
      value: value.metricValueFloat || value.metricValue,
    };
  } finally {
    client.close();
  }
}

function call<T>(client: Client, method: string, request: object): Promise<T> {
  const { path, requestSerialize, responseDeserialize } = SCALER[method] as ServiceDefinition[string];
  return new Promise((resolve, reject) => {
    const deadline = Date.now() + TIMEOUT_MS;
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, { deadline }, (error, answer) =>
      error ? reject(error) : resolve(answer as T),
    );
  });
}
