import { parseQuantity } from '../quantity.ts';
import { flagAt, type Json, labelsAt, numberAt, portAt, recordAt, recordsAt, textAt, textsAt } from './fields.ts';

/** A container as its pod template asks for it. */

export type Probe = {
  kind: 'http' | 'tcp' | 'grpc' | 'exec';
  port: number | string | null;
  path: string;
  scheme: string;
  command: string[];
  initialDelaySeconds: number;
  periodSeconds: number;
  timeoutSeconds: number;
  failureThreshold: number;
};
export const PROBES = ['liveness', 'readiness', 'startup'] as const;
export type ProbeName = (typeof PROBES)[number];

export type ContainerPort = { name: string; port: number; protocol: string; hostPort: number | null };
export type Variable = {
  name: string;
  /** Null: taken from elsewhere. */
  value: string | null;
  from: { kind: 'ConfigMap' | 'Secret'; name: string; key: string; optional: boolean } | null;
};

export type Container = {
  name: string;
  image: string;
  /** Ends before the others start. A native sidecar is no init container here. */
  init: boolean;
  ports: ContainerPort[];
  env: Variable[];
  envFrom: { kind: 'ConfigMap' | 'Secret'; name: string; prefix: string; optional: boolean }[];
  command: string[];
  args: string[];
  requests: Record<string, number>;
  limits: Record<string, number>;
  probes: Partial<Record<ProbeName, Probe>>;
  mounts: { volume: string; path: string; readOnly: boolean }[];
  raw: Json;
};

export function containersIn(podSpec: Json): Container[] {
  const first = recordsAt(podSpec, 'initContainers');
  return [
    ...first.map((raw) => container(raw, textAt(raw, 'restartPolicy') !== 'Always')),
    ...recordsAt(podSpec, 'containers').map((raw) => container(raw, false)),
    ...recordsAt(podSpec, 'ephemeralContainers').map((raw) => container(raw, false)),
  ];
}

function container(raw: Json, init: boolean): Container {
  return {
    name: textAt(raw, 'name'),
    image: textAt(raw, 'image'),
    init,
    ports: recordsAt(raw, 'ports').map((port) => ({
      name: textAt(port, 'name'),
      port: numberAt(port, 'containerPort') ?? 0,
      protocol: textAt(port, 'protocol') || 'TCP',
      hostPort: numberAt(port, 'hostPort'),
    })),
    env: recordsAt(raw, 'env').map(variable),
    envFrom: recordsAt(raw, 'envFrom').flatMap(bulk),
    command: textsAt(raw, 'command'),
    args: textsAt(raw, 'args'),
    requests: quantities(recordAt(raw, 'resources', 'requests')),
    limits: quantities(recordAt(raw, 'resources', 'limits')),
    probes: probesOf(raw),
    mounts: recordsAt(raw, 'volumeMounts').map((mount) => ({
      volume: textAt(mount, 'name'),
      path: textAt(mount, 'mountPath'),
      readOnly: flagAt(mount, 'readOnly'),
    })),
    raw,
  };
}

export function quantities(raw: Json): Record<string, number> {
  return Object.fromEntries(Object.entries(labelsAt(raw)).map(([name, value]) => [name, parseQuantity(value) ?? 0]));
}

function variable(raw: Json): Variable {
  const name = textAt(raw, 'name');
  for (const [field, kind] of [
    ['configMapKeyRef', 'ConfigMap'],
    ['secretKeyRef', 'Secret'],
  ] as const) {
    const from = recordAt(raw, 'valueFrom', field);
    if (textAt(from, 'name'))
      return {
        name,
        value: null,
        from: { kind, name: textAt(from, 'name'), key: textAt(from, 'key'), optional: flagAt(from, 'optional') },
      };
  }
  return { name, value: 'valueFrom' in raw ? null : textAt(raw, 'value'), from: null };
}

function bulk(raw: Json): Container['envFrom'] {
  return (
    [
      ['configMapRef', 'ConfigMap'],
      ['secretRef', 'Secret'],
    ] as const
  ).flatMap(([field, kind]) => {
    const name = textAt(raw, field, 'name');
    return name ? [{ kind, name, prefix: textAt(raw, 'prefix'), optional: flagAt(raw, field, 'optional') }] : [];
  });
}

function probesOf(raw: Json): Container['probes'] {
  const found: Container['probes'] = {};
  for (const name of PROBES) {
    const probe = probeIn(recordAt(raw, `${name}Probe`));
    if (probe) found[name] = probe;
  }
  return found;
}

function probeIn(raw: Json): Probe | null {
  const kind =
    'httpGet' in raw ? 'http' : 'tcpSocket' in raw ? 'tcp' : 'grpc' in raw ? 'grpc' : 'exec' in raw ? 'exec' : null;
  if (!kind) return null;
  const how = recordAt(raw, { http: 'httpGet', tcp: 'tcpSocket', grpc: 'grpc', exec: 'exec' }[kind]);
  return {
    kind,
    port: portAt(how, 'port'),
    path: textAt(how, 'path'),
    scheme: textAt(how, 'scheme') || 'HTTP',
    command: textsAt(how, 'command'),
    initialDelaySeconds: numberAt(raw, 'initialDelaySeconds') ?? 0,
    periodSeconds: numberAt(raw, 'periodSeconds') ?? 10,
    timeoutSeconds: numberAt(raw, 'timeoutSeconds') ?? 1,
    failureThreshold: numberAt(raw, 'failureThreshold') ?? 3,
  };
}
