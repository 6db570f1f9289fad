import { headOf } from '../../domain/cut-text.ts';
import { workloadOfPod } from '../../domain/pod-names.ts';
import type { TelemetrySource } from '../../domain/telemetry.ts';
import type { KeyValue, OtlpResource } from './messages.ts';
import { attribute } from './values.ts';

/** Whose pod has this address; null when nobody's. */
export type PodByIp = (ip: string) => TelemetrySource | null;

/** Whether a sender with the token is believed about services of this namespace, wherever it sends from. */
export type SpeaksFor = (namespace: string) => boolean;

const WORKLOADS = [
  'k8s.deployment.name',
  'k8s.statefulset.name',
  'k8s.daemonset.name',
  'k8s.cronjob.name',
  'k8s.job.name',
];
const MAX_NAME = 100;

/**
 * Who sends: the workload by the names that the Collector's k8sattributes processor gives, else the pod by its address
 * (`k8s.pod.ip`, or the sender's when nothing else is known), else what calls itself `service.name`. Null for nobody, and for
 * who says to be somebody it may not speak for.
 */
export function sourceOf(
  resource: OtlpResource | undefined,
  senderIp: string | null,
  podByIp: PodByIp,
  speaksFor: SpeaksFor = () => true,
): TelemetrySource | null {
  const named = namedBy(resource, podByIp);
  if (named && speaksFor(named.namespace)) return named;
  const sender = senderIp ? podByIp(senderIp) : null;
  // Who may not speak for others is whose address it sends from, under whatever name; without a name it is that anyway.
  return sender && (named === null || isSame(named, sender)) ? { ...sender, pod: sender.pod ?? null } : null;
}

const isSame = (left: TelemetrySource, right: TelemetrySource): boolean =>
  left.service === right.service && (left.namespace === '' || left.namespace === right.namespace);

function namedBy(resource: OtlpResource | undefined, podByIp: PodByIp): TelemetrySource | null {
  const read = (key: string) => {
    const text = attribute(resource?.attributes, key);
    return text ? headOf(text, MAX_NAME) : null;
  };
  const namespace = read('k8s.namespace.name');
  const pod = read('k8s.pod.name');
  for (const key of WORKLOADS) {
    const service = read(key);
    if (service && namespace) return { namespace, service, pod };
  }
  const ip = read('k8s.pod.ip');
  const byIp = ip ? podByIp(ip) : null;
  if (byIp) return byIp;
  const service = read('service.name');
  // Libraries fall back to `unknown_service:node`: no name at all.
  if (service && !service.startsWith('unknown_service'))
    return { namespace: namespace ?? read('service.namespace') ?? '', service, pod };
  return null;
}

/** Metrics of cAdvisor and kube-state-metrics under Prometheus's names: whose they are is in the point's labels. */
const SCRAPED = /^(?:container|kube_pod)_/;

/** The workload and container that a scraped point is about; null when it doesn't say so itself. */
export function pointSource(
  metric: string,
  attributes: KeyValue[] | undefined,
): { source: TelemetrySource; container: string | null } | null {
  if (!SCRAPED.test(metric)) return null;
  const read = (key: string) => attribute(attributes, key)?.slice(0, MAX_NAME) ?? null;
  const [namespace, pod] = [read('namespace'), read('pod')];
  if (!namespace || !pod) return null;
  return { source: { namespace, service: workloadOfPod(pod), pod }, container: read('container') };
}
