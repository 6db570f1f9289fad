import { type Json, labelsAt, numberAt, portAt, recordAt, recordsAt, textAt, textsAt } from './fields.ts';
import type { Pod } from './pod.ts';
import type { KubeObject } from './snapshot.ts';
import type { StateWorkload } from './workload.ts';

export type ServicePort = {
  name: string;
  port: number;
  target: number | string;
  protocol: string;
  nodePort: number | null;
};
export type Service = {
  namespace: string;
  name: string;
  uid: string;
  type: string;
  selector: Record<string, string>;
  ports: ServicePort[];
  ip: string;
  externalName: string;
  createdAt: number;
  /** What its selector fits now. */
  pods: Pod[];
  /** Whose template it fits, even of those without pods. */
  workloads: StateWorkload[];
  /** As Endpoints and EndpointSlices tell; null where the snapshot has none of them. */
  endpoints: { ready: number; notReady: number } | null;
  /** The addresses that they list. */
  addresses: string[];
  raw: Json;
};

/** Without pods and endpoints yet. */
export function serviceOf({ metadata, raw }: KubeObject): Service {
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    type: textAt(raw, 'spec', 'type') || 'ClusterIP',
    selector: labelsAt(raw, 'spec', 'selector'),
    ports: recordsAt(raw, 'spec', 'ports').map((one) => ({
      name: textAt(one, 'name'),
      port: numberAt(one, 'port') ?? 0,
      target: portAt(one, 'targetPort') ?? numberAt(one, 'port') ?? 0,
      protocol: textAt(one, 'protocol') || 'TCP',
      nodePort: numberAt(one, 'nodePort'),
    })),
    ip: textAt(raw, 'spec', 'clusterIP'),
    externalName: textAt(raw, 'spec', 'externalName'),
    createdAt: metadata.createdAt,
    pods: [],
    workloads: [],
    endpoints: null,
    addresses: [],
    raw,
  };
}

/** Addresses in an Endpoints object or an EndpointSlice. */
export function addressesIn({ kind, raw }: KubeObject): { ready: number; notReady: number } {
  if (kind === 'EndpointSlice') {
    const all = recordsAt(raw, 'endpoints');
    const ready = all.filter((one) => recordAt(one, 'conditions').ready !== false).length;
    return { ready, notReady: all.length - ready };
  }
  const count = (field: string) =>
    recordsAt(raw, 'subsets').reduce((sum, one) => sum + recordsAt(one, field).length, 0);
  return { ready: count('addresses'), notReady: count('notReadyAddresses') };
}

/** The same, as they are written. */
export const addressesOf = ({ kind, raw }: KubeObject): string[] =>
  kind === 'EndpointSlice'
    ? recordsAt(raw, 'endpoints').flatMap((one) => textsAt(one, 'addresses'))
    : recordsAt(raw, 'subsets').flatMap((one) =>
        ['addresses', 'notReadyAddresses'].flatMap((field) => recordsAt(one, field).map((at) => textAt(at, 'ip'))),
      );

/** The Service that an Endpoints object or EndpointSlice is of. */
export const serviceNameOf = ({ kind, metadata, raw }: KubeObject): string =>
  kind === 'EndpointSlice' ? (labelsAt(raw, 'metadata', 'labels')['kubernetes.io/service-name'] ?? '') : metadata.name;

export const fits = (selector: Record<string, string>, labels: Record<string, string>): boolean => {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
};
