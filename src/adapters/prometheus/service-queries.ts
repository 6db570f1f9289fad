import { durationMs } from '../../domain/duration.ts';
import { podNamePattern } from '../../domain/pod-names.ts';
import type { MetricName, ServiceQueries } from '../../ports/metrics.ts';
import { defaultQueries, type QueryTemplates, type Speaker } from './default-queries.ts';
import { escapeLabelValue, escapeRegex } from './escape.ts';

const UNITS: Record<MetricName, string> = {
  request_rate: 'req/s',
  error_ratio: 'of requests',
  latency_p99: 's',
  latency_p50: 's',
  cpu_ratio: 'of limit',
  memory_ratio: 'of limit',
  restarts: 'restarts',
  ready_ratio: 'of pods',
  queue_depth: 'waiting',
};

export type QueryOptions = {
  /** Replaces single defaults. */
  templates?: Partial<QueryTemplates>;
  /** Window of rates for one service: what baselines learn from, so it is the step of their history. `5m` if absent. */
  window?: string;
  /** Window of rates over all services, which only looks at now: `2m` if absent, at least twice the scrape interval. */
  quickWindow?: string;
  /** Who may speak for services of other namespaces (ingress controllers, meshes); anybody if absent. */
  speakers?: readonly Speaker[];
};

/** The queries of services, from templates. Names are escaped for where they stand: a label can't become a query. */
export function createServiceQueries(options: QueryOptions = {}): ServiceQueries {
  const { speakers } = options;
  const queries = queriesFor(options);
  // What others say of a service may be shown, and never makes us act.
  return speakers === undefined ? queries : { ...queries, own: queriesFor({ ...options, speakers: [] }) };
}

function queriesFor({ templates, window = '5m', quickWindow = '2m', speakers }: QueryOptions): ServiceQueries {
  const all = { ...defaultQueries(speakers ?? 'anybody'), ...templates };
  return {
    unit: (metric) => UNITS[metric],
    quickWindowMs: durationMs(quickWindow),
    ofService: (metric, namespace, service) => fillQuery(all[metric], { namespace, service, window }),
    quickOfService: (metric, namespace, service) => fillQuery(all[metric], { namespace, service, window: quickWindow }),
    byService: (metric, namespace) => fillQuery(all[metric], { namespace, service: null, window: quickWindow }),
    memoryByPod: (namespace, service) => fillQuery(all.memory_by_pod, { namespace, service, window }),
    cpuByPod: (namespace) => fillQuery(all.cpu_by_pod, { namespace, service: null, window: quickWindow }),
    throttling: (namespace) => fillQuery(all.throttling, { namespace, service: null, window }),
    volumes: (namespace) => fillQuery(all.volumes, { namespace, service: null, window }),
    certificates: (namespace) => fillQuery(all.certificates, { namespace, service: null, window }),
    pods: (namespace, service) => fillQuery(all.pods, { namespace, service, window }),
    restartsByPod: (namespace, service) => fillQuery(all.restarts_by_pod, { namespace, service, window }),
    autoscaler: (namespace, name) => fillQuery(all.autoscaler, { namespace, service: name, window }),
    node: (name) => fillQuery(all.node, { namespace: '', service: name, window }),
    calls: (namespace) => fillQuery(all.calls, { namespace, service: null, window }),
  };
}

type Target = { namespace: string; service: string | null; window: string };

/** Fills a template's placeholders in one pass, so that a name that looks like a placeholder stays a name. With `service` null: for all services. */
function fillQuery(template: string, { namespace, service, window }: Target): string {
  const inNamespace = `namespace="${escapeLabelValue(namespace)}"`;
  const whose = (label: string) => (service === null ? `${label}!=""` : `${label}="${escapeLabelValue(service)}"`);
  const matcher = (label: string) => `${inNamespace},${whose(label)}`;
  const matchers: Record<string, string> = {
    $window: window,
    $name: escapeLabelValue(namespace),
    $http: matcher('service'),
    $exported: `exported_${inNamespace},${whose('exported_service')}`,
    $istio: `destination_workload_${inNamespace},${whose('destination_workload')}`,
    $pods:
      service === null ? `${inNamespace},pod!=""` : `${inNamespace},pod=~"${podNamePattern(escapeRegex(service))}"`,
    $deployments: matcher('deployment'),
    $statefulsets: matcher('statefulset'),
    $daemonsets: matcher('daemonset'),
    $autoscaler: whose('horizontalpodautoscaler'),
    $node: whose('node'),
  };
  return template.replace(PLACEHOLDER, (name) => matchers[name] ?? name);
}

const PLACEHOLDER = /\$[a-z]+\b/g;
/** Those that say whose series are asked for. */
const WHOSE = [
  ...['$name', '$http', '$exported', '$istio', '$pods', '$deployments', '$statefulsets', '$daemonsets'],
  ...['$autoscaler', '$node'],
];

/** What is wrong with a template of somebody's own, in words; null when its placeholders are right. (`$1` is PromQL's own.) */
export function templateFault(template: string): string | null {
  const used = template.match(PLACEHOLDER) ?? [];
  const unknown = used.find((one) => one !== '$window' && !WHOSE.includes(one));
  if (unknown) return `has the unknown placeholder ${unknown}; there are $window, ${WHOSE.join(', ')}`;
  return used.some((one) => WHOSE.includes(one)) ? null : `asks about everybody: it needs one of ${WHOSE.join(', ')}`;
}
