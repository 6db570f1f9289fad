import type { Run } from '../processes.ts';
import { NAMESPACE } from '../services.ts';
import type { Shop } from '../shop.ts';
import type { Collector } from './family.ts';
import { CONTAINER_METRICS, evaluateFormula, REQUEST_METRICS } from './formulas.ts';

/** What the pods' own processes and their containers report. */
export function collectPodMetrics(into: Collector, shop: Shop, now: number): void {
  for (const run of shop.processes.runs()) {
    if (!run.exited) collectRun(into, shop, run, now);
  }
  const waiting = shop.flows().get('order-worker')?.waiting ?? 0;
  into.add(
    'queue_messages_ready',
    { namespace: NAMESPACE, service: 'order-worker', queue: 'orders' },
    Math.floor(waiting),
  );
}

function collectRun(into: Collector, shop: Shop, run: Run, now: number): void {
  const { service, namespace, name } = run.view;
  const read = (column: number): number => run.counters[column]!;
  const own = { namespace, service: service.name, pod: name };
  into.add('up', { job: 'shop', ...own }, 1);
  for (const { metric, suffix, labels, formula } of REQUEST_METRICS) {
    into.addSuffixed(metric, suffix, { ...own, ...labels }, evaluateFormula(formula, read));
  }
  const container = { namespace, pod: name, container: 'app' };
  for (const { metric, formula } of CONTAINER_METRICS) into.add(metric, container, evaluateFormula(formula, read));
  into.add('container_memory_working_set_bytes', container, shop.processes.workingSet(run, now));
}
