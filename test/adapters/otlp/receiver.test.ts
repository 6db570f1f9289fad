import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { gzipSync } from 'node:zlib';
import { credentials, Metadata, makeGenericClientConstructor, type ServiceError } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeProtobuf, type TracesRequest } from '../../../src/adapters/otlp/messages.ts';
import { type Receiver, type ReceiverOptions, startOtlpReceiver } from '../../../src/adapters/otlp/receiver.ts';
import type { LogRecord, PointRecord, SpanRecord } from '../../../src/domain/telemetry.ts';
import { CERTIFICATE, KEY } from '../pagerduty/loopback-certificate.ts';

const AT = 1_780_000_000_000;
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const resource = {
  attributes: [
    text('k8s.namespace.name', 'shop'),
    text('k8s.deployment.name', 'payment-api'),
    text('service.name', 'pay'),
  ],
};
const nanos = (ms: number) => `${ms}000000`;
const traces: TracesRequest = {
  resourceSpans: [
    {
      resource,
      scopeSpans: [
        {
          spans: [
            {
              spanId: Buffer.from('00f067aa0ba902b7', 'hex'),
              name: 'POST /pay',
              kind: 2,
              startTimeUnixNano: nanos(AT),
              endTimeUnixNano: nanos(AT + 25),
              status: { code: 2 },
            },
          ],
        },
      ],
    },
  ],
};
/** The same as JSON has it: ids as hexadecimal text, enumerations by name. */
const tracesJson = JSON.stringify(traces, (key, value: unknown) =>
  key === 'spanId' ? '00f067aa0ba902b7' : key === 'kind' ? 'SPAN_KIND_SERVER' : value,
);

let receiver: Receiver;
let taken: { spans: SpanRecord[]; logs: LogRecord[]; points: PointRecord[] };
afterEach(() => receiver.stop());

async function start(more: Partial<ReceiverOptions> = {}): Promise<void> {
  taken = { spans: [], logs: [], points: [] };
  const keep =
    <K extends keyof typeof taken>(key: K) =>
    (records: readonly (typeof taken)[K][number][]) => {
      for (const record of records) (taken[key] as (typeof records)[number][]).push(record);
      return { count: 0, why: '' };
    };
  receiver = await startOtlpReceiver({
    host: '127.0.0.1',
    grpcPort: 0,
    httpPort: 0,
    token: null,
    tls: null,
    sink: {
      spans: keep('spans'),
      logs: keep('logs'),
      points: keep('points'),
    },
    ...more,
  });
}

const post = (path: string, body: string | Buffer, headers: Record<string, string>) =>
  fetch(`http://127.0.0.1:${receiver.httpPort}${path}`, { method: 'POST', body: body as never, headers });
const PROTOBUF = { 'content-type': 'application/x-protobuf' };
const JSON_BODY = { 'content-type': 'application/json' };

type Export = (request: Buffer, metadata: Metadata, done: (error: ServiceError | null, answer: Buffer) => void) => void;
type GrpcOptions = { token?: string; gzip?: boolean; ca?: string };
function exportByGrpc(
  request: Buffer,
  { token, gzip, ca }: GrpcOptions = {},
): Promise<{ error: ServiceError | null; answer: Buffer }> {
  const bytes = (value: Buffer) => value;
  const Client = makeGenericClientConstructor(
    {
      Export: {
        path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        requestStream: false,
        responseStream: false,
        requestSerialize: bytes,
        requestDeserialize: bytes,
        responseSerialize: bytes,
        responseDeserialize: bytes,
      },
    },
    'TraceService',
  );
  const client = new Client(
    `127.0.0.1:${receiver.grpcPort}`,
    ca ? credentials.createSsl(Buffer.from(ca)) : credentials.createInsecure(),
    { 'grpc.default_compression_algorithm': gzip ? 2 : 0, 'grpc.enable_retries': 0 },
  );
  const metadata = new Metadata();
  if (token) metadata.set('authorization', `Bearer ${token}`);
  return new Promise((resolve) =>
    (client.Export as unknown as Export).call(client, request, metadata, (error, answer) => {
      client.close();
      resolve({ error, answer });
    }),
  );
}

