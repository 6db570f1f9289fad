import type { TelemetrySource } from '../../domain/telemetry.ts';
import type { Resource } from './messages.ts';
import { attribute } from './values.ts';

/** Whose pod has this address; null when nobody's. */
export type PodByIp = (ip: string) => TelemetrySource | null;

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
 * (`k8s.pod.ip`, or the sender's when nothing else is known), else what calls itself `service.name`. Null for nobody.
 */
export function sourceOf(
  resource: Resource | undefined,
  senderIp: string | null,
  podByIp: PodByIp,
): TelemetrySource | null {
  const read = (key: string) => attribute(resource?.attributes, key)?.slice(0, MAX_NAME) ?? null;
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
  return senderIp ? podByIp(senderIp) : null;
}
