import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dump as yaml } from 'js-yaml';
import type { Cluster, Raw } from './cluster.ts';

/** The kinds that are listed with each namespace, by the names of their files. */
const LISTS: Record<string, string> = {
  events: 'Event',
  'replication-controllers': 'ReplicationController',
  services: 'Service',
  daemonsets: 'DaemonSet',
  deployments: 'Deployment',
  replicasets: 'ReplicaSet',
  pods: 'Pod',
  configmaps: 'ConfigMap',
  secrets: 'Secret',
  persistentvolumeclaims: 'PersistentVolumeClaim',
  serviceaccounts: 'ServiceAccount',
  jobs: 'Job',
  cronjobs: 'CronJob',
  statefulsets: 'StatefulSet',
  networkpolicies: 'NetworkPolicy',
  resourcequotas: 'ResourceQuota',
  limitranges: 'LimitRange',
  horizontalpodautoscalers: 'HorizontalPodAutoscaler',
  poddisruptionbudgets: 'PodDisruptionBudget',
  certificates: 'Certificate',
  peerauthentications: 'PeerAuthentication',
  authorizationpolicies: 'AuthorizationPolicy',
  destinationrules: 'DestinationRule',
};
const CLUSTER_LISTS: Record<string, string> = {
  nodes: 'Node',
  namespaces: 'Namespace',
  persistentvolumes: 'PersistentVolume',
  storageclasses: 'StorageClass',
  validatingwebhookconfigurations: 'ValidatingWebhookConfiguration',
  priorityclasses: 'PriorityClass',
};

/** As `kubectl cluster-info dump --output-directory` lays it out, with further lists beside. */
export async function writeDump(c: Cluster, folder: string, format: 'json' | 'yaml') {
  const text = (value: unknown) =>
    format === 'json' ? JSON.stringify(value, null, 4) : yaml(JSON.parse(JSON.stringify(value)), { noRefs: true });
  const list = (kind: string, items: Raw[]) =>
    text({
      kind: `${kind}List`,
      apiVersion: 'v1',
      metadata: { resourceVersion: '90210' },
      items: items.map(({ kind: _, apiVersion: __, ...rest }) => rest),
    });
  await mkdir(folder, { recursive: true });
  for (const [file, kind] of Object.entries(CLUSTER_LISTS))
    if (!c.absent.has(kind)) await writeFile(join(folder, `${file}.${format}`), list(kind, c.all(kind)));
  for (const ns of new Set([...c.all('Namespace').map((one) => one.metadata.name as string), 'policy'])) {
    await mkdir(join(folder, ns), { recursive: true });
    for (const [file, kind] of Object.entries(LISTS)) {
      const items = c.all(kind, ns).concat(kind === 'Event' && ns === 'default' ? c.all('Event', '') : []);
      if (!c.absent.has(kind) && (items.length > 0 || kind !== 'Certificate'))
        await writeFile(join(folder, ns, `${file}.${format}`), list(kind, items));
    }
  }
  const pods = Map.groupBy(c.logs, ({ namespace, pod }) => join(folder, namespace, pod));
  for (const [at, logs] of pods) {
    await mkdir(at, { recursive: true });
    const now = logs.filter(({ previous }) => !previous);
    const then = logs.filter(({ previous }) => previous);
    if (now.length > 0) await writeFile(join(at, 'logs.txt'), sections(now));
    if (then.length > 0) await writeFile(join(at, 'previous-logs.txt'), sections(then));
  }
}

const sections = (logs: Cluster['logs']): string =>
  logs
    .map(
      ({ container, namespace, pod, lines }) =>
        `==== START logs for container ${container} of pod ${namespace}/${pod} ====\n${lines.join('\n')}\n==== END logs for container ${container} of pod ${namespace}/${pod} ====\n`,
    )
    .join('');