const SPAN = {
  source: { namespace: 'shop', service: 'payment-api', pod: null },
  operation: 'POST /pay',
  kind: 'server',
  startMs: AT,
  failed: true,
};

describe('spans', () => {
  it('arrive by gRPC, under the name that k8sattributes gives', async () => {
    await start();
    const { error, answer } = await exportByGrpc(encodeProtobuf('traces', traces));
    expect(error).toBeNull();
    expect(answer).toHaveLength(0);
    expect(taken.spans).toMatchObject([SPAN]);
    expect(taken.spans[0]!.durationMs).toBeCloseTo(25, 2);
  });

  it('arrive by HTTP alike, as protobuf, gzip and JSON', async () => {
    await start();
    const bytes = encodeProtobuf('traces', traces);
    const answers = [
      await post('/v1/traces', bytes, PROTOBUF),
      await post('/v1/traces', gzipSync(bytes), { ...PROTOBUF, 'content-encoding': 'gzip' }),
      await post('/v1/traces', tracesJson, JSON_BODY),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect(taken.spans).toMatchObject([SPAN, SPAN, SPAN]);
    expect(new Set(taken.spans.map((span) => span.spanKey)).size).toBe(1);
    expect(receiver.counts.taken.traces).toBe(3);
  });

  it('of nobody are counted and told back as rejected', async () => {
    await start();
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'x' }, { name: 'y' }] }] }] });
    const answer = await post('/v1/traces', body, JSON_BODY);
    expect(await answer.json()).toMatchObject({ partialSuccess: { rejected: 2 } });
    expect(receiver.counts.dropped).toEqual({ 'no sender, id or time': 2 });
  });

  it('are of the pod with the address when nothing else names a workload', async () => {
    const source = { namespace: 'shop', service: 'cart-api', pod: 'cart-api-1' };
    await start({ podByIp: (ip) => (ip === '10.1.2.3' ? source : null) });
    const named = { attributes: [text('service.name', 'cart'), text('k8s.pod.ip', '10.1.2.3')] };
    await post('/v1/traces', tracesJson.replace(JSON.stringify(resource), JSON.stringify(named)), JSON_BODY);
    expect(taken.spans[0]?.source).toEqual(source);
  });
});

describe('logs and metrics', () => {
  it('arrive as records: severity, exceptions, totals, changes, levels and histograms', async () => {
    await start();
    const logRecords = [
      { timeUnixNano: nanos(AT), severityNumber: 17, body: { stringValue: 'boom' } },
      { observedTimeUnixNano: nanos(AT), severityText: 'INFO', body: { kvlistValue: { values: [text('a', 'b')] } } },
    ];
    await post(
      '/v1/logs',
      encodeProtobuf('logs', { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] }),
      PROTOBUF,
    );
    expect(taken.logs).toMatchObject([
      { severe: true, at: AT, body: 'boom' },
      { severe: false, at: AT, body: '{"a":"b"}' },
    ]);
    const point = { timeUnixNano: nanos(AT) };
    const metrics = [
      { name: 'level', gauge: { dataPoints: [{ ...point, asDouble: 1.5 }] } },
      { name: 'total', sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ ...point, asInt: 7 }] } },
      { name: 'change', sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [{ ...point, asInt: 3 }] } },
      { name: 'spread', histogram: { aggregationTemporality: 2, dataPoints: [{ ...point, count: 4, sum: 10 }] } },
      {
        name: 'wide',
        exponentialHistogram: { aggregationTemporality: 1, dataPoints: [{ ...point, count: 2, sum: 5 }] },
      },
    ];
    await post(
      '/v1/metrics',
      encodeProtobuf('metrics', { resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] }),
      PROTOBUF,
    );
    expect(taken.points.map(({ name, kind, value, sum }) => ({ name, kind, value, sum }))).toEqual([
      { name: 'level', kind: 'gauge', value: 1.5, sum: null },
      { name: 'total', kind: 'total', value: 7, sum: null },
      { name: 'change', kind: 'change', value: 3, sum: null },
      { name: 'spread', kind: 'total', value: 4, sum: 10 },
      { name: 'wide', kind: 'change', value: 2, sum: 5 },
    ]);
  });
});

