import type { Named } from '../../domain/named-by-labels.ts';
import { hostParts } from '../../domain/service-host.ts';
import { first, type Labels, namespaceIn } from './labels.ts';

const UNKNOWN = 'unknown';

/** Whom a service mesh's request went to: the one that answered badly, whoever measured it. */
export function meshNames(given: Labels): Named[] {
  const labels = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== UNKNOWN));
  return [...istio(labels), ...linkerd(labels)];
}

function istio(labels: Labels): Named[] {
  const namespace =
    first(labels, ['destination_workload_namespace', 'destination_service_namespace']) ??
    hostParts(labels.destination_service)?.namespace ??
    null;
  if (!namespace) return [];
  const workload = first(labels, ['destination_workload', 'destination_canonical_service', 'destination_app']);
  const service = first(labels, ['destination_service_name']) ?? hostParts(labels.destination_service)?.name ?? null;
  return [
    ...(workload ? [{ by: 'workload', kind: null, namespace, name: workload } as const] : []),
    ...(service
      ? [
          {
            by: 'service',
            namespace: hostParts(service)?.namespace ?? namespace,
            name: hostParts(service)?.name ?? service,
          } as const,
        ]
      : []),
  ];
}

const LINKERD = [
  ['dst_deployment', 'Deployment'],
  ['dst_statefulset', 'StatefulSet'],
  ['dst_daemonset', 'DaemonSet'],
] as const;

function linkerd(labels: Labels): Named[] {
  const authority = hostParts(labels.authority?.replace(/:\d+$/, ''));
  const namespace = first(labels, ['dst_namespace']) ?? authority?.namespace ?? null;
  const found: Named[] = [];
  const own = namespaceIn(labels);
  for (const [label, kind] of LINKERD) {
    const name = first(labels, [label]);
    const where = namespace ?? own;
    if (name && where) found.push({ by: 'workload', kind, namespace: where, name });
  }
  const service = first(labels, ['dst_service']) ?? authority?.name ?? null;
  if (service && namespace) found.push({ by: 'service', namespace, name: service });
  return found;
}
