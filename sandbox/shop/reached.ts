import { at, listAt, type ShopCluster } from './cluster-port.ts';
import type { PodView } from './pods.ts';
import { NAMESPACE } from './services.ts';

/** Whether the Service of a pod's name sends it requests, now: it selects the pod, and its target port is one on which the pod listens. */
export function reachedIn(cluster: ShopCluster): (pod: PodView) => boolean {
  const services = new Map(cluster.list('services', NAMESPACE).map((service) => [service.metadata.name, service]));
  return ({ service: { name }, object }) => {
    const service = services.get(name);
    if (!service) return false;
    const selector = Object.entries((at(service, 'spec', 'selector') ?? {}) as Record<string, string>);
    const isSelected = selector.every(([key, value]) => object.metadata.labels?.[key] === value);
    const target = at(service, 'spec', 'ports', 0, 'targetPort');
    const ports = listAt(object, 'spec', 'containers', 0, 'ports');
    const listens = ports.some((port) => at(port, 'containerPort') === target || at(port, 'name') === target);
    return isSelected && (ports.length === 0 || listens);
  };
}