describe('what is not taken', () => {
  it('is refused without the token, by gRPC and HTTP', async () => {
    await start({ token: 'let-me-in' });
    const bytes = encodeProtobuf('traces', traces);
    expect((await post('/v1/traces', bytes, PROTOBUF)).status).toBe(401);
    expect((await exportByGrpc(bytes)).error?.code).toBe(16);
    expect((await post('/v1/traces', bytes, { ...PROTOBUF, authorization: 'Bearer let-me-i' })).status).toBe(401);
    expect((await post('/v1/traces', bytes, { ...PROTOBUF, authorization: 'let-me-in' })).status).toBe(401);
    expect((await exportByGrpc(bytes, { token: 'let-me-in2' })).error?.code).toBe(16);
    expect(taken.spans).toEqual([]);
    expect((await post('/v1/traces', bytes, { ...PROTOBUF, authorization: 'Bearer let-me-in' })).status).toBe(200);
    expect((await exportByGrpc(bytes, { token: 'let-me-in' })).error).toBeNull();
    expect(taken.spans).toHaveLength(2);
  });

  it('is asked for again later when too much waits: 429 with Retry-After, RESOURCE_EXHAUSTED with RetryInfo', async () => {
    await start({ maxPendingBytes: 10 });
    const bytes = encodeProtobuf('traces', traces);
    const answer = await post('/v1/traces', bytes, PROTOBUF);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '5']);
    const { error } = await exportByGrpc(bytes);
    expect(error?.code).toBe(8);
    expect(String(error?.metadata.get('grpc-status-details-bin')[0])).toContain('google.rpc.RetryInfo');
    expect(receiver.counts.refusedRequests).toBe(2);
  });

  it('is refused for good when it is too large, unpacked too, or not OTLP at all', async () => {
    await start({ maxBodyBytes: 1_000 });
    expect((await post('/v1/traces', Buffer.alloc(2_000), PROTOBUF)).status).toBe(413);
    expect(
      (await post('/v1/logs', gzipSync(Buffer.alloc(100_000)), { ...PROTOBUF, 'content-encoding': 'gzip' })).status,
    ).toBe(413);
    expect((await post('/v1/traces', 'nonsense', JSON_BODY)).status).toBe(400);
    expect((await post('/v1/traces', '{"resourceSpans":{"a":[]}}', JSON_BODY)).status).toBe(200);
    expect((await post('/v1/traces', Buffer.from([0x0a, 0x50, 0x01]), PROTOBUF)).status).toBe(400);
    expect((await post('/v1/traces', '{}', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post('/v1/other', '{}', JSON_BODY)).status).toBe(404);
  });
});

describe('TLS', () => {
  const startSafely = () => start({ token: 'let-me-in', tls: { cert: CERTIFICATE, key: KEY } });
  const byHttps = (headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      const at = { host: '127.0.0.1', port: receiver.httpPort, path: '/v1/traces', method: 'POST', ca: CERTIFICATE };
      const req = httpsRequest({ ...at, headers: { ...PROTOBUF, ...headers } }, (res) => {
        res.resume();
        res.on('end', () => resolve(res.statusCode ?? 0));
      });
      req.on('error', reject);
      req.end(encodeProtobuf('traces', traces));
    });

  it('and the token are both asked for, over HTTP and gRPC', async () => {
    await startSafely();
    const bytes = encodeProtobuf('traces', traces);
    expect(await byHttps({ authorization: 'Bearer let-me-in' })).toBe(200);
    expect(await byHttps({ authorization: 'Bearer wrong' })).toBe(401);
    expect((await exportByGrpc(bytes, { ca: CERTIFICATE, token: 'let-me-in' })).error).toBeNull();
    expect((await exportByGrpc(bytes, { ca: CERTIFICATE, token: 'wrong' })).error?.code).toBe(16);
    expect(taken.spans).toHaveLength(2);
  });

  it('is not spoken without: a plain connection gets no answer', async () => {
    await startSafely();
    const bytes = encodeProtobuf('traces', traces);
    await expect(post('/v1/traces', bytes, { ...PROTOBUF, authorization: 'Bearer let-me-in' })).rejects.toThrow();
    expect((await exportByGrpc(bytes, { token: 'let-me-in' })).error?.code).toBe(14);
    expect(taken.spans).toEqual([]);
  });
});

