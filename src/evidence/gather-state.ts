import type { MeasuredCall } from '../domain/snapshot/call-graph.ts';
import { clusterState } from '../domain/snapshot/cluster-state.ts';
import type { Pod } from '../domain/snapshot/pod.ts';
import type { ContainerLog, KubeObject, Snapshot } from '../domain/snapshot/snapshot.ts';
import type { StateCorrelator } from '../extension-points.ts';
import type { Cluster } from '../ports/cluster.ts';
import { diagnoseState, type StateDiagnosis } from './state-diagnosis.ts';

/** Where the control plane's own pods and the cluster's DNS are. */
const SYSTEM = 'kube-system';
const MAX_LOGS_OF = 8;
const MAX_LOGS_OF_SUBJECT = 2;
const LOG_LINES = 200;
const MAX_OTHER_NAMESPACES = 2;

export type StateParts = { cluster: Cluster; stateCorrelators?: StateCorrelator[]; clock: { now(): number } };

/** What the objects, events and logs of the namespace convict by themselves, now; null where the cluster can't be asked for them. Namespaces that its workloads call are looked at, too. `measured`: calls that others show. */
export async function gatherState(
  { cluster, stateCorrelators, clock }: StateParts,
  namespace: string,
  service: string,
  measured: Promise<readonly MeasuredCall[]> = Promise.resolve([]),
): Promise<StateDiagnosis | null> {
  if (!cluster.snapshot || !stateCorrelators || namespace === '') return null;
  const first = await look(cluster, clock.now(), namespace, service, [namespace, SYSTEM]);
  const others = calledNamespaces(first, [namespace, SYSTEM]);
  const whole =
    others.length === 0 ? first : await look(cluster, clock.now(), namespace, service, [namespace, SYSTEM, ...others]);
  const calls = await measured;
  const found = diagnoseState(whole, stateCorrelators, calls);
  const back = await backAgain(cluster, found);
  return back.length === 0
    ? found
    : diagnoseState({ ...whole, objects: [...whole.objects, ...back] }, stateCorrelators, calls);
}

const MISSING = new Set<string>(['config_map_missing', 'secret_missing']);
const NO_TIME = 0;

/** ConfigMaps and Secrets that events call missing, and that are there by now. They aren't listed: each is asked for by its name, without what it holds. */
async function backAgain(cluster: Cluster, { causes }: StateDiagnosis): Promise<KubeObject[]> {
  const named = causes
    .filter(({ what }) => MISSING.has(what))
    .flatMap(({ facts }) => facts.flatMap(({ object, field }) => (field === 'metadata.name' ? [object] : [])));
  const [first] = named;
  if (!first || !cluster.configs) return [];
  const wanted = named.flatMap(({ kind, namespace, name }) =>
    namespace === first.namespace && (kind === 'ConfigMap' || kind === 'Secret') ? [{ kind, name } as const] : [],
  );
  const there = await cluster.configs(first.namespace, wanted);
  return (there.ok ? there.value : []).map(({ kind, namespace, name }) => ({
    kind,
    metadata: { namespace, name, uid: '', createdAt: NO_TIME },
    raw: { kind, metadata: { namespace, name } },
  }));
}

async function look(
  cluster: Cluster,
  at: number,
  namespace: string,
  service: string,
  namespaces: string[],
): Promise<Snapshot> {
  const { objects, listed, missing } = await cluster.snapshot!([...new Set(namespaces)]);
  const snapshot: Snapshot = { at, objects, logs: [], listed: new Set(listed), missing };
  const state = clusterState(snapshot);
  const own = state.pods.filter((pod) => pod.namespace === namespace && !pod.deleting);
  const subject = state.workloads.find((one) => one.namespace === namespace && one.name === service);
  const asked = new Set([
    ...own.filter(isTelling).slice(0, MAX_LOGS_OF),
    ...(subject?.pods ?? []).slice(0, MAX_LOGS_OF_SUBJECT),
  ]);
  const logs = await Promise.all(
    [...asked].flatMap((pod) => [
      logOf(cluster, pod, false),
      ...(restarts(pod) > 0 ? [logOf(cluster, pod, true)] : []),
    ]),
  );
  return { ...snapshot, logs: logs.flat() };
}

const restarts = (pod: Pod): number => pod.containers.reduce((sum, one) => sum + one.restarts, 0);

/** It ran, and isn't well. */
const isTelling = (pod: Pod): boolean =>
  (!pod.ready || restarts(pod) > 0) &&
  pod.containers.some(({ runningSince, ended, last }) => runningSince !== null || ended !== null || last !== null);

async function logOf(
  cluster: Cluster,
  { namespace, name, containers }: Pod,
  previous: boolean,
): Promise<ContainerLog[]> {
  const answer = await cluster.podLogs(namespace, name, { previous, tailLines: LOG_LINES });
  const [only] = containers;
  return answer.ok
    ? [
        {
          namespace,
          pod: name,
          container: containers.length === 1 ? (only?.name ?? '') : '',
          previous,
          lines: answer.value,
        },
      ]
    : [];
}

const IN_CLUSTER =
  /(?:^|[\s"'@/=])[a-z0-9-]{1,63}\.([a-z0-9-]{1,63})(?:\.svc[a-z.]{0,60})?(?::\d{2,5})?(?=$|[\s"'/,;:)])/g;
const OUTSIDE = /^(?:com|net|org|io|dev|local|cloud|internal|svc|app|co|ai)$/;

/** Namespaces in host names of variables, arguments and log lines, which weren't looked at. */
function calledNamespaces({ objects, logs }: Snapshot, known: string[]): string[] {
  const texts = [
    ...objects
      .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
      .map(({ raw }) => JSON.stringify(raw.spec ?? null)),
    ...logs.flatMap(({ lines }) => lines.slice(-40)),
  ];
  const found = texts.flatMap((text) =>
    [...text.slice(0, 50_000).matchAll(IN_CLUSTER)].map(([, namespace = '']) => namespace),
  );
  return [...new Set(found)]
    .filter((one) => !known.includes(one) && !OUTSIDE.test(one) && /^[a-z]/.test(one))
    .slice(0, MAX_OTHER_NAMESPACES);
}
