import type { MetricName, Metrics, ServiceQueries } from '../ports/metrics.ts';
import { type Check, right, wrong } from './check.ts';

/** Without these there is nothing to judge by. */
const JUDGED_BY = ['request_rate', 'memory_ratio', 'ready_ratio'] as const satisfies MetricName[];
const SKEW_MS = 5_000;
/** A scrape every minute, and one that was missed. */
const STALE_MS = 3 * 60_000;
const LOOKBACK_MS = 5 * 60_000;
const MOST_NAMES = 8;
const LIKELY =
  'http_.*requests.*|.*_requests?_total|istio_requests_total|response_total|kube_deployment_.*|container_memory_.*';

/** Whether it holds anything, whether what it holds is of now, and whether our queries find the services in it. `namespaces`: those with services to look at. */
export async function examineMetrics(
  metrics: Metrics,
  queries: ServiceQueries,
  namespaces: string[],
  now: number = Date.now(),
): Promise<Check[]> {
  const up = await metrics.instant('up', now);
  if (!up.ok) return [wrong('Prometheus tells what it scrapes', up.failure.message)];
  if (up.value.length === 0) return [await nothingHeld(metrics, now)];
  return [await clocksAgree(metrics, now), ...(await servicesFound(metrics, queries, namespaces, now))];
}

async function nothingHeld(metrics: Metrics, now: number): Promise<Check> {
  const any = await metrics.instant('count({__name__!=""})', now);
  if (any.ok && (any.value[0]?.value ?? 0) > 0)
    return right('Prometheus holds series (none called `up`: they are written to it by others)');
  return wrong(
    'Prometheus holds series',
    'it answers and holds nothing: check that PROMETHEUS_URL is the one that scrapes (or the querier of Thanos or Mimir), and PROMETHEUS_TENANT',
  );
}

/** Samples carry their server's time: asked as of five minutes ahead, the newest says how far it is from ours. */
async function clocksAgree(metrics: Metrics, now: number): Promise<Check> {
  const newest = await metrics.instant('max(timestamp(up))', now + LOOKBACK_MS - 1_000);
  const title = "Prometheus' clock is ours";
  if (!newest.ok) return wrong(title, newest.failure.message);
  const [first] = newest.value;
  if (first === undefined)
    return wrong(title, 'nothing was scraped in the last minutes, or its clock is minutes behind: check both (NTP)');
  const aheadMs = first.value * 1_000 - now;
  if (aheadMs > SKEW_MS)
    return wrong(title, `its newest sample is ${Math.round(aheadMs / 1_000)} s in the future: set both clocks by NTP`);
  if (aheadMs < -STALE_MS)
    return wrong(title, `its newest sample is ${Math.round(-aheadMs / 1_000)} s old: check that it scrapes, and NTP`);
  return right(title);
}

async function servicesFound(
  metrics: Metrics,
  queries: ServiceQueries,
  namespaces: string[],
  now: number,
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const namespace of namespaces) {
    const found: string[] = [];
    let failed = false;
    for (const metric of JUDGED_BY) {
      const answer = await metrics.instant(queries.byService(metric, namespace), now);
      failed ||= !answer.ok;
      if (answer.ok && answer.value.length > 0) found.push(metric);
    }
    // What is no PromQL is said elsewhere.
    if (failed) continue;
    if (found.length === JUDGED_BY.length) checks.push(right(`metrics of the services in ${namespace} are found`));
    else {
      const missing = JUDGED_BY.filter((metric) => !found.includes(metric));
      const title = `metrics of the services in ${namespace} are found`;
      checks.push(wrong(title, `no ${missing.join(', no ')}: ${await whatThereIs(metrics, namespace, now)}`));
    }
  }
  return checks;
}

async function whatThereIs(metrics: Metrics, namespace: string, now: number): Promise<string> {
  const mend = 'set `queries:` in nightshift.yaml';
  const there = await metrics.instant(
    `group by (__name__) ({__name__=~"${LIKELY}",namespace="${escaped(namespace)}"})`,
    now,
  );
  const names = there.ok ? named(there.value.map(({ labels }) => labels.__name__ ?? '')) : [];
  if (names.length > 0) return `of that namespace there are ${listed(names)}; ${mend}, or scrape what is missing`;
  const all = await metrics.instant('up', now);
  if (!all.ok) return mend;
  const spaces = named(all.value.map(({ labels }) => labels.namespace ?? ''));
  if (spaces.length > 0) return `nothing has namespace="${namespace}"; there are ${listed(spaces)}`;
  const labels = named(all.value.flatMap((one) => Object.keys(one.labels).filter((name) => name !== '__name__')));
  return `no series has a label \`namespace\`; the labels are ${listed(labels)}: relabel, or ${mend}`;
}

const escaped = (text: string) => text.replace(/["\\\n]/g, '');
const named = (names: string[]) => [...new Set(names)].filter((name) => name !== '').sort();
const listed = (names: string[]) =>
  `${names.slice(0, MOST_NAMES).join(', ')}${names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : ''}`;
