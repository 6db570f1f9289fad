import { fileURLToPath } from 'node:url';
import { type Client, credentials, loadPackageDefinition, type ServiceError, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ExternalScaler,
  type ExternalScalerOptions,
  startExternalScaler,
} from '../../../src/adapters/keda/external-scaler.ts';
import { triggerToken } from '../../../src/adapters/keda/scaler-token.ts';
import type { DemandAhead, DemandFailure, DemandRequest } from '../../../src/ports/demand.ts';

/** KEDA's own description of the protocol, as a client of it has it. */
const proto = loadSync(fileURLToPath(new URL('keda-client.proto', import.meta.url)), { keepCase: true, longs: Number });
type Ref = { name: string; namespace: string; scalerMetadata: Record<string, string> };
type Reply = (error: ServiceError | null, answer?: unknown) => void;
type Keda = Client &
  Record<'IsActive' | 'GetMetricSpec' | 'GetMetrics', (request: unknown, reply: Reply) => void> & {
    StreamIsActive(ref: Ref): NodeJS.ReadableStream & { cancel(): void };
  };
const { ExternalScaler: KedaClient } = loadPackageDefinition(proto).externalscaler as unknown as {
  ExternalScaler: new (address: string, secrets: ReturnType<typeof credentials.createInsecure>) => Keda;
};

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const clock = { now: () => 0, realDelay: () => 20 };

async function scaler(ahead: DemandAhead, more: Partial<ExternalScalerOptions> = {}) {
  const server: ExternalScaler = await startExternalScaler({ host: '127.0.0.1', port: 0, ahead, clock, ...more });
  const keda = new KedaClient(`127.0.0.1:${server.port}`, credentials.createInsecure());
  ends.push(
    () => server.stop(),
    () => keda.close(),
  );
  return { server, keda };
}

function call(keda: Keda, method: 'IsActive' | 'GetMetricSpec' | 'GetMetrics', request: unknown) {
  return new Promise<{ answer?: unknown; code?: status; details?: string }>((resolve) =>
    keda[method](request, (error, answer) =>
      resolve(error ? { code: error.code, details: error.details } : { answer }),
    ),
  );
}

const ref = (scalerMetadata: Record<string, string> = {}): Ref => ({
  name: 'payment-api',
  namespace: 'shop',
  scalerMetadata: { scalerAddress: 'nightshift:50051', service: 'payment-api', ...scalerMetadata },
});
const foretold: DemandAhead = async () => ({ ok: true, rate: 412.5 });
const failing =
  (kind: DemandFailure['kind'], message = 'because'): DemandAhead =>
  async () => ({ ok: false, failure: { kind, message } });

describe('the external scaler', () => {
  it('tells KEDA what one replica takes and what is coming, with the fraction', async () => {
    const { keda } = await scaler(foretold);
    const spec = await call(keda, 'GetMetricSpec', ref({ threshold: '80.5' }));
    expect(spec.answer).toEqual({
      metricSpecs: [{ metricName: 'nightshift-demand-ahead', targetSize: 81, targetSizeFloat: 80.5 }],
    });
    const metrics = await call(keda, 'GetMetrics', { scaledObjectRef: ref(), metricName: 'nightshift-demand-ahead' });
    expect(metrics.answer).toEqual({
      metricValues: [{ metricName: 'nightshift-demand-ahead', metricValue: 413, metricValueFloat: 412.5 }],
    });
    expect((await call(keda, 'IsActive', ref())).answer).toEqual({ result: true });
  });

  it('asks for the service, horizon and quantile of the metadata, in the namespace of the ScaledObject or another', async () => {
    const asked: DemandRequest[] = [];
    const { keda } = await scaler(async (request) => {
      asked.push(request);
      return { ok: true, rate: 1 };
    });
    await call(keda, 'IsActive', ref());
    await call(keda, 'IsActive', ref({ service: 'till', namespace: 'stores', horizon: '2h', quantile: '0.975' }));
    expect(asked).toEqual([
      { namespace: 'shop', service: 'payment-api', aheadMs: 15 * 60_000, quantile: 0.9 },
      { namespace: 'stores', service: 'till', aheadMs: 2 * 3_600_000, quantile: 0.975 },
    ]);
  });

  it.each<[Record<string, string>, string]>([
    [{ service: '' }, 'metadata.service'],
    [{ service: 'a"} or vector(1) #' }, 'metadata.service'],
    [{ namespace: 'Shop' }, 'metadata.namespace'],
    [{ horizon: 'soon' }, 'metadata.horizon'],
    [{ horizon: '48h' }, 'metadata.horizon'],
    [{ threshold: '0' }, 'metadata.threshold'],
    [{ quantile: '1' }, 'metadata.quantile'],
    [{ treshold: '100' }, 'metadata.treshold'],
  ])('refuses %j by the name of the field', async (metadata, field) => {
    const { keda, server } = await scaler(foretold);
    for (const [method, request] of [
      ['IsActive', ref(metadata)],
      ['GetMetricSpec', ref(metadata)],
      ['GetMetrics', { scaledObjectRef: ref(metadata), metricName: 'x' }],
    ] as const) {
      const { code, details } = await call(keda, method, request);
      expect(code).toBe(status.INVALID_ARGUMENT);
      expect(details).toContain(field);
    }
    expect(server.counts.refused.bad_metadata).toBe(3);
  });

  it('needs a service and something to say it for', async () => {
    const { keda } = await scaler(foretold);
    const { details } = await call(keda, 'IsActive', { ...ref(), scalerMetadata: {} });
    expect(details).toBe('metadata.service: is needed');
    expect((await call(keda, 'GetMetrics', { metricName: 'x' })).code).toBe(status.INVALID_ARGUMENT);
  });

  it.each<[DemandFailure['kind'], status]>([
    ['unknown', status.NOT_FOUND],
    ['too_little_history', status.FAILED_PRECONDITION],
    ['silent', status.FAILED_PRECONDITION],
    ['learning', status.UNAVAILABLE],
    ['unreachable', status.UNAVAILABLE],
  ])('answers %s with an error and no number, so that KEDA falls back', async (kind, code) => {
    const { keda, server } = await scaler(failing(kind, 'nothing is known of it'));
    const metrics = await call(keda, 'GetMetrics', { scaledObjectRef: ref(), metricName: 'x' });
    expect(metrics).toEqual({ code, details: 'nothing is known of it' });
    expect((await call(keda, 'IsActive', ref())).code).toBe(code);
    expect(server.counts.refused[kind]).toBe(2);
    // The HPA is still made: what a replica takes needs no model.
    expect((await call(keda, 'GetMetricSpec', ref())).answer).toBeDefined();
  });

  it('answers a forecast that breaks with an error', async () => {
    const { keda } = await scaler(() => Promise.reject(new Error('secret detail')));
    expect(await call(keda, 'IsActive', ref())).toEqual({ code: status.INTERNAL, details: 'the forecast failed' });
  });

  it('looks at so many at once, and refuses who comes beyond', async () => {
    const waiting: (() => void)[] = [];
    const held: DemandAhead = () => new Promise((resolve) => waiting.push(() => resolve({ ok: true, rate: 5 })));
    const { keda } = await scaler(held, { mostAtOnce: 2 });
    const first = [call(keda, 'IsActive', ref()), call(keda, 'IsActive', ref())];
    await expect.poll(() => waiting.length).toBe(2);
    expect((await call(keda, 'IsActive', ref())).code).toBe(status.RESOURCE_EXHAUSTED);
    for (const go of waiting.splice(0)) go();
    for (const one of await Promise.all(first)) expect(one.answer).toEqual({ result: true });
  });
});

