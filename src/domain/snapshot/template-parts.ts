import { type Container, containersIn } from './container.ts';
import { flagAt, type Json, labelsAt, recordAt, recordsAt, textAt } from './fields.ts';

/** What a pod is made from: of a workload, or of the pod itself. */
export type Template = {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  containers: Container[];
  nodeSelector: Record<string, string>;
  affinity: Json;
  tolerations: { key: string; operator: string; value: string; effect: string }[];
  topologySpread: Json[];
  volumes: Volume[];
  serviceAccount: string;
  pullSecrets: string[];
  dnsPolicy: string;
  dnsConfig: Json;
  hostNetwork: boolean;
  schedulerName: string;
  priorityClass: string;
  hostAliases: string[];
  raw: Json;
};
export type Volume = {
  name: string;
  kind: 'ConfigMap' | 'Secret' | 'Claim' | 'Other';
  /** Of the ConfigMap, Secret or claim. */
  target: string;
  optional: boolean;
};

export function templateOf(metadata: Json, spec: Json): Template {
  return {
    labels: labelsAt(metadata, 'labels'),
    annotations: labelsAt(metadata, 'annotations'),
    containers: containersIn(spec),
    nodeSelector: labelsAt(spec, 'nodeSelector'),
    affinity: recordAt(spec, 'affinity'),
    tolerations: recordsAt(spec, 'tolerations').map((one) => ({
      key: textAt(one, 'key'),
      operator: textAt(one, 'operator') || 'Equal',
      value: textAt(one, 'value'),
      effect: textAt(one, 'effect'),
    })),
    topologySpread: recordsAt(spec, 'topologySpreadConstraints'),
    volumes: recordsAt(spec, 'volumes').flatMap(volumesIn),
    serviceAccount: textAt(spec, 'serviceAccountName') || textAt(spec, 'serviceAccount') || 'default',
    pullSecrets: recordsAt(spec, 'imagePullSecrets').map((one) => textAt(one, 'name')),
    dnsPolicy: textAt(spec, 'dnsPolicy') || 'ClusterFirst',
    dnsConfig: recordAt(spec, 'dnsConfig'),
    hostNetwork: flagAt(spec, 'hostNetwork'),
    schedulerName: textAt(spec, 'schedulerName') || 'default-scheduler',
    priorityClass: textAt(spec, 'priorityClassName'),
    hostAliases: recordsAt(spec, 'hostAliases').flatMap((one) =>
      Array.isArray(one.hostnames) ? one.hostnames.map(String) : [],
    ),
    raw: spec,
  };
}

function volumesIn(raw: Json): Volume[] {
  const name = textAt(raw, 'name');
  const one = (kind: Volume['kind'], target: string, from: Json): Volume[] =>
    target ? [{ name, kind, target, optional: flagAt(from, 'optional') }] : [];
  const projected = recordsAt(raw, 'projected', 'sources');
  return [
    ...one('ConfigMap', textAt(raw, 'configMap', 'name'), recordAt(raw, 'configMap')),
    ...one('Secret', textAt(raw, 'secret', 'secretName'), recordAt(raw, 'secret')),
    ...one('Claim', textAt(raw, 'persistentVolumeClaim', 'claimName'), {}),
    ...projected.flatMap((source) => [
      ...one('ConfigMap', textAt(source, 'configMap', 'name'), recordAt(source, 'configMap')),
      ...one('Secret', textAt(source, 'secret', 'name'), recordAt(source, 'secret')),
    ]),
  ];
}
