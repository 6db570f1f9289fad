import type { Named } from '../domain/named-by-labels.ts';
import { aboutObject, workloadOf } from '../domain/subject.ts';
import type { Alert } from '../domain/types/alert.ts';
import type { Subject } from '../domain/types/entity.ts';
import type { Cluster } from '../ports/cluster.ts';

/** One of these runs on every node: on a dead one it is silent, too. */
const ON_EVERY_NODE = new Set(['kubelet', 'kube-proxy']);

/**
 * One dead node is one trouble: an alert about pods that aren't ready is about the node when every one of them is on nodes that don't answer. What callers feel of it stays with
 * the service, and says where to look.
 */
export async function deadNodeOf(cluster: Cluster, subject: Subject, named: Named, alert: Alert): Promise<Subject> {
  const nodes = await cluster.nodes();
  const dead = nodes.ok ? nodes.value.filter(({ ready }) => !ready).map(({ name }) => name) : [];
  const [first] = dead;
  if (first === undefined) return subject;
  if (subject.entity?.kind === 'ControlPlane' && ON_EVERY_NODE.has(subject.entity.name)) return ofNode(cluster, first);
  const workload = workloadOf(subject);
  if (workload === null) return subject;
  const node = await deadUnder(cluster, subject.namespace, workload, named, new Set(dead));
  if (node === null) return subject;
  return isAboutPods(alert) ? ofNode(cluster, node) : { ...subject, deadNode: node };
}

/** It counts pods that run or are ready, and says nothing of requests. */
const isAboutPods = ({ name, labels }: Alert): boolean =>
  /^Kube(Pod|Deployment|StatefulSet|DaemonSet|ReplicaSet|Container)/.test(name) ||
  /kube-state-metrics$/.test(labels.job ?? '');

const ofNode = (cluster: Cluster, name: string): Subject =>
  aboutObject(cluster.name, { kind: 'Node', namespace: '', name });

/** The dead node of the named pod, or of all the workload's pods that aren't ready; null where one of them is unready elsewhere, or none is. */
async function deadUnder(
  cluster: Cluster,
  namespace: string,
  workload: string,
  named: Named,
  dead: Set<string>,
): Promise<string | null> {
  const answer = await cluster.workload(namespace, workload);
  if (!answer.ok) return null;
  const pods = await cluster.pods(namespace, answer.value.selector);
  if (!pods.ok) return null;
  if (named.by === 'pod') {
    const node = pods.value.find(({ name }) => name === named.name)?.node;
    return node && dead.has(node) ? node : null;
  }
  const unready = pods.value.filter(({ ready, deleting }) => !ready && !deleting);
  const homes = unready.map(({ node }) => node ?? '');
  return homes.length > 0 && homes.every((node) => dead.has(node)) ? homes[0]! : null;
}
