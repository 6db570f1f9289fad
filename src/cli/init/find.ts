import { z } from 'zod';
import type { Cluster } from '../../ports/cluster.ts';
import type { Workload } from '../../ports/cluster-objects.ts';
import type { CustomKind, CustomObject } from '../../ports/custom-objects.ts';

/** What was looked for: where it is, that it isn't there, or why nobody knows. */
export type Found = { url: string | null } | { unknown: string };
export type ClusterParts = {
  prometheus: Found;
  alertmanager: Found;
  loki: Found;
  /** What else there is that Nightshift works with, by name; null: it couldn't be asked. */
  operators: Record<string, boolean | null>;
  workloads: Pick<Workload, 'kind' | 'namespace' | 'name'>[];
  /** Ingress controllers, by the job that Prometheus' operator gives to a Service. */
  speakers: { namespace: string; job: string }[];
};

const SERVICE: CustomKind = { group: '', version: 'v1', plural: 'services', kind: 'Service' };
const OPERATORS: Record<string, CustomKind[]> = {
  KEDA: [{ group: 'keda.sh', version: 'v1alpha1', plural: 'scaledobjects', kind: 'ScaledObject' }],
  'Argo CD': [{ group: 'argoproj.io', version: 'v1alpha1', plural: 'applications', kind: 'Application' }],
  Flux: ['v1', 'v1beta2'].map((version) => ({
    ...{ group: 'kustomize.toolkit.fluxcd.io', version, plural: 'kustomizations', kind: 'Kustomization' },
  })),
  Istio: ['v1', 'v1beta1'].map((version) => ({
    ...{ group: 'networking.istio.io', version, plural: 'virtualservices', kind: 'VirtualService' },
  })),
};

/** Names that say what a Service is, best first; those that only some replica or part answers on come last. */
const KNOWN = {
  prometheus: {
    names:
      /^(.*-)?(prometheus|thanos-query|vmsingle.*|vmselect.*|mimir-gateway)(-server|-k8s|-frontend|-kube-prometheus)?$/,
    app: /^(prometheus|thanos-query|vmsingle|vmselect)$/,
    ports: [9090, 80, 8428, 8481, 10902],
  },
  alertmanager: { names: /^(.*-)?alertmanager(-main)?$/, app: /^alertmanager$/, ports: [9093, 80] },
  loki: { names: /^(.*-)?loki(-gateway|-read|-query-frontend)?$/, app: /^loki$/, ports: [80, 3100] },
};
const NOT_IT = /(exporter|operator|pushgateway|adapter|headless|operated|memberlist|canary|webhook|blackbox|discovery)/;

type Cut = Pick<Cluster, 'custom' | 'workloads'>;

/** Asks the cluster by Services and by what its API serves. Protected namespaces' workloads are left out; `namespaces` null: all others. */
export async function findParts(
  cluster: Cut,
  namespaces: string[] | null,
  isProtected: (namespace: string) => boolean,
): Promise<ClusterParts | { unknown: string }> {
  const [services, all] = await Promise.all([cluster.custom.list(SERVICE, null), cluster.workloads(null)]);
  if (!all.ok) return { unknown: `the workloads can't be read: ${all.failure.message}` };
  const find = (what: keyof typeof KNOWN): Found =>
    services.ok ? { url: addressOf(services.value, what) } : { unknown: services.failure.message };
  const operators = await Promise.all(
    Object.entries(OPERATORS).map(async ([name, kinds]) => [name, await anyServed(cluster, kinds)] as const),
  );
  const workloads = all.value.filter(({ namespace }) =>
    namespaces ? namespaces.includes(namespace) : !isProtected(namespace),
  );
  return {
    prometheus: find('prometheus'),
    alertmanager: find('alertmanager'),
    loki: find('loki'),
    operators: Object.fromEntries(operators),
    speakers: services.ok ? services.value.flatMap(controllerIn) : [],
    workloads: workloads
      .map(({ kind, namespace, name }) => ({ kind, namespace, name }))
      .sort((a, b) => `${a.namespace}/${a.name}`.localeCompare(`${b.namespace}/${b.name}`)),
  };
}

async function anyServed({ custom }: Cut, kinds: CustomKind[]): Promise<boolean | null> {
  const answers = await Promise.all(kinds.map((kind) => custom.served(kind)));
  if (answers.some((one) => one.ok && one.value)) return true;
  return answers.every((one) => one.ok) ? false : null;
}

/** NGINX's controller says of requests for all services; its own chart's labels and port. */
function controllerIn(service: CustomObject): ClusterParts['speakers'] {
  const read = Ports.safeParse(service.object);
  const ports = read.success ? read.data.spec.ports.map(({ port }) => port) : [];
  const is = service.labels['app.kubernetes.io/name'] === 'ingress-nginx' && ports.includes(METRICS_PORT);
  return is && service.namespace ? [{ namespace: service.namespace, job: service.name }] : [];
}
const METRICS_PORT = 10_254;

const Ports = z.object({ spec: z.object({ ports: z.array(z.object({ port: z.number() })).default([]) }) });

function addressOf(services: CustomObject[], what: keyof typeof KNOWN): string | null {
  const { names, app, ports } = KNOWN[what];
  const candidates = services.flatMap((service) => {
    const read = Ports.safeParse(service.object);
    const open = read.success ? read.data.spec.ports.map(({ port }) => port) : [];
    const port = ports.find((one) => open.includes(one));
    const labelled = app.test(service.labels['app.kubernetes.io/name'] ?? service.labels.app ?? '');
    if (port === undefined || NOT_IT.test(service.name) || !(labelled || names.test(service.name))) return [];
    return [{ service, port, rank: (labelled ? 2 : 0) + (names.test(service.name) ? 1 : 0) }];
  });
  const [best] = candidates.sort((a, b) => b.rank - a.rank || a.service.name.length - b.service.name.length);
  return best ? `http://${best.service.name}.${best.service.namespace}.svc:${best.port}` : null;
}