describe('a stream of whether there is demand', () => {
  function follow(keda: Keda) {
    const heard: boolean[] = [];
    const stream = keda.StreamIsActive(ref());
    const ended = new Promise<status>((resolve) => {
      stream.on('data', (answer: { result?: boolean }) => heard.push(answer.result ?? false));
      stream.on('error', (error: ServiceError) => resolve(error.code));
      stream.on('end', () => resolve(status.OK));
    });
    return { heard, ended, stream };
  }

  it('says at once how it is, then only what changes', async () => {
    let rate = 0;
    let asked = 0;
    const { keda, server } = await scaler(async () => {
      asked += 1;
      return { ok: true, rate };
    });
    const { heard, stream } = follow(keda);
    await expect.poll(() => asked).toBeGreaterThan(3);
    expect(heard).toEqual([false]);
    rate = 7;
    await expect.poll(() => heard).toEqual([false, true]);
    stream.cancel();
    await expect.poll(() => server.streams()).toBe(0);
  });

  it('ends with the error when nothing is known, and when there are too many', async () => {
    const { keda } = await scaler(failing('unknown'), { mostStreams: 1 });
    expect(await follow(keda).ended).toBe(status.NOT_FOUND);
    const { keda: other } = await scaler(foretold, { mostStreams: 1 });
    const first = follow(other);
    await expect.poll(() => first.heard).toEqual([true]);
    expect(await follow(other).ended).toBe(status.RESOURCE_EXHAUSTED);
  });

  it('ends in peace when the app stops, which waits for calls that are on their way', async () => {
    let go: (() => void) | undefined;
    const { keda, server } = await scaler((request) =>
      request.service === 'slow'
        ? new Promise((resolve) => {
            go = () => resolve({ ok: true, rate: 3 });
          })
        : Promise.resolve({ ok: true, rate: 1 }),
    );
    const followed = follow(keda);
    await expect.poll(() => followed.heard).toEqual([true]);
    const slow = call(keda, 'IsActive', ref({ service: 'slow' }));
    await expect.poll(() => go).toBeDefined();
    const stopped = server.stop();
    go?.();
    expect((await slow).answer).toEqual({ result: true });
    expect(await followed.ended).toBe(status.OK);
    await stopped;
  });
});

it('says so when the port is taken', async () => {
  const { server } = await scaler(foretold);
  const again = startExternalScaler({ host: '127.0.0.1', port: server.port, ahead: foretold, clock });
  await expect(again).rejects.toThrow(/EADDRINUSE|bind/i);
});

describe('a token', () => {
  const shown = (token?: string, service = 'payment-api') => ref({ service, ...(token ? { token } : {}) });

  it('is demanded of every call, in the trigger or as a bearer', async () => {
    const { keda, server } = await scaler(foretold, { token: 'keda-token' });
    for (const method of ['IsActive', 'GetMetricSpec'] as const) {
      expect((await call(keda, method, shown())).code).toBe(status.UNAUTHENTICATED);
      expect((await call(keda, method, shown('keda-toke'))).code).toBe(status.UNAUTHENTICATED);
      expect((await call(keda, method, shown('keda-token'))).answer).toBeDefined();
    }
    expect(server.counts.refused.unauthorised).toBe(4);
  });

  it('of one trigger opens what is known of its own service, and of no other', async () => {
    const { keda } = await scaler(foretold, { token: 'keda-token' });
    const own = triggerToken('keda-token', 'shop', 'payment-api');
    expect((await call(keda, 'IsActive', shown(own))).answer).toEqual({ result: true });
    expect((await call(keda, 'IsActive', shown(own, 'ledger-db'))).code).toBe(status.UNAUTHENTICATED);
  });
});
