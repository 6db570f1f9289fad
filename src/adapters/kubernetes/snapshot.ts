import { kubeObject } from '../../domain/snapshot/kube-object.ts';
import type { KubeObject } from '../../domain/snapshot/snapshot.ts';
import type { ListedObjects } from '../../ports/cluster-result.ts';
import type { Connection } from './connection.ts';
import { listObjects } from './list.ts';
import { badName } from './names.ts';
import { CORE, type Resource } from './rest.ts';

/** `optional`: of an add-on, which isn't served where nobody installed it. */
type Listing = Resource & { kind: string; optional?: true };

const ISTIO = { group: 'security.istio.io', version: 'v1', optional: true } as const;

const APPS = { group: 'apps', version: 'v1' } as const;

/** Of a namespace. What a ConfigMap or Secret holds isn't asked for. */
const NAMESPACED: Listing[] = [
  { ...CORE, plural: 'pods', kind: 'Pod' },
  { ...CORE, plural: 'events', kind: 'Event' },
  { ...CORE, plural: 'services', kind: 'Service' },
  { ...APPS, plural: 'deployments', kind: 'Deployment' },
  { ...APPS, plural: 'replicasets', kind: 'ReplicaSet' },
  { ...APPS, plural: 'statefulsets', kind: 'StatefulSet' },
  { ...APPS, plural: 'daemonsets', kind: 'DaemonSet' },
  { group: 'batch', version: 'v1', plural: 'jobs', kind: 'Job' },
  { group: 'batch', version: 'v1', plural: 'cronjobs', kind: 'CronJob' },
  { group: 'policy', version: 'v1', plural: 'poddisruptionbudgets', kind: 'PodDisruptionBudget' },
  { ...CORE, plural: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim' },
  { ...CORE, plural: 'resourcequotas', kind: 'ResourceQuota' },
  { ...CORE, plural: 'limitranges', kind: 'LimitRange' },
  { group: 'networking.k8s.io', version: 'v1', plural: 'networkpolicies', kind: 'NetworkPolicy' },
  { group: 'networking.k8s.io', version: 'v1', plural: 'ingresses', kind: 'Ingress' },
  { group: 'autoscaling', version: 'v2', plural: 'horizontalpodautoscalers', kind: 'HorizontalPodAutoscaler' },
  { group: 'cert-manager.io', version: 'v1', plural: 'certificates', kind: 'Certificate', optional: true },
  { ...ISTIO, plural: 'authorizationpolicies', kind: 'AuthorizationPolicy' },
  { ...ISTIO, plural: 'peerauthentications', kind: 'PeerAuthentication' },
  {
    group: 'networking.istio.io',
    version: 'v1',
    plural: 'destinationrules',
    kind: 'DestinationRule',
    optional: true,
  },
];
const CLUSTER: Listing[] = [
  { ...CORE, plural: 'nodes', kind: 'Node' },
  { ...CORE, plural: 'persistentvolumes', kind: 'PersistentVolume' },
  { group: 'storage.k8s.io', version: 'v1', plural: 'storageclasses', kind: 'StorageClass' },
];

/** Lists all at the same time. A list that is refused, or not served here, is said in `missing`; it fails nothing. */
export async function listSnapshot(connection: Connection, namespaces: string[]): Promise<ListedObjects> {
  const wanted = [
    ...CLUSTER.map((listing) => ({ listing, namespace: null })),
    ...namespaces
      .filter((one) => !badName(one))
      .flatMap((namespace) => NAMESPACED.map((listing) => ({ listing, namespace }))),
  ];
  const answers = await Promise.all(
    wanted.map(async ({ listing, namespace }) => {
      const { kind, optional, ...resource } = listing;
      const place = namespace === null ? kind : `${kind}/${namespace}`;
      const answer = await listObjects(connection, resource, namespace);
      return answer.ok
        ? { place, objects: answer.value.flatMap((item) => kubeObject(item, kind) ?? []), missing: [] }
        : optional && answer.failure.kind === 'not_found'
          ? { place, objects: [] as KubeObject[], missing: [] }
          : { place: null, objects: [] as KubeObject[], missing: [`${place}: ${answer.failure.message}`] };
    }),
  );
  return {
    objects: answers.flatMap(({ objects }) => objects),
    listed: answers.flatMap(({ place }) => place ?? []),
    missing: answers.flatMap(({ missing }) => missing),
  };
}
