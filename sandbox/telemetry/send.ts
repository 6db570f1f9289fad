import type { SandboxClock } from '../clock.ts';
import type { Cluster } from '../kube/cluster.ts';
import { NAMESPACE } from '../shop/services.ts';
import type { Shop } from '../shop/shop.ts';
import { type Attribute, makeTrace, nanos, type Span, text } from './traces.ts';

/** Where the shop's telemetry goes: an OTLP/HTTP endpoint, without a path. */
export type Destination = { url: string; token: string | null };

const EVERY_MS = 15_000;
/** Of each time so many shoppers are followed: a sample, as large shops take one. */
const TRACES = 12;
const LINES_A_POD = 12;
const GIVE_UP_MS = 2_000;

/** Sends the shop's traces and logs as OTLP/HTTP (JSON), as long as the sandbox lives. Who doesn't listen misses them. */
export function sendTelemetry(options: {
  shop: Shop;
  cluster: Cluster;
  clock: SandboxClock;
  seed: number;
  to: () => Destination | null;
}): () => void {
  let last = options.clock.now();
  let busy = false;
  return options.clock.onTick(EVERY_MS, (now) => {
    const to = options.to();
    if (!to || busy) return;
    busy = true;
    const bodies = [post(to, '/v1/traces', tracesOf(options, now)), post(to, '/v1/logs', logsOf(options, last, now))];
    last = now;
    void Promise.all(bodies).finally(() => {
      busy = false;
    });
  });
}

async function post(to: Destination, path: string, body: object): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    ...(to.token ? { authorization: `Bearer ${to.token}` } : {}),
  };
  try {
    const signal = AbortSignal.timeout(GIVE_UP_MS);
    const answer = await fetch(to.url + path, { method: 'POST', headers, body: JSON.stringify(body), signal });
    await answer.arrayBuffer();
  } catch {
    // Telemetry is sent and forgotten: the next batch may arrive.
  }
}

function tracesOf({ shop, seed }: { shop: Shop; seed: number }, now: number): object {
  const names = new Map(shop.pods().map((pod) => [pod.uid, pod.name]));
  const all = new Map<string, Span[]>();
  for (let i = 0; i < TRACES; i += 1) {
    const at = now - EVERY_MS + (i * EVERY_MS) / TRACES;
    for (const [key, spans] of makeTrace(shop.flows(), (uid) => names.get(uid) ?? uid, at, seed))
      all.set(key, [...(all.get(key) ?? []), ...spans]);
  }
  return { resourceSpans: [...all].map(([key, spans]) => ({ resource: resourceOf(key), scopeSpans: [{ spans }] })) };
}

function logsOf({ shop, cluster }: { shop: Shop; cluster: Cluster }, from: number, now: number): object {
  const objects = new Map(cluster.list('pods', NAMESPACE).map((pod) => [pod.metadata.uid, pod]));
  const resourceLogs = shop.pods().flatMap((pod) => {
    const object = objects.get(pod.uid);
    const lines = object ? shop.processes.logs(object, false) : [];
    const logRecords = lines.flatMap((line) => recordOf(line, from, now)).slice(-LINES_A_POD);
    const resource = resourceOf(`${pod.service.name}/${pod.name}`);
    return logRecords.length > 0 ? [{ resource, scopeLogs: [{ logRecords }] }] : [];
  });
  return { resourceLogs };
}

function recordOf(line: string, from: number, now: number): object[] {
  const at = Date.parse(/\bts=(\S+)/.exec(line)?.[1] ?? '');
  if (!(at > from && at <= now)) return [];
  const severe = /\blevel=(error|fatal)|\bpanic\b|Traceback|OutOfMemory/i.test(line);
  return [
    { timeUnixNano: nanos(at), severityNumber: severe ? 17 : 9, body: { stringValue: line.replace(/^ts=\S+ /, '') } },
  ];
}

/** As the Collector's k8sattributes processor would complete it. */
function resourceOf(key: string): { attributes: Attribute[] } {
  const [service = '', pod = ''] = key.split('/');
  return {
    attributes: [
      text('k8s.namespace.name', NAMESPACE),
      text('k8s.deployment.name', service),
      text('k8s.pod.name', pod),
      text('service.name', service),
    ],
  };
}
