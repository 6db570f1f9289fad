import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { decodeProtobuf, encodeProtobuf, type OtlpSpan, type Signal } from '../../src/adapters/otlp/messages.ts';
import { startOtlpReceiver } from '../../src/adapters/otlp/receiver.ts';
import { createLogMining } from '../../src/app/log-mining.ts';
import { createTelemetry } from '../../src/telemetry/create-telemetry.ts';

/**
 * OTLP over HTTP into the receiver and its aggregates, one kind of record after the other: records that were answered 200,
 * per second of the receiver's one thread (logs are masked and mined on another). The sender is a process of its own, so that `rss_mb` is the receiver's, and sends bodies that it made before, under new ids
 * and times. `decode_spans_per_s` is the bare decoding of the same bodies, in the same run. `loop_delay_*`: how long anything else had to wait meanwhile, while spans came as
 * fast as they were taken, and at 50,000 a second.
 */

const BATCH = 1_000;
const BODIES = 40;
const RUN_MS = 8_000;
const SENDERS = 4;
const SERVICES = 30;
const STEADY_SPANS = 50_000;
const AS_SENDER = 'NIGHTSHIFT_BENCH_SENDER';

export const about = 'records of OpenTelemetry a second beside bare decoding';

export async function run(): Promise<Record<string, unknown>> {
  const telemetry = createTelemetry({ now: Date.now, trusted: true });
  const mining = createLogMining();
  const receiver = await startOtlpReceiver({
    host: '127.0.0.1',
    grpcPort: 0,
    httpPort: 0,
    token: null,
    tls: null,
    sink: mining.before(telemetry),
  });
  const sender = fork(fileURLToPath(import.meta.url), { env: { ...process.env, [AS_SENDER]: '1' } });
  const delays: Record<string, number> = {};
  const rates: Partial<Record<Signal, number>> = {};
  const rss: number[] = [];
  let spansOfCpu = 0;
  try {
    for (const signal of ['traces', 'logs', 'metrics'] as const) {
      const before = receiver.counts.taken[signal];
      const delay = monitorEventLoopDelay({ resolution: 2 });
      delay.enable();
      const cpu = process.cpuUsage();
      const answered = await sendFor(sender, { port: receiver.httpPort, signal, perSecond: null });
      if (signal === 'traces') spansOfCpu = perCpuSecond(receiver.counts.taken.traces - before, cpu);
      if (signal === 'traces') delays.loop_delay_p99_ms = Number((delay.percentile(99) / 1e6).toFixed(1));
      rates[signal] = Math.round((receiver.counts.taken[signal] - before) / answered.seconds);
      rss.push(Math.round(process.memoryUsage.rss() / 1e6));
    }
    const delay = monitorEventLoopDelay({ resolution: 2 });
    delay.enable();
    await sendFor(sender, { port: receiver.httpPort, signal: 'traces', perSecond: STEADY_SPANS });
    delays.loop_delay_p99_at_50k_ms = Number((delay.percentile(99) / 1e6).toFixed(1));
    const { perSecond: decode, ofCpu: decodeOfCpu } = bareDecoding();
    return {
      spans_per_s: rates.traces,
      logs_per_s: rates.logs,
      points_per_s: rates.metrics,
      decode_spans_per_s: decode,
      ratio_to_bare_decoding: Number((rates.traces! / decode).toFixed(2)),
      spans_per_cpu_s: spansOfCpu,
      // Of a core's time, so that the sender and whatever else runs beside count less.
      ratio_to_bare_decoding_of_cpu: Number((spansOfCpu / decodeOfCpu).toFixed(2)),
      rss_mb: Math.max(...rss),
      ...delays,
      dropped: receiver.counts.dropped,
      refused_requests: receiver.counts.refusedRequests,
    };
  } finally {
    sender.kill();
    await receiver.stop();
    await mining.stop();
  }
}

/** `perSecond`: records, or null for as many as are taken. */
type Order = { port: number; signal: Signal; perSecond: number | null };

function sendFor(sender: ChildProcess, order: Order): Promise<{ seconds: number }> {
  return new Promise((resolve, reject) => {
    sender.once('message', (answer) => resolve(answer as { seconds: number }));
    sender.once('error', reject);
    sender.send(order);
  });
}

function perCpuSecond(count: number, since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return Math.round(count / ((user + system) / 1e6));
}

