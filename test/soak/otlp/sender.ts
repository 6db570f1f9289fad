import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { encodeProtobuf, type KeyValue, type OtlpSpan, type Signal } from '../../../src/adapters/otlp/messages.ts';

/**
 * Sends traces, logs and metrics by OTLP/HTTP at a steady rate, until it is ended. Names rise all the time: services, pods, operations, peers, log lines
 * and attributes that were never seen before, beside some that stay. Times are those of a clock that runs `SPEED` times as fast from `START` on.
 */
const { PORT = '0', SPEED = '1', START = '0', TOKEN = '' } = process.env;
const EVERY_MS = 100;
/** In each tenth of a second. */
const BATCHES: Record<Signal, number> = { traces: 1_000, logs: 500, metrics: 500 };
const STEADY = 40;

const began = Date.now();
const now = () => Number(START) + (Date.now() - began) * Number(SPEED);
const nanos = (ms: number) => `${Math.round(ms)}000000`;
const text = (key: string, stringValue: string): KeyValue => ({ key, value: { stringValue } });
let risen = 0;

/** Every tenth sender is new. */
function resourceOf(i: number): { attributes: KeyValue[] } {
  const service = i % 10 === 9 ? `made-up-${risen}` : `service-${i % STEADY}`;
  risen += 1;
  return {
    attributes: [
      text('k8s.namespace.name', 'shop'),
      text('k8s.deployment.name', service),
      text('k8s.pod.name', `${service}-7d4b9c-${(risen % 60_466).toString(36).padStart(5, 'a')}`),
    ],
  };
}

function spansOf(count: number): OtlpSpan[] {
  let parent: Buffer | null = null;
  return Array.from({ length: count }, (_, i) => {
    const spanId = randomBytes(8);
    const span: OtlpSpan = {
      spanId,
      ...(parent ? { parentSpanId: parent } : {}),
      name: i % 3 === 0 ? `GET /orders/${risen}-${i}` : `GET /known/${i % 9}`,
      kind: i % 2 === 0 ? 2 : 3,
      startTimeUnixNano: nanos(now()),
      endTimeUnixNano: nanos(now() + 5 + Math.random() * 20),
      attributes: [text('server.address', i % 4 === 1 ? `peer-${risen}.shop.svc` : `service-${(i + 1) % STEADY}`)],
      status: { code: i % 50 === 0 ? 2 : 0 },
    };
    parent = spanId;
    return span;
  });
}

const message = ['cache', 'queue', 'pool', 'retry', 'order', 'cart', 'ledger', 'token'];
const lineOf = (i: number) =>
  i % 5 === 0
    ? `${message[risen % 8]} ${message[(risen >> 3) % 8]} v${(risen % 5_000).toString(36)}x ${message[(risen >> 6) % 8]} failed after ${i} tries`
    : `served GET /orders/${i} in ${i * 3} ms for user-${i}@example.com`;

function bodyOf(signal: Signal): Buffer {
  const groups = Array.from({ length: 10 }, (_, i) => i * 7 + risen);
  const each = BATCHES[signal] / groups.length;
  const time = nanos(now());
  if (signal === 'traces') {
    const resourceSpans = groups.map((i) => ({ resource: resourceOf(i), scopeSpans: [{ spans: spansOf(each) }] }));
    return encodeProtobuf('traces', { resourceSpans });
  }
  if (signal === 'logs') {
    const logRecords = Array.from({ length: each }, (_, i) => ({
      timeUnixNano: time,
      severityNumber: i % 5 === 0 ? 17 : 9,
      body: { stringValue: lineOf(i) },
    }));
    return encodeProtobuf('logs', {
      resourceLogs: groups.map((i) => ({ resource: resourceOf(i), scopeLogs: [{ logRecords }] })),
    });
  }
  const bounds = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];
  const dataPoints = Array.from({ length: each }, (_, i) => ({
    timeUnixNano: time,
    count: risen + 10 * i,
    sum: risen,
    bucketCounts: [...bounds, 0].map(() => risen),
    explicitBounds: bounds,
    attributes: [text('http.route', i % 5 === 0 ? `/new/${risen}` : `/known/${i}`)],
  }));
  const metrics = [
    { name: 'http.server.request.duration', unit: 's', histogram: { aggregationTemporality: 2, dataPoints } },
    { name: `metric.${risen % 500}`, gauge: { dataPoints: [{ timeUnixNano: time, asDouble: risen }] } },
  ];
  return encodeProtobuf('metrics', {
    resourceMetrics: groups.map((i) => ({ resource: resourceOf(i), scopeMetrics: [{ metrics }] })),
  });
}

const agent = new Agent({ keepAlive: true, maxSockets: 3 });

function post(signal: Signal): Promise<void> {
  const body = gzipSync(bodyOf(signal), { level: 1 });
  const headers = {
    'content-type': 'application/x-protobuf',
    'content-encoding': 'gzip',
    'content-length': body.length,
    authorization: `Bearer ${TOKEN}`,
  };
  return new Promise((resolve) => {
    const path = `/v1/${signal}`;
    const req = request({ agent, host: '127.0.0.1', port: PORT, path, method: 'POST', headers }, (res) => {
      res.resume();
      res.on('end', resolve);
    });
    req.on('error', () => resolve());
    req.end(body);
  });
}

for (let tick = 0; ; tick += 1) {
  await Promise.all((Object.keys(BATCHES) as Signal[]).map(post));
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, began + tick * EVERY_MS - Date.now())));
}
