import { COLUMN } from '../counters.ts';
import { BUCKETS } from '../latency.ts';
import { healthyMemory } from '../memory.ts';
import type { Run } from '../processes.ts';
import { NAMESPACE } from '../services.ts';
import type { Shop } from '../shop.ts';
import type { Collector, Labels } from './family.ts';

const LE = BUCKETS.map(String);

type Past = (t: number) => number;

/** What the pods' own processes and their containers report. Counters are whole numbers, as real ones are. */
export function collectPodMetrics(into: Collector, shop: Shop, seed: number, now: number): void {
  for (const run of shop.processes.runs()) {
    if (run.exited) continue;
    collectRequests(into, shop, run);
    collectContainer(into, shop, run, seed, now);
  }
  const worker = shop.flows().get('order-worker');
  const queue = { namespace: NAMESPACE, service: 'order-worker', queue: 'orders' };
  into.add('queue_messages_ready', queue, Math.floor(worker?.waiting ?? 0), shop.history() && (() => 0));
}

type Read = (column: number) => number;

/** A pod's counters at an instant before the start; undefined for a pod that wasn't there. */
function pastOf(shop: Shop, run: Run): ((pick: (read: Read) => number) => Past) | undefined {
  const history = shop.history();
  if (!history || !shop.hasPast(run.view.uid)) return undefined;
  const service = run.view.service.name;
  return (pick) => (t) => pick((column) => history.sum(service, column, t));
}

function collectRequests(into: Collector, shop: Shop, run: Run): void {
  const { service, namespace, name } = run.view;
  const labels: Labels = { namespace, service: service.name, pod: name };
  const past = pastOf(shop, run);
  const add = (metric: string, suffix: string, more: Labels, pick: (read: Read) => number): void =>
    into.addSuffixed(
      metric,
      suffix,
      { ...labels, ...more },
      pick((column) => run.counters[column]!),
      past?.(pick),
    );
  into.add('up', { job: 'shop', ...labels }, 1, past && (() => 1));
  // Rounded after the subtraction: the difference of two rounded counters could fall, and would look like a restart.
  const fine = (read: Read): number => Math.floor(read(COLUMN.requests) - read(COLUMN.failed) - read(COLUMN.rejected));
  add('http_requests_total', '', { code: '200' }, fine);
  add('http_requests_total', '', { code: '500' }, (read) => Math.floor(read(COLUMN.failed)));
  add('http_requests_total', '', { code: '503' }, (read) => Math.floor(read(COLUMN.rejected)));
  const duration = 'http_request_duration_seconds';
  for (const [b, le] of LE.entries()) {
    add(duration, '_bucket', { le }, (read) => Math.floor(read(COLUMN.firstBucket + b)));
  }
  add(duration, '_bucket', { le: '+Inf' }, (read) => Math.floor(read(COLUMN.requests)));
  add(duration, '_sum', {}, (read) => read(COLUMN.latencySeconds));
  add(duration, '_count', {}, (read) => Math.floor(read(COLUMN.requests)));
}

function collectContainer(into: Collector, shop: Shop, run: Run, seed: number, now: number): void {
  const { service, namespace, name } = run.view;
  const labels: Labels = { namespace, pod: name, container: 'app' };
  const past = pastOf(shop, run);
  const cpu = (read: Read): number => read(COLUMN.cpuSeconds);
  const throttled = (read: Read): number => read(COLUMN.throttledSeconds);
  const live: Read = (column) => run.counters[column]!;
  into.add('container_cpu_usage_seconds_total', labels, cpu(live), past?.(cpu));
  into.add('container_cpu_cfs_throttled_seconds_total', labels, throttled(live), past?.(throttled));
  const history = shop.history();
  const memoryThen: Past | undefined =
    past && history && ((t) => healthyMemory(service, name, seed, t, 0, history.load(service.name, t)));
  into.add('container_memory_working_set_bytes', labels, shop.processes.workingSet(run, now), memoryThen);
}