function bareDecoding(): { perSecond: number; ofCpu: number } {
  const bodies = makeBodies('traces');
  for (const body of bodies) decodeProtobuf('traces', body);
  const cpu = process.cpuUsage();
  const began = performance.now();
  let decoded = 0;
  while (performance.now() - began < 4_000) {
    for (const body of bodies) decodeProtobuf('traces', body);
    decoded += bodies.length * BATCH;
  }
  return {
    perSecond: Math.round(decoded / ((performance.now() - began) / 1000)),
    ofCpu: perCpuSecond(decoded, cpu),
  };
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const resourceOf = (service: number) => ({
  attributes: [
    text('k8s.namespace.name', 'shop'),
    text('k8s.deployment.name', `service-${service}`),
    text('k8s.pod.name', `service-${service}-5d4f9-abcde`),
    text('service.name', `service-${service}`),
  ],
});
const nanos = (ms: number) => `${Math.round(ms * 1000)}000`;

/** Chains of a server's span, its client's, and the next server's: as many services as there are resources. */
function spansOf(previous: Buffer | null): { spans: OtlpSpan[]; last: Buffer } {
  const spans: OtlpSpan[] = [];
  let parent = previous;
  let last = randomBytes(8);
  for (let i = 0; i < BATCH / 20; i += 1) {
    const client = i % 2 === 1;
    last = randomBytes(8);
    spans.push({
      spanId: last,
      ...(parent ? { parentSpanId: parent } : {}),
      name: client ? 'GET' : `GET /orders/${i % 7}`,
      kind: client ? 3 : 2,
      startTimeUnixNano: nanos(Date.now()),
      endTimeUnixNano: nanos(Date.now() + 5 + Math.random() * 20),
      attributes: [text('http.request.method', 'GET'), text('url.path', `/orders/${i}`), text('server.address', 'x')],
      status: { code: Math.random() < 0.02 ? 2 : 0 },
    });
    parent = client ? null : last;
  }
  return { spans, last };
}

function makeBodies(signal: Signal): Buffer[] {
  return Array.from({ length: BODIES }, (_, body) => {
    const resources = Array.from({ length: 20 }, (_, i) => (body * 20 + i) % SERVICES);
    const time = { timeUnixNano: nanos(Date.now()) };
    if (signal === 'traces') {
      let previous: Buffer | null = null;
      const resourceSpans = resources.map((service) => {
        const { spans, last } = spansOf(previous);
        previous = last;
        return { resource: resourceOf(service), scopeSpans: [{ spans }] };
      });
      return encodeProtobuf('traces', { resourceSpans });
    }
    const records = Array.from({ length: BATCH / 20 }, (_, i) => i);
    if (signal === 'logs') {
      const logRecords = records.map((i) => ({ ...time, severityNumber: 9, body: { stringValue: logLine(i) } }));
      const resourceLogs = resources.map((one) => ({ resource: resourceOf(one), scopeLogs: [{ logRecords }] }));
      return encodeProtobuf('logs', { resourceLogs });
    }
    const dataPoints = records.map((i) => ({ ...time, asInt: body * 100 + i, attributes: [text('route', `/r/${i}`)] }));
    const metrics = [{ name: 'requests', sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints } }];
    const resourceMetrics = resources.map((one) => ({ resource: resourceOf(one), scopeMetrics: [{ metrics }] }));
    return encodeProtobuf('metrics', { resourceMetrics });
  });
}

const logLine = (i: number) =>
  [
    `served GET /orders/${i} in ${i * 3 + 1} ms for user-${i}@example.com`,
    `ts=2026-06-04T18:00:0${i % 10}Z level=info msg="request" status=200 duration_ms=${i}.4`,
    `cache miss for key session:${i}f3a9c1d2e4b5 after ${i} tries`,
    `{"level":"info","route":"/cart","took":${i},"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}`,
  ][i % 4]!;

/** New ids, so that no span is a repetition: the last bytes of every id are counted up in place. */
function renew(body: Buffer, ids: { at: number }[]): void {
  for (const { at } of ids) body.writeUInt32BE((body.readUInt32BE(at) + 0x9e37_79b9) >>> 0, at);
}

/** Ids are field 2 and 4 of a span, 8 bytes long, right at its beginning (12 08, 22 08). */
function idsIn(body: Buffer): { at: number }[] {
  const found: { at: number }[] = [];
  for (let i = 0; i + 10 < body.length; i += 1) {
    if (body[i] === 0x12 && body[i + 1] === 8 && (body[i + 10] === 0x22 || body[i + 10] === 0x2a)) {
      found.push({ at: i + 4 });
      if (body[i + 10] === 0x22 && body[i + 11] === 8) found.push({ at: i + 14 });
      i += 9;
    }
  }
  return found;
}

function post(agent: Agent, port: number, path: string, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-protobuf', 'content-length': body.length };
    const req = request({ agent, host: '127.0.0.1', port, path, method: 'POST', headers }, (res) => {
      res.resume();
      res.on('end', () => (res.statusCode === 200 ? resolve() : reject(new Error(`answered ${res.statusCode}`))));
    });
    req.on('error', reject);
    req.end(body);
  });
}

async function send({ port, signal, perSecond }: Order): Promise<{ seconds: number }> {
  const bodies = makeBodies(signal).map((body) => ({ body, ids: signal === 'traces' ? idsIn(body) : [] }));
  const agent = new Agent({ keepAlive: true, maxSockets: SENDERS });
  const began = performance.now();
  let next = 0;
  const lane = async () => {
    while (performance.now() - began < RUN_MS) {
      const { body, ids } = bodies[next++ % bodies.length]!;
      renew(body, ids);
      if (perSecond !== null) await sleep(Math.max(0, began + ((next * BATCH) / perSecond) * 1000 - performance.now()));
      await post(agent, port, `/v1/${signal}`, body);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, lane));
  agent.destroy();
  return { seconds: (performance.now() - began) / 1000 };
}

if (process.env[AS_SENDER])
  process.on('message', (order: Order) => void send(order).then((done) => process.send?.(done)));
