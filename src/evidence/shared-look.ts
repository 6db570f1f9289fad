import { keepNewest } from '../domain/keep-newest.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { Metrics } from '../ports/metrics.ts';

/** Answers to looks are shared for this long (real time) between diagnoses: in a storm hundreds of incidents ask the same of one namespace. */
const GOOD_FOR_MS = 2_000;
/** A look that took long is dear, to the cluster or to us: it is shared for so many times as long, up to a bound. */
const GOOD_FOR_TIMES = 20;
const GOOD_FOR_MOST_MS = 10_000;
const MOST = 1_000;

/**
 * Metrics and cluster whose reads are shared between diagnoses that look at about the same time. For looking only: what guards an action reads anew. `now` is a monotonic clock in real ms.
 */
export function createSharedLook(
  metrics: Metrics,
  cluster: Cluster,
  now: () => number,
  goodForMs: number = GOOD_FOR_MS,
): { metrics: Metrics; cluster: Cluster } {
  const answers = new Map<string, { until: number; answer: Promise<unknown> }>();
  const shared = <T>(key: string, look: () => Promise<T>): Promise<T> => {
    const known = answers.get(key);
    if (known && known.until > now()) return known.answer as Promise<T>;
    const began = now();
    const answer = look();
    // Under way it is for all who ask, however long it takes.
    const kept = { until: Number.POSITIVE_INFINITY, answer };
    keepNewest(answers, key, kept, MOST);
    answer.then(
      (given) => {
        const failed = (given as { ok?: boolean }).ok === false;
        const timesMs = Math.min(GOOD_FOR_MOST_MS, (now() - began) * GOOD_FOR_TIMES);
        kept.until = began + (failed ? GOOD_FOR_MS : Math.max(goodForMs, timesMs));
      },
      () => answers.delete(key),
    );
    for (const [oldest, { until }] of answers) {
      if (until > now()) break;
      answers.delete(oldest);
    }
    return answer;
  };
  return {
    metrics: {
      ...metrics,
      range: (query, fromMs, toMs, stepMs) =>
        shared(`range ${query} ${Math.round(toMs - fromMs)} ${stepMs}`, () =>
          metrics.range(query, fromMs, toMs, stepMs),
        ),
      ...(metrics.rules
        ? { rules: (names: string[]) => shared(`rules ${JSON.stringify(names)}`, () => metrics.rules!(names)) }
        : {}),
      instant: (query, atMs) =>
        shared(`instant ${query} ${Math.round(atMs / 30_000)}`, () => metrics.instant(query, atMs)),
    },
    cluster: {
      ...cluster,
      workload: (namespace, name) => shared(`workload ${namespace}/${name}`, () => cluster.workload(namespace, name)),
      workloads: (namespace) => shared(`workloads ${namespace}`, () => cluster.workloads(namespace)),
      revisions: (workload) =>
        shared(`revisions ${workload.uid} ${workload.generation}`, () => cluster.revisions(workload)),
      pods: (namespace, selector, expressions) =>
        shared(`pods ${namespace} ${JSON.stringify([selector, expressions])}`, () =>
          cluster.pods(namespace, selector, expressions),
        ),
      services: (namespace) => shared(`services ${namespace}`, () => cluster.services(namespace)),
      ingresses: (namespace) => shared(`ingresses ${namespace}`, () => cluster.ingresses(namespace)),
      jobOwner: (namespace, name) => shared(`job ${namespace}/${name}`, () => cluster.jobOwner(namespace, name)),
      nodes: () => shared('nodes', () => cluster.nodes()),
      events: (namespace, sinceMs) => shared(`events ${namespace}`, () => cluster.events(namespace, sinceMs)),
      budgets: (namespace) => shared(`budgets ${namespace}`, () => cluster.budgets(namespace)),
      configs: (namespace, references) =>
        shared(`configs ${namespace} ${JSON.stringify(references)}`, () => cluster.configs(namespace, references)),
      scaling: (namespace, sinceMs) => shared(`scaling ${namespace}`, () => cluster.scaling(namespace, sinceMs)),
      quotas: (namespace) => shared(`quotas ${namespace}`, () => cluster.quotas(namespace)),
      networkPolicies: (namespace) => shared(`network policies ${namespace}`, () => cluster.networkPolicies(namespace)),
      certificates: (namespace) => shared(`certificates ${namespace}`, () => cluster.certificates(namespace)),
      ...(cluster.snapshot
        ? {
            snapshot: (namespaces: string[]) =>
              shared(`snapshot ${namespaces.join()}`, () => cluster.snapshot!(namespaces)),
          }
        : {}),
      podLogs: (namespace, name, options) =>
        shared(`logs ${namespace}/${name} ${options.previous} ${options.tailLines}`, () =>
          cluster.podLogs(namespace, name, options),
        ),
    },
  };
}
