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

/** How a metric comes from the counters: the sum of columns, with their signs, rounded down where it counts things. */
type Formula = { plus: number; minus?: number[]; whole: boolean };

function evaluated(formula: Formula, read: (column: number) => number): number {
  let value = read(formula.plus);
  for (const column of formula.minus ?? []) value -= read(column);
  // Rounded after the subtraction: the difference of two rounded counters could fall, and would look like a restart.
  return formula.whole ? Math.floor(value) : value;
}

/** The formula at instants before the start; undefined for a pod that wasn't there. */
function pastOf(shop: Shop, run: Run): ((formula: Formula) => Past) | undefined {
  const history = shop.history();
  if (!history || !shop.hasPast(run.view.uid)) return undefined;
  const service = run.view.service.name;
  return ({ plus, minus = [], whole }) => {
    const added = history.reader(service, plus);
    if (minus.length === 0) return whole ? (t) => Math.floor(added(t)) : added;
    const taken = minus.map((column) => history.reader(service, column));
    return (t) => Math.floor(taken.reduce((value, read) => value - read(t), added(t)));
  };
}

const FINE: Formula = { plus: COLUMN.requests, minus: [COLUMN.failed, COLUMN.rejected], whole: true };

function collectRequests(into: Collector, shop: Shop, run: Run): void {
  const { service, namespace, name } = run.view;
  const labels: Labels = { namespace, service: service.name, pod: name };
  const past = pastOf(shop, run);
  const live = (column: number): number => run.counters[column]!;
  const add = (metric: string, suffix: string, more: Labels, formula: Formula): void =>
    into.addSuffixed(metric, suffix, { ...labels, ...more }, evaluated(formula, live), past?.(formula));
  into.add('up', { job: 'shop', ...labels }, 1, past && (() => 1));
  add('http_requests_total', '', { code: '200' }, FINE);
  add('http_requests_total', '', { code: '500' }, { plus: COLUMN.failed, whole: true });
  add('http_requests_total', '', { code: '503' }, { plus: COLUMN.rejected, whole: true });
  const duration = 'http_request_duration_seconds';
  for (const [b, le] of LE.entries()) add(duration, '_bucket', { le }, { plus: COLUMN.firstBucket + b, whole: true });
  add(duration, '_bucket', { le: '+Inf' }, { plus: COLUMN.requests, whole: true });
  add(duration, '_sum', {}, { plus: COLUMN.latencySeconds, whole: false });
  add(duration, '_count', {}, { plus: COLUMN.requests, whole: true });
}

function collectContainer(into: Collector, shop: Shop, run: Run, seed: number, now: number): void {
  const { service, namespace, name } = run.view;
  const labels: Labels = { namespace, pod: name, container: 'app' };
  const past = pastOf(shop, run);
  const add = (metric: string, column: number): void =>
    into.add(metric, labels, run.counters[column]!, past?.({ plus: column, whole: false }));
  add('container_cpu_usage_seconds_total', COLUMN.cpuSeconds);
  add('container_cpu_cfs_throttled_seconds_total', COLUMN.throttledSeconds);
  const history = shop.history();
  const memoryThen: Past | undefined =
    past && history && ((t) => Math.round(healthyMemory(service, name, seed, t, 0, history.load(service.name, t))));
  into.add('container_memory_working_set_bytes', labels, shop.processes.workingSet(run, now), memoryThen);
}
