import type { KubeObject } from '../kube/objects.ts';
import { NODES, type NodeSpec } from './nodes.ts';
import type { ServiceSpec } from './service-spec.ts';
import { NAMESPACE } from './services.ts';

const MI = 1024 * 1024;

/** Nodes, namespace, and for each service a Deployment, a Service and a PodDisruptionBudget. */
export function clusterManifests(services: readonly ServiceSpec[]): KubeObject[] {
  return [
    ...NODES.map(node),
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    priorityClass('shop-standard', 1_000),
    priorityClass('shop-low', 10),
    ...services.filter(isDatabase).map(claim),
    ...services.flatMap((s) => [configMap(s), service(s), disruptionBudget(s), deployment(s)]),
    ...services.flatMap((s) => (OPEN[s.name] ? [ingress(s.name, OPEN[s.name]!)] : [])),
  ];
}

function node(spec: NodeSpec): KubeObject {
  const capacity = { cpu: String(spec.cores), memory: `${spec.memoryBytes / MI}Mi`, pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: spec.name,
      labels: {
        'kubernetes.io/hostname': spec.name,
        'kubernetes.io/os': 'linux',
        'shop/pool': spec.pool,
        'topology.kubernetes.io/zone': spec.zone,
      },
    },
    spec: {},
    status: {
      capacity,
      allocatable: capacity,
      conditions: [
        nodeCondition('MemoryPressure', false),
        nodeCondition('DiskPressure', false),
        nodeCondition('PIDPressure', false),
        nodeCondition('Ready', true),
      ],
      addresses: [
        { type: 'InternalIP', address: spec.address },
        { type: 'Hostname', address: spec.name },
      ],
      nodeInfo: { kubeletVersion: 'v1.32.0', operatingSystem: 'linux', architecture: 'amd64' },
    },
  };
}

function nodeCondition(type: string, holds: boolean): Record<string, string> {
  const reason = type === 'Ready' ? 'KubeletReady' : `KubeletHasNo${type}`;
  return { type, status: holds ? 'True' : 'False', reason };
}

function priorityClass(name: string, value: number): KubeObject {
  return { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value };
}

function service(s: ServiceSpec): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: s.name, namespace: NAMESPACE, labels: labels(s) },
    spec: { selector: { app: s.name }, ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }] },
  };
}

export function configMapName(service: string): string {
  return `${service}-config`;
}

function configMap(s: ServiceSpec): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: configMapName(s.name), namespace: NAMESPACE, labels: labels(s) },
    data: {
      log_level: 'info',
      upstream_timeout_ms: String(Math.max(1, ...s.calls.map((c) => c.timeoutSeconds)) * 1000),
    },
  };
}

/** What the world outside reaches, and under which host. */
const OPEN: Record<string, string> = { storefront: 'shop.example', 'auth-api': 'auth.shop.example' };

function ingress(service: string, host: string): KubeObject {
  const backend = { service: { name: service, port: { name: 'http' } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: service.replace(/-api$/, ''), namespace: NAMESPACE },
    spec: {
      ingressClassName: 'nginx',
      rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  };
}

export const VOLUME_BYTES = 64 * 1024 ** 3;
export const claimName = (service: string): string => `data-${service}`;
export const isDatabase = ({ name }: Pick<ServiceSpec, 'name'>): boolean => name.endsWith('-db');
/** Its volumes can't grow while they are in use. */
const FIXED = 'catalog-db';

function claim(s: ServiceSpec): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: claimName(s.name), namespace: NAMESPACE, labels: labels(s) },
    spec: {
      storageClassName: s.name === FIXED ? 'local-ssd' : 'standard',
      accessModes: ['ReadWriteMany'],
      resources: { requests: { storage: `${VOLUME_BYTES / 1024 ** 3}Gi` } },
    },
  };
}

function disruptionBudget(s: ServiceSpec): KubeObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: s.name, namespace: NAMESPACE, labels: labels(s) },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: s.name } } },
  };
}

function labels(s: ServiceSpec): Record<string, string> {
  return { app: s.name, 'app.kubernetes.io/name': s.name, 'app.kubernetes.io/part-of': NAMESPACE };
}

/** As it was before its present version: one minor version earlier. */
export function previousImage(s: ServiceSpec): string {
  const [major = 1, minor = 0, patch = 0] = s.version.split('.').map(Number);
  return `shop/${s.name}:${patch > 0 ? `${major}.${minor}.${patch - 1}` : `${major}.${Math.max(0, minor - 1)}.9`}`;
}

export function presentImage(s: ServiceSpec): string {
  return `shop/${s.name}:${s.version}`;
}

function deployment(s: ServiceSpec): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: s.name,
      namespace: NAMESPACE,
      labels: labels(s),
      annotations: { 'kubernetes.io/change-cause': `deploy ${previousImage(s)}`, 'shop/critical': String(s.critical) },
    },
    spec: {
      replicas: s.replicas,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      selector: { matchLabels: { app: s.name } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: s.replicas > 2 ? 1 : 0 } },
      template: { metadata: { labels: labels(s) }, spec: podSpec(s) },
    },
  };
}

function podSpec(s: ServiceSpec): Record<string, unknown> {
  const limits = { memory: `${s.memoryLimitBytes / MI}Mi`, cpu: `${s.cpuLimitCores * 1000}m` };
  const requests = { memory: `${s.memoryLimitBytes / MI / 2}Mi`, cpu: `${s.cpuLimitCores * 500}m` };
  return {
    nodeSelector: { 'shop/pool': s.pool },
    priorityClassName: s.priority === 'low' ? 'shop-low' : 'shop-standard',
    terminationGracePeriodSeconds: 5,
    containers: [
      {
        name: 'app',
        image: previousImage(s),
        ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
        env: [{ name: 'SERVICE', value: s.name }],
        envFrom: [{ configMapRef: { name: configMapName(s.name) } }],
        resources: { limits, requests },
        readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 2 },
        ...(isDatabase(s) ? { volumeMounts: [{ name: 'data', mountPath: '/var/lib/data' }] } : {}),
      },
    ],
    ...(isDatabase(s) ? { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claimName(s.name) } }] } : {}),
  };
}