describe('gzip', () => {
  const bomb = () => gzipSync(Buffer.alloc(200_000_000));

  it('is taken by gRPC as a Collector sends it', async () => {
    await start();
    const { error } = await exportByGrpc(encodeProtobuf('traces', traces), { gzip: true });
    expect(error).toBeNull();
    expect(taken.spans).toMatchObject([SPAN]);
  });

  it('that was cut off, or is none, is refused for good', async () => {
    await start();
    const whole = gzipSync(encodeProtobuf('traces', traces));
    const headers = { ...PROTOBUF, 'content-encoding': 'gzip' };
    expect((await post('/v1/traces', whole.subarray(0, whole.length - 12), headers)).status).toBe(400);
    expect((await post('/v1/traces', 'nonsense', headers)).status).toBe(400);
    expect((await post('/v1/traces', '', headers)).status).toBe(400);
    expect(taken.spans).toEqual([]);
  });

  it('that unpacks to more than is taken at once is stopped there, by HTTP and gRPC', async () => {
    await start();
    const packed = bomb();
    expect(packed.length).toBeLessThan(300_000);
    const before = process.memoryUsage().arrayBuffers;
    const answer = await post('/v1/traces', packed, { ...PROTOBUF, 'content-encoding': 'gzip' });
    expect(answer.status).toBe(413);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64e6);
    const { error } = await exportByGrpc(Buffer.alloc(40_000_000), { gzip: true });
    // Without a RetryInfo: a Collector gives such a batch up.
    expect(error?.code).toBe(8);
    expect(error?.metadata.get('grpc-status-details-bin')).toEqual([]);
    expect((await post('/v1/traces', encodeProtobuf('traces', traces), PROTOBUF)).status).toBe(200);
  });

  it("of a stranger isn't even unpacked", async () => {
    await start({ token: 'let-me-in' });
    const { error } = await exportByGrpc(Buffer.alloc(40_000_000), { gzip: true, token: 'wrong' });
    expect(error?.code).toBe(16);
  });
});

describe('a body', () => {
  it('that is larger than is taken at once is refused by gRPC too', async () => {
    await start({ maxBodyBytes: 1_000 });
    expect((await exportByGrpc(Buffer.alloc(5_000))).error?.code).toBe(8);
  });

  it('that is still on its way counts as waiting, even if its sender does not say how much it will be', async () => {
    await start({ maxPendingBytes: 50_000 });
    const at = { host: '127.0.0.1', port: receiver.httpPort, path: '/v1/traces', method: 'POST', headers: PROTOBUF };
    const slow = httpRequest(at);
    slow.on('error', () => undefined);
    slow.write(Buffer.alloc(45_000));
    const large = Buffer.alloc(10_000);
    const status = async () => (await post('/v1/traces', large, PROTOBUF)).status;
    await expect.poll(status).toBe(429);
    slow.destroy();
    await expect.poll(status).not.toBe(429);
  });

  it('may say all kinds of nonsense inside; what is right beside it is taken', async () => {
    await start();
    const good = { timeUnixNano: nanos(AT), asDouble: 1 };
    const odd = [{ ...good, timeUnixNano: 'soon' }, { ...good, asDouble: 'much' }, {}, { ...good, timeUnixNano: '-5' }];
    const histogram = { ...good, count: '3', bucketCounts: ['x', -1], explicitBounds: [2, 1] };
    const metrics = [
      { name: 'level', gauge: { dataPoints: [...odd, good] } },
      { name: 'http.server.request.duration', histogram: { aggregationTemporality: 2, dataPoints: [histogram] } },
      { name: 'none', sum: 'nothing' },
    ];
    const answer = await post(
      '/v1/metrics',
      JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] }),
      JSON_BODY,
    );
    expect(answer.status).toBe(200);
    expect(taken.points).toHaveLength(2);
    expect(taken.points[1]?.requests).toEqual({ buckets: null, failed: false });
    expect(receiver.counts.dropped).toEqual({ 'no sender, id or time': 4 });
    expect((await post('/v1/metrics', '{"resourceMetrics":[null]}', JSON_BODY)).status).toBe(400);
  });
});
